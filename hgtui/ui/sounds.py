"""How long a sound or a video is, and the waveform of a sound. To be called in a thread.

Read from the file's own headers, a few bytes of each format that the endpoints give: a decoder would be a package of its
own. Where a format does not say, nothing is told rather than guessed.
"""

import array
import re
import struct
import sys
import wave
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hgtui.ui.pictures import CannotShow

BLOCKS = " ▁▂▃▄▅▆▇█"
HEAD = 1 << 16
FRAMES = 256
"""How many frames are looked at for one column of a waveform; a long sound is not read whole."""
MOST_BOXES = 500
_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


class Heard(NamedTuple):
    """What is known of a sound or a video: its length in seconds, the peaks of its waveform (0 to 1), what it is."""

    seconds: float | None = None
    peaks: tuple[float, ...] = ()
    about: str = ""


def listen(path: Path, columns: int) -> Heard:
    """Return what a file says of itself, with a waveform of so many columns where it is a WAV. Raises CannotShow."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
                return _wave(path, columns)
            size = path.stat().st_size
            return Heard(_seconds(head, file, size))
    except FileNotFoundError:
        raise CannotShow("This sound is not kept any more.") from None
    except OSError as error:
        raise CannotShow(f"This sound cannot be read: {(error.strerror or str(error)).lower()}.") from error


def waveform(peaks: tuple[float, ...], rows: int = 2) -> list[str]:
    """Return a waveform as lines of blocks, the loudest reaching the top."""
    most = max(peaks, default=0.0) or 1.0
    levels = [round(peak / most * rows * 8) for peak in peaks]
    return ["".join(BLOCKS[min(max(level - row * 8, 0), 8)] for level in levels) for row in reversed(range(rows))]


def _wave(path: Path, columns: int) -> Heard:
    try:
        with wave.open(str(path), "rb") as sound:
            rate, frames, wide, channels = (
                sound.getframerate(),
                sound.getnframes(),
                sound.getsampwidth(),
                sound.getnchannels(),
            )
            real = max(path.stat().st_size - 44, 0) // max(wide * channels, 1)
            frames = min(frames, real)  # a header may promise more than there is
            about = f"{rate / 1000:g} kHz, {'mono' if channels == 1 else 'stereo' if channels == 2 else f'{channels} channels'}"
            peaks = _peaks(sound, frames, wide, min(columns, frames)) if frames and rate else ()
            return Heard(frames / rate if rate else None, peaks, about)
    except (wave.Error, EOFError, struct.error, ValueError) as error:
        raise CannotShow("This WAV cannot be drawn: it is damaged, or packed in a way of its own.") from error


def _peaks(sound: wave.Wave_read, frames: int, wide: int, columns: int) -> tuple[float, ...]:
    found = []
    for column in range(columns):
        start = frames * column // columns
        sound.setpos(start)
        found.append(_peak(sound.readframes(min(FRAMES, max(frames // columns, 1))), wide))
    return tuple(found)


def _peak(data: bytes, wide: int) -> float:
    """Return the largest deviation in samples of `wide` bytes, 0 to 1."""
    if not data:
        return 0.0
    if wide == 1:  # unsigned, around 128
        return max(abs(one - 128) for one in data) / 128
    if wide == 3:  # the upper two of three bytes tell enough for a screen
        data = b"".join(data[at + 1 : at + 3] for at in range(0, len(data) - 2, 3))
        wide = 2
    samples = array.array("h" if wide == 2 else "i", data[: len(data) // wide * wide])
    if sys.byteorder == "big":
        samples.byteswap()
    return min(max(max(samples, default=0), -min(samples, default=0)) / float(1 << (8 * wide - 1)), 1.0)


def _seconds(head: bytes, file: BinaryIO, size: int) -> float | None:
    try:
        if head.startswith(b"fLaC"):
            return _flac(head)
        if head.startswith(b"OggS"):
            return _ogg(head, file, size)
        if head[4:8] == b"ftyp":
            return _mp4(file, size)
        return _mp3(head, size)
    except (struct.error, ValueError, IndexError, ZeroDivisionError):
        return None


def _flac(head: bytes) -> float | None:
    rate = int.from_bytes(head[18:21], "big") >> 4
    samples = int.from_bytes(head[21:26], "big") & ((1 << 36) - 1)
    return samples / rate if rate and samples else None


def _ogg(head: bytes, file: BinaryIO, size: int) -> float | None:
    """The last page says how many samples there are in all."""
    opus, vorbis = head.find(b"OpusHead", 0, 256), head.find(b"\x01vorbis", 0, 256)
    rate = 48000 if opus >= 0 else struct.unpack_from("<I", head, vorbis + 12)[0] if vorbis >= 0 else 0
    file.seek(max(size - HEAD, 0))
    tail = file.read(HEAD)
    at = tail.rfind(b"OggS")
    samples = struct.unpack_from("<q", tail, at + 6)[0] if at >= 0 else 0
    return samples / rate if rate and samples > 0 else None


def _mp4(file: BinaryIO, size: int) -> float | None:
    """Walk the boxes to the header of the movie, which has the length in units of its own."""
    inside = _box(file, 0, size, b"moov")
    found = _box(file, *inside, b"mvhd") if inside else None
    if found is None:
        return None
    file.seek(found[0])
    data = file.read(32)
    if data[0] == 1:
        scale, length = struct.unpack_from(">IQ", data, 20)
    else:
        scale, length = struct.unpack_from(">II", data, 12)
    return length / scale if scale and length else None


def _box(file: BinaryIO, start: int, end: int, name: bytes) -> tuple[int, int] | None:
    at = start
    for _ in range(MOST_BOXES):
        if at + 8 > end:
            return None
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        begin = at + 8
        if length == 1:
            length, begin = struct.unpack(">Q", file.read(8))[0], at + 16
        length = length or end - at
        if length < 8:
            return None
        if kind == name:
            return begin, min(at + length, end)
        at += length
    return None


_SYNC = re.compile(rb"\xff[\xe2-\xff]", re.DOTALL)


def _mp3(head: bytes, size: int) -> float | None:
    """The first frame says how fast it is, and where the encoder was kind how many there are."""
    start = 0
    if head.startswith(b"ID3"):
        tag = head[6:10]
        start = 10 + (tag[0] << 21 | tag[1] << 14 | tag[2] << 7 | tag[3])
    found = _SYNC.search(head, start)
    if found is None:
        return None
    at = found.start()
    version, layer = head[at + 1] >> 3 & 3, head[at + 1] >> 1 & 3
    kbits = (_KBITS if version == 3 else _KBITS_2)[head[at + 2] >> 4]
    rate = _RATES[version][head[at + 2] >> 2 & 3] if version in _RATES else 0
    if layer != 1 or not rate or not kbits:
        return None
    tag_at = max(head.find(b"Xing", at, at + 200), head.find(b"Info", at, at + 200))
    if tag_at > 0 and head[tag_at + 7] & 1:
        frames = struct.unpack_from(">I", head, tag_at + 8)[0]
        return float(frames * (1152 if version == 3 else 576) / rate)
    return (size - at) * 8 / (kbits * 1000)
