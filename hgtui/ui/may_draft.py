"""Whether the plan, and the selected task, can be changed at all: what most keys ask first."""

from hgtui.core.plan import Task
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Stage, TaskState
from hgtui.ui.view import View

NO_PLAN = "There is no plan yet."
NO_TASK = "No task is selected."

MEANT = {
    "retry": frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.SKIPPED}),
    "go_on": frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.BLOCKED, TaskState.ASKING}),
    "mend": frozenset({TaskState.FAILED, TaskState.CANCELLED}),
}
"""The states of a task that a key after a failure is for."""


def meant(action: str, view: View) -> Task | None:
    """Return the task that a key after a failure acts on: the selected one, else where only one task failed that one."""
    task = view.task
    if task is None or view.run.ended or view.run.stage is not Stage.EXECUTION:
        return task
    if view.run.state(task.uid) in MEANT[action] or len(view.stuck) != 1:
        return task
    return view.stuck[0] if view.run.state(view.stuck[0].uid) in MEANT["mend"] else task


def ended(view: View) -> str:
    """Say that the run has ended, and which key asks something new."""
    return f"The run has ended; {view.key('new')} asks something new."


def revising(view: View) -> str:
    """Say that the planner works, and which key stops it."""
    return f"The planner is at a revision; {view.key('stop')} stops it, and your plan stays."


def _revised(view: View) -> str:
    return f"A revision is here: {view.key('focus_plan')} goes to it; there enter takes it and esc keeps your plan."


def draft(view: View) -> str:
    """Why the plan cannot be changed now."""
    if view.run.proposed is None:
        return NO_PLAN
    if view.run.ended:
        return ended(view)
    if view.run.comment:
        return _revised(view) if view.run.revision else revising(view)
    return ""


def on_task(view: View) -> str:
    """Why nothing can be done to the selected task: there is none, or the plan cannot be changed."""
    return draft(view) or ("" if view.task else NO_TASK)


def editable(view: View) -> str:
    """Why the selected task cannot be changed: it runs, or it has a result."""
    no = on_task(view)
    if no or view.task is None:
        return no
    state = view.run.state(view.task.uid)
    if state in UNDER_WAY:
        return f"Task {view.task.id} is {state}; {view.key('stop_task')} stops it."
    if state in HAS_RESULT:
        return f"Task {view.task.id} is {state}; only what has not started can be changed."
    return ""
