"""Paths in a request: the one that is being written, how it is written so that planners find it, what was pasted or dropped."""

import shlex
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from hgtui.core.text import clean
from hgtui.planning.rules.mentions import mentions

QUOTES = (("", ""), ('"', '"'), ("'", "'"), ("“", "”"), ("«", "»"), ("`", "`"))
MOST_LINES = 50
"""How many dropped files are looked for in a paste."""


class Word(NamedTuple):
    """A path that is being written, up to the cursor: `start` is where it begins in its line, with its quotation mark."""

    start: int
    path: str
    quote: str = ""

    @property
    def folder(self) -> str:
        """The folder as it is written, with its slash; empty for the working folder."""
        return self.path[: self.path.rfind("/") + 1]

    @property
    def beginning(self) -> str:
        """What the name begins with."""
        return self.path[self.path.rfind("/") + 1 :]

    @property
    def is_path(self) -> bool:
        """Whether it can be nothing but a path: ``./``, ``../``, ``/`` or ``~/``, or a name behind a slash."""
        return self.path.startswith(("/", "./", "../", "~/")) or ("/" in self.path and "://" not in self.path)


def word_at(before: str) -> Word | None:
    """Return the path that a line ends in, None where it ends in a blank. A quotation mark opens one with blanks."""
    start, quote, at = 0, "", 0
    while at < len(before):
        char = before[at]
        if quote:
            if char == quote:
                quote, start = "", at + 1
        elif char == "\\":
            at += 1
        elif char.isspace():
            start = at + 1
        elif char in "\"'" and at == start:
            quote = char
        elif char in "([{" and at == start:
            start = at + 1
        at += 1
    path = before[start + len(quote) :]
    if not quote:
        path = path.replace("\\ ", " ")
    return Word(start, path, quote) if path or quote else None


def written(path: str) -> str:
    """Return how a path is written in a request so that it is found there again, quoted where it has to be."""
    for left, right in QUOTES:
        if left and (left in path or right in path):
            continue
        text = f"{left}{path}{right}"
        if not left and any(char.isspace() for char in path):
            continue
        found = mentions(f"read {text} now")
        if len(found) == 1 and found[0].what == "file" and found[0].text == path:
            return text
    # What has no suffix that is known is found by nobody but an LLM, which reads quotation marks.
    if not any(char.isspace() for char in path):
        return path
    left, right = next((one for one in QUOTES[1:] if one[0] not in path and one[1] not in path), QUOTES[1])
    return f"{left}{path}{right}"


def opened(path: str, quote: str) -> str:
    """Return how a folder is written whose entries come next: a quotation mark stays open."""
    if quote or not any(char.isspace() for char in path):
        return quote + path
    return f'"{path}' if '"' not in path else path.replace(" ", "\\ ")


class Dropped(NamedTuple):
    """A path that was pasted; where it is not `sure` it is one only if there is such a file."""

    path: str
    sure: bool


def dropped(text: str) -> tuple[Dropped, ...]:
    """Return the paths that a paste is made of: as a terminal writes dropped files. Nothing where it is any other text."""
    lines = [line.strip() for line in clean(text).splitlines() if line.strip()]
    if not 0 < len(lines) <= MOST_LINES:
        return ()
    found: list[Dropped] = []
    for line in lines:
        paths = _of_line(line)
        if not paths:
            return ()
        found += paths
    return tuple(found)


def _of_line(line: str) -> list[Dropped]:
    if line.startswith("file://"):
        paths = [_of_address(word) for word in line.split()]
        return [Dropped(path, True) for path in paths] if all(paths) else []
    if not line.lstrip("'\"").startswith(("/", "~/")):
        return []
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if words and all(word.startswith(("/", "~/")) for word in words):
        return [Dropped(word, True) for word in words]
    return [Dropped(line, False)] if line.startswith(("/", "~/")) else []


def _of_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        path = unquote(parts.path, errors="strict")
    except (ValueError, UnicodeDecodeError):
        return ""
    good = parts.scheme == "file" and parts.netloc in {"", "localhost"} and path.startswith("/")
    return path if good and path == clean(path) and "\n" not in path else ""
