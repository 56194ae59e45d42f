"""Speech, transcription and pictures by a controller's server, where it has the routes for them."""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line
from hgtui.llm.errors import LLMError, without
from hgtui.llm.exchanges import Exchange, answered, filed, noting
from hgtui.llm.faults import in_stream, too_long, translated
from hgtui.llm.ladder import memory_of
from hgtui.llm.messages import JPEG, PNG
from hgtui.llm.retry import OnRetry, with_retries
from hgtui.llm.server import Server

AudioForm = Literal["wav", "mp3", "flac", "opus"]
MOST_BYTES = 100_000_000
"""Bytes of one answer, and of one recording that is sent."""
_FORMAT = "response_format"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Speech:
    """A text to be spoken."""

    text: str
    voice: str
    model: str
    form: AudioForm


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording to be written down."""

    path: Path
    model: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Painting:
    """A picture to be made."""

    prompt: str
    model: str
    size: str | None


Exchanges = list[Exchange] | None
"""Where each request is noted with what came of it."""


async def speech(server: Server, asked: Speech, on_retry: OnRetry, exchanges: Exchanges = None) -> bytes:
    """Return an audio file of /audio/speech. Raises LLMError."""
    _said(asked.text, "There is no text to speak.")
    client = await server.engine.client()

    sent: dict[str, Any] = {"input": asked.text, "model": asked.model, "voice": asked.voice, _FORMAT: asked.form}
    url = f"{server.where}/audio/speech"

    async def ask() -> bytes:
        with (
            noting(exchanges, url, {"model": asked.model, "json": sent}, server.secrets) as reply,
            _of_media(server, "/audio/speech", "an audio file"),
        ):
            async with client.audio.speech.with_streaming_response.create(
                **sent, extra_headers=server.headers
            ) as answer:
                data = await _whole(server, answer)
                await answered(reply, answer, data)
                _no_words(server, answer.headers.get("content-type", ""), data)
        return data

    return await _timed(server, ask, on_retry)


async def transcribe(server: Server, asked: Recording, on_retry: OnRetry, exchanges: Exchanges = None) -> str:
    """Return what /audio/transcriptions hears. Raises LLMError."""
    data = await asyncio.to_thread(_read, asked.path)
    client = await server.engine.client()
    optional: dict[str, Any] = {} if asked.language is None else {"language": asked.language}

    name = f"audio{asked.path.suffix}"
    form = {"file": await filed(data, filename=name), "model": asked.model, _FORMAT: "json", **optional}
    url = f"{server.where}/audio/transcriptions"

    async def ask() -> str:
        with (
            noting(exchanges, url, {"model": asked.model, "form": form}, server.secrets) as reply,
            _of_media(server, "/audio/transcriptions", "a transcription"),
        ):
            answer = await client.audio.transcriptions.with_raw_response.create(
                file=(name, data),
                model=asked.model,
                response_format="json",
                extra_headers=server.headers,
                **optional,
            )
            body = json.loads(answer.content)
            await answered(reply, answer, body)
        text = body.get("text") if isinstance(body, Mapping) else None
        if not isinstance(text, str):
            raise _no_such(server, body, "a transcription")
        return clean(without(text, server.secrets))

    return await _timed(server, ask, on_retry)


async def image(server: Server, asked: Painting, on_retry: OnRetry, exchanges: Exchanges = None) -> bytes:
    """Return a picture of /images/generations. Raises LLMError."""
    _said(asked.prompt, "There is nothing to draw: the prompt is empty.")
    client = await server.engine.client()
    memory = memory_of(server.where, f"/images/generations {asked.model}")
    given: dict[str, Any] = {"n": 1, _FORMAT: "b64_json"}
    if asked.size is not None:
        given["size"] = asked.size
    url = f"{server.where}/images/generations"

    async def once() -> bytes:
        sent = {name: value for name, value in given.items() if name not in memory.fields}
        sent |= {"prompt": asked.prompt, "model": asked.model}
        with (
            noting(exchanges, url, {"model": asked.model, "json": sent}, server.secrets) as reply,
            _of_media(server, "/images/generations", "a picture"),
        ):
            answer = await client.images.with_raw_response.generate(**sent, extra_headers=server.headers)
            body = json.loads(answer.content)
            await answered(reply, answer, body)
        return _picture(server, body)

    async def ask() -> bytes:
        try:
            return await once()
        except LLMError as error:
            # OpenAI's newer models know only this form and refuse to be asked for it.
            named = _FORMAT in f"{error.said} {error.field}" and error.status in {400, 422}
            if not named or _FORMAT in memory.fields:
                raise
            memory.fields.append(_FORMAT)
            on_retry(1, 0.0, f"The server at {server.where} does not take {_FORMAT}; asking again.")
            return await once()

    return await _timed(server, ask, on_retry)


async def _timed(server: Server, ask: Callable[[], Awaitable[T]], on_retry: OnRetry) -> T:
    try:
        async with asyncio.timeout(server.timeouts.total):
            return await with_retries(ask, server.retries, server.sleep, on_retry)
    except TimeoutError:
        raise too_long(server.where, server.timeouts) from None


@contextmanager
def _of_media(server: Server, route: str, what: str) -> Iterator[None]:
    """Raise LLMError in the words of a route that many servers do not have."""
    try:
        with translated(server.where, server.timeouts, server.secrets):
            yield
    except LLMError as error:
        lacking = error.status in {405, 501} or (error.status == 404 and "does not have the model" not in error.message)
        if lacking:
            message = f"The server at {server.where} has no {route} ({error.status})."
            hint = "Take another candidate for this task: this controller cannot do it."
            raise LLMError(Failure.NO_MODEL, message, hint, error.status, said=error.said) from None
        if error.failure is Failure.UNREADABLE:
            raise _no_such(server, error.said, what) from None
        if error.failure is Failure.BAD_INPUT:
            error.hint = "Check that this model can do it, or take another candidate for this task."
        raise


def _no_such(server: Server, body: object, what: str) -> LLMError:
    if isinstance(body, Mapping) and body.get("error"):
        return in_stream(server.where, body, server.secrets)
    message = f"The server at {server.where} answered with something that is not {what}."
    hint = "Take another candidate for this task, or check OPENAI_BASE_URL."
    return LLMError(Failure.UNREADABLE, message, hint, said=one_line(without(str(body), server.secrets), 300))


def _empty(server: Server, what: str) -> LLMError:
    return LLMError(Failure.EMPTY, f"The server at {server.where} sent {what} that is empty.", "Try again.")


def _said(text: str, message: str) -> None:
    if not text.strip():
        raise LLMError(Failure.BAD_INPUT, message, "Give the task a text.")


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        message = f"The recording {one_line(path.name, 80)} cannot be read: {error.strerror}."
        raise LLMError(Failure.BAD_INPUT, message, "Check the file.") from None
    if size > MOST_BYTES:
        message = f"The recording {one_line(path.name, 80)} is larger than {MOST_BYTES // 1_000_000} MB."
        raise LLMError(Failure.BAD_INPUT, message, "Cut it into pieces.")
    return data


async def _whole(server: Server, answer: Any) -> bytes:
    data = bytearray()
    async for piece in answer.iter_bytes():
        data += piece
        if len(data) > MOST_BYTES:
            message = f"The server at {server.where} sent more than {MOST_BYTES // 1_000_000} MB."
            raise LLMError(Failure.UNREADABLE, message, "Ask for less.")
    return bytes(data)


def _no_words(server: Server, content_type: str, data: bytes) -> None:
    """Raise LLMError where an answer that should be audio is empty, or a page or an error with status 200."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.startswith("text/"):
        body = json.loads(data) if kind == "application/json" else kind
        raise _no_such(server, body, "an audio file")
    if not data:
        raise _empty(server, "an audio file")


def _picture(server: Server, body: Any) -> bytes:
    rows = body.get("data") if isinstance(body, Mapping) else None
    row = rows[0] if isinstance(rows, list) and rows else None
    coded = row.get("b64_json") if isinstance(row, Mapping) else None
    if not isinstance(coded, str):
        if isinstance(row, Mapping) and isinstance(row.get("url"), str):
            # An address that a server invents is not fetched: it may be anything, also inside this network.
            message = f"The server at {server.where} answered with an address instead of a picture."
            raise LLMError(Failure.UNREADABLE, message, "Take another candidate for this task.")
        raise _no_such(server, body, "a picture")
    try:
        data = base64.b64decode(coded.partition("base64,")[2] or coded, validate=True)
    except (binascii.Error, ValueError):
        raise _no_such(server, "base64 that cannot be read", "a picture") from None
    if not data:
        raise _empty(server, "a picture")
    if not data.startswith((PNG, JPEG)) and not (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise _no_such(server, "bytes that are no PNG, JPEG or WebP", "a picture")
    return data
