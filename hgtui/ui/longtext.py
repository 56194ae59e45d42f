"""A text of any length as rows of a screen: what is not seen is not folded. `of` is to be called in a thread."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from rich.cells import cell_len, chop_cells

from hgtui.core.text import clean

PIECE = 1 << 16
"""How many characters are cleaned at once: nothing else runs while that goes on."""
LINE = 2_000
"""How many characters of one line are folded at once; a longer line is taken apart."""


class LongText:
    """Lines that are folded to a width when they are looked at: at blanks, where no word is longer than a row.

    With `exact` they are cut where a row ends, and every blank stays.
    """

    def __init__(self, lines: list[str], width: int, *, exact: bool = False) -> None:
        self._lines, self.width, self._exact = lines, max(width, 4), exact
        self._starts = [0, *accumulate(self._rows(line) for line in lines)]
        self._folded = lru_cache(maxsize=512)(self._fold)

    @classmethod
    def of(cls, text: str, width: int, *, exact: bool = False) -> "LongText":
        """Clean a foreign text and take it apart."""
        return cls(list(_lines(text)), width, exact=exact)

    def at(self, width: int) -> "LongText":
        """Return the same text for another width."""
        return LongText(self._lines, width, exact=self._exact)

    def __len__(self) -> int:
        return self._starts[-1]

    def row(self, index: int) -> str:
        """Return a row, an empty text behind the end."""
        if not 0 <= index < len(self):
            return ""
        line = bisect_right(self._starts, index) - 1
        return self._folded(line)[index - self._starts[line]]

    def _rows(self, line: str) -> int:
        if line.isascii() and (self._exact or len(line) <= self.width or " " not in line):
            return max(-(-len(line) // self.width), 1)
        return sum(1 for _ in self._cut(line))

    def _fold(self, line: int) -> tuple[str, ...]:
        return tuple(self._cut(self._lines[line]))

    def _cut(self, text: str) -> Iterator[str]:
        """Yield the rows of a line."""
        at, ascii = 0, text.isascii()
        while True:
            end = at + self.width if ascii else at + self._fitting(text, at)
            if end >= len(text):
                yield text[at:]
                return
            blank = -1 if self._exact else text.rfind(" ", at, end + 1)
            if blank < 0 or not text[at:blank].strip():
                if at <= blank < end and self._is_whole(text, blank + 1):
                    end = blank + 1  # what a line begins with stands alone rather than with half a word
                yield text[at:end]
                at = end
                continue
            yield text[at:blank].rstrip(" ")
            while blank < len(text) and text[blank] == " ":
                blank += 1
            at = blank

    def _is_whole(self, text: str, at: int) -> bool:
        """Whether the word at a place fits into a row."""
        word = text[at : at + 2 * self.width].partition(" ")[0]
        return cell_len(word) <= self.width

    def _fitting(self, text: str, at: int) -> int:
        """Return how many characters from a place on fit into a row."""
        return len(next(iter(chop_cells(text[at : at + 2 * self.width], self.width)), ""))


def _lines(text: str) -> Iterator[str]:
    for piece in _pieces(text):
        for line in clean(piece).split("\n"):
            line = line.expandtabs(4)
            if len(line) <= LINE:
                yield line
            else:
                yield from _shorter(line)


def _shorter(line: str) -> Iterator[str]:
    """Take a line apart, behind a blank where there is one."""
    at = 0
    while at < len(line):
        blank = line.rfind(" ", at + LINE // 2, at + LINE) if at + LINE < len(line) else -1
        end = blank + 1 if blank > 0 else at + LINE
        yield line[at:end]
        at = end


_BREAK = re.compile(r"\r\n?|\n")


def _pieces(text: str) -> Iterator[str]:
    """Take a text apart at line ends, where it has some, so that no piece is much longer than PIECE."""
    at = 0
    while at < len(text):
        found = _BREAK.search(text, min(at + PIECE, len(text)), at + 2 * PIECE)
        end, behind = (found.start(), found.end()) if found else (min(at + 2 * PIECE, len(text)),) * 2
        yield text[at:end]
        at = behind
