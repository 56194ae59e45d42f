"""What a right answer is made of: JSON, pictures, sounds and videos that tell what they were made from."""

import base64
import functools
import io
import json
import re
import wave
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from tests.servers.exchange import Exchange
from tests.servers.media import wav

JSON = "application/json"
NOT_IN_A_HEADER = re.compile(r"[^ -~]")


@dataclass(frozen=True)
class Made:
    """A whole answer; `content` goes out with its length."""

    content: bytes
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, exchange: Exchange) -> None:
        await exchange.whole(self.status, self.content, self.media_type, self.headers)


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Made:
    return Made(json.dumps(body, ensure_ascii=False).encode(), JSON, status, headers or {})


def refusal(status: int, message: Any, code: str = "", headers: Mapping[str, str] | None = None) -> Made:
    """An error as the Hub and its router write one; `code` goes into X-Error-Code, the message into X-Error-Message."""
    named = {"X-Error-Code": code, "X-Error-Message": str(message)} if code else {}
    every = {**named, **(headers or {})}
    # What a client put into its path comes back in these, and a header carries no control characters.
    return as_json({"error": message}, status, {name: NOT_IN_A_HEADER.sub("?", value) for name, value in every.items()})


class Wrong(Exception):
    """The input cannot be used: a 400 with `message`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def picture(width: int = 64, height: int = 48, said: str = "") -> bytes:
    """A PNG of one colour, made of what was `said`, which also stands in its text chunk ``prompt``."""
    shade = zlib.crc32(said.encode("utf-8", "replace"))
    image = Image.new("RGB", (width, height), (shade & 255, shade >> 8 & 255, shade >> 16 & 255))
    return _png(image, said)


def changed(data: bytes, said: str, size: tuple[int, int] | None = None) -> bytes:
    """The picture of `data` upside down, of `size` where one is wanted."""
    image = opened(data).convert("RGB").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return _png(image if size is None else image.resize(size), said)


def mask(width: int, height: int, part: int = 2) -> bytes:
    """A black PNG, white in its left `part`-th."""
    image = Image.new("L", (width, height), 0)
    image.paste(255, (0, 0, max(1, width // part), height))
    return _png(image)


def _png(image: Image.Image, said: str = "") -> bytes:
    file, info = io.BytesIO(), PngInfo()
    if said:
        info.add_itxt("prompt", said)
    image.save(file, "PNG", pnginfo=info)
    return file.getvalue()


@functools.cache
def picture_bomb(side: int = 30_000) -> bytes:
    """A PNG of about 110 KB that unpacks to `side` x `side` pixels: whoever decodes it needs gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, OSError):
        raise Wrong("cannot identify image file") from None


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a picture in pixels. Raises Wrong where it is none."""
    width, height = opened(data).size
    return width, height


def spoken(text: str) -> bytes:
    """A WAV of 50 ms for each character."""
    return wav(max(1, len(text)) * 0.05)


def seconds_of(data: bytes) -> float:
    """The length of a WAV; of another sound it is its kilobytes. Raises Wrong for nothing."""
    if not data:
        raise Wrong("the audio is empty")
    try:
        with wave.open(io.BytesIO(data)) as sound:
            return float(sound.getnframes() / sound.getframerate())
    except (wave.Error, EOFError):
        return len(data) / 1000


def flac(seconds: float) -> bytes:
    """Silence as FLAC, 8 kHz, 16 bit, one channel: frames of 4096 samples that are one value each."""
    samples, block = max(16, int(seconds * 8000)), 4096
    packed = 8000 << 44 | 0 << 41 | 15 << 36 | samples
    head = block.to_bytes(2, "big") * 2 + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    file = b"fLaC" + bytes([0x80]) + len(head).to_bytes(3, "big") + head
    for number in range(min(128, -(-samples // block))):
        count = min(block, samples - number * block)
        # Block size in 16 bits at the end of the header, 8 kHz, mono, 16 bits, the frame's number.
        start = bytes([0xFF, 0xF8, 0x74, 0x08, number]) + (count - 1).to_bytes(2, "big")
        frame = start + bytes([_crc(start, 8, 0x07)]) + bytes(3)
        file += frame + _crc(frame, 16, 0x8005).to_bytes(2, "big")
    return file


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    value = 0
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value >> (bits - 1) & 1 else 0)) & ((1 << bits) - 1)
    return value


def video(said: str) -> bytes:
    """The boxes of an MP4 with no frames in them; what was `said` is in the last one."""

    def box(kind: bytes, data: bytes) -> bytes:
        return (8 + len(data)).to_bytes(4, "big") + kind + data

    return box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41") + box(b"moov", b"") + box(b"mdat", said.encode())


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_b64(text: Any) -> bytes:
    """The bytes of base64 or of a data URL. Raises Wrong."""
    if not isinstance(text, str):
        raise Wrong("a base64 string is wanted")
    try:
        return base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
    except ValueError:
        raise Wrong("this is not base64") from None
