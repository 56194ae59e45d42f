"""Tables in columns: whole on a pipe, on a terminal as wide as it is, with no name cut that a person copies."""

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from hgtui.core.text import one_line

Row = tuple[str, ...]
GAP, INDENT = 2, 2
FLOOR = 16
"""A column of words is cut to as many characters before it gets a line of its own; a date with its time is as long."""


def table(rows: Iterable[Row], *, to: TextIO | None = None, floor: int = FLOOR) -> str:
    """Align cells in columns that fit the terminal on which `to` is written (standard output), on a pipe whole.

    A column of words may be cut to `floor` characters so that rows stay on one line.
    """
    return fitted(rows, width_of(to or sys.stdout), floor)


def width_of(stream: TextIO) -> int | None:
    """Return the columns of the terminal that a stream is written on, None where it is none or does not say.

    COLUMNS says it before the terminal does, as for every program (POSIX.1-2017, Base Definitions, 8.3).
    """
    with contextlib.suppress(OSError, ValueError):
        if stream.isatty():
            told = os.environ.get("COLUMNS", "")
            return (int(told) if told.isdecimal() else 0) or os.get_terminal_size(stream.fileno()).columns or None
    return None


def fitted(rows: Iterable[Row], width: int | None, floor: int = FLOOR) -> str:
    """Align cells in columns, the last of a line not padded; with a width no line is longer, unless a name is.

    A column is of names where no cell has a blank, and is never cut; of the others the widest are cut first. What
    does not fit into one line goes on in further ones, indented.
    """
    cells = [tuple(one_line(cell) for cell in row) for row in rows]
    if not cells:
        return ""
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    if width is None or sum(widths) + GAP * (len(widths) - 1) <= width:
        return "\n".join(_line(row, range(len(widths)), widths) for row in cells)
    words = {n for n in range(len(widths)) if any(" " in row[n] for row in cells[1:] or cells)}
    least = [min(size, max(floor, 1), max(width - INDENT, 1)) if n in words else size for n, size in enumerate(widths)]
    groups = _groups(least, width)
    for number, group in enumerate(groups):
        room = width - (INDENT if number else 0) - GAP * (len(group) - 1)
        _shrink(widths, least, group, room)
    lines = []
    for row in cells:
        first, *others = (_line(row, group, widths) for group in groups)
        lines += [first, *(" " * INDENT + other for other in others if other)]
    return "\n".join(lines)


def _groups(least: Sequence[int], width: int) -> list[list[int]]:
    """Return the columns that stand on each line of a row, as many on each as fit."""
    groups: list[list[int]] = [[]]
    used = 0
    for column, size in enumerate(least):
        if groups[-1] and used + GAP + size > width:
            groups.append([])
            used = INDENT
        used += size + (GAP if groups[-1] else 0)
        groups[-1].append(column)
    return groups


def _shrink(widths: list[int], least: Sequence[int], group: Sequence[int], room: int) -> None:
    """Take from the widest column of a line until all fit."""
    while sum(widths[n] for n in group) > room:
        able = [n for n in group if widths[n] > least[n]]
        if not able:
            return
        widths[max(able, key=lambda n: widths[n])] -= 1


def _line(row: Row, group: Iterable[int], widths: Sequence[int]) -> str:
    gap = " " * GAP
    return gap.join(one_line(row[n], widths[n] or None).ljust(widths[n]) for n in group).rstrip()
