"""Where tasks go that come while a plan streams in: everything that is there stays, what is new takes the nearest free place."""

import itertools
from collections.abc import Mapping, Sequence

from hgtui.ui.graph.nets import End, Net, Piece
from hgtui.ui.graph.places import Places, Spacing
from hgtui.ui.graph.shape import Kept

RESERVED = 2
"""How many tracks there are at least between two layers, so that a line that comes later moves no task."""


def key(end: End, found: Sequence[Net]) -> tuple[str, bool]:
    """Return by what a task, or a lane, is known in a later layout: its name, or that of what it comes from."""
    return (end, False) if isinstance(end, str) else (found[end[0]].edges[end[1]][0], True)


def stays(before: Kept, after: Kept) -> bool:
    """Whether each task that both layouts have stands in the same layer at the same place across."""
    for node, rank in before.rank.items():
        name = (node, False)
        if node in after.rank and (after.rank[node], after.places[rank].get(name)) != (rank, before.places[rank][name]):
            return False
    return True


def grown(
    layers: Sequence[Sequence[End]],
    between: Sequence[Sequence[Piece]],
    found: Sequence[Net],
    spacing: Spacing,
    kept: Kept,
) -> Places | None:
    """Return where everything stands, what was there in its place; None where that cannot be."""
    places: Places = []
    for layer, ends in enumerate(layers):
        known = kept.places[layer] if layer < len(kept.places) else {}
        here: dict[End, int] = {end: known[name] for end in ends if (name := key(end, found)) in known}
        if not _apart(here, spacing):
            return None
        before = places[-1] if places else {}
        wishes = _wishes(between[layer - 1] if layer else (), before, spacing)
        for end in ends:
            if end not in here:
                here[end] = _nearest(end, wishes.get(end), here, spacing)
        places.append(here)
    return places


def _wishes(some: Sequence[Piece], before: Mapping[End, int], spacing: Spacing) -> dict[End, int]:
    """Return where what has something above it would stand best."""
    near: dict[End, list[float]] = {}
    for piece in some:
        for end in piece.bottoms:
            near.setdefault(end, []).extend(before[top] + (spacing.size(top) - 1) / 2 for top in piece.tops)
    return {end: max(round(sum(some) / len(some) - (spacing.size(end) - 1) / 2), 0) for end, some in near.items()}


def _apart(here: Mapping[End, int], spacing: Spacing) -> bool:
    row = sorted(here, key=here.__getitem__)
    return all(
        here[one] + spacing.size(one) + spacing.gap(one, other) <= here[other] for one, other in itertools.pairwise(row)
    )


def _nearest(end: End, wish: int | None, here: Mapping[End, int], spacing: Spacing) -> int:
    """Return the free place next to where something would stand best, at the end of the layer where that is nowhere."""
    size = spacing.size(end)
    taken = [(at - size - (gap := spacing.gap(end, one)), at + spacing.size(one) + gap) for one, at in here.items()]
    if wish is None:
        return max((high for _, high in taken), default=0)
    ways = {wish, *(low for low, _ in taken), *(high for _, high in taken)}
    free = (at for at in ways if at >= 0 and not any(low < at < high for low, high in taken))
    return min(free, key=lambda at: (abs(at - wish), at))
