"""A loopback server that speaks the OpenAI chat-completions wire format, with faults on demand."""

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

from hgtui.llm.ladder import forget
from tests.servers import wire
from tests.servers.exchange import Exchange, Request
from tests.servers.gate import Signal
from tests.servers.listening import Listener
from tests.servers.replies import Answer, Reply, Status

Script = Answer | Iterable[Answer] | Callable[[Request], Answer]


def closed_port_url() -> str:
    """The base URL of a port on which nothing listens: every connection is refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}/v1"


class ChatServer(Listener):
    """Serves GET /v1/models and POST /v1/chat/completions from a thread of its own while the context is open.

    `script` is what each chat request gets: one answer for all, answers in order (then 500), or a callable.
    `models_script` replaces the right answer to /v1/models. `requests` has every chat request in order. `routes` are
    other paths that take POST (`tests.servers.media` has them); their requests are in `route_requests`.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        models: Sequence[str] = ("test-model",),
        context: int | None = None,
        models_script: Answer | None = None,
        port: int = 0,
        routes: Mapping[str, Answer] | None = None,
    ) -> None:
        self._script = script
        self._routes = routes or {}
        self._queue = deque(script) if isinstance(script, Iterable) else None
        self._models = wire.model_list(models, context)
        self._models_script = models_script
        super().__init__(port)
        self.requests: list[Request] = []
        self.model_requests: list[Request] = []
        self.route_requests: list[Request] = []
        self._came: list[Signal] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The base URL that a client gets, with /v1."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        super().__enter__()
        # The port may have been another server's a moment ago.
        forget(self.url)
        return self

    async def request(self, number: int = 1) -> Request:
        """Wait for chat request `number` (from 1) and return it."""
        await self._signal(number).wait()
        return self.requests[number - 1]

    def _signal(self, number: int) -> Signal:
        with self._lock:
            while len(self._came) < number:
                self._came.append(Signal())
            return self._came[number - 1]

    async def _answer(self, exchange: Exchange) -> None:
        request = exchange.request
        if request.path == "/v1/models" and request.method == "GET":
            self.model_requests.append(request)
            if self._models_script is not None:
                await self._models_script.send(exchange)
            else:
                await exchange.json(200, self._models)
        elif request.path == "/v1/chat/completions" and request.method == "POST":
            self.requests.append(request)
            self._signal(len(self.requests)).set()
            await self._choose(request).send(exchange)
        elif request.path in self._routes and request.method == "POST":
            self.route_requests.append(request)
            await self._routes[request.path].send(exchange)
        else:
            await exchange.json(404, {"detail": "Not Found"})
        request.answered.set()

    def _choose(self, request: Request) -> Answer:
        if self._queue is not None:
            return self._queue.popleft() if self._queue else Status(500, "the script of this test has no more answers")
        if isinstance(self._script, Callable):  # type: ignore[arg-type]
            return self._script(request)  # type: ignore[operator, no-any-return]
        return self._script  # type: ignore[return-value]


__all__ = ["ChatServer", "Reply", "Request", "Script", "Status", "closed_port_url"]

if __name__ == "__main__":
    from tests.servers.byhand import main

    main()
