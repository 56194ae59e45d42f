"""What is painted for a change: the same cells as Textual itself would paint, from fewer lines."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from hgtui.ui.placing import Placing

WIDTH, HEIGHT = 60, 20
Cells = dict[tuple[int, int], tuple[str, object]]


class Panes(Screen[None]):
    """Panes beside each other, one that scrolls, one behind another, and what hangs over their edges."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = Placing()

    def compose(self) -> ComposeResult:
        words = "\n".join(f"{line} 界 wide and narrow words here and there" for line in range(30))
        with Horizontal(id="row"):
            with VerticalScroll(id="left"):
                yield Static(words, id="long")
            yield Static(words, id="right")
        yield Static(words, id="wide")
        yield Static("over", id="over")
        yield Static("foot 脚", id="foot")


class Shown(App[None]):
    CSS = """
    Panes { layers: below above; }
    #row { height: 14; }
    #left { width: 25; border: round red; border-title-align: left; background: $surface; }
    #long { height: 30; padding: 1 2; background: $panel; }
    #right { width: 1fr; border: round blue; opacity: 60%; }
    #over { layer: above; width: 20; height: 5; offset: 17 9; background: green; border: heavy white; }
    #foot { dock: bottom; height: 2; }
    #wide { width: 90; height: 4; offset: -5 0; }
    """

    def get_default_screen(self) -> Screen[None]:
        return Panes()


def painted(update: ChopsUpdate | None) -> Cells:
    """Return what each cell of the spans that are sent becomes."""
    cells: Cells = {}
    if update is None:
        return cells
    for y, x1, x2 in update.spans:
        for x, strip in update.chops[y].items():
            at = x
            for segment in strip or ():
                for sign in segment.text:
                    for _ in range(cell_len(sign)):
                        if x1 <= at < x2:
                            cells[at, y] = (sign, segment.style)
                        at += 1
    return cells


class Lines:
    """Counts the lines that widgets are asked for."""

    def __init__(self) -> None:
        self.count = 0

    def watch(self, widget: Widget) -> None:
        fetch = widget.render_lines

        def counted(crop: Region) -> object:
            self.count += crop.height
            return fetch(crop)

        widget.render_lines = counted  # type: ignore[method-assign, assignment]


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.builds(Region, st.integers(0, 50), st.integers(0, 16), st.integers(1, 30), st.integers(1, 6)),
    ),
    min_size=1,
    max_size=4,
)


async def test_a_change_is_painted_as_textual_paints_it_from_fewer_lines() -> None:
    app = Shown()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.screen.query_one("#left").scroll_to(y=5, animate=False)
        await pilot.pause()
        placing = app.screen._compositor
        assert isinstance(placing, Placing)
        widgets = list(placing.visible_widgets)
        assert len(widgets) >= 8
        lines = Lines()
        for widget in widgets:
            lines.watch(widget)
        theirs = ours = 0

        @settings(max_examples=60, deadline=None)
        @given(CHANGES)
        def same(changes: list[tuple[int, Region]]) -> None:
            nonlocal theirs, ours
            changed = []
            for number, region in changes:
                place, clip = placing.visible_widgets[widgets[number % len(widgets)]]
                if seen := region.translate(place.offset).intersection(place).intersection(clip):
                    changed.append(seen)
            lines.count = 0
            placing._dirty_regions = set(changed)
            expected = painted(Compositor.render_partial_update(placing))
            theirs, lines.count = theirs + lines.count, 0
            placing._dirty_regions = set(changed)
            got = placing.render_partial_update()
            assert painted(got) == expected
            assert len(expected) == len({(x, y) for one in changed for y in one.line_range for x in one.column_range})
            ours += lines.count

        same()
        assert ours < theirs / 3
