"""The way of a request to an address that somebody named: through httpx, to public addresses only.

The name is resolved here, each of its addresses is checked, and the connection goes to the very address that was
checked; each redirect goes through the same. With a proxy in the environment the name is resolved by the proxy: then
only the text of the address is checked, that it is no private address and no name of this network.
"""

import asyncio
import contextlib
import socket
import time
import urllib.request
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

import httpcore
import httpx

from hgtui.core import addresses
from hgtui.core.addresses import Exempt, Refused, Resolve, checked

__all__ = ["Guarded", "Refused", "lookup"]


def lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system for the IP addresses of a host, in its order of preference (RFC 6724)."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))


class Guarded(httpx.AsyncBaseTransport):
    """A transport of httpx, made of public parts so that no update can drop the guard. Raises Refused."""

    def __init__(self, exempt: Exempt = (), ask: Resolve = lookup) -> None:
        self._exempt = exempt
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(), network_backend=_Backend(exempt, ask)
        )
        self._proxies: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, directly or through the proxy that the environment names for it."""
        if why := addresses.why_not(str(request.url), self._exempt):
            raise Refused(why)
        proxy = _proxy_for(request.url)
        if proxy:
            if proxy not in self._proxies:
                self._proxies[proxy] = httpx.AsyncHTTPTransport(proxy=proxy)
            return await self._proxies[proxy].handle_async_request(request)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        with _translated():
            answer = await self._pool.handle_async_request(asked)
        assert isinstance(answer.stream, AsyncIterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()
        for proxy in self._proxies.values():
            await proxy.aclose()


def _proxy_for(url: httpx.URL) -> str:
    """Return the proxy that the environment names for a URL, empty for none; as curl and httpx read it."""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all") or ""
    if not proxy or urllib.request.proxy_bypass(f"{url.host}:{url.port}" if url.port else url.host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


class _Backend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to those that are exempt."""

    def __init__(self, exempt: Exempt, ask: Resolve) -> None:
        self._exempt, self._ask = exempt, ask
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        end = None if timeout is None else time.monotonic() + timeout
        try:
            async with asyncio.timeout(timeout):
                found = await asyncio.to_thread(checked, host, port, self._exempt, self._ask)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        options = list(socket_options or ())
        for left, address in zip(range(len(found) - 1, -1, -1), found, strict=True):
            # One address that is silent must not use up the time of the others.
            share = None if end is None else max(0.001, (end - time.monotonic()) / (left + 1))
            try:
                return await self._inner.connect_tcp(address, port, share, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not left:
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("A socket of this machine is not asked.")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn an error of httpcore into the one of httpx that has the same name."""
    try:
        yield
    except Exception as error:
        for kind in type(error).__mro__:
            if getattr(httpcore, kind.__name__, None) is kind:
                raise getattr(httpx, kind.__name__)(str(error)) from error
        raise


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream: Any = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
