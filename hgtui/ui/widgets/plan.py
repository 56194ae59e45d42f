"""The plan pane: one row for each task, with its state as it is now."""

from collections.abc import Iterable
from datetime import UTC, datetime

from textual.content import Content

from hgtui.core.plan import Task, Uid
from hgtui.core.states import UNDER_WAY
from hgtui.ui.greeting import NO_TASK
from hgtui.ui.phases import plan_subtitle, plan_title
from hgtui.ui.rows import Columns, columns, task_line
from hgtui.ui.view import View
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line


class PlanPane(Rows):
    """The tasks of the plan; the selected one stays selected by its uid."""

    def __init__(self, view: View) -> None:
        super().__init__(id="plan")
        self.view = view
        self.tasks: tuple[Task, ...] = ()
        self.ids: dict[Uid, int] = {}
        self._rows: dict[Uid, int] = {}
        self._shape: tuple[int, Columns] | None = None

    @property
    def empty(self) -> str:  # type: ignore[override]  # the words depend on the run
        """What stands there where there is no row."""
        if self.view.run.planning_failed:
            return "No plan came of this request."
        return "The plan is being made." if self.view.busy and self.view.run.proposed is None else NO_TASK

    def reload(self) -> None:
        """Take over the plan as it is now."""
        self.tasks, self._shape = self.view.plan.tasks, None
        self.ids = self.view.ids
        self._rows = {task.uid: row for row, task in enumerate(self.tasks)}
        self.show(len(self.tasks))
        self.choose(self.view.chosen)
        self.titles()

    def titles(self) -> None:
        """Write what stands on the border."""
        self.border_title = Content(plan_title(self.view))
        self.border_subtitle = Content(plan_subtitle(self.view))

    def choose(self, uid: Uid | None) -> None:
        """Put the cursor on a task, or keep it near where it was where that task is gone."""
        if uid in self._rows:
            self.select(self._rows[uid])
        self.view.chosen = self.tasks[self.cursor].uid if self.tasks else None

    def redraw_tasks(self, uids: Iterable[Uid]) -> None:
        """Draw some tasks again."""
        self.redraw(self._rows[uid] for uid in uids if uid in self._rows)

    def tick(self) -> None:
        """Draw again what is under way, for its time goes on."""
        tasks = self.view.run.tasks
        self.redraw_tasks(uid for uid, status in tasks.items() if status.state in UNDER_WAY)

    def line(self, index: int, width: int) -> Line:
        """Return the row of a task."""
        if self._shape is None or self._shape[0] != width:  # it is looked for among all tasks
            self._shape = width, columns(self.view, width)
        return task_line(self.view, self.tasks[index], self.ids, self._shape[1], datetime.now(UTC))
