"""A call to a controller LLM sent once more, with changes, beside the run: what came of it is kept, nothing else changes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.ports import ArtifactStore, Recorder
from hgtui.core.states import Stage
from hgtui.core.text import clean, one_line
from hgtui.llm.budget import Budget, Spent
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import ImagePart, Message, TextPart
from hgtui.llm.values import CallRecord, Chunk, Done, ReasoningDelta, Retracted, TextDelta
from hgtui.planning.prompt import schema as plan_schema
from hgtui.session.recalled import Recalled

LONGEST = 1_000_000
"""How many characters a message may have."""
STOPPED = "It was stopped."
Note = Callable[[ev.SentAgain], Awaitable[None]]
"""Writes an event into the journal of a run."""


class CannotSend(Exception):
    """A call cannot be sent again; message and hint are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in what is asked: the words of messages by their place, and the temperature, None for that of the call."""

    words: Mapping[int, str] = field(default_factory=dict)
    temperature: float | None = None


class Chat(Protocol):
    """What is sent to; hgtui.llm.metered.Metered is one."""

    @property
    def model(self) -> str | None:
        """The model that answers."""
        ...

    @property
    def base_url(self) -> str:
        """Where the server is, without credentials."""
        ...

    def stream(
        self,
        messages: Any,
        *,
        temperature: float | None = 0,
        schema: Mapping[str, Any] | None = None,
        schema_name: str = "reply",
        on_stop: Callable[[CallRecord], object] = ...,
    ) -> AsyncIterator[Chunk]:
        """Yield the reply piece by piece, then Done once; `on_stop` is told what had come of one that is cancelled.

        Raises LLMError.
        """
        ...


def spent_of(run_calls: Any, limits: Any) -> Budget:
    """Return the budget of a run that no process conducts: its limits, with what its calls have used already."""
    budget = Budget(limits.tokens, limits.seconds, limits.usd)
    unknown = any(one.usd is None for one in run_calls)
    budget.count(
        Spent(
            sum(one.tokens_in + one.tokens_out for one in run_calls),
            sum(one.total_s for one in run_calls),
            None if unknown else sum(one.usd or 0.0 for one in run_calls),
        )
    )
    return budget


def may_send(found: Recalled) -> None:
    """Raise CannotSend where a call is none that can be sent again."""
    if found.row.kind != "llm":
        raise CannotSend("Only a call to a controller can be sent again.", "R runs a task again.")
    if found.gone or not found.record.get("messages"):
        raise CannotSend("What was sent is not kept any more, so it cannot be sent again.")


async def messages_of(found: Recalled, change: Change, artifacts: ArtifactStore) -> tuple[Message, ...]:
    """Return the messages of a call with the changes in them. Raises CannotSend, ArtifactError."""
    made = []
    for place, kept in enumerate(found.record["messages"]):
        words, content = change.words.get(place), kept["content"]
        if words is not None and len(words) > LONGEST:
            raise CannotSend(f"Message {place + 1} has {len(words):,} characters; {LONGEST:,} are sent.")
        if isinstance(content, str):
            made.append(Message(kept["role"], clean(words) if words is not None else content))
            continue
        parts: list[TextPart | ImagePart] = []
        for part in content:
            if part["type"] == "text":
                parts.append(TextPart(clean(words) if words is not None else part["text"]))
                words = "" if words is not None else None
            else:
                parts.append(await _picture(part, artifacts))
        made.append(Message(kept["role"], tuple(parts)))
    if not any(one.text.strip() for one in made):
        raise CannotSend("There is nothing left to send.")
    return tuple(made)


async def _picture(part: Mapping[str, Any], artifacts: ArtifactStore) -> ImagePart:
    try:
        return ImagePart(await artifacts.read(str(part["sha256"])))
    except (KeyError, ValueError):
        raise CannotSend("A picture that was sent is not kept any more, so the call cannot be sent again.") from None


async def send_again(
    chat: Chat,
    found: Recalled,
    change: Change,
    artifacts: ArtifactStore,
    recorder: Recorder,
    note: Note,
    tell: Callable[[str], None] = lambda _: None,
) -> ev.SentAgain:
    """Send a call again and return what is kept of it; `tell` takes the reply so far. Cancelling closes the connection.

    What came is in the journal when this returns, also a failure; where it is cancelled too, with what had come so far.
    Raises CannotSend, and what `note` and the artifacts raise.
    """
    may_send(found)
    messages = await messages_of(found, change, artifacts)
    params = found.record["params"]
    temperature = params.get("temperature") if change.temperature is None else change.temperature
    schema, name = _form(found)
    said: list[str] = []
    record: CallRecord | None = None
    failed = ""
    stopped: list[CallRecord] = []
    changes = recorder.masked(_changes(chat, found, change, temperature))

    async def kept(record: CallRecord | None, failed: str) -> ev.SentAgain:
        event = await _kept(record, failed, found, changes, chat.model or "", recorder)
        await note(event)
        return event

    asked = chat.stream(messages, temperature=temperature, schema=schema, schema_name=name, on_stop=stopped.append)
    try:
        async with aclosing(asked) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                if isinstance(chunk, Done):
                    record = chunk.record
                elif isinstance(chunk, Retracted):
                    said.clear()
                elif isinstance(chunk, TextDelta):
                    said.append(chunk.text)
                if isinstance(chunk, TextDelta | ReasoningDelta):
                    tell("".join(said) or chunk.text)
    except LLMError as error:
        record, failed = error.record, f"{error.message} {error.hint}".strip()
    except asyncio.CancelledError:
        await kept(stopped[0] if stopped else None, STOPPED)
        raise
    return await kept(record, failed)


def _form(found: Recalled) -> tuple[Mapping[str, Any] | None, str]:
    """Return the form of reply that was asked for; the client asks for it in the way that the server takes."""
    if found.record["rung"] is None:
        return None, "reply"
    asked = (found.record["params"].get("response_format") or {}).get("json_schema") or {}
    if asked.get("schema"):
        return asked["schema"], str(asked.get("name") or "reply")
    return (plan_schema(), "plan") if found.row.stage is Stage.PLANNING else (None, "reply")


async def _kept(
    record: CallRecord | None, failed: str, found: Recalled, changes: str, model: str, recorder: Recorder
) -> ev.SentAgain:
    row = found.row
    common: dict[str, Any] = {"of": row.of or row.record, "stage": row.stage, "uid": row.uid, "changes": changes}
    failed = recorder.masked(one_line(failed, 600))
    if record is None:
        return ev.SentAgain(model=one_line(model, 120), failed=failed, **common)
    request = {"stage": row.stage.value, "model": record.model, "of": common["of"]}
    digest = await recorder.keep("llm", request, canonical(record.as_json()).encode())
    return ev.SentAgain(
        model=one_line(record.model, 120),
        tokens_in=record.usage.tokens_in,
        tokens_out=record.usage.tokens_out,
        estimated=record.usage.estimated,
        first_s=record.first_s,
        total_s=record.total_s,
        usd=record.usd,
        record=digest,
        failed=failed,
        **common,
    )


def _changes(chat: Chat, found: Recalled, change: Change, temperature: float | None) -> str:
    """Say in words what differs from the call that is repeated."""
    record, said = found.record, []
    if chat.model and chat.model != record["params"].get("model"):
        said.append(f"model {one_line(chat.model, 80)}")
    if chat.base_url != record["base_url"]:
        said.append(f"at {one_line(chat.base_url, 120)}")
    if temperature != record["params"].get("temperature"):
        said.append(f"temperature {'left to the server' if temperature is None else f'{temperature:g}'}")
    changed = [place for place, words in change.words.items() if words.strip() != _words(record, place).strip()]
    if changed:
        said.append("another prompt")
    return ", ".join(said)


def _words(record: Mapping[str, Any], place: int) -> str:
    content = record["messages"][place]["content"] if place < len(record["messages"]) else ""
    return content if isinstance(content, str) else "\n".join(one.get("text", "") for one in content)
