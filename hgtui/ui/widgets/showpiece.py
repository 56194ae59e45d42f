"""A result in the conversation: a small picture, the waveform of a sound, a table. Import it late, as the answer."""

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hgtui.ui.exhibits import Exhibit
from hgtui.ui.gallery import HasGallery, Shown
from hgtui.ui.widgets.rows import ROLES, strip_of
from hgtui.ui.widgets.shown import paint
from hgtui.ui.words import fit

CELLS = (48, 14)
"""How large a picture is at the most: the task pane shows it larger, Enter there over the whole screen."""
ROWS = 16
"""How many lines are shown; what is longer is a table, which the task pane has whole."""


SHORT = 7
"""So many rows of a table are seen whole below a picture, its head among them."""


class Showpiece(ScrollView, can_focus=False):
    """As high as what it shows; drawn once its width is known."""

    COMPONENT_CLASSES = {f"rows--{role}" for role in ROLES}

    def __init__(self, caption: str, shown: Exhibit) -> None:
        super().__init__(classes="turn -result")
        self._caption, self._exhibit = caption, shown
        self.lines: tuple[Shown, ...] = ()

    def on_mount(self) -> None:
        """Begin with its caption."""
        self._take(())

    def on_resize(self) -> None:
        """Draw for the width that there is."""
        self._ask()

    def _ask(self) -> None:
        screen = self.screen if self.is_attached else None
        width = self.scrollable_content_region.width - 1
        if not isinstance(screen, HasGallery) or width < 4:
            return
        # Below the picture stand its size and its table: a short one is to be seen whole.
        room = ROWS - 1 - min(len(self._exhibit.rows), SHORT) if self._exhibit.rows else CELLS[1]
        drawn = screen.gallery.ask(self._exhibit, min(width, CELLS[0]), min(room, CELLS[1]), self._ask)
        if drawn is None:
            return
        lines, left = drawn.lines[:ROWS], len(drawn.lines) - ROWS
        more: tuple[Shown, ...] = ((("… 3 and enter show all of it", "dim"),),) if left > 0 else ()
        self._take((*lines, *more))

    def _take(self, lines: tuple[Shown, ...]) -> None:
        room = max(self.scrollable_content_region.width - 3, 4)
        self.lines = ((("▣ ", "good"), (fit(self._caption, room).rstrip(), "dim")), *lines)
        if self.styles.height is None or self.styles.height.value != len(self.lines):
            self.styles.height = len(self.lines)
        self.virtual_size = Size(self.size.width, len(self.lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.scrollable_content_region.width
        shown: Shown = self.lines[y] if y < len(self.lines) else ()
        return Strip.join([strip_of(((" ", ""),), self, 1), paint(shown, self, max(width - 1, 0))])
