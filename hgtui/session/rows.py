"""Events and runs as rows of the journal's tables, and back, with what became unreadable found out."""

import contextlib
import gc
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hgtui.core import events as ev
from hgtui.core.base import Value
from hgtui.core.states import Gate, Stage

REQUEST = 4_000
"""How much of a request, in characters, a list of runs has."""

UNKNOWN = datetime.fromtimestamp(0, UTC)
"""The time of a run whose row cannot be read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Entries up to the first that cannot be read; `damage` is a sentence where there is one, else empty.

    `broken` where the file is not as it was written; an event that is, and that this program does not know, is damage too.
    """

    entries: list[ev.Entry]
    damage: str = ""
    broken: bool = False


class RunRow(Value):
    """A run in a list. `stage` is where it stands, `gate` what it waits for, `events` how many its journal holds.

    `errors` counts those of the plan at the last gate. `stopped` where it is in the middle and no program writes it,
    `held` where it has not ended and a program has it open.
    """

    id: str
    started: datetime
    updated: datetime
    request: str = ""
    planner: str = ""
    stage: str = Stage.ASKING
    gate: str | None = None
    outcome: str | None = None
    exit: int | None = None
    tasks: int = 0
    events: int = 0
    errors: int = 0
    stopped: bool = False
    held: bool = False

    @property
    def open(self) -> bool:
        """Whether it is in the middle: it has neither ended nor does it wait for a person."""
        return not self.outcome and not self.gate

    @property
    def state(self) -> str:
        """One word: the outcome, else "waiting" at a gate or "errors" where its plan cannot run, "left", or the stage."""
        if self.gate and not self.outcome:
            return "errors" if self.errors and self.gate != Gate.TASK else "waiting"
        return self.outcome or ("left" if self.stopped else self.stage)


class Row(NamedTuple):
    """A row of the table of events."""

    run: str
    seq: int
    at: str
    type: str
    body: str
    crc: int


def checksum(seq: int, at: bytes, kind: bytes, body: bytes) -> int:
    """Return what tells whether an event is as it was written: the CRC-32 of its columns (UTF-8) but the run."""
    return zlib.crc32(b"%d|%b|%b|%b" % (seq, at, kind, body))


def to_row(run: str, seq: int, at: datetime, event: ev.Event) -> Row:
    """Make the row of an event; the time is kept to the microsecond. Raises what pydantic raises for what is no JSON."""
    when, body = at.astimezone(UTC).isoformat(), event.model_dump_json()
    return Row(run, seq, when, event.type, body, checksum(seq, when.encode(), event.type.encode(), body.encode()))


def read_entries(db: sqlite3.Connection, run: str, after: int) -> Reading:
    """Read the entries of a run behind `after` up to the first that is missing, cut off or changed."""
    entries: list[ev.Entry] = []
    last = after
    begun = False
    try:
        # Both questions see the same moment, or a run that is being written would look cut off.
        begun = not db.in_transaction
        if begun:
            db.execute("BEGIN")
        known = db.execute("SELECT seq FROM runs WHERE id = ?", (run,)).fetchone()
        rows = db.execute(
            # As bytes: what is no UTF-8 any more is found by its checksum, and nothing is decoded only to be encoded again.
            "SELECT seq, CAST(at AS BLOB), CAST(type AS BLOB), CAST(body AS BLOB), crc FROM events"
            " WHERE run = ? AND seq > ? ORDER BY seq",
            (run, after),
        )
        with _not_collecting():
            for seq, at, kind, body, crc in rows:
                if seq != last + 1 or crc != checksum(seq, at, kind, body):
                    return Reading(entries, _damage(run, last), broken=True)
                event = ev.EVENTS.validate_json(body)
                entries.append(ev.Entry(run, seq, datetime.fromisoformat(at.decode()), event))
                last = seq
        if known and known[0] > last:
            return Reading(entries, _damage(run, last), broken=True)
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        if not _about_content(error):
            raise
        return Reading(entries, _damage(run, last), broken=not isinstance(error, ValueError))
    finally:
        if begun and db.in_transaction:
            db.execute("ROLLBACK")
    return Reading(entries)


@contextlib.contextmanager
def _not_collecting() -> Iterator[None]:
    """Keep the cyclic collector away while many objects are made that stay: it would walk through all of them, again and again.

    That is half of the time of a journal of 100,000 events (python -m benchmarks.journal).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _about_content(error: Exception) -> bool:
    return not isinstance(error, sqlite3.Error) or getattr(error, "sqlite_errorname", "").startswith("SQLITE_CORRUPT")


def _damage(run: str, last: int) -> str:
    return f"The journal of run {run} is damaged behind event {last}: what follows it cannot be read."


def read_runs(db: sqlite3.Connection, limit: int, search: str, *, unended: bool = False) -> list[RunRow]:
    """Read the runs, the latest first, whose name or request holds `search`, whatever its case; or those not ended."""
    rows = db.execute(
        "SELECT id, started, updated, request, planner, stage, gate, outcome, exit, tasks, seq, errors"
        # A damaged index would leave runs out without a word; 10,000 rows are sorted within a few milliseconds.
        " FROM runs"
        " WHERE (?1 = '' OR instr(folded(request), ?1) OR instr(id, ?1)) AND NOT (?3 AND outcome IS NOT NULL)"
        " ORDER BY +started DESC, +id DESC LIMIT ?2",
        (search.strip().casefold(), limit, unended),
    )
    return [_run_row(row) for row in rows]


def read_requests(db: sqlite3.Connection, limit: int) -> tuple[str, ...]:
    """Read the requests of the runs, the latest first, each once; one that its row cuts off is left out."""
    rows = db.execute(
        "SELECT request FROM runs WHERE request != '' AND length(request) < ?"
        " GROUP BY request ORDER BY max(started) DESC LIMIT ?",
        (REQUEST, limit),
    )
    return tuple(str(row[0]) for row in rows)


def list_is_sound(db: sqlite3.Connection) -> bool:
    """Whether the list of runs has all of them: a row or a page that is wrong may leave some out without a word."""
    try:
        return [row[0] for row in db.execute("PRAGMA integrity_check('runs')")] == ["ok"]
    except sqlite3.Error as error:
        if _about_content(error):
            return False
        raise


def _run_row(row: tuple[Any, ...]) -> RunRow:
    names = ("request", "planner", "stage", "gate", "outcome", "exit", "tasks", "events", "errors")
    try:
        started, updated = datetime.fromisoformat(row[1]), datetime.fromisoformat(row[2])
        # The clock may have gone back in between.
        times = {"started": started, "updated": max(started, updated)}
        return RunRow(id=row[0], **times, **dict(zip(names, row[3:], strict=True)))
    except (ValueError, TypeError):
        return RunRow(id=str(row[0]), started=UNKNOWN, updated=UNKNOWN, stage="damaged")


def changes(event: ev.Event) -> dict[str, Any]:
    """Return the columns of a run's row that an event sets; the gate opens and closes as in `Run.fold`."""
    match event:
        case ev.RunStarted():
            return {"request": event.request[:REQUEST], "planner": event.planner}
        case ev.StageEntered():
            return {"stage": event.stage.value} | ({} if event.stage is Stage.SELECTION else {"gate": None})
        case ev.PlanProposed():
            return {"tasks": len(event.plan.tasks)}
        case ev.GateOpened():
            return {"gate": event.gate.value, "errors": event.errors, **_count(event.tasks)}
        case ev.ApprovalCarried():
            return {"gate": None, **_count(event.tasks)}
        case ev.Approved() | ev.PlanApproved() | ev.PlanEdited() | ev.EditUndone() | ev.EditRedone():
            return {"gate": None}
        case ev.RunEnded():
            ended = {"outcome": event.outcome.value, "exit": event.exit}
            return {"stage": Stage.ENDED.value, "gate": None, **ended}
    return {}


def _count(tasks: int | None) -> dict[str, Any]:
    return {} if tasks is None else {"tasks": tasks}
