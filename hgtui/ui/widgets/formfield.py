"""A field of the form of a task."""

from textual.message import Message

from hgtui.ui.widgets.field import Field


class FormField(Field):
    """A field of the form: from its first line up and from its last line down the form goes on."""

    class Left(Message):
        """The person goes on from the field, `by` 1 down or -1 up."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, text: str, *, name: str, id: str) -> None:
        super().__init__(text, id=id)
        self.argument = name

    @property
    def before_cursor(self) -> str:
        """What stands on the line before the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def action_cursor_down(self, select: bool = False) -> None:
        """Go a line down, from the last one out of the field."""
        if self.cursor_location[0] >= self.document.line_count - 1 and not select:
            self.post_message(self.Left(1))
        else:
            super().action_cursor_down(select)

    def action_cursor_up(self, select: bool = False) -> None:
        """Go a line up, from the first one out of the field."""
        if self.cursor_location[0] == 0 and not select:
            self.post_message(self.Left(-1))
        else:
            super().action_cursor_up(select)
