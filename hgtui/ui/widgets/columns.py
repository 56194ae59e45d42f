"""Several columns beside each other that scroll together."""

from collections.abc import Sequence
from itertools import zip_longest

from textual.strip import Strip

from hgtui.ui.gallery import Shown
from hgtui.ui.whatif import GAP
from hgtui.ui.widgets.rows import Rows, strip_of
from hgtui.ui.widgets.shown import paint


class Columns(Rows):
    """What is read side by side; there is no cursor."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._rows: list[tuple[Shown | None, ...]] = []
        self._wide = 10

    def width_of(self, count: int) -> int:
        """Return how many cells each of so many columns has."""
        room = max(self.scrollable_content_region.width, 30)
        return max((room - len(GAP) * (count - 1)) // max(count, 1), 8)

    def fill(self, columns: Sequence[Sequence[Shown]]) -> None:
        """Show these columns."""
        self._wide = self.width_of(len(columns))
        self._rows = list(zip_longest(*columns))
        self.show(len(self._rows))

    def render_line(self, y: int) -> Strip:
        """Draw one line of all columns."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        pieces: list[Strip] = []
        for cell in self._rows[index]:
            if pieces:
                pieces.append(strip_of(((GAP, "dim"),), self, len(GAP)))
            pieces.append(paint(cell or (), self, self._wide))
        return Strip.join(pieces).adjust_cell_length(width, self.rich_style)

    def action_move(self, by: int) -> None:
        """Scroll by some rows."""
        self._scroll(self.scroll_offset.y + by)

    def action_page(self, by: int) -> None:
        """Scroll by a page."""
        self._scroll(self.scroll_offset.y + by * max(self.scrollable_content_region.height - 1, 1))

    def action_go(self, index: int) -> None:
        """Scroll to a row, -1 for the last."""
        self._scroll(self.count if index < 0 else index)

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, immediate=True)
