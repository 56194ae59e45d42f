"""A what-if as lines: the candidates to choose from, what they would do, and what each gave in a column of its own."""

from collections.abc import Callable, Collection, Iterable

from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Stage, TaskState
from hgtui.core.text import megabytes, one_line
from hgtui.core.trials import FEWEST, Ahead, Trial, Tried, cost, foreseen, memory, time
from hgtui.core.wire import show_input
from hgtui.selection.ranking import doubts, rank
from hgtui.ui.exhibits import Exhibit, about, exhibit, preview_lines
from hgtui.ui.gallery import Drawn, Shown
from hgtui.ui.models import distinct, ordered, refusal, spoken, took, votes, where
from hgtui.ui.view import View
from hgtui.ui.words import Line, fit, fit_model, wrapped

GAP = " │ "
PREVIEW = 8
"""How many lines of a result are shown before it is read."""
Draw = Callable[[Exhibit, int], Drawn | None]
"""Gives what an exhibit looks like at a width in cells, None where it is still being drawn."""


def able(view: View, task: Task) -> tuple[Candidate, ...]:
    """Return the candidates that can run a task now, the one that is chosen first."""
    chosen = view.candidate(task)
    rows = ordered(view, task, view.candidates(task))
    rows = distinct((*((chosen,) if chosen else ()), *rows))
    return tuple(one for one in rows if not refusal(task, one) and view.ruling.may(task, one))


def begin_with(view: View, task: Task) -> tuple[Candidate, ...]:
    """Return the candidates that a what-if begins with: the chosen one and the best against which nothing speaks.

    Fewer than it takes where there is no such other: then the person chooses.
    """
    rows, chosen = able(view, task), view.candidate(task)
    first = [one.name for one in rows if chosen is not None and one.name == chosen.name]
    others = [one.name for one in rank(task, rows) if one.name not in first and not doubts(task, one)]
    names = [*first, *others][:FEWEST]
    return tuple(one for one in rows if one.name in names)


def barred(view: View, task: Task) -> str:
    """Say why a task can have no what-if now, as a sentence; an empty text where it can."""
    run = view.run
    state = run.state(task.uid)
    if run.gate is None and run.stage is not Stage.EXECUTION:
        return "A what-if is for a plan that waits at its gate, or runs."
    if state in UNDER_WAY - {TaskState.ASKING}:
        return f"Task {task.id} is {state}; {view.key('stop_task')} stops it."
    refs = dict.fromkeys(ref.uid for value in task.args.values() for ref in value.refs)
    waits = [view.ids[uid] for uid in refs if uid in view.ids and run.state(uid) not in HAS_RESULT]
    if waits:
        numbers = ", ".join(str(one) for one in waits)
        return f"Task {task.id} waits for the result of {numbers}: a what-if needs the whole input."
    if (known := len(able(view, task))) < FEWEST:
        how = "Only one model that is known here can" if known else "No model that is known here can"
        return f"{how} run task {task.id}; {view.key('models')} lists them, and {view.key('search_models')} there searches the Hub."
    return ""


def input_lines(view: View, task: Task, width: int, most: int) -> list[Line]:
    """Return what goes into a task, in at most `most` lines."""
    told = "  ".join(f"{one_line(name, 20)} {show_input(value, view.ids)[:300]}" for name, value in task.args.items())
    return [((line, "dim"),) for line in wrapped(f"the same input for each: {told}", width, most)]


def choice_row(view: View, task: Task, one: Candidate, picked: bool, width: int) -> Line:
    """Return the row of a candidate: whether it takes part, where it runs, what is known of it here."""
    told = (
        where(one),
        doubts(task, one),
        f"took {past}" if (past := took(view, task, one)) else "",
        megabytes(one.size_mb),
        votes(view, task, one),
    )
    name = min(max(width // 2, 14), 40)
    rest = " · ".join(part for part in told if part)
    mark = ("● ", "good") if picked else ("○ ", "dim")
    return (mark, (fit_model(one.model, name) + " ", ""), (fit(rest, max(width - name - 3, 4)).rstrip(), "dim"))


def ahead_lines(ahead: Iterable[Ahead], width: int, reruns: Collection[int] = ()) -> list[Line]:
    """Return what the candidates would send and spend: that is what a person approves."""
    lines: list[Line] = []
    for one in ahead:
        role = "warn" if one.leaves or one.spends else "good"
        lines += [((line, role),) for line in wrapped(_spoken(one), width, 3)]
    if reruns:
        numbers = ", ".join(str(one) for one in reruns)
        words = f"If another one wins, what has read the result runs again: {numbers}."
        lines += [((line, "warn"),) for line in wrapped(words, width, 2)]
    return lines


def _spoken(one: Ahead) -> str:
    return f"{spoken(one.assignment.candidate)}: {foreseen(one).partition(': ')[2]}"


def column(view: View, task: Task, trial: Trial, name: str, width: int, *, here: bool, draw: Draw) -> list[Shown]:
    """Return the column of one candidate: who it is, what it took, what it gave."""
    title = fit_model(spoken(name), width - 2)
    lines: list[Shown] = [(("▸ " if here else "  ", "bold"), (title, "turn" if here else "bold"))]
    one = trial.tried.get(name)
    if one is None:
        words = "it was given up" if trial.over else "◐ at work …"
        return [*lines, ((words, "busy"),)]
    if not one.results:
        words = f"{one.message or 'It was stopped.'} {one.hint}".strip()
        head: list[Shown] = [(("✗ failed", "bad"),)] if one.failure else []
        return [*lines, *head, *(((line, "bad"),) for line in wrapped(words, width, 6))]
    lines += _figures(one, view.run.id, width)
    for result in one.results:
        lines += [(), ((fit(about(result), width).rstrip(), "dim"),)]
        shown = exhibit(view.run, task, result)
        drawn = draw(shown, width)
        lines += drawn.lines if drawn else (*preview_lines(result, width, PREVIEW), (("…", "dim"),))
    return lines


def _figures(one: Tried, run: str, width: int) -> list[Shown]:
    figures = (("time", time(one)), ("memory", memory(one)), ("cost", cost(one)))
    lines: list[Shown] = [((f"{name:<7}", "dim"), (fit(value, width - 7).rstrip(), "good")) for name, value in figures]
    if one.kept_from:
        kept = "kept from this run" if one.kept_from == run else f"kept from run {one.kept_from}"
        lines.append(((fit(kept, width).rstrip(), "dim"),))
    if one.note and not one.kept_from:
        lines += [((line, "dim"),) for line in wrapped(one.note, width, 2)]
    return lines


def last_words(trial: Trial | None) -> str:
    """Say how the last what-if of a task ended; an empty text where there was none."""
    if trial is None or not trial.over:
        return ""
    return f"The last what-if here: {spoken(trial.winner)} won." if trial.winner else "The last what-if was given up."
