"""The plan as a drawn graph: rows or boxes, how much of each task, which direction; connecting by picking two boxes."""

from textual import on

from hgtui.core.commands import EditPlan
from hgtui.core.edit import Connect, Disconnect, Edit
from hgtui.core.offers import free_arguments, may_wait_for
from hgtui.core.plan import Task, Uid
from hgtui.core.states import HAS_RESULT
from hgtui.ui.screens.editing import Editing
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.widgets.rows import Rows


class Boxing(Editing):
    """What the keys of the drawn plan do."""

    def action_boxes(self) -> None:
        """Draw the plan as boxes with lines, or list it as rows again."""
        if not self._can("boxes"):
            return
        self.view.boxes = not self.view.boxes
        self._end_picking()
        self.query_one(PlanPane).reload()
        self._foot()

    def action_boxes_detail(self) -> None:
        """Show more or less of each task."""
        if self._can("boxes_detail"):
            self.query_one(PlanPane).other_detail()

    def action_boxes_direction(self) -> None:
        """Let the drawing go from left to right, or from top to bottom."""
        if self._can("boxes_direction"):
            self.query_one(PlanPane).other_direction()

    # Picking two boxes

    def action_connect(self) -> None:
        """Choose what the task waits for: in the drawn plan by picking another box."""
        pane = self.query_one(PlanPane)
        if not self.view.boxes or self.focused is not pane:
            super().action_connect()
        elif pane.picking and pane.picking == self.view.chosen:
            self._end_picking()
            self.say("Nothing was picked: the task waits for what it did before.")
        elif pane.picking:
            self._pick()
        elif self._can("connect") and self.view.task:
            pane.picking = self.view.task.uid
            pane.redraw_tasks([pane.picking])
            self._ask_which()

    def _ask_which(self) -> None:
        task = self.view.plan.get(self.query_one(PlanPane).picking or "")
        if task:
            self.say(
                f"Which task does {task.id} wait for? Go to it: enter or {self.keymap.of('connect')} connects or disconnects it · esc ends",
                asks=True,
            )

    @on(PlanPane.Picked)
    def _picked_box(self, event: PlanPane.Picked) -> None:
        self._pick()

    @on(PlanPane.Missed)
    def _missed(self, event: PlanPane.Missed) -> None:
        self.say("There is no box: click at one, or go to it with the arrows and press enter · esc ends", asks=True)

    def _pick(self) -> None:
        """Connect or disconnect the two boxes, or say why that cannot be."""
        reader = self.view.plan.get(self.query_one(PlanPane).picking or "")
        giver = self.view.task
        if reader is None or giver is None:
            self._end_picking()
            self.say("The task is gone: nothing was picked.")
            return
        if reader.uid == giver.uid:
            self.say(f"Task {reader.id} cannot wait for itself: go to another box · esc ends", asks=True)
            return
        edit, why = self._edit(reader, giver)
        if edit is None:
            self.say(why, asks=True)
            return
        self._end_picking()
        self.dispatch(EditPlan(edit=edit))
        self.select_task(reader.uid)

    def _edit(self, reader: Task, giver: Task) -> tuple[Edit | None, str]:
        """Return the edit that connects two tasks, or cuts what connects them, or why that cannot be."""
        if giver.uid in reader.deps:
            return Disconnect(uid=reader.uid, dep=giver.uid), ""
        if giver not in may_wait_for(self.view.plan, reader.uid):
            return None, f"Task {giver.id} depends on {reader.id}: the two would wait for each other. esc ends"
        if self.view.run.state(reader.uid) in HAS_RESULT:
            return None, f"Task {reader.id} is over: it waits for nothing. esc ends"
        return Connect(uid=reader.uid, dep=giver.uid, name=next(iter(free_arguments(reader, giver)), "")), ""

    def _end_picking(self) -> bool:
        """Pick no more; return whether a box was being picked."""
        pane = self.query_one(PlanPane)
        uid: Uid | None = pane.picking
        if uid is None:
            return False
        pane.picking = None
        pane.redraw_tasks([uid])
        self.question = None
        self.say("")
        return True

    @on(Rows.Moved, "#plan")
    def _moved_while_picking(self, event: Rows.Moved) -> None:
        self.call_later(self._ask_which)

    def action_back(self) -> None:
        """Pick no more; else go back one level."""
        if not self._end_picking():
            super().action_back()
