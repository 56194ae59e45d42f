"""A task as one row: state by sign and word, lane, number, task, what goes in, model, where, time, policy; fewer where it is narrow."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from rich.cells import cell_len

from hgtui.core.model import CandidateName
from hgtui.core.plan import Task, Uid
from hgtui.core.problems import Severity
from hgtui.core.reuse import SHORTEST_S, length
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Failure, TaskState
from hgtui.core.status import TaskStatus
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.ui.folds import Row
from hgtui.ui.policies import policy_word
from hgtui.ui.view import View
from hgtui.ui.words import SIGNS, Line, Piece, fit, fit_model, seconds

TIMED = HAS_RESULT | {TaskState.FAILED, TaskState.CANCELLED}
WAITS = {Failure.LOADING: "loading", Failure.QUOTA: "quota"}
"""The word for what a task waits for before it is tried again, where that is more than a failed try."""
STATE = 9
"""How wide the longest word of a state is, in cells."""
WIDE = 90
"""From how many cells on the policy has a column of its own also where no task asks, and while the tasks run."""
TIME, EXPECTED, POLICY = 7, 6, 5
"""How wide the columns are for how long a task has run or ran, for how long it is expected to, and for its policy."""
STREAMED = 2
"""How many cells the numbers have at least while a plan streams in, so that no text moves at the tenth task."""
FAIR = 14
"""How many cells what goes in has at least before there is room for an expected time."""
STANDS_OUT = (TaskState.FAILED, TaskState.ASKING, TaskState.CANCELLED, TaskState.BLOCKED)
"""Of several tasks in one row those that a person must see, the worst first."""
HOURS = 5_900
"""From how many seconds on an estimate is told in hours."""
NAMED = 40
"""Of how many tasks in one row the inputs are named at most."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide each column is, in cells; 0 for one that is left out."""

    number: int = 2
    task: int = 12
    lanes: int = 0
    input: int = 0
    model: int = 0
    where: int = 0
    time: int = 0
    policy: int = 0


def columns(view: View, width: int, lanes: int = 0, counts: int = 0) -> Columns:
    """Share `width` cells among the columns: what goes in has what is left, and the last ones go first.

    `lanes` of them are for the lanes, `counts` of those of the task for how many a row stands for.
    """
    tasks, run = view.plan.tasks, view.run
    number = max((len(str(task.id)) for task in tasks), default=1)
    number = number if run.proposed else max(number, STREAMED)
    longest = max((cell_len(one_line(task.task, 40)) for task in tasks), default=12) + counts
    # Where room is dear it stands there once some task does not simply start.
    asks = any(policy_word(view, task)[1] != "dim" for task in tasks)
    room = width - (2 + STATE + 1 + number + 1) - (lanes + 1 if lanes else 0)
    if not run.grant and run.gate and run.expected:
        told = _share(room, width, longest, asks=asks, time=EXPECTED)
        if told.where and told.input >= FAIR and (told.policy or not asks):
            return replace(told, number=number, lanes=lanes)
    shape = _share(room, width, longest, asks=asks, time=TIME if run.grant else 0)
    return replace(shape, number=number, lanes=lanes)


def _share(left: int, width: int, longest: int, *, asks: bool, time: int) -> Columns:
    """Share what is left of `width` cells behind the number."""
    left -= time + 1 if time else 0
    task = max(8, min(longest, 26 if left > 66 else 20 if left > 46 else 16, left - 2))
    left -= task + 2
    policy = POLICY if (asks and left >= 27) or width >= WIDE else 0
    left -= policy
    where = 6 if left >= 40 else 4 if left >= 27 else 0
    left -= where + 1 if where else 0
    model = min(26, max(12, min(16, left // 2), left * 2 // 5)) if left >= 21 else 0
    left -= model + 1 if model else 0
    return Columns(
        task=task, input=max(left - 1, 0) if left >= 8 else 0, model=model, where=where, time=time, policy=policy
    )


def plan_line(view: View, row: Row, lane: Sequence[Piece], ids: dict[Uid, int], shape: Columns, now: datetime) -> Line:
    """Return a row of the plan pane; `lane` are the pieces of its lanes, as wide as the shape says."""
    return _many_line(view, row, lane, ids, shape) if row.many else task_line(view, row.task, lane, ids, shape, now)


def task_line(
    view: View, task: Task, lane: Sequence[Piece], ids: dict[Uid, int], shape: Columns, now: datetime
) -> Line:
    """Return the row of a task."""
    sign, word, role = state_of(view, task)
    shade = "dim" if task.skip else ""
    pieces = [
        (f"{sign} {fit(word, STATE)} ", role),
        *_lanes(lane, role, shape),
        (f"{task.id}"[-shape.number :].rjust(shape.number) + " ", "bold"),
        (fit(task.task, shape.task), shade),
        (f"{view.mark(task)} ", "warn"),
    ]
    if shape.input:
        pieces.append((fit(inputs(task, ids), shape.input) + " ", shade))
    pieces += _runner(view, task, shape)
    if shape.time:
        pieces.append((time_word(view, task, now).rjust(shape.time), role if role == "busy" else "dim"))
    return (*pieces, *_policy(view, task, shape))


def _many_line(view: View, row: Row, lane: Sequence[Piece], ids: dict[Uid, int], shape: Columns) -> Line:
    """Return the row of several tasks: their states together, how many they are, what goes into each."""
    sign, word, role = states_of(view, row.tasks)
    shade = "dim" if row.task.skip else ""
    count = f"×{len(row.tasks)} {'▾' if row.opened else '▸'}"
    name = min(max(shape.task - cell_len(count) - 1, 0), cell_len(one_line(row.task.task, 100)))
    pieces = [
        (f"{sign} {fit(word, STATE)} ", role),
        *_lanes(lane, role, shape),
        (" " * (shape.number + 1) if row.opened else f"{row.task.id}".rjust(shape.number) + " ", "bold"),
        (fit(row.task.task, name) + " ", shade),
        (fit(count, shape.task - name - 1), "accent"),
        (f"{view.mark(row.task)} ", "warn"),
    ]
    if shape.input:
        each = " · ".join(inputs(task, ids) for task in row.tasks[:NAMED])
        text = f"{numbers(row.tasks)}, a row each" if row.opened else f"{numbers(row.tasks)}: {each}"
        pieces.append((fit(text, shape.input) + " ", "dim" if row.opened else shade))
    pieces += _runner(view, row.task, shape)
    if shape.time:
        pieces.append((" " * shape.time, ""))
    return (*pieces, *_policy(view, row.task, shape))


def numbers(tasks: Sequence[Task]) -> str:
    """Return which numbers tasks have: "3–32" where these follow each other, else the first and the last."""
    ids = [task.id for task in tasks]
    follow = ids == list(range(ids[0], ids[0] + len(ids)))
    return f"{ids[0]}–{ids[-1]}" if follow else f"{ids[0]} … {ids[-1]}"


def _lanes(lane: Sequence[Piece], role: str, shape: Columns) -> list[Piece]:
    """Return the lanes, the node in the colour of the state."""
    return [*((text, role if kind == "node" else kind) for text, kind in lane), (" ", "")] if shape.lanes else []


def _runner(view: View, task: Task, shape: Columns) -> list[Piece]:
    pieces: list[Piece] = []
    if shape.model:
        model, known, other = model_name(view, task)
        instead = "⇄ " if other else ""
        pieces.append((instead + fit_model(model, shape.model - len(instead)) + " ", "" if known else "dim"))
    if shape.where:
        pieces.append((fit(_where(view, task), shape.where) + " ", "dim"))
    return pieces


def _policy(view: View, task: Task, shape: Columns) -> list[Piece]:
    if not shape.policy:
        return []
    word, role = policy_word(view, task)
    return [(" " + fit(word, shape.policy - 1), role)]


def state_of(view: View, task: Task) -> tuple[str, str, str]:
    """Return sign, word and role: the state, or before anything has run the worst problem of the task."""
    state = view.run.state(task.uid)
    problem = view.worst.get(task.uid)
    if problem and state in {TaskState.WAITING, TaskState.SKIPPED} and not task.skip:
        return ("!", "error", "bad") if problem.severity is Severity.ERROR else ("!", "warning", "warn")
    sign, role = SIGNS[state]
    waits = view.run.status(task.uid).failure if state is TaskState.RETRYING else None
    return sign, WAITS.get(waits, str(state)) if waits else str(state), role


def states_of(view: View, tasks: Sequence[Task]) -> tuple[str, str, str]:
    """Return sign, word and role of several tasks: what they have in common, else what stands out, else how many are done."""
    states = [view.run.state(task.uid) for task in tasks]
    if len(set(states)) == 1:
        return state_of(view, tasks[0])
    for state in STANDS_OUT:
        if count := states.count(state):
            sign, role = SIGNS[state]
            return sign, f"{count} {state}", role
    over = sum(state in HAS_RESULT or state is TaskState.SKIPPED for state in states)
    state = TaskState.RUNNING if UNDER_WAY.intersection(states) else TaskState.READY
    sign, role = SIGNS[state]
    return sign, f"{over}/{len(tasks)}", role


_PATH = re.compile(r"(?:~|\.{0,2})/(?:[^/]+/)+([^/]+\.\w{1,5})")


def inputs(task: Task, ids: dict[Uid, int]) -> str:
    """Return what goes into a task: results first, then its other arguments, with names only where a reader needs them."""
    shown = []
    # Which results it reads is what the plan is about, and must not be what is cut off.
    for name, value in sorted(task.args.items(), key=lambda one: all(isinstance(part, str) for part in one[1].parts)):
        text = one_line(show_input(value, ids)[:400])
        if value.literal is not None and (path := _PATH.fullmatch(text)):
            text = f"…/{path[1]}"  # of a path the name says which file it is, not where it lies
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


def model_name(view: View, task: Task) -> tuple[str, bool, bool]:
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


def time_word(view: View, task: Task, now: datetime) -> str:
    """Say how far a task is, how long it took, or how long it will take; an empty text where nothing is known."""
    status = view.run.tasks.get(task.uid)
    if status is None or status.state is TaskState.WAITING:
        return "" if task.skip else _expected(view, task)
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


def _expected(view: View, task: Task) -> str:
    """Say before a task runs how long such a task took before, and whether its result is kept."""
    run = view.run
    if run.ended or task.uid not in run.expected:
        return ""
    if run.gate and task.uid in run.gate.reuses:
        return "kept"
    about = run.expected[task.uid]
    if about >= HOURS:
        return f"≈{about / 3600:.0f} h"
    return f"≈{length(about)}" if about >= SHORTEST_S else f"<{SHORTEST_S} s"
