"""The results that are kept for reuse: an SQLite file beside the journal, bounded, shared by every process."""

import asyncio
import contextlib
import sqlite3
import statistics
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from hgtui.core.base import Value
from hgtui.core.ports import ArtifactError, ArtifactStore
from hgtui.core.reuse import Kept
from hgtui.session.results_file import Unusable, broken, close, connect, remove

FILE = "results.db"
MEGABYTES = 2000.0
"""How much the artifacts of kept results may have, in MB, unless a setting says otherwise."""
ROWS = 50_000
"""How many results are kept."""
TRIES = 9
"""How many of the last tries of a task type tell how long the next one takes: an odd number has a middle."""

Log = Callable[[str], None]
T = TypeVar("T")

_INSERT = """INSERT INTO results (key, task, candidate, run, at, seconds, size, used, kept)
VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(used), 0) + 1 FROM results), ?)"""
_TOUCH = "UPDATE results SET used = (SELECT max(used) + 1 FROM results) WHERE key = ?"
_OLDEST = "SELECT key, size FROM results ORDER BY used LIMIT 100"
_TIMES = "SELECT seconds FROM results WHERE task = ? AND candidate = ? ORDER BY at DESC LIMIT ?"


def _unheard(_: str) -> None:
    """Take words that nobody reads."""


class Size(Value):
    """How much is kept: `rows` results with `megabytes` of artifacts, of at most `most_rows` and `most_megabytes`."""

    rows: int
    megabytes: float
    most_rows: int
    most_megabytes: float


class ResultStore:
    """Results by key (`core.reuse.key`). What fails here costs a task its shortcut and never its run.

    `megabytes` bounds the artifacts that kept results name, `rows` their number: the least recently used go first. Their
    bytes stay where they are until nothing names them (hgtui gc). `log` is told what could not be found, kept or read.
    All work is done in one thread, so that what was put is found by whoever asks later. Make it on a running event loop.
    """

    def __init__(
        self,
        folder: Path,
        artifacts: ArtifactStore,
        *,
        megabytes: float = MEGABYTES,
        rows: int = ROWS,
        log: Log = _unheard,
    ) -> None:
        self._path, self._artifacts, self._told = folder / FILE, artifacts, log
        self._bytes, self._rows = int(megabytes * 1_000_000), rows
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="results")
        self._db: sqlite3.Connection | None = None
        self._useless = False
        self._used: dict[str, None] = {}
        self._loop = asyncio.get_running_loop()

    # What a run asks for

    async def find(self, key: str) -> Kept | None:
        """Return what is kept under a key, None where nothing is or its artifacts are not whole any more."""
        kept = await self._try("found", partial(self._use, key), None)
        if kept is None or await self._whole(kept):
            return kept
        self._log(f"The result of {kept.task} from run {kept.run} is not kept whole any more; it is made again.")
        await self._try("removed", partial(self._drop, key), None)
        return None

    async def _whole(self, kept: Kept) -> bool:
        try:
            return all([await self._artifacts.whole(one.digest) for one in kept.results])
        except ArtifactError as error:
            self._log(f"Kept results could not be read: {error.message}")
            return False

    async def peek(self, keys: Iterable[str]) -> dict[str, Kept]:
        """Return what is kept under some keys, without looking at the artifacts and without counting as a use."""
        wanted = tuple(keys)
        return await self._try("found", lambda: {key: kept for key in wanted if (kept := self._get(key))}, {})

    def put(self, key: str, kept: Kept) -> None:
        """Keep a result in the place of what is kept under the key. Never blocks: it is written behind the scenes."""
        if kept.results and kept.size <= self._bytes and self._rows > 0:
            self._thread.submit(self._silently, "kept", partial(self._put, key, kept))

    async def seconds(self, runners: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """Return how long a task type took on a candidate before, in seconds: the median of the last tries.

        Pairs of which nothing is known are left out.
        """
        wanted = tuple(dict.fromkeys(runners))
        return await self._try("read", partial(self._seconds, wanted), {})

    # What a person asks for

    async def size(self) -> Size:
        """Return how much is kept. Raises Unusable."""
        rows, size = await self._in_thread(self._total)
        return Size(rows=rows, megabytes=size / 1e6, most_rows=self._rows, most_megabytes=self._bytes / 1e6)

    async def clear(self) -> int:
        """Forget every result; return how many there were. Raises Unusable."""
        return await self._in_thread(self._clear)

    async def aclose(self) -> None:
        """Write what waits and close the file."""
        await self._try("closed", self._close, None)
        await asyncio.to_thread(self._thread.shutdown)

    def _log(self, words: str) -> None:
        # From the thread too; the loop is closed when a program ends without closing the store.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._told, words)

    # In the thread

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._thread, self._mending, work)

    async def _try(self, what: str, work: Callable[[], T], otherwise: T) -> T:
        try:
            return await self._in_thread(work)
        except (sqlite3.Error, OSError, Unusable) as error:
            self._log(f"Kept results could not be {what}: {error}.")
            return otherwise

    def _silently(self, what: str, work: Callable[[], object]) -> None:
        try:
            self._mending(work)
        except (sqlite3.Error, OSError, Unusable) as error:
            self._log(f"Kept results could not be {what}: {error}.")

    def _mending(self, work: Callable[[], T]) -> T:
        """Do something; once more on a new file where the old one is damaged: nothing in it cannot be made again."""
        try:
            return work()
        except sqlite3.Error as error:
            if not broken(error):
                raise
            self._log(f"{self._path} is damaged ({error}); it begins anew.")
            self._forget()
            remove(self._path)
            return work()

    def _forget(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            self._db = None

    def _open(self, *, make: bool) -> sqlite3.Connection | None:
        """Return the connection; None where there is no file and none shall be made. Raises Unusable, once."""
        if self._db is None and not self._useless and (make or self._path.exists()):
            try:
                self._db = connect(self._path)
            except Unusable:
                self._useless = True  # told once, not at every task
                raise
        return self._db

    def _get(self, key: str) -> Kept | None:
        db = self._open(make=False)
        row = db.execute("SELECT kept FROM results WHERE key = ?", (key,)).fetchone() if db else None
        if row is None:
            return None
        try:
            return Kept.model_validate_json(row[0])
        except ValidationError as error:
            self._log(f"A kept result cannot be read: {error.error_count()} faults; it is made again.")
            self._drop(key)
            return None

    def _use(self, key: str) -> Kept | None:
        kept = self._get(key)
        if kept is not None:
            self._used.pop(key, None)
            self._used[key] = None  # the last one of the order
        return kept

    def _drop(self, key: str) -> None:
        if (db := self._open(make=False)) is not None:
            db.execute("DELETE FROM results WHERE key = ?", (key,))

    def _put(self, key: str, kept: Kept) -> None:
        db = self._open(make=True)
        if db is None:
            return
        row = (key, kept.task, kept.candidate, kept.run, kept.at.isoformat(), kept.seconds, kept.size)
        db.execute("BEGIN IMMEDIATE")
        with db:
            self._touch(db)
            db.execute("DELETE FROM results WHERE key = ?", (key,))
            db.execute(_INSERT, (*row, kept.model_dump_json()))
            self._bound(db)

    def _touch(self, db: sqlite3.Connection) -> None:
        db.executemany(_TOUCH, [(key,) for key in tuple(self._used)])
        self._used.clear()

    def _bound(self, db: sqlite3.Connection) -> None:
        """Let the least recently used go until what is left is within the bounds."""
        rows, size = db.execute("SELECT rows, bytes FROM total").fetchone()
        while rows > self._rows or size > self._bytes:
            for key, bytes_ in db.execute(_OLDEST).fetchall():
                db.execute("DELETE FROM results WHERE key = ?", (key,))
                rows, size = rows - 1, size - bytes_
                if rows <= self._rows and size <= self._bytes:
                    break

    def _seconds(self, runners: tuple[tuple[str, str], ...]) -> dict[tuple[str, str], float]:
        db = self._open(make=False)
        if db is None:
            return {}
        found = {pair: [row[0] for row in db.execute(_TIMES, (*pair, TRIES))] for pair in runners}
        return {pair: statistics.median(times) for pair, times in found.items() if times}

    def _total(self) -> tuple[int, int]:
        db = self._open(make=False)
        rows, size = db.execute("SELECT rows, bytes FROM total").fetchone() if db else (0, 0)
        return int(rows), int(size)

    def _clear(self) -> int:
        rows, _ = self._total()
        if (db := self._open(make=False)) is not None:
            self._used.clear()
            db.execute("DELETE FROM results")
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return rows

    def _close(self) -> None:
        if self._db is None:
            return
        try:
            if self._used:
                self._db.execute("BEGIN IMMEDIATE")
                with self._db:
                    self._touch(self._db)
        finally:
            close(self._db, self._path)
            self._db = None
