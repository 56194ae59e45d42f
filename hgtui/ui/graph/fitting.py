"""Which of the two details and directions shows a whole graph in the room that there is."""

from collections.abc import Iterator, Mapping, Sequence

from hgtui.ui.graph.layout import layout
from hgtui.ui.graph.ranks import Edge, ranks, turned
from hgtui.ui.graph.shape import BOX, LINE, WIDE, Detail, Direction, Layout

WAYS: tuple[tuple[Detail, Direction], ...] = (
    (BOX, "right"), (BOX, "down"), (WIDE, "right"), (WIDE, "down"), (LINE, "right"), (LINE, "down"),
)  # fmt: skip
"""The best first."""
CLOSEST: Mapping[Direction, tuple[int, int]] = {"right": (3, 1), "down": (1, 1)}
"""How many cells lie at least between two layers, and between two tasks of one, by direction."""


def fits(size: tuple[int, int], room: tuple[int, int | None]) -> bool:
    """Whether a drawing is seen whole in so many columns and rows."""
    return _over(size, room) <= 1


def fitted(
    nodes: Sequence[str],
    edges: Sequence[Edge],
    room: tuple[int, int | None],
    *,
    signs: Mapping[Edge, str] | None = None,
    detail: Detail | None = None,
    direction: Direction | None = None,
) -> Layout:
    """Lay out a graph so that all of it is seen in so many columns and rows (None for any number of rows).

    `detail` and `direction` are kept where they are given. Where nothing shows all of it, the one is taken with little detail
    that is least larger than the room.
    """
    ways = [way for way in WAYS if (detail is None or detail.name == way[0].name) and direction in {None, way[1]}]
    if not nodes:
        return layout(nodes, edges, {}, ways[0][1], ways[0][0])
    least = dict(_least(nodes, edges, ways))
    for way in ways:
        if _over(least[way], room) <= 1:
            laid = layout(nodes, edges, {}, way[1], way[0], signs=signs)
            if fits(laid.size, room):
                return laid
    small = [way for way in ways if way[0] is ways[-1][0]]
    best = min(small, key=lambda way: _over(least[way], room))
    return layout(nodes, edges, {}, best[1], best[0], signs=signs)


def _over(size: tuple[int, int], room: tuple[int, int | None]) -> float:
    """Return how many times the room is needed."""
    return max(size[0] / max(room[0], 1), 0 if room[1] is None else size[1] / max(room[1], 1))


def _least(
    nodes: Sequence[str], edges: Sequence[Edge], ways: Sequence[tuple[Detail, Direction]]
) -> Iterator[tuple[tuple[Detail, Direction], tuple[int, int]]]:
    """Yield for each way how large the drawing is at least: the layers with nothing but the least room between."""
    known = set(nodes)
    edges = [edge for edge in edges if edge[0] != edge[1] and known.issuperset(edge)]
    back = turned(nodes, edges)
    counts: dict[int, int] = {}
    for rank in ranks(nodes, [edge[::-1] if edge in back else edge for edge in edges]).values():
        counts[rank] = counts.get(rank, 0) + 1
    for way in ways:
        detail, direction = way
        down = direction == "down"
        layers, apart = CLOSEST[direction]
        along, across = (detail.height, detail.width) if down else (detail.width, detail.height)
        size = len(counts) * (along + layers) - layers, max(counts.values()) * (across + apart) - apart
        yield way, (size[::-1] if down else size)
