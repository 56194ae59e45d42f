"""Whole runs in and out of the journal's tables: listed from their events, put in, taken out."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from hgtui.core.events import Entry
from hgtui.session.database import JournalError
from hgtui.session.rows import Row, changes, read_entries, to_row

INSERT = "INSERT OR IGNORE INTO events (run, seq, at, type, body, crc) VALUES (?, ?, ?, ?, ?, ?)"


def list_run(db: sqlite3.Connection, run: str) -> None:
    """Make a run's row of the list from its events, within the caller's transaction."""
    rows = db.execute("SELECT at, seq FROM events WHERE run = ? ORDER BY seq", (run,)).fetchall()
    columns: dict[str, Any] = {"id": run, "started": rows[0][0], "updated": rows[-1][0], "seq": rows[-1][1]}
    for entry in read_entries(db, run, 0).entries:
        columns |= changes(entry.event)
    marks = ", ".join("?" * len(columns))
    db.execute(f"INSERT INTO runs ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))


def put_run(db: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Store a run with all its entries, or nothing of it. Raises JournalError where there is one of that name."""
    run = entries[0].run
    rows: list[Row] = [to_row(run, number, entry.at, entry.event) for number, entry in enumerate(entries, 1)]
    db.execute("BEGIN IMMEDIATE")
    try:
        for table, column in (("runs", "id"), ("events", "run")):
            if db.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (run,)).fetchone():
                raise JournalError(f"There is a run {run} already.", f"hgtui show {run}")
        db.executemany(INSERT, rows)
        list_run(db, run)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def take_out(db: sqlite3.Connection, run: str) -> int:
    """Delete a run with all its events, from the file and from its log; return how many events it had."""
    db.execute("BEGIN IMMEDIATE")
    try:
        count = db.execute("DELETE FROM events WHERE run = ?", (run,)).rowcount
        db.execute("DELETE FROM runs WHERE id = ?", (run,))
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    # What was deleted stands in the log until that is folded in; who still reads keeps it there a while longer.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return int(count)
