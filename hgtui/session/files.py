"""What can be found out about a file that someone names, before anything runs: what it is, or why it cannot be used."""

import asyncio
import difflib
import errno
import hashlib
import itertools
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from hgtui.core import addresses
from hgtui.core.resource import FileFact, Kind
from hgtui.core.text import clean, decode, one_line
from hgtui.session.content import HEAD, LIMITS, MB, MEDIA, MOST_PIXELS, WORDS, Content, claimed, identify, is_text
from hgtui.session.dimensions import dimensions

BLOCK = 1 << 20
NAMES = 5_000
"""How many names of a folder are looked at for one that was meant."""
FEW = 2
"""How many files of a folder are named where it was named in their place."""
_WAYS = {
    errno.EACCES: "you have no permission to read it",
    errno.EPERM: "you have no permission to read it",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links go in a circle",
}
_SPECIAL = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class FileError(Exception):
    """A file cannot be used; `message` says why, for a person, and `meant` which file there is of nearly its name."""

    def __init__(self, message: str, meant: str = "") -> None:
        super().__init__(message)
        self.message, self.meant = message, meant


def resolve(path: str, base: Path) -> Path:
    """Return where a path that someone typed leads: relative to `base`, with ``~/`` as the home folder."""
    typed = Path(path)
    if typed.parts[:1] == ("~",):
        try:
            typed = typed.expanduser()
        except RuntimeError:
            return base / typed
    return base / typed


async def inspect(path: str, base: Path) -> FileFact:
    """Look at a file, off the event loop: its kind by its content, media type, size in bytes and SHA-256.

    Where it cannot be used, `error` says why in a sentence. `path` stays as typed. Nothing but a regular file is ever
    opened. The limits of size are in `content.LIMITS`.
    """
    return await asyncio.to_thread(_inspect, path, lambda: resolve(path, base))


async def inspect_fetched(url: str, place: Path, name: str) -> FileFact:
    """Look at what was fetched from an address into a file, as `inspect` does; `name` is what it would be called."""
    fact = await asyncio.to_thread(_inspect, url, lambda: place, name)
    return fact.model_copy(update={"remote": True})


async def read_text(path: Path | str) -> str:
    """Return the text of a file, decoded and cleaned. Raises FileError as `inspect` would put it."""
    return await asyncio.to_thread(_read_text, str(path))


def _inspect(path: str, place: Callable[[], Path], name: str = "") -> FileFact:
    try:
        with _open(path, place()) as file:
            return _look(path, file, name or path)
    except FileError as error:
        # A name with bytes that are not UTF-8 cannot be part of a journal as it is.
        typed = path.encode("utf-8", "replace").decode()
        return FileFact(path=typed, kind=claimed(path), error=error.message, meant=error.meant)


def _read_text(path: str) -> str:
    with _open(path, Path(path)) as file:
        limit = LIMITS[Kind.TABLE] if claimed(path) is Kind.TABLE else LIMITS[Kind.TEXT]
        data = _read(file, limit + 1, path)
    if len(data) > limit:
        raise _too_large(path, limit)
    if not is_text(data, whole=True):
        raise FileError(f"{_shown(path)} is not text in UTF-8 or UTF-16.")
    return decode(data)


def _shown(path: str) -> str:
    return addresses.shown(path, 120) if addresses.is_address(path) else one_line(path, 120) or "''"


def _open(path: str, place: Path) -> BinaryIO:
    """Open a regular file, and nothing else: to open a pipe waits, and to open a device may do something."""
    if not path.strip():
        raise FileError("The name of the file is empty.")
    if "\0" in path:
        raise FileError(f"{_shown(path)} is no file: its name has a NUL character in it.")
    try:
        os.fsencode(place)
        _must_be_regular(path, place.stat().st_mode, place)
        file = os.fdopen(os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb")
    except UnicodeEncodeError as error:
        raise FileError(f"{_shown(path)} is no file: its name cannot be encoded.") from error
    except OSError as error:
        raise _why(path, place, error) from error
    try:
        # The name may lead elsewhere by now.
        _must_be_regular(path, os.fstat(file.fileno()).st_mode, place)
        path.encode()
    except UnicodeEncodeError as error:
        file.close()
        raise FileError(f"{_shown(path)} has a name that is not UTF-8. Rename it.") from error
    except FileError:
        file.close()
        raise
    return file


def _must_be_regular(path: str, mode: int, place: Path) -> None:
    if stat.S_ISDIR(mode):
        raise _folder(path, place)
    for test, what in _SPECIAL:
        if test(mode):
            raise FileError(f"{_shown(path)} is {what}, not a regular file.")


def _folder(path: str, place: Path) -> FileError:
    """Say that it is a folder, with some of the files in it; the only one is what was meant."""
    try:
        with os.scandir(place) as found:
            entries = [one for one in itertools.islice(found, NAMES) if not one.name.startswith(".")]
            names = sorted(one.name for one in entries if one.is_file() and claimed(one.name))
    except OSError:
        names = []
    inside = [str(Path(path) / name) for name in names if clean(name) == name and "\n" not in name]
    such = f", such as {' or '.join(_shown(one) for one in inside[:FEW])}" if inside else ""
    return FileError(
        f"{_shown(path)} is a folder. Name a file in it{such}.", inside[0] if len(names) == 1 and inside else ""
    )


def _why(path: str, place: Path, error: OSError) -> FileError:
    shown = _shown(path)
    if error.errno == errno.ENOTDIR:
        part = next((one for one in place.parents if one.exists()), place.parent)
        return FileError(f"There is no file {shown}: {one_line(part.name, 80)} is not a folder.")
    if error.errno == errno.ENOENT:
        if place.is_symlink():
            return FileError(f"{shown} is a link to {one_line(str(place.readlink()), 120)}, which does not exist.")
        return _missing(shown, path, place)
    why = _WAYS.get(error.errno or 0) or (error.strerror or str(error)).lower()
    return FileError(f"{shown} cannot be read: {why}.")


def _missing(shown: str, path: str, place: Path) -> FileError:
    try:
        with os.scandir(place.parent) as found:
            names = {one.name.casefold(): one.name for one in itertools.islice(found, NAMES)}
    except FileNotFoundError:
        return FileError(f"There is no file {shown}: there is no folder {one_line(str(Path(path).parent), 120)}.")
    except OSError:
        return FileError(f"There is no file {shown}.")
    close = difflib.get_close_matches(place.name.casefold(), names, n=1, cutoff=0.75)
    if not close:
        return FileError(f"There is no file {shown}.")
    meant = str(Path(path).with_name(names[close[0]]))
    # A name with characters that act on a terminal is shown without them, and is nothing to put into a plan.
    typed = meant if clean(meant) == meant and "\n" not in meant else ""
    return FileError(f"There is no file {shown}. Did you mean {_shown(meant)}?", typed)


def _too_large(path: str, limit: int) -> FileError:
    return FileError(f"{_shown(path)} is too large: more than {limit // MB:,} MB.")


def _read(file: BinaryIO, size: int, path: str) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise FileError(f"{_shown(path)} cannot be read: {(error.strerror or str(error)).lower()}.") from error


def _look(path: str, file: BinaryIO, name: str) -> FileFact:
    head = _read(file, HEAD, path)
    if not head:
        raise FileError(f"{_shown(path)} is empty.")
    content = identify(head, len(head) < HEAD, name)
    kind = _usable(path, content)
    limit = LIMITS[kind]
    size = os.fstat(file.fileno()).st_size
    if size > limit:
        raise FileError(
            f"{_shown(path)} is too large: {size / MB:,.1f} MB, the limit for {WORDS[kind]} is {limit // MB:,} MB."
        )
    if kind is Kind.IMAGE:
        _not_too_many_pixels(path, head, file)
    digest, size = _digest(path, head, file, limit, kind)
    return FileFact(path=path, kind=kind, digest=digest, size=size, media_type=content.media_type)


def _not_too_many_pixels(path: str, head: bytes, file: BinaryIO) -> None:
    width, height = dimensions(head, file) or (1, 1)
    if width * height > MOST_PIXELS:
        raise FileError(
            f"{_shown(path)} is too large: {width:,} x {height:,} pixels, the limit is {MOST_PIXELS // 1_000_000} million."
        )


def _usable(path: str, content: Content) -> Kind:
    promised = claimed(path)
    if promised in MEDIA and content.kind is not promised and content.media_type != "image/svg+xml":
        is_what = f"its content is {content.words}" if content.words else "its content is of no known kind"
        raise FileError(f"{_shown(path)} is no {WORDS[promised].removeprefix('a ')}: {is_what}.")
    if content.kind:
        return content.kind
    if promised in {Kind.TEXT, Kind.TABLE} and not content.words:
        raise FileError(f"{_shown(path)} is not text in UTF-8 or UTF-16. Save it as UTF-8.")
    what = f"is {content.words}, which nothing here reads" if content.words else "is of no known kind"
    raise FileError(f"{_shown(path)} {what}. Text, tables, PDFs, pictures, sounds and videos can be used.")


def _digest(path: str, head: bytes, file: BinaryIO, limit: int, kind: Kind) -> tuple[str, int]:
    seen, size, texts = hashlib.sha256(head), len(head), [head]
    while block := _read(file, BLOCK, path):
        seen.update(block)
        size += len(block)
        if size > limit:
            raise _too_large(path, limit)
        if kind not in MEDIA:
            texts.append(block)
    if kind not in MEDIA and not is_text(b"".join(texts), whole=True):
        raise FileError(f"{_shown(path)} begins as text, but not all of it is UTF-8 or UTF-16.")
    return seen.hexdigest(), size
