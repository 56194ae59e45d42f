"""Lanes beside the rows of a plan, as in `git log --graph`: one line for each row, each vertical line one task's result.

    ●      0
    │ ●    1
    ├─●    2  reads 0, and in its place 1, which nobody reads after it
    ◦─╯    3  reads 0 and 2, and nobody reads it

A row's node is `●` where a lane goes on below it, else `◦`. A joint has an arm to its side; where a line only crosses a
lane, it has a gap there. A dashed lane goes up: a row reads one that stands below it. Where there are more lanes than
columns, the double line at the right holds those that have none; rows that begin or end there are joined to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

NODE, LAST = "●", "◦"
FEWEST = 3
"""How many columns there are at least where lanes are put together: one for a lane, one for a node, the double line."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """A text of the same width in cells for each row, and at which cell of it the row's node stands, None for no node."""

    rows: tuple[str, ...] = ()
    nodes: tuple[int | None, ...] = ()

    @property
    def width(self) -> int:
        """How many cells it takes; 0 where no row reads another."""
        return len(self.rows[0]) if self.rows else 0


@dataclass(slots=True)
class _Lane:
    """A result on its way: down from the row `source` to the last that reads it, or up to `source` from the first."""

    source: int
    end: int
    up: bool = False


class _TooManyError(Exception):
    """There are more lanes than columns."""


def lanes(reads: Sequence[Sequence[int] | None], most: int) -> Lanes:
    """Return the lanes of rows in at most `most` columns (at least `FEWEST`).

    `reads` has for each row the rows whose results it reads, None for a row that is no task. What a row reads of itself
    is left out, and so is what is no row.
    """
    wanted = [_wanted(row, one, len(reads)) for row, one in enumerate(reads)]
    if not any(wanted):
        return Lanes()
    most = max(most, FEWEST)
    try:
        drawn = _Drawing(reads, wanted, most, bundle=False).draw()
    except _TooManyError:
        drawn = _Drawing(reads, wanted, most, bundle=True).draw()
    return drawn


def _wanted(row: int, reads: Sequence[int] | None, count: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one for one in reads or () if one != row and 0 <= one < count))


@dataclass(slots=True)
class _Drawing:
    reads: Sequence[Sequence[int] | None]
    wanted: list[tuple[int, ...]]
    most: int
    bundle: bool
    columns: list[_Lane | None] = field(default_factory=list)
    lines: list[dict[int, str]] = field(default_factory=list)
    nodes: list[int | None] = field(default_factory=list)
    downs: dict[int, int] = field(default_factory=dict)
    hidden: dict[tuple[int, bool], int] = field(default_factory=dict)
    """The lanes in the double line, by source and direction, and where each ends."""
    ups: set[int] = field(default_factory=set)

    def draw(self) -> Lanes:
        """Go down the rows. Raises _TooManyError where the columns do not suffice and there is no double line."""
        for row, sources in enumerate(self.wanted):
            for source in sources:
                if source < row:
                    self.downs[source] = row
        for row in range(len(self.wanted)):
            self._row(row)
        last = max(max(line, default=0) for line in self.lines)
        rows = tuple("".join(line.get(cell, " ") for cell in range(last + 1)) for line in self.lines)
        return Lanes(rows, tuple(self.nodes))

    @property
    def _room(self) -> int:
        """How many columns lanes may have: beside the double line one is kept for nodes."""
        return self.most - 2 if self.bundle else self.most

    def _row(self, row: int) -> None:
        line = {2 * at: "╎" if lane.up else "│" for at, lane in enumerate(self.columns) if lane}
        came = bool(self.hidden)
        if self.reads[row] is None:
            if came:
                line[2 * (self.most - 1)] = "║"
            self._keep(line, None)
            return
        joined = {at for at, lane in enumerate(self.columns) if lane and self._joins(lane, row)}
        touches = self._hidden_joins(row)
        ends = [at for at in joined if self._lane(at).end == row]
        node = min(ends) if ends else self._free(joined)
        self.columns[node] = None
        begins, hides = self._begin_up(row, node)
        down = self._begin_down(row, node)
        touches |= hides or (down and self.columns[node] is None)
        for at in ends:
            if at != node:
                self.columns[at] = None
        self._join(line, node, (joined - {node}) | begins, begins, set(ends), touches=touches)
        line[2 * node] = NODE if self.columns[node] else LAST
        if touches or came:
            self._double(line, came=came, touches=touches)
        self._keep(line, 2 * node)

    def _keep(self, line: dict[int, str], node: int | None) -> None:
        self.lines.append(line)
        self.nodes.append(node)

    def _lane(self, at: int) -> _Lane:
        lane = self.columns[at]
        if lane is None:
            raise LookupError(f"no lane in column {at}")
        return lane

    def _joins(self, lane: _Lane, row: int) -> bool:
        return lane.end == row or lane.source in self.wanted[row]

    def _hidden_joins(self, row: int) -> bool:
        """Whether a row begins or ends at a lane of the double line; those that end here leave it."""
        joined = [key for key in ((row, True), *((one, one > row) for one in self.wanted[row])) if key in self.hidden]
        for key in joined:
            if self.hidden[key] == row:
                del self.hidden[key]
        return bool(joined)

    def _free(self, taken: set[int]) -> int:
        """Return the first column for a node that no lane has."""
        for at, lane in enumerate(self.columns):
            if lane is None and at not in taken:
                return at
        if len(self.columns) >= (self.most - 1 if self.bundle else self.most):
            raise _TooManyError
        self.columns.append(None)
        return len(self.columns) - 1

    def _begin_down(self, row: int, node: int) -> bool:
        """Begin the lane of a row's result; return whether there is one. It stays below its node, or in the double line."""
        end = self.downs.get(row)
        if end is None:
            return False
        if node < self._room:
            self.columns[node] = _Lane(row, end)
        else:
            self.hidden[row, False] = end
        return True

    def _begin_up(self, row: int, node: int) -> tuple[set[int], bool]:
        """Begin a lane to each row below that this one reads as the first; return their columns, and whether some have none."""
        begun: set[int] = set()
        hides = False
        for source in self.wanted[row]:
            if source < row or source in self.ups:
                continue
            self.ups.add(source)
            at = next((at for at in range(self._room) if self._empty(at) and at != node), None)
            if at is None and not self.bundle:
                raise _TooManyError
            if at is None:
                self.hidden[source, True] = source
                hides = True
                continue
            self.columns += [None] * (at + 1 - len(self.columns))
            self.columns[at] = _Lane(source, source, up=True)
            begun.add(at)
        return begun, hides

    def _empty(self, at: int) -> bool:
        return at >= len(self.columns) or self.columns[at] is None

    def _join(
        self, line: dict[int, str], node: int, joined: set[int], begins: set[int], ends: set[int], *, touches: bool
    ) -> None:
        """Draw the line from the node to the lanes that it joins, with a gap at those that it crosses."""
        double = {self.most - 1} if touches else set()
        left, right = min({node} | joined), max({node} | joined | double)
        for cell in range(2 * left, 2 * right + 1):
            line.setdefault(cell, "─")
        for at in joined:
            # What ends here came from above, what begins here goes down.
            arms = "┬╭╮" if at in begins else "┴╰╯" if at in ends else "┼├┤"
            line[2 * at] = arms[1] if at == left else arms[2] if at == right else arms[0]

    def _double(self, line: dict[int, str], *, came: bool, touches: bool) -> None:
        goes = bool(self.hidden)
        line[2 * (self.most - 1)] = "║" if not touches else "╢" if came and goes else "╖" if goes else "╜"
