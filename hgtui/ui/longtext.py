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
    """Lines that are folded to a width when they are looked at."""

    def __init__(self, lines: list[str], width: int) -> None:
        self._lines, self.width = lines, max(width, 4)
        self._starts = [0, *accumulate(self._rows(line) for line in lines)]
        self._folded = lru_cache(maxsize=512)(self._fold)

    @classmethod
    def of(cls, text: str, width: int) -> "LongText":
        """Clean a foreign text and take it apart."""
        return cls(list(_lines(text)), width)

    def at(self, width: int) -> "LongText":
        """Return the same text for another width."""
        return LongText(self._lines, width)

    def __len__(self) -> int:
        return self._starts[-1]

    def row(self, index: int) -> str:
        """Return a row, an empty text behind the end."""
        if not 0 <= index < len(self):
            return ""
        line = bisect_right(self._starts, index) - 1
        return self._folded(line)[index - self._starts[line]]

    def _rows(self, line: str) -> int:
        if line.isascii():
            return max(-(-len(line) // self.width), 1)
        return max(len(chop_cells(line, self.width)), 1) if cell_len(line) > self.width else 1

    def _fold(self, line: int) -> tuple[str, ...]:
        text = self._lines[line]
        if text.isascii():
            return tuple(text[at : at + self.width] for at in range(0, len(text), self.width)) or ("",)
        return tuple(chop_cells(text, self.width)) if cell_len(text) > self.width else (text,)


def _lines(text: str) -> Iterator[str]:
    for piece in _pieces(text):
        for line in clean(piece).split("\n"):
            line = line.expandtabs(4)
            if len(line) <= LINE:
                yield line
            else:
                yield from (line[at : at + LINE] for at in range(0, len(line), LINE))


_BREAK = re.compile(r"\r\n?|\n")


def _pieces(text: str) -> Iterator[str]:
    """Take a text apart at line ends, where it has some, so that no piece is much longer than PIECE."""
    at = 0
    while at < len(text):
        found = _BREAK.search(text, min(at + PIECE, len(text)), at + 2 * PIECE)
        end, behind = (found.start(), found.end()) if found else (min(at + 2 * PIECE, len(text)),) * 2
        yield text[at:end]
        at = behind
