"""A task as one row: state by sign and word, number, task, what goes in, model, where, time; and fewer of these where it is narrow."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from rich.cells import cell_len

from hgtui.core.model import CandidateName
from hgtui.core.plan import Task, Uid
from hgtui.core.problems import Severity
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Failure, TaskState
from hgtui.core.status import TaskStatus
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.ui.policies import WIDTH, policy_word
from hgtui.ui.view import View
from hgtui.ui.words import SIGNS, Line, fit, fit_model, seconds

TIMED = HAS_RESULT | {TaskState.FAILED, TaskState.CANCELLED}
WAITS = {Failure.LOADING: "loading", Failure.QUOTA: "quota"}
"""The word for what a task waits for before it is tried again, where that is more than a failed try."""
STATE = 9
"""How wide the longest word of a state is, in cells."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide each column is, in cells; 0 for one that is left out."""

    number: int = 2
    task: int = 12
    input: int = 0
    model: int = 0
    where: int = 0
    time: int = 0
    gate: int = 0


def columns(view: View, width: int) -> Columns:
    """Share `width` cells among the columns: what goes in has what is left, and the last ones go first."""
    tasks = view.plan.tasks
    number = max((len(str(task.id)) for task in tasks), default=1)
    longest = max((cell_len(one_line(task.task, 40)) for task in tasks), default=12)
    time = 7 if view.run.grant else 0
    left = width - (2 + STATE + 1 + number + 1) - (time + 1 if time else 0)
    task = max(8, min(longest, 26 if left > 66 else 20, left - 2))
    left -= task + 2
    where = 6 if left >= 40 else 0
    left -= where + 1 if where else 0
    # Where room is dear it stands there once some task does not simply start.
    told = left >= 60 or any(policy_word(view, one)[1] != "dim" for one in tasks)
    gate = WIDTH if told and left >= 31 else 0
    left -= gate + 1 if gate else 0
    model = max(12, min(26, left * 2 // 5)) if left >= 26 else 0
    left -= model + 1 if model else 0
    return Columns(number, task, max(left - 1, 0) if left >= 8 else 0, model, where, time, gate)


def task_line(view: View, task: Task, ids: dict[Uid, int], shape: Columns, now: datetime) -> Line:
    """Return the row of a task."""
    sign, word, role = state_of(view, task)
    mark = view.mark(task)
    pieces = [
        (f"{sign} {fit(word, STATE)} ", role),
        (f"{task.id}"[-shape.number :].rjust(shape.number) + " ", "bold"),
        (fit(task.task, shape.task), "dim" if task.skip else ""),
        (f"{mark} ", "warn"),
    ]
    if shape.input:
        pieces.append((fit(inputs(task, ids), shape.input) + " ", "dim" if task.skip else ""))
    if shape.model:
        model, known, other = _model(view, task)
        instead = "⇄ " if other else ""
        pieces.append((instead + fit_model(model, shape.model - len(instead)) + " ", "" if known else "dim"))
    if shape.where:
        pieces.append((fit(_where(view, task), shape.where) + " ", "dim"))
    if shape.gate:
        policy, role_of = policy_word(view, task)
        pieces.append((fit(policy, shape.gate) + (" " if shape.time else ""), role_of))
    if shape.time:
        pieces.append((_time(view, task, now).rjust(shape.time), role if role == "busy" else "dim"))
    return tuple(pieces)


def state_of(view: View, task: Task) -> tuple[str, str, str]:
    """Return sign, word and role: the state, or before anything has run the worst problem of the task."""
    state = view.run.state(task.uid)
    problem = view.worst.get(task.uid)
    if problem and state in {TaskState.WAITING, TaskState.SKIPPED} and not task.skip:
        return ("!", "error", "bad") if problem.severity is Severity.ERROR else ("!", "warning", "warn")
    sign, role = SIGNS[state]
    waits = view.run.status(task.uid).failure if state is TaskState.RETRYING else None
    return sign, WAITS.get(waits, str(state)) if waits else str(state), role


def inputs(task: Task, ids: dict[Uid, int]) -> str:
    """Return what goes into a task: its arguments in their order, with names only where a reader needs them."""
    shown = []
    for name, value in task.args.items():
        text = one_line(show_input(value, ids)[:400])
        quoted = value.literal is not None and " " in text
        shown.append((f"{name}=" if name == "language" else "") + (f"“{text}”" if quoted else text))
    after = [f"after {ids[dep]}" for dep in task.after if dep in ids]
    return "  ".join([*shown, *after])


def countdown(status: TaskStatus, now: datetime) -> str:
    """Say in how many seconds a task is tried again: "in 12 s", "in 2m05s"; "now" when it is time."""
    if status.retry_at is None:
        return f"try {status.attempt + 1}"
    # A clock may go back: no wait is longer than it was to be.
    left = ceil(status.wait_s - max((now - status.retry_at).total_seconds(), 0.0))
    if left < 1:
        return "now"
    return f"in {left} s" if left < 100 else f"in {left // 60}m{left % 60:02d}"


def _model(view: View, task: Task) -> tuple[str, bool, bool]:
    """Return the model's name, whether there is one, and whether it runs in place of the one that was chosen."""
    chosen = view.assignment(task.uid)
    if task.skip or chosen is None:
        return "-", False, False
    status = view.run.tasks.get(task.uid)
    if status and status.in_place_of:
        return _called(view, task, status.candidate), True, True
    return _called(view, task, chosen.candidate), True, False


def _called(view: View, task: Task, name: str) -> str:
    candidate = view.named(task, name)
    if candidate:
        return candidate.model
    try:
        return CandidateName.parse(name).model
    except ValueError:
        return name


def _where(view: View, task: Task) -> str:
    if task.skip or view.assignment(task.uid) is None:
        return "-"
    status = view.run.tasks.get(task.uid)
    stands_in = status.candidate if status and status.in_place_of else ""
    candidate = view.named(task, stands_in) if stands_in else view.candidate(task)
    return candidate.place if candidate else "?"


def _time(view: View, task: Task, now: datetime) -> str:
    status = view.run.tasks.get(task.uid)
    if status is None:
        return ""
    if status.state in UNDER_WAY:
        if status.fraction is not None:
            return f"{min(max(status.fraction, 0.0), 1.0):.0%}"
        if status.state is TaskState.RETRYING:
            return countdown(status, now)
        return f"{max(int((now - status.started).total_seconds()), 0)} s…" if status.started else ""
    if status.supplied:
        return "by hand"
    if status.state is TaskState.REUSED:
        return "kept"
    return seconds(status.seconds) if status.state in TIMED and status.seconds else ""
