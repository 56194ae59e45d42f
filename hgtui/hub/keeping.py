"""What the Hub said, kept on disk: one JSON file for each answer, for its owner alone.

No library: diskcache is no longer kept up and reads pickles, hishel wraps httpx and not httpx2 and keeps by the headers of
the answers, which forbid keeping what may well be an hour old here.
"""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hgtui.core.base import canonical, digest
from hgtui.core.text import plural

HOUR_S = 3600.0
LISTING_S = HOUR_S
"""Downloads are counted anew each day, and a provider's state changes within hours."""
MODEL_S = HOUR_S
CARD_S = 30 * 24 * HOUR_S
"""A card of a revision never changes; what nobody looked at for so long may go."""
MOST_BYTES = 64_000_000
"""About 3000 cards and listings of usual size."""
LARGEST = 8_000_000
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """What is on disk: `value` is JSON, `age_s` its age in seconds (never below 0)."""

    value: Any
    age_s: float


@dataclass(frozen=True, slots=True)
class Keeping:
    """The files in `folder` (None: nothing is kept). Blocking: to be used on a thread. Never raises.

    A file that is damaged, of another version or of a clock ahead counts as not there. `most` bounds all files together,
    in bytes: those written longest ago go first.
    """

    folder: Path | None
    clock: Callable[[], float] = field(default=time.time)
    most: int = MOST_BYTES

    def read(self, key: Any) -> Kept | None:
        """Return what is kept under a key (JSON)."""
        if self.folder is None:
            return None
        try:
            with self._path(key).open("rb") as file:
                found = json.loads(file.read(LARGEST + 1))
            if found["version"] == _VERSION and found["saved"] <= self.clock():
                return Kept(found["value"], self.clock() - found["saved"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return None

    def write(self, key: Any, value: Any) -> bool:
        """Keep a value under a key, in the place of what was there; say whether that was possible."""
        if self.folder is None:
            return False
        text = canonical({"version": _VERSION, "saved": self.clock(), "value": value})
        data = text.encode("utf-8", "replace")
        if len(data) > min(LARGEST, self.most):
            return False
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._put(self._path(key), data)
            self._make_room()
        except OSError:
            return False
        return True

    def _path(self, key: Any) -> Path:
        assert self.folder is not None
        return self.folder / f"{digest(key)[:40]}.json"

    def _put(self, path: Path, data: bytes) -> None:
        """Write beside the file and put it in its place: a reader sees the old or the new one (mkstemp: 0600)."""
        number, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    def _make_room(self) -> None:
        assert self.folder is not None
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):  # another process removed it meanwhile
                    state = entry.stat(follow_symlinks=False)
                    found.append((state.st_mtime, state.st_size, entry.path))
        size = sum(length for _, length, _ in found)
        for _, length, path in sorted(found):
            if size <= self.most:
                break
            with contextlib.suppress(OSError):
                Path(path).unlink()
            size -= length


def age(seconds: float) -> str:
    """Return an age in words."""
    for size, noun in ((24 * HOUR_S, "day"), (HOUR_S, "hour"), (60.0, "minute")):
        if seconds >= size:
            return plural(int(seconds / size), noun)
    return "less than a minute"
