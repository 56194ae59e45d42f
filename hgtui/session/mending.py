"""A journal whose file is damaged: what can be read goes into a new file, the old one is set aside, and that is told."""

import contextlib
import mmap
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hgtui.core import events as ev
from hgtui.core.text import plural
from hgtui.session import database
from hgtui.session.damage import FRAME_HEADER, LOG_HEADER, PAGE, Known, log_is_damaged, salvage
from hgtui.session.database import Damaged, JournalError, Tell
from hgtui.session.migrating import free_name
from hgtui.session.rows import to_row
from hgtui.session.shelf import INSERT, list_run

_RUN = re.compile(r"[\w.-]{1,64}", re.ASCII)
_MOST = 1_000_000
"""More events than a run has: such a count is damaged itself."""
SHOWN = 3
LOG, INDEX = "-wal", "-shm"
_BEGUN, _READY = ".mending-", ".mended-"


@dataclass(slots=True)
class Kept:
    """What became of a damaged journal: runs that are whole, the last event of those that are not, those that are gone."""

    whole: int = 0
    cut: dict[str, int] = field(default_factory=dict)
    gone: tuple[str, ...] = ()

    def words(self, path: Path, place: Path) -> str:
        """Return the sentence for the person."""
        parts = [f"{plural(self.whole, 'run')} {'was' if self.whole == 1 else 'were'} kept whole"]
        if self.cut:
            parts.append(f"{len(self.cut)} up to the damage ({_named(self.cut)})")
        if self.gone:
            parts.append(f"{len(self.gone)} could not be read ({_named(self.gone)})")
        return f"{path} was damaged: {', '.join(parts)}; the damaged file lies in {place}."


def _named(runs: Any) -> str:
    names = sorted(runs)
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def open_with_care(path: Path, tell: Tell) -> sqlite3.Connection:
    """Open the journal's file as `database.open_writing` does; one that is damaged is mended first, and `tell` told.

    Raises JournalError where that cannot be done; the damaged file is then where it was.
    """
    if os.access(path, os.R_OK | os.W_OK) or os.access(path.parent, os.R_OK | os.W_OK | os.X_OK):
        _finish(path)
        if _lost_in_log(path):
            tell(set_aside(path))
    try:
        return database.open_writing(path, tell=tell)
    except Damaged as damaged:
        tell(set_aside(path, damaged))
    return database.open_writing(path, tell=tell)


def _finish(path: Path) -> None:
    """End what a program has begun that was killed while it mended."""
    with _explained(path), database.turn(path.parent):
        for ready in path.parent.glob(f"{path.name}{_READY}*"):
            _swap(path, ready)
        for left in path.parent.glob(f"{path.name}{_BEGUN}*"):
            left.unlink(missing_ok=True)


def _lost_in_log(path: Path) -> bool:
    """Whether a program died and its log cannot be read to its end, which SQLite would not say."""
    log = _beside(path, LOG)
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_HEADER + FRAME_HEADER:
            with database.turn(path.parent):
                # SQLite throws the log of an empty file away.
                return database.alone(path) and (path.stat().st_size == 0 or log_is_damaged(log.read_bytes()))
    return False


def set_aside(path: Path, damaged: Damaged | None = None) -> str:
    """Put what can be read of a damaged journal in its place, keep the file beside it, and return the sentence on it.

    Nothing of it may be open in this process. Raises JournalError, and `damaged` itself for a file that never was a
    journal; the file is then as it was: another program has it open, the disk is full, the folder cannot be written.
    """
    fresh = path.with_name(f"{path.name}{_BEGUN}{secrets.token_hex(4)}")
    try:
        with _explained(path), database.turn(path.parent):
            if not database.alone(path):
                raise JournalError(
                    f"{path} is damaged, and another hgtui has it open.",
                    "End that program; what can be read is kept at the next start.",
                )
            kept = _rescue(path, fresh)
            if damaged and not (kept.whole or kept.cut or kept.gone or _is_ours(path)):
                raise damaged
            place = free_name(path, "damaged")
            # From this rename on a program that is killed leaves what the next one ends.
            ready = fresh.rename(path.with_name(f"{path.name}{_READY}{place.name.removeprefix(path.name)}"))
            _swap(path, ready)
    finally:
        for end in ("", LOG, INDEX, "-journal"):
            _beside(fresh, end).unlink(missing_ok=True)
    return kept.words(path, place)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        why = database.explain(error, path)
        raise JournalError(f"{path} is damaged and was left as it is: {why.message}", why.hint) from error


def _is_ours(path: Path) -> bool:
    """Whether a file with no run in it that can be read was a journal: its first page has the tables."""
    with path.open("rb") as file:
        return b"CREATE TABLE events" in file.read(PAGE)


def _swap(path: Path, ready: Path) -> None:
    """Move the damaged file with its log away and the mended one to its place; once begun, it can be begun again."""
    place = path.with_name(path.name + ready.name.removeprefix(path.name + _READY))
    for end in (LOG, ""):
        with contextlib.suppress(FileNotFoundError):
            _beside(path, end).rename(_beside(place, end))
    _beside(path, INDEX).unlink(missing_ok=True)
    ready.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _rescue(path: Path, fresh: Path) -> Kept:
    """Write what can be read of a file and its log into a new journal."""
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    db = database.connect(fresh)
    try:
        database.set_up(db, None)
        db.execute("BEGIN")
        counts: dict[str, int] = {}
        with _bytes(path) as file, _bytes(_beside(path, LOG)) as log:
            for row in salvage(file, log):
                if not isinstance(row, Known):
                    db.execute(INSERT, row)
                elif _RUN.fullmatch(row.run) and 0 < row.events < _MOST:
                    counts[row.run] = max(row.events, counts.get(row.run, 0))
        kept = _cut(db, counts)
        db.execute("COMMIT")
        db.execute("BEGIN")
        for (run,) in db.execute("SELECT DISTINCT run FROM events ORDER BY run").fetchall():
            _list(db, run, kept.cut.get(run))
        db.execute("COMMIT")
    finally:
        db.close()
    return kept


@contextlib.contextmanager
def _bytes(path: Path) -> Iterator[Any]:
    """Give the bytes of a file; none where it is empty or not there."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield b""
        return
    with file:
        if os.fstat(file.fileno()).st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _cut(db: sqlite3.Connection, counts: dict[str, int]) -> Kept:
    """Keep of each run the events up to the first that is missing."""
    kept, last = Kept(), dict.fromkeys(counts, 0)
    most = dict(counts)
    for run, seq in db.execute("SELECT run, seq FROM events ORDER BY run, seq"):
        last[run] = seq if seq == last.get(run, 0) + 1 else last.get(run, 0)
        most[run] = max(seq, most.get(run, 0))
    for run, seq in last.items():
        db.execute("DELETE FROM events WHERE run = ? AND seq > ?", (run, seq))
        if seq and seq < most[run]:
            kept.cut[run] = seq
    kept.whole = sum(1 for run, seq in last.items() if seq and run not in kept.cut)
    kept.gone = tuple(run for run, seq in last.items() if not seq)
    return kept


def _list(db: sqlite3.Connection, run: str, cut: int | None) -> None:
    """List a run; in one that was cut the damage is an event of its own."""
    if cut is not None:
        (last,) = db.execute("SELECT at FROM events WHERE run = ? AND seq = ?", (run, cut)).fetchone()
        text = f"The journal was damaged behind event {cut}: what followed is not here any more."
        when = datetime.fromisoformat(last).astimezone(UTC)
        db.execute(INSERT, to_row(run, cut + 1, when, ev.Logged(level="warning", text=text)))
    list_run(db, run)
