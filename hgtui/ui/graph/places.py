"""Where in its layer each task and lane stands, in cells: near its neighbours, nothing on another, no layer wider than the widest.

A layer that was only drawn to its neighbours would drift: all layers together stay as wide as the widest packed one.
"""

from collections.abc import Callable, Mapping, Sequence

from hgtui.ui.graph.nets import End, Piece

Places = list[dict[End, int]]
"""For each layer the first cell across of everything in it."""
ALIKE = 64
"""How much more a task is drawn to a task, and a lane to a lane, than a task to a lane: what goes on should go straight on."""


class Spacing:
    """How much room there is between what stands next to each other in a layer, and how much each takes, in cells."""

    def __init__(self, sizes: Mapping[str, int], apart: int, beside_lane: int, lanes: int) -> None:
        """`apart` lies between two tasks, `beside_lane` between a task and a lane, `lanes` between two lanes."""
        self._sizes, self._apart, self._beside, self._lanes = sizes, apart, beside_lane, lanes

    def size(self, end: End) -> int:
        """Return how many cells something takes across."""
        return self._sizes[end] if isinstance(end, str) else 1

    def gap(self, one: End, other: End) -> int:
        """Return how many cells lie at least between two neighbours."""
        count = isinstance(one, str) + isinstance(other, str)
        return self._apart if count == 2 else self._beside if count else self._lanes

    def packed(self, layer: Sequence[End]) -> tuple[list[int], int]:
        """Return where everything in a layer begins with nothing but the least room between, and how wide that is."""
        starts, at = [], 0
        for place, end in enumerate(layer):
            at += self.gap(layer[place - 1], end) if place else 0
            starts.append(at)
            at += self.size(end)
        return starts, at


def placed(layers: Sequence[Sequence[End]], between: Sequence[Sequence[Piece]], spacing: Spacing) -> Places:
    """Return where everything stands: drawn down to what is above it, up to what is below it, and down again."""
    packs = [spacing.packed(layer) for layer in layers]
    widest = max((width for _, width in packs), default=0)
    places: Places = [dict(zip(layer, starts, strict=True)) for layer, (starts, _) in zip(layers, packs, strict=True)]

    def draw(layer: int, gap: int, ours: Callable[[Piece], list[End]], theirs: Callable[[Piece], list[End]]) -> None:
        fixed = places[gap + 1 if gap == layer else gap]
        wanted = _wanted(between[gap], fixed, spacing, ours, theirs)
        starts, width = packs[layer]
        ends = layers[layer]
        wishes = [
            (wanted[end] - (spacing.size(end) - 1) / 2 if end in wanted else float(places[layer][end])) - start
            for end, start in zip(ends, starts, strict=True)
        ]
        for end, start, shift in zip(ends, starts, _nearest(wishes, widest - width), strict=True):
            places[layer][end] = start + shift

    for _ in range(2):
        for layer in range(1, len(layers)):
            draw(layer, layer - 1, lambda one: one.bottoms, lambda one: one.tops)
        if _:
            break
        for layer in range(len(layers) - 2, -1, -1):
            draw(layer, layer, lambda one: one.tops, lambda one: one.bottoms)
    return places


def _wanted(
    some: Sequence[Piece],
    fixed: Mapping[End, int],
    spacing: Spacing,
    ours: Callable[[Piece], list[End]],
    theirs: Callable[[Piece], list[End]],
) -> dict[End, float]:
    """Return for what has neighbours in the next layer the middle of these."""
    sums: dict[End, tuple[float, int]] = {}
    size = spacing.size
    for piece in some:
        near = [(fixed[end] + (size(end) - 1) / 2, type(end)) for end in theirs(piece)]
        for end in ours(piece):
            total, count = sums.get(end, (0.0, 0))
            kind = type(end)
            for middle, other in near:
                weight = ALIKE if kind is other else 1
                total, count = total + weight * middle, count + weight
            sums[end] = total, count
    return {end: total / count for end, (total, count) in sums.items()}


def _nearest(wishes: Sequence[float], slack: int) -> list[int]:
    """Return the rising whole numbers from 0 to `slack` that are nearest to `wishes`, in the sum of their squares.

    Pool adjacent violators: what would overtake its neighbour goes with it.
    """
    pools: list[tuple[float, int]] = []
    for wish in wishes:
        total, count = wish, 1
        while pools and pools[-1][0] * count > total * pools[-1][1]:
            before, many = pools.pop()
            total, count = total + before, count + many
        pools.append((total, count))
    found: list[int] = []
    for total, count in pools:
        found += [min(max(int(total / count + 0.5), 0), slack)] * count
    return found
