"""What the task pane lists for the selected task: what came of it, what goes in, and who could run it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from hgtui.core.fit import unfit
from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.states import NOT_STARTED, TaskState
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.selection.ranking import rank
from hgtui.ui.greeting import TASK
from hgtui.ui.models import count, distinct, instead, megabytes, where
from hgtui.ui.policies import policy_words
from hgtui.ui.rows import countdown
from hgtui.ui.view import View
from hgtui.ui.words import Line, fit, fit_model, wrapped

RESULT_LINES = 6


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a pane and what stands behind it: `key` is the name of an argument or of a candidate, or the place of a mend."""

    kind: Literal["text", "argument", "candidate", "mend"]
    line: Line
    key: str = ""


def details(view: View, width: int) -> list[Item]:
    """Return the lines for the selected task at a width in cells."""
    task = view.task
    if task is None:
        return []
    items = [*_outcome(view, task, width), *_problems(view, task, width), *_policy(view, task, width)]
    items += _arguments(view, task, width)
    candidates = rank(task, view.candidates(task))
    if candidates:
        items += _stand_ins(view, task, width)
        items.append(
            Item("text", ((f"candidates for {fit(task.task, 40).rstrip()}   m: all facts, cards, search", "dim"),))
        )
        items += [_candidate(one, view, task, width) for one in distinct(candidates)]
    elif task.task in view.run.candidates:
        words = view.run.help.get(task.task) or "Nothing here can run it."
        items += [Item("text", ((line, "warn"),)) for line in wrapped(words, width, 3)]
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
            words = f"{words} Try {status.attempt + 1} {countdown(status, datetime.now(UTC))}."
        items += [Item("text", ((line, "bad"),)) for line in wrapped(words, width, 3)]
        if status.hint:
            items += [Item("text", ((line, ""),)) for line in wrapped(status.hint, width, 2)]
    if status.state is TaskState.BLOCKED:
        ids = view.ids
        words = ", ".join(str(ids.get(uid, "?")) for uid in status.blocked_by)
        items.append(Item("text", ((fit(f"blocked by {words}", width), "bad"),)))
    for result in status.results if status.state in {TaskState.DONE, TaskState.REUSED} else ():
        about = f"{result.kind} · {result.media_type} · {_size(result.size)}"
        items.append(Item("text", (("result  ", "good"), (fit(about, width - 8), "dim"))))
        if result.preview:
            items += [Item("text", ((line, ""),)) for line in wrapped(result.preview, width, RESULT_LINES)]
    if status.in_place_of and not told:
        items += [Item("text", ((line, "warn"),)) for line in wrapped(instead(status), width, 2)]
    if status.note:
        items.append(Item("text", ((fit(status.note, width), "dim"),)))
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
        for at, line in enumerate(wrapped(problem.message, width - 2, 2))
    ]
    for at, mend in enumerate(problem.mends):
        items.append(Item("mend", (("    " if at else "  f ", "bold"), (fit(mend.label, width - 4), "")), str(at)))
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


def _candidate(one: Candidate, view: View, task: Task, width: int) -> Item:
    """One row: the same columns as the list of models, and what is said of it in few words."""
    assigned, now = view.assignment(task.uid), view.candidate(task)
    mine = now is not None and (one.endpoint, one.model) == (now.endpoint, now.model)
    one = now if mine and now else one
    by = {"person": " ← you", "selector": " ← selector"}.get(assigned.chosen_by, "") if mine and assigned else ""
    model = max(14, min(30, width // 3))
    facts = [
        where(one),
        "gated" if one.gated else "",
        megabytes(one.size_mb),
        one.licence or "",
        f"{count(one.downloads)} ↓" if one.downloads is not None else "",
        "leaves this machine" if one.leaves and not one.provider else "",
    ]
    no = unfit(task, one)
    words = f"needs {one.missing}" if one.missing else no or one.description or one.reason
    room = 34 if width >= 90 else 22
    line = (
        ("● " if mine else "  ", "good"),
        (fit_model(one.model, model) + " ", "dim" if one.missing or no else ""),
        (fit("  ".join(fact for fact in facts if fact), room) + " ", "dim"),
        (fit(words, max(width - model - room - 4 - len(by), 0)), "warn" if one.missing or no else "dim"),
        (by, "warn"),
    )
    return Item("candidate", line, one.name)


def _size(size: int) -> str:
    if size < 10_000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def title(view: View) -> str:
    """Return what stands on the border of the task pane."""
    task = view.task
    return f"{TASK} {task.id} {one_line(task.task, 40)}" if task else TASK
