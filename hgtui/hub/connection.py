"""A connection of the Hub's client that knows its socket."""

import select
import ssl
from typing import Any

import httpcore2


class Connection(httpcore2.AsyncNetworkStream):
    """A connection that knows its socket.

    At each request, and at the end of each, the pool asks every idle connection whether its server has closed it; finding
    the socket took most of that time: with 30 calls at once that was asked 500 times.
    """

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner, self._socket = inner, inner.get_extra_info("socket")

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore2's interface
        """Read at most `max_bytes`, b"" at the end; `timeout` in seconds."""
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore2's interface
        """Write all of a buffer; `timeout` in seconds."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close it."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's interface
    ) -> httpcore2.AsyncNetworkStream:
        """Return the connection with TLS on it."""
        return Connection(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore2 asks of a connection; "is_readable" of one that is idle means that its server has closed it."""
        if info != "is_readable" or self._socket is None or not hasattr(select, "poll"):
            return self._inner.get_extra_info(info)
        number = self._socket.fileno()
        if number < 0:
            return True
        look = select.poll()
        look.register(number, select.POLLIN)
        return bool(look.poll(0))
