"""The line in which one writes what the log is searched for, above the footer."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from hgtui.ui.widgets.field import Field


class Find(Horizontal):
    """A mark and a field; what is written filters at once."""

    def __init__(self, words: str) -> None:
        super().__init__(id="find")
        self._words = words

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield Static("log ▸ ", id="find-mark", markup=False)
        yield Field(self._words, id="find-field", placeholder="words that a line must have")

    def on_mount(self) -> None:
        """Begin behind what is written there."""
        field = self.query_one(Field)
        field.move_cursor(field.document.end)
        field.focus()
