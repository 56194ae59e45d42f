"""A chat of which is kept what no record of a call tells: retries, calls that failed, the context length."""

from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Literal, Protocol

from hgtui.llm.errors import LLMError
from hgtui.llm.messages import Message
from hgtui.llm.retry import OnRetry, untold
from hgtui.llm.told import Speaks
from hgtui.llm.values import CallRecord, Chunk, Done


class Keep(Protocol):
    """Keeps an exchange: its kind, what was asked and what came, both JSON."""

    def __call__(self, kind: Literal["llm", "context"], request: Any, reply: Any) -> Awaitable[None]:
        """Keep it."""
        ...


class Taped:
    """A chat that keeps each call that failed or was made again, and each context length, before it hands them on.

    A call that went through at once is kept by its record alone, whoever keeps that.
    """

    def __init__(self, chat: Speaks, keep: Keep) -> None:
        self._chat, self._keep = chat, keep

    @property
    def model(self) -> str | None:
        """The model that answers, None while it is not known."""
        return self._chat.model

    def note_ignored(self, record: CallRecord) -> None:
        """Note that a reply did not keep to the form that was asked for."""
        self._chat.note_ignored(record)

    async def context(self) -> tuple[int, Any]:
        """Return the context length in tokens, and who says it. Raises LLMError."""
        try:
            length, source = await self._chat.context()
        except LLMError as error:
            await self._keep("context", {}, {"error": error.as_json()})
            raise
        await self._keep("context", {}, {"length": length, "source": source})
        return length, source

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        on_retry: OnRetry = untold,
        schema: Mapping[str, Any] | None = None,
        schema_name: str = "reply",
    ) -> AsyncGenerator[Chunk, None]:
        """Yield the reply piece by piece, then Done once. Raises LLMError."""
        notes: list[tuple[int, float, str]] = []

        def heard(attempt: int, wait_s: float, reason: str) -> None:
            notes.append((attempt, wait_s, reason))
            on_retry(attempt, wait_s, reason)

        asked = {"messages": [message.noted() for message in messages], "schema": schema_name if schema else ""}
        chunks = self._chat.stream(
            messages,
            temperature=temperature,
            max_tokens=max_tokens,
            on_retry=heard,
            schema=schema,
            schema_name=schema_name,
        )
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    if notes and isinstance(chunk, Done):
                        await self._keep("llm", asked, {"notes": notes, "record": chunk.record.as_json()})
                    yield chunk
        except LLMError as error:
            record = None if error.record is None else error.record.as_json()
            await self._keep("llm", asked, {"notes": notes, "record": record, "error": error.as_json()})
            raise
