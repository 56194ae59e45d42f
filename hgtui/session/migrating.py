"""The layouts of the journal's file, from the first on, and the way from each to the next, under a backup."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

Change = str | Callable[[sqlite3.Connection], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What makes a file of the version before one of `version`: SQL statements, or functions of the connection."""

    version: int
    changes: tuple[Change, ...]


def _count_errors(db: sqlite3.Connection) -> None:
    """Take over from the events how many errors the plan has at whose gate a run waits."""
    waiting = db.execute("SELECT id FROM runs WHERE gate IS NOT NULL").fetchall()
    for (run,) in waiting:
        last = db.execute(
            "SELECT body FROM events WHERE run = ? AND type = 'gate_opened' ORDER BY seq DESC LIMIT 1", (run,)
        ).fetchone()
        # An event that cannot be read stays as it is: whoever reads the run is told.
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            count = int(json.loads(last[0] if last else "{}").get("errors", 0))
            db.execute("UPDATE runs SET errors = ? WHERE id = ?", (count, run))


STEPS = (
    Step(
        1,
        (
            """CREATE TABLE runs (
        id TEXT PRIMARY KEY, started TEXT NOT NULL, updated TEXT NOT NULL, request TEXT NOT NULL DEFAULT '',
        planner TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT 'asking', gate TEXT, outcome TEXT, exit INTEGER,
        tasks INTEGER NOT NULL DEFAULT 0, seq INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
            "CREATE INDEX runs_by_start ON runs (started DESC, id DESC)",
            """CREATE TABLE events (
        run TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
        crc INTEGER NOT NULL, PRIMARY KEY (run, seq)
    ) WITHOUT ROWID""",
        ),
    ),
    Step(2, ("ALTER TABLE runs ADD COLUMN errors INTEGER NOT NULL DEFAULT 0", _count_errors)),
)
"""Every step that was ever released, in order: one is added and none is changed. A new file goes through all of them."""

SCHEMA = STEPS[-1].version


def apply_steps(db: sqlite3.Connection, version: int, steps: tuple[Step, ...]) -> None:
    """Bring a file of `version` (0: an empty one) to the last of `steps`, inside the transaction of the caller."""
    for step in steps:
        if step.version > version:
            for change in step.changes:
                if isinstance(change, str):
                    db.execute(change)
                else:
                    change(db)
            db.execute(f"PRAGMA user_version = {step.version:d}")


def back_up(path: Path, version: int) -> Path:
    """Copy a journal of `version` with all that is committed; return where to: ``runs.db.v1-backup-20261121-100000``.

    Raises OSError and sqlite3.Error; what was begun is taken away then.
    """
    place = free_name(path, f"v{version}-backup")
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(place)) as copy:
            source.execute("PRAGMA query_only = ON")
            # The copy says of itself that it has a log beside it, as the file does; it is whole without one.
            source.backup(copy)
    except BaseException:
        for left in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)
        raise
    return place


def free_name(path: Path, what: str) -> Path:
    """Return a name beside a file that nothing has: the file's, what it is for, and the time (UTC)."""
    base = f"{path.name}.{what}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    names = (path.with_name(base if not number else f"{base}-{number}") for number in range(1000))
    return next(name for name in names if not name.exists())
