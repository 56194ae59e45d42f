"""Reasoning that stands inside the content of a reply, between <think> and </think>, told apart from the reply."""

import re
from dataclasses import dataclass
from typing import Literal

OPEN, CLOSE = "<think>", "</think>"
_TOKEN = re.compile(r'\\.|"|</?think>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of content: text of the reply, reasoning, or "retract": all text so far was reasoning."""

    kind: Literal["text", "reasoning", "retract"]
    text: str = ""


class ThinkSplitter:
    """Takes content piece by piece, cut anywhere, and says what each piece is.

    ``<think>`` opens at the beginning of the reply or of a line. ``</think>`` without it says that all before was
    reasoning (the opening stood in the prompt, as DeepSeek's and Qwen's templates have it). Inside a string of a reply
    that starts as JSON, and between backquotes, both are plain words.
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._last = ""
        self._begin()

    def _begin(self) -> None:
        self._json: bool | None = None
        self._in_string = False
        self._fresh = True

    def feed(self, content: str) -> list[Piece]:
        """Return what can be said for sure; the beginning of a tag is held back."""
        text, self._held = self._held + content, ""
        found: list[Piece] = []
        while text:
            text = self._thought(text, found) if self._thinking else self._said(text, found)
        return found

    def flush(self) -> list[Piece]:
        """Return what was held back, once nothing more comes."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [Piece("reasoning" if self._thinking else "text", held)]

    def _thought(self, text: str, found: list[Piece]) -> str:
        thought, tag, rest = text.partition(CLOSE)
        if tag:
            self._thinking = False
            self._begin()
        else:
            thought, self._held = _split(text, _partial(text, 0))
        if thought:
            found.append(Piece("reasoning", thought))
        return rest

    def _said(self, text: str, found: list[Piece]) -> str:
        if self._json is None and (begun := text.lstrip()):
            self._json = begun[0] in "[{"
        place = 0
        while match := _TOKEN.search(text, place):
            token, start, place = match.group(), match.start(), match.end()
            if token[0] == "<":
                counts = not self._in_string and self._counts(token, text, start, place)
                if counts is None:
                    self._tell(text[:start], found)
                    self._held = text[start:]
                    return ""
                if counts:
                    self._tell(text[:start], found)
                    self._turn(token, found)
                    return text[place:]
            elif token == '"':
                self._in_string = bool(self._json) and not self._in_string
            elif not self._in_string:
                place = start + 1
        said, self._held = _split(text, _partial(text, place, escapes=self._in_string))
        self._tell(said, found)
        return ""

    def _counts(self, token: str, text: str, start: int, end: int) -> bool | None:
        """Whether a tag is one, and no word about tags; None while the next character decides."""
        if token == OPEN:
            line = text[:start].rpartition("\n")
            return not line[2].strip() and (bool(line[1]) or self._fresh)
        quoted = (text[start - 1] if start else self._last) == "`"
        if quoted and end == len(text):
            return None
        return not quoted or text[end] != "`"

    def _turn(self, token: str, found: list[Piece]) -> None:
        if token == OPEN:
            self._thinking = True
        else:
            found.append(Piece("retract"))
            self._begin()

    def _tell(self, text: str, found: list[Piece]) -> None:
        if not text:
            return
        found.append(Piece("text", text))
        line = text.rpartition("\n")
        self._fresh = not line[2].strip() and (bool(line[1]) or self._fresh)
        self._last = text[-1]


def _split(text: str, hold: int) -> tuple[str, str]:
    place = len(text) - hold
    return text[:place], text[place:]


def _partial(text: str, place: int, *, escapes: bool = False) -> int:
    """Return how many of the last characters, from `place` on, may be the beginning of a tag or of an escape."""
    if escapes:
        return int(text.endswith("\\") and len(text) > place)
    most = min(len(CLOSE) - 1, len(text) - place)
    return next(
        (size for size in range(most, 0, -1) if CLOSE.startswith(text[-size:]) or OPEN.startswith(text[-size:])), 0
    )
