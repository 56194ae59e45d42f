"""What is in a folder, for the list that completes a path: bounded, whatever the folder holds."""

import heapq
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from hgtui.core.text import clean

MOST = 200
"""How many entries are listed; the rest is counted."""
SCANNED = 500_000
"""How many names of a folder are looked at."""
HIDDEN = ("__pycache__", "node_modules")
"""Folders of programs for themselves: as little listed as what begins with a dot, unless one begins to write them."""
STRIDE = 1_000
"""After so many names it is asked whether anybody still waits."""


class Entry(NamedTuple):
    """What is in a folder: `size` in bytes, None for a folder or where it cannot be told."""

    name: str
    folder: bool
    size: int | None = None


class Listing(NamedTuple):
    """What of a folder begins with `beginning`: folders first, then by name; `more` are not listed. `error` is a sentence."""

    folder: Path
    beginning: str
    entries: tuple[Entry, ...] = ()
    more: int = 0
    error: str = ""

    def narrowed(self, beginning: str) -> "Listing | None":
        """Return what begins with a longer text, None where that needs another look at the folder."""
        if self.more or self.error or not beginning.startswith(self.beginning):
            return None
        if not self.beginning and beginning and any(name.startswith(beginning) for name in HIDDEN):
            return None
        if beginning.startswith(".") and not self.beginning.startswith("."):
            return None
        entries = tuple(one for one in self.entries if one.name.startswith(beginning))
        return self._replace(beginning=beginning, entries=entries)

    @property
    def common(self) -> str:
        """The longest text that all names begin with."""
        names = [one.name for one in self.entries]
        if self.more or not names:
            return ""
        low, high = min(names), max(names)
        return next((low[:at] for at, char in enumerate(low) if high[at : at + 1] != char), low)


def listed(
    folder: Path,
    beginning: str,
    stop: Callable[[], bool] = lambda: False,
    fits: Callable[[str], bool] = lambda _: True,
) -> Listing:
    """Read a folder. Hidden entries only where one begins with `beginning`; names that cannot be typed are left out, and
    so are files whose name does not fit.
    """
    count = 0

    def wanted(entries: Iterator["os.DirEntry[str]"]) -> Iterator[tuple[tuple[bool, str, str], Entry]]:
        nonlocal count
        for at, entry in enumerate(entries):
            if at >= SCANNED or (at % STRIDE == 0 and stop()):
                return
            name = entry.name
            if not name.startswith(beginning) or (_hidden(name) and not beginning):
                continue
            if not (name.isprintable() or (name == clean(name) and "\n" not in name and "\t" not in name)):
                continue
            is_folder = _is_folder(entry)
            if not is_folder and not fits(name):
                continue
            count += 1
            yield (not is_folder, name.casefold(), name), Entry(name, is_folder)

    try:
        with os.scandir(folder) as entries:
            best = [entry for _, entry in heapq.nsmallest(MOST, wanted(entries))]
    except OSError as error:
        return Listing(folder, beginning, error=f"{error.strerror or error}.")
    except ValueError:  # a NUL is in no name
        return Listing(folder, beginning, error="That is no path.")
    shown = tuple(one if one.folder else one._replace(size=_size(folder / one.name)) for one in best)
    return Listing(folder, beginning, shown, count - len(shown))


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in HIDDEN


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def size_words(size: int | None) -> str:
    """Write a size in bytes as a person reads it."""
    if size is None:
        return ""
    if size < 1_000:
        return f"{size} B"
    for unit, factor in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if size < factor * 999.5:
            return f"{size / factor:.1f} {unit}" if size < factor * 9.95 else f"{size / factor:.0f} {unit}"
    return f"{size / 1e12:.1f} TB"
