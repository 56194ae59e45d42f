"""The file of the kept results: how it is made, opened, closed and put away."""

import contextlib
import os
import sqlite3
from pathlib import Path

from hgtui.session.database import JournalError, make_folder, turn

VERSION = 1
BUSY_S = 10.0
"""How long, in seconds, to wait for another process that is writing."""

_SCHEMA = (
    # `used` counts up: the order of use does not hang on a clock.
    """CREATE TABLE results (
        key TEXT PRIMARY KEY, task TEXT NOT NULL, candidate TEXT NOT NULL, run TEXT NOT NULL, at TEXT NOT NULL,
        seconds REAL NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL, kept TEXT NOT NULL
    )""",
    "CREATE INDEX results_by_use ON results (used)",
    "CREATE INDEX results_by_runner ON results (task, candidate, at)",
    # What a sum over all rows would tell, for each result that is put: kept up by triggers, for every process alike.
    "CREATE TABLE total (rows INTEGER NOT NULL, bytes INTEGER NOT NULL)",
    "INSERT INTO total VALUES (0, 0)",
    """CREATE TRIGGER results_in AFTER INSERT ON results
    BEGIN UPDATE total SET rows = rows + 1, bytes = bytes + new.size; END""",
    """CREATE TRIGGER results_out AFTER DELETE ON results
    BEGIN UPDATE total SET rows = rows - 1, bytes = bytes - old.size; END""",
)


class Unusable(Exception):
    """Results cannot be kept here. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message.removesuffix("."))
        self.message, self.hint = message, hint


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, making it and its folder where they are not, for its owner only.

    Raises Unusable for a folder that cannot be used and for a file of a newer hgtui, sqlite3.Error for anything else.
    """
    try:
        make_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except JournalError as error:
        raise Unusable(error.message, error.hint) from error
    except OSError as error:
        raise Unusable(f"{path} cannot be made: {(error.strerror or str(error)).lower()}.") from error
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        with turn(path.parent):
            _set_up(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _set_up(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise Unusable(
            f"{path} was written by a newer hgtui (version {version} of its layout; this one reads {VERSION}).",
            "Update hgtui, or remove the file: its results are made again.",
        )
    # What is lost when the power fails is made again, so that no result waits for the disk.
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON", "cell_size_check = ON"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    if version == 0:
        db.execute("BEGIN IMMEDIATE")
        with db:
            for statement in _SCHEMA:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION:d}")


def broken(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is not one that hgtui has written."""
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or str(error).startswith(
        ("no such table", "no such column", "unsupported file format")
    )


def remove(path: Path) -> None:
    """Take the file and what SQLite lays beside it away."""
    for place in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
        place.unlink(missing_ok=True)


def close(db: sqlite3.Connection, path: Path) -> None:
    """Close a connection; the last one of the file folds its log into it."""
    with turn(path.parent) if path.parent.is_dir() else contextlib.nullcontext():
        db.close()
