"""The model that a person chose for a server that has several: asked once, kept in the data folder."""

import contextlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hgtui.config import DATA_DIR, ConfigError, data_dir
from hgtui.core.text import clean
from hgtui.llm.address import shown

FILE = "models.json"
_LIMIT = 1 << 20
_SERVERS = 200
_NAME_LIMIT = 300


def remembered_model(environ: Mapping[str, str], base_url: str) -> str | None:
    """Return the model kept for this server, None where none is; a damaged file holds none."""
    return _read(data_dir(environ) / FILE).get(shown(base_url.rstrip("/")))


def remember_model(environ: Mapping[str, str], base_url: str, model: str) -> None:
    """Keep the model of this server; a user name or password in the URL is not written. Raises ConfigError."""
    if not _plain(model):
        raise ConfigError("That name of a model cannot be kept.", "Take one that the server lists.")
    path = data_dir(environ) / FILE
    kept = _read(path)
    address = shown(base_url.rstrip("/"))
    kept.pop(address, None)
    _write(path, dict([*kept.items(), (address, model)][-_SERVERS:]))


def forget_model(environ: Mapping[str, str], base_url: str) -> None:
    """Keep no model for this server any longer. Raises ConfigError."""
    path = data_dir(environ) / FILE
    kept = _read(path)
    if kept.pop(shown(base_url.rstrip("/")), None) is not None:
        _write(path, kept)


def _plain(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= _NAME_LIMIT and name == clean(name).strip()


def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    kept = found.get("models") if isinstance(found, dict) else None
    return {url: name for url, name in kept.items() if _plain(name)} if isinstance(kept, dict) else {}


def _write(path: Path, kept: Mapping[str, str]) -> None:
    """Put the new file in the place of the old one at once; mkstemp makes it readable for its owner alone."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".models-", delete=False
        ) as new:
            try:
                json.dump({"version": 1, "models": kept}, new, indent=1, ensure_ascii=False)
                new.close()
                Path(new.name).replace(path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    Path(new.name).unlink()
                raise
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}."
        raise ConfigError(message, f"{DATA_DIR} names another data folder.") from None
