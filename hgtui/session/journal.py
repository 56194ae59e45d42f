"""The journal: every event of every run, in the order in which it happened, on the disk before anyone sees it."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from hgtui.core.events import PASSING_EVENTS, Entry, Event
from hgtui.core.text import one_line
from hgtui.session import database
from hgtui.session.database import FILE, JournalError
from hgtui.session.rows import Reading, RunRow, read_entries, read_runs
from hgtui.session.writer import Writer, closed

__all__ = ["Journal", "JournalError", "Reading", "RunRow", "UnknownRun"]

T = TypeVar("T")
SHOWN = 5


class UnknownRun(JournalError):
    """No run, or more than one, is meant by what a person typed."""


class _Opening:
    """What `Journal.open` returns: to await, or to enter with ``async with``."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._journal: Journal | None = None

    def __await__(self) -> Generator[Any, None, "Journal"]:
        return self._open().__await__()

    async def _open(self) -> "Journal":
        path = self._folder / FILE if self._folder else None
        return Journal(await asyncio.to_thread(database.open_writing, path), path)

    async def __aenter__(self) -> "Journal":
        self._journal = await self._open()
        return self._journal

    async def __aexit__(self, *_: object) -> None:
        if self._journal:
            await self._journal.aclose()


class Journal:
    """The runs in one data folder. Several processes may write different runs of one folder at once.

    It belongs to the event loop in which it was opened. Once a write failed for want of space or access, every later
    append fails with the same JournalError, so that no run has a hole in it.
    """

    def __init__(self, db: sqlite3.Connection, path: Path | None) -> None:
        self._writer = Writer(db, path)
        self._path = path
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="journal-reader")
        self._reading: sqlite3.Connection | None = None
        self._closed = False

    @staticmethod
    def open(folder: Path | None) -> _Opening:
        """Open the journal in a data folder, made where it is not there; None keeps it in memory only.

        Await it, or use it with ``async with``. Raises JournalError for a folder that cannot be used, a file that is
        no journal, and one that a newer hgtui has written.
        """
        return _Opening(folder)

    @property
    def error(self) -> JournalError | None:
        """Why nothing more can be written, None while all is well."""
        return self._writer.error

    def append(self, run_id: str, event: Event, at: datetime) -> "asyncio.Future[Entry]":
        """Write an event of a run; the future has the entry, with its number, once it is synced to the disk.

        It returns at once and may be called again before the future is done: order is kept. `at` is aware (UTC). The
        future raises JournalError. Raises TypeError for an event that is shown and not stored.
        """
        if isinstance(event, PASSING_EVENTS):
            raise TypeError(f"{event.type} is not stored")
        return self._writer.append(run_id, event, at)

    async def read(self, run_id: str, after: int = 0) -> Reading:
        """Return the entries of a run numbered above `after`, up to the first that cannot be read, and the damage."""
        return await self._ask(lambda db: read_entries(db, run_id, after))

    async def entries(self, run_id: str, after: int = 0) -> list[Entry]:
        """Return the entries of `read` alone, for who does not care whether something behind them is damaged."""
        return (await self.read(run_id, after)).entries

    async def runs(self, limit: int = 100, search: str = "") -> list[RunRow]:
        """Return the runs, the latest first, whose name or request holds `search`."""
        return await self._ask(lambda db: read_runs(db, limit, search))

    async def exists(self, run_id: str) -> bool:
        """Say whether there is a run of exactly that name."""
        rows = await self._ask(lambda db: db.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchall())
        return bool(rows)

    async def resolve(self, name: str) -> str:
        """Return the run that a whole name, a unique beginning or a unique last part means. Raises UnknownRun."""
        typed = name.strip()
        found = await self._ask(lambda db: _meant(db, typed)) if typed else []
        if len(found) == 1:
            return found[0]
        if not found:
            raise UnknownRun(f"There is no run {one_line(name, 60)!r}.", "hgtui runs lists them.")
        shown = ", ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else "")
        raise UnknownRun(f"{one_line(name, 60)!r} could be any of {shown}.", "Type more of the run's name.")

    async def aclose(self) -> None:
        """Write what waits and close the file. More calls do nothing."""
        if not self._closed:
            self._closed = True
            if self._reading:
                await asyncio.get_running_loop().run_in_executor(self._readers, self._reading.close)
            self._readers.shutdown(wait=False)
        await self._writer.aclose()

    async def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise closed()
        try:
            if self._path is None:
                answer: T = await self._writer.ask(question)
                return answer
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._readers, self._query, question, self._path)
        except sqlite3.Error as error:
            raise database.explain(error, self._path) from error

    def _query(self, question: Callable[[sqlite3.Connection], T], path: Path) -> T:
        if self._reading is None:
            self._reading = database.open_reading(path)
        return question(self._reading)


def _meant(db: sqlite3.Connection, typed: str) -> list[str]:
    exact = db.execute("SELECT id FROM runs WHERE id = ?", (typed,)).fetchall()
    rows = (
        exact
        or db.execute(
            "SELECT id FROM runs WHERE substr(id, 1, length(?1)) = lower(?1)"
            " OR substr(id, -length(?1) - 1) = '-' || lower(?1)"
            " ORDER BY started DESC LIMIT ?2",
            (typed, SHOWN + 1),
        ).fetchall()
    )
    return [row[0] for row in rows]
