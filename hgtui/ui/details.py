"""What the task pane lists for the selected task: what came of it, what goes in, and who could run it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size

from hgtui.core.fit import unfit
from hgtui.core.model import BY_HAND, Candidate
from hgtui.core.plan import Task
from hgtui.core.states import NOT_STARTED, TaskState
from hgtui.core.task import TASKS
from hgtui.core.text import megabytes, one_line
from hgtui.core.wire import show_input
from hgtui.ui.exhibits import Exhibit, about, exhibits, preview_lines
from hgtui.ui.gallery import Drawn, Shown
from hgtui.ui.greeting import TASK
from hgtui.ui.models import BY, advice, count, distinct, instead, ordered, took, votes, where
from hgtui.ui.policies import policy_words
from hgtui.ui.rows import countdown
from hgtui.ui.view import Tab, View
from hgtui.ui.words import fit, fit_model, wrapped

RESULT_LINES = 6
SELECTED = " L"
"""What stands behind the candidate that the selector chose."""
LICENCE, FEWEST = 12, 10
"""How many cells the name of a licence takes at the most, and how few are too few for words."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a pane and what stands behind it: `key` is the name of an argument or of a candidate, or the place of a mend."""

    kind: Literal["text", "argument", "candidate", "mend"]
    line: Shown
    key: str = ""


Draw = Callable[[Exhibit], Drawn | None]
"""Gives what an exhibit looks like, None where it is still being drawn."""


def details(view: View, tab: Tab, width: int, draw: Draw) -> list[Item]:
    """Return the lines of a tab for the selected task at a width in cells."""
    task = view.task
    if task is None:
        return []
    if tab == "result":
        return [*_outcome(view, task, width), *_results(view, task, width, draw)] or [_nothing(view, task, width)]
    if tab == "arguments":
        told = [*_problems(view, task, width), *_policy(view, task, width)]
        return [*told, *_arguments(view, task, width)] or [Item("text", (("This task takes no arguments.", "dim"),))]
    return [*_problems(view, task, width), *_policy(view, task, width), *_candidates(view, task, width)]


def _candidates(view: View, task: Task, width: int) -> list[Item]:
    candidates = ordered(view, task, view.candidates(task))
    if not candidates:
        words = view.run.help.get(task.task) or f"Nothing here can run it: {view.key('models')} searches the Hub."
        if task.task not in view.run.candidates:
            words = "Nobody has looked yet what could run this."
        problem = view.worst.get(task.uid) if view.run.grant is None else None
        if problem is not None and words in problem.message:  # it stands above
            return []
        return [Item("text", ((line, "warn"),)) for line in wrapped(words, width, 3)]
    listed = distinct(candidates)
    now = view.candidate(task)
    listed = tuple(now if now and (one.endpoint, one.model) == (now.endpoint, now.model) else one for one in listed)
    shape = tuple(
        max(map(cell_len, column)) for column in zip(*(_facts(view, task, one) for one in listed), strict=True)
    )
    longest = max(cell_len(one_line(one.model, 60)) for one in listed)
    items = [_candidate(one, view, task, width, shape, longest) for one in listed]
    items += _why(view, task, width)
    items += _stand_ins(view, task, width)
    by = f" · by {view.order}" if view.order != "ranking" else ""
    items.append(
        Item("text", ((fit(f"{view.key('models')}: all facts, cards, sort, filter, search{by}", width), "dim"),))
    )
    return items


def _why(view: View, task: Task, width: int) -> list[Item]:
    """Say who chose the model and why, and what its card says."""
    chosen, one = view.assignment(task.uid), view.candidate(task)
    if chosen is None or one is None:
        return []
    why = f": {chosen.reason}" if chosen.reason not in {"", BY_HAND} else ""
    lines = [((line, "good"),) for line in wrapped(f"chosen by {BY[chosen.chosen_by]}{why}", width, 2)]
    advised = view.advised.get(task.uid)
    if advised and advised.candidate != chosen.candidate:
        lines += [((line, ""),) for line in wrapped(advice(advised), width, 2)]
    if one.description:
        lines += [((line, "dim"),) for line in wrapped(f"“{one_line(one.description)}”", width, 2)]
    return [Item("text", line) for line in lines]


def _nothing(view: View, task: Task, width: int) -> Item:
    state = view.run.state(task.uid)
    words = {
        TaskState.RUNNING: "It runs; its result comes here.",
        TaskState.SKIPPED: "It is left out.",
        TaskState.CANCELLED: "It was stopped.",
        TaskState.FAILED: "It failed: what helps stands above.",
    }.get(state, "It has not run yet.")
    return Item("text", ((fit(words, width).rstrip(), "dim"),))


def _results(view: View, task: Task, width: int, draw: Draw) -> list[Item]:
    items: list[Item] = []
    for shown in exhibits(view.run, task):
        items.append(Item("text", (("result  ", "good"), (fit(about(shown.result), width - 8).rstrip(), "dim"))))
        drawn = draw(shown)
        lines = drawn.lines if drawn else (*preview_lines(shown.result, width, RESULT_LINES), (("…", "dim"),))
        items += [Item("text", line) for line in lines]
    return items


def _policy(view: View, task: Task, width: int) -> list[Item]:
    """Say what a rule or a person wants of the task before it starts, and behind it."""
    if view.run.state(task.uid) not in {*NOT_STARTED, TaskState.ASKING} and task.uid not in view.run.breakpoints:
        return []
    return [Item("text", ((line, "warn"),)) for words in policy_words(view, task) for line in wrapped(words, width, 2)]


def _outcome(view: View, task: Task, width: int) -> list[Item]:
    status = view.run.tasks.get(task.uid)
    if status is None:
        return []
    items: list[Item] = []
    # While the run waits for a word on it, a failure stands over this pane, with the keys that help.
    told = view.failed and status.state is TaskState.FAILED
    if status.state in {TaskState.FAILED, TaskState.RETRYING} and not told:
        words = f"{status.failure or 'failed'}: {status.message}"
        if status.state is TaskState.RETRYING:
            words = f"{words} Try {status.attempt + 1} {countdown(status, view.clock())}."
        items += [Item("text", ((line, "bad"),)) for line in wrapped(words, width, 3)]
        if status.hint:
            items += [Item("text", ((line, ""),)) for line in wrapped(status.hint, width, 2)]
    if status.state is TaskState.BLOCKED:
        ids = view.ids
        words = ", ".join(str(ids.get(uid, "?")) for uid in status.blocked_by)
        items.append(Item("text", ((fit(f"blocked by {words}", width), "bad"),)))
    if status.supplied:
        items.append(Item("text", (("given by hand", "warn"),)))
    if not told and (how := instead(status)):
        items += [Item("text", ((line, "warn"),)) for line in wrapped(how, width, 4)]
    if status.note:
        items += [Item("text", ((line, "dim"),)) for line in wrapped(status.note, width, 3)]
    return items


def _problems(view: View, task: Task, width: int) -> list[Item]:
    if view.run.grant:
        return []
    problem = view.worst.get(task.uid)
    if problem is None:
        return []
    role = "bad" if problem.severity == "error" else "warn"
    items = [
        Item("text", ((("! " if not at else "  ") + line, role),))
        for at, line in enumerate(wrapped(problem.message, width - 2, 4))
    ]
    for at, mend in enumerate(problem.mends):
        items.append(
            Item(
                "mend",
                (("    " if at else f"  {view.key('mend')} ", "bold"), (fit(mend.label, width - 4), "")),
                str(at),
            )
        )
    return items


def _arguments(view: View, task: Task, width: int) -> list[Item]:
    spec = TASKS.get(task.task)
    ids = view.ids
    names = [arg.name for arg in spec.args] if spec else []
    names += [name for name in task.args if name not in names]
    items = []
    for name in names:
        arg = spec.arg(name) if spec else None
        value = task.args.get(name)
        if value is None and arg and not arg.required:
            continue
        text = show_input(value, ids)[:400] if value else f"missing: {arg.about if arg else ''}"
        kind = str(arg.kind) if arg else "unknown"
        lock = " ← you" if name in task.locked else ""
        line = (
            (fit(name, 10) + " ", "accent"),
            (fit(kind, 8) + " ", "dim"),
            (fit(text, max(width - 20 - len(lock), 4)), "" if value and arg else "bad"),
            (lock, "warn"),
        )
        items.append(Item("argument", line, name))
    return items


def _stand_ins(view: View, task: Task, width: int) -> list[Item]:
    """Say who runs the task if the chosen one fails: it is approved with the plan."""
    spare = view.stand_ins(task) if view.run.state(task.uid) in {*NOT_STARTED, TaskState.ASKING} else ()
    if not spare:
        return []
    first = view.candidate(task)
    names = [
        f"at {one.provider}"
        if first and one.model == first.model
        else f"{one.model}{f' at {one.provider}' if one.provider else ''}"
        for one in spare
    ]
    words = f"if it fails: {', then '.join(names)}"
    return [Item("text", ((line, ""),)) for line in wrapped(words, width, 2)]


def _candidate(one: Candidate, view: View, task: Task, width: int, shape: Sequence[int], longest: int) -> Item:
    """One row: the same columns as the list of models, of these widths, and what is said of it in few words."""
    assigned, mine = view.assignment(task.uid), one == view.candidate(task)
    advised = view.advised.get(task.uid)
    by = SELECTED if advised and advised.chosen_by == "selector" and advised.candidate == one.name else ""
    by = " ← you" + by if mine and assigned and assigned.chosen_by == "person" else by
    model = max(14, min(30, width // 3, longest))
    no = unfit(task, one)
    wrong = f"needs {one.missing}" if one.missing else no
    words = wrong or one.description or one.reason
    room = max(width - model - 4 - len(by), 0)
    most = room // 2 if wrong else width - model - 4 - len(SELECTED)  # the same columns in each row
    told = ""
    for fact, cells in zip(_facts(view, task, one), shape, strict=True):
        # What stands in the way is what a person must read; else the facts, as far as there is room.
        if cells and cell_len(told) + cells + 1 <= most:
            told += fit(fact, cells) + " "
    told = set_cell_size(told, min(cell_len(told), room))
    line = (
        ("● " if mine else "  ", "good"),
        (fit_model(one.model, model) + " ", "dim" if one.missing or no else ""),
        (told, "dim"),
        (
            fit(words if room - cell_len(told) >= FEWEST or wrong else "", max(room - cell_len(told), 0)),
            "warn" if one.missing or no else "dim",
        ),
        (by, "warn"),
    )
    return Item("candidate", line, one.name)


def _facts(view: View, task: Task, one: Candidate) -> tuple[str, ...]:
    """What is known of a candidate, a column each, empty where it is not known."""
    return (
        where(one),
        "gated" if one.gated else "",
        took(view, task, one),
        votes(view, task, one),
        megabytes(one.size_mb),
        fit(one.licence or "", LICENCE).rstrip(),
        f"{count(one.likes)} ♥" if one.likes is not None else "",
        f"{count(one.downloads)} ↓" if one.downloads is not None else "",
        " ".join(one.languages[:2]) + ("…" if len(one.languages) > 2 else ""),
        "leaves this machine" if one.leaves and not one.provider else "",
    )


def title(view: View) -> str:
    """Return what stands on the border of the task pane."""
    task = view.task
    return f"{TASK} {task.id} {one_line(task.task, 40)}" if task else TASK
