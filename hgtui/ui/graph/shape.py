"""The nouns of a drawn graph: boxes and lines in cells of a terminal, from the left and from the top."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hgtui.ui.graph.ranks import Edge

Point = tuple[int, int]
"""A cell: column and row."""
Direction = Literal["right", "down"]
"""Where the graph grows to: from left to right, or from top to bottom."""

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
"""The arms of a cell of a line, as bits."""


class Detail(NamedTuple):
    """How much of a task is seen: the cells of its box, and whether it has a border."""

    name: Literal["box", "line"]
    width: int
    height: int
    border: bool


BOX = Detail("box", 26, 4, border=True)
LINE = Detail("line", 18, 1, border=False)
WIDE = Detail("line", 26, 1, border=False)
"""One line as wide as a box, where there is room: the types of most tasks are longer than 12 characters."""
DETAILS = (BOX, LINE)


class Box(NamedTuple):
    """The cells of a task."""

    x: int
    y: int
    width: int
    height: int

    def has(self, x: int, y: int) -> bool:
        """Whether a cell is one of them."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Run(NamedTuple):
    """A straight stretch of the line of a net, with both its ends."""

    net: int
    start: Point
    end: Point


class Tip(NamedTuple):
    """Where a line enters a task: the last cell of the line, and the edges that come in there."""

    net: int
    at: Point
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a later layout of the same graph, grown by some tasks, needs to leave everything where it is."""

    rank: Mapping[str, int]
    places: tuple[Mapping[tuple[str, bool], int], ...]
    """For each layer where tasks, and lanes by what they come from, begin across."""
    tracks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. `edges` are the edges of each net, `joints` the cells where a line turns or branches, with its arms.

    `back` are the edges that are drawn against the direction, because they close a ring.
    """

    direction: Direction
    detail: Detail
    boxes: Mapping[str, Box]
    layers: tuple[tuple[str, ...], ...]
    routes: Mapping[Edge, tuple[Point, ...]]
    edges: tuple[tuple[Edge, ...], ...]
    runs: tuple[Run, ...]
    joints: Mapping[Point, tuple[int, int]]
    """For a cell its arms and the number of its net."""
    tips: tuple[Tip, ...]
    size: tuple[int, int]
    back: frozenset[Edge] = frozenset()
    kept: Kept = field(default_factory=lambda: Kept({}, (), ()))
