"""A field that filters a list under it: up and down move in the list."""

from textual.message import Message

from hgtui.ui.widgets.field import Field


class Finder(Field):
    """A field over a list."""

    class Stepped(Message):
        """The person wants another row: `by` one row or, with `page`, one page."""

        def __init__(self, by: int, *, page: bool = False) -> None:
            super().__init__()
            self.by, self.page = by, page

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up in the list."""
        self.post_message(self.Stepped(-1))

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down in the list."""
        self.post_message(self.Stepped(1))

    def action_cursor_page_up(self) -> None:
        """Move up in the list by a page."""
        self.post_message(self.Stepped(-1, page=True))

    def action_cursor_page_down(self) -> None:
        """Move down in the list by a page."""
        self.post_message(self.Stepped(1, page=True))
