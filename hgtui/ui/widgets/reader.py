"""Lines to read, drawn ones and words, or a text of any length: only what is seen is folded and drawn."""

from collections.abc import Sequence

from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hgtui.ui.gallery import Shown
from hgtui.ui.longtext import LongText
from hgtui.ui.widgets.rows import ROLES, strip_of
from hgtui.ui.widgets.shown import paint


class Reader(ScrollView, can_focus=True):
    """What a result looks like, and below it a long text."""

    COMPONENT_CLASSES = {f"rows--{role}" for role in ROLES}
    BINDINGS = [
        Binding("j,down", "scroll_by(1)", "down", show=False, id="down"),
        Binding("k,up", "scroll_by(-1)", "up", show=False, id="up"),
        Binding("pagedown,space", "scroll_page(1)", "page down", show=False, id="page_down"),
        Binding("pageup,b", "scroll_page(-1)", "page up", show=False, id="page_up"),
        Binding("home,g", "scroll_home", "first", show=False, id="first"),
        Binding("end,G", "scroll_end", "last", show=False, id="last"),
    ]

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.drawn: tuple[Shown, ...] = ()
        self.text: LongText | None = None

    @property
    def width(self) -> int:
        """How many cells a line has."""
        return max(self.scrollable_content_region.width, 4)

    def show(self, drawn: Sequence[Shown], text: LongText | None = None) -> None:
        """Show lines, and a text below them."""
        self.drawn, self.text = tuple(drawn), text
        self._measure()
        self.refresh()

    def on_resize(self) -> None:
        """Take over the new width."""
        self._measure()

    def _measure(self) -> None:
        self.virtual_size = Size(self.width, len(self.drawn) + (len(self.text) if self.text else 0))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        at, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if at < len(self.drawn):
            return paint(self.drawn[at], self, width)
        row = self.text.row(at - len(self.drawn)) if self.text is not None else ""
        return strip_of(((row, ""),), self, width)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by some lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by a page."""
        self.action_scroll_by(pages * max(self.scrollable_content_region.height - 1, 1))

    def action_scroll_home(self) -> None:
        """Go to the first line."""
        self.scroll_to(y=0, animate=False, immediate=True)

    def action_scroll_end(self) -> None:
        """Go to the last line."""
        self.scroll_to(y=self.virtual_size.height, animate=False, immediate=True)
