"""Edges that share an end as one tree of lines: a net has either one giver or one reader, so that each way through it is an edge.

Two nets never share a stretch of line. What one task gives to many leaves it as one line that branches; what many give to
one, each of them to no other, comes together on the way. A line that did both would read as edges that are not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hgtui.ui.graph.ranks import Edge

Pin = tuple[int, int]
"""A net's lane in a layer that it only passes: the number of the net, and that of the lane."""
End = str | Pin
"""What a line comes to in a layer: a task, or a lane."""


@dataclass(frozen=True, slots=True)
class Net:
    """The edges of a tree, as they are drawn: from an earlier layer to a later one.

    `spread` where it has one giver, else it has one reader; `back` where the edges are turned round.
    """

    edges: tuple[Edge, ...]
    spread: bool = True
    back: bool = False


@dataclass(slots=True)
class Piece:
    """What of a net lies between two layers: from `tops` in the one to `bottoms` in the next; one of both is single.

    `at_tops` and `at_bottoms` are the cells across where it leaves and enters.
    """

    net: int
    tops: list[End]
    bottoms: list[End]
    at_tops: list[int] = field(default_factory=list)
    at_bottoms: list[int] = field(default_factory=list)


def nets(edges: Iterable[Edge], back: frozenset[Edge], signs: Mapping[Edge, str]) -> list[Net]:
    """Return the nets of some edges. What comes together before a reader has the same sign."""
    straight = [edge for edge in edges if edge not in back]
    gives: dict[str, int] = {}
    for giver, _ in straight:
        gives[giver] = gives.get(giver, 0) + 1
    joined: dict[tuple[str, str], list[Edge]] = {}
    for edge in straight:
        if gives[edge[0]] == 1:
            joined.setdefault((edge[1], signs.get(edge, "")), []).append(edge)
    groups: dict[object, list[Edge]] = {}
    for edge in straight:
        both = (edge[1], signs.get(edge, ""))
        many = gives[edge[0]] == 1 and len(joined[both]) > 1
        groups.setdefault(both if many else edge[0], []).append(edge)
    found = [Net(tuple(group), spread=isinstance(key, str)) for key, group in groups.items()]
    return found + [Net((edge[::-1],), back=True) for edge in edges if edge in back]


def pieces(found: Sequence[Net], rank: Mapping[str, int]) -> list[list[Piece]]:
    """Return the pieces of nets by the layer that they begin in, and with that which lanes there are."""
    between: list[list[Piece]] = [[] for _ in range(max(rank.values(), default=0))]
    for number, net in enumerate(found):
        if net.spread:
            _spread(number, net, rank, between)
        else:
            _join(number, net, rank, between)
    return between


def _spread(number: int, net: Net, rank: Mapping[str, int], between: list[list[Piece]]) -> None:
    giver = net.edges[0][0]
    last = max(rank[reader] for _, reader in net.edges)
    by_rank: dict[int, list[End]] = {}
    for _, reader in net.edges:
        by_rank.setdefault(rank[reader], []).append(reader)
    top: End = giver
    for layer in range(rank[giver], last):
        bottoms = by_rank.get(layer + 1, [])
        lane: Pin = (number, 0)
        between[layer].append(Piece(number, [top], [*bottoms, lane] if layer + 1 < last else bottoms))
        top = lane


def _join(number: int, net: Net, rank: Mapping[str, int], between: list[list[Piece]]) -> None:
    reader = net.edges[0][1]
    tops: list[End] = []
    for at, (giver, _) in enumerate(net.edges):
        top: End = giver
        for layer in range(rank[giver], rank[reader] - 1):
            between[layer].append(Piece(number, [top], [(number, at)]))
            top = (number, at)
        tops.append(top)
    between[rank[reader] - 1].append(Piece(number, tops, [reader]))
