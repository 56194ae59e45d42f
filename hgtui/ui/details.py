"""What the task pane lists for the selected task: what came of it, what goes in, and who could run it."""

from dataclasses import dataclass
from typing import Literal

from hgtui.core.fit import unfit
from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.states import TaskState
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.selection.ranking import rank
from hgtui.ui.view import View
from hgtui.ui.words import Line, fit, wrapped

RESULT_LINES = 6


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a pane and what stands behind it: `key` is the name of an argument or of a candidate."""

    kind: Literal["text", "argument", "candidate"]
    line: Line
    key: str = ""


def details(view: View, width: int) -> list[Item]:
    """Return the lines for the selected task at a width in cells."""
    task = view.task
    if task is None:
        return []
    items = [*_outcome(view, task, width), *_problems(view, task, width), *_arguments(view, task, width)]
    candidates = rank(task, view.candidates(task))
    if candidates:
        items.append(Item("text", ((f"candidates for {fit(task.task, 40).rstrip()}", "dim"),)))
        chosen = view.assignment(task.uid)
        items += [_candidate(one, chosen.candidate if chosen else "", view, task, width) for one in candidates]
    elif task.task in view.run.candidates:
        words = view.run.help.get(task.task) or "Nothing here can run it."
        items += [Item("text", ((line, "warn"),)) for line in wrapped(words, width, 3)]
    return items


def _outcome(view: View, task: Task, width: int) -> list[Item]:
    status = view.run.tasks.get(task.uid)
    if status is None:
        return []
    items: list[Item] = []
    if status.state in {TaskState.FAILED, TaskState.RETRYING}:
        words = f"{status.failure or 'failed'}: {status.message}"
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
    if problem.mend:
        items.append(Item("text", (("  f ", "bold"), (fit(problem.mend.label, width - 4), ""))))
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


def _candidate(one: Candidate, chosen: str, view: View, task: Task, width: int) -> Item:
    assigned = view.assignment(task.uid)
    mine = one.name == chosen
    by = {"person": " ← you", "selector": " ← selector"}.get(assigned.chosen_by, "") if mine and assigned else ""
    model = max(14, min(30, width // 3))
    facts = [one.place, _mb(one.size_mb), one.licence or "", "leaves this machine" if one.leaves else ""]
    no = unfit(task, one)
    words = f"needs {one.missing}" if one.missing else no or one.description or one.reason
    line = (
        ("● " if mine else "  ", "good"),
        (fit(one.model, model) + " ", "dim" if one.missing or no else ""),
        (fit("  ".join(fact for fact in facts if fact), 22) + " ", "dim"),
        (fit(words, max(width - model - 26 - len(by), 0)), "warn" if one.missing or no else "dim"),
        (by, "warn"),
    )
    return Item("candidate", line, one.name)


def _size(size: int) -> str:
    if size < 10_000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _mb(size: float | None) -> str:
    if size is None:
        return ""
    if size < 1:
        return "< 1 MB"
    return f"{size:.0f} MB" if size < 1000 else f"{size / 1000:.1f} GB"


def title(view: View) -> str:
    """Return what stands on the border of the task pane."""
    task = view.task
    return f"3 Task {task.id} {one_line(task.task, 40)}" if task else "3 Task"
