"""A chat that answers as it did in a recorded run, by the very messages that it is asked with."""

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from hgtui.core.base import canonical
from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.llm.errors import SECRET, LLMError
from hgtui.llm.ladder import Rung
from hgtui.llm.messages import Message, Part, TextPart
from hgtui.llm.retry import OnRetry, untold
from hgtui.llm.stream import Reading
from hgtui.llm.values import CallRecord, Chunk, Done, Usage

REMOVED = "[removed]"
"""What stands in a record for a secret."""
_MASKS = (REMOVED, SECRET)
_AROUND, _SHOWN = 20, 60

Missed = Callable[[str], None]
Turn = Callable[[int], Awaitable[None]]
"""Waits until what had happened before a call ended has happened again."""


async def _at_once(_: int) -> None:
    """Wait for nothing."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A recorded call: its messages as they were noted, the notes on its retries, its record and how it failed.

    `after` says what had happened before it ended, as whoever made it counts that.
    """

    messages: tuple[Mapping[str, Any], ...]
    notes: tuple[tuple[int, float, str], ...] = ()
    record: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    after: int = 0

    @classmethod
    def of(cls, record: Mapping[str, Any], after: int = 0) -> "Heard":
        """Return a call that went through at once, from its record."""
        return cls(tuple(record["messages"]), record=record, after=after)

    @property
    def schema(self) -> Any:
        """The form of the reply that was asked for, None where none was or the server takes none."""
        asked = ((self.record or {}).get("params") or {}).get("response_format") or {}
        return (asked.get("json_schema") or {}).get("schema")


class Miss(LLMError):
    """Something was asked that is not in the recorded run."""

    def __init__(self, message: str) -> None:
        super().__init__(Failure.REFUSED, message, "A replay asks nobody: it has only what was recorded.")


class ReplayingChat:
    """Answers each call by the recorded one with the same messages, in their order where there are several.

    `contexts` are the answers to the question for the context length. What was not recorded raises Miss, after
    `missed` was told; but where `cut` says that the recorded run broke off what was under way, it never answers.
    """

    def __init__(
        self,
        calls: Sequence[Heard],
        contexts: Sequence[Mapping[str, Any]] = (),
        *,
        model: str | None = None,
        missed: Missed = lambda _: None,
        cut: Callable[[], bool] = lambda: False,
        turn: Turn = _at_once,
    ) -> None:
        self.model = model
        self._calls = tuple(calls)
        self._left: dict[str, deque[Heard]] = {}
        for one in calls:
            self._left.setdefault(canonical(one.messages), deque()).append(one)
        self._contexts = deque(contexts)
        self._missed, self._cut, self._turn = missed, cut, turn

    async def context(self) -> tuple[int, Any]:
        """Return the context length in tokens as it was, and who said it. Raises LLMError."""
        if not self._contexts:
            await self._miss("The length of the model's context was not asked for in the recorded run.")
        kept = self._contexts[0] if len(self._contexts) == 1 else self._contexts.popleft()
        if "error" in kept:
            raise LLMError.from_json(kept["error"])
        return kept["length"], kept["source"]

    def note_ignored(self, record: CallRecord) -> None:
        """Take what a server does not keep to; it is asked no more."""

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
        """Yield the recorded reply, then Done; what was told of retries is told again. Raises LLMError."""
        heard = self._found(messages)
        if heard is None:
            await self._miss(self._nearest(messages))
            return
        if heard.schema is not None and canonical(heard.schema) != canonical(schema):
            await self._miss("The form that is asked for in the reply is not that of the recorded run.")
        await self._turn(heard.after)
        for attempt, wait_s, reason in heard.notes:
            on_retry(attempt, wait_s, reason)
        record = None if heard.record is None else record_of(heard.record, messages)
        if record is not None:
            self.model = str(record.params.get("model") or record.model)
            for chunk in _chunks(record):
                yield chunk
        if heard.error is not None or record is None:
            raise LLMError.from_json(heard.error or {}, record)
        yield Done(record)

    async def _miss(self, words: str) -> None:
        if self._cut():
            await asyncio.Event().wait()
        self._missed(words)
        raise Miss(words)

    def _found(self, messages: Sequence[Message]) -> Heard | None:
        noted = [message.noted() for message in messages]
        exact = self._left.get(canonical(noted))
        if exact:
            return exact.popleft()
        for waiting in self._left.values():
            if waiting and _fits(waiting[0].messages, noted):
                return waiting.popleft()
        return None

    def _nearest(self, messages: Sequence[Message]) -> str:
        """Say in what the messages differ from those of the recorded call that is most like them."""
        noted = [message.noted() for message in messages]
        first = one_line(messages[0].text.partition("\n")[0], 80) if messages else ""
        head = f"The model is asked what it was not asked in the recorded run ({first})"
        if not self._calls:
            return f"{head}: no call was recorded."
        near = max(self._calls, key=lambda one: _likeness(one.messages, noted))
        for number, (old, new) in enumerate(zip(near.messages, noted, strict=False), 1):
            if old != new:
                return f"{head}: message {number} ({new['role']}) differs {_differ(_text(old), _text(new))}."
        if len(near.messages) != len(noted):
            return f"{head}: {len(noted)} messages are sent, and {len(near.messages)} were."
        return f"{head}: the very same was asked once less often."


def _chunks(record: CallRecord) -> Iterator[Chunk]:
    """Yield a reply as it streamed: reasoning first where it came apart, else as it stood in the content."""
    reading = Reading(record.base_url, ())
    delta = {"content": record.raw or record.reply, "reasoning": "" if record.raw else record.reasoning}
    yield from reading.take({"choices": [{"delta": delta}]})
    yield from reading.flush()


def record_of(kept: Mapping[str, Any], asked: Sequence[Message]) -> CallRecord:
    """Return the record of a call from its JSON; `asked` has the pictures, of which only the digests are kept."""
    values = {one.name: kept[one.name] for one in fields(CallRecord) if one.name in kept}
    rows = zip(asked, kept["messages"], strict=False)
    values |= {
        "messages": tuple(_as_kept(message, noted) for message, noted in rows),
        "usage": Usage(**kept["usage"]),
        "rung": None if kept["rung"] is None else Rung(kept["rung"]),
        "refused": tuple(kept["refused"]),
        "ignored": tuple(kept["ignored"]),
        "templates": tuple(kept.get("templates", ())),
    }
    return CallRecord(**values)


def _as_kept(message: Message, noted: Mapping[str, Any]) -> Message:
    """Return a message with the words that were recorded: without the secrets that may stand in it now."""
    content = noted["content"]
    if isinstance(content, str) or isinstance(message.content, str):
        return Message(message.role, content if isinstance(content, str) else message.content)
    parts: list[Part] = []
    for part, kept in zip(message.content, content, strict=False):
        parts.append(TextPart(kept["text"]) if isinstance(part, TextPart) else part)
    return Message(message.role, tuple(parts))


def _text(noted: Mapping[str, Any]) -> str:
    content = noted["content"]
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] if part["type"] == "text" else json.dumps(part) for part in content)


def _fits(kept: Sequence[Mapping[str, Any]], noted: Sequence[Mapping[str, Any]]) -> bool:
    """Whether messages are those of a record in which secrets were taken out."""
    if len(kept) != len(noted) or not any(mask in _text(one) for one in kept for mask in _MASKS):
        return False
    return all(
        old["role"] == new["role"] and re.fullmatch(_pattern(_text(old)), _text(new), re.DOTALL)
        for old, new in zip(kept, noted, strict=True)
    )


def _pattern(text: str) -> str:
    parts = re.split("|".join(map(re.escape, _MASKS)), text)
    return ".+?".join(map(re.escape, parts))


def _common(old: str, new: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _likeness(kept: Sequence[Mapping[str, Any]], noted: Sequence[Mapping[str, Any]]) -> int:
    """Return how much is equal: where something stands at both ends is worth more than where one end is missing."""
    total = 0
    for old, new in zip(kept, noted, strict=False):
        one, other = _text(old), _text(new)
        total += _common(one, other) + _common(one[::-1], other[::-1]) if one != other else 2 * len(one)
    return total


def _differ(old: str, new: str) -> str:
    place = _common(old, new)
    begin = max(0, place - _AROUND)
    was, now = (one_line(text[begin : place + _SHOWN], _SHOWN + _AROUND) or "nothing" for text in (old, new))
    return f"at character {place + 1:,}: it was “{was}” and is “{now}”"
