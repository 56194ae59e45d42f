"""What comes back from a controller LLM, and how long it may take, as small frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from hgtui.llm.ladder import Rung
from hgtui.llm.messages import Message, least_tokens

_CUT_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that a server lists; `context` is its context length in tokens where the server says it."""

    name: str
    context: int | None = None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds.

    `connect` for a connection, `silence` for the next byte (a cold server may load its model first), `total` for a
    whole call with its retries.
    """

    connect: float = 5.0
    silence: float = 120.0
    total: float = 600.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `estimated` where the server did not count them, `cached` of `tokens_in` came cheaper."""

    tokens_in: int
    tokens_out: int
    estimated: bool = False
    cached: int = 0


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call with everything that went over the wire but the key.

    `messages` and `params` are what was sent in the try that was answered, `refused` the fields and rungs left out
    because the server does not take them, `ignored` the rungs that it took and did not keep to. `rung` is the form of
    structured output that was asked for, None where none was wanted. `reply` and `reasoning` are raw: they are data, to
    be cleaned before they are shown. `raw` is the content as it came where `reply` is not all of it, because reasoning
    stood inside; else empty. `first_s` is None where no token came. Times are in seconds from the start of the call,
    waits for retries included; `tries` counts requests. `usd` is None where the price is not known. `templates` says of
    which templates the messages were made: for each one ``{"message", "template", "file", "variables"}``, the first by
    the place of its message.
    """

    base_url: str
    model: str
    messages: tuple[Message, ...]
    params: Mapping[str, Any]
    refused: tuple[str, ...]
    reply: str
    reasoning: str
    finish_reason: str | None
    request_id: str | None
    usage: Usage
    first_s: float | None
    total_s: float
    tries: int
    usd: float | None = None
    rung: Rung | None = None
    ignored: tuple[str, ...] = ()
    raw: str = ""
    templates: tuple[Mapping[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values; pictures by digest and size."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        usage = {one.name: getattr(self.usage, one.name) for one in fields(self.usage)}
        shaped = {
            "messages": tuple(message.noted() for message in self.messages),
            "params": dict(self.params),
            "usage": usage,
            "rung": None if self.rung is None else self.rung.value,
        }
        if not self.templates:  # as a record was before there were any
            del plain["templates"]
        return {**plain, **shaped}


def was_cut(record: CallRecord) -> bool:
    """Say whether the server read less of the prompt than was sent: it counted well below what the words must give.

    Some servers (Ollama among them) drop the beginning of a prompt that is too long and say nothing.
    """
    counted = record.usage.tokens_in + record.usage.cached
    if record.usage.estimated or counted == 0:
        return False
    return counted < _CUT_SHARE * least_tokens(record.messages)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the reply, cleaned."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next piece of what a reasoning model thinks aloud, cleaned; never a part of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Retracted:
    """All that TextDelta has said so far was reasoning: a lone ``</think>`` came.

    A reader throws away what it has made of the reply up to here (a draft of a plan, a scanner's place) and starts
    anew with the next TextDelta; `reasoning` is that text, cleaned, to be shown as reasoning.
    """

    reasoning: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last chunk: the reply is complete."""

    record: CallRecord


Chunk = TextDelta | ReasoningDelta | Retracted | Done
