"""What the person must know before the next key: what leaves at the gate, and what failed with the ways on from there."""

from hgtui.core.plan import Task
from hgtui.core.states import Failure, Stage, TaskState
from hgtui.core.text import one_line, plural
from hgtui.ui.models import instead
from hgtui.ui.view import View
from hgtui.ui.words import Line, fit, seconds, wrapped

ROWS = 3
"""How many lines one sentence takes at most; what helps after a failure is shown whole."""
HINT = 6


def attention(view: View, width: int, most: int) -> list[Line]:
    """Return the lines over the task pane, at most `most` of `width` cells; none where there is nothing to tell."""
    if view.at_gate or view.stage_gate:
        return _leaving(view, width, most)
    if view.run.stage is Stage.EXECUTION and not view.run.ended and view.stuck:
        return _stuck(view, width, most)
    return []


def _leaving(view: View, width: int, most: int) -> list[Line]:
    told = ["The plan goes beyond what was approved: a approves it as it is now."] if view.run.grant else []
    told += [view.spends] if view.spends else []
    told += [f"{'' if at else 'leaves this machine: '}{words}" for at, words in enumerate(view.leaves)]
    lines: list[Line] = []
    for words in told:
        for row in wrapped(words, width - 2, ROWS):
            lines.append((("  " if lines else "! ", "warn"), (row, "warn")))
    if len(lines) > most:
        left = len(lines) - most + 1
        lines = [*lines[: most - 1], ((fit(f"  … {plural(left, 'more line')}: 1 shows all", width), "bold"),)]
    return lines


def _stuck(view: View, width: int, most: int) -> list[Line]:
    stuck = view.stuck
    task = view.task if view.task in stuck and view.task else stuck[0]
    told, keys = _told(view, task, width), _ways(view, task, width)
    others = len(stuck) - 1
    if others:
        keys.append(
            (
                ("  ", ""),
                (
                    f"{plural(others, 'other task')} wait{'s' if others == 1 else ''} for you: ! goes on to the next",
                    "dim",
                ),
            )
        )
    return [*told[: max(most - len(keys), 1)], *keys]


def _told(view: View, task: Task, width: int) -> list[Line]:
    status = view.run.status(task.uid)
    name = f"{task.id} {one_line(task.task, 40)}"
    if status.state is TaskState.ASKING:
        words = f"{name} asks before it starts{f': {status.why}' if status.why else ''}."
        rows = wrapped(words, width - 2, ROWS)
        return [((("  " if at else "! ") + row, "warn"),) for at, row in enumerate(rows)]
    if status.state is TaskState.CANCELLED:
        return [((f"! {fit(f'{name} was stopped.', width - 2).rstrip()}", "warn"),)]
    tries = [
        f"after {status.attempt} tries" if status.attempt > 1 else "",
        seconds(status.seconds) if status.seconds else "",
    ]
    how = ", ".join(one for one in tries if one)
    words = f"{name} failed, {_class(status.failure)}{f' ({how})' if how else ''}: {status.message}"
    rows = wrapped(words, width - 2, ROWS)
    lines: list[Line] = [((("  " if at else "! ") + row, "bad"),) for at, row in enumerate(rows)]
    if status.in_place_of:
        lines += [((f"  {row}", "warn"),) for row in wrapped(instead(status), width - 2, 2)]
    for words in (status.hint, page_of(view, task)):
        lines += [((f"  {row}", ""),) for row in wrapped(words, width - 2, HINT)] if words else []
    return lines


def page_of(view: View, task: Task) -> str:
    """Say where access to a model is asked for, where its failure did not say so itself."""
    status = view.run.status(task.uid)
    one = view.named(task, status.candidate) or view.candidate(task)
    if (
        status.failure is not Failure.ACCESS
        or one is None
        or not one.page
        or one.page in f"{status.message} {status.hint}"
    ):
        return ""
    return f"Its page, where terms are accepted: {one.page}"


def _class(failure: Failure | None) -> str:
    return str(failure).replace("_", " ") if failure else "no reason is known"


def _ways(view: View, task: Task, width: int) -> list[Line]:
    """Return the keys that help, the cheapest way on first."""
    here = task.uid == view.chosen
    asks = view.run.state(task.uid) is TaskState.ASKING
    keys = [("a", "let it start"), ("n", "go on without")] if asks else _keys(view, here=here)
    if not here:
        keys.insert(0, ("!", f"goes to {task.id}, then"))
    lines: list[Line] = []
    pieces: list[tuple[str, str]] = [("  ", "")]
    used = 2
    for key, words in keys:
        words = one_line(words, max(width - 6, 16))
        cells = len(key) + len(words) + 4
        if used + cells > width and len(pieces) > 1:
            lines.append(tuple(pieces))
            pieces, used = [("  ", "")], 2
        pieces += [(f"{key} ", "bold"), (f"{words}   ", "")]
        used += cells
    return [*lines, tuple(pieces)]


def _keys(view: View, *, here: bool) -> list[tuple[str, str]]:
    keys = [("r", "retry"), ("m", "another model"), ("n", "go on without"), ("F", "answer with what there is")]
    other = view.next_candidate if here else None
    if other:
        at = f" at {other.provider}" if other.provider else ""
        keys.insert(0, ("f", f"next: {other.model}{at}"))
    elif not here:
        keys.insert(0, ("f", "next candidate"))
    return keys
