"""Lanes read back give exactly the edges between the rows, whatever the edges are."""

from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from hgtui.ui.graph.lanes import FEWEST, LAST, NODE, Lanes, lanes

Edge = tuple[int, int]
"""The row that reads, and the row that it reads."""

UP, DOWN, LEFT, RIGHT = "│╎├┤┼┴╰╯", "│╎├┤┼┬╭╮", "─┤┼┴╯┬╮", "─├┼┴╰┬╭"
DOUBLE = "║╢╖╜"


@dataclass
class Lane:
    """A lane as a reader follows it: down from a row, or up with all rows that have read it so far."""

    source: int | None
    readers: set[int] = field(default_factory=set)


def read_back(drawn: Lanes) -> tuple[set[Edge], set[int]]:
    """Follow each line from row to row; return the edges, and the rows that are joined to the double line."""
    edges: set[Edge] = set()
    bundled: set[int] = set()
    live: dict[int, Lane] = {}
    double = False
    for row, line in enumerate(drawn.rows):
        node = drawn.nodes[row]
        assert [at for at, char in enumerate(line) if char in NODE + LAST] == ([] if node is None else [node])
        for at, lane in live.items():
            assert at == node or line[at] in UP, f"the lane in {at} breaks off above row {row}"
            assert line[at] != ("╎" if lane.source is not None else "│"), "a lane has changed its direction"
        assert {at for at, char in enumerate(line) if char in UP} <= set(live), (
            f"a lane in row {row} comes from nowhere"
        )
        ends = [at for at, char in enumerate(line) if char in DOUBLE]
        assert (line[ends[0]] in "║╢╜" if ends else False) == double
        double = bool(ends) and line[ends[0]] in "║╢╖"
        if node is None:
            assert "─" not in line
            continue
        seen = {node}
        if node in live:
            edges |= _ended(live.pop(node), row)
        for by, enters, goes in ((-1, RIGHT, LEFT), (1, LEFT, RIGHT)):
            at = node + by
            while 0 <= at < len(line) and line[at] in enters + "│╎" + DOUBLE:
                char = line[at]
                if char in "│╎║":
                    # Crossed with a gap, if the line goes on behind it.
                    if not (0 <= at + by < len(line) and line[at - by] == "─" and line[at + by] == "─"):
                        break
                elif char in DOUBLE:
                    bundled.add(row)
                elif char != "─":
                    edges |= _joined(live, at, char, row)
                seen.add(at)
                if char not in goes + "│╎":
                    break
                at += by
        assert all(char in " │╎║" or at in seen for at, char in enumerate(line)), f"row {row} has a loose end: {line!r}"
        if line[node] == NODE:
            live[node] = Lane(row)
    assert not live
    assert not double
    return edges, bundled


def _joined(live: dict[int, Lane], at: int, char: str, row: int) -> set[Edge]:
    if char not in UP:
        live[at] = Lane(None, {row})
        return set()
    if char not in DOWN:
        return _ended(live.pop(at), row)
    lane = live[at]
    if lane.source is not None:
        return {(row, lane.source)}
    lane.readers.add(row)
    return set()


def _ended(lane: Lane, row: int) -> set[Edge]:
    return {(row, lane.source)} if lane.source is not None else {(reader, row) for reader in lane.readers}


def edges_of(reads: list[list[int] | None]) -> set[Edge]:
    return {(row, one) for row, some in enumerate(reads) for one in some or () if one != row and 0 <= one < len(reads)}


@st.composite
def rows(draw: st.DrawFn) -> list[list[int] | None]:
    """Rows that read others in any direction, in circles too, and some that are no task and that nobody reads."""
    count = draw(st.integers(0, 12))
    heads = draw(st.sets(st.integers(0, max(count - 1, 0)), max_size=2))
    tasks = [at for at in range(count) if at not in heads]
    one = st.sampled_from([*tasks, -1, count + 3]) if tasks else st.just(-1)
    return [None if at in heads else draw(st.lists(one, max_size=4)) for at in range(count)]


@given(rows())
def test_lanes_read_back_are_the_edges(reads: list[list[int] | None]) -> None:
    drawn = lanes(reads, most=60)
    assert read_back(drawn) == (edges_of(reads), set())
    assert len(drawn.rows) == len(reads) * bool(edges_of(reads))


@given(rows(), st.integers(0, 6))
@example([[], [], [], [], [0, 1, 2, 3]], 3)
@example([[4], [4], [3], [], []], 3)
def test_what_does_not_fit_is_in_the_double_line_and_the_rest_is_exact(
    reads: list[list[int] | None], most: int
) -> None:
    drawn, edges = lanes(reads, most), edges_of(reads)
    read, bundled = read_back(drawn)
    assert read <= edges
    assert bundled == {end for edge in edges - read for end in edge}
    assert drawn.width <= 2 * max(most, FEWEST) - 1


@given(rows(), st.integers(0, 6))
def test_every_line_is_equally_wide_and_the_same_each_time(reads: list[list[int] | None], most: int) -> None:
    drawn = lanes(reads, most)
    assert all(cell_len(line) == drawn.width for line in drawn.rows)
    assert drawn == lanes([None if some is None else tuple(some) for some in reads], most)


@pytest.mark.parametrize(
    ("reads", "drawn"),
    [
        ([], ()),
        ([[], [], []], ()),
        ([[], [0], [1]], ("●", "●", "◦")),
        ([[], [], [0, 1], [0, 2]], ("●  ", "│ ●", "├─●", "◦─╯")),
        # a line that only crosses a lane has a gap there
        ([[], [], [], [0, 2], [1]], ("●    ", "│ ●  ", "│ │ ●", "◦─│─╯", "  ◦  ")),
        # two rows below each other with nothing between them are not joined
        ([[], [0], [0], [0]], ("●  ", "├─◦", "├─◦", "◦  ")),
        # a row reads one below it
        ([[1], []], ("◦─╮", "  ◦")),
        ([[], None, [0]], ("●", "│", "◦")),
    ],
)
def test_lanes_look_as_in_a_log(reads: list[list[int] | None], drawn: tuple[str, ...]) -> None:
    assert lanes(reads, 8).rows == drawn


def test_a_thousand_lanes_take_no_more_columns_than_they_may() -> None:
    reads: list[list[int]] = [[] for _ in range(999)] + [list(range(999))]
    drawn = lanes(reads, 5)
    assert drawn.width <= 9
    read, bundled = read_back(drawn)
    assert len(read) == 3
    assert bundled == set(range(3, 1000))
