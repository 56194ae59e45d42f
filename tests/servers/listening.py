"""An HTTP server on a loopback port, in a thread of its own: one request after the other on each connection."""

import asyncio
import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from types import TracebackType
from typing import Self

import h11

from tests.servers.exchange import Exchange, Request
from tests.servers.gate import Signal


class Listener(ABC):
    """Serves while its context is open; `connections` counts those that were made."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._ready = Signal()
        self._failed: OSError | None = None
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
        self._connections: set[asyncio.Task[None]] = set()
        self.connections = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait_blocking(30)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, exc, trace)

    @abstractmethod
    async def _answer(self, exchange: Exchange) -> None:
        """Answer one request."""

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
            path, _, query = head.target.decode().partition("?")
            return Request(head.method.decode(), path, headers, bytes(body), query)
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
