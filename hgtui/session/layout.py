"""Results for people: copies under names that say what they are, in a folder of their own for each run."""

import asyncio
import contextlib
import errno
import json
import mimetypes
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.ports import ArtifactStore, Results
from hgtui.core.resource import Resource

_SUFFIXES = {
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "text/html": ".html",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}
# A table of its own: the machine's may say otherwise from one machine to the next.
_OTHERS = mimetypes.MimeTypes(filenames=())
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_UNSAFE = re.compile(r"[^a-z0-9]+")
TRIES = 10_000
BLOCK = 1 << 20
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links (FAT) answer."""
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

Laid = dict[tuple[Uid, str], Path]
"""Where results are, by the uid of their task and their digest: two tasks may have given the same."""
Fill = Callable[[BinaryIO], None]


class LayoutError(OSError):
    """Results cannot be laid out. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def suffix(media_type: str) -> str:
    """Return the suffix, with its dot, of files of a media type."""
    plain = media_type.partition(";")[0].strip().lower()
    return _SUFFIXES.get(plain) or _OTHERS.guess_extension(plain) or (".txt" if plain.startswith("text/") else ".bin")


def stem(task: Task) -> str:
    """Return what the names of the files of a task's results begin with: "4-text-to-speech"."""
    return f"{task.id}-{_UNSAFE.sub('-', task.task.lower()).strip('-')[:60] or 'task'}"


async def lay_out(run_id: str, plan: Plan, results: Results, artifacts: ArtifactStore, out: Path) -> Laid:
    """Copy the results of a run to ``out/RUN/4-text-to-speech.wav`` and return the paths by task and digest.

    Further results of a task get -2, -3 …; what a program reads of a result stands beside it as ``.json``. They are
    copies, so that who changes one does not change what the run keeps. A file that is there is never changed: with
    the same content it is taken for the result, else the next free number is used. No link inside `out` is followed.
    Raises LayoutError for a folder that cannot be written and for a result that is not in the store.
    """
    return await asyncio.to_thread(_lay_out, run_id, plan, results, artifacts, out)


def _lay_out(run_id: str, plan: Plan, results: Results, artifacts: ArtifactStore, out: Path) -> Laid:
    laid: Laid = {}
    if not any(results.get(task.uid) for task in plan):
        return laid
    if not _RUN.fullmatch(run_id):
        raise LayoutError(f"{run_id!r} cannot be the name of a folder.")
    place = out.absolute() / run_id
    try:
        with _run_folder(place) as folder:
            for task in plan:
                taken: set[str] = set()
                for result in results.get(task.uid, ()):
                    name = _place(folder, stem(task), result, artifacts, taken)
                    laid.setdefault((task.uid, result.digest), place / name)
    except LayoutError:
        raise
    except OSError as error:
        raise _explain(error, place) from error
    return laid


def _explain(error: OSError, place: Path) -> LayoutError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return LayoutError(f"The disk is full: the results could not be written to {place}.", "Free some space.")
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return LayoutError(f"{place} is a link or a file, not a folder.", "Move it away, or choose another with --out.")
    why = (error.strerror or str(error)).lower()
    return LayoutError(f"The results could not be written to {place}: {why}.", "Choose another folder with --out.")


@contextlib.contextmanager
def _run_folder(place: Path) -> Iterator[int]:
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        place.mkdir()
    # Everything below goes through this handle: a link put in the folder's place later leads nowhere.
    folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


def _place(folder: int, stem: str, result: Resource, artifacts: ArtifactStore, taken: set[str]) -> str:
    try:
        source = artifacts.path(result.digest)
    except KeyError as error:
        raise LayoutError(f"A result of task {stem} is not kept any more.", "Run the task again.") from error

    def copy(file: BinaryIO) -> None:
        with source.open("rb") as read:
            shutil.copyfileobj(read, file, BLOCK)

    ending = suffix(result.media_type)
    name = _write(folder, stem, ending, copy, taken)
    if result.data is not None and ending != ".json":
        text = json.dumps(result.data, indent=2, ensure_ascii=False, default=str) + "\n"
        data = text.encode("utf-8", "backslashreplace")
        _write(folder, stem, ".json", lambda file: _fill(file, data), taken)
    return name


def _fill(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _write(folder: int, stem: str, ending: str, fill: Fill, taken: set[str]) -> str:
    unfinished = f".unfinished-{secrets.token_hex(8)}"
    file = os.fdopen(os.open(unfinished, _NEW, 0o666, dir_fd=folder), "w+b")
    try:
        fill(file)
        file.flush()
        for number in range(1, TRIES):
            name = f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}"
            if name in taken:
                continue
            with contextlib.suppress(FileExistsError):
                _name(folder, unfinished, name, fill)
                taken.add(name)
                return name
            if _same(folder, name, file):
                taken.add(name)
                return name
        raise LayoutError(f"There are too many files named {stem}{ending}.", "Choose another folder with --out.")
    finally:
        with contextlib.suppress(OSError):
            file.close()
        os.unlink(unfinished, dir_fd=folder)


def _name(folder: int, unfinished: str, name: str, fill: Fill) -> None:
    """Give a finished file its name. Raises FileExistsError where something has it."""
    try:
        # A hard link never replaces what is there, unlike a rename.
        os.link(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        with os.fdopen(os.open(name, _NEW, 0o666, dir_fd=folder), "w+b") as file:
            fill(file)


def _same(folder: int, name: str, file: BinaryIO) -> bool:
    try:
        there = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return False
    with os.fdopen(there, "rb") as other:
        found = os.fstat(there)
        if not stat.S_ISREG(found.st_mode) or found.st_size != os.fstat(file.fileno()).st_size:
            return False
        file.seek(0)
        while block := file.read(BLOCK):
            if block != other.read(BLOCK):
                return False
    return True
