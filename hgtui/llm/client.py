"""ChatClient: a streamed chat with one server, with retries, limits and a record of each call."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from hgtui.llm import media
from hgtui.llm.address import DEFAULT_BASE_URL
from hgtui.llm.budget import Budget
from hgtui.llm.call import Call, Wanted
from hgtui.llm.errors import LLMError
from hgtui.llm.ladder import Rung, memory_of
from hgtui.llm.listing import DEFAULT_CONTEXT, ContextSource, context_of, listed, only_model
from hgtui.llm.messages import Message, estimate_prompt
from hgtui.llm.prices import Price, price_of
from hgtui.llm.retry import OnRetry, RetryPolicy, Sleep, untold
from hgtui.llm.server import Server
from hgtui.llm.values import CallRecord, Chunk, ModelInfo, Timeouts, Usage

T = TypeVar("T")


class ChatClient:
    """Talks to one server that speaks chat completions.

    `base_url` ends where ``/chat/completions`` is appended; `api_key` None sends no key; `model` None takes the only one
    that the server lists. `price_in` and `price_out` (US dollars for a million tokens) go before the table of
    genai-prices, `context` (tokens) stands in where the server does not say how long its context is. `sleep` waits
    between tries; `headers` go with every request. Use as an async context manager, or call `aclose`; bound to the event loop that first uses it.
    Raises LLMError (bad_input, access) for a URL or a key that cannot be used.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        api_key: str | None = None,
        model: str | None = None,
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        sleep: Sleep = asyncio.sleep,
        *,
        price_in: float | None = None,
        price_out: float | None = None,
        context: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._server = Server.at(base_url, api_key, timeouts or Timeouts(), retries or RetryPolicy(), sleep, headers)
        self.base_url = self._server.where
        self.temperature: float | None = None  # each call says its own
        self.model = (model or "").strip() or None
        self._own_prices, self._own_context = (price_in, price_out), context
        self._prices: dict[str, Price | None] = {}
        self._contexts: dict[str, int | None] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._server.engine.aclose()

    async def models(self, on_retry: OnRetry = untold) -> tuple[ModelInfo, ...]:
        """Return what the server lists. Raises LLMError."""
        return await listed(self._server, on_retry)

    async def model_name(self, on_retry: OnRetry = untold) -> str:
        """Return the model that was set, else the only one of the server, which is then kept.

        Raises LLMError (no_model) that names what there is where that is not exactly one.
        """
        if self.model is None:
            self.model = await only_model(self._server, on_retry)
        return self.model

    async def context(self) -> tuple[int, ContextSource]:
        """Return the context length in tokens and who says it: the server, else the setting, else 4,096.

        A server that cannot be asked now is one that does not say; the next call asks again. Raises LLMError (no_model)
        where there is no one model.
        """
        model = await self.model_name()
        if model not in self._contexts:
            try:
                self._contexts[model] = await context_of(self._server, model)
            except LLMError as error:
                if error.again:
                    return self._unsaid()
                self._contexts[model] = None
        length = self._contexts[model]
        return self._unsaid() if length is None else (length, "server")

    def _unsaid(self) -> tuple[int, ContextSource]:
        return (DEFAULT_CONTEXT, "default") if self._own_context is None else (self._own_context, "setting")

    async def price(self) -> Price | None:
        """Return the price of the model, None where it is not known. Raises LLMError where there is no one model."""
        model = await self.model_name()
        if model not in self._prices:
            self._prices[model] = await asyncio.to_thread(price_of, self.base_url, model, *self._own_prices)
        return self._prices[model]

    def note_ignored(self, record: CallRecord) -> None:
        """Note that the reply of a call did not keep to the form that was asked for: the next asks for a looser one.

        A reply that is no JSON at all is noted without being told.
        """
        if record.rung is not None:
            memory_of(self.base_url, str(record.params["model"])).ignore(record.rung)

    @property
    def rung(self) -> Rung | None:
        """The form of structured output that the next call with a schema asks for; None while no model is known."""
        return None if self.model is None else memory_of(self.base_url, self.model).rung

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        on_retry: OnRetry = untold,
        schema: Mapping[str, Any] | None = None,
        schema_name: str = "reply",
        budget: Budget | None = None,
        on_stop: Callable[[CallRecord], object] = lambda record: None,
    ) -> AsyncGenerator[Chunk, None]:
        """Yield the reply piece by piece, then Done once.

        Before the first token a request is made again after 408, 409, 429, 5xx and lost connections. With `schema` (a
        JSON schema, `strict_schema` makes one for strict mode) the reply is asked for in the firmest form that this
        server is not known to refuse or ignore; it is text all the same, to be read with care. With `budget` a call
        that would go over a limit is not made, and one that does is cut off. To cancel the task, or to close the
        generator (`contextlib.aclosing`), closes the connection; where the task is cancelled, `on_stop` is told what had
        come. Raises LLMError; its `partial` is what came before.
        """
        await self._server.engine.client()
        model = await self.model_name(on_retry)
        price = await self.price()
        wanted = Wanted(model, tuple(messages), temperature, max_tokens, schema, schema_name)
        lease = None if budget is None else budget.admit(estimate_prompt(messages), price)
        call: Call | None = None
        try:
            call = Call(self._server, memory_of(self.base_url, model), wanted, price, lease, on_retry, on_stop)
            async with aclosing(call.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            if budget is not None and lease is not None:
                budget.settle(lease, *((None, None) if call is None else (call.usage(), call.usd())))

    async def speech(
        self,
        text: str,
        voice: str = "alloy",
        *,
        model: str | None = None,
        form: media.AudioForm = "wav",
        on_retry: OnRetry = untold,
        budget: Budget | None = None,
        exchanges: media.Exchanges = None,
    ) -> bytes:
        """Return `text` as spoken by /audio/speech, an audio file in `form`. Raises LLMError.

        `model` None takes that of the chat; `no_model` says that the server has no such route. A `budget` counts the
        seconds; with a limit of dollars the call is refused, since no table has the prices of media. Each request is noted
        in `exchanges`.
        """
        asked = media.Speech(text, voice, model or await self.model_name(on_retry), form)
        return await self._within(budget, lambda: media.speech(self._server, asked, on_retry, exchanges))

    async def transcribe(
        self,
        path: Path,
        *,
        model: str | None = None,
        language: str | None = None,
        on_retry: OnRetry = untold,
        budget: Budget | None = None,
        exchanges: media.Exchanges = None,
    ) -> str:
        """Return what is said in an audio file, cleaned, by /audio/transcriptions; "" for silence. Raises LLMError.

        `language` is an ISO 639-1 code. Of the file's name only the ending is sent. `budget` and
        `exchanges` as for `speech`.
        """
        asked = media.Recording(path, model or await self.model_name(on_retry), language)
        return await self._within(budget, lambda: media.transcribe(self._server, asked, on_retry, exchanges))

    async def image(
        self,
        prompt: str,
        *,
        model: str | None = None,
        size: str | None = None,
        on_retry: OnRetry = untold,
        budget: Budget | None = None,
        exchanges: media.Exchanges = None,
    ) -> bytes:
        """Return a picture (PNG, JPEG or WebP) of /images/generations. Raises LLMError.

        `size` is "1024x1024" or another that the server knows. `budget` and `exchanges` as for `speech`.
        """
        asked = media.Painting(prompt, model or await self.model_name(on_retry), size)
        return await self._within(budget, lambda: media.image(self._server, asked, on_retry, exchanges))

    async def _within(self, budget: Budget | None, work: Callable[[], Awaitable[T]]) -> T:
        if budget is None:
            return await work()
        free = Price(0.0, 0.0) if self._own_prices == (0, 0) else None
        lease = budget.admit(0, free)
        left = lease.left_s()
        try:
            async with asyncio.timeout(left):
                return await work()
        except TimeoutError:
            raise budget.over("seconds", "The call was cut off") from None
        finally:
            budget.settle(lease, Usage(0, 0), 0.0 if free else None)


def from_env(environ: Mapping[str, str]) -> ChatClient | None:
    """Return the client that OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL ask for, None where neither of the first
    two is set. Raises LLMError for a URL or a key that cannot be used.
    """
    url, key = environ.get("OPENAI_BASE_URL", "").strip(), environ.get("OPENAI_API_KEY", "").strip()
    if not url and not key:
        return None
    return ChatClient(url or DEFAULT_BASE_URL, key or None, environ.get("OPENAI_MODEL"))
