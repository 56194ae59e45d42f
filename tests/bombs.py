"""Small files that claim, or unpack to, far more than they are: made here and not stored."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

HUGE = 50_000


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def zeros(size: int, byte: bytes = b"\0") -> bytes:
    """`size` bytes of one kind, deflated: a thousandth of it."""
    pack = zlib.compressobj(9)
    block = byte * (1 << 20)
    parts = [pack.compress(block) for _ in range(size >> 20)]
    parts += [pack.compress(byte * (size & (1 << 20) - 1)), pack.flush()]
    return b"".join(parts)


def png(path: Path, width: int, height: int, *, packed: bytes | None = None, extra: bytes = b"", bits: int = 1) -> Path:
    """A PNG that claims a size; whole, unless `packed` is its data."""
    if packed is None:
        packed = zeros((width * bits + 7) // 8 * height + height)
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + extra + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    )
    return path


def text_chunk(size: int) -> bytes:
    """A compressed text of a PNG that unpacks to `size` bytes."""
    return _chunk(b"zTXt", b"Comment\0\0" + zeros(size, b" "))


def gif(path: Path, width: int, height: int, frames: int = 1) -> Path:
    """A GIF that claims a screen of a size, with so many frames of one pixel."""
    frame = b"\x21\xf9\x04\0\x01\0\0\0" + b"\x2c\0\0\0\0\x01\0\x01\0\0" + b"\x02\x02\x44\x01\0"
    screen = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    path.write_bytes(screen + frame * frames + b"\x3b")
    return path


def tiff(path: Path, width: int, height: int) -> Path:
    """A TIFF that claims a size and whose next directory is its first, for ever."""
    tags = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 1), (262, 3, 1), (273, 4, 8), (279, 4, 1)]
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + rows + struct.pack("<I", 8))
    return path


def webp(path: Path, width: int, height: int) -> Path:
    """A WebP in the extended form that claims a canvas."""
    canvas = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def jpeg(path: Path, width: int, height: int, before: int = 0) -> Path:
    """A JPEG that claims a size, behind `before` segments of 64 kB."""
    filler = (b"\xff\xe2" + struct.pack(">H", 65_535) + b"\0" * 65_533) * before
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    path.write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + filler + frame + b"\xff\xd9")
    return path


def bmp(path: Path, width: int, height: int) -> Path:
    """A BMP that claims a size."""
    head = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 1, 0, 0, 0, 0, 2, 0)
    path.write_bytes(b"BM" + struct.pack("<IHHI", 70, 0, 0, 62) + head + b"\0" * 16)
    return path


def ppm(path: Path, width: int, height: int) -> Path:
    """A PPM that claims a size."""
    path.write_bytes(b"P6\n# a comment\n%d %d\n255\n" % (width, height) + b"\xff\0\0" * 10)
    return path


def jpeg2000(path: Path, width: int, height: int) -> Path:
    """A JPEG 2000 that claims a size."""
    signature = b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 "
    header = b"\0\0\0\x16ihdr" + struct.pack(">IIHBBBB", height, width, 3, 7, 7, 0, 0)
    path.write_bytes(signature + struct.pack(">I", 8 + len(header)) + b"jp2h" + header)
    return path


def pdf(path: Path, *, content: bytes = b"", box: str = "0 0 200 200", filters: int = 0, pages: int = 1) -> Path:
    """A PDF with so many equal pages; `content` is the page's stream, packed so many times."""
    names = b" ".join([b"/FlateDecode"] * filters)
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 3 0 R >>".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Length %d /Filter [%s] >> stream\n%s\nendstream" % (len(content), names, content),
        *[page] * pages,
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(out)
    return path


def pdf_bomb(path: Path, size: int) -> Path:
    """A PDF of some kB whose page unpacks to `size` bytes."""
    return pdf(path, content=zlib.compress(zeros(size, b" "), 9), filters=2)


def wav(path: Path) -> Path:
    """A WAV of 44 bytes that claims 4 GB of sound in 65,535 channels."""
    shape = struct.pack("<HHIIHH", 1, 65_535, 0xFFFFFFFF, 0xFFFFFFFF, 65_535, 32)
    path.write_bytes(
        b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", 16) + shape + b"data" + struct.pack("<I", 0xFFFFFFFF)
    )
    return path


def mp4(path: Path) -> Path:
    """An MP4 whose boxes claim more than there is."""
    path.write_bytes(
        b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\xff\xff\xff\xffmoov" + b"\xff\xff\xff\xfftrak" + b"\0" * 64
    )
    return path


def laughs(path: Path) -> Path:
    """An XML of entities that grow to 3 GB where somebody expands them."""
    rows = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{"".join(rows)}]><svg>&l9;</svg>')
    return path


def sparse(path: Path, head: bytes, size: int) -> Path:
    """A file of `size` bytes that takes none of the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path
