"""The journal's file: an SQLite database, opened with care, and its errors in plain words."""

import contextlib
import errno
import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from hgtui.config import DATA_DIR

FILE = "runs.db"
SCHEMA = 1
BUSY_S = 15.0
"""How long, in seconds, to wait for another process that is writing."""

_TABLES = (
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
    f"PRAGMA user_version = {SCHEMA}",
)


class JournalError(Exception):
    """The journal cannot be opened, read or written. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


ELSEWHERE = f"Set {DATA_DIR} to a folder that can be written."
SPACE = f"Free some space, or set {DATA_DIR} to a folder on another disk."


def explain(error: Exception, path: Path | None) -> JournalError:
    """Put an error of SQLite or of the system in words."""
    place = path or "the journal in memory"
    name = getattr(error, "sqlite_errorname", "") or errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    if name in {"SQLITE_FULL", "ENOSPC", "EDQUOT"}:
        return JournalError(f"The disk is full: the run could not be written to {place}.", SPACE)
    if name in {"SQLITE_BUSY", "SQLITE_LOCKED"} or name.startswith("SQLITE_BUSY"):
        return JournalError(f"Another program keeps {place} locked.", "End it, or wait until it is done.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return JournalError(f"{place} cannot be written.", ELSEWHERE)
    if name.startswith("SQLITE_IOERR"):
        return JournalError(f"Reading or writing {place} failed: the disk is full or faulty.", SPACE)
    if name == "SQLITE_NOTADB":
        return JournalError(
            f"{place} is not a journal of hgtui.", f"Move it away, or set {DATA_DIR} to another folder."
        )
    if name.startswith("SQLITE_CORRUPT"):
        return JournalError(f"{place} is damaged.", "Move it away; hgtui makes a new one.")
    return JournalError(f"{place} could not be used: {error}.", ELSEWHERE)


def _folder_error(error: OSError, folder: Path) -> JournalError:
    why = (error.strerror or str(error)).lower()
    return JournalError(f"The data folder {folder} cannot be used: {why}.", ELSEWHERE)


def make_folder(folder: Path) -> None:
    """Make the data folder, readable by its owner only; one that is there keeps its mode. Raises JournalError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _folder_error(error, folder) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise JournalError(f"The data folder {folder} cannot be written.", ELSEWHERE)


def _make_file(path: Path) -> None:
    # A file that is there is not opened here: closing it would drop the locks that SQLite holds on it in this process.
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise JournalError(f"{path} is not a file.", f"Move it away, or set {DATA_DIR} to another folder.")
        if not os.access(path, os.R_OK | os.W_OK):
            raise JournalError(f"{path} cannot be read and written.", ELSEWHERE)
        if found.st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise _folder_error(error, path.parent) from error


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    # Changing to WAL, and the clean-up when the last connection closes, answer "locked" to whoever comes at that moment.
    place = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # A file system without locks on folders still has SQLite's own.
        with contextlib.suppress(OSError):
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def _version(db: sqlite3.Connection, path: Path | None) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise JournalError(
            f"{path} was written by a newer hgtui (version {version} of its layout; this one reads {SCHEMA}).",
            f"Update hgtui, or set {DATA_DIR} to another folder.",
        )
    if version == 0 and db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise JournalError(
            f"{path} is a database of another program.", f"Move it away, or set {DATA_DIR} to another folder."
        )
    return int(version)


def _connect(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(path or ":memory:", timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    # Bytes that are not UTF-8 any more must not stop the reading of what stands before them; the checksum finds them.
    db.text_factory = lambda data: data.decode("utf-8", "replace")
    db.create_function("folded", 1, lambda text: str(text).casefold(), deterministic=True)
    return db


def _set_up(db: sqlite3.Connection, path: Path | None) -> None:
    _version(db, path)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "cell_size_check = ON"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    db.execute("BEGIN IMMEDIATE")
    if _version(db, path) == 0:
        for statement in _TABLES:
            db.execute(statement)
    db.execute("COMMIT")


def open_writing(path: Path | None) -> sqlite3.Connection:
    """Open the journal's file for its one writer, making it and its folder where they are not; None is in memory.

    Raises JournalError for a folder or a file that cannot be used, and for a layout that is newer than this program's.
    """
    if path is None:
        db = _connect(None)
        _set_up(db, None)
        return db
    make_folder(path.parent)
    _make_file(path)
    db = _connect(path)
    try:
        with _turn(path.parent):
            _set_up(db, path)
    except BaseException as error:
        db.close()
        if isinstance(error, (sqlite3.Error, OSError)):
            raise explain(error, path) from error
        raise
    return db


def open_reading(path: Path) -> sqlite3.Connection:
    """Open the journal's file for queries, beside its writer."""
    db = _connect(path)
    db.execute("PRAGMA query_only = ON")
    return db


def close(db: sqlite3.Connection, path: Path | None) -> None:
    """Close a connection; the last one of a file folds its log into it."""
    if path is None or not path.parent.is_dir():
        db.close()
        return
    with _turn(path.parent):
        db.close()
