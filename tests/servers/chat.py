"""A loopback server that speaks the OpenAI chat-completions wire format, with faults on demand."""

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

import h11

from hgtui.llm import forget
from tests.servers import wire
from tests.servers.exchange import Exchange, Request
from tests.servers.gate import Signal
from tests.servers.replies import Answer, Reply, Status

Script = Answer | Iterable[Answer] | Callable[[Request], Answer]


def closed_port_url() -> str:
    """The base URL of a port on which nothing listens: every connection is refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}/v1"


class ChatServer:
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
        self._port = port
        self.requests: list[Request] = []
        self.model_requests: list[Request] = []
        self.route_requests: list[Request] = []
        self._came: list[Signal] = []
        self._lock = threading.Lock()
        self._ready = Signal()
        self._failed: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="chat-server", daemon=True)
        self._connections: set[asyncio.Task[None]] = set()
        self.connections = 0

    @property
    def url(self) -> str:
        """The base URL that a client gets, with /v1."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait_blocking(30)
        if self._failed is not None:
            raise self._failed
        # The port may have been another server's a moment ago.
        forget(self.url)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, exc, trace)

    async def request(self, number: int = 1) -> Request:
        """Wait for chat request `number` (from 1) and return it."""
        await self._signal(number).wait()
        return self.requests[number - 1]

    def _signal(self, number: int) -> Signal:
        with self._lock:
            while len(self._came) < number:
                self._came.append(Signal())
            return self._came[number - 1]

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failed = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        self.connections += 1
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await self._speak(reader, writer)
        except (ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while (request := await _read_request(connection, reader)) is not None:
            exchange = Exchange(request, connection, writer)
            try:
                await _until_gone(self._answer(exchange), connection, reader, request)
            except ConnectionError:  # the client left while it was being written to
                request.gone.set()
                raise
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()

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


async def _read_request(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        item = connection.next_event()
        if item is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(item, h11.Request):
            head = item
        elif isinstance(item, h11.Data):
            body.extend(item.data)
        elif isinstance(item, h11.EndOfMessage) and head is not None:
            headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
            return Request(head.method.decode(), head.target.decode().partition("?")[0], headers, bytes(body))
        else:
            return None


async def _until_gone(
    answer: Awaitable[None], connection: h11.Connection, reader: asyncio.StreamReader, request: Request
) -> None:
    """Run `answer` while watching for the client to hang up, which ends it."""
    answering = asyncio.ensure_future(answer)
    reading = asyncio.ensure_future(reader.read(65536))
    try:
        await asyncio.wait({answering, reading}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done() and (reading.exception() is not None or not reading.result()):
            request.gone.set()
            raise ConnectionResetError
        await answering
    finally:
        for task in (answering, reading):
            task.cancel()
        await asyncio.gather(answering, reading, return_exceptions=True)
    if not reading.cancelled() and reading.exception() is None:
        connection.receive_data(reading.result())


__all__ = ["ChatServer", "Reply", "Request", "Script", "Status", "closed_port_url"]

if __name__ == "__main__":
    from tests.servers.byhand import main

    main()
