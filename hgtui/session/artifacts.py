"""The artifact store: bytes by their SHA-256, each written whole or not at all."""

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

from hgtui.config import DATA_DIR
from hgtui.core.ports import ArtifactError

__all__ = ["ArtifactError", "Artifacts"]

FOLDER = "artifacts"
BLOCK = 1 << 20
LEFT_OVER_S = 24 * 3600
"""The age, in seconds, from which an unfinished file is taken for one that a killed process has left."""
THREADS = 4
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".unfinished-"

T = TypeVar("T")


def _explain(error: OSError, place: Path) -> ArtifactError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        hint = f"Free some space, or set {DATA_DIR} to a folder on another disk."
        return ArtifactError(f"The disk is full: a result could not be kept in {place}.", hint)
    why = (error.strerror or str(error)).lower()
    return ArtifactError(
        f"The folder {place} cannot be used: {why}.", f"Set {DATA_DIR} to a folder that can be written."
    )


class Artifacts:
    """Bytes under ``artifacts/ab/abcdef…`` in a data folder, readable by their owner only.

    Implements `core.ports.ArtifactStore`. Nothing is made on the disk before the first `put`.
    """

    def __init__(self, folder: Path) -> None:
        self._root = folder / FOLDER
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="artifacts")
        self._swept = False

    async def put(self, data: bytes | Path) -> tuple[str, int]:
        """Keep bytes or the content of a file; return the SHA-256 in hexadecimal and the size in bytes.

        When it returns they are synced to the disk. Raises ArtifactError for a full disk, a folder that cannot be
        written and a source that cannot be read or is no regular file.
        """
        return await self._run(lambda: self._put_file(data) if isinstance(data, Path) else self._put_bytes(data))

    async def put_blocks(self, blocks: Iterable[bytes]) -> tuple[str, int]:
        """Keep what comes piece by piece, as `put` does; `blocks` is gone through in a thread."""
        return await self._run(lambda: self._put_each(blocks))

    async def remove(self, digest: str, older_s: float = 0.0) -> int | None:
        """Remove the bytes unless they were put within `older_s` seconds; return their size, None where they stay.

        Raises ArtifactError.
        """
        return await self._run(lambda: self._remove(digest, older_s))

    async def listing(self, older_s: float = 0.0) -> dict[str, int]:
        """Return digest and size in bytes of everything that was put more than `older_s` seconds ago."""
        return await self._run(lambda: dict(self._list(older_s)))

    def path(self, digest: str) -> Path:
        """Return where the bytes are, to read and never to write; KeyError where there are none."""
        place = self._place(digest)
        if not place.is_file():
            raise KeyError(digest)
        return place

    async def read(self, digest: str, limit: int | None = None) -> bytes:
        """Return the bytes, at most `limit`; KeyError where there are none.

        Bytes that are read whole, also within a limit, are checked against their digest: ArtifactError for others.
        """
        return await self._run(lambda: self._read(digest, limit))

    async def whole(self, digest: str) -> bool:
        """Say whether the bytes are there and are what the digest says; others are set aside as ``DIGEST.damaged``."""
        return await self._run(lambda: self._whole(digest))

    async def aclose(self) -> None:
        """Wait for what is being written."""
        await asyncio.to_thread(self._threads.shutdown)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except OSError as error:
            raise _explain(error, self._root) from error

    def _place(self, digest: str) -> Path:
        # The digest may come from a journal or a plan file that someone else wrote: it must never be a path.
        if not _DIGEST.fullmatch(digest):
            raise KeyError(digest)
        return self._root / digest[:2] / digest

    def _read(self, digest: str, limit: int | None) -> bytes:
        try:
            with self.path(digest).open("rb") as file:
                data = file.read(-1 if limit is None else max(limit, 0))
        except FileNotFoundError as error:
            raise KeyError(digest) from error
        if (limit is None or len(data) < limit) and hashlib.sha256(data).hexdigest() != digest:
            raise ArtifactError(f"The artifact {digest[:8]} is damaged.", "Run the task that made it again.")
        return data

    def _whole(self, digest: str) -> bool:
        try:
            place = self.path(digest)
            with place.open("rb") as file:
                seen = hashlib.file_digest(file, "sha256").hexdigest()
        except (KeyError, FileNotFoundError):
            return False
        if seen != digest:
            # Out of the way: the same result, made again, would be taken for one that is kept already.
            place.replace(place.with_name(f"{digest}.damaged"))
        return seen == digest

    def _put_bytes(self, data: bytes) -> tuple[str, int]:
        digest = hashlib.sha256(data).hexdigest()
        if not self._has(digest, len(data)):
            with self._unfinished() as (name, file):
                file.write(data)
                self._finish(name, file, digest)
        return digest, len(data)

    def _put_file(self, source: Path) -> tuple[str, int]:
        with _open_regular(source) as read:
            return self._put_each(iter(lambda: _block(read, source), b""))

    def _put_each(self, blocks: Iterable[bytes]) -> tuple[str, int]:
        with self._unfinished() as (name, file):
            seen, size = hashlib.sha256(), 0
            for block in blocks:
                seen.update(block)
                size += len(block)
                file.write(block)
            digest = seen.hexdigest()
            if not self._has(digest, size):
                self._finish(name, file, digest)
        return digest, size

    def _remove(self, digest: str, older_s: float) -> int | None:
        with contextlib.suppress(FileNotFoundError), self._turn(fcntl.LOCK_EX):
            place = self._place(digest)
            found = place.stat()
            if found.st_mtime <= time.time() - older_s:
                place.unlink()
                return found.st_size
        return None

    def _list(self, older_s: float) -> Iterator[tuple[str, int]]:
        latest = time.time() - older_s
        for place in self._root.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                found = place.stat()
                if _DIGEST.fullmatch(place.name) and stat.S_ISREG(found.st_mode) and found.st_mtime <= latest:
                    yield place.name, found.st_size

    @contextlib.contextmanager
    def _turn(self, how: int) -> Iterator[None]:
        """Keep what is removed and what is found to be there already apart, in every process."""
        place = os.open(self._root, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # A file system without locks has only the time since the last put between the two.
            with contextlib.suppress(OSError):
                fcntl.flock(place, how)
            yield
        finally:
            os.close(place)

    def _has(self, digest: str, size: int) -> bool:
        try:
            with self._turn(fcntl.LOCK_SH):
                place = self._place(digest)
                if place.stat().st_size != size:
                    return False
                # It counts as put now: nobody removes it before its user is written down.
                os.utime(place)
                return True
        except FileNotFoundError:
            return False

    @contextlib.contextmanager
    def _unfinished(self) -> Iterator[tuple[Path, BinaryIO]]:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()
        name = self._root / f"{_UNFINISHED}{secrets.token_hex(8)}"
        file = os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
        try:
            yield name, file
        finally:
            # Closing flushes what is left, which fails on a full disk a second time: the first error is the one to tell.
            with contextlib.suppress(OSError):
                file.close()
            name.unlink(missing_ok=True)

    def _finish(self, name: Path, file: BinaryIO, digest: str) -> None:
        file.flush()
        os.fsync(file.fileno())
        place = self._place(digest)
        new = not place.parent.is_dir()
        place.parent.mkdir(mode=0o700, exist_ok=True)
        name.replace(place)
        _sync_folder(place.parent)
        if new:
            _sync_folder(self._root)

    def _sweep(self) -> None:
        if self._swept:
            return
        self._swept = True
        for left in self._root.glob(f"{_UNFINISHED}*"):
            # Another process may be sweeping too.
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > LEFT_OVER_S:
                    left.unlink()


def _sync_folder(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _open_regular(source: Path) -> BinaryIO:
    try:
        # Not to hang on a FIFO that took the place of a file.
        file = os.fdopen(os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise _unreadable(source, error) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise ArtifactError(f"{source} cannot be kept: it is not a regular file.")
    return file


def _block(file: BinaryIO, source: Path) -> bytes:
    try:
        return file.read(BLOCK)
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(source: Path, error: OSError) -> ArtifactError:
    return ArtifactError(f"{source} cannot be read: {(error.strerror or str(error)).lower()}.")
