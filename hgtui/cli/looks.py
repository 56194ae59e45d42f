"""The colours and keys of the workbench: read before its first frame, shown and set by commands.

The whole configuration is read behind that frame.
pydantic, which does that, takes longer than everything until the first frame. What is not right here is left to it: it says
what is wrong in a sentence, and the workbench ends.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hgtui.cli.faults import Fault
from hgtui.core.states import EXIT_OK

if TYPE_CHECKING:
    from hgtui.ui.looks import Looks

THEMES = ("dark", "light", "ansi-dark", "ansi-light")


def looks_of(environ: Mapping[str, str]) -> "Looks":
    """Read what the configuration says of the looks of the workbench. Raises Fault where its keys cannot be used."""
    from hgtui.config.places import config_path
    from hgtui.ui.keymap import KeyMap, KeysError
    from hgtui.ui.looks import Looks

    path = config_path(environ)
    found = _read(path)
    theme, bell, keys = found.get("theme"), found.get("bell"), found.get("keys")
    own = keys if isinstance(keys, dict) and all(isinstance(one, str) and one for one in keys.values()) else {}
    try:
        KeyMap(own)
    except KeysError as error:
        raise Fault(f"{path}: {error.message}", error.hint) from None
    shown = str(theme) if theme in THEMES else Looks().theme
    return Looks(shown, own, bell is not False, found.get("pictures") == "graphics")


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def show_keys(*, as_json: bool) -> int:
    """List the keys that are in force. Raises Fault where those of the configuration cannot be used."""
    from hgtui.cli.tables import table
    from hgtui.ui.keymap import ALL, KeyMap
    from hgtui.ui.keys import MOVES

    keymap = KeyMap(looks_of(os.environ).keys)
    if as_json:
        listed = [
            {"name": one.id, "keys": keymap.keys(one.id), "about": one.about, "changed": one.id in keymap.changed}
            for one in ALL
        ]
        sys.stdout.write(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
        return EXIT_OK
    about = "The keys of the workbench; ? there shows those that work where you are.\n[keys] in the configuration changes one by its name."
    rows = [(keymap.shown(one), one.id, one.about) for one in ALL]
    rows += [(key, "", words) for key, words in MOVES]
    sys.stdout.write(f"{about}\n\n{table([('key', 'name', 'what it does'), *rows])}\n")
    return EXIT_OK


def set_theme(name: str) -> int:
    """Write the colours into the configuration file. Raises Fault."""
    from hgtui.config import ConfigError, config_path, keep_theme

    if name not in THEMES:
        raise Fault(f"There are no colours {name[:40]!r}.", f"There are {', '.join(THEMES)}.")
    path = config_path(os.environ)
    try:
        keep_theme(path, name)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    sys.stdout.write(f"{path}\n")
    return EXIT_OK
