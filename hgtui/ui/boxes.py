"""What is written in the box of a task: state by sign, number and type, what is changed; below it the model, and how far it is."""

from datetime import datetime

from rich.cells import cell_len

from hgtui.core.plan import Task
from hgtui.core.states import UNDER_WAY
from hgtui.core.text import one_line
from hgtui.ui.graph.shape import Detail
from hgtui.ui.rows import model_name, state_of, time_word
from hgtui.ui.view import View
from hgtui.ui.words import Line, fit, fit_model

LOOP = "↺"
"""The sign of a task that waits for itself."""
NAME = 8
"""How many cells the type of a task has at least beside how far it is, where it is one line."""


def written(view: View, task: Task, detail: Detail, now: datetime) -> tuple[Line, ...]:
    """Return the lines in the box of a task, each as wide as the box without its sides."""
    width = detail.width - 2
    if not detail.border:
        return (_head(view, task, width, _soon(view, task, now)),)
    return (_head(view, task, width, ""), _below(view, task, width, now))


def done(view: View, task: Task) -> float:
    """Return how far a task is that is under way, 0 to 1; 0 where that is not known."""
    status = view.run.tasks.get(task.uid)
    if status is None or status.state not in UNDER_WAY or status.fraction is None:
        return 0.0
    return min(max(status.fraction, 0.0), 1.0)


def role_of(view: View, task: Task) -> str:
    """Return the role of the frame of a task: that of its state."""
    return "dim" if task.skip else state_of(view, task)[2]


def _head(view: View, task: Task, width: int, more: str) -> Line:
    """Return sign, number and type, with what was changed and `more` at the end."""
    sign, _, role = state_of(view, task)
    number = f" {task.id} "
    mark = LOOP if task.uid in task.deps else view.mark(task).strip()
    room = width - cell_len(sign) - len(number) - (cell_len(more) + 1 if more else 0) - (2 if mark else 0)
    pieces = [(sign, role), (number, "bold"), (fit(one_line(task.task, 100), room), "dim" if task.skip else "")]
    if mark:
        pieces.append((f" {mark}", "warn"))
    if more:
        pieces.append((f" {more}", role))
    return tuple(pieces)


def _soon(view: View, task: Task, now: datetime) -> str:
    """Return how far a task is that is under way, where one line has room for it."""
    status = view.run.tasks.get(task.uid)
    return time_word(view, task, now) if status and status.state in UNDER_WAY else ""


def _below(view: View, task: Task, width: int, now: datetime) -> Line:
    """Return the model, and how far the task is: a time, else the word of its state where it is not simply waiting."""
    _, word, role = state_of(view, task)
    more = time_word(view, task, now) or (word if role != "dim" else "")
    name, known, other = model_name(view, task)
    instead = "⇄ " if other else ""
    room = width - 1 - len(instead) - (cell_len(more) + 1 if more else 0)
    model = fit_model(name, max(room, NAME)) if name != "-" else fit("no model" if not task.skip else "left out", room)
    pieces = [(f" {instead}{model}", "" if known else "dim")]
    return (*pieces, (f" {more}", role)) if more else tuple(pieces)
