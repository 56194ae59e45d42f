"""The lines between two layers: each turns on a track of its own, so that none lies on another; they only cross.

A line comes down at its cell above, turns into its track, and goes down at its cell below. Where one line comes down at the
cell at which another leaves, the first has to turn before the second (the vertical constraints of channel routing, Hashimoto
and Stevens, 1971); where that goes round in a ring, one of them turns twice.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from hgtui.ui.graph.nets import Piece


@dataclass(slots=True)
class Bus:
    """What of a piece lies on one track, from cell `low` to `high`. `tops` come from the layer above, `bottoms` go below.

    A piece that turns twice has two: the second hangs on the first, `above`, at the cell `link`.
    """

    piece: Piece
    tops: list[int]
    bottoms: list[int]
    above: "Bus | None" = None
    below: "Bus | None" = None
    link: int = -1
    track: int = -1
    after: list[int] = field(default_factory=list)
    """The buses that must lie on a later track."""
    waits: int = 0
    """For how many others it waits."""
    least: int = 0

    @property
    def cells(self) -> list[int]:
        """All cells at which it has an arm."""
        return [*self.tops, *self.bottoms, *([self.link] if self.link >= 0 else [])]

    @property
    def straight(self) -> bool:
        """Whether it goes straight down and needs no track."""
        return self.link < 0 and self.tops == self.bottoms and len(self.tops) == 1


def tracked(some: Iterable[Piece]) -> tuple[list[Bus], int]:
    """Return the buses of the pieces between two layers with their tracks, and how many tracks there are."""
    buses = [Bus(piece, piece.at_tops, piece.at_bottoms) for piece in some]
    turning = [at for at, bus in enumerate(buses) if not bus.straight]
    enters = {cell: at for at in turning for cell in buses[at].bottoms}
    for at in turning:
        for cell in buses[at].tops:
            if (other := enters.get(cell, at)) != at:
                buses[at].after.append(other)
                buses[other].waits += 1
    return buses, _assign(buses, turning)


def _assign(buses: list[Bus], turning: Sequence[int]) -> int:
    """Give each bus the first track that is free for it behind those that come before it; return how many there are."""
    tracks: list[list[tuple[int, int]]] = []
    left = dict.fromkeys(turning)
    ready = [(_wish(buses[at]), at) for at in turning if not buses[at].waits]
    heapify(ready)
    used: set[int] | None = None
    while left:
        if not ready:
            if used is None:
                used = {cell for bus in buses for cell in bus.cells}
            at = _in_a_ring(buses, left)
            second = _split(buses, at, used)
            left[second] = None
            ready.append((_wish(buses[at]), at))
        _, at = heappop(ready)
        del left[at]
        bus = buses[at]
        bus.track = _free(tracks, bus)
        for other in bus.after:
            buses[other].waits -= 1
            buses[other].least = max(buses[other].least, bus.track + 1)
            if not buses[other].waits:
                heappush(ready, (_wish(buses[other]), other))
    return len(tracks)


def _wish(bus: Bus) -> tuple[int, int]:
    """In which order buses are taken, so that few cross: of those that go on to the right the rightmost first."""
    top, bottom = min(bus.tops or bus.cells), max(bus.bottoms or bus.cells)
    return (0, -top) if bottom >= top else (1, top)


def _free(tracks: list[list[tuple[int, int]]], bus: Bus) -> int:
    cells = bus.cells
    low, high = min(cells), max(cells)
    for number in range(bus.least, len(tracks)):
        row = tracks[number]
        at = bisect_left(row, (low, high))
        if (at == len(row) or row[at][0] > high) and (at == 0 or row[at - 1][1] < low):
            insort(row, (low, high))
            return number
    while len(tracks) <= bus.least:
        tracks.append([])
    if tracks[-1]:
        tracks.append([])
    tracks[-1].append((low, high))
    return len(tracks) - 1


def _in_a_ring(buses: Sequence[Bus], left: Iterable[int]) -> int:
    """Return a bus that waits for itself by way of others."""
    left = list(left)
    before = {other: at for at in left for other in buses[at].after}
    at, seen = left[0], set()
    while at not in seen:
        seen.add(at)
        at = before.get(at, at)
    return at


def _split(buses: list[Bus], at: int, used: set[int]) -> int:
    """Let a bus turn twice: the first half no longer waits, the second waits for it as well; return the second."""
    bus = buses[at]
    middle = sum(bus.cells) // len(bus.cells)
    link = next(
        cell
        for by in range(len(used) + middle + 2)
        for cell in (middle + by, middle - by)
        if cell >= 0 and cell not in used
    )
    used.add(link)
    second = Bus(bus.piece, [], bus.bottoms, above=bus, link=link, waits=bus.waits + 1, least=bus.least)
    buses.append(second)
    number = len(buses) - 1
    for other in buses:
        other.after = [number if one == at else one for one in other.after]
    bus.bottoms, bus.below, bus.link = [], second, link
    bus.after.append(number)
    bus.waits = bus.least = 0
    return number
