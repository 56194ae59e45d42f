"""What bytes are by their signature: enough to know a picture, a sound or a video from a page that says "error"."""

import re
from typing import NamedTuple

from hgtui.core.resource import Kind

PDF = "application/pdf"
_AT_START: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF8", "image/gif", ".gif"),
    (b"II*\0", "image/tiff", ".tiff"),
    (b"MM\0*", "image/tiff", ".tiff"),
    (b"BM", "image/bmp", ".bmp"),
    (b"fLaC", "audio/flac", ".flac"),
    (b"OggS", "audio/ogg", ".ogg"),
    (b"\x1aE\xdf\xa3", "video/webm", ".webm"),
    (b"%PDF-", PDF, ".pdf"),
)
_IN_RIFF = {
    b"WEBP": ("image/webp", ".webp"),
    b"WAVE": ("audio/wav", ".wav"),
    b"AVI ": ("video/x-msvideo", ".avi"),
}
_BRANDS = (
    (re.compile(rb"avi[fs]"), "image/avif", ".avif"),
    (re.compile(rb"hei[cx]|mif1"), "image/heic", ".heic"),
    (re.compile(rb"M4A |M4B "), "audio/mp4", ".m4a"),
    (re.compile(rb"qt  "), "video/quicktime", ".mov"),
    (re.compile(rb".", re.DOTALL), "video/mp4", ".mp4"),
)
"""The major brand of an ISO base media file (ISO 14496-12), which stands behind "ftyp"."""
# Syncs of MPEG-1 and -2 audio, layer 3, and of AAC in ADTS.
_MPEG = re.compile(rb"ID3[\x02-\x04]|\xff[\xfa\xfb\xf2\xf3\xe2\xe3]")
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")


class Signature(NamedTuple):
    """A media type and the ending of such files; both empty where the bytes are not known."""

    media_type: str = ""
    suffix: str = ""

    @property
    def kind(self) -> Kind | None:
        """Return image, audio, video or document."""
        word = self.media_type.partition("/")[0]
        return Kind.DOCUMENT if self.media_type == PDF else Kind(word) if word else None


def signature(data: bytes) -> Signature:
    """Return what the first bytes of a file tell."""
    for start, media_type, suffix in _AT_START:
        if data.startswith(start):
            return Signature(media_type, suffix)
    if data.startswith(b"RIFF") and data[8:12] in _IN_RIFF:
        return Signature(*_IN_RIFF[data[8:12]])
    if data[4:8] == b"ftyp":
        return next(Signature(kind, suffix) for brand, kind, suffix in _BRANDS if brand.match(data[8:12]))
    if _MPEG.match(data):
        return Signature("audio/mpeg", ".mp3")
    if _ADTS.match(data):
        return Signature("audio/aac", ".aac")
    return Signature()


def looks_like(data: bytes) -> str:
    """Return what bytes that are not what was expected seem to be, in words, "" where nobody can tell."""
    found = signature(data)
    if found.kind is not None:
        return {Kind.IMAGE: "a picture", Kind.AUDIO: "a sound", Kind.VIDEO: "a video"}.get(found.kind, "a PDF")
    head = data[:512].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if head.startswith((b"{", b"[")):
        return "JSON"
    return "text" if head and b"\0" not in head and _is_text(head) else ""


def wav_samples(data: bytes) -> int | None:
    """Return the bytes of sound in a WAV file (RIFF, chunks "fmt " and "data"), None where it is none."""
    place, described = 12, False
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if name == b"data":
            # A writer that cannot go back leaves 0 or the largest number as the length.
            return min(size or len(data), len(data) - place - 8) if described else None
        described = described or name == b"fmt "
        place += 8 + size + size % 2
    return None


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
