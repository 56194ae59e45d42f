"""Call: one streamed chat, from the first request to the record."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from hgtui.llm.budget import CAP, Lease
from hgtui.llm.errors import SECRET, LLMError, unreadable, without
from hgtui.llm.faults import too_long, translated
from hgtui.llm.fields import LIMIT, applied, learn, refuses_limit
from hgtui.llm.ladder import Rung, ServerMemory, format_of, keeps_to_json, rung_of
from hgtui.llm.messages import Message, estimate_prompt
from hgtui.llm.prices import Price
from hgtui.llm.retry import OnRetry, with_retries
from hgtui.llm.server import Server
from hgtui.llm.stream import Reading, watch_end
from hgtui.llm.values import CallRecord, Chunk, Done, Usage


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a model: the messages, and how the reply is to come."""

    model: str
    messages: tuple[Message, ...]
    temperature: float | None = 0
    max_tokens: int | None = None
    schema: Mapping[str, Any] | None = None
    schema_name: str = "reply"


@dataclass
class Call:
    """One call while it is made. `chunks` is iterated once; what it has read can be recorded at any time."""

    server: Server
    memory: ServerMemory
    wanted: Wanted
    price: Price | None
    lease: Lease | None
    on_retry: OnRetry
    on_stop: Callable[[CallRecord], object] = lambda record: None
    """Told what had come so far where the task that asks is cancelled."""
    started: float = field(default_factory=time.perf_counter)
    tries: int = 0
    sent: dict[str, Any] = field(default_factory=dict)
    reading: Reading | None = None

    def __post_init__(self) -> None:
        now = asyncio.get_running_loop().time()
        left = None if self.lease is None else self.lease.left_s()
        total = self.server.timeouts.total
        self._by_budget = left is not None and left < total
        self._deadline = now + (left if left is not None and self._by_budget else total)
        self._limited = ""
        self._uncapped = False
        self._first: list[Chunk] = []
        self._stream: Any = None
        self._events: Any = None

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """Yield the reply piece by piece, then Done. Raises LLMError."""
        try:
            async with aclosing(self._chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
        except asyncio.CancelledError:
            if self.tries:
                self.on_stop(self.record(self.reading or Reading(self.server.where, self.server.secrets)))
            raise

    async def _chunks(self) -> AsyncGenerator[Chunk, None]:
        await self._begin()
        reading = self.reading
        assert reading is not None
        try:
            for chunk in self._first:
                yield chunk
            async for chunk in self._rest(reading):
                yield chunk
            for chunk in reading.flush():
                yield chunk
            self._check(reading)
        except LLMError as error:
            error.partial, error.record = without(reading.shown, self.server.secrets), self.record(reading)
            raise
        finally:
            await self._stream.close()
        yield Done(self.record(reading))

    async def _begin(self) -> None:
        server = self.server
        try:
            async with asyncio.timeout_at(self._deadline):
                await with_retries(self._open, server.retries, server.sleep, self.on_retry)
        except TimeoutError:
            raise self._late() from None

    def _late(self) -> LLMError:
        if self.lease is not None and self._by_budget:
            return self.lease.budget.over("seconds", "The call was cut off")
        return too_long(self.server.where, self.server.timeouts)

    async def _open(self) -> None:
        """Ask, leaving out what this server has refused so far, until it takes the request or says no for good."""
        while True:
            try:
                return await self._ask()
            except LLMError as error:
                name = learn(self.memory, error, self.sent)
                if name is None and self._limited and refuses_limit(error, self.sent):
                    self._uncapped, name = True, "such a limit of tokens"
                if name is None:
                    raise
                self.on_retry(self.tries, 0.0, f"The server at {self.server.where} does not take {name}; asking again.")

    def _params(self) -> dict[str, Any]:
        wanted = self.wanted
        given = {"temperature": wanted.temperature, LIMIT: self._limit()}
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if wanted.schema is not None:
            chosen |= format_of(self.memory.rung, wanted.schema, wanted.schema_name)
        return {**chosen, "stream_options": {"include_usage": True}}

    def _limit(self) -> int | None:
        """Return how many tokens the reply may have: what the caller says, or less where the budget is near its end."""
        own, self._limited = self.wanted.max_tokens, ""
        room = None if self.lease is None or self._uncapped else self.lease.room()
        if room is None or room[0] > CAP or (own is not None and own <= room[0]):
            return own
        self._limited = room[1]
        return max(1, room[0])

    async def _ask(self) -> None:
        self.tries += 1
        self.sent = applied(self.memory, self._params())
        server = self.server
        wire = [message.wire() for message in self.wanted.messages]
        with translated(server.where, server.timeouts, server.secrets):
            stream = await server.engine.post(
                "/chat/completions", {"model": self.wanted.model, "messages": wire, "stream": True, **self.sent}
            )
        reading = Reading(server.where, server.secrets)
        reading.request_id = stream.response.headers.get("x-request-id")
        try:
            self._first, self._events = await self._to_first(stream, reading)
        except BaseException:
            await stream.close()
            raise
        self._stream, self.reading = stream, reading

    async def _to_first(self, stream: Any, reading: Reading) -> tuple[list[Chunk], Any]:
        """Read on to the first token: until then nothing is on the screen, and the request may be made again."""
        server = self.server
        kind = stream.response.headers.get("content-type", "").partition(";")[0].strip().lower()
        with translated(server.where, server.timeouts, server.secrets):
            if kind == "text/html":
                raise unreadable(server.where, "a web page", status=stream.response.status_code)
            if kind == "application/json":
                return reading.take_body(await stream.response.aread()), None
            watch_end(stream.response, reading)
            events = aiter(stream)
            async for event in events:
                if chunks := reading.take(event):
                    return chunks, events
        return [], None

    async def _rest(self, reading: Reading) -> AsyncGenerator[Chunk, None]:
        server = self.server
        self._count(reading)
        while self._events is not None:
            try:
                # The limit is on each wait: a consumer that is slow between two chunks is not to be interrupted.
                async with asyncio.timeout_at(self._deadline):
                    with translated(server.where, server.timeouts, server.secrets):
                        event = await anext(self._events, None)
                        if event is None:
                            return
                        chunks = reading.take(event)
            except (LLMError, TimeoutError) as error:
                # A bad end after the reply is complete takes nothing away from it.
                if reading.finish is not None:
                    return
                raise error if isinstance(error, LLMError) else self._late() from None
            for chunk in chunks:
                yield chunk
            self._count(reading)

    def _count(self, reading: Reading) -> None:
        if self.lease is not None:
            self.lease.say(reading.length)

    def _check(self, reading: Reading) -> None:
        if reading.finish == "length" and self._limited and self.lease is not None:
            raise self.lease.budget.over(self._limited, "The reply was cut off")
        reading.check()
        rung = rung_of(self.sent)
        if rung is not Rung.TEXT and reading.finish != "length" and not keeps_to_json(reading.text):
            self.memory.ignore(rung)

    def usage(self) -> Usage | None:
        """Return the tokens used so far, None where no reply has begun."""
        reading = self.reading
        if reading is None:
            return None
        if reading.usage is not None:
            return reading.usage
        return Usage(estimate_prompt(self.wanted.messages), -(-reading.length // 4), estimated=True)

    def usd(self) -> float | None:
        """Return what the call has cost so far, None where the price is not known."""
        used = self.usage()
        return None if used is None or self.price is None else self.price.cost(used)

    def record(self, reading: Reading) -> CallRecord:
        """Return the call as it stands."""
        secrets = self.server.secrets
        usage = self.usage() or Usage(estimate_prompt(self.wanted.messages), 0, estimated=True)
        return CallRecord(
            base_url=self.server.where,
            model=reading.model or self.wanted.model,
            messages=tuple(message.without(secrets, SECRET) for message in self.wanted.messages),
            params={"model": self.wanted.model, "stream": True, **self.sent},
            refused=(*self.memory.fields, *(rung.value for rung in self.memory.refused)),
            reply=without(reading.text, secrets),
            reasoning=without(reading.reasoning, secrets),
            finish_reason=reading.finish,
            request_id=reading.request_id,
            usage=usage,
            first_s=None if reading.first_at is None else reading.first_at - self.started,
            total_s=time.perf_counter() - self.started,
            tries=self.tries,
            usd=self.usd(),
            rung=None if self.wanted.schema is None else rung_of(self.sent),
            ignored=tuple(rung.value for rung in self.memory.ignored),
            raw="" if reading.content == reading.text else without(reading.content, secrets),
            templates=tuple(self._templates()),
        )

    def _templates(self) -> Iterator[Mapping[str, Any]]:
        """Yield what the messages were made of, without secrets."""
        secrets = self.server.secrets
        for place, message in enumerate(self.wanted.messages):
            for one in message.sources:
                words = json.dumps(one.variables, ensure_ascii=False)
                clear = without(words, secrets)
                variables = one.variables if clear == words else json.loads(clear)
                yield {"message": place, "template": one.template, "file": one.file, "variables": variables}
