"""How large a picture says that it is, read from its header: nothing is decoded.

A table of our own: Pillow belongs to an extra, and its readers are what a picture bomb is aimed at; this reads a few
bytes of each format that hgtui's engines open. A header that lies low is no danger: a decoder stops at what it promised.
"""

import re
import struct
from collections.abc import Callable
from typing import BinaryIO

MOST_MARKERS = 2_000
"""How many segments of a JPEG, or tags of a TIFF, are walked through before it is taken for one that leads nowhere."""
_JPEG_SIZES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_PNM = re.compile(rb"P[1-7]\s(?:\s*#[^\n]*\n)*\s*(\d{1,12})\s+(?:#[^\n]*\n\s*)*(\d{1,12})")
_PAM = re.compile(rb"WIDTH\s+(\d{1,12}).*?HEIGHT\s+(\d{1,12})", re.DOTALL)

Size = tuple[int, int]


def dimensions(head: bytes, file: BinaryIO) -> Size | None:
    """Return width and height in pixels, None where the format is none of the table or the header is cut.

    `head` is the beginning of the file; a few more bytes of `file` are read where the format puts its size further back.
    The place in the file is kept.
    """
    reader = next((one for marks, one in _READERS if head.startswith(marks)), None)
    if reader is None:
        return None
    place = file.tell()
    try:
        return reader(head, file)
    except (struct.error, ValueError, OSError):
        return None
    finally:
        file.seek(place)


def _png(head: bytes, _: BinaryIO) -> Size | None:
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _gif(head: bytes, _: BinaryIO) -> Size | None:
    width, height = struct.unpack_from("<HH", head, 6)
    return width, height


def _bmp(head: bytes, _: BinaryIO) -> Size | None:
    if struct.unpack_from("<I", head, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", head, 18)
    else:
        width, height = struct.unpack_from("<ii", head, 18)
    return abs(width), abs(height)


def _webp(head: bytes, _: BinaryIO) -> Size | None:
    if head[8:12] != b"WEBP":
        return None
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L":
        bits = struct.unpack_from("<I", head, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg(head: bytes, file: BinaryIO) -> Size | None:
    file.seek(len(head[:2]))
    for _ in range(MOST_MARKERS):
        mark = file.read(1)
        while mark == b"\xff":
            mark = file.read(1)
        if not mark:
            return None
        if mark[0] in _NO_LENGTH or mark == b"\0":
            continue
        segment = file.read(7)
        length = struct.unpack_from(">H", segment)[0]
        if mark[0] in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", segment, 3)
            return width, height
        file.seek(length - len(segment), 1)
    return None


def _tiff(head: bytes, file: BinaryIO) -> Size | None:
    order = "<" if head.startswith(b"II") else ">"
    file.seek(struct.unpack_from(f"{order}I", head, 4)[0])
    count = min(struct.unpack(f"{order}H", file.read(2))[0], MOST_MARKERS)
    found: dict[int, int] = {}
    for _ in range(count):
        tag, kind, _, value = struct.unpack(f"{order}HHI4s", file.read(12))
        if tag in {256, 257}:
            found[tag] = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", value)[0]
    return (found[256], found[257]) if len(found) == 2 else None


def _jpeg2000(head: bytes, _: BinaryIO) -> Size | None:
    if head.startswith(b"\xff\x4f\xff\x51"):
        right, bottom, left, top = struct.unpack_from(">IIII", head, 8)
        return right - left, bottom - top
    place = head.find(b"ihdr")
    height, width = struct.unpack_from(">II", head, place + 4) if place > 0 else (0, 0)
    return (width, height) if place > 0 else None


def _pnm(head: bytes, _: BinaryIO) -> Size | None:
    found = _PAM.search(head[:4096]) if head.startswith(b"P7") else _PNM.match(head[:4096])
    return (int(found[1]), int(found[2])) if found else None


_READERS: tuple[tuple[tuple[bytes, ...], Callable[[bytes, BinaryIO], Size | None]], ...] = (
    ((b"\x89PNG\r\n\x1a\n",), _png),
    ((b"GIF87a", b"GIF89a"), _gif),
    ((b"BM",), _bmp),
    ((b"RIFF",), _webp),
    ((b"\xff\xd8",), _jpeg),
    ((b"II*\0", b"MM\0*"), _tiff),
    ((b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  "), _jpeg2000),
    (tuple(b"P%d" % number for number in range(1, 8)), _pnm),
)
