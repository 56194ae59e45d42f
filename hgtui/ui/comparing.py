"""Plans beside each other, by task and not by line: what is gone, what is new, which argument differs, what was yours."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hgtui.core.diff import FieldChange, PlanDiff, TaskChange, diff
from hgtui.core.partly import Part, covered
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.text import one_line, plural
from hgtui.core.wire import show_input
from hgtui.ui.words import Line, fit, wrapped

MOST = 4
"""How many lines one value or sentence takes."""
MOST_MINE = 8
"""How many of a person's own changes that stay are listed."""
Kind = Literal["revision", "proposal", "controller", "opened", "earlier"]
PIECEMEAL: frozenset[Kind] = frozenset({"revision", "controller"})
"""What can be taken change by change."""
Ids = dict[Uid, int]
Row = tuple[Line, Part | None]
"""A line, with the change that it tells."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A plan against another. `kind` says what it is about: a revision, the planner's proposal, another controller's plan, one
    that was opened, an earlier one of the run.

    `base` is the planner's plan from which `before` came, so that it is told what a person had changed in it; `dropped`
    are the changes that are not to be taken.
    """

    kind: Kind
    title: str
    before: Plan
    after: Plan
    comment: str = ""
    notes: tuple[str, ...] = ()
    errors: int = 0
    base: Plan | None = None
    dropped: frozenset[Part] = frozenset()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not diff(self.before, self.after)


class _Three(NamedTuple):
    """The numbers of the tasks in each plan, and the planner's plan that a person had changed."""

    old: Ids
    new: Ids
    base: Plan | None
    before: Ids


def compared_lines(two: Compared, width: int, dropped: Collection[Part] = ()) -> list[Row]:
    """Return the lines for a width in cells; those of `dropped` are marked as not to be taken."""
    found = diff(two.before, two.after)
    ids = _Three(_ids(two.before), _ids(two.after), two.base, _ids(two.base) if two.base else {})
    rows: list[Row] = []
    for change in found.changed:
        rows += _changed(change, ids, width)
    for task in found.removed:
        rows += [(line, Part(uid=task.uid)) for line in _task("-", "bad", task, ids.old, width)]
    for task in found.added:
        back = two.base is not None and two.base.get(task.uid) is not None
        words = "you had taken it out" if back else "new" if two.kind in PIECEMEAL else ""
        rows += [(line, Part(uid=task.uid)) for line in _task("+", "good", task, ids.new, width, words)]
    rows = [(_dropped(line, width), one) if one and covered(one, dropped) else (line, one) for line, one in rows]
    return [*rows, *((line, None) for line in (*_mine(two, found, ids, width), *_about(two, found, ids.new, width)))]


def _dropped(line: Line, width: int) -> Line:
    text = "".join(piece for piece, _ in line)
    return ((fit(f"n {text}", width), "dim"),)


def _mine(two: Compared, found: PlanDiff, ids: _Three, width: int) -> list[Line]:
    """Say what a person had changed in the planner's plan, as far as it stays as they want it."""
    if two.base is None or two.kind not in PIECEMEAL:
        return []
    mine, gone = diff(two.base, two.before), {task.uid for task in found.removed}
    again = {change.after.uid: {one.field for one in change.fields} for change in found.changed}
    told: list[str] = []
    for change in mine.changed:
        task, moved = change.after, again.get(change.after.uid, set())
        for one in change.fields if task.uid not in gone else ():
            if one.field in moved or one.field == "id":
                continue
            was = one_line(_value(one, one.before, ids.before), 40) or "nothing"
            now = one_line(_value(one, one.after, ids.old), 60) or "nothing"
            told.append(f"{task.id}.{one.field.removeprefix('args.')} {now} · the planner had {was}")
    told += [f"task {task.id} {one_line(task.task, 40)}  added by you" for task in mine.added if task.uid not in gone]
    told += [
        f"task {task.id} {one_line(task.task, 40)}  taken out by you"
        for task in mine.removed
        if two.after.get(task.uid) is None
    ]
    rest = [f"and {len(told) - MOST_MINE} more"] if len(told) > MOST_MINE else []
    head: list[Line] = [(("~ ", "warn"), ("yours, and it stays:", "dim"))] if told else []
    return [*head, *((("~   ", "warn"), (fit(words, width - 4).rstrip(), "")) for words in (*told[:MOST_MINE], *rest))]


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


def _ids(plan: Iterable[Task]) -> Ids:
    return {task.uid: task.id for task in plan}


def _sentence(sign: str, words: str, role: str, width: int) -> list[Line]:
    rows = wrapped(words, width - 2, MOST)
    return [((sign if not at else "  ", role), (row, role)) for at, row in enumerate(rows)]


def _changed(change: TaskChange, ids: _Three, width: int) -> list[Row]:
    """Return a line for the task, and for each field what the planner had where that was changed since, what is and what would be."""
    uid, whole = change.after.uid, any(one.field == "task" for one in change.fields)
    head: Line = (("  ", ""), (fit(f"task {change.after.id} {change.after.task}", width - 2).rstrip(), "bold"))
    rows: list[Row] = [(head, Part(uid=uid))]
    task = ids.base.get(uid) if ids.base is not None else None
    for one in change.fields:
        before, after, had = _value(one, one.before, ids.old), _value(one, one.after, ids.new), _had(one, task, ids)
        lines: list[Line] = []
        if had not in {None, before, after}:
            lines += _field("L", "dim", one.field, had or "(nothing)", "the planner, before you changed it", width)
        if before:
            lines += _field("-", "bad", one.field, before, "yours" if had not in {None, before} else "", width)
        if after:
            back = had is not None and had != before and had == after
            words = "as the planner had it" if back else _reads(one)
            lines += _field("+", "good", one.field, after, words, width)
        part = Part(uid=uid, field="" if whole else one.field)
        rows += [(line, part) for line in lines]
    return rows


def _had(change: FieldChange, task: Task | None, ids: _Three) -> str | None:
    """Return what the planner had in a field, in words; None where it had no such task."""
    if task is None:
        return None
    if change.field.startswith("args."):
        return _value(change, task.args.get(change.field.removeprefix("args.")), ids.before)
    return _value(change, getattr(task, change.field), ids.before)


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
    """Say whether an argument reads more results than before, fewer or others: that changes what a task is shown."""
    if not isinstance(change.after, Input):
        return ""
    before = {ref.uid for ref in change.before.refs} if isinstance(change.before, Input) else set()
    after = {ref.uid for ref in change.after.refs}
    more, less = len(after - before), len(before - after)
    if more and less:
        return "reads another result" if more == less == 1 else "reads other results"
    if more:
        return f"wider: reads {'one more result' if more == 1 else plural(more, 'more result')}"
    return f"narrower: reads {plural(less, 'result')} less" if less else ""


def _task(sign: str, role: str, task: Task, ids: Ids, width: int, told: str = "") -> list[Line]:
    words = f"task {task.id} {one_line(task.task, 40)}"
    args = "  ".join(f"{one_line(name, 20)} {show_input(value, ids)[:300]}" for name, value in task.args.items())
    rows = wrapped(f"{words}   {args}", width - 2, MOST)
    lines: list[Line] = [((f"{sign} " if not at else "  ", role), (row, role)) for at, row in enumerate(rows)]
    if told and len(rows[-1]) + len(told) + 5 < width:
        lines[-1] = (*lines[-1], (f"   {told}", "dim"))
    return lines
