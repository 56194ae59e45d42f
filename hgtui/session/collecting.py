"""What lies in the data folder and nothing names any more: found, counted, and taken away."""

import asyncio
import contextlib
import mmap
import sqlite3
from pathlib import Path

from hgtui.core.base import Value
from hgtui.session import locks
from hgtui.session.artifacts import Artifacts
from hgtui.session.database import FILE, JournalError, explain
from hgtui.session.journal import Journal
from hgtui.session.references import DIGEST_BYTES, closure, named, named_in_record

GRACE_S = 3600.0
"""How old, in seconds, an artifact must be: a run that goes on writes it first and names it afterwards."""
RESULTS = "results.db"


class Collected(Value):
    """What was taken away, or would be: artifacts and their bytes, old locks; and how many artifacts stay.

    `young` artifacts are named by nothing yet, and were put within the last hour.
    """

    removed: int
    freed: int
    kept: int
    young: int
    locks: int
    dry_run: bool


async def collect(journal: Journal, artifacts: Artifacts, folder: Path, *, dry_run: bool = False) -> Collected:
    """Take away the artifacts of a data folder that no run, no kept result and no record names, and old locks.

    A copy of the journal that lies beside it (before a migration, or damaged) names artifacts too. Raises JournalError
    and ArtifactError; where it cannot be told what is named, nothing is taken away.
    """
    # In this order: what is put while the names are gathered is not among those that are looked at.
    everything = await artifacts.listing()
    old = await artifacts.listing(GRACE_S)
    first: set[str] = set()
    await journal.texts(lambda body: first.update(named(body)))
    await asyncio.to_thread(_name_elsewhere, folder, first)
    live = await asyncio.to_thread(closure, first & everything.keys(), lambda digest: _record(artifacts, digest))
    removed = freed = 0
    for digest, size in old.items():
        if digest not in live:
            gone = size if dry_run else await artifacts.remove(digest, GRACE_S)
            if gone is not None:
                removed, freed = removed + 1, freed + gone
    left = await asyncio.to_thread(locks.left_over, folder, remove=not dry_run)
    return Collected(
        removed=removed,
        freed=freed,
        kept=len(live),
        young=len(everything.keys() - live - old.keys()),
        locks=len(left),
        dry_run=dry_run,
    )


def copies(folder: Path) -> list[Path]:
    """Return the copies of the journal that lie in a data folder: from before a migration, and damaged ones."""
    return sorted(one for one in folder.glob(f"{FILE}.*") if one.is_file() and not one.name.endswith(("-wal", "-shm")))


def _record(artifacts: Artifacts, digest: str) -> bytes | None:
    """Return the bytes of an artifact that may name others, none of any other."""
    try:
        data = artifacts.path(digest).read_bytes()
    except (KeyError, FileNotFoundError):
        return None
    return data if named_in_record(data) else b""


def _name_elsewhere(folder: Path, first: set[str]) -> None:
    results = folder / RESULTS
    if results.is_file():
        _name_in_table_texts(results, first)
    try:
        for place in copies(folder):
            for part in (place, place.with_name(f"{place.name}-wal")):
                _name_in_bytes(part, first)
    except OSError as error:
        raise explain(error, folder) from error


def _name_in_table_texts(path: Path, first: set[str]) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=15)) as db:
            db.execute("PRAGMA query_only = ON")
            db.text_factory = lambda data: data.decode("utf-8", "replace")
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                quoted = table.replace('"', '""')
                for row in db.execute(f'SELECT * FROM "{quoted}"'):
                    for value in row:
                        if isinstance(value, str):
                            first.update(named(value))
    except sqlite3.Error as error:
        why = explain(error, path)
        raise JournalError(
            f"What the kept results name cannot be read, and nothing was removed: {why.message}", why.hint
        ) from error


def _name_in_bytes(path: Path, first: set[str]) -> None:
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            first.update(found.group().decode() for found in DIGEST_BYTES.finditer(data))
