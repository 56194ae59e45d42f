"""The list under a field: what could stand in it, by key and mouse."""

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from hgtui.ui.completing import Choice
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line, fit

SHOWN = 6
"""How many rows are seen at once."""


class Choices(Rows):
    """Choices with a cursor. Enter or a click takes one, Esc and the way up lead back to the field."""

    BINDINGS = [Binding("escape", "leave", "Back to the field", show=False, id="close_choices")]

    class Picked(Message):
        """The person took one."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    class Left(Message):
        """The person goes back to the field."""

    class Typed(Message):
        """The person went on writing: what is typed belongs into the field, and is no key of the workbench."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(id="choices")
        self.items: list[Choice] = []
        self.takes = False
        """Whether Enter in the field takes the first one."""
        self.display = False

    @property
    def marks(self) -> bool:
        """Whether Enter would take the one under the cursor."""
        return self.has_focus or self.takes

    def offer(self, items: list[Choice], *, after: Widget, takes: bool = False) -> None:
        """Show choices below a field, or nothing where there are none; `takes` where Enter in it takes the first."""
        if self.has_focus and not items:
            self.post_message(self.Left())
        self.items, self.takes = items, takes
        self.cursor = 0
        self.display = bool(items)
        self.styles.height = min(len(items), SHOWN)
        parent = self.parent
        if items and isinstance(parent, Widget) and parent.children.index(self) != parent.children.index(after) + 1:
            parent.move_child(self, after=after)
        self.border_title = Content("")
        self.show(len(items))

    def line(self, index: int, width: int) -> Line:
        """Return one choice."""
        one = self.items[index]
        label = min(max((len(item.label) for item in self.items), default=8) + 2, max(width // 2, 8))
        role = {"mend": "good", "result": "accent"}.get(one.kind, "")
        role = role if one.runs else "dim"
        return (fit(one.label, label), role or "bold"), (fit(one.about, max(width - label, 0)), "dim")

    def action_move(self, by: int) -> None:
        """Move the cursor; from the first one up back to the field."""
        if self.cursor == 0 and by < 0:
            self.post_message(self.Left())
        else:
            super().action_move(by)

    def action_open(self) -> None:
        """Take the one under the cursor."""
        if self.cursor < len(self.items):
            self.post_message(self.Picked(self.items[self.cursor]))

    def action_leave(self) -> None:
        """Go back to the field."""
        self.post_message(self.Left())

    def on_key(self, event: events.Key) -> None:
        """Send what can be written to the field."""
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.character))

    def on_click(self, event: events.Click) -> None:
        """Take the one that was clicked."""
        event.stop()
        event.prevent_default()  # Textual gives it to the rows as well
        index = event.y + self.scroll_offset.y
        if 0 <= index < len(self.items):
            self.cursor = index
            self.action_open()
