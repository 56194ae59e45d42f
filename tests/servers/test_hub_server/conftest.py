"""The real huggingface_hub, led to the loopback Hub by its own client factories."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from huggingface_hub import AsyncInferenceClient, set_async_client_factory, set_client_factory
from huggingface_hub.inference._providers import _common, hf_inference
from huggingface_hub.utils import _http

from tests.servers.hub import TOKEN, HubServer

HOSTS = {"huggingface.co", "router.huggingface.co"}


class _Sync(httpx2.HTTPTransport):
    port = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return super().handle_request(_led(request, self.port))


class _Async(httpx2.AsyncHTTPTransport):
    port = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await super().handle_async_request(_led(request, self.port))


def _led(request: httpx2.Request, port: int) -> httpx2.Request:
    if request.url.host in HOSTS:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
    return request


@pytest.fixture(autouse=True)
def _own_factories() -> Iterator[None]:
    """Have the client as it comes; who led it elsewhere before in this process, as hgtui does for good, finds that again."""
    before = _http._GLOBAL_CLIENT_FACTORY, _http._GLOBAL_ASYNC_CLIENT_FACTORY
    set_client_factory(_http.default_client_factory)
    set_async_client_factory(_http.default_async_client_factory)
    yield
    set_client_factory(before[0])
    set_async_client_factory(before[1])
    _common._fetch_inference_provider_mapping.cache_clear()
    hf_inference._check_supported_task.cache_clear()


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(granted=["*"], polls=0) as server:
        yield server


@pytest.fixture
def led(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> HubServer:
    """The server, with the client led to it for as long as the test runs."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    sync, unsync = _Sync(), _Async()
    sync.port = unsync.port = int(hub.url.rpartition(":")[2])
    set_client_factory(lambda: httpx2.Client(transport=sync, follow_redirects=True, timeout=30))
    set_async_client_factory(
        lambda: httpx2.AsyncClient(
            transport=unsync,
            follow_redirects=True,
            timeout=30,
            event_hooks={"response": [_http.async_hf_response_event_hook]},
        )
    )
    return hub


@pytest.fixture
async def clients(led: HubServer) -> AsyncIterator[Any]:
    """Makes a client of a provider."""
    made: list[AsyncInferenceClient] = []

    def make(provider: str = "hf-inference") -> AsyncInferenceClient:
        made.append(AsyncInferenceClient(provider=provider, token=TOKEN, timeout=30))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for client in made:
        await client.close()
