"""What every request of the Hub's client goes through: where it goes, what it carries, how large the answer may be.

The factories that huggingface_hub takes are global to the process; the transport that they put in reads from a context
variable to which place, and within which bounds, a request belongs.
"""

import asyncio
import functools
import logging
import math
import platform
import ssl
import threading
import urllib.request
from collections.abc import Mapping

import httpx2

from hgtui import __version__
from hgtui.core import addresses
from hgtui.core.imports import settled
from hgtui.core.states import Failure
from hgtui.hub.answers import Body, Meter, word
from hgtui.hub.faults import not_http, of_error, of_file, of_status, too_large
from hgtui.hub.guard import AsyncGuardedTransport, Refused, check
from hgtui.hub.thread import CALL
from hgtui.hub.values import HUB_URL, ROUTER_URL, HubError, HubPlace
from hgtui.hub.wire import CONNECT_S, NAP_S, SCOPE, WRITE_S, Scope, base_of, offline

_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""The statuses that huggingface_hub.utils.http_backoff tries again."""
_PAUSES_S = (0.2, 0.4)
"""How long is waited before a provider's queue, or a file that it names, is asked once more, and again."""
_ERROR_BYTES = 64_000
_DROPPED = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding"})
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=40, keepalive_expiry=5.0)
_installing = threading.Lock()


@functools.cache
def install() -> None:
    """Have huggingface_hub ask through this transport, send no telemetry and write nothing to the terminal."""
    with _installing:
        from huggingface_hub import constants, set_async_client_factory, set_client_factory

        constants.HF_HUB_DISABLE_TELEMETRY = True
        constants.HF_HUB_DISABLE_PROGRESS_BARS = True
        # Its warnings, with a server's words in them, would be written over the screen.
        logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL + 1)
        set_client_factory(_blocking_client)
        set_async_client_factory(client)
        _tls()
        settled("huggingface_hub")


def client() -> httpx2.AsyncClient:
    """Return a client for requests of the call under way, on the hub's loop; closing it leaves the connections open."""
    return httpx2.AsyncClient(transport=_Transport(), follow_redirects=True, timeout=None)


class _Shared(httpx2.Client):
    """The client that huggingface_hub shares between threads, and closes in one while another is about to use it."""

    def close(self) -> None:
        """Close nothing: the connections belong to the place."""


def _blocking_client() -> httpx2.Client:
    return _Shared(transport=_BlockingTransport(), follow_redirects=True, timeout=None)


class Pools:
    """The connections of one place on one event loop: direct ones that are guarded, and through each proxy.

    Which proxies there are is read once: the whole environment is looked through for it.
    """

    def __init__(self, place: HubPlace) -> None:
        self._exempt = {addresses.place(url) for url in (place.endpoint, base_of(place.router))}
        self._direct = AsyncGuardedTransport(self._exempt, verify=_tls(), limits=_LIMITS)
        self._proxies = urllib.request.getproxies()
        self._proxied: dict[str, httpx2.AsyncHTTPTransport] = {}

    def of(self, url: httpx2.URL) -> httpx2.AsyncBaseTransport:
        """Return what a request to `url` goes through. Raises Refused for an address that is not public."""
        proxy = _proxy(url, self._proxies)
        if not proxy:
            return self._direct
        check(str(url), self._exempt)
        if proxy not in self._proxied:
            try:
                through = httpx2.AsyncHTTPTransport(verify=_tls(), limits=_LIMITS, proxy=httpx2.Proxy(proxy))
            except (ImportError, ValueError, httpx2.InvalidURL):
                message = f"The proxy {addresses.shown(proxy)} cannot be used."
                hint = "Check HTTPS_PROXY; a SOCKS proxy needs the package socksio."
                raise HubError(Failure.TRANSPORT, message, hint) from None
            self._proxied[proxy] = through
        return self._proxied[proxy]

    async def aclose(self) -> None:
        """Close the connections."""
        for one in (self._direct, *self._proxied.values()):
            await one.aclose()


class _Transport(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        return await _steadily(request, request.stream, whole=False)


class _BlockingTransport(httpx2.BaseTransport):
    """Lends the client's blocking half the hub's second loop, where a request can be cancelled from outside."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        scope = _scope()
        body = httpx2.ByteStream(request.read())
        return scope.wire.thread.request(_steadily(request, body, whole=True))


async def _steadily(request: httpx2.Request, body: httpx2.AsyncByteStream, *, whole: bool) -> httpx2.Response:
    """Send one request; what only looks at a provider's job is sent again where it fails in passing.

    The job goes on meanwhile and is paid for: a call that fails is begun anew, and paid for anew. Raises as `_exchanged`.
    """
    scope = _scope()
    for pause in _PAUSES_S if scope.provider and request.method == "GET" else ():
        try:
            return await _exchanged(request, body, whole=whole)
        except HubError as error:
            if error.failure is not Failure.TRANSPORT:
                raise
        except (httpx2.NetworkError, httpx2.RemoteProtocolError):
            pass
        await asyncio.sleep(pause)
    return await _exchanged(request, body, whole=whole)


async def _exchanged(request: httpx2.Request, body: httpx2.AsyncByteStream, *, whole: bool) -> httpx2.Response:
    """Send one request to where it belongs. Raises HubError, Ended, and what the client may try again."""
    scope = _scope()
    asked, trusted = _asked(request, body, scope)
    meter = Meter(scope, asked, own=trusted)
    try:
        answer = await _pools(scope).of(asked.url).handle_async_request(asked)
        meter.status = answer.status_code
        try:
            response = await _response(answer, meter, scope, whole=whole)
        except BaseException:
            await answer.aclose()
            raise
    except Refused as error:
        meter.end(error.message)
        raise HubError(Failure.REFUSED, error.message, "Take another model or provider.") from None
    except BaseException as error:
        meter.end(word(error))
        _patient(scope, error)
        raise
    if answer.status_code >= 400 and scope.provider and request.method == "GET":
        # The client looks at the status of no file, and not at that of each queue: it would take the error for the result.
        raise _of_fetched(request, response, scope)
    if answer.status_code in _RETRIED and scope.patience:
        scope.tries += 1
        found = of_status(answer.status_code, response.headers, response.content, request.url.path, scope)
        if scope.tries >= scope.patience or answer.status_code == 429 or (found.retry_after or 0) > NAP_S:
            raise found
    return response


def _of_fetched(request: httpx2.Request, response: httpx2.Response, scope: Scope) -> HubError:
    """Return the error for a status from 400 on of a provider's queue, or of a file that its answer names."""
    if request.url.origin != httpx2.URL(ROUTER_URL).origin:
        return of_file(response.status_code, scope)
    return of_status(response.status_code, response.headers, response.content, request.url.path, scope)


async def _response(answer: httpx2.Response, meter: Meter, scope: Scope, *, whole: bool) -> httpx2.Response:
    body = Body(answer, meter, scope)
    length = answer.headers.get("content-length", "")
    if answer.status_code < 400 and length.isdigit() and int(length) > scope.answer_mb * 1e6:
        raise too_large(scope)
    headers = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in _DROPPED]
    if answer.status_code >= 400:
        return httpx2.Response(answer.status_code, headers=headers, content=await body.read(_ERROR_BYTES))
    if whole:
        return httpx2.Response(answer.status_code, headers=headers, content=await body.read())
    return httpx2.Response(answer.status_code, headers=headers, stream=body, extensions=answer.extensions)


def _asked(request: httpx2.Request, body: httpx2.AsyncByteStream, scope: Scope) -> tuple[httpx2.Request, bool]:
    """Return the request as it is sent, and whether it goes to the configured endpoint or router.

    Raises HubError for inputs that would go to an address that was not approved.
    """
    if request.url.scheme not in {"http", "https"}:
        raise not_http(scope)
    url, trusted = _target(request.url, scope.place)
    if not trusted and request.method not in {"GET", "HEAD"}:
        message = f"{scope.who} sent the inputs on to {addresses.shown(str(url))}, which was not approved."
        raise HubError(Failure.REFUSED, message, "Take another model or provider.")
    headers = request.headers.copy()
    for name in ("authorization", "cookie"):
        headers.pop(name, None)
    if trusted and scope.place.token and "authorization" in request.headers:
        headers["Authorization"] = f"Bearer {scope.place.token}"
    if not trusted:
        headers.pop("X-HF-Bill-To", None)
    headers["Host"] = url.netloc.decode("ascii")
    headers["Accept-Encoding"] = "gzip"
    headers["User-Agent"] = _agent()
    silence = None if math.isinf(scope.silence_s) else scope.silence_s
    times = {"connect": CONNECT_S, "read": silence, "write": WRITE_S, "pool": None}
    extensions = {**request.extensions, "timeout": times}
    return httpx2.Request(request.method, url, headers=headers, stream=body, extensions=extensions), trusted


def _target(url: httpx2.URL, place: HubPlace) -> tuple[httpx2.URL, bool]:
    """Return where a request goes, and whether that is the configured endpoint or router."""
    configured, bases = _bases(place.endpoint, base_of(place.router))
    if url.origin in configured:
        return url, True
    for known, to in bases:
        if url.origin == known:
            path = to.raw_path.rstrip(b"/") + url.raw_path
            return url.copy_with(scheme=to.scheme, host=to.host, port=to.port, raw_path=path), True
    return url, False


@functools.lru_cache(maxsize=64)
def _bases(endpoint: str, router: str) -> tuple[frozenset[object], tuple[tuple[object, httpx2.URL], ...]]:
    """Return the origins that are configured, and where the client's own ones lead; of each of 30 requests at once."""
    from huggingface_hub import constants

    bases = {HUB_URL: endpoint, ROUTER_URL: router}
    configured = frozenset(httpx2.URL(base).origin for base in bases.values())
    bases.setdefault(constants.ENDPOINT, endpoint)
    return configured, tuple((httpx2.URL(known).origin, httpx2.URL(base)) for known, base in bases.items())


def _patient(scope: Scope, error: BaseException) -> None:
    """Raise HubError where the client would try once more, and has done so."""
    if not scope.patience or not isinstance(
        error, httpx2.TimeoutException | httpx2.NetworkError | httpx2.RemoteProtocolError
    ):
        return
    scope.tries += 1
    if scope.tries >= scope.patience:
        raise of_error(error, scope) from None


def _scope() -> Scope:
    """Return the bounds of the call under way. Raises Ended where no one waits for it, HubError offline."""
    scope, call = SCOPE.get(), CALL.get()
    if scope is None or call is None:
        raise RuntimeError("a request to the Hub outside of a call")
    call.check()
    if scope.place.offline:
        raise offline()
    return scope


def _pools(scope: Scope) -> Pools:
    loop = asyncio.get_running_loop()
    pools = scope.wire.pools
    if loop not in pools:
        pools[loop] = Pools(scope.place)
        scope.wire.thread.at_close(pools[loop].aclose)
    found = pools[loop]
    assert isinstance(found, Pools)
    return found


def _proxy(url: httpx2.URL, found: Mapping[str, str]) -> str:
    """Return the proxy that the system names for an address (HTTPS_PROXY, NO_PROXY, or its settings), "" for none."""
    proxy = found.get(url.scheme) or found.get("all") or ""
    port = f":{url.port}" if url.port else ""
    if not proxy or urllib.request.proxy_bypass(f"{url.host}{port}"):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


@functools.cache
def _agent() -> str:
    from huggingface_hub import __version__ as version

    return f"hgtui/{__version__}; hf_hub/{version}; python/{platform.python_version()}"
