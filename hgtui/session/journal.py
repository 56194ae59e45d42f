"""The journal: every event of every run, in the order in which it happened, on the disk before anyone sees it."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from hgtui.core.events import PASSING_EVENTS, Entry, Event
from hgtui.core.text import one_line
from hgtui.session import database
from hgtui.session.database import FILE, Damaged, JournalError, Tell
from hgtui.session.locks import RunLock, held
from hgtui.session.mending import open_with_care, set_aside
from hgtui.session.rows import Reading, RunRow, list_is_sound, read_entries, read_requests, read_runs
from hgtui.session.shelf import put_run, take_out
from hgtui.session.writer import Writer, closed

__all__ = ["Journal", "JournalError", "Reading", "RunRow", "UnknownRun"]

T = TypeVar("T")
SHOWN = 5


class UnknownRun(JournalError):
    """No run, or more than one, is meant by what a person typed."""


class Notices:
    """Sentences for a person, gathered in any thread and told in that of the event loop."""

    def __init__(self, tell: Tell | None) -> None:
        self.sentences: list[str] = []
        self._tell = tell

    def gather(self, sentence: str) -> None:
        """Take a sentence, to be told later."""
        self.sentences.append(sentence)

    def told(self) -> "Notices":
        """Tell what was gathered; return itself."""
        for sentence in self.sentences if self._tell else ():
            self._tell(sentence)  # type: ignore[misc]
        return self

    def add(self, sentence: str) -> None:
        """Take a sentence and tell it."""
        self.sentences.append(sentence)
        if self._tell:
            self._tell(sentence)


class _Opening:
    """What `Journal.open` returns: to await, or to enter with ``async with``."""

    def __init__(self, folder: Path | None, tell: Tell | None) -> None:
        self._folder, self._tell = folder, tell
        self._journal: Journal | None = None

    def __await__(self) -> Generator[Any, None, "Journal"]:
        return self._open().__await__()

    async def _open(self) -> "Journal":
        notices = Notices(self._tell)
        if self._folder is None:
            return Journal(database.open_writing(None), None, notices)
        path = self._folder / FILE
        return Journal(await asyncio.to_thread(open_with_care, path, notices.gather), path, notices.told())

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

    A file that turns out to be damaged is set aside, with what can be read of it put in its place (`mending`): when it is
    opened, when something is read of which no run is written here, and when it is closed. `notices` has a sentence on each.
    """

    def __init__(self, db: sqlite3.Connection, path: Path | None, notices: "Notices") -> None:
        self._writer = Writer(db, path)
        self._path = path
        self._notices = notices
        self._mending = asyncio.Lock()
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="journal-reader")
        self._reading: sqlite3.Connection | None = None
        self._closed = False

    @staticmethod
    def open(folder: Path | None, tell: Tell | None = None) -> _Opening:
        """Open the journal in a data folder, made where it is not there; None keeps it in memory only.

        `tell` is given a sentence where the file was damaged or of an older layout, in the thread of the event loop.

        Await it, or use it with ``async with``. Raises JournalError for a folder that cannot be used, a file that is
        no journal, and one that a newer hgtui has written.
        """
        return _Opening(folder, tell)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person must know of the file: that it was damaged, or of an older layout, and where the old one lies."""
        return tuple(self._notices.sentences)

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
        reading = await self._ask(lambda db: read_entries(db, run_id, after))
        if reading.broken:
            await self._mend()
        return reading

    async def entries(self, run_id: str, after: int = 0) -> list[Entry]:
        """Return the entries of `read` alone, for who does not care whether something behind them is damaged."""
        return (await self.read(run_id, after)).entries

    async def runs(self, limit: int = 100, search: str = "", *, unended: bool = False) -> list[RunRow]:
        """Return the runs, the latest first, whose name or request holds `search`; with `unended` none that has ended."""
        if not await self._ask(list_is_sound):
            await self._mend()
        rows = await self._ask(lambda db: read_runs(db, limit, search, unended=unended))
        if self._path is None or all(row.outcome for row in rows):
            return rows
        return await asyncio.to_thread(_with_holders, rows, self._path.parent)

    async def requests(self, limit: int) -> tuple[str, ...]:
        """Return what was asked in the runs, the latest first; one that is too long for the list of runs is left out."""
        return await self._ask(lambda db: read_requests(db, limit))

    async def exists(self, run_id: str) -> bool:
        """Say whether there is a run of exactly that name."""
        rows = await self._ask(lambda db: db.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchall())
        return bool(rows)

    async def put(self, entries: Sequence[Entry]) -> None:
        """Store a whole run at once, or nothing of it. Raises JournalError where there is one of that name."""
        await self._write(lambda db: put_run(db, entries))

    async def delete(self, run_id: str) -> int:
        """Delete a run; return how many events it had. Raises RunInUse where another process writes it, JournalError.

        Its artifacts stay until `hgtui gc`: another run may have the same.
        """
        lock = await asyncio.to_thread(RunLock.take, self._path.parent, run_id) if self._path else None
        try:
            return await self._write(lambda db: take_out(db, run_id))
        finally:
            if lock:
                await asyncio.to_thread(lock.release)

    async def texts(self, take: Callable[[str], None]) -> None:
        """Give `take`, in a thread, the body of every event of every run, as it is stored, JSON."""

        def each(db: sqlite3.Connection) -> None:
            for (body,) in db.execute("SELECT body FROM events"):
                take(body)

        await self._ask(each)

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise closed()
        try:
            changed: T = await self._writer.ask(change)
        except sqlite3.Error as error:
            raise database.explain(error, self._path) from error
        return changed

    async def resolve(self, name: str) -> str:
        """Return the run that a whole name, a unique beginning or a unique last part means. Raises UnknownRun."""
        typed = name.strip()
        found = await self._ask(lambda db: _meant(db, typed)) if typed else []
        if typed and not found and await self._ask(lambda db: _unlisted(db, typed)) and await self._mend():
            found = await self._ask(lambda db: _meant(db, typed))
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
            await self._stop_reading()
            self._readers.shutdown(wait=False)
            await self._writer.aclose()
            if self._path and isinstance(self.error, Damaged):
                await self._set_aside(self._path)
        await self._writer.aclose()

    async def _stop_reading(self) -> None:
        if self._reading:
            await asyncio.get_running_loop().run_in_executor(self._readers, self._reading.close)
            self._reading = None

    async def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise closed()
        try:
            return await self._put(question)
        except sqlite3.Error as error:
            if not database.is_damage(error) or not await self._mend():
                raise database.explain(error, self._path) from error
        try:
            return await self._put(question)
        except sqlite3.Error as error:
            raise database.explain(error, self._path) from error

    async def _put(self, question: Callable[[sqlite3.Connection], T]) -> T:
        if self._path is None:
            answer: T = await self._writer.ask(question)
            return answer
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._query, question, self._path)

    async def _mend(self) -> bool:
        """Set the damaged file aside and go on with what can be read of it; False where that cannot be done.

        Not while runs are written: their numbers must not go back under them.
        """
        path, writer = self._path, self._writer
        async with self._mending:
            if self._writer is not writer:  # somebody else asked at the same time
                return True
            if path is None or writer.used or self._closed:
                return False
            await self._stop_reading()
            await writer.aclose()
            done = await self._set_aside(path)
            self._writer = Writer(await asyncio.to_thread(database.open_writing, path), path)
        return done

    async def _set_aside(self, path: Path) -> bool:
        try:
            self._notices.add(await asyncio.to_thread(set_aside, path))
        except JournalError as error:
            self._notices.add(f"{error.message} {error.hint}".rstrip())
            return False
        return True

    def _query(self, question: Callable[[sqlite3.Connection], T], path: Path) -> T:
        if self._reading is None:
            self._reading = database.open_reading(path)
        return question(self._reading)


def _with_holders(rows: list[RunRow], folder: Path) -> list[RunRow]:
    return [row if row.outcome else _with_holder(row, folder) for row in rows]


def _with_holder(row: RunRow, folder: Path) -> RunRow:
    some = held(folder, row.id)
    return row.model_copy(update={"held": some, "stopped": row.open and not some})


def _unlisted(db: sqlite3.Connection, typed: str) -> bool:
    """Whether there are events of a run that the list does not have: then its row was damaged."""
    rows = db.execute(
        "SELECT 1 FROM events WHERE run >= ?1 AND run < ?1 || char(0x10ffff)"
        " AND NOT EXISTS (SELECT 1 FROM runs WHERE id = run) LIMIT 1",
        (typed,),
    )
    return rows.fetchone() is not None


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
