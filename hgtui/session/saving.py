"""A result saved where a person wants it: whole or not at all, and never over a file without being told to."""

import asyncio
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from hgtui.core.plan import Task
from hgtui.core.resource import Resource
from hgtui.core.text import one_line
from hgtui.session.files import resolve
from hgtui.session.layout import NO_LINKS, stem, suffix

BLOCK = 1 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SavingError(Exception):
    """A result cannot be saved there; `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Taken(SavingError):
    """There is a file of that name already."""


def file_name(task: Task, place: int, result: Resource) -> str:
    """Return the name that the result at a place of those of a task is given where nobody names it."""
    more = f"-{place + 1}" if place else ""
    return f"{stem(task)}{more}{suffix(result.media_type)}"


def place_of(results: Sequence[Resource], place: int, typed: str) -> int:
    """Return the place of the result that is meant: the one at `place`, unless only another has the suffix that was typed."""
    wanted = Path(typed.strip()).suffix.lower()
    fitting = [at for at, one in enumerate(results) if suffix(one.media_type) == wanted]
    return fitting[0] if wanted and fitting and place not in fitting else place


async def save(source: Path, digest: str, typed: str, base: Path, name: str, *, replace: bool = False) -> Path:
    """Copy an artifact to where a person typed and return the path; a folder takes it under `name`.

    A relative path begins at `base`. What is written is checked against `digest` (SHA-256, hexadecimal). Raises Taken
    where a file is there and `replace` is not set, else SavingError.
    """
    return await asyncio.to_thread(_save, source, digest, typed, base, name, replace)


def _save(source: Path, digest: str, typed: str, base: Path, name: str, replace: bool) -> Path:
    if not typed.strip() or "\0" in typed:
        raise SavingError("That is no name of a file.", "Type a path, such as result.txt.")
    place = resolve(typed.strip(), base)
    try:
        if place.is_dir():
            place /= name
        elif typed.strip().endswith("/"):
            raise SavingError(f"There is no folder {_shown(place)}.", "Make it first, or save somewhere else.")
        _may_be_written(place, replace=replace)
        return _write(source, digest, place, replace=replace)
    except OSError as error:
        raise _explain(error, place) from error


def _may_be_written(place: Path, *, replace: bool) -> None:
    try:
        mode = place.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode) and not place.exists():
        raise SavingError(f"{_shown(place)} is a link to nothing.", "Choose another name.")
    if not stat.S_ISREG(place.stat().st_mode):
        raise SavingError(f"{_shown(place)} is there and is no file.", "Choose another name.")
    if not replace:
        raise Taken(f"{_shown(place)} is there already.")


def _write(source: Path, digest: str, place: Path, *, replace: bool) -> Path:
    unfinished = place.with_name(f".unfinished-{secrets.token_hex(8)}")
    with os.fdopen(os.open(unfinished, _NEW, 0o666), "wb") as file:
        try:
            seen = hashlib.sha256()
            with source.open("rb") as read:
                while block := read.read(BLOCK):
                    seen.update(block)
                    file.write(block)
            file.flush()
            if seen.hexdigest() != digest:
                raise SavingError("The kept result is damaged, so nothing was saved.", "Run the task again.")
            if replace:
                unfinished.replace(place.resolve())
            else:
                _name(unfinished, place)
        finally:
            unfinished.unlink(missing_ok=True)
    return place


def _name(unfinished: Path, place: Path) -> None:
    """Give the finished file its name, and never that of a file that came meanwhile."""
    try:
        os.link(unfinished, place, follow_symlinks=False)
    except FileExistsError:
        raise Taken(f"{_shown(place)} is there already.") from None
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        # Without hard links the name is taken first, by an empty file that the finished one then replaces.
        try:
            os.close(os.open(place, _NEW, 0o666))
        except FileExistsError:
            raise Taken(f"{_shown(place)} is there already.") from None
        unfinished.replace(place)


def _shown(place: Path) -> str:
    return one_line(str(place), 200)


def _explain(error: OSError, place: Path) -> SavingError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return SavingError(f"The disk is full: {_shown(place)} was not written.", "Free some space.")
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return SavingError(f"There is no folder {_shown(place.parent)}.", "Make it first, or save somewhere else.")
    why = (error.strerror or str(error)).lower()
    return SavingError(f"{_shown(place)} cannot be written: {why}.", "Choose another place.")
