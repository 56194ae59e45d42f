"""One writer for each run: a lock that the system takes away from a process that dies."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from hgtui.session.database import ELSEWHERE, JournalError

FOLDER = "locks"
_HELD = {errno.EACCES, errno.EAGAIN}
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}


class RunInUse(JournalError):
    """Another process writes the run; `pid` is its number, 0 where it is not known."""

    def __init__(self, run: str, pid: int) -> None:
        by = f"another hgtui (process {pid})" if pid else "another hgtui"
        super().__init__(f"The run {run} is open in {by}.", "Go on with it there, or end that program first.")
        self.pid = pid


class RunLock:
    """The right to write one run, until `release` or the end of the process. Blocking, but only for as long as a file is opened."""

    def __init__(self, file: int, path: Path) -> None:
        self._file, self._path = file, path

    @classmethod
    def take(cls, folder: Path, run: str) -> "RunLock | None":
        """Lock a run of the data folder `folder`; None on a file system that has no locks.

        Raises RunInUse where another process holds it, JournalError where the folder cannot be written.
        """
        path = folder / FOLDER / f"{run}.lock"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            while True:
                with _looking(path.parent, fcntl.LOCK_SH):
                    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                    if not _locked(file, run):
                        os.close(file)
                        return None
                if _is(file, path):
                    break
                os.close(file)  # whoever held it has taken the file away in the meantime
            os.ftruncate(file, 0)
            os.pwrite(file, str(os.getpid()).encode(), 0)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise JournalError(f"The run {run} cannot be locked in {path.parent}: {why}.", ELSEWHERE) from error
        return cls(file, path)

    @property
    def taken(self) -> bool:
        """Whether it is held still."""
        return self._file >= 0

    def release(self) -> None:
        """Give the run free. More calls do nothing."""
        if self._file < 0:
            return
        # While the lock is still held: nobody can have locked the file that goes.
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._file)
        self._file = -1


def held(folder: Path, run: str) -> bool:
    """Whether some process, this one too, writes a run of the data folder; False on a file system that has no locks."""
    path = folder / FOLDER / f"{run}.lock"
    try:
        # To look is to lock for a moment: whoever takes a lock waits for that, and is not told that it is taken.
        with _looking(path.parent, fcntl.LOCK_EX):
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            finally:
                os.close(file)
    except OSError as error:
        return error.errno in _HELD
    return False


def left_over(folder: Path, *, remove: bool) -> list[str]:
    """Return the runs whose locks lie about though nobody holds them, left by processes that died; `remove` takes them away."""
    place = folder / FOLDER
    found = []
    if not place.is_dir():
        return []
    with _looking(place, fcntl.LOCK_EX):
        for path in sorted(place.glob("*.lock")):
            with contextlib.suppress(OSError):
                file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if remove:
                        path.unlink()
                    found.append(path.stem)
                finally:
                    os.close(file)
    return found


@contextlib.contextmanager
def _looking(folder: Path, how: int) -> Iterator[None]:
    place = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(place, how)
        yield
    finally:
        os.close(place)


def _locked(file: int, run: str) -> bool:
    """Lock an open file; False where its file system has no locks. Raises RunInUse, and closes the file then."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return False
        holder = _holder(file)
        os.close(file)
        if error.errno in _HELD:
            raise RunInUse(run, holder) from None
        raise
    return True


def _holder(file: int) -> int:
    try:
        return int(os.pread(file, 20, 0) or 0)
    except (OSError, ValueError):  # it was not written yet
        return 0


def _is(file: int, path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        here, there = os.fstat(file), path.stat()
    except FileNotFoundError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
