"""A list of one-line rows with a cursor: draws only the rows that are seen, and repaints only those that changed."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hgtui.core.text import clean
from hgtui.ui.keys import keys_of
from hgtui.ui.words import Line

ROLES = ("dim", "bold", "good", "bad", "warn", "busy", "accent", "turn")


def strip_of(line: Line, widget: ScrollView, width: int, *, row: str = "") -> Strip:
    """Draw a line: each piece in the colour of its role, the whole on the ground of `row` where one is named."""
    ground = widget.get_component_rich_style(f"rows--{row}") if row else widget.rich_style
    segments = []
    style: Style | None
    for text, role in line:
        if role.startswith("#"):  # a colour of its own, as of a box in a picture
            style = Style(color=role)
        else:
            # A reversed blank would be a block of that colour.
            known = role if text.strip() else ""
            style = widget.get_component_rich_style(f"rows--{known}", partial=True) if known else None
        segments.append(Segment(clean(text), ground + style if style else ground))
    return Strip(segments).adjust_cell_length(width, ground)


class Rows(ScrollView, can_focus=True):
    """Rows with a cursor. A subclass says how many there are (`show`) and how one looks (`line`)."""

    COMPONENT_CLASSES = {*(f"rows--{role}" for role in ROLES), "rows--cursor", "rows--here"}
    BINDINGS = [
        Binding(keys_of("down"), "move(1)", "down", show=False, id="down"),
        Binding(keys_of("up"), "move(-1)", "up", show=False, id="up"),
        Binding(keys_of("page_down"), "page(1)", "page down", show=False, id="page_down"),
        Binding(keys_of("page_up"), "page(-1)", "page up", show=False, id="page_up"),
        Binding(keys_of("first"), "go(0)", "first", show=False, id="first"),
        Binding(keys_of("last"), "go(-1)", "last", show=False, id="last"),
        Binding(keys_of("open"), "open", "open", show=False, id="open"),
    ]
    count: reactive[int] = reactive(0, init=False)
    cursor: reactive[int] = reactive(0, init=False)
    empty = ""
    """What stands there where there is no row."""
    led = False
    """Whether a field over it moves its cursor."""
    _laid: tuple[Size, Size, Size] | None = None

    @property
    def marks(self) -> bool:
        """Whether the row under the cursor is marked."""
        return True

    class Moved(Message):
        """The person moved the cursor."""

        def __init__(self, rows: "Rows", index: int) -> None:
            super().__init__()
            self.rows, self.index = rows, index

        @property
        def control(self) -> "Rows":
            """The widget that it comes from."""
            return self.rows

    class Opened(Moved):
        """The person pressed Enter on a row."""

    def line(self, index: int, width: int) -> Line:
        """Return the row at `index` for a width in cells."""
        raise NotImplementedError

    def show(self, count: int) -> None:
        """Take over how many rows there are, and draw all that are seen."""
        self.count = count
        self.cursor = max(0, min(self.cursor, count - 1))
        self.virtual_size = Size(self.scrollable_content_region.width, max(count, 1))
        self.refresh()

    def redraw(self, indexes: Iterable[int]) -> None:
        """Draw some rows again, those of them that are seen."""
        for index in self.seen(indexes):
            self.refresh_line(index)

    def seen(self, indexes: Iterable[int]) -> list[int]:
        """Return those of some rows that are on the screen."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        return [index for index in indexes if top <= index < top + height]

    def write_border(self, title: Content, under: Content) -> None:
        """Write what stands on the border, and draw those of its two lines that differ.

        A title that is set the usual way draws all that is in the border again (Textual 8.2).
        """
        size, gutter = self.outer_size, self.content_offset
        for name, words, y in (("_border_title", title, 0), ("_border_subtitle", under, size.height - 1)):
            before: Content = getattr(self, name) or Content()
            if (before.plain, before.spans) != (words.plain, words.spans):
                setattr(self, name, words)
                self.refresh(Region(-gutter.x, y - gutter.y, size.width, 1))

    def select(self, index: int) -> None:
        """Put the cursor on a row without telling anyone."""
        if 0 <= index < self.count:
            self.cursor = index

    def watch_cursor(self, before: int, after: int) -> None:
        """Draw the two rows that the cursor left and reached, and keep it in sight."""
        self.redraw((before, after))
        height = self.scrollable_content_region.height or 1
        top = self.scroll_offset.y
        if after < top:
            self.scroll_to(y=after, animate=False, force=True)
        elif after >= top + height:
            self.scroll_to(y=after - height + 1, animate=False, force=True)

    def on_resize(self) -> None:
        """Fit the rows to the new size."""
        self.fit()

    def fit(self) -> None:
        """Fit the rows to the width and keep the cursor in sight."""
        self.virtual_size = Size(self.scrollable_content_region.width, max(self.count, 1))
        self.watch_cursor(self.cursor, self.cursor)
        self.refresh()

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """Take over the size of a layout. Of the same size nothing is drawn: Textual 8.2 draws the bar after each layout."""
        seen = size, container_size, self.virtual_size
        if seen == self._laid:
            return False
        self._laid = seen
        return super()._size_updated(size, virtual_size, container_size, layout)

    def watch_has_focus(self, value: bool) -> None:
        """Show at the cursor whether keys go here."""
        super().watch_has_focus(value)
        self.refresh_line(self.cursor)

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is seen."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if self.count == 0 and index == 0:
            return strip_of((("  " + self.empty, "dim"),), self, width)
        if index >= self.count:
            return Strip.blank(width, self.rich_style)
        here = self.marks and index == self.cursor
        line = (("▸ " if here else "  ", "bold"), *self.line(index, max(width - 2, 0)))
        return strip_of(line, self, width, row=("cursor" if self.has_focus or self.led else "here") if here else "")

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by a page."""
        self._go(self.cursor + by * max(self.scrollable_content_region.height - 1, 1))

    def action_go(self, index: int) -> None:
        """Move the cursor to a row, -1 for the last."""
        self._go(self.count - 1 if index < 0 else index)

    def action_open(self) -> None:
        """Say that Enter was pressed on the row."""
        if self.count:
            self.post_message(self.Opened(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to where the mouse clicked; a second click opens."""
        index = event.y - self.content_region.y + self.region.y + self.scroll_offset.y
        if not 0 <= index < self.count:
            return
        if event.chain == 2:
            self.action_open()
        self._go(index)

    def _go(self, index: int) -> None:
        index = max(0, min(index, self.count - 1))
        if self.count and index != self.cursor:
            self.cursor = index
            self.post_message(self.Moved(self, index))
