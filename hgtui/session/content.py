"""What the bytes of a file are, whatever its name says."""

import codecs
import re
from pathlib import PurePath
from typing import NamedTuple

from hgtui.core.addresses import is_address
from hgtui.core.resource import Kind
from hgtui.core.text import one_line

HEAD = 1 << 16
"""How many bytes from the beginning tell what a file is."""

MB = 1_000_000
LIMITS = {
    Kind.TEXT: 2 * MB,
    Kind.TABLE: 20 * MB,
    Kind.IMAGE: 100 * MB,
    Kind.DOCUMENT: 200 * MB,
    Kind.AUDIO: 500 * MB,
    Kind.VIDEO: 2_000 * MB,
}
"""The largest file of each kind that is taken, in bytes."""

MOST_PIXELS = 250_000_000
"""The largest picture that is taken, in pixels by its header: 750 MB unpacked. The largest cameras make 200 million."""

WORDS = {
    Kind.TEXT: "text",
    Kind.TABLE: "a table",
    Kind.IMAGE: "a picture",
    Kind.DOCUMENT: "a PDF",
    Kind.AUDIO: "a sound",
    Kind.VIDEO: "a video",
}

_SUFFIXES = {
    Kind.IMAGE: "png jpg jpeg jpe jfif gif bmp webp tif tiff avif heic heif ico ppm pgm pbm pnm svg",
    Kind.AUDIO: "wav mp3 mpga flac ogg oga opus m4a aac aif aiff wma",
    Kind.VIDEO: "mp4 m4v mov mkv webm avi mpg mpeg wmv ogv",
    Kind.DOCUMENT: "pdf",
    Kind.TABLE: "csv tsv",
    Kind.TEXT: "txt md markdown rst log json jsonl html htm xml yaml yml toml ini srt vtt tex",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
MEDIA = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.VIDEO, Kind.DOCUMENT})

_TEXT_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "json": "application/json",
    "html": "text/html",
    "htm": "text/html",
    "xml": "application/xml",
}
_PLAIN_NAMES = {
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "image/x-ms-bmp": "image/bmp",
    "video/avi": "video/x-msvideo",
    "application/x-matroska": "video/x-matroska",
}
_BY_EXTENSION = {".m4a": "audio/mp4", ".f4a": "audio/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime"}
_OGG_SOUNDS = (b"vorbis", b"OpusHead", b"FLAC", b"Speex")
# puremagic takes a song with an ID3 tag for the file of a music shop. The others are the syncs of MPEG-1 and -2, layer 3.
_MPEG_SOUND = re.compile(rb"ID3[\x02-\x04]|\xff[\xfa\xfb\xf2\xf3\xe2\xe3]")
# A text may hold tabs, line ends, form feeds and the escapes of a terminal log; other control characters mean binary.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP = {b"{\\rtf": "an RTF document", b"%!PS": "a PostScript document"}
_ASCII_PICTURE = re.compile(rb"P[1-3]\s")


class Content(NamedTuple):
    """What bytes are: a kind that tasks can read, or None, then `words` say what it is."""

    kind: Kind | None
    media_type: str
    words: str


def suffix_of(name: str) -> str:
    """Return what stands behind the last dot, lower case; of an address, of its path."""
    if is_address(name):
        name = name.partition("#")[0].partition("?")[0]
        name = name.rpartition("/")[2] if name.count("/") > 2 else ""
    return PurePath(name).suffix.lower().removeprefix(".")


def claimed(name: str) -> Kind | None:
    """Return the kind that a file's name promises, None where it promises nothing that is known."""
    return _BY_SUFFIX.get(suffix_of(name))


def is_text(data: bytes, whole: bool) -> bool:
    """Say whether bytes are text: UTF-8, or UTF-16 with its mark. With `whole` false the last character may be cut."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return False
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not wide and _BINARY.search(data):
        return False
    try:
        text = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")().decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return not wide or _BINARY.search(text.encode("utf-8", "surrogatepass")) is None


def identify(head: bytes, whole: bool, name: str) -> Content:
    """Tell from the first bytes of a file what it is; `whole` where they are all of it.

    The name decides only between what the content leaves open: a table or a plain text, the sound or the pictures of a
    container that can hold both.
    """
    if b"%PDF-" in head[:1024]:
        return _content(Kind.DOCUMENT, "application/pdf")
    if not is_text(head, whole):
        return _magic(head, name)
    for mark, words in _MARKUP.items():
        if head.startswith(mark):
            return Content(None, "", words)
    if suffix_of(name) == "svg" and b"<svg" in head:
        return Content(None, "image/svg+xml", "a vector drawing")
    if claimed(name) is Kind.IMAGE and _ASCII_PICTURE.match(head):
        return _content(Kind.IMAGE, "image/x-portable-anymap")
    kind = Kind.TABLE if claimed(name) is Kind.TABLE else Kind.TEXT
    return _content(kind, _TEXT_TYPES.get(suffix_of(name), "text/plain"))


def _content(kind: Kind, media_type: str) -> Content:
    return Content(kind, media_type, WORDS[kind] if kind is Kind.TEXT else f"{WORDS[kind]} ({media_type})")


def _magic(head: bytes, name: str) -> Content:
    import puremagic

    if head.startswith(b"OggS"):
        sound = any(mark in head[:256] for mark in _OGG_SOUNDS)
        return _content(Kind.AUDIO, "audio/ogg") if sound else _content(Kind.VIDEO, "video/ogg")
    if _MPEG_SOUND.match(head):
        return _content(Kind.AUDIO, "audio/mpeg")
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    for match in found:
        if match.confidence < found[0].confidence:
            break
        media_type = match.mime_type or _BY_EXTENSION.get(match.extension, "")
        media_type = _PLAIN_NAMES.get(media_type, media_type)
        kind = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}.get(media_type.partition("/")[0])
        if kind is Kind.VIDEO and claimed(name) is Kind.AUDIO:
            return _content(Kind.AUDIO, media_type.replace("video/", "audio/"))
        if kind:
            return _content(kind, media_type)
    words = next((one_line(match.name, 80) for match in found if match.name), "")
    return Content(None, found[0].mime_type if found else "", words)
