"""The way of a request to an address that somebody named: through httpx, to public addresses only.

The name is resolved here, each of its addresses is checked, and the connection goes to the very address that was
checked, while TLS still asks for the certificate of the name; each redirect goes through the same. With a proxy in the
environment the name is resolved by the proxy: then only the text of the address is checked, that it is no private
address and no name of this network.
"""

import asyncio
import socket
import time
import urllib.request
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hgtui.core import addresses
from hgtui.core.addresses import Exempt, Refused, Resolve, checked

if TYPE_CHECKING:
    import httpx

    _Transport = httpx.AsyncBaseTransport
else:
    # httpx brings its own command line with it when it is imported; it asks of a transport only what it does.
    _Transport = object

__all__ = ["Guarded", "Refused", "lookup"]


def lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system for the IP addresses of a host, in its order of preference (RFC 6724)."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))


class Guarded(_Transport):
    """A transport for httpx. Raises Refused for what is not public and not exempt."""

    def __init__(self, exempt: Exempt = (), ask: Resolve = lookup) -> None:
        import httpx

        self._exempt, self._ask = exempt, ask
        # A connection serves one request: two names may share an address, but not a connection.
        self._direct = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        self._proxies: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: "httpx.Request") -> "httpx.Response":
        """Send a request, directly or through the proxy that the environment names for it."""
        import httpx

        if why := addresses.why_not(str(request.url), self._exempt):
            raise Refused(why)
        if proxy := _proxy_for(request.url):
            if proxy not in self._proxies:
                self._proxies[proxy] = httpx.AsyncHTTPTransport(proxy=proxy)
            return await self._proxies[proxy].handle_async_request(request)
        seconds = request.extensions.get("timeout", {}).get("connect")
        end = None if seconds is None else time.monotonic() + seconds
        found = await self._found(request.url, seconds)
        for left, address in zip(range(len(found) - 1, -1, -1), found, strict=True):
            # One address that is silent must not use up the time of the others.
            share = None if end is None else max(0.001, (end - time.monotonic()) / (left + 1))
            try:
                return await self._direct.handle_async_request(_pinned(request, address, share))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if not left:
                    raise
        raise httpx.ConnectError(f"{request.url.host} has no address")

    async def _found(self, url: "httpx.URL", seconds: float | None) -> Sequence[str]:
        import httpx

        port = url.port or addresses.PORTS[url.scheme]
        host = url.raw_host.decode("ascii")
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.to_thread(checked, host, port, self._exempt, self._ask)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(f"the name {host} was not resolved in time") from error
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error

    async def aclose(self) -> None:
        """Close the connections."""
        for one in (self._direct, *self._proxies.values()):
            await one.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self.aclose()


def _pinned(request: "httpx.Request", address: str, connect: float | None) -> "httpx.Request":
    """Return a request that goes to an IP address and still names its host, to the server and to TLS."""
    import httpx

    waits = {**request.extensions.get("timeout", {}), "connect": connect}
    more: dict[str, Any] = {"timeout": waits, "sni_hostname": request.url.raw_host.decode("ascii")}
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, **more},
    )


def _proxy_for(url: "httpx.URL") -> str:
    """Return the proxy that the environment names for a URL, empty for none; as curl and httpx read it."""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all") or ""
    if not proxy or urllib.request.proxy_bypass(f"{url.host}:{url.port}" if url.port else url.host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"
