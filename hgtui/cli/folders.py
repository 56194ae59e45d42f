"""The folders that a person allows with --allow, checked before anything starts."""

import os
from collections.abc import Iterable
from pathlib import Path

from hgtui.cli.faults import Fault
from hgtui.core.text import one_line


def allowed_folders(given: Iterable[Path]) -> tuple[Path, ...]:
    """Return the real paths of folders, each once. Raises Fault for what is no folder, or cannot be looked into."""
    return tuple(dict.fromkeys(_folder(path) for path in given))


def _folder(path: Path) -> Path:
    shown = one_line(str(path), 200)
    try:
        real = path.expanduser().resolve(strict=True)
    except FileNotFoundError:
        raise Fault(f"There is no folder {shown}.", "--allow names a folder whose files a plan may read.") from None
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Fault(f"The folder {shown} cannot be allowed: {why}.", "Check what --allow names.") from None
    if not real.is_dir():
        raise Fault(f"{shown} is not a folder.", "--allow names a folder; a single file is named with --file.")
    if not os.access(real, os.R_OK | os.X_OK):
        raise Fault(f"The folder {shown} cannot be read.", "Check who may read it.")
    return real
