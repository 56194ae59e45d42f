"""The one thread that writes a journal: all that waits goes into one transaction, synced once."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from hgtui.core.events import Entry, Event
from hgtui.session import database
from hgtui.session.database import JournalError
from hgtui.session.rows import Row, changes, to_row

_INSERT = "INSERT INTO events (run, seq, at, type, body, crc) VALUES (?, ?, ?, ?, ?, ?)"
_FIRST = "INSERT INTO runs (id, started, updated) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


@dataclass(slots=True)
class _Append:
    run: str
    event: Event
    at: datetime
    done: "asyncio.Future[Entry]"
    outcome: Entry | JournalError | None = None


@dataclass(slots=True)
class _Ask:
    question: Callable[[sqlite3.Connection], Any]
    done: "asyncio.Future[Any]"


def closed() -> JournalError:
    """Return the error of who comes after the journal was closed."""
    return JournalError("The journal is closed.")


class Writer:
    """Owns the connection that writes. After an error of the file nothing more is written: every append gets it.

    `used` once something was handed over to be written.
    """

    def __init__(self, db: sqlite3.Connection, path: Path | None) -> None:
        self.error: JournalError | None = None
        self._db, self._path = db, path
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Append | _Ask | None] = SimpleQueue()
        self._last: dict[str, int] = {}
        self._lost: dict[str, JournalError] = {}
        self._ended: asyncio.Future[None] | None = None
        self.used = False
        # A process that is told to end is not held up; who wants everything written closes the journal.
        threading.Thread(target=self._work, name="journal", daemon=True).start()

    def append(self, run: str, event: Event, at: datetime) -> "asyncio.Future[Entry]":
        """Hand an event over; the future has its entry once it is on the disk, in the order of the calls."""
        done: asyncio.Future[Entry] = self._loop.create_future()
        if self._ended is not None:
            done.set_exception(closed())
        else:
            self.used = True
            self._queue.put(_Append(run, event, at, done))
        return done

    def ask(self, question: Callable[[sqlite3.Connection], Any]) -> "asyncio.Future[Any]":
        """Put a question to the writer's own connection, behind what was handed over before."""
        done: asyncio.Future[Any] = self._loop.create_future()
        if self._ended is not None:
            done.set_exception(closed())
        else:
            self._queue.put(_Ask(question, done))
        return done

    async def aclose(self) -> None:
        """Write what waits, then end the thread and close the file."""
        if self._ended is None:
            self._ended = self._loop.create_future()
            self._queue.put(None)
        await asyncio.shield(self._ended)

    def _work(self) -> None:
        more = True
        while more:
            waiting = [self._queue.get()]
            with contextlib.suppress(Empty):
                while True:
                    waiting.append(self._queue.get_nowait())
            more = None not in waiting
            batch = [one for one in waiting if isinstance(one, _Append)]
            if batch:
                self._commit(batch)
                self._tell(_settle, batch)
            for one in waiting:
                if isinstance(one, _Ask):
                    self._answer(one)
        try:
            database.close(self._db, self._path)
        finally:
            self._tell(_end, self._ended)

    def _tell(self, what: Callable[[Any], None], about: Any) -> None:
        # The loop is closed when a program ends without closing the journal: then nobody waits for the news.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what, about)

    def _answer(self, one: _Ask) -> None:
        try:
            answer = one.question(self._db)
        except Exception as error:
            self._tell(_refuse, (one.done, error))
        else:
            self._tell(_give, (one.done, answer))

    def _commit(self, batch: list[_Append]) -> None:
        if self.error is None:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                runs: dict[str, list[_Append]] = {}
                for one in batch:
                    runs.setdefault(one.run, []).append(one)
                last = {run: self._write(run, items) for run, items in runs.items()}
                self._db.execute("COMMIT")
                self._last.update(last)
                return
            except Exception as error:
                # Whatever it was, nobody may wait for ever for an event that is not going to be written.
                self.error = database.explain(error, self._path)
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
        for one in batch:
            one.outcome = self.error

    def _write(self, run: str, items: list[_Append]) -> int:
        last = self._last.get(run)
        if last is None:
            (last,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM events WHERE run = ?", (run,)).fetchone()
        rows, columns = self._rows(run, last, items)
        if not rows:
            return int(last)
        self._db.execute("SAVEPOINT run")
        try:
            self._db.executemany(_INSERT, rows)
        except sqlite3.IntegrityError:
            self._db.execute("ROLLBACK TO run")
            self._lost[run] = JournalError(
                f"Another hgtui is writing to run {run}.", f"Close it, or look at the run with: hgtui show {run}"
            )
            for one in items:
                one.outcome = self._lost[run]
            rows = []
        else:
            self._note(run, rows, columns)
        self._db.execute("RELEASE run")
        return int(last) + len(rows)

    def _rows(self, run: str, last: int, items: list[_Append]) -> tuple[list[Row], dict[str, Any]]:
        rows: list[Row] = []
        columns: dict[str, Any] = {}
        for one in items:
            if lost := self._lost.get(run):
                one.outcome = lost
                continue
            seq = last + len(rows) + 1
            try:
                rows.append(to_row(run, seq, one.at, one.event))
            except (ValueError, TypeError, RecursionError) as error:
                self._lost[run] = one.outcome = JournalError(f"The event {one.event.type} cannot be written: {error}.")
                continue
            columns |= changes(one.event)
            one.outcome = Entry(run=run, seq=seq, at=one.at, event=one.event)
        return rows, columns

    def _note(self, run: str, rows: list[Row], columns: dict[str, Any]) -> None:
        if rows[0].seq == 1:
            self._db.execute(_FIRST, (run, rows[0].at, rows[0].at))
        columns = {**columns, "updated": rows[-1].at, "seq": rows[-1].seq}
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(f"UPDATE runs SET {names} WHERE id = ?", (*columns.values(), run))


def _settle(batch: list[_Append]) -> None:
    for one in batch:
        if one.done.done():
            continue
        if isinstance(one.outcome, JournalError):
            one.done.set_exception(JournalError(one.outcome.message, one.outcome.hint))
        elif one.outcome:
            one.done.set_result(one.outcome)


def _give(pair: "tuple[asyncio.Future[Any], Any]") -> None:
    if not pair[0].done():
        pair[0].set_result(pair[1])


def _refuse(pair: "tuple[asyncio.Future[Any], Exception]") -> None:
    if not pair[0].done():
        pair[0].set_exception(pair[1])


def _end(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)
