"""One run's view of the client: every call counts against the run's budget, with the temperature of its profile."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.listing import ContextSource
from hgtui.llm.media import Exchanges
from hgtui.llm.messages import Message
from hgtui.llm.retry import OnRetry, untold
from hgtui.llm.values import CallRecord, Chunk, ModelInfo


class Metered:
    """The calls of a ChatClient under one budget; `temperature` None leaves it to each stage."""

    def __init__(self, chat: ChatClient, budget: Budget, temperature: float | None = None) -> None:
        self._chat, self._budget, self._temperature = chat, budget, temperature

    @property
    def model(self) -> str | None:
        """The model, None until it is known."""
        return self._chat.model

    @property
    def base_url(self) -> str:
        """Where the server is, without credentials."""
        return self._chat.base_url

    @property
    def temperature(self) -> float | None:
        """The temperature of every call, None where each stage takes its own."""
        return self._temperature

    @property
    def budget(self) -> Budget:
        """What the run has spent and may spend."""
        return self._budget

    async def model_name(self) -> str:
        """Return the model, asked of the server where it is not known yet. Raises LLMError."""
        return await self._chat.model_name()

    async def context(self) -> tuple[int, ContextSource]:
        """Return the context length in tokens, and who says it. Raises LLMError."""
        return await self._chat.context()

    def note_ignored(self, record: CallRecord) -> None:
        """Note that a reply did not keep to the form that was asked for."""
        self._chat.note_ignored(record)

    async def models(self) -> tuple[ModelInfo, ...]:
        """Return what the server lists. Raises LLMError."""
        return await self._chat.models()

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        schema: Mapping[str, Any] | None = None,
        schema_name: str = "reply",
        on_retry: OnRetry = untold,
        on_stop: Callable[[CallRecord], object] = lambda record: None,
    ) -> AsyncGenerator[Chunk, None]:
        """Stream a chat; see ChatClient.stream."""
        return self._chat.stream(
            messages,
            temperature=temperature if self._temperature is None else self._temperature,
            max_tokens=max_tokens,
            schema=schema,
            schema_name=schema_name,
            on_retry=on_retry,
            budget=self._budget,
            on_stop=on_stop,
        )

    async def speech(self, text: str, *, model: str, exchanges: Exchanges = None) -> bytes:
        """Return a spoken text as a WAV file; each request is noted in `exchanges`. Raises LLMError."""
        return await self._chat.speech(text, model=model, budget=self._budget, exchanges=exchanges)

    async def transcribe(
        self, path: Path, *, model: str, language: str | None = None, exchanges: Exchanges = None
    ) -> str:
        """Return what is said in a file; each request is noted in `exchanges`. Raises LLMError."""
        return await self._chat.transcribe(
            path, model=model, language=language, budget=self._budget, exchanges=exchanges
        )

    async def image(self, prompt: str, *, model: str, exchanges: Exchanges = None) -> bytes:
        """Return a picture; each request is noted in `exchanges`. Raises LLMError."""
        return await self._chat.image(prompt, model=model, budget=self._budget, exchanges=exchanges)
