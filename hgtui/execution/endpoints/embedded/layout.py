"""Lines with boxes become paragraphs in reading order. Own code: the OCR engine gives lines only."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

FEWEST_LINES, SHORTEST_LINE = 3, 12
"""A column of prose has at least so many lines, of so many characters in the median; else it is a table, read by rows."""

PARAGRAPH_GAP = 1.5
"""Times the pitch of the lines."""
RAGGED = 0.1
"""A line that ends within this part of the column's width from its margin is wrapped, whatever the next word is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text and its box in pixels (or any unit that grows downwards)."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """The height of the box."""
        return self.bottom - self.top


def read(lines: Sequence[Line]) -> str:
    """Return the text of `lines`: columns one after the other, wrapped lines joined, paragraphs parted by a blank line."""
    return "\n\n".join(_paragraphs(block) for block in _blocks(list(lines)))


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Cut out columns of prose, and what stands above and below them (XY-cut, Nagy and Seth 1984)."""
    rows = _rows(lines)
    if all(len(row) == 1 for row in rows):
        return [lines] if lines else []
    for length in range(len(rows), FEWEST_LINES - 1, -1):
        for start in range(len(rows) - length + 1):
            sides = _sides([line for row in rows[start : start + length] for line in row])
            if sides:
                above, below = rows[:start], rows[start + length :]
                parts = [[line for row in above for line in row], *sides, [line for row in below for line in row]]
                return [block for part in parts for block in _blocks(part)]
    return [lines]


def _sides(lines: list[Line]) -> tuple[list[Line], list[Line]] | None:
    """Return the left and the right part where white runs from top to bottom between two columns of prose."""
    ordered = sorted(lines, key=lambda line: line.left)
    white = median(line.height for line in lines) * 0.6
    reach = ordered[0].right
    for place in range(1, len(ordered)):
        if place >= FEWEST_LINES and ordered[place].left > reach + white:
            left, right = ordered[:place], ordered[place:]
            if len(right) >= FEWEST_LINES and min(_typical(left), _typical(right)) >= SHORTEST_LINE:
                return left, right
        reach = max(reach, ordered[place].right)
    return None


def _typical(lines: list[Line]) -> float:
    return median(len(line.text) for line in lines)


def _rows(lines: list[Line]) -> list[list[Line]]:
    """Group lines whose middles are at the same height, from top to bottom, each from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.top + line.bottom) / 2):
        last = rows[-1][-1] if rows else None
        if last and (line.top + line.bottom) / 2 < last.bottom - last.height * 0.25:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _paragraphs(block: list[Line]) -> str:
    rows = _rows(block)
    lines = [_joined(row) for row in rows]
    gap = PARAGRAPH_GAP * _pitch(lines)
    parts: list[list[int]] = [[0]]
    for place, (above, below) in enumerate(pairwise(lines), 1):
        if below.top - above.top > gap:
            parts.append([])
        parts[-1].append(place)
    whole = max(line.right for line in lines)
    shown = []
    for part in parts:
        # A paragraph of three lines shows its own margin; a shorter one is measured by the block's.
        margin = max(lines[place].right for place in part) if len(part) > 2 else whole
        shown.append(_wrapped([lines[place] for place in part], [_tabular(rows[place]) for place in part], margin))
    return "\n\n".join(shown)


def _pitch(lines: list[Line]) -> float:
    """Return the distance from line to line: the least one, as far as it goes with the height of the letters."""
    height = median(line.height for line in lines)
    steps = [below.top - above.top for above, below in pairwise(lines)]
    return min(max(min(steps, default=0.0), 0.9 * height), 2 * height)


def _wrapped(lines: list[Line], tabular: list[bool], margin: float) -> str:
    text = lines[0].text
    for place, (above, below) in enumerate(pairwise(lines)):
        if tabular[place] or tabular[place + 1] or _ended_early(above, below, margin):
            text += "\n" + below.text
        elif above.text[-1:] == "-" and above.text[-2:-1].isalpha() and below.text[:1].islower():
            text = text[:-1] + below.text
        else:
            text += " " + below.text
    return text


def _tabular(row: list[Line]) -> bool:
    """Say whether wide gaps make the row one of a table: cells stay on a line of their own."""
    return any(right.left - left.right > 1.5 * left.height for left, right in pairwise(row))


def _joined(row: list[Line]) -> Line:
    return Line(
        text=" ".join(line.text for line in row),
        left=row[0].left,
        top=min(line.top for line in row),
        right=max(line.right for line in row),
        bottom=max(line.bottom for line in row),
    )


def _ended_early(above: Line, below: Line, margin: float) -> bool:
    """Say whether the first word of `below` had had room in `above`: then the line was ended, not wrapped."""
    letter = (below.right - below.left) / max(len(below.text), 1)
    word = len(below.text.split(" ", 1)[0]) + 1
    return above.right + max(letter * word * 1.15, RAGGED * (margin - above.left)) < margin
