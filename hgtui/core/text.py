"""The one door through which foreign text enters: what an LLM, a model, a server or a file name says."""

import re

# One class of characters, so that text may be cleaned in pieces: an escape sequence that is split over two pieces
# loses its ESC in the first and is plain letters in the second.
_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls: they reorder what a person reads
    "\u2028\u2029"  # line separators that some renderers break lines at and others do not
    "\ufff9-\ufffb\ufeff"  # interlinear annotation, byte order mark
    "\U000e0000-\U000e007f"  # tag characters: invisible text
    "\ud800-\udfff"  # lone surrogates: cannot be encoded
    "]"
)
_NEWLINES = re.compile("\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_SPACES = re.compile(r"\s+")
CUT = "…"


def clean(text: str, limit: int | None = None) -> str:
    """Return `text` without anything that a terminal would act on; newlines and tabs stay.

    ESC, the other C0 and C1 controls, NUL, DEL, bidi controls, invisible tag characters and lone surrogates are taken
    out; foreign line ends become ``\\n``. Idempotent; cleaning pieces of a text never lets through more than cleaning
    the whole. With `limit` (characters) a longer text is cut and ends in "…".
    """
    text = _UNSAFE.sub("", _NEWLINES.sub("\n", text))
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + CUT
    return text


def one_line(text: str, limit: int | None = None) -> str:
    """Return `clean(text)` with every run of white space folded to one blank, for a row, a title or a log line."""
    return clean(_SPACES.sub(" ", clean(text)).strip(), limit)


def decode(data: bytes) -> str:
    """Decode the bytes of a text file, UTF-8 or with a byte order mark UTF-16, and clean it; what is no text becomes �."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return clean(data.decode("utf-16", "replace"))
    return clean(data.decode("utf-8", "replace"))


def plural(count: int, noun: str) -> str:
    """Return "1 task", "2 tasks": regular English nouns only."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def megabytes(size: float | None) -> str:
    """Write a size of `size` MB; an empty text where it is not known."""
    if size is None:
        return ""
    if size < 1:
        return "< 1 MB"
    return f"{size:.0f} MB" if size < 1000 else f"{size / 1000:.1f} GB"
