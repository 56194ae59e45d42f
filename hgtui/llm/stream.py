"""Reading one streamed reply: what each event adds, and whether the end is an end."""

import json
import re
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from hgtui.core.states import Failure
from hgtui.llm.cleaning import PieceCleaner
from hgtui.llm.errors import LLMError, unreadable, words_of
from hgtui.llm.faults import in_stream
from hgtui.llm.thinking import Piece, ThinkSplitter
from hgtui.llm.values import Chunk, ReasoningDelta, Retracted, TextDelta, Usage

_DONE = re.compile(rb"(?:^|[\r\n])data: ?\[DONE\]")
_TAIL = 32


def watch_end(response: Any, reading: "Reading") -> None:
    """Let `reading` see the bytes as they pass: the client swallows ``[DONE]``, which tells an end from a break."""
    import httpx2

    inner = response.stream

    class Watched(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for data in inner:
                reading.saw_bytes(data)
                yield data

        async def aclose(self) -> None:
            await inner.aclose()

    response.stream = Watched()


class Reading:
    """What has been read of one reply.

    `text` (the reply), `reasoning` and `content` (both, as the server sent them in one field) are raw; the chunks that
    `take` returns are cleaned.
    """

    def __init__(self, where: str, secrets: tuple[str, ...]) -> None:
        self._where, self._secrets = where, secrets
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._content: list[str] = []
        self._splitter = ThinkSplitter()
        self._clean_texts: list[str] = []
        self._cleaners = PieceCleaner(), PieceCleaner()
        self._tail = b"\n"
        self._odd: str | None = None
        self._length = 0
        self._refusal = ""
        self.done = False
        self.finish: str | None = None
        self.usage: Usage | None = None
        self.model: str | None = None
        self.request_id: str | None = None
        self.first_at: float | None = None

    @property
    def text(self) -> str:
        return "".join(self._texts)

    @property
    def reasoning(self) -> str:
        return "".join(self._thoughts)

    @property
    def content(self) -> str:
        return "".join(self._content)

    @property
    def length(self) -> int:
        """The UTF-8 bytes of all that the model has said, reasoning included."""
        return self._length

    @property
    def shown(self) -> str:
        """The cleaned reply so far."""
        return "".join(self._clean_texts)

    def saw_bytes(self, data: bytes) -> None:
        if not self.done:
            self._tail += data
            self.done = _DONE.search(self._tail) is not None
            self._tail = self._tail[-_TAIL:]

    def take(self, event: Any) -> list[Chunk]:
        """Return what an event adds (an object of the client, or the message of a whole completion as one)."""
        if _get(event, "object") == "error":
            raise in_stream(self._where, {"error": _plain(event)}, self._secrets)
        self._count(_get(event, "usage"))
        choices = _get(event, "choices")
        if not isinstance(choices, list):
            self._odd = self._odd or _sample(event)
            return []
        self.model = self.model or _string(_get(event, "model")) or None
        if not choices:
            return []
        self.finish = _string(_get(choices[0], "finish_reason")) or self.finish
        return self._say(_get(choices[0], "delta") or _get(choices[0], "message"))

    def take_body(self, data: bytes) -> list[Chunk]:
        """Take a whole completion from a server that does not stream. Raises LLMError."""
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            raise unreadable(self._where, "something that is not the JSON of a chat completion") from None
        if isinstance(body, Mapping) and body.get("error"):
            raise in_stream(self._where, body, self._secrets)
        chunks = self.take(body)
        self.done = True
        return chunks

    def _count(self, usage: Any) -> None:
        counts = _get(usage, "prompt_tokens"), _get(usage, "completion_tokens")
        if all(isinstance(count, int) and count >= 0 for count in counts):
            cached = _get(_get(usage, "prompt_tokens_details"), "cached_tokens")
            self.usage = Usage(*counts, cached=cached if isinstance(cached, int) and 0 <= cached <= counts[0] else 0)

    def _say(self, delta: Any) -> list[Chunk]:
        self._refusal += _string(_get(delta, "refusal"))
        content, thought = _parts(_get(delta, "content"))
        # The same words under two names are said once: some servers send both fields.
        thought = thought or _string(_get(delta, "reasoning_content")) or _string(_get(delta, "reasoning"))
        if (content or thought) and self.first_at is None:
            self.first_at = time.perf_counter()
        self._content.append(content)
        self._length += len(content.encode("utf-8", "replace")) + len(thought.encode("utf-8", "replace"))
        pieces = [Piece("reasoning", thought)] if thought else []
        return self._chunks([*pieces, *self._splitter.feed(content)])

    def _chunks(self, pieces: Iterable[Piece]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for piece in pieces:
            if piece.kind == "text":
                self._texts.append(piece.text)
                chunks += self._text(self._cleaners[0].feed(piece.text))
            elif piece.kind == "reasoning":
                self._thoughts.append(piece.text)
                chunks += _thought(self._cleaners[1].feed(piece.text))
            else:
                chunks += self._retract()
        return chunks

    def _text(self, said: str) -> list[Chunk]:
        if not said:
            return []
        self._clean_texts.append(said)
        return [TextDelta(said)]

    def _retract(self) -> list[Chunk]:
        said = self.shown
        rest = self._cleaners[0].flush()
        self._thoughts += self._texts
        self._texts, self._clean_texts = [], []
        if said:
            return [Retracted(said + rest)]
        return _thought(rest)

    def flush(self) -> list[Chunk]:
        """Return what was held back, once nothing more comes."""
        chunks = self._chunks(self._splitter.flush())
        return [*chunks, *_thought(self._cleaners[1].flush()), *self._text(self._cleaners[0].flush())]

    def check(self) -> None:
        """Raise LLMError unless what was read is a complete reply with a text."""
        where = self._where
        if self._refusal or self.finish == "content_filter":
            said = words_of(self._refusal, self._secrets)
            message = f"The model refused to answer{': ' + said.rstrip('.') if said else ''}."
            raise LLMError(Failure.REFUSED, message, "Word the request otherwise.", said=said)
        if not self.text.strip():
            self._check_empty()
        if self.finish is None and not self.done:
            message = f"The reply from {where} broke off in the middle."
            raise LLMError(Failure.TRANSPORT, message, "What came so far is kept; try again.")

    def _check_empty(self) -> None:
        where = self._where
        if self._odd is not None and not self.reasoning:
            raise unreadable(where, "something that is not a chat completion", said=words_of(self._odd, self._secrets))
        if self.finish == "length":
            message = f"The model at {where} used all its tokens before it said anything."
            raise LLMError(Failure.EMPTY, message, "Allow more tokens.")
        if self.reasoning:
            message = f"The model at {where} sent only its reasoning and no reply."
            raise LLMError(Failure.EMPTY, message, "Try again, or take another model (OPENAI_MODEL).")
        message = f"The model at {where} sent an empty reply."
        raise LLMError(Failure.EMPTY, message, "Try again, or take another model (OPENAI_MODEL).")


def _thought(said: str) -> list[Chunk]:
    return [ReasoningDelta(said)] if said else []


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _parts(content: Any) -> tuple[str, str]:
    """Return text and reasoning of a content that is a text or, as Mistral sends it, a list of typed parts."""
    if not isinstance(content, list):
        return _string(content), ""
    said = "".join(_string(_get(part, "text")) for part in content if _get(part, "type") == "text")
    inner = [_get(part, "thinking") for part in content if _get(part, "type") == "thinking"]
    thoughts = (_parts(part)[0] if isinstance(part, list) else _string(part) for part in inner)
    return said, "".join(thoughts)


def _plain(event: Any) -> dict[str, Any]:
    return {name: _get(event, name) for name in ("message", "type", "code")}


def _sample(event: Any) -> str:
    return repr(event)[:200]
