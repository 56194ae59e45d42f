"""A list over the workbench in which one is found by typing; a subclass says what is listed for what was typed."""

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from hgtui.core.text import one_line
from hgtui.paths import styles
from hgtui.ui.completing import Choice
from hgtui.ui.widgets.choices import Choices
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.rows import Rows


class Finding(ModalScreen[str | None]):
    """Choices that typing filters; gives the text of the one that Enter or a click takes, None for none."""

    CSS_PATH = styles() / "editing.tcss"
    BINDINGS = [Binding("escape,ctrl+c", "leave", "Back", show=False, id="close", priority=True)]
    placeholder = ""
    """What stands in the field where nothing was typed."""
    nothing = ""
    """What stands in the place of the list where nothing fits."""
    leaves = "esc goes back"

    def __init__(self, title: str) -> None:
        super().__init__()
        self.words = title

    def listed(self, text: str) -> list[Choice]:
        """Return what fits what was typed."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay out the field and the list."""
        with Vertical(id="picking") as box:
            box.border_title = Content(self.words)
            box.border_subtitle = Content(f"type to find one · ↑ ↓ · enter takes it · {self.leaves}")
            yield Field(id="picking-text", placeholder=self.placeholder)
            yield Found(self.nothing)

    def on_mount(self) -> None:
        """List all."""
        self.query_one(Field).focus()
        self._list("")

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        self._list(event.text_area.text)

    def _list(self, text: str) -> None:
        self.query_one(Found).fill(self.listed(one_line(text)))

    def on_key(self, event: events.Key) -> None:
        """Let the arrows move in the list while the field has the focus."""
        ways = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}
        if event.key in ways:
            event.stop()
            event.prevent_default()
            self.query_one(Found).action_move(ways[event.key])

    @on(Field.Sent)
    def _sent(self, event: Field.Sent) -> None:
        event.stop()
        rows = self.query_one(Found)
        if rows.items:
            self.dismiss(rows.items[rows.cursor].text)

    @on(Choices.Picked)
    def _picked(self, event: Choices.Picked) -> None:
        self.dismiss(event.choice.text)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)


class Found(Choices):
    """What fits what was typed."""

    can_focus = False

    def __init__(self, empty: str) -> None:
        super().__init__()
        self.empty = empty

    def fill(self, items: list[Choice]) -> None:
        """List these."""
        self.items, self.cursor, self.display = items, 0, True
        self.show(len(items))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        Rows.action_move(self, by)
