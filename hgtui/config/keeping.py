"""What the program itself writes into the configuration file: one setting, and every other byte stays as it is."""

import contextlib
import os
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hgtui.config.errors import ConfigError
from hgtui.config.template import TEMPLATE

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_SET = re.compile(r"^[ \t]*theme[ \t]*=[^\r\n]*", re.MULTILINE)
_PROPOSED = re.compile(r"^# theme = [^\r\n]*", re.MULTILINE)


def keep_theme(path: Path, theme: str) -> None:
    """Write the colours into the file, which is made where there is none. Raises ConfigError, and the file is as before."""
    line = f'theme = "{theme}"'
    path = path.resolve()  # a link into a folder of settings stays one
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        wanted = {**tomllib.loads(before), "theme": theme}
        after = _with_line(before, line)
        if not _says(after, wanted):
            raise ConfigError(f"{path} could not be changed.", f"Write this line at its top yourself: {line}")
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, after)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not right TOML: {error}.", "Mend it first.") from None
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}.", "The colours hold until you leave."
        ) from None


def write_template(path: Path) -> None:
    """Write the annotated configuration file. Raises ConfigError, also where there is one that a person wrote.

    One in which nothing stands but the colours, as `keep_theme` makes it, becomes the annotated one with these colours.
    """
    try:
        lines = path.read_bytes().decode("utf-8").split("\n") if path.exists() else []
        said = [line.strip() for line in lines if line.strip()]
        if len(said) > 1 or not all(_SET.fullmatch(line) for line in said):
            raise ConfigError(f"There is a configuration already: {path}.", "Edit it, or move it away.")
        text = _with_line(TEMPLATE, said[0]) if said else TEMPLATE
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not right TOML: {error}.", "Mend it first.") from None
    except OSError as error:
        why = error.strerror or error
        raise ConfigError(f"{path} cannot be written: {why}.", "HGTUI_CONFIG names another file.") from None


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _with_line(text: str, line: str) -> str:
    table = _TABLE.search(text)
    top, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    for pattern in (_SET, _PROPOSED):
        if pattern.search(top):
            return pattern.sub(lambda _: line, top, count=1) + rest
    return f"{line}\n{text}"


def _replace(path: Path, text: str) -> None:
    """Write a file in one step, with the mode that it had; a new one is for its owner alone."""
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o600
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
