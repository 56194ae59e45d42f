"""What the person must know before the next key: what leaves at the gate, and what failed with the ways on from there."""

import os

from hgtui.core.plan import Task
from hgtui.core.states import Failure, Stage, TaskState
from hgtui.core.text import megabytes, one_line, plural
from hgtui.ui.models import instead
from hgtui.ui.standings import GOING
from hgtui.ui.view import View
from hgtui.ui.words import Line, fit, seconds, wrapped

ROWS = 3
"""How many lines one sentence takes at most; what helps after a failure is shown whole."""
HINT = 6
_WAITS = frozenset({TaskState.WAITING, TaskState.BLOCKED})
_PASSING = frozenset({Failure.TIMEOUT, Failure.LOADING, Failure.CRASHED})
"""Failures that another try of the same may get over, at no cost but time; the tries of a transport are over."""


def attention(view: View, width: int, most: int) -> list[Line]:
    """Return the lines over the task pane, at most `most` of `width` cells; none where there is nothing to tell."""
    if view.at_gate or view.stage_gate:
        return _leaving(view, width, most)
    if view.run.stage is Stage.EXECUTION and not view.run.ended and view.stuck:
        return _stuck(view, width, most)
    if view.run.stage is Stage.EXECUTION and not view.run.ended:
        return _trials(view, width)[:most]
    return []


def _trials(view: View, width: int) -> list[Line]:
    """Say that the end of the run waits for a what-if, and for what there."""
    if view.states.going:
        return []
    key = view.key("what_if")
    if view.trying:
        words = f"The run waits for the what-if of task {view.trying[0].id}: {key} on it shows how far it is."
    elif not view.undecided:
        return []
    else:
        words = (
            f"The what-if of task {view.undecided[0].id} waits for you: {key} on it shows what came of it, "
            "enter there takes one, x gives it up."
        )
    return [((("  " if at else "! ") + row, "warn"),) for at, row in enumerate(wrapped(words, width - 2, ROWS))]


def _leaving(view: View, width: int, most: int) -> list[Line]:
    told = (
        [f"The plan goes beyond what was approved: {view.key('approve')} approves it as it is now."]
        if view.run.grant
        else []
    )
    types = dict.fromkeys(task.task for task in view.plan if not task.skip)
    if unasked := [one for one in types if one in view.run.unasked]:
        why, key = view.run.unasked[unasked[0]][0], view.key("retry")
        told.append(f"Not all models for {', '.join(unasked)} could be looked for: {why} {key} looks again.")
    told += [view.spends] if view.spends else []
    told += [f"{'' if at else 'leaves this machine: '}{words}" for at, words in enumerate(view.leaves)]
    lines: list[Line] = []
    for words in told:
        for row in wrapped(words, width - 2, ROWS):
            lines.append((("  " if lines else "! ", "warn"), (row, "warn")))
    if len(lines) > most:
        left = len(lines) - most + 1
        lines = [
            *lines[: most - 1],
            ((fit(f"  … {plural(left, 'more line')}: {view.key('focus_prompt')} shows all", width), "bold"),),
        ]
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
                    f"{plural(others, 'other task')} wait{'s' if others == 1 else ''} for you: {view.key('next_problem')} goes on to the next",
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
    if len(status.tried) > 1:  # what was told above is how the last one failed
        lines += [((f"  {row}", "warn"),) for row in wrapped(instead(status), width - 2, HINT)]
    for words in (status.hint, page_of(view, task), memory_of(view, task)):
        lines += [((f"  {row}", ""),) for row in wrapped(words, width - 2, HINT)] if words else []
    if words := _others(view, task):
        lines += [((f"  {row}", "dim"),) for row in wrapped(words, width - 2, 1)]
    return lines


def _others(view: View, task: Task) -> str:
    """Say what goes on meanwhile, and what waits for a task."""
    ids, run = view.ids, view.run
    going = [str(one.id) for one in view.plan if run.state(one.uid) in GOING]
    waits = [str(ids[uid]) for uid in view.plan.below(task.uid) if run.state(uid) in _WAITS]
    words = [
        f"{_some(going)} go{'es' if len(going) == 1 else ''} on" if going else "",
        f"{_some(waits)} wait{'s' if len(waits) == 1 else ''} for it" if waits else "",
    ]
    return " · ".join(one for one in words if one)


def _some(numbers: list[str]) -> str:
    return ", ".join(numbers[:6]) + (f" and {len(numbers) - 6} more" if len(numbers) > 6 else "")


def memory_of(view: View, task: Task) -> str:
    """Say how much memory a model needs and how much is free here, as far as that is known."""
    status = view.run.status(task.uid)
    one = view.named(task, status.candidate) or view.candidate(task)
    if status.failure is not Failure.OUT_OF_MEMORY or one is None or one.place != "here":
        return ""
    free = free_memory()
    words = [
        f"its model has {megabytes(one.size_mb)}" if one.size_mb else "",
        f"{megabytes(free)} are free here now" if free else "",
    ]
    told = "; ".join(part for part in words if part)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def free_memory() -> float | None:
    """Return how many MB of this machine's memory are free, None where the system does not say."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (ValueError, OSError, AttributeError):
        return None


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
    keys = (
        [(view.key("approve"), "let it start"), (view.key("go_on"), "go on without")]
        if asks
        else ways_on(view, task, here=here)
    )
    if not here:
        keys.insert(0, (view.key("next_problem"), f"goes to {task.id}, then"))
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


def ways_on(view: View, task: Task, *, here: bool) -> list[tuple[str, str]]:
    """Return the ways on from a failure, a key and what it does: what costs least and may help first.

    `here` says that the task is selected; of another one what comes next is not named, since ! comes first.
    """
    other = view.next_for(task)
    at = f" at {other.provider}" if other and other.provider else ""
    another = [(view.key("mend"), f"next: {other.model}{at}" if here else "next candidate")] if other else []
    again = [(view.key("retry"), "retry")]
    # What may be otherwise in a moment is tried again first; where the model itself cannot, another may.
    passing = view.run.status(task.uid).failure in _PASSING or view.run.state(task.uid) is TaskState.CANCELLED
    first = [*again, *another] if passing else [*another, *again]
    return [
        *first,
        (view.key("go_on"), "go on without"),
        (view.key("supply"), "by hand"),
        (view.key("models"), "another model"),
        (view.key("log_of_task"), "its log"),
        (view.key("finish"), "answer with what there is"),
    ]
