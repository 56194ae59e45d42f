"""The ways to mend a problem, where there are several, over the workbench."""

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hgtui.core.problems import Problem
from hgtui.core.text import clean, one_line
from hgtui.paths import styles
from hgtui.ui.widgets.options import OptionRows


class Mends(ModalScreen[int | None]):
    """The problem and a line for each mend; gives the place of one. Its number takes it at once."""

    CSS_PATH = styles() / "models.tcss"
    BINDINGS = [
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
    ]

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="mends") as box:
            box.border_title = "Mends"
            box.border_subtitle = "enter or its number takes one · esc goes back"
            yield Static(Content(clean(self.problem.message, 600)), id="mends-why", markup=False)
            rows = (f"{at}  {one_line(mend.label, 200)}" for at, mend in enumerate(self.problem.mends, 1))
            yield OptionRows(*(Option(Content(row)) for row in rows), markup=False)

    def on_mount(self) -> None:
        """Begin at the best."""
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()

    def on_key(self, event: events.Key) -> None:
        """Take the mend of a number."""
        at = int(event.character) - 1 if event.character and event.character in "123456789" else -1
        if 0 <= at < len(self.problem.mends):
            event.stop()
            self.dismiss(at)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_index)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)
