"""A field of the form of a task."""

from textual import events
from textual.message import Message

from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.pathfield import pasted_paths


class FormField(Field):
    """A field of the form: from its first line up and from its last line down the form goes on."""

    class Left(Message):
        """The person goes on from the field, `by` 1 down or -1 up."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, text: str, *, name: str, id: str, is_file: bool = False, is_list: bool = False) -> None:
        super().__init__(text, id=id)
        self.argument, self.is_file, self.is_list = name, is_file, is_list

    @property
    def before_cursor(self) -> str:
        """What stands on the line before the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()  # or Textual asks the class above once more
        paths = await pasted_paths(event.text) if self.is_file or not self.text else ()
        if paths and self.is_file and not self.is_list:
            self.select_all()  # the field is one path: what is dropped takes its place
        if paths:
            before = "\n" if self.is_list and self.before_cursor else ""
            event = events.Paste(before + ("\n".join(paths) if self.is_list else paths[0]))
        await super()._on_paste(event)

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
