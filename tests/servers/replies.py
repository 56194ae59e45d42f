"""What a chat server can do with one request: a right reply in any cutting, or one of the faults."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.servers import wire
from tests.servers.exchange import Exchange
from tests.servers.gate import Gate

EVENTS = {"content-type": "text/event-stream", "cache-control": "no-cache"}


class Answer(Protocol):
    async def send(self, exchange: Exchange) -> None: ...


@dataclass(frozen=True)
class Reply:
    """A right reply, streamed or whole as the request wants it.

    `pieces` cuts the text into deltas, `split` the bytes of the stream into writes. `first_s` and `gap_s` (seconds)
    are waited before the first delta and between deltas. `gate` is waited at after `hold_after` deltas. With
    `finish` None and `done` False the stream ends without saying that it is complete. `prompt_tokens` None counts the
    prompt as a tokenizer would, four bytes for a token, one at least for a word. With `obeys` the reply ends at `max_tokens` deltas.
    """

    text: str = ""
    pieces: Callable[[str], Sequence[str]] = wire.words
    split: wire.Splitter = wire.all_at_once
    reasoning: str = ""
    reasoning_field: str = "reasoning_content"
    finish: str | None = "stop"
    done: bool = True
    with_usage: bool = True
    prompt_tokens: int | None = None
    cached_tokens: int = 0
    obeys: bool = False
    first_s: float = 0
    gap_s: float = 0
    gate: Gate | None = None
    hold_after: int = 0
    comment: str = ""

    def _deltas(self) -> list[dict[str, str]]:
        thoughts = [{self.reasoning_field: piece} for piece in self.pieces(self.reasoning)]
        return thoughts + [{"content": piece} for piece in self.pieces(self.text)]

    def _counted(self, body: Mapping[str, Any], said: int) -> dict[str, Any]:
        said_before = json.dumps([message["content"] for message in body["messages"]], ensure_ascii=False)
        prompt = max(len(said_before.encode("utf-8", "replace")) // 4, len(said_before.split()))
        counts: dict[str, Any] = wire.usage(prompt if self.prompt_tokens is None else self.prompt_tokens, said)
        if self.cached_tokens:
            counts["prompt_tokens_details"] = {"cached_tokens": self.cached_tokens}
        return counts

    async def send(self, exchange: Exchange) -> None:
        if exchange.request.body.get("stream"):
            await self._stream(exchange)
        else:
            await self._whole(exchange)

    async def _whole(self, exchange: Exchange) -> None:
        if self.gate is not None:
            await self.gate.hold()
        message = {"role": "assistant", "content": self.text}
        if self.reasoning:
            message[self.reasoning_field] = self.reasoning
        counted = self._counted(exchange.request.body, len(self._deltas()))
        body = wire.completion(exchange.request.body["model"], message, self.finish or "stop", counted)
        await exchange.json(200, body)

    async def _stream(self, exchange: Exchange) -> None:
        body = exchange.request.body
        model = body["model"]
        await exchange.start(200, EVENTS)
        if self.comment:
            await exchange.data(f": {self.comment}\n\n".encode())
        await asyncio.sleep(self.first_s)
        await self._send(exchange, wire.chunk(model, {"role": "assistant", "content": ""}))
        deltas, finish = self._deltas(), self.finish
        if self.obeys and len(deltas) > (most := body.get("max_tokens") or len(deltas)):
            deltas, finish = deltas[:most], "length"
        for index, delta in enumerate(deltas):
            if self.gate is not None and index == self.hold_after:
                await self.gate.hold()
            await self._send(exchange, wire.chunk(model, delta))
            await asyncio.sleep(self.gap_s)
        if self.gate is not None and self.hold_after >= len(deltas):
            await self.gate.hold()
        if finish is not None:
            await self._send(exchange, wire.chunk(model, {}, finish))
        if self.with_usage and (body.get("stream_options") or {}).get("include_usage"):
            await self._send(exchange, wire.chunk(model, None, usage=self._counted(body, len(deltas))))
        if self.done:
            await self._bytes(exchange, wire.DONE)
        await exchange.end()

    async def _send(self, exchange: Exchange, data: Any) -> None:
        await self._bytes(exchange, wire.event(data))

    async def _bytes(self, exchange: Exchange, data: bytes) -> None:
        for part in self.split(data):
            await exchange.data(part)


@dataclass(frozen=True)
class Status:
    """An HTTP error: `message` in an OpenAI error object, or `body` exactly as given (str: HTML, else JSON)."""

    status: int
    message: str = "no"
    kind: str = "invalid_request_error"
    code: str | int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    async def send(self, exchange: Exchange) -> None:
        if isinstance(self.body, str):
            await exchange.whole(self.status, self.body.encode(), "text/html", self.headers)
        else:
            body = wire.error(self.message, self.kind, self.code) if self.body is None else self.body
            await exchange.json(self.status, body, self.headers)


@dataclass(frozen=True)
class Body:
    """HTTP 200 with exactly these bytes: malformed JSON, the wrong shape, HTML, nothing."""

    content: bytes
    media_type: str = "application/json"

    async def send(self, exchange: Exchange) -> None:
        await exchange.whole(200, self.content, self.media_type)


@dataclass(frozen=True)
class Events:
    """A stream of exactly these events (JSON values, or bytes as they are), closed in order or cut."""

    events: Sequence[Any] = ()
    cut: bool = False
    done: bool = True

    async def send(self, exchange: Exchange) -> None:
        await exchange.start(200, EVENTS)
        for item in self.events:
            await exchange.data(item if isinstance(item, bytes) else wire.event(item))
        if self.cut:
            await exchange.cut()
            return
        if self.done:
            await exchange.data(wire.DONE)
        await exchange.end()


@dataclass(frozen=True)
class Truncated:
    """A body that is shorter than its content-length says."""

    content: bytes = b'{"id": "chatcmpl-1", "cho'
    missing: int = 100

    async def send(self, exchange: Exchange) -> None:
        length = str(len(self.content) + self.missing)
        await exchange.start(200, {"content-type": "application/json", "content-length": length})
        await exchange.data(self.content)
        await exchange.cut()


@dataclass(frozen=True)
class Reset:
    """A TCP reset instead of an answer."""

    async def send(self, exchange: Exchange) -> None:
        exchange.reset()


@dataclass(frozen=True)
class Hang:
    """Nothing at all, for as long as the client waits."""

    async def send(self, exchange: Exchange) -> None:
        await exchange.request.gone.wait(None)


@dataclass(frozen=True)
class Drip:
    """A stream that says a little every `gap_s` seconds and never ends."""

    gap_s: float = 0.005
    delta: Mapping[str, str] | None = None

    async def send(self, exchange: Exchange) -> None:
        await exchange.start(200, EVENTS)
        model = exchange.request.body["model"]
        while True:
            await exchange.data(
                b": waiting\n\n" if self.delta is None else wire.event(wire.chunk(model, dict(self.delta)))
            )
            await asyncio.sleep(self.gap_s)
