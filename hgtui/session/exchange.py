"""Runs out of the journal into a file, and back: export, import, and a look into a file without keeping it."""

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hgtui import __version__
from hgtui.core import events as ev
from hgtui.core.run import Run, fold
from hgtui.core.states import EXIT_INTERRUPTED, Gate, Outcome
from hgtui.session.archive import Archive, ArchiveError, journal_text, write
from hgtui.session.artifacts import Artifacts
from hgtui.session.journal import Journal
from hgtui.session.references import DIGEST, closure, named, named_in_record

Masked = Callable[[str], str]
"""Takes the secrets out of a text (`Records.masked`)."""
ENDED_HERE = "It was imported in the middle: what was approved elsewhere is not gone on with here."


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the run, how many artifacts, how many bytes, and those that it names and that are not here."""

    run: str
    artifacts: int
    size: int
    missing: tuple[str, ...] = ()


class Content:
    """A run as it goes into a file: every text without secrets, every digest that of what is in the file."""

    def __init__(self, entries: list[ev.Entry], artifacts: Artifacts, masked: Masked) -> None:
        """Read through the artifacts of a run. Blocking; OSError where one cannot be read."""
        self._artifacts, self._masked = artifacts, masked
        lines = [ev.ENTRIES.dump_python(entry, mode="json") for entry in entries]
        text = json.dumps(lines)
        self._as_kept: dict[str, str] = {}  # the digest in the file: the digest of what is kept
        self._as_sent: dict[str, str] = {}
        found = closure(named(text), self._look)
        for digest in sorted(found):
            self._as_kept[self._sent(digest)] = digest
        self.journal = journal_text(_with_digests(without_secrets(line, masked), self._as_sent) for line in lines)
        self.missing = tuple(sorted(set(_needed(entries)) - found))

    @property
    def count(self) -> int:
        """How many artifacts there are."""
        return len(self._as_kept)

    def artifacts(self) -> Iterator[tuple[str, bytes]]:
        """Yield digest and bytes of every artifact, in the order of the digests."""
        for sent in sorted(self._as_kept):
            yield sent, self._data(self._as_kept[sent])

    def _read(self, digest: str) -> bytes | None:
        try:
            data = self._artifacts.path(digest).read_bytes()
        except (KeyError, FileNotFoundError):
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    # closure wants the bytes of records alone
    def _look(self, digest: str) -> bytes | None:
        data = self._read(digest)
        return None if data is None else data if named_in_record(data) else data[:0]

    def _sent(self, digest: str) -> str:
        if digest not in self._as_sent:
            self._as_sent[digest] = digest  # a record that names itself ends here
            self._as_sent[digest] = hashlib.sha256(self._data(digest)).hexdigest()
        return self._as_sent[digest]

    def _data(self, digest: str) -> bytes:
        data = self._read(digest) or b""
        names = named_in_record(data)
        if names:
            record = without_secrets(json.loads(data), self._masked)
            sent = {name: self._sent(name) for name in names if self._read(name) is not None}
            return json.dumps(_with_digests(record, sent), sort_keys=True, separators=(",", ":")).encode("ascii")
        try:
            return self._masked(data.decode("utf-8")).encode("utf-8")
        except UnicodeDecodeError:
            return data


def without_secrets(data: Any, masked: Masked) -> Any:
    """Return JSON data with every text in it as `masked` gives it."""
    if isinstance(data, str):
        return masked(data)
    if isinstance(data, list):
        return [without_secrets(item, masked) for item in data]
    if isinstance(data, dict):
        return {masked(name): without_secrets(value, masked) for name, value in data.items()}
    return data


def _with_digests(data: Any, sent: dict[str, str]) -> Any:
    if isinstance(data, str):
        return DIGEST.sub(lambda found: sent.get(found.group(), found.group()), data)
    if isinstance(data, list):
        return [_with_digests(item, sent) for item in data]
    if isinstance(data, dict):
        return {name: _with_digests(value, sent) for name, value in data.items()}
    return data


def _needed(entries: list[ev.Entry]) -> Iterator[str]:
    for entry in entries:
        match entry.event:
            case ev.TaskDone(results=results):
                yield from (one.digest for one in results)
            case ev.Called(record=digest) | ev.SentAgain(record=digest) | ev.PlanningFailed(raw=digest) if digest:
                yield digest


async def export_run(journal: Journal, artifacts: Artifacts, run: str, to: Path, masked: Masked) -> Exported:
    """Write a run into one file, whole or not at all. Raises ArchiveError, JournalError."""
    reading = await journal.read(run)
    if reading.damage:
        raise ArchiveError(reading.damage, f"hgtui show {run} shows what can be read.")
    try:
        return await asyncio.to_thread(_export, reading.entries, artifacts, run, to, masked)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ArchiveError(f"{to} cannot be written: {why}.", "Name another file with -o.") from error


def _export(entries: list[ev.Entry], artifacts: Artifacts, run: str, to: Path, masked: Masked) -> Exported:
    content = Content(entries, artifacts, masked)
    half = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b") as file:
            write(file, run, __version__, content.journal, content.artifacts())
            file.flush()
            os.fsync(file.fileno())
        half.replace(to)
    finally:
        half.unlink(missing_ok=True)
    return Exported(run, content.count, to.stat().st_size, content.missing)


async def import_run(
    journal: Journal, artifacts: Artifacts, path: Path, masked: Masked, now: datetime
) -> tuple[str, bool]:
    """Take a run in from a file; return its name, and False where it is here already, just as it is there.

    Everything is checked before anything is stored, and all of it is stored or nothing. What was approved elsewhere is
    not approved here: a run in the middle of its tasks is ended. Raises ArchiveError, ArtifactError, JournalError.
    """
    archive = await asyncio.to_thread(Archive, path)
    with contextlib.closing(archive):
        if await journal.exists(archive.run):
            await _compare(journal, artifacts, archive, masked)
            return archive.run, False
        new: list[str] = []
        try:
            await _take_artifacts(archive, artifacts, new)
            await journal.put(ended_here(archive.entries, now))
        except BaseException:
            for digest in new:
                await artifacts.remove(digest)
            raise
    return archive.run, True


async def _compare(journal: Journal, artifacts: Artifacts, archive: Archive, masked: Masked) -> None:
    here = (await journal.read(archive.run)).entries
    if here and isinstance(here[-1].event, ev.RunEnded) and here[-1].event.message == ENDED_HERE:
        here = here[:-1]
    content = await asyncio.to_thread(Content, here, artifacts, masked)
    if content.journal != archive.lines:
        raise ArchiveError(
            f"There is a run {archive.run} here already, and it is another than the one in the file.",
            f"To take the file's: hgtui runs --delete {archive.run}",
        )


async def _take_artifacts(archive: Archive, artifacts: Artifacts, new: list[str]) -> None:
    for digest in archive.digests:
        if not await artifacts.whole(digest):
            new.append(digest)
        await artifacts.put_blocks(archive.blocks(digest))


def ended_here(entries: list[ev.Entry], now: datetime) -> list[ev.Entry]:
    """Return the entries of a run from elsewhere; one that would go on without being asked ends with one more."""
    run = fold(entries)
    if run.ended:
        return entries
    if run.gate is not None and run.gate.gate is not Gate.TASK and run.grant is None:
        # Whose rules they were is not known: what is approved here is asked for as rules of here have it.
        drops = [ev.RuleDropped(key=key) for key in dict.fromkeys(one.key for one in run.book.rules)]
        rows = enumerate(drops, run.seq + 1)
        return [*entries, *(ev.Entry(run=run.id, seq=seq, at=now, event=event) for seq, event in rows)]
    end = ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=EXIT_INTERRUPTED, message=ENDED_HERE)
    return [*entries, ev.Entry(run=run.id, seq=run.seq + 1, at=now, event=end)]


async def look_into(path: Path, journal: Journal, artifacts: Artifacts, now: datetime) -> Run:
    """Put an exported run into a journal and artifacts that are not kept (`nostore.Traceless`); return it.

    It goes no further by itself: one that was in the middle of its tasks is ended. Raises ArchiveError, ArtifactError.
    """
    archive = await asyncio.to_thread(Archive, path)
    with contextlib.closing(archive):
        await _take_artifacts(archive, artifacts, [])
        entries = ended_here(archive.entries, now)
        await journal.put(entries)
    return fold(entries)
