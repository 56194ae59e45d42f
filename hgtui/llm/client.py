"""ChatClient: a streamed chat with one server, with retries, time limits and a record of each call."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.llm.address import DEFAULT_BASE_URL, checked, checked_key, secrets_of, shown
from hgtui.llm.engine import Engine
from hgtui.llm.errors import LLMError, unreadable, without
from hgtui.llm.faults import too_long, translated
from hgtui.llm.fields import RefusedFields
from hgtui.llm.retry import OnRetry, RetryPolicy, Sleep, with_retries
from hgtui.llm.stream import Reading, watch_end
from hgtui.llm.values import CallRecord, Chunk, Done, Message, ModelInfo, Timeouts, Usage, estimate_tokens

_NAMES_SHOWN = 5
_CONTEXT_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")


def _untold(attempt: int, wait_s: float, reason: str) -> None:
    """Nobody asked to be told of retries."""


@dataclass
class _Asked:
    """One call while it is made: what is sent, and how often it was."""

    model: str
    messages: tuple[Message, ...]
    params: dict[str, Any]
    on_retry: OnRetry
    deadline: float
    started: float = field(default_factory=time.perf_counter)
    tries: int = 0
    sent: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Opened:
    """A reply of which the first token has come, or which ended before any."""

    reading: Reading
    first: list[Chunk]
    stream: Any
    events: Any


class ChatClient:
    """Talks to one server that speaks chat completions.

    `base_url` ends where ``/chat/completions`` is appended; `api_key` None sends no key; `model` None takes the only one
    that the server lists. `sleep` waits between tries. Use as an async context manager, or call `aclose`; bound to the
    event loop that first uses it. Raises LLMError (bad_input, access) for a URL or a key that cannot be used.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        api_key: str | None = None,
        model: str | None = None,
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        url, key = checked(base_url), checked_key(api_key)
        self.base_url = shown(url)
        self.model = (model or "").strip() or None
        self._timeouts, self._retries, self._sleep = timeouts or Timeouts(), retries or RetryPolicy(), sleep
        self._secrets = secrets_of(url, key)
        self._engine = Engine(url, key, self._timeouts)
        self._refused = RefusedFields()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._engine.aclose()

    async def models(self, on_retry: OnRetry = _untold) -> tuple[ModelInfo, ...]:
        """Return what the server lists. Raises LLMError."""
        client = await self._engine.client()

        async def ask() -> Any:
            with translated(self.base_url, self._timeouts, self._secrets):
                # The client's own page type takes any JSON and fails on a wrong one with an AttributeError.
                answer = await client.models.with_raw_response.list(extra_headers=self._engine.headers)
                return json.loads(answer.content)

        try:
            async with asyncio.timeout(self._timeouts.total):
                body = await with_retries(ask, self._retries, self._sleep, on_retry)
        except TimeoutError:
            raise too_long(self.base_url, self._timeouts) from None
        rows = body.get("data") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise unreadable(self.base_url, "something that is not a list of models")
        return tuple(_model_info(row) for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str))

    async def model_name(self, on_retry: OnRetry = _untold) -> str:
        """Return the model that was set, else the only one of the server, which is then kept.

        Raises LLMError (no_model) that names what there is where that is not exactly one.
        """
        if self.model is None:
            try:
                names = [info.name for info in await self.models(on_retry)]
            except LLMError as error:
                if error.status in {404, 405}:
                    message = f"The server at {self.base_url} does not list its models."
                    raise LLMError(Failure.NO_MODEL, message, "Set OPENAI_MODEL.", error.status) from None
                raise
            self.model = self._only(names)
        return self.model

    def _only(self, names: Sequence[str]) -> str:
        if len(names) == 1:
            return names[0]
        if not names:
            message = f"The server at {self.base_url} has no model."
            raise LLMError(Failure.NO_MODEL, message, "Load one there, or set OPENAI_MODEL.")
        listed = ", ".join(one_line(without(name, self._secrets), 80) for name in names[:_NAMES_SHOWN])
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        message = f"The server at {self.base_url} has {len(names)} models: {listed}{more}."
        raise LLMError(Failure.NO_MODEL, message, "Set OPENAI_MODEL to one of them.")

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        on_retry: OnRetry = _untold,
    ) -> AsyncGenerator[Chunk, None]:
        """Yield the reply piece by piece, then Done once.

        Before the first token a request is made again after 408, 409, 429, 5xx and lost connections. To cancel the
        task, or to close the generator (`contextlib.aclosing`), closes the connection. Raises LLMError; its `partial`
        is what came before.
        """
        client = await self._engine.client()
        model = await self.model_name(on_retry)
        deadline = asyncio.get_running_loop().time() + self._timeouts.total
        asked = _Asked(model, tuple(messages), _params(temperature, max_tokens), on_retry, deadline)
        try:
            async with asyncio.timeout_at(deadline):
                opened = await with_retries(lambda: self._open(client, asked), self._retries, self._sleep, on_retry)
        except TimeoutError:
            raise too_long(self.base_url, self._timeouts) from None
        reading = opened.reading
        try:
            for chunk in opened.first:
                yield chunk
            async for chunk in self._rest(opened, asked):
                yield chunk
            for chunk in reading.flush():
                yield chunk
            reading.check()
        except LLMError as error:
            error.partial, error.record = without(reading.shown, self._secrets), self._record(asked, reading)
            raise
        finally:
            await opened.stream.close()
        yield Done(self._record(asked, reading))

    async def _open(self, client: Any, asked: _Asked) -> _Opened:
        """Ask, leaving out what this server has refused so far, until it takes the request or says no for good."""
        while True:
            try:
                return await self._ask(client, asked)
            except LLMError as error:
                name = self._refused.learn(error, asked.sent)
                if name is None:
                    raise
                asked.on_retry(asked.tries, 0.0, f"The server at {self.base_url} does not take {name}; asking again.")

    async def _ask(self, client: Any, asked: _Asked) -> _Opened:
        asked.tries += 1
        asked.sent = self._refused.applied(asked.params)
        wire = [{"role": message.role, "content": message.content} for message in asked.messages]
        with translated(self.base_url, self._timeouts, self._secrets):
            stream = await client.chat.completions.create(
                model=asked.model, messages=wire, stream=True, extra_headers=self._engine.headers, **asked.sent
            )
        reading = Reading(self.base_url, self._secrets)
        reading.request_id = stream.response.headers.get("x-request-id")
        try:
            return await self._first(stream, reading)
        except BaseException:
            await stream.close()
            raise

    async def _first(self, stream: Any, reading: Reading) -> _Opened:
        """Read on to the first token: until then nothing is on the screen, and the request may be made again."""
        kind = stream.response.headers.get("content-type", "").partition(";")[0].strip().lower()
        with translated(self.base_url, self._timeouts, self._secrets):
            if kind == "text/html":
                raise unreadable(self.base_url, "a web page", status=stream.response.status_code)
            if kind == "application/json":
                return _Opened(reading, reading.take_body(await stream.response.aread()), stream, None)
            watch_end(stream.response, reading)
            events = aiter(stream)
            async for event in events:
                if chunks := reading.take(event):
                    return _Opened(reading, chunks, stream, events)
        return _Opened(reading, [], stream, None)

    async def _rest(self, opened: _Opened, asked: _Asked) -> AsyncGenerator[Chunk, None]:
        reading = opened.reading
        while opened.events is not None:
            try:
                # The limit is on each wait: a consumer that is slow between two chunks is not to be interrupted.
                with translated(self.base_url, self._timeouts, self._secrets):
                    async with asyncio.timeout_at(asked.deadline):
                        event = await anext(opened.events, None)
                    if event is None:
                        return
                    chunks = reading.take(event)
            except LLMError:
                # A bad end after the reply is complete takes nothing away from it.
                if reading.finish is not None:
                    return
                raise
            for chunk in chunks:
                yield chunk

    def _record(self, asked: _Asked, reading: Reading) -> CallRecord:
        usage = reading.usage
        if usage is None:
            prompt = sum(estimate_tokens(message.content) for message in asked.messages)
            usage = Usage(prompt, estimate_tokens(reading.text) + estimate_tokens(reading.reasoning), estimated=True)
        return CallRecord(
            base_url=self.base_url,
            model=reading.model or asked.model,
            messages=asked.messages,
            params={"model": asked.model, "stream": True, **asked.sent},
            refused=self._refused.names,
            reply=without(reading.text, self._secrets),
            reasoning=without(reading.reasoning, self._secrets),
            finish_reason=reading.finish,
            request_id=reading.request_id,
            usage=usage,
            first_s=None if reading.first_at is None else reading.first_at - asked.started,
            total_s=time.perf_counter() - asked.started,
            tries=asked.tries,
        )


def _params(temperature: float | None, max_tokens: int | None) -> dict[str, Any]:
    given = {"temperature": temperature, "max_tokens": max_tokens}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return {**chosen, "stream_options": {"include_usage": True}}


def _model_info(row: Mapping[str, Any]) -> ModelInfo:
    lengths = (row.get(name) for name in _CONTEXT_FIELDS)
    context = next((length for length in lengths if isinstance(length, int) and length > 0), None)
    return ModelInfo(row["id"], context)


def from_env(environ: Mapping[str, str]) -> ChatClient | None:
    """Return the client that OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL ask for, None where neither of the first
    two is set. Raises LLMError for a URL or a key that cannot be used.
    """
    url, key = environ.get("OPENAI_BASE_URL", "").strip(), environ.get("OPENAI_API_KEY", "").strip()
    if not url and not key:
        return None
    return ChatClient(url or DEFAULT_BASE_URL, key or None, environ.get("OPENAI_MODEL"))
