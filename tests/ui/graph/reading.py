"""Reads a drawn graph back, from its text alone and where its boxes are: follows each line with the eyes of a person."""

from dataclasses import dataclass, field

from rich.cells import cell_len

from hgtui.ui.graph.plain import drawn
from hgtui.ui.graph.ranks import Edge
from hgtui.ui.graph.scene import scene
from hgtui.ui.graph.shape import DOWN, LEFT, RIGHT, UP, Layout

ARMS = {
    "│": UP | DOWN, "╎": UP | DOWN, "─": LEFT | RIGHT, "╌": LEFT | RIGHT, "╭": DOWN | RIGHT, "╮": DOWN | LEFT,
    "╰": UP | RIGHT, "╯": UP | LEFT, "├": UP | DOWN | RIGHT, "┤": UP | DOWN | LEFT, "┬": LEFT | RIGHT | DOWN,
    "┴": LEFT | RIGHT | UP, "┼": UP | DOWN | LEFT | RIGHT, "▸": LEFT | RIGHT,
}  # fmt: skip
STEPS = {UP: (0, -1, DOWN), DOWN: (0, 1, UP), LEFT: (-1, 0, RIGHT), RIGHT: (1, 0, LEFT)}
LABEL = "漢字のとても長いラベル🦜 and more words than fit"


@dataclass
class Net:
    """A line as it was followed: what it leaves, what it enters, and whether it is dashed."""

    givers: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    dashed: bool = False


def text_of(layout: Layout, signs: dict[Edge, str] | None = None) -> list[str]:
    return drawn(scene(layout, signs), {node: [((LABEL, ""),)] * 2 for node in layout.boxes})


def cells_of(lines: list[str], width: int) -> list[list[str]]:
    """Return the text in cells; the second cell of a wide character is empty."""
    rows = []
    for line in lines:
        row: list[str] = []
        for char in line:
            row += [char, *[""] * (cell_len(char) - 1)]
        rows.append(row + [" "] * (width - len(row)))
        assert len(rows[-1]) == width, line
    return rows


class Reader:
    """Follows the lines of a drawing."""

    def __init__(self, layout: Layout, lines: list[str]) -> None:
        self.down = layout.direction == "down"
        self.width, self.height = layout.size
        assert len(lines) == self.height
        self.grid = cells_of(lines, self.width)
        self.box: dict[tuple[int, int], str] = {}
        for node, box in layout.boxes.items():
            for x in range(box.x, box.x + box.width):
                for y in range(box.y, box.y + box.height):
                    assert (x, y) not in self.box, f"{node} lies on {self.box[x, y]}"
                    self.box[x, y] = node
        self.seen: set[tuple[int, int]] = set()

    def arms(self, x: int, y: int) -> int:
        if (x, y) in self.box or not (0 <= x < self.width and 0 <= y < self.height):
            return 0
        sign = self.grid[y][x]
        if sign in ARMS:
            return ARMS[sign]
        # What flows stands on a line that goes from left to right, right before its arrow.
        on_line = not self.down and sign not in {" ", ""} and x + 1 < self.width and self.grid[y][x + 1] in "▸╌"
        return LEFT | RIGHT if on_line else 0

    def read(self) -> set[Edge]:
        """Return the edges; fail where a line leads nowhere, or reads as more than one of its ends allows."""
        found: list[Edge] = []
        for x, y in sorted(self.box):
            on = (x, y + 1) if self.down else (x + 1, y)
            back = UP if self.down else LEFT
            if on not in self.box and on not in self.seen and self.arms(*on) & back:
                found += self.edges(self.follow(*on))
        lines = {(x, y) for y in range(self.height) for x in range(self.width) if self.arms(x, y)}
        assert lines == self.seen, f"lines that come from nowhere: {sorted(lines - self.seen)[:5]}"
        assert len(found) == len(set(found)), "an edge is drawn twice"
        return set(found)

    def edges(self, net: Net) -> list[Edge]:
        assert 1 in {len(net.givers), len(net.readers)}, f"{net} reads as edges between all of these"
        assert net.readers, f"a line of {net.givers} leads nowhere"
        pairs = [(giver, reader) for giver in net.givers for reader in net.readers]
        return [pair[::-1] for pair in pairs] if net.dashed else pairs

    def follow(self, x: int, y: int) -> Net:
        net, ahead = Net(), [(x, y)]
        while ahead:
            x, y = ahead.pop()
            if (x, y) in self.seen:
                continue
            self.seen.add((x, y))
            net.dashed = net.dashed or self.grid[y][x] in "╎╌"
            for arm, (by, down, back) in STEPS.items():
                if self.arms(x, y) & arm:
                    to = self.step(net, x + by, y + down, arm, back)
                    ahead += [to] if to else []
        return net

    def step(self, net: Net, x: int, y: int, arm: int, back: int) -> tuple[int, int] | None:
        if (x, y) in self.box:
            assert arm in ((UP, DOWN) if self.down else (LEFT, RIGHT)), f"a line runs into the side of {self.box[x, y]}"
            (net.readers if arm in {DOWN, RIGHT} else net.givers).add(self.box[x, y])
            return None
        by, _, _ = STEPS[arm]
        while by and self.grid[y][x] in "│╎":  # crossed with a gap
            x += by
        assert self.arms(x, y) & back, f"a line breaks off at {x, y}"
        return x, y


def read_back(layout: Layout, signs: dict[Edge, str] | None = None) -> set[Edge]:
    return Reader(layout, text_of(layout, signs)).read()
