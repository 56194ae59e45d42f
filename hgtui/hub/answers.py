"""What comes back: counted, timed and recorded, unpacked, and no more of it than is allowed."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

import httpx2

from hgtui.core import addresses
from hgtui.hub.faults import too_large, unreadable
from hgtui.hub.values import HubCall, HubError
from hgtui.hub.wire import Scope

_PIECE = 65_536
_SECRET = {"token", "key", "api_key", "apikey", "signature", "sig", "access_token", "password"}


class Meter:
    """Counts and times one exchange, and records it once."""

    def __init__(self, scope: Scope, request: httpx2.Request, *, own: bool) -> None:
        self._scope, self._request, self._url = scope, request, shown(request.url, own=own)
        self._began = time.monotonic()
        self._done = False
        self.status: int | None = None
        self.received = 0

    def end(self, error: str = "") -> None:
        """Record the exchange, the first time that this is called; `error` says what it ended with."""
        if self._done:
            return
        self._done = True
        self._scope.record(
            HubCall(
                method=self._request.method,
                url=self._url,
                status=self.status,
                seconds=round(time.monotonic() - self._began, 4),
                sent=int(self._request.headers.get("content-length", 0)),
                received=self.received,
                error=error,
            )
        )


class Body(httpx2.AsyncByteStream):
    """The body of an answer, unpacked, up to its bound."""

    def __init__(self, answer: httpx2.Response, meter: Meter, scope: Scope) -> None:
        self._answer, self._meter, self._scope = answer, meter, scope
        coding = answer.headers.get("content-encoding", "identity").strip().lower()
        if coding not in {"identity", "gzip", ""}:
            raise unreadable(scope, f"the coding {coding[:40]!r}, which was not asked for")
        # 31: a gzip header is expected (zlib).
        self._unpack = zlib.decompressobj(31) if coding == "gzip" else None
        self._left = scope.answer_mb * 1e6

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, httpx2.AsyncByteStream)
        try:
            async for data in self._answer.stream:
                self._meter.received += len(data)
                if self._unpack and self._unpack.eof and data:
                    raise unreadable(self._scope, "something that goes on behind its end")
                for piece in self._unpacked(data):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise too_large(self._scope)
                    yield piece
            if self._unpack and self._meter.received and not self._unpack.eof:
                raise unreadable(self._scope, "something that ends too early")
        except (Exception, asyncio.CancelledError) as error:
            self._meter.end(word(error))
            raise
        self._meter.end()

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        """Unpack piece by piece: a few bytes may hold a gigabyte."""
        if self._unpack is None:
            yield data
            return
        try:
            while data and not self._unpack.eof:
                yield self._unpack.decompress(data, _PIECE)
                data = self._unpack.unconsumed_tail
        except zlib.error:
            raise unreadable(self._scope, "something that cannot be unpacked") from None

    async def read(self, at_most: float = float("inf")) -> bytes:
        """Return the whole body, or its beginning, and let the connection go."""
        found = bytearray()
        try:
            async for piece in self:
                found += piece
                if len(found) >= at_most:
                    self._meter.end()
                    break
        finally:
            await self.aclose()
        return bytes(found)

    async def aclose(self) -> None:
        task = asyncio.current_task()
        self._meter.end("cancelled" if task is not None and task.cancelling() else "")
        await self._answer.aclose()


def shown(url: httpx2.URL, *, own: bool) -> str:
    """Return a URL for the record: the query only of the Hub's `own`, without anything secret."""
    text = addresses.shown(str(url), 400)
    pairs = [(name, value) for name, value in url.params.multi_items() if name.lower() not in _SECRET]
    if not pairs or not own:
        return text
    return f"{text.partition('?')[0]}?{urlencode(pairs)}"[:1_000]


def word(error: BaseException) -> str:
    """Return what an exchange ended with, for the record."""
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    return error.message if isinstance(error, HubError) else type(error).__name__
