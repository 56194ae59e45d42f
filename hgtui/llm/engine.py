"""The openai client of one server, imported and built in a thread: the import alone takes about a second."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hgtui.core.imports import settled
from hgtui.llm.address import is_loopback
from hgtui.llm.values import Timeouts

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream


class Engine:
    """Holds the openai client; made at the first use."""

    def __init__(
        self, base_url: str, api_key: str | None, timeouts: Timeouts, headers: Mapping[str, str] | None = None
    ) -> None:
        self._base_url, self._api_key, self._timeouts = base_url, api_key, timeouts
        self._more = dict(headers or {})
        self._client: AsyncOpenAI | None = None
        self._lock = asyncio.Lock()

    async def client(self) -> "AsyncOpenAI":
        async with self._lock:
            if self._client is None:
                self._client = await asyncio.to_thread(self._build)
            return self._client

    async def post(self, path: str, body: Mapping[str, Any]) -> "AsyncStream[object]":
        """Send `body` as it is and return the events of the streamed reply, each the JSON that came.

        The client's typed methods walk through each message on the way out and make a model of each event on the way in:
        half of what a call costs, for fields that are read with care all the same (servers send others than the types say).
        """
        from openai import AsyncStream

        client = await self.client()
        options: Any = {"headers": self.headers}
        return await client.post(
            path, cast_to=object, body=dict(body), options=options, stream=True, stream_cls=AsyncStream[object]
        )

    @property
    def headers(self) -> dict[str, Any]:
        """Extra headers of each request: without a key no Authorization is sent at all."""
        from openai import omit

        return self._more if self._api_key else {**self._more, "Authorization": omit}

    def _build(self) -> "AsyncOpenAI":
        import openai
        import tenacity  # noqa: F401  # with_retries takes it later, on the event loop

        client = openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",
            timeout=openai.Timeout(self._timeouts.silence, connect=self._timeouts.connect),
            max_retries=0,
            # A server on this machine is never behind the proxy of the environment.
            http_client=openai.DefaultAsyncHttpxClient(trust_env=False) if is_loopback(self._base_url) else None,
        )
        # Both are imported when they are first touched.
        _ = client.chat.completions, client.models
        settled("openai")
        return client

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()
