"""What stands in the way of a run: the problems of its plan with their mends, and the tasks that wait for the person."""

from typing import NamedTuple

from hgtui.core.plan import Task, Uid
from hgtui.core.problems import Problem, Severity
from hgtui.core.states import Stage, TaskState
from hgtui.core.text import one_line
from hgtui.ui.view import View
from hgtui.ui.words import Line, fit

_WORDS = {TaskState.FAILED: "failed", TaskState.CANCELLED: "stopped", TaskState.ASKING: "asks"}


class Trouble(NamedTuple):
    """One of them: the task, how grave (a role), a word for that, what is wrong, and the keys that mend it."""

    uid: Uid | None
    role: str
    word: str
    words: str
    mend: str
    problem: Problem | None = None


def troubles(view: View) -> tuple[Trouble, ...]:
    """Return what stands in the way now; once all is approved only what happens matters, not the warnings of before."""
    run = view.run
    planned = () if run.ended or (run.grant and not run.gate) else view.problems
    return (*(_stuck(view, task) for task in view.stuck), *(_planned(one) for one in planned))


def trouble_line(one: Trouble, view: View, width: int) -> Line:
    """Return the row of one, with its task by number."""
    task = view.plan.get(one.uid or "")
    mend = "  " + fit(one.mend, min(len(one.mend), width // 2)).rstrip() if one.mend else ""
    name = f"{task.id} {one_line(task.task, 30)}: " if task else ""
    words = f"! {one.word} {name}{one.words}"
    return (fit(words, max(width - len(mend) - 1, 8)).rstrip(), one.role), (mend, "bold")


def _planned(one: Problem) -> Trouble:
    others = f" (+{len(one.mends) - 1})" if len(one.mends) > 1 else ""
    mend = f"f {one.mend.label}{others}" if one.mend else ""
    role = "bad" if one.severity is Severity.ERROR else "warn"
    return Trouble(one.uid, role, one.severity, one.message, mend, one)


def _stuck(view: View, task: Task) -> Trouble:
    status = view.run.status(task.uid)
    runs = view.run.stage is Stage.EXECUTION and not view.run.ended
    failed = status.state is TaskState.FAILED
    words = {
        TaskState.FAILED: f"{status.message} {status.hint}".strip(),
        TaskState.ASKING: status.why or "it asks before it starts",
    }.get(status.state, "it was stopped")
    keys = f"{view.key('retry')} retry · {view.key('go_on')} without"
    if status.state is TaskState.ASKING:
        keys = f"{view.key('approve')} let it start · {view.key('go_on')} go on without"
    elif runs and view.next_for(task) is not None:
        keys = f"{view.key('mend')} next · {keys}"
    return Trouble(task.uid, "bad" if failed else "warn", _WORDS[status.state], words, keys if runs else "")
