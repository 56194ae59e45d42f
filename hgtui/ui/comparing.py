"""Two plans beside each other, by task and not by line: what is gone, what is new, which argument differs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from hgtui.core.diff import FieldChange, PlanDiff, TaskChange, diff
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.text import one_line, plural
from hgtui.core.wire import show_input
from hgtui.ui.words import Line, fit, wrapped

MOST = 4
"""How many lines one value or sentence takes."""
Kind = Literal["revision", "proposal", "controller", "opened"]
Ids = dict[Uid, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """A plan against another. `kind` says what it is about: a revision, the planner's proposal, another controller's plan, one that was opened."""

    kind: Kind
    title: str
    before: Plan
    after: Plan
    comment: str = ""
    notes: tuple[str, ...] = ()
    errors: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not diff(self.before, self.after)


def compared_lines(two: Compared, width: int, dropped: Collection[Uid] = ()) -> list[tuple[Line, Uid | None]]:
    """Return the lines for a width in cells, each with the task whose change it tells; `dropped` are not to be taken."""
    found = diff(two.before, two.after)
    old, new = _ids(two.before), _ids(two.after)
    told = [(one.after.uid, _changed(one, old, new, width)) for one in found.changed]
    told += [(task.uid, _task("-", "bad", task, old, width)) for task in found.removed]
    told += [(task.uid, _task("+", "good", task, new, width)) for task in found.added]
    rows: list[tuple[Line, Uid | None]] = []
    for uid, some in told:
        rows += [(_dropped(line, width) if uid in dropped else line, uid) for line in some]
    return [*rows, *((line, None) for line in _about(two, found, new, width))]


def _dropped(line: Line, width: int) -> Line:
    text = "".join(piece for piece, _ in line)
    return ((fit(f"n {text}", width), "dim"),)


def _about(two: Compared, found: PlanDiff, new: Ids, width: int) -> list[Line]:
    lines: list[Line] = []
    if found.moved:
        lines.append((("  ", ""), ("the order of the rows differs", "")))
    if found.unchanged:
        ids = " ".join(str(new[uid]) for uid in found.unchanged)
        lines += _sentence("= ", f"{'task' if len(found.unchanged) == 1 else 'tasks'} {ids} unchanged", "dim", width)
    if two.errors:
        lines += _sentence("! ", f"{plural(two.errors, 'error')} in it, to mend before it can run", "bad", width)
    locked = [f"{task.id}.{one_line(name, 30)}" for task in two.before for name in task.locked]
    if locked and two.kind == "revision":
        lines += _sentence(
            "  ", f"locked: {', '.join(locked)} (you set {'it' if len(locked) == 1 else 'them'})", "warn", width
        )
    for note in two.notes:
        lines += _sentence("  ", note, "warn", width)
    if two.comment:
        lines += _sentence("  ", f"your comment: “{one_line(two.comment)}”", "dim", width)
    return lines


def _ids(plan: Plan) -> Ids:
    return {task.uid: task.id for task in plan}


def _sentence(sign: str, words: str, role: str, width: int) -> list[Line]:
    rows = wrapped(words, width - 2, MOST)
    return [((sign if not at else "  ", role), (row, role)) for at, row in enumerate(rows)]


def _changed(change: TaskChange, old: Ids, new: Ids, width: int) -> list[Line]:
    lines: list[Line] = [(("  ", ""), (fit(f"task {change.after.id} {change.after.task}", width - 2).rstrip(), "bold"))]
    for one in change.fields:
        before, after = _value(one, one.before, old), _value(one, one.after, new)
        if before:
            lines += _field("-", "bad", one.field, before, "", width)
        if after:
            lines += _field("+", "good", one.field, after, _reads(one), width)
    return lines


def _field(sign: str, role: str, name: str, value: str, words: str, width: int) -> list[Line]:
    head = f"{sign}   {fit(name, 14)} "
    room = max(width - len(head), 8)
    rows = wrapped(value, room, MOST)
    lines: list[Line] = [((head if not at else " " * len(head), role), (row, role)) for at, row in enumerate(rows)]
    if words and len(rows) == 1 and len(rows[0]) + len(words) + 3 < room:
        lines[0] = (*lines[0], (f"   {words}", "dim"))
    elif words:
        lines.append(((" " * len(head), ""), (fit(words, room).rstrip(), "dim")))
    return lines


def _value(change: FieldChange, value: object, ids: Ids) -> str:
    if isinstance(value, Input):
        return show_input(value, ids) or "(empty)"
    if change.field == "after" and isinstance(value, tuple):
        return ", ".join(str(ids.get(uid, "?")) for uid in value) or "nothing"
    if isinstance(value, bool):
        return "left out" if value else "taken in"
    return "" if value is None else str(value)


def _reads(change: FieldChange) -> str:
    """Say whether an argument reads more results than before, or fewer: that changes what a task is shown."""
    if not isinstance(change.after, Input):
        return ""
    before = {ref.uid for ref in change.before.refs} if isinstance(change.before, Input) else set()
    after = {ref.uid for ref in change.after.refs}
    if more := len(after - before):
        return f"reads {plural(more, 'more result')}"
    return f"reads {plural(len(before - after), 'result')} less" if before - after else ""


def _task(sign: str, role: str, task: Task, ids: Ids, width: int) -> list[Line]:
    words = f"task {task.id} {one_line(task.task, 40)}"
    args = "  ".join(f"{one_line(name, 20)} {show_input(value, ids)[:300]}" for name, value in task.args.items())
    rows = wrapped(f"{words}   {args}", width - 2, MOST)
    return [((f"{sign} " if not at else "  ", role), (row, role)) for at, row in enumerate(rows)]
