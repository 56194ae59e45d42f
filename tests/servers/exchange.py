"""One request and the connection on which its answer goes out."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import h11

from tests.servers.gate import Signal


@dataclass
class Request:
    """What a client asked, as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    query: str = ""
    came: float = field(default_factory=time.monotonic)
    gone: Signal = field(default_factory=Signal)
    answered: Signal = field(default_factory=Signal)

    @property
    def body(self) -> Any:
        """The JSON body. Raises ValueError where it is none."""
        return json.loads(self.raw)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body["messages"])

    @property
    def system(self) -> str:
        """The text of the first system message, "" without one."""
        return next((str(m["content"]) for m in self.messages if m["role"] == "system"), "")

    @property
    def last(self) -> str:
        return str(self.messages[-1]["content"])


class Exchange:
    """Writes the answer to one request; every write goes out at once (TCP_NODELAY)."""

    def __init__(self, request: Request, connection: h11.Connection, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._connection = connection
        self._writer = writer

    async def _write(self, item: h11.Event) -> None:
        if data := self._connection.send(item):
            self._writer.write(data)
            await self._writer.drain()

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._write(h11.Response(status_code=status, headers=[(b"x-request-id", b"req-1"), *pairs]))

    async def data(self, data: bytes) -> None:
        if data:
            await self._write(h11.Data(data=data))

    async def end(self) -> None:
        await self._write(h11.EndOfMessage())

    async def whole(self, status: int, body: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        """Answer with a body of known length."""
        length = {"content-type": media_type, "content-length": str(len(body))}
        await self.start(status, {**length, **(headers or {})})
        if self.request.method != "HEAD":
            await self.data(body)
        await self.end()

    async def json(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        await self.whole(status, json.dumps(body, ensure_ascii=False).encode(), "application/json", headers)

    async def plain(self, data: bytes) -> None:
        """Write bytes that need not be HTTP; the connection is closed after them."""
        self._writer.write(data)
        await self._writer.drain()
        self._writer.close()

    def reset(self) -> None:
        """Close with a TCP reset: what is not sent is thrown away."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def cut(self) -> None:
        """Close in the middle of a message, as a server that died does."""
        self._writer.close()
