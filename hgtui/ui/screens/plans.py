"""The plans that a run has had, over the workbench."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hgtui.core.run import Run
from hgtui.core.text import one_line, plural
from hgtui.core.versions import Version
from hgtui.paths import styles
from hgtui.ui.screens.reviewing import whose
from hgtui.ui.widgets.options import OptionRows


class Plans(ModalScreen[int | None]):
    """Each plan with whose it is, what had been said, and its tasks; gives the number of one."""

    CSS_PATH = styles() / "controllers.tcss"
    BINDINGS = [
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
    ]

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="controllers") as box:
            box.border_title = "The plans of this run"
            box.border_subtitle = "enter compares it with the plan · esc goes back"
            yield OptionRows(*(Option(self._words(one)) for one in self.run.versions), markup=False)

    def _words(self, one: Version) -> Content:
        now = "  as it stands" if one.draft.plan == self.run.plan else ""
        mark = "● " if now else "  "
        said = f" · “{one_line(one.comment, 80)}”" if one.comment else ""
        tasks = ", ".join(one_line(task.task, 30) for task in one.draft.plan)
        return Content.assemble(
            Content.styled(f"{mark}{one.number}  {whose(one, self.run)}{now}", "bold"),
            Content(f"\n     {plural(len(one.draft.plan), 'task')}{said}: {one_line(tasks, 200)}"),
        )

    def on_mount(self) -> None:
        """Begin at the first."""
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self.run.versions[event.option_index].number)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)
