"""Whether a key does something now, and if not, why: each key press does the thing or says a sentence."""

from collections.abc import Callable

from hgtui.core.plan import Task
from hgtui.core.problems import Code, Severity
from hgtui.core.states import HAS_RESULT, NOT_STARTED, UNDER_WAY, Failure, Stage, TaskState
from hgtui.core.text import plural
from hgtui.ui.mendable import of_plan
from hgtui.ui.taking import no_take
from hgtui.ui.view import View
from hgtui.ui.whatif import barred

NO_PLAN = "There is no plan yet."
NO_TASK = "No task is selected."
CHANGES = frozenset(
    [
        *("approve", "comment", "retry", "rerun", "go_on", "mend", "edit", "models", "models_all", "pin", "delete"),
        *("skip", "undo", "redo", "stop", "stop_task", "finish", "supply", "what_if"),
    ]
)
"""The actions that a run which is only looked at does not take."""


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


def why_not(action: str, view: View) -> str:
    """Return why an action cannot be done now, as a sentence; an empty text where it can."""
    if view.looked and action in CHANGES:
        return view.looked
    rule = _RULES.get(action)
    return rule(view) if rule else ""


def _ended(view: View) -> str:
    return f"The run has ended; {view.key('new')} asks something new."


def _revising(view: View) -> str:
    return f"The planner is at a revision; {view.key('stop')} stops it, and your plan stays."


def _revised(view: View) -> str:
    return f"A revision is here: {view.key('focus_plan')} goes to it; there enter takes it and esc keeps your plan."


def _draft(view: View) -> str:
    if view.run.proposed is None:
        return NO_PLAN
    if view.run.ended:
        return _ended(view)
    if view.run.comment:
        return _revised(view) if view.run.revision else _revising(view)
    return ""


def _undraft(view: View) -> str:
    """As `_draft`, but that what was taken of an open revision can be taken back."""
    return "" if view.run.revision and not view.run.ended else _draft(view)


def _comment(view: View) -> str:
    if view.run.proposed is None or view.run.ended:
        return NO_PLAN if view.run.proposed is None else _ended(view)
    if not view.by_llm:
        return f"Comments need an LLM as the planner; rules cannot revise a plan. {view.key('edit')} edits the task, {view.key('controller')} takes a controller."
    if not view.at_gate:
        return "A plan is revised at its gate, before it runs."
    return _revising(view) if view.run.comment and view.run.revision is None else ""


def _difference(view: View) -> str:
    if view.run.proposed is None:
        return NO_PLAN
    if view.run.plan == view.run.proposed:
        return "The plan is as the planner proposed it."
    return ""


def _approve(view: View) -> str:
    no = _draft(view)
    if no:
        return no
    run, errors = view.run, view.count(Severity.ERROR)
    if view.may_allow:
        return ""
    if view.stage_gate is None:
        if run.choosing and run.plan_approved:
            return "The plan is approved; its models are still being chosen, and it stops for them."
        if run.choosing:
            return f"{plural(errors, 'error')} in the plan: {view.problems[0].message}" if errors else ""
        if run.grant is None:
            return "There is nothing to approve yet."
        if view.states.counts.get(TaskState.ASKING):
            return (
                f"Select the task that asks ({view.key('next_problem')} goes there), then press {view.key('approve')}."
            )
        return "Nothing waits for an approval."
    if errors and view.problems[0].code is Code.NOTHING_RUNS:
        return f"{view.problems[0].message} {_way_out(view)}"
    if errors:
        return (
            f"{plural(errors, 'error')} in the plan: {view.problems[0].message} {view.key('next_problem')} goes there."
        )
    if not view.stage_gate.approvable:
        return "This cannot be approved as it stands: a task has no model."
    return ""


def _way_out(view: View) -> str:
    """Say what leads on from a plan of which nothing would run."""
    ways = [f"{view.key('skip')} takes a task in again" if view.plan.tasks else f"{view.key('add')} adds a task"]
    ways += [f"{view.key('undo')} undoes"] if view.run.undos else []
    ways += [f"{view.key('comment')} says what should be different"] if view.by_llm else []
    return f"{', '.join(ways)}, {view.key('stop')} stops."


def _approve_rule(view: View) -> str:
    no = _approve(view)
    if no or view.task is None:
        return no or NO_TASK
    if view.run.choosing:
        return f"Models are still being chosen: a rule is made once they are. {view.key('approve')} approves the plan."
    if view.plan_gate:
        return "This gate is for the plan alone: a rule is made once its models are chosen."
    return ""


def _breakpoint(view: View) -> str:
    no = _task(view)
    if no or view.task is None or view.task.uid in view.run.breakpoints:
        return no
    state = view.run.state(view.task.uid)
    return f"Task {view.task.id} is {state}: what is below it has gone on." if state in HAS_RESULT else ""


def _task(view: View) -> str:
    return _draft(view) or ("" if view.task else NO_TASK)


def _editable(view: View) -> str:
    no = _task(view)
    if no or view.task is None:
        return no
    state = view.run.state(view.task.uid)
    if state in UNDER_WAY:
        return f"Task {view.task.id} is {state}; {view.key('stop_task')} stops it."
    if state in HAS_RESULT:
        return f"Task {view.task.id} is {state}; only what has not started can be changed."
    return ""


def _add(view: View) -> str:
    """A task can be added to a plan that is open, and begin one where nothing goes on and no plan has come."""
    if not view.busy and not view.plan.tasks:
        return ""
    return _draft(view)


def _shift(view: View, by: int) -> str:
    no = _task(view)
    if no or view.task is None:
        return no
    rows = [task.uid for task in view.plan]
    at = rows.index(view.task.uid) + by
    return "" if 0 <= at < len(rows) else f"Task {view.task.id} is the {'first' if by < 0 else 'last'} one."


def _connect(view: View) -> str:
    return _editable(view) or ("" if len(view.plan) > 1 else "There is no other task to wait for.")


def _open_plan(view: View) -> str:
    if not view.busy:
        return ""
    if not view.at_gate:
        return "This run goes on: a plan can be opened at its gate, or when it has ended."
    return _draft(view)


def _model(view: View) -> str:
    """Why the model of the selected task cannot be taken for all of its type, or pinned."""
    no = _task(view)
    if no or view.task is None:
        return no
    return (
        ""
        if view.candidate(view.task)
        else f"Task {view.task.id} has no model; {view.key('models')} lists what could run it."
    )


def _what_if(view: View) -> str:
    no = _task(view)
    if no or view.task is None:
        return no
    trial = view.run.trials.get(view.task.uid)
    return "" if trial is not None and not trial.over else barred(view, view.task)


def _models_all(view: View) -> str:
    no = _model(view)
    if no or view.task is None:
        return no
    return "" if view.alike(view.task) else f"There is no other task of the type {view.task.task} to choose it for."


def _retry(view: View) -> str:
    if view.run.planning_failed and view.run.ended:
        return ""
    if view.run.ended and view.task:
        return f"The run has ended; {view.key('rerun')} runs the task again, in a new run."
    no, task = _task(view), meant("retry", view)
    if no or task is None:
        return no
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
    no = _task(view)
    if no or view.task is None:
        return no
    if view.run.stage is not Stage.EXECUTION and view.run.gate is not None:
        kept = {*view.run.gate.reuses, *view.run.anew}
        return "" if view.task.uid in kept else f"Task {view.task.id} runs anyway: nothing is kept of it."
    if view.run.stage is not Stage.EXECUTION:
        return f"Nothing runs now: {view.key('rerun')} is for a task that is over while others go on."
    state = view.run.state(view.task.uid)
    if state in HAS_RESULT | {TaskState.FAILED, TaskState.CANCELLED}:
        return ""
    return f"Task {view.task.id} is {state}; {view.key('rerun')} is for one that is over."


def _go_on(view: View) -> str:
    no, task = _task(view), meant("go_on", view)
    if no or task is None:
        return no
    state = view.run.state(task.uid)
    if view.run.stage is Stage.EXECUTION and state in MEANT["go_on"]:
        return ""
    return f"Task {task.id} is {state}; {view.key('go_on')} is for one that failed or was stopped."


def _skip(view: View) -> str:
    no = _task(view)
    if no or view.task is None:
        return no
    state = view.run.state(view.task.uid)
    if state in NOT_STARTED or state is TaskState.SKIPPED:
        return ""
    return f"Task {view.task.id} is {state}; only what has not started can be skipped."


def _stop(view: View) -> str:
    return "" if view.busy else "Nothing runs."


def _stop_task(view: View) -> str:
    no = _task(view)
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
    return "Nothing has failed; the answer comes by itself."


def _supply(view: View) -> str:
    if view.run.ended:
        return _once_more(view)
    no = _task(view)
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
    no = _draft(view)
    if no:
        return no
    task = meant("mend", view)
    if task and view.is_failed(task):
        return "" if view.next_for(task) else _no_next(view, task)
    if not any(one.mend for one in view.problems):
        return "No problem here has a mend of one key."
    here = [one for one in view.problems if one.uid is None or one.uid == view.chosen]
    if any(one.mend and one.uid is not None for one in here):
        return _editable(view)
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


def _boxes(view: View) -> str:
    return "" if len(view.plan) else NO_PLAN


def _drawn(view: View) -> str:
    return (
        ""
        if view.boxes and len(view.plan)
        else _boxes(view) or f"The plan stands as rows; {view.key('boxes')} draws it."
    )


def _next(view: View) -> str:
    return "" if view.problems or view.stuck else "No problem is known."


def _new(view: View) -> str:
    if not view.busy:
        return ""
    what = (
        "says what should be different about its plan" if view.at_gate and view.by_llm else "is asked when it has ended"
    )
    return f"This request has not ended; {view.key('stop')} stops it. What you write here {what}."


_RULES: dict[str, Callable[[View], str]] = {
    "approve": _approve,
    "approve_rule": _approve_rule,
    "policy": _task,
    "breakpoint": _breakpoint,
    "edit": _editable,
    "models": _editable,
    "models_all": _models_all,
    "what_if": _what_if,
    "pin": _model,
    "delete": _editable,
    "skip": _skip,
    "add": _add,
    "connect": _connect,
    "editor": _draft,
    "open_plan": _open_plan,
    "shift_task(1)": lambda view: _shift(view, 1),
    "shift_task(-1)": lambda view: _shift(view, -1),
    "undo": lambda view: _undraft(view) or ("" if view.run.undos else "There is nothing to undo."),
    "redo": lambda view: _undraft(view) or ("" if view.run.redos else "There is nothing to do again."),
    "plans": lambda view: "" if view.run.versions else NO_PLAN,
    "mend": _mend,
    "next_problem": _next,
    "retry": _retry,
    "rerun": _rerun,
    "go_on": _go_on,
    "comment": _comment,
    "difference": _difference,
    "stop": _stop,
    "stop_task": _stop_task,
    "finish": _finish,
    "new": _new,
    "supply": _supply,
    "save_result": _has_result,
    "open_outside": _has_result,
    "tab": lambda view: "" if view.task else NO_TASK,
    "filter": lambda view: "" if len(view.plan) else NO_PLAN,
    "boxes": _boxes,
    "boxes_detail": _drawn,
    "boxes_direction": _drawn,
    "call": lambda view: "" if view.run.call_book.rows else "No call has been made yet.",
    "take_call": no_take,
    "calls_of_task": lambda view: "" if view.task else NO_TASK,
    "log_of_task": lambda view: "" if view.task else NO_TASK,
    "copy": lambda view: "" if view.task else NO_TASK,
}
