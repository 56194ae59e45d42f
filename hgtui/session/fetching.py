"""A file at an address of the web: fetched within limits, looked at, and kept as an artifact."""

import asyncio
import errno
import mimetypes
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from hgtui import __version__
from hgtui.core import addresses
from hgtui.core.addresses import Refused, Resolve
from hgtui.core.ports import ArtifactError, ArtifactStore
from hgtui.core.resource import FileFact
from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.session.content import MB, claimed
from hgtui.session.equipment import DOWNLOAD_MB
from hgtui.session.files import inspect_fetched

if TYPE_CHECKING:
    import httpx

SECONDS = 60.0
"""How long one file may take in all: 100 MB at 13 Mbit/s. A server that sends a byte now and then ends here too."""
CONNECT_S = 10.0
REDIRECTS = 5
"""How many redirects are followed, each to an address that is checked again; the Fetch standard's 20 serve log-ins."""
BLOCK = 1 << 18
TOLD_EVERY = 0.05
"""The part of a file after which progress is told again."""

Told = Callable[[float | None, str], None]
"""Called with how much is there, 0 to 1, None where the server does not say how large the file is; and a word on it."""


class FetchError(Exception):
    """A file was not fetched. `message` and `hint` are for a person; `retry_after` in seconds where the server names it."""

    def __init__(self, failure: Failure, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.failure, self.message, self.hint, self.retry_after = failure, message, hint, retry_after


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may do: `mb` megabytes, `seconds` in all; `exempt` hosts and ports may be private; `ask` resolves."""

    mb: float = DOWNLOAD_MB
    seconds: float = SECONDS
    exempt: frozenset[tuple[str, int]] = frozenset()
    offline: bool = False
    ask: Resolve | None = None


def allowed(url: str, limits: Limits) -> str:
    """Say in a sentence why an address is not fetched, as far as its text tells; an empty text where it may be."""
    if limits.offline:
        return f"{addresses.shown(url)} is not fetched: hgtui is offline."
    return addresses.why_not(url, limits.exempt)


async def fetch(url: str, artifacts: ArtifactStore, limits: Limits, told: Told) -> FileFact:
    """Fetch a file, look at it and keep it; the fact has the digest of what was kept, or says why it cannot be used.

    Raises FetchError where it did not come. Cancelling closes the connection; nothing stays behind.
    """
    if why := allowed(url, limits):
        raise FetchError(Failure.REFUSED, why)
    shown = addresses.shown(url)
    with _temporary() as file:
        try:
            async with asyncio.timeout(limits.seconds):
                media_type = await _download(url, file, limits, told)
        except TimeoutError:
            message = f"{shown} was not there within {limits.seconds:g} seconds."
            raise FetchError(Failure.TIMEOUT, message, "Save it to a file and name that.") from None
        fact = await inspect_fetched(url, Path(file.name), _named(url, media_type))
        if not fact.usable:
            return fact
        try:
            digest, _ = await artifacts.put(Path(file.name))
        except ArtifactError as error:
            raise FetchError(Failure.UNREADABLE, error.message, error.hint) from error
    return fact.model_copy(update={"digest": digest})


def _temporary() -> IO[bytes]:
    try:
        return tempfile.NamedTemporaryFile(prefix="hgtui-")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        hint = "TMPDIR names another folder for it."
        raise FetchError(Failure.UNREADABLE, f"There is no place for temporary files: {why}.", hint) from error


def _named(url: str, media_type: str) -> str:
    """Return a name for what a URL gave: its own where that says what it is, else one by what the server says."""
    if claimed(url) is not None:
        return url
    return f"{url.partition('#')[0].partition('?')[0]}{mimetypes.guess_extension(media_type) or ''}"


async def _download(url: str, file: IO[bytes], limits: Limits, told: Told) -> str:
    """Stream a file to the disk and return its media type as the server says. Raises FetchError."""
    # Here and not above: httpx takes 0.2 s to come, and few runs fetch anything.
    import httpx

    from hgtui.session.reaching import Guarded, lookup

    shown = addresses.shown(url)
    headers = {"User-Agent": f"hgtui/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
    try:
        async with (
            httpx.AsyncClient(
                transport=Guarded(limits.exempt, limits.ask or lookup),
                headers=headers,
                timeout=httpx.Timeout(limits.seconds, connect=min(CONNECT_S, limits.seconds)),
                follow_redirects=True,
                max_redirects=REDIRECTS,
            ) as client,
            client.stream("GET", url) as answer,
        ):
            _fine(answer, shown)
            await _body(answer, file, limits, told, shown)
            return str(answer.headers.get("content-type", "")).partition(";")[0].strip().lower()
    except Refused as error:
        lead = "" if shown in error.message else f"{shown} leads elsewhere: "
        raise FetchError(Failure.REFUSED, f"{lead}{error.message}") from error
    except httpx.TooManyRedirects as error:
        message = f"{shown} leads on more than {REDIRECTS} times."
        raise FetchError(Failure.BAD_INPUT, message, "Name the address at which the file itself is.") from error
    except httpx.TimeoutException as error:
        raise FetchError(Failure.TIMEOUT, f"{shown} did not answer in time.") from error
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:
        words = one_line(str(error), 200) or type(error).__name__
        raise FetchError(Failure.TRANSPORT, f"{shown} could not be fetched: {words}.") from error
    except OSError as error:
        raise _unwritten(error) from error


def _unwritten(error: OSError) -> FetchError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return FetchError(Failure.UNREADABLE, "The disk is full.", "Free some space, or set TMPDIR to another disk.")
    return FetchError(Failure.UNREADABLE, f"The file could not be written: {(error.strerror or str(error)).lower()}.")


def _fine(answer: "httpx.Response", shown: str) -> None:
    status = answer.status_code
    if status == 200:
        return
    words = f"{shown} was not given: the server answered {status} {one_line(answer.reason_phrase, 60)}".rstrip()
    if status in {401, 403}:
        raise FetchError(Failure.ACCESS, f"{words}.", "hgtui sends no passwords: save it to a file and name that.")
    if status == 429:
        after = answer.headers.get("retry-after", "")
        raise FetchError(Failure.QUOTA, f"{words}.", retry_after=float(after) if after.isdigit() else None)
    raise FetchError(Failure.TRANSPORT if status >= 500 else Failure.BAD_INPUT, f"{words}.")


async def _body(answer: "httpx.Response", file: IO[bytes], limits: Limits, told: Told, shown: str) -> None:
    most = int(limits.mb * MB)
    length = answer.headers.get("content-length", "")
    whole = int(length) if length.isdigit() and "content-encoding" not in answer.headers else None
    if whole is not None and whole > most:
        raise _too_large(shown, limits, f"{whole / MB:,.1f} MB")
    size, last, words = 0, 0.0, f"fetching {shown}"
    told(0.0 if whole else None, words)
    async for block in _unpacked(answer, shown):
        size += len(block)
        if size > most:
            raise _too_large(shown, limits, f"more than {limits.mb:,g} MB")
        await asyncio.to_thread(file.write, block)
        part = size / whole if whole else None
        if (part or size / most) - last >= TOLD_EVERY:
            last = part or size / most
            told(part, f"{words}: {size / MB:,.1f} MB")
    await asyncio.to_thread(file.flush)


def _too_large(shown: str, limits: Limits, size: str) -> FetchError:
    message = f"{shown} is too large: {size}, the limit for what is fetched is {limits.mb:,g} MB."
    return FetchError(Failure.BAD_INPUT, message, "download_mb in the settings is the limit.")


async def _unpacked(answer: "httpx.Response", shown: str) -> AsyncIterator[bytes]:
    """Yield the body in blocks; a packed one, which was not asked for, is never unpacked further than a block at a time."""
    packed = answer.headers.get("content-encoding", "identity").strip().lower()
    if packed in {"", "identity"}:
        async for block in answer.aiter_raw(BLOCK):
            yield block
        return
    if packed not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError(Failure.UNREADABLE, f"{shown} came packed as {one_line(packed, 40)}, which was not asked for.")
    unpack = zlib.decompressobj(wbits=47)
    try:
        async for block in answer.aiter_raw(BLOCK):
            if unpack.eof or unpack.unused_data:  # zlib would gather what comes behind the end, without an end
                raise zlib.error
            yield unpack.decompress(block, BLOCK)
            while unpack.unconsumed_tail:
                yield unpack.decompress(unpack.unconsumed_tail, BLOCK)
        if not unpack.eof or unpack.unused_data:
            raise zlib.error
    except zlib.error as error:
        raise FetchError(Failure.UNREADABLE, f"{shown} came packed and damaged.") from error
