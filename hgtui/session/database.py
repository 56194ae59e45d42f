"""The journal's file: an SQLite database, opened with care, and its errors in plain words."""

import contextlib
import errno
import fcntl
import os
import sqlite3
import stat
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from hgtui.config import DATA_DIR
from hgtui.session.migrating import STEPS, Step, apply_steps, back_up

FILE = "runs.db"
BUSY_S = 15.0
"""How long, in seconds, to wait for another process that is writing."""

_SHARED = (0x40000002, 510)
"""The bytes that SQLite locks for as long as a file is open (www.sqlite.org/fileformat2.html, the lock-byte page)."""
_COLUMNS = {
    "runs": "id, started, updated, request, planner, stage, gate, outcome, exit, tasks, seq, errors",
    "events": "run, seq, at, type, body, crc",
}
_SMALLEST = 512
"""The smallest page, in bytes: SQLite would take a file with less for an empty one."""
_MADE_UP = 1000
"""From here on a version is taken for damage: a layout is numbered one by one."""

Tell = Callable[[str], None]


class JournalError(Exception):
    """The journal cannot be opened, read or written. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Damaged(JournalError):
    """The journal's file is not as it was written. What can be read of it can be kept (`mending`)."""


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
        return Damaged(f"{place} is not a journal of hgtui.", f"Move it away, or set {DATA_DIR} to another folder.")
    if is_damage(error):
        return Damaged(f"{place} is damaged.", "hgtui runs keeps what can be read of it.")
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
def turn(folder: Path) -> Iterator[None]:
    """Be the only one who opens or closes a journal of a data folder; not to be entered again inside."""
    # Changing to WAL, and the clean-up when the last connection closes, answer "locked" to whoever comes at that moment.
    place = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # A file system without locks on folders still has SQLite's own.
        with contextlib.suppress(OSError):
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def _version(db: sqlite3.Connection, path: Path | None, schema: int) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    ours = {"runs", "events"} <= tables
    if ours and not 0 < version < _MADE_UP:
        raise Damaged(f"{path} is damaged: it says that its layout has the version {version}.")
    if version > schema:
        raise JournalError(
            f"{path} was written by a newer hgtui (version {version} of its layout; this one reads {schema}).",
            f"Update hgtui, or set {DATA_DIR} to another folder.",
        )
    if tables and not ours:
        raise Damaged(  # or one of ours whose table of contents is: its rows tell
            f"{path} is a database of another program.", f"Move it away, or set {DATA_DIR} to another folder."
        )
    return int(version)


def connect(path: Path | None) -> sqlite3.Connection:
    """Open a file, or a database in memory, as every connection of the journal is."""
    db = sqlite3.connect(path or ":memory:", timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    # Bytes that are not UTF-8 any more must not stop the reading of what stands before them; the checksum finds them.
    db.text_factory = lambda data: data.decode("utf-8", "replace")
    db.create_function("folded", 1, lambda text: str(text).casefold(), deterministic=True)
    return db


def set_up(
    db: sqlite3.Connection, path: Path | None, steps: tuple[Step, ...] = STEPS, tell: Tell | None = None
) -> None:
    """Bring a connection's file to the last layout; one that is older is copied first, and that is told."""
    schema = steps[-1].version
    _version(db, path, schema)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "cell_size_check = ON"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    # What is deleted is overwritten: it must not be read from the file, nor come back when one is mended.
    db.execute("PRAGMA secure_delete = ON").fetchall()
    db.execute("BEGIN IMMEDIATE")
    version = _version(db, path, schema)
    # Nobody else writes from here on, so that the copy is what is migrated.
    backup = back_up(path, version) if path and 0 < version < schema else None
    try:
        apply_steps(db, version, steps)
        db.execute("COMMIT")
    except BaseException as error:
        if backup is None:
            raise
        backup.unlink(missing_ok=True)
        if not isinstance(error, sqlite3.Error) or is_damage(error):
            raise
        why = explain(error, path)
        raise JournalError(
            f"{path} could not be brought to version {schema} of its layout and is as it was: {why.message}", why.hint
        ) from error
    for table, columns in _COLUMNS.items():
        try:
            db.execute(f"SELECT {columns} FROM {table} LIMIT 0")
        except sqlite3.OperationalError as error:
            raise Damaged(f"{path} is damaged: its table {table} is not as it was made ({error}).") from error
    if backup and tell:
        tell(f"{path} was brought to version {schema} of its layout; as it was, it is kept in {backup}.")


def open_writing(path: Path | None, steps: tuple[Step, ...] = STEPS, tell: Tell | None = None) -> sqlite3.Connection:
    """Open the journal's file for its one writer, making it and its folder where they are not; None is in memory.

    A file of an older layout is migrated by `steps`, whole or not at all, and `tell` is given a sentence on it. Raises
    JournalError for a folder or a file that cannot be used, for a layout that is newer than `steps` and for a migration
    that failed, Damaged for a file that is not as it was written.
    """
    if path is None:
        db = connect(None)
        set_up(db, None, steps)
        return db
    make_folder(path.parent)
    _make_file(path)
    if 0 < path.stat().st_size < _SMALLEST:
        raise Damaged(f"{path} is not a journal of hgtui.", f"Move it away, or set {DATA_DIR} to another folder.")
    db = connect(path)
    try:
        with turn(path.parent):
            set_up(db, path, steps, tell)
            _count(path, 1)
    except BaseException as error:
        db.close()
        if isinstance(error, (sqlite3.Error, OSError)):
            raise explain(error, path) from error
        raise
    return db


_OPEN: Counter[Path] = Counter()
_COUNTING = threading.Lock()


def _count(path: Path, more: int) -> None:
    with _COUNTING:
        _OPEN[path.resolve()] += more


def alone(path: Path) -> bool:
    """Whether nobody has the file open. Only within `turn`, in which nobody opens it either."""
    # Closing any descriptor of a file drops the locks that SQLite holds on it in this process.
    if _OPEN[path.resolve()]:
        return False
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED[1], _SHARED[0])
    except OSError as error:
        return error.errno not in {errno.EACCES, errno.EAGAIN}
    finally:
        os.close(file)
    return True


def open_reading(path: Path) -> sqlite3.Connection:
    """Open the journal's file for queries, beside its writer."""
    db = connect(path)
    db.execute("PRAGMA query_only = ON")
    return db


def is_damage(error: BaseException) -> bool:
    """Whether an error of SQLite says that the file is not as it was written."""
    name = getattr(error, "sqlite_errorname", "")
    # A format that SQLite does not know was never written by it.
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "unsupported file format" in str(error)


def close(db: sqlite3.Connection, path: Path | None) -> None:
    """Close a connection; the last one of a file folds its log into it."""
    if path is None:
        db.close()
        return
    with turn(path.parent) if path.parent.is_dir() else contextlib.nullcontext():
        db.close()
        _count(path, -1)
