"""A streamed reply as one stream: its chunks, what is told of retries as it happens, and how it failed."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Protocol

from hgtui.core.ports import CallMade, Noticed
from hgtui.core.text import one_line
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import Message
from hgtui.llm.retry import OnRetry
from hgtui.llm.values import CallRecord, Chunk, was_cut


class Chat(Protocol):
    """What a stage needs of a controller LLM; `ChatClient` is one."""

    @property
    def model(self) -> str | None:
        """The model that answers, None while it is not known."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        on_retry: OnRetry = ...,
    ) -> AsyncGenerator[Chunk, None]:
        """Yield the reply piece by piece, then Done once. Raises LLMError."""
        ...


class Speaks(Chat, Protocol):
    """A chat as whole as planning and a run's tape need it; `ChatClient` and `hgtui.llm.metered.Metered` are such."""

    async def context(self) -> tuple[int, Any]:
        """Return the context length in tokens, and who says it. Raises LLMError."""
        ...

    def note_ignored(self, record: CallRecord) -> None:
        """Note that a reply did not keep to the form that was asked for."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        on_retry: OnRetry = ...,
        schema: Mapping[str, Any] | None = None,
        schema_name: str = "reply",
    ) -> AsyncGenerator[Chunk, None]:
        """Yield the reply piece by piece, then Done once. Raises LLMError."""
        ...


def name_of(chat: Chat) -> str:
    """Return the model that answers, for the screen."""
    return one_line(chat.model or "controller", 120)


async def told(chat: Chat, asked: Sequence[Message]) -> AsyncGenerator[Chunk | Noticed | LLMError, None]:
    """Yield the chunks of a reply and Noticed for each retry before its wait; an LLMError comes as the last item."""
    queue: asyncio.Queue[Chunk | Noticed | BaseException | None] = asyncio.Queue()

    def on_retry(attempt: int, wait_s: float, reason: str) -> None:
        again = f" Trying again in {wait_s:.1f} s." if wait_s else ""
        queue.put_nowait(Noticed(text=one_line(f"{reason}{again}", 400)))

    async def pump() -> None:
        try:
            async with contextlib.aclosing(chat.stream(asked, on_retry=on_retry)) as stream:
                async for chunk in stream:
                    queue.put_nowait(chunk)
            queue.put_nowait(None)
        except Exception as error:  # handed to the one who reads, who raises it
            queue.put_nowait(error)

    task = asyncio.create_task(pump())
    try:
        while (item := await queue.get()) is not None:
            if isinstance(item, BaseException) and not isinstance(item, LLMError):
                raise item
            yield item
            if isinstance(item, LLMError):
                return
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def call_made(record: CallRecord) -> CallMade:
    """Return what the journal keeps of a call."""
    usage = record.usage
    return CallMade(
        model=one_line(record.model, 120),
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        estimated=usage.estimated,
        first_s=record.first_s,
        total_s=record.total_s,
        usd=record.usd,
        record=record.as_json(),
    )


def ending(record: CallRecord) -> tuple[CallMade | Noticed, ...]:
    """Return what is told of a call that has ended: the call, and whether the server cut the prompt."""
    if not was_cut(record):
        return (call_made(record),)
    counted = record.usage.tokens_in
    words = f"The server counted {counted:,} tokens of the prompt: it has cut it. Set a longer context there."
    return call_made(record), Noticed(text=words)
