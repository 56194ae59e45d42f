"""What goes to a controller LLM and what comes back, as small frozen values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


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
    """Tokens of one call; `estimated` where the server did not count them."""

    tokens_in: int
    tokens_out: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call with everything that went over the wire but the key.

    `messages` and `params` are what was sent in the try that was answered, `refused` the fields left out because the
    server does not take them. `reply` and `reasoning` are raw: they are data, to be cleaned before they are shown.
    `first_s` is None where no token came. Times are in seconds from the start of the call, waits for retries
    included; `tries` counts requests.
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

    def as_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {**asdict(self), "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the reply, cleaned."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next piece of what a reasoning model thinks aloud, cleaned; never a part of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last chunk: the reply is complete."""

    record: CallRecord


Chunk = TextDelta | ReasoningDelta | Done


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text as a quarter of its UTF-8 bytes, rounded up.

    OpenAI's rule of thumb is four characters of English for a token; counting bytes gives a token or so for a
    character of other scripts, which is nearer to what tokenizers do there.
    """
    return -(-len(text.encode("utf-8", "replace")) // 4)
