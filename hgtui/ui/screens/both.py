"""Two calls beside each other: the one that was made, and the one that was sent again."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from hgtui.paths import styles
from hgtui.ui.answers import both_lines
from hgtui.ui.widgets.bars import Bar, keys_line
from hgtui.ui.widgets.reader import Reader

if TYPE_CHECKING:
    from hgtui.session.recalled import Recalled


class Both(ModalScreen[bool]):
    """The first and the second; gives True where the person takes what the second says. `takes` says what that would do."""

    CSS_PATH = styles() / "calls.tcss"
    BINDINGS = [
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
        Binding("enter", "take", "take it", show=False, id="take_call", priority=True),
    ]

    def __init__(self, first: "Recalled", second: "Recalled", takes: str) -> None:
        super().__init__()
        self._first, self._second, self._takes = first, second, takes

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(id="call") as box:
            box.border_title = Content(f"Call {self._first.row.number} and call {self._second.row.number}")
            box.border_subtitle = (
                "the run stays as it is" if not self._takes else "the run stays as it is until you take it"
            )
            yield Reader("call-page")
            yield Bar("call-keys")

    def on_mount(self) -> None:
        """Scroll with the keys."""
        self.query_one(Reader).focus()

    def on_resize(self) -> None:
        """Lay them out for the width that there is."""
        if self.is_mounted:
            self.call_after_refresh(self._show)

    def _show(self) -> None:
        reader, bar = self.query_one(Reader), self.query_one("#call-keys", Bar)
        reader.show(both_lines(self._first, self._second, reader.width))
        keys = [("esc", "back"), ("j k", "scroll"), *([("enter", self._takes)] if self._takes else [])]
        bar.show(keys_line(keys, bar.size.width))

    def action_leave(self) -> None:
        """Take nothing."""
        self.dismiss(False)

    def action_take(self) -> None:
        """Take what the second call says, where that can be."""
        self.dismiss(bool(self._takes))
