"""A run as one file: its journal and its artifacts in a ZIP with a manifest of digests. Read as what a stranger made."""

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Self

from pydantic import ValidationError

from hgtui.core.base import canonical
from hgtui.core.events import ENTRIES, PASSING_EVENTS, Entry, RunStarted
from hgtui.core.text import clean, one_line

FORMAT = 1
MANIFEST, JOURNAL, ARTIFACTS = "manifest.json", "journal.jsonl", "artifacts/"
MOST_MEMBERS = 100_000
MOST_BYTES = 8_000_000_000
"""How large all members of an archive may be together, unpacked."""
MOST_TEXT = 1_000_000_000
"""How large its manifest and its journal may be, in bytes, unpacked."""
RATIO, RATIO_FROM = 200, 100_000_000
"""An archive that unpacks to more than so many times its own size is refused, from so many bytes on."""
BLOCK = 1 << 20
_MEMBER = re.compile(rf"{MANIFEST}|{JOURNAL}|{ARTIFACTS}[0-9a-f]{{64}}")
_RUN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_BEGINS = b"PK\x03\x04"
_HINT = "Export the run again where it was made: hgtui export RUN -o FILE"


class ArchiveError(Exception):
    """A file is no run that could be taken in, or one could not be written. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = _HINT) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def is_archive(path: Path) -> bool:
    """Whether a file begins as an exported run does; False where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(4) == _BEGINS
    except OSError:
        return False


def write(file: BinaryIO, run: str, version: str, journal: bytes, artifacts: Iterable[tuple[str, bytes]]) -> None:
    """Write an archive; equal runs make equal bytes. `artifacts` are in the order of their digests, each read once."""
    members: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _members(journal, artifacts):
            members[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            _add(archive, name, data)
        manifest = {"format": FORMAT, "hgtui": version, "run": run, "members": members}
        _add(archive, MANIFEST, (json.dumps(manifest, sort_keys=True, indent=1) + "\n").encode())


def _members(journal: bytes, artifacts: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    yield JOURNAL, journal
    for digest, data in artifacts:
        yield ARTIFACTS + digest, data


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # Neither the time nor the system on which it is made is part of what it says.
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr, info.compress_type = 3, (stat.S_IFREG | 0o600) << 16, zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def journal_text(entries: Iterable[Any]) -> bytes:
    """Return entries (JSON data) as the lines of an archive."""
    return "".join(canonical(entry) + "\n" for entry in entries).encode("utf-8", "surrogatepass")


class Archive:
    """An archive whose names, sizes, digests and events are all right. Close it, or use it as a context manager.

    `entries` are the run's, every text in them cleaned; `digests` of what it holds; `lines` its journal as it stands.
    """

    def __init__(self, path: Path) -> None:
        """Open and check a file. Raises ArchiveError."""
        self.path, self._shown = path, one_line(str(path), 200)
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
            why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "it is no ZIP file"
            raise ArchiveError(f"{self._shown} is no exported run: {why}.") from error
        try:
            self._check_names()
            manifest = self._read_manifest()
            self.run = str(manifest["run"])
            for name, facts in manifest["members"].items():
                self._verify(name, facts)
            self.lines = self._whole(JOURNAL, MOST_TEXT)
            self.entries = self._read_entries()
        except BaseException:
            self._zip.close()
            raise

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of the artifacts that it holds."""
        return tuple(name.removeprefix(ARTIFACTS) for name in self._zip.namelist() if name.startswith(ARTIFACTS))

    def blocks(self, digest: str) -> Iterator[bytes]:
        """Yield the bytes of an artifact piece by piece; KeyError where it holds none of that digest."""
        return self._blocks(ARTIFACTS + digest)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _no(self, why: str) -> ArchiveError:
        return ArchiveError(f"{self._shown} is no exported run that can be taken in: {why}.")

    def _check_names(self) -> None:
        infos = self._zip.infolist()
        names = {info.filename for info in infos}
        if len(infos) > MOST_MEMBERS:
            raise self._no(f"it has more than {MOST_MEMBERS:,} members")
        for info in infos:
            shown = repr(one_line(info.filename, 80))
            kind = stat.S_IFMT(info.external_attr >> 16)
            # The name as it stands in the file: the library cuts one at a NUL.
            if not _MEMBER.fullmatch(info.filename) or info.orig_filename != info.filename:
                raise self._no(f"it has a member {shown}, which no exported run has")
            if kind not in {0, stat.S_IFREG}:
                raise self._no(f"its member {shown} is no plain file")
            if info.flag_bits & 1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise self._no(f"its member {shown} is encrypted or packed in another way")
        if len(names) != len(infos):
            raise self._no("a name stands in it twice")
        if not {MANIFEST, JOURNAL} <= names:
            raise self._no(f"{MANIFEST} or {JOURNAL} is missing")
        self._check_sizes(infos)

    def _check_sizes(self, infos: list[zipfile.ZipInfo]) -> None:
        total, packed = sum(info.file_size for info in infos), self.path.stat().st_size
        if total > MOST_BYTES or total > max(RATIO_FROM, RATIO * packed):
            raise self._no(f"it would unpack to {total:,} bytes, from {packed:,}")

    def _read_manifest(self) -> dict[str, Any]:
        try:
            data = json.loads(self._whole(MANIFEST, MOST_TEXT))
            number = data["format"]
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise self._no("its manifest cannot be read") from error
        if isinstance(number, int) and number > FORMAT:
            raise ArchiveError(
                f"{self._shown} was written by a newer hgtui (format {number}; this one reads {FORMAT}).",
                "Update hgtui.",
            )
        members, run = data.get("members"), data.get("run")
        if number != FORMAT or not isinstance(members, dict) or not isinstance(run, str) or not _RUN.fullmatch(run):
            raise self._no("its manifest is not one")
        if set(members) != set(self._zip.namelist()) - {MANIFEST}:
            raise self._no("its manifest names other members than it has")
        return {"run": run, "members": members}

    def _verify(self, name: str, facts: Any) -> None:
        seen, size = hashlib.sha256(), 0
        for block in self._blocks(name):
            seen.update(block)
            size += len(block)
        if not isinstance(facts, dict) or (facts.get("sha256"), facts.get("size")) != (seen.hexdigest(), size):
            raise self._no(f"{name} is not what the manifest says")
        if name.startswith(ARTIFACTS) and name != ARTIFACTS + seen.hexdigest():
            raise self._no(f"{name} holds something else")

    def _blocks(self, name: str) -> Iterator[bytes]:
        left = self._zip.getinfo(name).file_size
        try:
            with self._zip.open(name) as member:
                while block := member.read(BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise self._no(f"{name} is larger than it says")
                    yield block
        except (
            OSError,
            EOFError,
            ValueError,
            RuntimeError,
            NotImplementedError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise self._no(f"{name} cannot be unpacked") from error
        if left:
            raise self._no(f"{name} is smaller than it says")

    def _whole(self, name: str, most: int) -> bytes:
        if self._zip.getinfo(name).file_size > most:
            raise self._no(f"{name} is larger than {most:,} bytes")
        return b"".join(self._blocks(name))

    def _read_entries(self) -> list[Entry]:
        entries = []
        for number, line in enumerate(self.lines.splitlines(), 1):
            try:
                entry = ENTRIES.validate_json(json.dumps(cleaned(json.loads(line))))
            except (ValidationError, ValueError, RecursionError) as error:
                raise self._no(f"line {number} of its journal is no event that this hgtui knows") from error
            if entry.run != self.run or entry.seq != number or isinstance(entry.event, PASSING_EVENTS):
                raise self._no(f"line {number} of its journal is no event of the run in its place")
            if entry.at.tzinfo is None:
                raise self._no(f"line {number} of its journal has no time")
            entries.append(entry)
        if not entries or not isinstance(entries[0].event, RunStarted):
            raise self._no("its journal has no beginning")
        return entries


def cleaned(data: Any) -> Any:
    """Return JSON data with every text in it cleaned, as whatever comes from outside."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, list):
        return [cleaned(item) for item in data]
    if isinstance(data, dict):
        return {clean(name): cleaned(value) for name, value in data.items()}
    return data
