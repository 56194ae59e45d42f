"""At which cell of its side a task has each of its lines: a cell of its own for each net, straight on where that can be."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from hgtui.ui.graph.nets import End, Piece


class Side:
    """The cells of one side of the tasks in a layer: where each begins, how many it has, and how many of its ends are corners."""

    def __init__(self, places: Mapping[End, int], sizes: Mapping[str, int], corner: int) -> None:
        self._places, self._sizes, self._corner = places, sizes, corner

    def cells(self, end: str) -> range:
        """Return the cells of a task that a line may leave or enter at."""
        start = self._places[end]
        return range(start + self._corner, start + self._sizes[end] - self._corner)

    def middle(self, end: End) -> float:
        """Return where the middle of something is."""
        return self._places[end] + ((self._sizes[end] - 1) / 2 if isinstance(end, str) else 0)

    def at(self, end: End) -> int:
        """Return the cell of a lane."""
        return self._places[end]


def needed(between: Sequence[Sequence[Piece]]) -> dict[str, int]:
    """Return how many cells each task needs on the side where it has more lines."""
    most: dict[str, int] = {}
    for some in between:
        for side in ("tops", "bottoms"):
            counts: dict[str, int] = {}
            for piece in some:
                for end in getattr(piece, side):
                    if isinstance(end, str):
                        counts[end] = counts.get(end, 0) + 1
            for end, count in counts.items():
                most[end] = max(most.get(end, 0), count)
    return most


def pin(some: Sequence[Piece], above: Side, below: Side) -> None:
    """Give each line between two layers the cell where it leaves and the one where it enters."""
    leaving = _of_tasks(some, "tops")
    cell: dict[tuple[int, End], int] = {}
    for end, numbers in leaving.items():
        numbers.sort(key=lambda number: _middle(below, some[number].bottoms))
        for number, at in zip(numbers, _spread(above.cells(end), len(numbers)), strict=True):
            cell[number, end] = at
    for number, piece in enumerate(some):
        piece.at_tops = [cell[number, end] if isinstance(end, str) else above.at(end) for end in piece.tops]
    taken = {at: number for number, piece in enumerate(some) for at in piece.at_tops}
    for end, numbers in _of_tasks(some, "bottoms").items():
        numbers.sort(key=lambda number: sum(some[number].at_tops) / len(some[number].at_tops))
        for number, at in zip(numbers, _entries(some, numbers, below.cells(end), taken), strict=True):
            cell[number, end] = at
    for number, piece in enumerate(some):
        piece.at_bottoms = [cell[number, end] if isinstance(end, str) else below.at(end) for end in piece.bottoms]


def _of_tasks(some: Sequence[Piece], side: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, piece in enumerate(some):
        for end in getattr(piece, side):
            if isinstance(end, str):
                found.setdefault(end, []).append(number)
    return found


def _middle(side: Side, ends: Sequence[End]) -> float:
    return sum(side.middle(end) for end in ends) / len(ends)


def _spread(cells: range, count: int) -> list[int]:
    """Return so many of the cells, evenly."""
    return [
        cells[(2 * at + 1) * len(cells) // (2 * count) - (len(cells) % 2 == 0 and count == 1)] for at in range(count)
    ]


def _entries(some: Sequence[Piece], numbers: Sequence[int], cells: range, taken: Mapping[int, int]) -> list[int]:
    """Return the cell for each line that enters a task: straight on where it can, else evenly.

    Where another line leaves at the same cell above, the two could only pass each other: such a cell comes last.
    """
    own = set(numbers)
    free = [at for at in cells if taken.get(at, -1) == -1 or taken[at] in own]
    allowed = free if len(free) >= len(numbers) else list(cells)
    found: list[int] = []
    for place, (number, even) in enumerate(zip(numbers, _spread(cells, len(numbers)), strict=True)):
        tops = some[number].at_tops
        straight = tops[0] if len(tops) == 1 else round(sum(tops) / len(tops))
        wanted = straight if straight in cells else even
        low, high = (found[-1] + 1 if found else 0), len(allowed) - len(numbers) + place
        found.append(min(max(bisect_left(allowed, wanted), low), high))
    return [allowed[at] for at in found]
