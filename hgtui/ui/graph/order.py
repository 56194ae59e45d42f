"""In which order the tasks and lanes of a layer stand, so that few lines cross: each near the middle of its neighbours.

The method of barycentres (Sugiyama, Tagawa and Toda, 1981); the order of the rows is kept where it crosses nothing.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence

from hgtui.ui.graph.nets import End, Piece

SWEEPS = ((200, 12), (600, 4), (1_000_000, 2))
"""How many sweeps are made at most, down and up in turn, for up to how many tasks and lanes."""


def layers_of(nodes: Sequence[str], rank: dict[str, int], between: Sequence[Sequence[Piece]]) -> list[list[End]]:
    """Return what stands in each layer: the tasks in the order of the rows, then the lanes."""
    layers: list[list[End]] = [[] for _ in range(len(between) + 1)] if nodes else []
    for node in nodes:
        layers[rank[node]].append(node)
    for layer, some in enumerate(between, 1):
        layers[layer] += [end for piece in some for end in piece.bottoms if not isinstance(end, str)]
    return layers


def ordered(layers: Sequence[Sequence[End]], between: Sequence[Sequence[Piece]]) -> list[list[End]]:
    """Return the layers with few crossings: the best of some sweeps, the first of those that are equally good."""
    now = [list(layer) for layer in layers]
    best, fewest = now, _crossings(now, between)
    count = sum(len(layer) for layer in layers)
    for sweep in range(next((many for most, many in SWEEPS if count <= most), 0)):
        if not fewest:
            break
        now = _swept(now, between, down=sweep % 2 == 0)
        found = _crossings(now, between)
        if found < fewest:
            best, fewest = now, found
    return best


def _swept(layers: Sequence[list[End]], between: Sequence[Sequence[Piece]], *, down: bool) -> list[list[End]]:
    found = list(layers)
    gaps = range(len(between)) if down else range(len(between) - 1, -1, -1)
    for gap in gaps:
        fixed, moved = (gap, gap + 1) if down else (gap + 1, gap)
        at = {end: place for place, end in enumerate(found[fixed])}
        near: dict[End, list[int]] = {}
        for piece in between[gap]:
            ours, theirs = (piece.bottoms, piece.tops) if down else (piece.tops, piece.bottoms)
            places = [at[one] for one in theirs]
            for end in ours:
                near.setdefault(end, []).extend(places)
        # One without neighbours stays about where it is.
        scale = max(len(found[fixed]), 1) / max(len(found[moved]), 1)
        keys = {
            end: sum(some) / len(some) if (some := near.get(end)) else place * scale
            for place, end in enumerate(found[moved])
        }
        found[moved] = sorted(found[moved], key=keys.__getitem__)
    return found


def _crossings(layers: Sequence[Sequence[End]], between: Sequence[Sequence[Piece]]) -> int:
    """Return how many pairs of lines cross, counted as inversions."""
    total = 0
    for gap, some in enumerate(between):
        top = {end: place for place, end in enumerate(layers[gap])}
        bottom = {end: place for place, end in enumerate(layers[gap + 1])}
        lines = sorted((top[one], bottom[other]) for piece in some for one in piece.tops for other in piece.bottoms)
        seen: list[int] = []
        for _, place in lines:
            total += len(seen) - bisect_left(seen, place + 1)
            insort(seen, place)
    return total
