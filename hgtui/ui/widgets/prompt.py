"""The prompt: a field that completes paths, takes dropped files, and has the requests of before at its first and last line."""

from hgtui.core.text import clean
from hgtui.ui.past import Past
from hgtui.ui.widgets.pathfield import PathField


class Prompt(PathField):
    """The prompt."""

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self.past = Past()

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up in the list of paths, else in the text, from its first line to the request before."""
        if (
            self.offers.display
            or select
            or not self.navigator.is_first_wrapped_line(self.selection.end)
            or not self._walk(-1)
        ):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down in the list of paths, else in the text, from its last line to the request behind."""
        if (
            self.offers.display
            or select
            or not self.navigator.is_last_wrapped_line(self.selection.end)
            or not self._walk(1)
        ):
            super().action_cursor_down(select)

    def _walk(self, by: int) -> bool:
        text = self.past.walk(by, self.text)
        if text is None:
            return False
        self.put(text)
        return True

    def put(self, text: str) -> None:
        """Write a text in place of what stands there, the cursor behind it; it may be of a run that was imported."""
        self.text = clean(text)
        self.move_cursor(self.document.end)
        self.leave()
