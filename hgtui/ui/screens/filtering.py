"""The plan's rows: looking for some by their words, opening and closing folds, so that a key acts on the task that is seen."""

from typing import ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Static

from hgtui.core.text import plural
from hgtui.ui.screens.actions import Actions
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.plan import PlanPane


class Filtering(Actions):
    """Filter and folds of the plan pane."""

    ONE: ClassVar[frozenset[str]] = frozenset(
        {"delete", "skip", "edit", "models", "retry", "rerun", "go_on", "stop_task"}
    )
    """The actions that change one task: on a row that stands for several they first show which."""

    def filter_changed(self) -> None:
        """Take note that other rows are shown, and perhaps another task is selected."""
        raise NotImplementedError

    # The filter

    def on_screen_resume(self) -> None:
        """Make the field ready behind the first frame: the first letter typed into it must not come too early."""
        self.call_after_refresh(self._make_filter)

    def _make_filter(self) -> None:
        if not self.query("#filter") and self.query(PlanPane):
            field = Field(id="plan-filter", placeholder="words of the rows to show")
            bar = Horizontal(Static("filter ▸ ", id="filter-mark", markup=False), field, id="filter")
            bar.display = False
            self.mount(bar, after=self.query_one(PlanPane))

    def action_filter(self) -> None:
        """Go to the field whose words the rows are filtered by."""
        if self._can("filter") and self.query("#filter"):
            self.query_one("#filter").display = True
            # At once: what is typed next belongs there.
            self.set_focus(self.query_one("#plan-filter"))

    @on(Field.Changed, "#plan-filter")
    def _filter_changed(self, event: Field.Changed) -> None:
        self.query_one(PlanPane).filter(event.text_area.text)
        self.filter_changed()

    @on(Field.Sent, "#plan-filter")
    def _filter_sent(self, event: Field.Sent) -> None:
        if not event.text.strip():
            self.close_filter()
        self.query_one(PlanPane).focus()

    def close_filter(self) -> bool:
        """Show all rows again; return whether there was a filter."""
        plan, found = self.query_one(PlanPane), self.query("#filter")
        if not found or not found.first().display:
            return False
        field = self.query_one("#plan-filter", Field)
        if field.has_focus:
            plan.focus()
        found.first().display = False
        plan.filter("")
        field.clear()
        self.filter_changed()
        return True

    def empty_filter(self) -> bool:
        """Take the words out of the field that is being written in; return whether there were some."""
        field = self.focused
        if not isinstance(field, Field) or field.id != "plan-filter" or not field.text:
            return False
        field.clear()
        return True

    def filter_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the field."""
        return [("enter", "to the rows"), ("esc", "no filter"), ("ctrl+c", "clear")]

    # Folds

    def _can(self, action: str) -> bool:
        if not super()._can(action):
            return False
        plan = self.query_one(PlanPane)
        row = plan.folded
        if action not in self.ONE or row is None:
            return True
        plan.unfold()
        self.say(f"This row stood for {plural(len(row.tasks), 'alike task')}; task {row.task.id} is selected now.")
        self.filter_changed()
        return False
