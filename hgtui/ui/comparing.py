"""Plans beside each other, by task and not by line: what is gone, what is new, which argument differs, what was yours."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hgtui.core.addresses import is_address
from hgtui.core.diff import FieldChange, PlanDiff, TaskChange, diff
from hgtui.core.partly import Part, covered
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.problems import Code, Facts, Problem, errors, problems
from hgtui.core.text import one_line, plural
from hgtui.core.versions import Version, persons
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
    are the changes that are not to be taken, `errors` the sentences on what is wrong in it. `versions` are the plans that the
    run of `before` has had: what came of a planner's is not a person's own. While it `waits` nothing can be decided on.
    """

    kind: Kind
    title: str
    before: Plan
    after: Plan
    comment: str = ""
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    base: Plan | None = None
    dropped: frozenset[Part] = frozenset()
    versions: tuple[Version, ...] = ()
    waits: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not diff(self.before, self.after)


def wrong(plan: Plan, facts: Facts) -> tuple[str, ...]:
    """Return the sentences on the errors that are known of a plan. Of a file that nobody has looked at nothing is known yet."""
    return tuple(one.message for one in errors(problems(plan, facts)) if not _unseen(plan, facts, one))


def _unseen(plan: Plan, facts: Facts, problem: Problem) -> bool:
    task = plan.get(problem.uid or "")
    value = task.args.get(problem.arg or "") if task is not None else None
    if problem.code is not Code.UNREADABLE_FILE or value is None:
        return False
    return not any(text in facts.files or is_address(text) for text in value.literals)


class _Three(NamedTuple):
    """The numbers of the tasks in each plan, the planner's plan that a person had changed, and all of it."""

    old: Ids
    new: Ids
    base: Plan | None
    before: Ids
    two: Compared

    def mine(self, uid: Uid, field: str = "") -> bool:
        """Whether a person made what a field of a task is, or that the task is there or not."""
        return persons(self.two.versions, self.two.before, uid, field)


def compared_lines(two: Compared, width: int, dropped: Collection[Part] = ()) -> list[Row]:
    """Return the lines for a width in cells; those of `dropped` are marked as not to be taken."""
    found = diff(two.before, two.after)
    if two.kind in PIECEMEAL:
        found = _without_numbers(found, two.after)
    ids = _Three(_ids(two.before), _ids(two.after), two.base, _ids(two.base) if two.base else {}, two)
    rows: list[Row] = []
    for change in found.changed:
        rows += _changed(change, ids, width)
    for task in found.removed:
        rows += [(line, Part(uid=task.uid)) for line in _task("-", "bad", task, ids.old, width)]
    for task in found.added:
        back = two.base is not None and two.base.get(task.uid) is not None and ids.mine(task.uid)
        words = "you had taken it out" if back else "new" if two.kind in PIECEMEAL else ""
        rows += [(line, Part(uid=task.uid)) for line in _task("+", "good", task, ids.new, width, words)]
    rows = [(_dropped(line, width), one) if one and covered(one, dropped) else (line, one) for line, one in rows]
    return [*rows, *((line, None) for line in (*_mine(two, found, ids, width), *_about(two, found, ids.new, width)))]


def _without_numbers(found: PlanDiff, after: Plan) -> PlanDiff:
    """Return what differs but for the numbers: those are looked after where a part is taken."""
    changed = []
    for one in found.changed:
        fields = tuple(field for field in one.fields if field.field != "id")
        changed += [one.model_copy(update={"fields": fields})] if fields else []
    told = {one.after.uid for one in changed} | {task.uid for task in found.added}
    unchanged = tuple(task.uid for task in after if task.uid not in told)
    return found.model_copy(update={"changed": tuple(changed), "unchanged": unchanged})


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
            if one.field in moved or one.field == "id" or not ids.mine(task.uid, one.field):
                continue
            had, has = _apart(one, (one.before, ids.before, two.base), (one.after, ids.old, two.before))
            was, now = one_line(had, 40) or "nothing", one_line(has, 60) or "nothing"
            told.append(f"{task.id}.{one.field.removeprefix('args.')} {now} · the planner had {was}")
    told += [
        f"task {task.id} {one_line(task.task, 40)}  added by you"
        for task in mine.added
        if task.uid not in gone and ids.mine(task.uid)
    ]
    told += [
        f"task {task.id} {one_line(task.task, 40)}  taken out by you"
        for task in mine.removed
        if two.after.get(task.uid) is None and ids.mine(task.uid)
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
        count = plural(len(two.errors), "error")
        first = one_line(two.errors[0], 300)
        words = f"{count} in it, to mend before it can run{': ' if len(two.errors) == 1 else '; the first: '}{first}"
        lines += _sentence("! ", words, "bad", width)
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
    theirs = ids.base.get(uid) if ids.base is not None else None
    for one in change.fields:
        before, after = _apart(one, (one.before, ids.old, ids.two.before), (one.after, ids.new, ids.two.after))
        had = _has(one, theirs) if theirs is not None else one.before
        mine = had != one.before and ids.mine(uid, one.field)
        lines: list[Line] = []
        if mine and had != one.after:
            words = _value(one, had, ids.before) or "(nothing)"
            lines += _field("L", "dim", one.field, words, "the planner, before you changed it", width)
        if before:
            lines += _field("-", "bad", one.field, before, "yours" if mine else "", width)
        if after:
            words = "as the planner had it" if mine and had == one.after else _reads(one)
            lines += _field("+", "good", one.field, after, words, width)
        part = Part(uid=uid, field="" if whole else one.field)
        rows += [(line, part) for line in lines]
    return rows


def _has(change: FieldChange, task: Task) -> object:
    """Return what a task has in the field that differs."""
    if change.field.startswith("args."):
        return task.args.get(change.field.removeprefix("args."))
    return getattr(task, change.field)


def _apart(change: FieldChange, before: tuple[object, Ids, Plan], after: tuple[object, Ids, Plan]) -> tuple[str, str]:
    """Return both values as they are shown; where only the numbers that were moved make them look alike, with task types."""
    words = [_value(change, value, ids) for value, ids, _ in (before, after)]
    if words[0] == words[1]:
        named = [{task.uid: f"{task.id} {one_line(task.task, 40)}" for task in plan} for _, _, plan in (before, after)]
        words = [_value(change, one[0], names) for one, names in zip((before, after), named, strict=True)]
    return words[0], words[1]


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


def _value(change: FieldChange, value: object, ids: Mapping[Uid, int | str]) -> str:
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
