"""What came of a call: the folder that it writes into, and its results, which are put into the artifacts."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hgtui.core.base import canonical
from hgtui.core.ports import ArtifactError, ArtifactStore, CallError, Produced
from hgtui.core.resource import Kind, Resource
from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line
from hgtui.execution.course import LocalFault

PREVIEW = 400
"""How many characters of a text result are kept beside it, for a row and for the report."""


def work_folder() -> Path:
    """Make an empty folder for one call. Raises LocalFault where there is no place for it."""
    # Not in a thread: who is cancelled while a thread makes it would never learn its name.
    try:
        return Path(tempfile.mkdtemp(prefix="hgtui-"))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        hint = "TMPDIR names another folder for it."
        raise LocalFault(Failure.UNREADABLE, f"There is no place for temporary files: {why}.", hint) from error


async def removed(work: Path) -> None:
    """Remove the folder of a call with what is in it."""
    if not _empty(work):
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)


def _empty(work: Path) -> bool:
    """Remove a folder in which nothing was written, as most are: a thread for each would cost more than that."""
    try:
        work.rmdir()
    except OSError:
        return False
    return True


async def keep(artifacts: ArtifactStore, produced: tuple[Produced, ...], work: Path) -> tuple[Resource, ...]:
    """Put what a call gave into the artifacts. Raises CallError for what cannot be a result, LocalFault for a full disk."""
    try:
        return tuple([await _keep(artifacts, one, work) for one in produced])
    except ArtifactError as error:
        raise LocalFault(Failure.UNREADABLE, error.message, error.hint) from error


async def _keep(artifacts: ArtifactStore, one: Produced, work: Path) -> Resource:
    """Put a result into the artifacts. A file outside the work folder is refused: a result names no other path."""
    if one.path is None:
        text = clean(one.text if one.text is not None else _json(one.data))
        stored, size = await artifacts.put(text.encode())
        # What is kept is the text, whatever the data beside it is.
        media_type = one.media_type if one.text is None or one.media_type.startswith("text/") else "text/plain"
    else:
        media_type = one.media_type
        stored, size = await artifacts.put(await asyncio.to_thread(_inside, work, one.path))
        text = one.text or ""
    preview = clean(text, PREVIEW) if one.kind not in {Kind.VECTOR} else ""
    return Resource(
        kind=one.kind,
        digest=stored,
        media_type=one_line(media_type, 100),
        size=size,
        name=one_line(one.name, 80),
        language=one_line(one.language, 20) if one.language else None,
        preview=preview,
        data=one.data,
    )


def _json(data: Any) -> str:
    try:
        return canonical(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise CallError(Failure.UNREADABLE, "The result is no JSON.") from error


def _inside(work: Path, name: str) -> Path:
    try:
        path = (work / name).resolve()
        inside = path.is_relative_to(work.resolve()) and path.is_file()
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise CallError(Failure.UNREADABLE, "The result names a file that is not in its own folder.")
    return path
