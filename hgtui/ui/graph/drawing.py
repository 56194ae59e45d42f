"""What was laid out across and along as columns and rows: boxes, stretches of lines, joints, and the way of each edge."""

from collections.abc import Mapping, Sequence

from hgtui.ui.graph.nets import End, Net
from hgtui.ui.graph.places import Places
from hgtui.ui.graph.ranks import Edge
from hgtui.ui.graph.shape import DOWN, LEFT, RIGHT, UP, Box, Detail, Direction, Kept, Layout, Point, Run, Tip
from hgtui.ui.graph.tracks import Bus

ARMS: Mapping[Direction, tuple[int, int, int, int]] = {
    "down": (UP, DOWN, LEFT, RIGHT),
    "right": (LEFT, RIGHT, UP, DOWN),
}
"""The arms back along, on along, to lower and to higher cells across."""


class Drawn:
    """Gathers what is drawn. Cells are given along the direction and across it."""

    def __init__(
        self, direction: Direction, detail: Detail, across: Mapping[str, int], along: Mapping[str, int]
    ) -> None:
        self.direction, self.detail = direction, detail
        self._across, self._along = across, along
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._leads: Sequence[int] = ()
        self._runs: list[Run] = []
        self._joints: dict[Point, tuple[int, int]] = {}

    def stack(self, layers: Sequence[Sequence[End]], tracks: Sequence[int], leads: Sequence[int], head: int) -> None:
        """Find where each layer begins and ends along.

        Between two there are so many tracks, with `leads` cells before them, and `head` cells before the next tasks.
        """
        at = 0
        for layer, ends in enumerate(layers):
            size = max((self._along[end] for end in ends if isinstance(end, str)), default=1)
            self._starts.append(at)
            self._ends.append(at + size)
            at += size + (leads[layer] + tracks[layer] + head if layer < len(tracks) else 0)
        self._leads = leads

    def _point(self, along: int, across: int) -> Point:
        return (across, along) if self.direction == "down" else (along, across)

    def _run(self, net: int, along: tuple[int, int], across: tuple[int, int]) -> None:
        if along[0] > along[1]:
            return
        if self.direction == "down":
            self._runs.append(Run(net, (across[0], along[0]), (across[1], along[1])))
        else:
            self._runs.append(Run(net, (along[0], across[0]), (along[1], across[1])))

    def layout(
        self,
        found: Sequence[Net],
        rank: Mapping[str, int],
        places: Places,
        buses: Sequence[Sequence[Bus]],
        back: frozenset[Edge],
        kept: Kept,
    ) -> Layout:
        """Return everything in columns and rows."""
        boxes = self._boxes(rank, places)
        self._lanes(places)
        tips = [tip for gap, some in enumerate(buses) for bus in some for tip in self._bus(gap, bus, found)]
        cells = [point for run in self._runs for point in (run.start, run.end)]
        cells += [(box.x + box.width - 1, box.y + box.height - 1) for box in boxes.values()]
        size = (max((x for x, _ in cells), default=-1) + 1, max((y for _, y in cells), default=-1) + 1)
        layers: list[list[str]] = [[] for _ in places]
        for layer, here in enumerate(places):
            layers[layer] = sorted((end for end in here if isinstance(end, str)), key=here.__getitem__)
        return Layout(
            direction=self.direction,
            detail=self.detail,
            boxes=boxes,
            layers=tuple(tuple(layer) for layer in layers),
            routes=self._routes(found, rank, buses),
            edges=tuple(tuple(edge[::-1] if net.back else edge for edge in net.edges) for net in found),
            runs=tuple(self._runs),
            joints=self._joints,
            tips=tuple(tips),
            size=size,
            back=back,
            kept=kept,
        )

    def _boxes(self, rank: Mapping[str, int], places: Places) -> dict[str, Box]:
        found = {}
        for node, layer in rank.items():
            x, y = self._point(self._starts[layer], places[layer][node])
            width, height = self._along[node], self._across[node]
            found[node] = Box(x, y, *((height, width) if self.direction == "down" else (width, height)))
        return found

    def _lanes(self, places: Places) -> None:
        for layer, here in enumerate(places):
            for end, across in here.items():
                if not isinstance(end, str):
                    self._run(end[0], (self._starts[layer], self._ends[layer] - 1), (across, across))

    def _bus(self, gap: int, bus: Bus, found: Sequence[Net]) -> list[Tip]:
        """Draw what of a net lies on a track, with its arms; return where it enters tasks."""
        net, start, end = bus.piece.net, self._ends[gap], self._starts[gap + 1] - 1
        if bus.straight:
            self._run(net, (start, end), (bus.tops[0], bus.tops[0]))
        else:
            self._turn(net, bus, start, start + self._leads[gap], end)
        tips: list[Tip] = []
        if not bus.bottoms:
            return tips
        to: dict[str, list[Edge]] = {}
        for edge in found[net].edges:
            to.setdefault(edge[1], []).append(edge[::-1] if found[net].back else edge)
        for bottom, across in zip(bus.piece.bottoms, bus.piece.at_bottoms, strict=True):
            if isinstance(bottom, str):
                tips.append(Tip(net, self._point(end, across), tuple(to[bottom])))
        return tips

    def _turn(self, net: int, bus: Bus, start: int, first: int, end: int) -> None:
        """Draw the lines of a bus; `first` is where the first track lies."""
        back, forth, lower, higher = ARMS[self.direction]
        at, cells = first + bus.track, bus.cells
        low, high = min(cells), max(cells)
        self._run(net, (at, at), (low, high))
        arms: dict[int, int] = {}
        for cell in bus.tops:
            arms[cell] = arms.get(cell, 0) | back
            self._run(net, (start, at - 1), (cell, cell))
        for cell in bus.bottoms:
            arms[cell] = arms.get(cell, 0) | forth
            self._run(net, (at + 1, end), (cell, cell))
        if bus.below:
            arms[bus.link] = arms.get(bus.link, 0) | forth
            self._run(net, (at + 1, first + bus.below.track - 1), (bus.link, bus.link))
        if bus.above:
            arms[bus.link] = arms.get(bus.link, 0) | back
        for cell, mask in arms.items():
            mask |= (lower if cell > low else 0) | (higher if cell < high else 0)
            self._joints[self._point(at, cell)] = mask, net

    def _routes(
        self, found: Sequence[Net], rank: Mapping[str, int], buses: Sequence[Sequence[Bus]]
    ) -> dict[Edge, tuple[Point, ...]]:
        """Return for each edge the cells where its way turns, from what gives to what waits, as it is drawn."""
        leaves: dict[tuple[int, int, End], tuple[Bus, int]] = {}
        enters: dict[tuple[int, int, End], int] = {}
        for gap, some in enumerate(buses):
            for bus in some:
                if bus.above is None:
                    piece = bus.piece
                    for end, cell in zip(piece.tops, piece.at_tops, strict=True):
                        leaves[gap, piece.net, end] = bus, cell
                    for end, cell in zip(piece.bottoms, piece.at_bottoms, strict=True):
                        enters[gap, piece.net, end] = cell
        routes: dict[Edge, tuple[Point, ...]] = {}
        for number, net in enumerate(found):
            for place, edge in enumerate(net.edges):
                lane = (number, 0 if net.spread else place)
                points: list[Point] = []
                here: End = edge[0]
                for gap in range(rank[edge[0]], rank[edge[1]]):
                    to: End = edge[1] if gap + 1 == rank[edge[1]] else lane
                    points += self._way(gap, *leaves[gap, number, here], enters[gap, number, to])
                    here = lane
                routes[edge[::-1] if net.back else edge] = tuple(points)
        return routes

    def _way(self, gap: int, bus: Bus, come: int, goes: int) -> list[Point]:
        start, end = self._ends[gap], self._starts[gap + 1] - 1
        points, first = [(start, come)], start + self._leads[gap]
        if not bus.straight:
            points.append((first + bus.track, come))
            if bus.below:
                points += [(first + bus.track, bus.link), (first + bus.below.track, bus.link)]
            points.append((first + (bus.below or bus).track, goes))
        points.append((end, goes))
        return [self._point(*point) for point in points]
