"""A revision: the planner's new plan held to what the person set in the old one."""

from hgtui.core.diff import match, numbered
from hgtui.core.plan import MISSING, Plan, Ref, Task, Uid, fresh_uids
from hgtui.core.task import TASKS
from hgtui.core.text import one_line


def revised(before: Plan, after: Plan) -> tuple[Plan, tuple[str, ...]]:
    """Return `after` with the uids of `before` and everything that is locked there as it was; and what that took.

    A task that is in both plans keeps the number that it has: a renumbering is no change of its own, and what a person
    reads of a task goes by it. A task with a lock comes back even where the planner left it out, with all that its locked arguments read. What only
    a person says of a task (skip, policy, locks) stays with it. A sentence tells each change that was refused.
    """
    return held(before, match(before, after))


def held(before: Plan, after: Plan) -> tuple[Plan, tuple[str, ...]]:
    """Return `after`, which has the uids of `before` already, with everything that is locked there as it was, as `revised`."""
    plan = numbered(before, _apart(before, after))
    notes: list[str] = []
    rows = [_held(before.get(task.uid), task, notes) for task in plan]
    missing = _missing(before, rows)
    meant = {f"{MISSING}{task.id}": task.uid for task in missing}
    rows = [_renamed(task, meant) for task in rows]
    for task in missing:
        rows.insert(_place(before, rows, task), task)
        why = "is locked" if task.locked else "is read by what is locked"
        notes.append(f"The model left out task {task.id} ({one_line(task.task, 60)}), which {why}: it is back.")
    return after.with_tasks(rows), tuple(notes)


def _apart(before: Plan, after: Plan) -> Plan:
    """Give a task a uid of its own where it was matched by number alone and cannot be the one that is locked."""
    free = fresh_uids([*(task.uid for task in before), *(task.uid for task in after)])
    names: dict[Uid, Uid] = {}
    for task in after:
        old = before.get(task.uid)
        if old is not None and old.task != task.task and not _may_become(old, task.task):
            names[task.uid] = next(free)
    if not names:
        return after
    return after.with_tasks(_renamed(task, names) for task in after)


def _may_become(old: Task, kind: str) -> bool:
    spec = TASKS.get(kind)
    return "task" not in old.locked and (spec is None or all(spec.arg(name) for name in old.locked))


def _renamed(task: Task, names: dict[Uid, Uid]) -> Task:
    args = {name: value.swap(names) for name, value in task.args.items()}
    after = tuple(names.get(dep, dep) for dep in task.after)
    return task.update(uid=names.get(task.uid, task.uid), args=args, after=after)


def _held(old: Task | None, new: Task, notes: list[str]) -> Task:
    """Return a task with the person's words on it; a locked argument is as it was, also where it was taken away."""
    if old is None:
        return new
    args = dict(new.args)
    for name in old.locked:
        if name == "task" or args.get(name) == old.args.get(name):
            continue
        if name in old.args:
            args[name] = old.args[name]
        else:
            args.pop(name, None)
        notes.append(f"The model changed “{one_line(name, 40)}” of task {old.id}, which is locked: it is as it was.")
    return new.update(args=args, skip=old.skip, policy=old.policy, locked=old.locked)


def _missing(before: Plan, rows: list[Task]) -> list[Task]:
    """Return the tasks of `before` that have to be back: the locked ones, and those that locked arguments read."""
    have = {task.uid for task in rows}
    back = {task.uid: task for task in before if task.locked and task.uid not in have}
    ahead = [ref for task in (*rows, *back.values()) for ref in _locked_refs(before, task)]
    while ahead:
        task = before.get(ahead.pop().uid)
        if task is not None and task.uid not in have and task.uid not in back:
            back[task.uid] = task
            ahead += [ref for value in task.args.values() for ref in value.refs]
    return [task for task in before if task.uid in back]


def _locked_refs(before: Plan, task: Task) -> list[Ref]:
    old = before.get(task.uid)
    if old is None:
        return []
    names = old.locked if task is not old else tuple(old.args)
    return [ref for name in names if name in old.args for ref in old.args[name].refs]


def _place(before: Plan, rows: list[Task], task: Task) -> int:
    """Return the row behind the nearest task that stood before it."""
    uids = [row.uid for row in rows]
    order = [one.uid for one in before]
    for uid in reversed(order[: order.index(task.uid)]):
        if uid in uids:
            return uids.index(uid) + 1
    return 0
