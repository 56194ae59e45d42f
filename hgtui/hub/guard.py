"""What a request of the Hub's client goes through on its way to an address that a server named: only public ones.

The name is resolved here, each of its addresses is checked, and the connection goes to the very address that was
checked: a name that leads elsewhere a moment later changes nothing. TLS still checks the certificate for the name. A
redirect makes a connection of its own and is checked the same way. Behind a proxy the name is resolved by the proxy:
then only the text of the address can be checked, with `check`.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

import httpcore2
import httpx2

from hgtui.core import addresses
from hgtui.core.addresses import Exempt, Refused, Resolve, checked
from hgtui.hub.connection import Connection

__all__ = [
    "AsyncGuardedBackend",
    "AsyncGuardedTransport",
    "GuardedBackend",
    "GuardedTransport",
    "Refused",
    "check",
    "resolve",
]

LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
"""How many connections are kept, as httpx2 does by itself."""


def check(url: str, exempt: Exempt = ()) -> None:
    """Raise Refused where the text of a URL tells that it is not to be asked."""
    if why := addresses.why_not(url, exempt):
        raise Refused(why)


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the IP addresses of a host, in its order of preference (RFC 6724)."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))


class AsyncGuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only, and to those that are exempt. Raises Refused. To be used on one event loop."""

    def __init__(self, exempt: Exempt = (), ask: Resolve = resolve) -> None:
        self._exempt, self._ask = exempt, ask
        self._inner = httpcore2.AnyIOBackend()
        self._asking: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, and connect to one address after the other until one answers; `timeout` is for all of it."""
        end = None if timeout is None else time.monotonic() + timeout
        try:
            async with asyncio.timeout(timeout):
                found = await self._found(host, port)
        except TimeoutError as error:
            self._asking.pop((host, port), None)  # the next try asks anew
            raise httpcore2.ConnectTimeout(f"the name {host} was not resolved in time") from error
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        options = list(socket_options or ())
        for left, address in zip(range(len(found) - 1, -1, -1), found, strict=True):
            try:
                return Connection(
                    await self._inner.connect_tcp(address, port, _share(end, left), local_address, options)
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if not left:
                    raise
        raise httpcore2.ConnectError(f"{host} has no address")

    async def _found(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host, checked; a name that several connections need at once is resolved once."""
        if self._ask is resolve and (address := _plain_address(host)):
            return checked(host, port, self._exempt, lambda *_: (address,))
        key = (host, port)
        if key not in self._asking:
            asking = asyncio.ensure_future(asyncio.to_thread(checked, host, port, self._exempt, self._ask))
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._resolved(key, done))
        # Shielded: one connection that is given up does not end what the others wait for.
        return await asyncio.shield(self._asking[key])

    def _resolved(self, key: tuple[str, int], done: "asyncio.Future[Sequence[str]]") -> None:
        if self._asking.get(key) is done:
            del self._asking[key]
        if not done.cancelled():
            done.exception()  # it is raised where the addresses are awaited, if anyone still does

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's interface
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Refuse: a socket of this machine is never public."""
        raise Refused("A socket of this machine is not asked.")

    async def sleep(self, seconds: float) -> None:
        """Wait between two tries."""
        await self._inner.sleep(seconds)


class GuardedBackend(httpcore2.NetworkBackend):
    """`AsyncGuardedBackend` for the client that blocks."""

    def __init__(self, exempt: Exempt = (), ask: Resolve = resolve) -> None:
        self._exempt, self._ask = exempt, ask
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve, check, and connect to one address after the other; `timeout` does not cut the resolver short."""
        end = None if timeout is None else time.monotonic() + timeout
        try:
            found = checked(host, port, self._exempt, self._ask)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        options = list(socket_options or ())
        for left, address in zip(range(len(found) - 1, -1, -1), found, strict=True):
            try:
                return self._inner.connect_tcp(address, port, _share(end, left), local_address, options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if not left:
                    raise
        raise httpcore2.ConnectError(f"{host} has no address")

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Refuse: a socket of this machine is never public."""
        raise Refused("A socket of this machine is not asked.")


def _plain_address(host: str) -> str:
    """Return an IP address that is written as such, "" for a name: the system has nothing to resolve, and no zone to add."""
    try:
        return "" if "%" in host else str(ipaddress.ip_address(addresses.name_of(host)))
    except ValueError:
        return ""


def _share(end: float | None, left: int) -> float | None:
    """Return the seconds for one of the addresses that are left, so that one that is silent does not use up all."""
    return None if end is None else max(0.001, (end - time.monotonic()) / (left + 1))


class AsyncGuardedTransport(httpx2.AsyncBaseTransport):
    """A transport of httpx2 on the guarded backend; made of public parts, so that no update can drop the guard."""

    def __init__(
        self,
        exempt: Exempt = (),
        ask: Resolve = resolve,
        *,
        verify: ssl.SSLContext | None = None,
        limits: httpx2.Limits = LIMITS,
    ) -> None:
        self._exempt = exempt
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=verify or httpx2.create_ssl_context(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=AsyncGuardedBackend(exempt, ask),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Raises Refused, and httpx2's errors."""
        check(str(request.url), self._exempt)
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        with _translated():
            answer = await self._pool.handle_async_request(_asked(request))
        assert isinstance(answer.stream, AsyncIterable)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_AsyncBody(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()


class GuardedTransport(httpx2.BaseTransport):
    """`AsyncGuardedTransport` for the client that blocks."""

    def __init__(
        self,
        exempt: Exempt = (),
        ask: Resolve = resolve,
        *,
        verify: ssl.SSLContext | None = None,
        limits: httpx2.Limits = LIMITS,
    ) -> None:
        self._exempt = exempt
        self._pool = httpcore2.ConnectionPool(
            ssl_context=verify or httpx2.create_ssl_context(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=GuardedBackend(exempt, ask),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Raises Refused, and httpx2's errors."""
        check(str(request.url), self._exempt)
        assert isinstance(request.stream, httpx2.SyncByteStream)
        with _translated():
            answer = self._pool.handle_request(_asked(request))
        assert isinstance(answer.stream, Iterable)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def _asked(request: httpx2.Request) -> httpcore2.Request:
    url = httpcore2.URL(
        scheme=request.url.raw_scheme,
        host=request.url.raw_host,
        port=request.url.port,
        target=request.url.raw_path,
    )
    return httpcore2.Request(
        method=request.method,
        url=url,
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn an error of httpcore2 into the one of httpx2 that has the same name."""
    try:
        yield
    except Exception as error:
        for kind in type(error).__mro__:
            if getattr(httpcore2, kind.__name__, None) is kind:
                raise getattr(httpx2, kind.__name__)(str(error)) from error
        raise


class _AsyncBody(httpx2.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream: Any = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Body(httpx2.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream: Any = stream

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._stream

    def close(self) -> None:
        self._stream.close()
