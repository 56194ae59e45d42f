"""Two plans compared task by task, by identity and not by line."""

from collections.abc import Callable, Collection
from itertools import count

from hgtui.core.base import Value
from hgtui.core.plan import MISSING, Plan, Task, Uid, fresh_uids


class FieldChange(Value):
    """A field that differs: "task", "skip", "policy", "after", "id", or the name of an argument as ``args.text``."""

    field: str
    before: object = None
    after: object = None


class TaskChange(Value):
    """A task that is in both plans and differs."""

    before: Task
    after: Task
    fields: tuple[FieldChange, ...]


class PlanDiff(Value):
    """What differs from one plan to the other; empty (false) where nothing does."""

    added: tuple[Task, ...] = ()
    removed: tuple[Task, ...] = ()
    changed: tuple[TaskChange, ...] = ()
    unchanged: tuple[Uid, ...] = ()
    moved: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)


def _fields(before: Task, after: Task) -> tuple[FieldChange, ...]:
    found = [
        FieldChange(field=name, before=getattr(before, name), after=getattr(after, name))
        for name in ("task", "id", "after", "skip", "policy")
        if getattr(before, name) != getattr(after, name)
    ]
    for name in dict.fromkeys((*before.args, *after.args)):
        if before.args.get(name) != after.args.get(name):
            found.append(FieldChange(field=f"args.{name}", before=before.args.get(name), after=after.args.get(name)))
    return tuple(found)


def diff(before: Plan, after: Plan) -> PlanDiff:
    """Compare two plans by uid."""
    old = {task.uid: task for task in before}
    new = {task.uid: task for task in after}
    both = [uid for uid in old if uid in new]
    changes = {uid: _fields(old[uid], new[uid]) for uid in both}
    return PlanDiff(
        added=tuple(task for uid, task in new.items() if uid not in old),
        removed=tuple(task for uid, task in old.items() if uid not in new),
        changed=tuple(TaskChange(before=old[uid], after=new[uid], fields=changes[uid]) for uid in both if changes[uid]),
        unchanged=tuple(uid for uid in both if not changes[uid]),
        moved=both != [uid for uid in new if uid in old],
    )


def without(before: Plan, after: Plan, uids: Collection[Uid]) -> Plan:
    """Return `after` with the tasks in `uids` as they are in `before`: as they were, back, or not there at all.

    What is taken of `after` may read what is not: `problems` says so.
    """
    rows = [before.get(task.uid) if task.uid in uids else task for task in after]
    kept = [task for task in rows if task is not None]
    order = [task.uid for task in before]
    for task in before:
        if task.uid in uids and after.get(task.uid) is None:
            ahead = set(order[: order.index(task.uid)])
            place = max((at + 1 for at, one in enumerate(kept) if one.uid in ahead), default=0)
            kept.insert(place, task)
    return after.with_tasks(kept)


def match(before: Plan, after: Plan) -> Plan:
    """Return `after` with the uids of `before` where a task is the same one.

    A revision that comes back from a planner has no uids: a task is the same by type and what is written in its arguments,
    else by number and type, else by type where both only read, else by number alone.
    """
    names: dict[Uid, Uid] = {}
    left = list(before)
    rules: tuple[Callable[[Task, Task], bool], ...] = (
        lambda a, b: a.id == b.id and a.task == b.task and _literals(a) == _literals(b),
        lambda a, b: a.task == b.task and any(_literals(a).values()) and _literals(a) == _literals(b),
        lambda a, b: a.id == b.id and a.task == b.task,
        lambda a, b: a.task == b.task and _literals(a) == _literals(b),
        lambda a, b: a.id == b.id,
    )
    for rule in rules:
        for task in after:
            if task.uid in names:
                continue
            same = next((one for one in left if rule(one, task)), None)
            if same:
                names[task.uid] = same.uid
                left.remove(same)
    free = fresh_uids([*(task.uid for task in before), *(task.uid for task in after)])
    for task in after:  # a new task must not bear the uid of one that was matched, nor of one that is gone
        if task.uid not in names and before.get(task.uid):
            names[task.uid] = next(free)
    return after.with_tasks(_renamed(task, names) for task in after)


def numbered(before: Plan, after: Plan) -> Plan:
    """Return `after`, which has the uids of `before`, with the numbers that a person knows from there.

    A new task has a number that no other has in either plan, its own where that is free.
    """
    known = {task.uid: task.id for task in before}
    meant = {name for task in after for dep in task.deps if (name := dep.removeprefix(MISSING)) != dep}
    used = {*known.values(), *(int(name) for name in meant if name.isdecimal() and len(name) < 10)}
    own: dict[Uid, int] = {}
    for task in after:
        if task.uid not in known and task.id not in used:
            own[task.uid] = task.id
            used.add(task.id)
    # The lowest, for what is still to be taken must not be called otherwise once another new task was taken.
    free = (number for number in count(min(known.values(), default=0)) if number not in used)
    rows = []
    for task in after:
        number = known.get(task.uid, own.get(task.uid))
        if number is None:
            number = next(free)
            used.add(number)
        rows.append(task if task.id == number else task.update(id=number))
    return after.with_tasks(rows)


def _literals(task: Task) -> dict[str, tuple[str, ...]]:
    return {name: value.literals for name, value in task.args.items()}


def _renamed(task: Task, names: dict[Uid, Uid]) -> Task:
    args = {name: value.swap(names) for name, value in task.args.items()}
    after = tuple(names.get(dep, dep) for dep in task.after)
    return task.update(uid=names.get(task.uid, task.uid), args=args, after=after)
