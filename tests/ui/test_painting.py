"""What is sent to the terminal leaves there what Textual's own updates would, in fewer bytes."""

from itertools import pairwise

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from hgtui.ui.painting import Painted

WIDTH, HEIGHT = 12, 4
CONSOLE = Console(color_system="truecolor", force_terminal=True, width=WIDTH, height=HEIGHT, legacy_windows=False)
STYLES = [Style(), Style(color="red"), Style(bgcolor="blue", bold=True)]


def strip(text: str, style: int, cut: int = 0) -> Strip:
    """A strip in one colour, or in two from `cut` on."""
    pieces = [(text[:cut], STYLES[style]), (text[cut:], STYLES[(style + 1) % 3])] if cut else [(text, STYLES[style])]
    return Strip([Segment(piece, colour) for piece, colour in pieces if piece])


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[int, Strip]]:
    """One row in pieces, as widgets beside each other give it."""
    cuts = sorted({0, *draw(st.sets(st.integers(1, WIDTH - 1), max_size=3)), WIDTH})
    alphabet = st.sampled_from("ab ")
    return [
        (
            left,
            strip(
                draw(st.text(alphabet, min_size=right - left, max_size=right - left)),
                draw(st.integers(0, 2)),
                draw(st.integers(0, 4)),
            ),
        )
        for left, right in pairwise(cuts)
    ]


@st.composite
def updates(draw: st.DrawFn) -> CompositorUpdate:
    lines = [draw(rows()) for _ in range(HEIGHT)]
    if draw(st.booleans()):
        return LayoutUpdate([[piece for _, piece in line] for line in lines], Region(0, 0, WIDTH, HEIGHT))
    spans = [
        (y, left, draw(st.integers(left + 1, WIDTH)))
        for y in sorted(draw(st.sets(st.integers(0, HEIGHT - 1), min_size=1)))
        for left in [draw(st.integers(0, WIDTH - 1))]
    ]
    ends = [[*(left for left, _ in line[1:]), WIDTH] for line in lines]
    return ChopsUpdate([dict(line) for line in lines], spans, ends)


def cells(stream: pyte.Stream, screen: pyte.Screen, data: str) -> list[object]:
    stream.feed(data)
    return [screen.buffer[y][x] for y in range(HEIGHT) for x in range(WIDTH)]


@given(st.lists(updates(), max_size=8))
def test_the_cells_are_those_of_the_whole_updates(several: list[CompositorUpdate]) -> None:
    painted, ours, whole = Painted(), pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
    for screen in (ours, whole):
        screen.reset_mode(pyte.modes.DECAWM)
    one, other = pyte.Stream(ours), pyte.Stream(whole)
    for update in several:
        sent = painted.only_new(update).render_segments(CONSOLE)
        assert cells(one, ours, sent) == cells(other, whole, update.render_segments(CONSOLE))


@given(updates())
def test_what_was_sent_is_not_sent_again_until_the_terminal_is_another(update: CompositorUpdate) -> None:
    painted = Painted()
    first = painted.only_new(update).render_segments(CONSOLE)
    assert painted.only_new(update).render_segments(CONSOLE) == ""
    painted.forget()
    assert painted.only_new(update).render_segments(CONSOLE) == first


def test_only_what_differs_in_a_row_is_sent() -> None:
    painted, console = Painted(), CONSOLE
    row = [Segment("aaaa", STYLES[0]), Segment("bbbb", STYLES[1]), Segment("cccc", STYLES[0])]
    painted.only_new(LayoutUpdate([[Strip(row)]], Region(0, 0, WIDTH, 1))).render_segments(console)
    changed = Strip([row[0], Segment("bbbb", STYLES[2]), row[2]])
    sent = painted.only_new(ChopsUpdate([{0: changed}], [(0, 5, 8)], [[WIDTH]])).render_segments(console)
    assert "\x1b[1;5H" in sent
    assert "a" not in sent
    assert "c" not in sent
    # the end of the row is still known
    assert painted.only_new(LayoutUpdate([[changed]], Region(0, 0, WIDTH, 1))).render_segments(console) == ""
