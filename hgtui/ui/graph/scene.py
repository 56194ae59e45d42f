"""A layout row by row, as a painter wants it: which boxes, which stretches of line, which joints. States are not in it.

A line that crosses another has a gap there, the one that goes from side to side: `┼` is always a joint.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hgtui.ui.graph.ranks import Edge
from hgtui.ui.graph.shape import DOWN, LEFT, RIGHT, UP, Layout, Point

ACROSS, UPRIGHT = LEFT | RIGHT, UP | DOWN
GLYPHS = {
    UPRIGHT: "│", ACROSS: "─", DOWN | RIGHT: "╭", DOWN | LEFT: "╮", UP | RIGHT: "╰", UP | LEFT: "╯",
    UPRIGHT | RIGHT: "├", UPRIGHT | LEFT: "┤", ACROSS | DOWN: "┬", ACROSS | UP: "┴", ACROSS | UPRIGHT: "┼",
}  # fmt: skip
DASHED = {"│": "╎", "─": "╌"}
"""The lines of what is drawn against the direction."""
ARROW, ENTRY = "▸", "▾"
"""Where a line enters a task from the left; on a border, where one enters from above."""


class Part(NamedTuple):
    """Some cells of a row that belong together: of a box (`node`), of a net, or blank."""

    start: int
    text: str
    node: str = ""
    net: int = -1


Stretch = tuple[int, int, int, int]
"""The first column and row of some cells, and the last ones."""


@dataclass(slots=True)
class Row:
    """A row of a scene, everything from left to right: boxes, stretches of line, and single cells over these."""

    boxes: list[tuple[int, int, str]] = field(default_factory=list)
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    """First and last cell, and the net."""
    cells: dict[int, tuple[str, int]] = field(default_factory=dict)
    """What stands in a cell, and of which net it is."""
    order: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Scene:
    """What is drawn of a layout. `borders` are the signs in the borders of boxes where lines leave and enter."""

    layout: Layout
    rows: list[Row]
    borders: Mapping[Point, str]
    nets: Mapping[Edge, int]
    """The net of each edge."""
    leaving: Mapping[str, tuple[int, ...]]
    """The nets of what a task gives."""
    touching: Mapping[str, tuple[int, ...]]
    """The nets that leave or enter a task."""
    runs: Mapping[int, tuple[Stretch, ...]]

    def parts(self, y: int, left: int, right: int) -> Iterator[Part]:
        """Yield what stands in a row from cell `left` up to but without `right`, blanks too; a box that is cut off whole."""
        if not 0 <= y < len(self.rows) or left >= right:
            yield Part(left, " " * max(right - left, 0))
            return
        row, at = self.rows[y], left
        first = max(bisect_right(row.boxes, left, key=lambda box: box[0]) - 1, 0)
        for start, width, node in row.boxes[first:]:
            if start >= right:
                break
            if start + width <= left:
                continue
            yield from self._lines(row, at, start)
            yield Part(start, "", node)
            at = start + width
        yield from self._lines(row, at, right)

    def _lines(self, row: Row, left: int, right: int) -> Iterator[Part]:
        """Yield the lines of a row between two boxes, with the blanks between."""
        if left >= right:
            return
        text, nets = [" "] * (right - left), [-1] * (right - left)
        for start, end, net in row.spans[max(bisect_right(row.spans, left, key=lambda span: span[0]) - 1, 0) :]:
            if start >= right:
                break
            dash = "╌" if self.is_back(net) else "─"
            for at in range(max(start, left), min(end + 1, right)):
                text[at - left], nets[at - left] = dash, net
        for at in row.order[bisect_left(row.order, left) : bisect_left(row.order, right)]:
            text[at - left], nets[at - left] = row.cells[at]
        begin = 0
        for at in range(1, right - left + 1):
            if at == right - left or nets[at] != nets[begin]:
                yield Part(left + begin, "".join(text[begin:at]), net=nets[begin])
                begin = at

    def is_back(self, net: int) -> bool:
        """Whether a net is drawn against the direction."""
        return bool(self.layout.back) and self.layout.edges[net][0] in self.layout.back

    def stretches(self, net: int) -> tuple[Stretch, ...]:
        """Return the cells of the lines of a net, those beside them with a sign too."""
        return self.runs.get(net, ())


def scene(layout: Layout, signs: Mapping[Edge, str] | None = None) -> Scene:
    """Build the scene of a layout; `signs` say for an edge what flows along it, in one cell."""
    rows = [Row() for _ in range(layout.size[1])]
    for node, box in layout.boxes.items():
        for y in range(box.y, box.y + box.height):
            rows[y].boxes.append((box.x, box.width, node))
    nets = {edge: number for number, edges in enumerate(layout.edges) for edge in edges}
    back = {nets[edge] for edge in layout.back if edge in nets}
    _draw(layout, rows, back)
    _label(layout, rows, signs or {}, back)
    for row in rows:
        row.boxes.sort()
        row.spans.sort()
        row.order = sorted(row.cells)
    borders = _borders(layout) if layout.detail.border else {}
    return Scene(layout, rows, borders, nets, *_ends(nets), _stretches(layout))


def _ends(nets: Mapping[Edge, int]) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Return for each task the nets that leave it, and those that leave or enter it."""
    leaving: dict[str, dict[int, None]] = {}
    touching: dict[str, dict[int, None]] = {}
    for (giver, reader), number in nets.items():
        leaving.setdefault(giver, {})[number] = None
        touching.setdefault(giver, {})[number] = None
        touching.setdefault(reader, {})[number] = None
    return {node: tuple(some) for node, some in leaving.items()}, {node: tuple(some) for node, some in touching.items()}


def _stretches(layout: Layout) -> dict[int, tuple[Stretch, ...]]:
    found: dict[int, list[Stretch]] = {}
    for net, start, end in layout.runs:
        found.setdefault(net, []).append((*start, *end))
    for net, (x, y), _ in layout.tips:  # the signs beside
        found.setdefault(net, []).append((max(x - 1, 0), y, x + 1, y))
    return {net: tuple(some) for net, some in found.items()}


def _draw(layout: Layout, rows: list[Row], back: set[int]) -> None:
    along = layout.direction == "right"
    for net, (x, y), (to, last) in layout.runs:
        if y == last and (x != to or along):
            rows[y].spans.append((x, to, net))
            continue
        sign = "╎" if net in back else "│"
        for at in range(y, last + 1):
            rows[at].cells[x] = sign, net
    for (x, y), (arms, net) in layout.joints.items():
        sign = GLYPHS[arms]
        rows[y].cells[x] = DASHED.get(sign, sign) if net in back else sign, net


def _label(layout: Layout, rows: list[Row], signs: Mapping[Edge, str], back: set[int]) -> None:
    """Put a sign for what flows before each task: on the line from the left, beside the line from above."""
    for net, (x, y), edges in layout.tips:
        sign = signs.get(edges[0], "") if edges else ""
        cells = rows[y].cells
        if layout.direction == "right":
            if net not in back:
                cells[x] = ARROW, net
            if sign:
                cells[x - 1] = sign, net
        elif sign:
            free = (at for at in (x + 1, x - 1) if at >= 0 and at not in cells and not _covered(rows[y], at))
            if (at := next(free, None)) is not None:
                cells[at] = sign, net


def _covered(row: Row, at: int) -> bool:
    return any(start <= at <= end for start, end, _ in row.spans)


def _borders(layout: Layout) -> dict[Point, str]:
    """Return the signs in the borders of boxes where lines leave and enter."""
    found: dict[Point, str] = {}
    for edge, route in layout.routes.items():
        (x, y), (to, last) = route[0], route[-1]
        back = edge in layout.back
        if layout.direction == "down":
            found[x, y - 1], found[to, last + 1] = ("▴", "┴") if back else ("┬", ENTRY)
        else:
            found[x - 1, y] = "◂" if back else "├"
    return found
