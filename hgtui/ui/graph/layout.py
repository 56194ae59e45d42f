"""The layout of a plan as a drawn graph: layers of boxes with lines between them, in whole cells of a terminal.

Pure and deterministic: the same graph is drawn the same way. No line runs through a box, and two lines have a stretch in
common only where their edges have an end in common. Rings are drawn too: an edge that closes one is drawn against the
direction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hgtui.ui.graph.drawing import Drawn
from hgtui.ui.graph.growing import RESERVED, grown, key
from hgtui.ui.graph.nets import End, Net, Piece, nets, pieces
from hgtui.ui.graph.order import layers_of, ordered
from hgtui.ui.graph.pins import Side, needed, pin
from hgtui.ui.graph.places import Places, Spacing, placed
from hgtui.ui.graph.ranks import Edge, ranks, turned
from hgtui.ui.graph.shape import Detail, Direction, Kept, Layout
from hgtui.ui.graph.tracks import Bus, tracked

HEAD = 2
"""How many columns an arrow with its sign takes before a task that is entered from the left."""


@dataclass(frozen=True, slots=True)
class _Graph:
    """A graph in layers, before it has places."""

    nodes: Sequence[str]
    rank: Mapping[str, int]
    found: list[Net]
    between: list[list[Piece]]
    back: frozenset[Edge]


def layout(
    nodes: Sequence[str],
    edges: Sequence[Edge],
    sizes: Mapping[str, tuple[int, int]],
    direction: Direction,
    detail: Detail,
    *,
    signs: Mapping[Edge, str] | None = None,
    growing: bool = False,
    before: Layout | None = None,
) -> Layout:
    """Lay out a graph.

    `edges` go from what gives to what waits; one whose ends are the same, or are not both in `nodes`, is left out, and so
    is one that is there twice. `sizes` are the least columns and rows of boxes, where they are not those of the detail; a box with
    many lines becomes larger. `signs` say what flows along an edge: lines come together only where it is the same. With
    `growing` there is room for tasks to come, and those of `before` stay where they are as far as that can be.
    """
    graph = _graph(nodes, edges, signs or {}, before.kept.rank if growing and before else {})
    base = {node: sizes.get(node, (detail.width, detail.height)) for node in nodes}
    corner = 1 if detail.border or direction == "down" else 0
    lines = needed(graph.between)
    across = {
        node: max(width if direction == "down" else height, lines.get(node, 0) + 2 * corner)
        for node, (width, height) in base.items()
    }
    along = {node: height if direction == "down" else width for node, (width, height) in base.items()}
    spacing = _spacing(across, direction, detail)
    layers, places = _placed(graph, spacing, before.kept if growing and before else None)
    buses, counts = _routed(graph, places, across, corner)
    least = before.kept.tracks if growing and before else ()
    room = [
        max(count, 1, RESERVED if growing else 0, least[gap] if gap < len(least) else 0)
        for gap, count in enumerate(counts)
    ]
    kept = Kept(
        graph.rank, tuple({key(end, graph.found): at for end, at in one.items()} for one in places), tuple(room)
    )
    drawn = Drawn(direction, detail, across, along)
    leads = [int(direction == "right" and (growing or _hidden(some))) for some in buses]
    drawn.stack(layers, room, leads, HEAD if direction == "right" else 0)
    return drawn.layout(graph.found, graph.rank, places, buses, graph.back, kept)


def _graph(nodes: Sequence[str], edges: Sequence[Edge], signs: Mapping[Edge, str], least: Mapping[str, int]) -> _Graph:
    known = set(nodes)
    edges = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1] and known.issuperset(edge)]
    back = turned(nodes, edges)
    # A ring of two is one line there and one back.
    rank = ranks(nodes, [edge[::-1] if edge in back else edge for edge in edges], least)
    found = nets(edges, back, signs)
    return _Graph(nodes, rank, found, pieces(found, rank), back)


def _spacing(across: Mapping[str, int], direction: Direction, detail: Detail) -> Spacing:
    if direction == "down":
        return Spacing(across, 1 if detail.border else 2, 1, 1)
    return Spacing(across, 1, 0, 0)


def _placed(graph: _Graph, spacing: Spacing, kept: Kept | None) -> tuple[list[list[End]], Places]:
    layers = layers_of(graph.nodes, dict(graph.rank), graph.between)
    # One that is gone leaves the others where they are.
    if kept is not None and all(graph.rank.get(node, rank) == rank for node, rank in kept.rank.items()):
        places = grown(layers, graph.between, graph.found, spacing, kept)
        if places is not None:
            return [sorted(layer, key=at.__getitem__) for layer, at in zip(layers, places, strict=True)], places
    layers = ordered(layers, graph.between)
    return layers, placed(layers, graph.between, spacing)


def _routed(graph: _Graph, places: Places, across: Mapping[str, int], corner: int) -> tuple[list[list[Bus]], list[int]]:
    buses, counts = [], []
    for gap, some in enumerate(graph.between):
        pin(some, Side(places[gap], across, corner), Side(places[gap + 1], across, corner))
        found, count = tracked(some)
        buses.append(found)
        counts.append(count)
    return buses, counts


def _hidden(some: Sequence[Bus]) -> bool:
    """Whether a line would be crossed where it leaves its task, so that nobody would see that it does."""
    leaves = {
        at: bus.piece.net
        for bus in some
        for top, at in zip(bus.piece.tops, bus.piece.at_tops, strict=True)
        if isinstance(top, str)
    }
    first = [bus for bus in some if bus.track == 0]
    return any(
        leaves.get(at, bus.piece.net) != bus.piece.net
        for bus in first
        for at in range(min(bus.cells), max(bus.cells) + 1)
    )
