"""Whether a key does something to a task that ran, runs or failed: and if not, why."""

from collections.abc import Callable

from hgtui.core.plan import Task
from hgtui.core.states import HAS_RESULT, NOT_STARTED, UNDER_WAY, Failure, Stage, TaskState
from hgtui.ui.may_draft import MEANT, NO_PLAN, NO_TASK, draft, editable, meant, on_task
from hgtui.ui.mendable import of_plan
from hgtui.ui.view import View


def _retry(view: View) -> str:
    if view.run.planning_failed and view.run.ended:
        return ""
    if view.run.ended and view.task:
        return f"The run has ended; {view.key('rerun')} runs the task again, in a new run."
    no, task = on_task(view), meant("retry", view)
    if no or task is None:
        return no
    if view.at_gate and view.run.unasked:
        return ""
    state = view.run.state(task.uid)
    if state in {TaskState.FAILED, TaskState.CANCELLED}:
        return ""
    if state is TaskState.SKIPPED and view.run.stage is Stage.EXECUTION:
        return ""
    return f"Task {task.id} is {state}; {view.key('retry')} is for one that failed or was stopped."


def _once_more(view: View) -> str:
    """Why a task of a run that has ended cannot be run again, or given, in a new run of its plan."""
    if view.task is None:
        return NO_PLAN if not view.plan.tasks else NO_TASK
    return ""


def _rerun(view: View) -> str:
    if view.run.ended:
        return _once_more(view)
    no = on_task(view)
    if no or view.task is None:
        return no
    if view.run.stage is not Stage.EXECUTION and view.run.gate is not None:
        kept = {*view.run.gate.reuses, *view.run.anew}
        why = f"Task {view.task.id} runs anyway: there is no earlier result of it that could be used instead."
        return "" if view.task.uid in kept else why
    if view.run.stage is not Stage.EXECUTION:
        return f"Nothing runs now: {view.key('rerun')} is for a task that is over while others go on."
    state = view.run.state(view.task.uid)
    if state in HAS_RESULT | {TaskState.FAILED, TaskState.CANCELLED}:
        return ""
    return f"Task {view.task.id} is {state}; {view.key('rerun')} is for one that is over."


def _go_on(view: View) -> str:
    no, task = on_task(view), meant("go_on", view)
    if no or task is None:
        return no
    state = view.run.state(task.uid)
    if view.run.stage is Stage.EXECUTION and state in MEANT["go_on"]:
        return ""
    return f"Task {task.id} is {state}; {view.key('go_on')} is for one that failed or was stopped."


def _skip(view: View) -> str:
    no = on_task(view)
    if no or view.task is None:
        return no
    state = view.run.state(view.task.uid)
    if state in NOT_STARTED or state is TaskState.SKIPPED:
        return ""
    return f"Task {view.task.id} is {state}; only what has not started can be skipped."


def _stop_task(view: View) -> str:
    no = on_task(view)
    if no or view.task is None:
        return no
    state = view.run.state(view.task.uid)
    if state in UNDER_WAY or (state is TaskState.READY):
        return ""
    return f"Task {view.task.id} is {state}; {view.key('stop_task')} is for one that runs."


def _finish(view: View) -> str:
    if view.run.stage is Stage.EXECUTION and (view.stuck or view.trying or view.undecided):
        return ""
    if view.run.ended:
        return "The run has ended: there is nothing to finish."
    if view.run.stage is not Stage.EXECUTION:
        return "Nothing runs yet: there is nothing to finish."
    if at_work := view.states.at_work:
        task = view.task if view.task in at_work else at_work[0]
        stop, finish = view.key("stop_task"), view.key("finish")
        return f"Task {task.id} is still at work: {stop} on it stops it, then {finish} answers without it."
    return "Nothing has failed; the answer comes by itself."


def _supply(view: View) -> str:
    if view.run.ended:
        return _once_more(view)
    no = on_task(view)
    if no or view.task is None:
        return no
    if view.run.stage is not Stage.EXECUTION:
        return "Nothing runs now: s gives the result of a task while the plan runs."
    return ""


def _has_result(view: View) -> str:
    """Why there is nothing to save or to open of the selected task."""
    task = view.task
    if task is None:
        return NO_TASK
    status = view.run.status(task.uid)
    return (
        "" if status.state in HAS_RESULT and status.results else f"Task {task.id} is {status.state}: it has no result."
    )


def _mend(view: View) -> str:
    no = draft(view)
    if no:
        return no
    task = meant("mend", view)
    if task and view.is_failed(task):
        return "" if view.next_for(task) else _no_next(view, task)
    if not any(one.mend for one in view.problems):
        return "No problem here has a mend of one key."
    here = [one for one in view.problems if one.uid is None or one.uid == view.chosen]
    if any(one.mend and one.uid is not None for one in here):
        return editable(view)
    if of_plan(view):
        return ""
    if here:
        return f"This problem has no mend of one key; {view.key('edit')} edits the task."
    return f"Select a problem first: {view.key('next_problem')} goes to the next one."


def _no_next(view: View, task: Task) -> str:
    """Why there is no next candidate for a task that failed."""
    if view.run.status(task.uid).failure is Failure.CREDITS and len(view.candidates(task)) > 1:
        return f"The other models spend the same credits; {view.key('models')} lists them all the same."
    return f"No other model that is known here can run it; {view.key('models')} lists them, and {view.key('search_models')} there searches the Hub."


TASKS: dict[str, Callable[[View], str]] = {
    "skip": _skip,
    "mend": _mend,
    "retry": _retry,
    "rerun": _rerun,
    "go_on": _go_on,
    "stop_task": _stop_task,
    "finish": _finish,
    "supply": _supply,
    "save_result": _has_result,
    "open_outside": _has_result,
}
