"""A revision taken change by change: the parts in which it differs from a plan, one of them taken, some of them left out."""

from collections.abc import Collection

from hgtui.core.base import Value
from hgtui.core.diff import diff, without
from hgtui.core.plan import Plan, Task, Uid, fresh_uids

_WHOLE = "task"
_ARGS = "args."


class Part(Value):
    """One change: of a field of a task, named as in `core.diff.FieldChange`, or with no field of the whole task."""

    uid: Uid
    field: str = ""


def parts(before: Plan, after: Plan) -> tuple[Part, ...]:
    """Return the changes that lead from `before` to `after`, one by one.

    A task that is new, is gone or becomes another type is one change: its arguments make no sense without it.
    """
    found = diff(before, after)
    changed: list[Part] = []
    for one in found.changed:
        fields = [field.field for field in one.fields]
        uid = one.after.uid
        changed += [Part(uid=uid)] if _WHOLE in fields else [Part(uid=uid, field=field) for field in fields]
    return (*changed, *(Part(uid=task.uid) for task in (*found.removed, *found.added)))


def covered(part: Part, by: Collection[Part]) -> bool:
    """Whether a change is among some, by itself or with its whole task."""
    return part in by or Part(uid=part.uid) in by


def undecided(before: Plan, after: Plan, dropped: Collection[Part]) -> tuple[Part, ...]:
    """Return the changes of `after` that are still to be taken or left out."""
    return tuple(one for one in parts(before, after) if not covered(one, dropped))


def but(before: Plan, after: Plan, dropped: Collection[Part]) -> Plan:
    """Return `after` with some changes left out.

    What is left of it may read what is not there, as with `core.diff.without`: `problems` says so.
    """
    plan = without(before, after, {one.uid for one in dropped if not one.field})
    rows = []
    for task in plan:
        old = before.get(task.uid)
        fields = [one.field for one in dropped if one.uid == task.uid and one.field]
        rows.append(_with(task, old, fields) if old is not None and fields else task)
    return plan.with_tasks(rows)


def taken(before: Plan, after: Plan, part: Part) -> Plan:
    """Return `before` with one change of `after`; the same plan where there is no such change."""
    old, new = before.get(part.uid), after.get(part.uid)
    if new is None:
        return before if part.field else before.with_tasks(task for task in before if task.uid != part.uid)
    if old is None:
        return before if part.field else before.with_tasks(_inserted(before, after, new))
    row = _with(old, new, [part.field]) if part.field else new
    return before.with_tasks(row if task.uid == part.uid else task for task in before)


def grafted(before: Plan, after: Plan, own: Plan, dropped: Collection[Part], used: Collection[Uid]) -> Plan:
    """Return `but` under the uids of another run.

    `own` is `after` as it is there, row by row; `used` are the uids that there were in it. What comes from `before` alone
    gets one of its own.
    """
    plan = but(before, after, dropped)
    names = {task.uid: there.uid for task, there in zip(after, own, strict=True)}
    free = fresh_uids([*used, *names.values()])
    for task in plan:
        if task.uid not in names:
            names[task.uid] = next(free)
    return plan.with_tasks(
        task.update(
            uid=names[task.uid],
            args={name: value.swap(names) for name, value in task.args.items()},
            after=tuple(names.get(dep, dep) for dep in task.after),
        )
        for task in plan
    )


def _with(task: Task, other: Task, fields: Collection[str]) -> Task:
    """Return a task with some of its fields as they are in the other."""
    args = dict(task.args)
    for name in (field.removeprefix(_ARGS) for field in fields if field.startswith(_ARGS)):
        if name in other.args:
            args[name] = other.args[name]
        else:
            args.pop(name, None)
    own = {name: getattr(other, name) for name in ("id", "after", "skip", "policy") if name in fields}
    return task.update(args=args, **own)


def _inserted(before: Plan, after: Plan, task: Task) -> list[Task]:
    """Return the rows of `before` with a task of `after` behind the nearest one that stands before it there too."""
    rows, order = list(before), [one.uid for one in after]
    ahead = set(order[: order.index(task.uid)])
    rows.insert(max((at + 1 for at, one in enumerate(rows) if one.uid in ahead), default=0), task)
    return rows
