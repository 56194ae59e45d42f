"""Speech, transcription and pictures by the routes that a controller's server may have beside its chat."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from hgtui.core.model import CandidateName
from hgtui.core.ports import Call, CallError, Given, Produced
from hgtui.core.resource import Kind
from hgtui.core.states import Failure
from hgtui.llm.exchanges import Exchange

_PNG, _JPEG = b"\x89PNG", b"\xff\xd8\xff"
_ENDINGS = {
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/webm": ".webm",
}


def _given(call: Call, name: str) -> Given | None:
    rows = call.inputs.get(name, ())
    return rows[0] if rows else None


def _text(call: Call, name: str = "text") -> str:
    return "\n\n".join(one.text or "" for one in call.inputs.get(name, ()))


def _model(call: Call) -> str:
    return CandidateName.parse(call.assignment.candidate).model


async def speak(chat: Any, call: Call, work: Path, made: list[Exchange]) -> Produced:
    """Read a text aloud."""
    data: bytes = await chat.speech(_text(call), model=_model(call), exchanges=made)
    await asyncio.to_thread((work / "speech.wav").write_bytes, data)
    return Produced(kind=Kind.AUDIO, media_type="audio/wav", path="speech.wav")


async def transcribe(chat: Any, call: Call, work: Path, made: list[Exchange]) -> Produced:
    """Write down what a recording says."""
    given = _given(call, "audio")
    if given is None or given.path is None:
        raise CallError(Failure.BAD_INPUT, "No recording was given.")
    # The server tells the format by the ending, which the artifact has not.
    named = work / f"audio{_ENDINGS.get(given.media_type, '.wav')}"
    await asyncio.to_thread(named.symlink_to, given.path)
    language = _text(call, "language") or None
    text: str = await chat.transcribe(named, model=_model(call), language=language, exchanges=made)
    if not text.strip():
        raise CallError(Failure.EMPTY, f"Nothing was heard in {given.name or 'the recording'}.")
    return Produced(kind=Kind.TEXT, media_type="text/plain", text=text)


async def paint(chat: Any, call: Call, work: Path, made: list[Exchange]) -> Produced:
    """Make a picture from a text."""
    data: bytes = await chat.image(_text(call), model=_model(call), exchanges=made)
    kind, ending = ("image/png", "png") if data.startswith(_PNG) else ("image/jpeg", "jpg")
    if not data.startswith((_PNG, _JPEG)):
        kind, ending = "image/webp", "webp"
    await asyncio.to_thread((work / f"picture.{ending}").write_bytes, data)
    return Produced(kind=Kind.IMAGE, media_type=kind, path=f"picture.{ending}")


MEDIA: Mapping[str, Callable[[Any, Call, Path, list[Exchange]], Awaitable[Produced]]] = {
    "text-to-speech": speak,
    "automatic-speech-recognition": transcribe,
    "text-to-image": paint,
}
"""The task types that go over a route of their own. Each request is noted in the list that is given."""
