"""Whether a key does something to the plan now: approving, commenting, editing, choosing models; and if not, why."""

from collections.abc import Callable

from hgtui.core.problems import Code, Severity
from hgtui.core.states import HAS_RESULT, TaskState
from hgtui.core.text import plural
from hgtui.ui.may_draft import NO_PLAN, NO_TASK, draft, editable, ended, on_task, revising
from hgtui.ui.view import View
from hgtui.ui.whatif import barred


def _approve(view: View) -> str:
    no = draft(view)
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


def _comment(view: View) -> str:
    if view.run.proposed is None or view.run.ended:
        return NO_PLAN if view.run.proposed is None else ended(view)
    if not view.by_llm:
        return f"Comments need an LLM as the planner; rules cannot revise a plan. {view.key('edit')} edits the task, {view.key('controller')} takes a controller."
    if not view.at_gate:
        return "A plan is revised at its gate, before it runs."
    return revising(view) if view.run.comment and view.run.revision is None else ""


def _difference(view: View) -> str:
    if view.run.proposed is None:
        return NO_PLAN
    if view.run.plan == view.run.proposed:
        return "The plan is as the planner proposed it."
    return ""


def _undraft(view: View) -> str:
    """As `draft`, but that what was taken of an open revision can be taken back."""
    return "" if view.run.revision and not view.run.ended else draft(view)


def _breakpoint(view: View) -> str:
    no = on_task(view)
    if no or view.task is None or view.task.uid in view.run.breakpoints:
        return no
    state = view.run.state(view.task.uid)
    return f"Task {view.task.id} is {state}: what is below it has gone on." if state in HAS_RESULT else ""


def _add(view: View) -> str:
    """A task can be added to a plan that is open, and begin one where nothing goes on and no plan has come."""
    if not view.busy and not view.plan.tasks:
        return ""
    return draft(view)


def _shift(view: View, by: int) -> str:
    no = on_task(view)
    if no or view.task is None:
        return no
    rows = [task.uid for task in view.plan]
    at = rows.index(view.task.uid) + by
    return "" if 0 <= at < len(rows) else f"Task {view.task.id} is the {'first' if by < 0 else 'last'} one."


def _connect(view: View) -> str:
    return editable(view) or ("" if len(view.plan) > 1 else "There is no other task to wait for.")


def _open_plan(view: View) -> str:
    if not view.busy:
        return ""
    if not view.at_gate:
        return "This run goes on: a plan can be opened at its gate, or when it has ended."
    return draft(view)


def _model(view: View) -> str:
    """Why the model of the selected task cannot be taken for all of its type, or pinned."""
    no = on_task(view)
    if no or view.task is None:
        return no
    return (
        ""
        if view.candidate(view.task)
        else f"Task {view.task.id} has no model; {view.key('models')} lists what could run it."
    )


def _models_all(view: View) -> str:
    no = _model(view)
    if no or view.task is None:
        return no
    return "" if view.alike(view.task) else f"There is no other task of the type {view.task.task} to choose it for."


def _what_if(view: View) -> str:
    no = on_task(view)
    if no or view.task is None:
        return no
    trial = view.run.trials.get(view.task.uid)
    return "" if trial is not None and not trial.over else barred(view, view.task)


PLAN: dict[str, Callable[[View], str]] = {
    "approve": _approve,
    "approve_rule": _approve_rule,
    "policy": on_task,
    "breakpoint": _breakpoint,
    "edit": editable,
    "models": editable,
    "models_all": _models_all,
    "what_if": _what_if,
    "pin": _model,
    "delete": editable,
    "add": _add,
    "connect": _connect,
    "editor": draft,
    "open_plan": _open_plan,
    "shift_task(1)": lambda view: _shift(view, 1),
    "shift_task(-1)": lambda view: _shift(view, -1),
    "undo": lambda view: _undraft(view) or ("" if view.run.undos else "There is nothing to undo."),
    "redo": lambda view: _undraft(view) or ("" if view.run.redos else "There is nothing to do again."),
    "plans": lambda view: "" if view.run.versions else NO_PLAN,
    "comment": _comment,
    "difference": _difference,
}
