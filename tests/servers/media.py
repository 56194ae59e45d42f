"""The other routes of a controller's server: speech, transcription and pictures, as OpenAI writes their answers."""

import base64
import io
import wave
import zlib
from dataclasses import dataclass
from typing import Any

from tests.servers.exchange import Exchange
from tests.servers.replies import Answer

SPEECH, TRANSCRIPTION, IMAGES = "/v1/audio/speech", "/v1/audio/transcriptions", "/v1/images/generations"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(width: int = 2, height: int = 2) -> bytes:
    """A grey picture of `width` x `height` pixels."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    rows = zlib.compress((b"\0" + b"\x7f" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def wav(seconds: float = 0.1) -> bytes:
    """Silence, 8 kHz, 16 bit, one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(seconds * 8000) * 2))
    return file.getvalue()


@dataclass(frozen=True)
class Spoken:
    """Speech: the file as it is."""

    data: bytes = wav()
    media_type: str = "audio/wav"

    async def send(self, exchange: Exchange) -> None:
        await exchange.whole(200, self.data, self.media_type)


@dataclass(frozen=True)
class Heard:
    """A transcription."""

    text: str = "hello from the recording"

    async def send(self, exchange: Exchange) -> None:
        await exchange.json(200, {"text": self.text, "usage": {"type": "duration", "seconds": 1}})


@dataclass(frozen=True)
class Painted:
    """A picture: base64 in the answer, or `url` in its place."""

    data: bytes = png()
    url: str | None = None

    async def send(self, exchange: Exchange) -> None:
        row: dict[str, Any] = {"b64_json": base64.b64encode(self.data).decode()}
        await exchange.json(200, {"created": 1, "data": [row if self.url is None else {"url": self.url}]})


def all_routes() -> dict[str, Answer]:
    """A server that has every route."""
    return {SPEECH: Spoken(), TRANSCRIPTION: Heard(), IMAGES: Painted()}
