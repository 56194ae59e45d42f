"""The pane that shows a plan against another one."""

from textual.content import Content

from hgtui.ui.comparing import Compared, compared_lines
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line


class DiffPane(Rows):
    """What differs, by task. It is on the screen only while there is something to compare."""

    empty = "Nothing differs."

    def __init__(self) -> None:
        super().__init__(id="diff")
        self.two: Compared | None = None
        self._lines: list[Line] = []

    def compare(self, two: Compared | None) -> None:
        """Show a comparison, or none."""
        if two != self.two:
            self.cursor = 0
        self.two = two
        self.reload()

    def reload(self) -> None:
        """Write the lines for the width that there is."""
        width = max(self.scrollable_content_region.width - 2, 20)
        self._lines = compared_lines(self.two, width) if self.two else []
        # As content: a title that is given as a str is read as markup, and a model may be called anything.
        self.border_title = Content(self.two.title if self.two else "")
        self.border_subtitle = Content(_keys(self.two) if self.two else "")
        self.show(len(self._lines))

    def on_resize(self) -> None:
        """Write the lines for the new width."""
        self.reload()
        super().on_resize()

    def line(self, index: int, width: int) -> Line:
        """Return one line of the comparison."""
        return self._lines[index]


def _keys(two: Compared) -> str:
    if two.kind == "revision":
        return "enter take it · esc keep mine · c comment again"
    return "enter take it · esc back to the plan before" if two.kind == "controller" else "esc back"
