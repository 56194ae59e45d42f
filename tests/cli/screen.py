"""A full screen on a pseudo-terminal, read as a person reads it: what stands on it now, in whatever order it was painted."""

import re
import time
from collections.abc import Iterator

import pyte

from tests.cli.program import PATIENCE_S, Program
from tests.cli.terminal import Terminal

ROWS = 40
_NOT_EMULATED = re.compile(
    r"\x1b\[[<>=][0-9;:]*[A-Za-z]|\x1b\[\??[0-9;]*\$[a-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;]*t"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]*)?$")

SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[(?P<csi>[0-?]*[ -/]*[@-~])|\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<string>[PX^_])|(?P<other>[ -/]*[0-~]))"
)
"""One escape sequence as ECMA-48 writes them."""
_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
OWN = re.compile(
    r"(?:\?[0-9;]+[hl]|[<>=][0-9;:]*u|\?[0-9;]*\$p|\?u|[0-9;]*[ABCDHJKfmt]|[0-9;]*n|[0-9]* q|>[0-9]*[cq]|c)$"
)
"""What a screen of ours sends: modes, the keyboard, where the cursor is, colours, erasing, the size."""
TITLE = re.compile(r"[012]?;|22;[a-z]*$")
"""The title of the terminal, and the shape of the mouse's pointer."""


class Screen(Terminal):
    """hgtui on a terminal of so many `columns` and 40 rows, whose screen is read."""

    def __init__(self, hgtui: Program, *arguments: str, columns: int = 120, **environ: str) -> None:
        super().__init__(hgtui, *arguments, screen=True, columns=columns, **environ)
        self._emulated = pyte.Screen(columns, ROWS)
        self._stream = pyte.Stream(self._emulated)
        self._fed = 0

    def text(self) -> str:
        """Return what stands on the screen, line by line, after all that has come."""
        end = len(self.shown)
        unfinished = _UNFINISHED.search(self.shown, self._fed)
        if unfinished:
            end = unfinished.start()
        self._stream.feed(_NOT_EMULATED.sub("", self.shown[self._fed : end]).replace("\n", "\r\n"))
        self._fed = end
        return "\n".join(self._emulated.display)

    def _told(self) -> str:
        return self.text()

    def see(self, *words: str) -> str:
        """Read until all of these stand on the screen at once; return what it shows then."""
        end = time.monotonic() + PATIENCE_S  # what ticks goes on sending
        while missing := [one for one in words if one not in (text := self.text())]:
            assert time.monotonic() < end and self._more(), f"{missing} did not come:\n{text}"
        return text

    def see_one(self, *words: str) -> str:
        """Read until one of these stands on the screen; return which."""
        end = time.monotonic() + PATIENCE_S
        while not (there := [one for one in words if one in (text := self.text())]):
            assert time.monotonic() < end and self._more(), f"none of {words} came:\n{text}"
        return there[0]

    def gone(self, words: str) -> str:
        """Read until these no longer stand on the screen; return what it shows then."""
        end = time.monotonic() + PATIENCE_S
        while words in (text := self.text()):
            assert time.monotonic() < end and self._more(), f"{words!r} stays:\n{text}"
        return text


def foreign(shown: str) -> Iterator[str]:
    """Yield what in the output of a program is none of the sequences that a screen of ours sends."""
    place, shown = 0, _UNFINISHED.sub("", shown)
    for found in SEQUENCE.finditer(shown):
        yield from _controls(shown[place : found.start()])
        place = found.end()
        if found["csi"] is not None and OWN.match(found["csi"]):
            continue
        if found["osc"] is not None and TITLE.match(found["osc"]):
            yield from _controls(found["osc"])
            continue
        yield found[0]
    yield from _controls(shown[place:])


def _controls(text: str) -> Iterator[str]:
    """Yield what in a text a terminal would act on, or what turns the writing round or hides in it."""
    for sign in text:
        if sign not in "\r\n" and _ACTS.match(sign):
            yield repr(sign)
