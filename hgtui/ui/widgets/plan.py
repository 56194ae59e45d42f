"""The plan pane: one row for each task or for many alike ones, with the lanes between them and the states as they are now."""

from collections.abc import Iterable

from textual.content import Content

from hgtui.core.plan import Uid
from hgtui.core.remaining import Remaining, remaining
from hgtui.core.states import UNDER_WAY, Stage
from hgtui.core.text import one_line, plural
from hgtui.ui.folds import Row, plan_rows, reads
from hgtui.ui.graph.lanes import Lanes, lanes
from hgtui.ui.greeting import NO_PLAN, NO_TASK
from hgtui.ui.planfoot import plan_subtitle, plan_title
from hgtui.ui.rows import Columns, columns, plan_line
from hgtui.ui.view import View
from hgtui.ui.widgets.boxes import Boxes
from hgtui.ui.words import Line, Piece

STREAMING = 5
"""How many cells the lanes have at least while a plan streams in, so that no text moves when a lane comes."""
FRAME = 6
"""How many cells of the border are no place for a title."""
MANY, REST_S = 8, 0.5
"""With more rows under way than that they are drawn twice a second and not ten times: a key that meets their frame waits for it."""
RARER = 200
"""For so many tasks a second passes more until what stands on the border is written again while it runs."""


class PlanPane(Boxes):
    """The tasks of the plan, as rows or as boxes; the selected one stays selected by its uid."""

    def __init__(self, view: View) -> None:
        super().__init__(id="plan")
        self.view = view
        self.rows: list[Row] = []
        self.ids: dict[Uid, int] = {}
        self.words = ""
        """What the rows are filtered by."""
        self.left: Remaining | None = None
        self._opened: set[Uid] = set()
        self._at: dict[Uid, tuple[int, ...]] = {}
        self._lanes = Lanes()
        self._ticks = 0
        self._moving: set[int] = set()
        self._resting = False
        self._shape: tuple[int, Columns] | None = None

    @property
    def empty(self) -> str:  # type: ignore[override]  # the words depend on the run
        """What stands there where there is no row."""
        if not self.view.asked:
            return NO_PLAN
        if self.view.run.planning_failed:
            return "No plan came of this request."
        if self.words.strip() and len(self.view.plan):
            return f"None of {plural(len(self.view.plan), 'task')} has “{one_line(self.words, 30)}”; esc shows all."
        return "The plan is being made." if self.view.busy and self.view.run.proposed is None else NO_TASK

    def reload(self) -> None:
        """Take over the plan as it is now."""
        self.ids = self.view.ids
        self._lay_out()
        self.choose(self.view.chosen)
        self._look_ahead()
        self.titles()

    def _lay_out(self) -> None:
        """Find the rows again, and what lies where."""
        self._shape = None
        self.rows = plan_rows(self.view, self._opened, self.words, fold=not self.view.boxes)
        found: dict[Uid, tuple[int, ...]] = {}
        for row, one in enumerate(self.rows):
            for task in one.tasks:  # one of an open fold stands in two rows: its own, and the head over it
                found[task.uid] = (*found.get(task.uid, ()), row)
        self._at = found
        self._draw_lanes()
        self.show(len(self.rows))
        self.draw()

    def _draw_lanes(self) -> None:
        width = self.scrollable_content_region.width
        self._lanes = lanes(reads(self.rows), 4 if width < 90 else 6 if width < 130 else 10)

    def fit(self) -> None:
        """Fit the lanes to the width, then the rows; or the drawing."""
        self._shape = None
        self._draw_lanes()
        if self.view.boxes:
            self.draw()
            self.refit()
        else:
            super().fit()
        self.titles()

    def titles(self) -> None:
        """Write what stands on the border."""
        room = max(self.size.width - FRAME, 20)
        title = plan_title(self.view, self.words, len(self.rows))
        under = plan_subtitle(self.view, room, self.view.clock(), self.left)
        self.write_border(Content(title), Content(under))

    def choose(self, uid: Uid | None) -> None:
        """Put the cursor on a task, or keep it near where it was where that task is gone; a fold that hides it opens."""
        if uid in self._at:
            row = self._at[uid][-1]
            one = self.rows[row]
            if one.many and uid != one.task.uid:
                self._opened.add(uid)
                self._lay_out()
                row = self._at[uid][-1]
            elif self.cursor in self._at[uid]:  # the head of an open fold stands for its first task too
                row = self.cursor
            self.select(row)
        self.view.chosen = self.uid_at(self.cursor)

    def row_of(self, uid: Uid) -> int | None:
        """Return the row of a task, None where it is not shown."""
        return self._at[uid][-1] if uid in self._at else None

    def uid_at(self, index: int) -> Uid | None:
        """Return the task that a row stands for, None where there is no such row."""
        return self.rows[index].task.uid if 0 <= index < len(self.rows) else None

    @property
    def folded(self) -> Row | None:
        """The row under the cursor where it stands for several tasks."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return row if row and row.many else None

    def toggle(self) -> bool:
        """Open the fold under the cursor, or close it; return whether there is one."""
        row = self.folded
        if row is None:
            return False
        uids = {task.uid for task in row.tasks}
        self._opened = self._opened - uids if row.opened else self._opened | uids
        self._lay_out()
        return True

    def unfold(self) -> None:
        """Open the fold under the cursor, and go to its first task."""
        row = self.folded
        if row is None:
            return
        self._opened.update(task.uid for task in row.tasks)
        self._lay_out()
        self.select(self._at[row.task.uid][-1])

    def reveal(self, uid: Uid | None) -> bool:
        """Put the cursor on a task; return whether its row is there, for a filter may leave it out."""
        if self.words and uid not in self._at:
            return False
        self.choose(uid)
        return True

    def forget(self) -> None:
        """Fold everything again and show all rows: another run is looked at."""
        self._opened.clear()
        self.words, self.left, self.cursor = "", None, 0
        self.forget_drawing()

    def filter(self, words: str) -> None:
        """Show only the tasks with all of these words; all tasks for no word."""
        if words.split() == self.words.split():
            return
        self.words = words
        chosen = self.view.chosen
        self._lay_out()
        self.choose(chosen)
        self.titles()

    def redraw_tasks(self, uids: Iterable[Uid]) -> None:
        """Draw some tasks again."""
        if self.view.boxes:
            self.redraw_boxes(uids)
            return
        self.redraw({row for uid in uids for row in self._at.get(uid, ())})

    def redraw_moving(self, uids: Iterable[Uid]) -> None:
        """Draw again how far some tasks are; many rows of them more seldom."""
        if self.view.boxes:
            self.redraw_boxes(uids)
            return
        self._moving.update(self.seen({row for uid in uids for row in self._at.get(uid, ())}))
        if not self._resting:
            self._draw_moving()

    def _draw_moving(self) -> None:
        self._resting = len(self._moving) > MANY
        self.redraw(self._moving)
        self._moving.clear()
        if self._resting:
            self.set_timer(REST_S, self._draw_moving)

    def tick(self) -> None:
        """Draw again what is under way, for its time goes on."""
        tasks = self.view.run.tasks
        self.redraw_moving(uid for uid, status in tasks.items() if status.state in UNDER_WAY)
        # What is left is found among all tasks, and a border that differs draws the whole pane again, for which a key may
        # have to wait: the longer the plan, the rarer.
        self._ticks += 1
        if self._ticks % (1 + len(self.view.plan) // RARER) == 0:
            self._look_ahead()
            self.titles()

    def _look_ahead(self) -> None:
        """Estimate how long the rest takes: not at each event, for it looks at every task."""
        run = self.view.run
        runs = run.grant is not None and run.stage is Stage.EXECUTION
        self.left = remaining(run, self.view.clock()) if runs else None

    def line(self, index: int, width: int) -> Line:
        """Return a row of the plan."""
        cells = max(self._lanes.width, STREAMING if self.view.run.proposed is None else 0)
        if self._shape is None or self._shape[0] != width:  # it is looked for among all tasks
            counts = max((len(f" ×{len(row.tasks)} ▸") for row in self.rows if row.many), default=0)
            self._shape = width, columns(self.view, width, cells, counts)
        return plan_line(
            self.view, self.rows[index], self._lane(index, cells), self.ids, self._shape[1], self.view.clock()
        )

    def _lane(self, index: int, cells: int) -> list[Piece]:
        """Return the lanes beside a row in pieces, the node by itself."""
        if not self._lanes.width:
            return [(" " * cells, "")]
        text, node = self._lanes.rows[index].ljust(cells), self._lanes.nodes[index]
        if node is None:
            return [(text, "dim")]
        return [(text[:node], "dim"), (text[node], "node"), (text[node + 1 :], "dim")]
