"""A long foreign text as plain lines that scroll: drawn a line at a time, so that its length costs nothing."""

from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hgtui.core.text import clean
from hgtui.ui.widgets.rows import ROLES, strip_of
from hgtui.ui.words import Line, folded

LONGEST = 60_000
"""How many characters are shown; who wants more reads it where it comes from."""


class Pager(ScrollView, can_focus=True):
    """A text to read. Markdown stays as it was written: nothing in it is a link, a picture or a control."""

    COMPONENT_CLASSES = {f"rows--{role}" for role in ROLES}
    BINDINGS = [
        Binding("j,down", "scroll_by(1)", "down", show=False, id="down"),
        Binding("k,up", "scroll_by(-1)", "up", show=False, id="up"),
        Binding("pagedown,space", "scroll_page(1)", "page down", show=False, id="page_down"),
        Binding("pageup,b", "scroll_page(-1)", "page up", show=False, id="page_up"),
        Binding("home,g", "scroll_home", "first", show=False, id="first"),
        Binding("end,G", "scroll_end", "last", show=False, id="last"),
    ]

    def __init__(self) -> None:
        super().__init__(id="pager")
        self._text = ""
        self._rest = 0
        self.lines: list[Line] = []

    def read(self, text: str) -> None:
        """Show a text, from its beginning."""
        self._rest = max(len(text) - LONGEST, 0)
        self._text = clean(text[:LONGEST]).expandtabs(4)
        self._fold()
        self.scroll_to(y=0, animate=False)

    def on_resize(self) -> None:
        """Fold the lines for the new width."""
        self._fold()

    def _fold(self) -> None:
        width = max(self.scrollable_content_region.width, 8)
        self.lines, code = [], False
        for line in self._text.split("\n") if self._text else []:
            fence = line.lstrip().startswith(("```", "~~~"))
            role = "dim" if fence else "accent" if code else "bold" if line.startswith("#") else ""
            code ^= fence
            self.lines += [((piece, role),) for piece in folded(line, width)]
        if self._rest:
            words = f"… cut here: {self._rest} more characters are in the original."
            self.lines += [(("", ""),), *(((piece, "warn"),) for piece in folded(words, width))]
        self.virtual_size = Size(width, len(self.lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        at, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        return strip_of(self.lines[at] if at < len(self.lines) else (), self, width)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by some lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by a page."""
        self.action_scroll_by(pages * max(self.scrollable_content_region.height - 1, 1))
