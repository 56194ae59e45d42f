"""A revision taken change by change: the parts in which it differs from a plan, one of them taken, some of them left out.

No number is a change of its own, and no change is taken or left out without those that a reference then needs.
"""

from collections.abc import Collection, Iterable, Mapping

from hgtui.core.base import Value
from hgtui.core.diff import diff, without
from hgtui.core.plan import Plan, Task, Uid, fresh_uids
from hgtui.core.text import one_line

_WHOLE = "task"
_ARGS = "args."
_NUMBER = "id"


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
        fields = [field.field for field in one.fields if field.field != _NUMBER]
        uid = one.after.uid
        changed += [Part(uid=uid)] if _WHOLE in fields else [Part(uid=uid, field=field) for field in fields]
    return (*changed, *(Part(uid=task.uid) for task in (*found.removed, *found.added)))


def covered(part: Part, by: Collection[Part]) -> bool:
    """Whether a change is among some, by itself or with its whole task."""
    return part in by or Part(uid=part.uid) in by


def undecided(before: Plan, after: Plan, dropped: Collection[Part]) -> tuple[Part, ...]:
    """Return the changes of `after` that are still to be taken or left out."""
    return tuple(one for one in parts(before, after) if not covered(one, dropped))


def taken_with(before: Plan, after: Plan, part: Part) -> tuple[Part, ...]:
    """Return the other changes that have to be taken with one: without them it, or a task, would read what is not there."""
    return _along(part, parts(before, after), _needs(before, after))


def dropped_with(before: Plan, after: Plan, part: Part) -> tuple[Part, ...]:
    """Return the other changes that have to be left out with one: they, or a task, would read what is not there."""
    return _along(part, parts(before, after), _needed_by(before, after))


def named(before: Plan, after: Plan, part: Part) -> str:
    """Name a change in a few words."""
    task = before.get(part.uid) or after.get(part.uid)
    name = f"task {task.id} {one_line(task.task, 40)}" if task else "a task"
    if part.field:
        return f"{name}, {one_line(part.field.removeprefix(_ARGS), 40)}"
    return (
        name if before.get(part.uid) and after.get(part.uid) else f"{name} ({'new' if after.get(part.uid) else 'gone'})"
    )


def but(before: Plan, after: Plan, dropped: Collection[Part]) -> Plan:
    """Return `after` with some changes left out, and with those that need them."""
    every, by = parts(before, after), _needed_by(before, after)
    out = {*dropped, *(other for one in dropped for other in _along(one, every, by))}
    plan = without(before, after, {one.uid for one in out if not one.field})
    rows = []
    for task in plan:
        old, new = before.get(task.uid), after.get(task.uid)
        fields = [one.field for one in out if one.uid == task.uid and one.field]
        row = _with(task, old, fields) if old is not None and fields else task
        rows.append(row if new is None or new.id == row.id else row.update(id=new.id))
    return after.with_tasks(_apart(rows, {task.uid for task in after}))


def taken(before: Plan, after: Plan, part: Part) -> Plan:
    """Return `before` with one change of `after`, and with those that it needs; the same plan where there is no such change."""
    plan = before
    for one in (part, *taken_with(before, after, part)):
        plan = _one_taken(plan, after, one)
    return plan


def _one_taken(before: Plan, after: Plan, part: Part) -> Plan:
    old, new = before.get(part.uid), after.get(part.uid)
    if new is None:
        return before if part.field else before.with_tasks(task for task in before if task.uid != part.uid)
    if old is None:
        if part.field:
            return before
        return before.with_tasks(_apart(_inserted(before, after, new), {task.uid for task in before}))
    row = _with(old, new, [part.field]) if part.field else new.update(id=old.id)
    return before.with_tasks(row if task.uid == part.uid else task for task in before)


def _needs(before: Plan, after: Plan) -> Mapping[Part, set[Part]]:
    """Return for each change those without which it would leave a reference to a task that is not there."""
    needs: dict[Part, set[Part]] = {}
    for one in parts(before, after):
        old, new = before.get(one.uid), after.get(one.uid)
        for uid in _read(new, one.field) - {one.uid}:
            if before.get(uid) is None and after.get(uid) is not None:  # a new one
                needs.setdefault(one, set()).add(Part(uid=uid))
        for uid in _read(old, one.field) - {one.uid}:
            if before.get(uid) is not None and after.get(uid) is None:  # one that goes only when nobody reads it
                needs.setdefault(Part(uid=uid), set()).add(one)
    return needs


def _needed_by(before: Plan, after: Plan) -> Mapping[Part, set[Part]]:
    """Return for each change those that would leave a reference to a task that is not there without it."""
    by: dict[Part, set[Part]] = {}
    for one, needed in _needs(before, after).items():
        for other in needed:
            by.setdefault(other, set()).add(one)
    return by


def _read(task: Task | None, field: str) -> set[Uid]:
    """Return the tasks that a field of a task refers to, all that it waits for where no field is named."""
    if task is None:
        return set()
    if field.startswith(_ARGS):
        value = task.args.get(field.removeprefix(_ARGS))
        return {ref.uid for ref in value.refs} if value is not None else set()
    return set(task.deps) if not field else set(task.after) if field == "after" else set()


def _along(part: Part, every: Iterable[Part], ways: Mapping[Part, set[Part]]) -> tuple[Part, ...]:
    """Return what is reached from a change, in the order of the changes."""
    every = tuple(every)
    itself = {one for one in every if one == part or (not part.field and one.uid == part.uid)}
    seen, ahead = set(itself), list(itself)
    while ahead:
        new = ways.get(ahead.pop(), set()) - seen
        seen |= new
        ahead += new
    return tuple(one for one in every if one in seen - itself)


def _apart(rows: Iterable[Task], known: Collection[Uid]) -> list[Task]:
    """Return the rows with a free number for each task that is not `known` and has the number of another."""
    rows = list(rows)
    used = {task.id for task in rows if task.uid in known}
    for at, task in enumerate(rows):
        if task.uid not in known and task.id in used:
            rows[at] = task.update(id=Plan(tasks=tuple(rows)).free_id())
        used.add(rows[at].id)
    return rows


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
    own = {name: getattr(other, name) for name in ("after", "skip", "policy") if name in fields}
    return task.update(args=args, **own)


def _inserted(before: Plan, after: Plan, task: Task) -> list[Task]:
    """Return the rows of `before` with a task of `after` behind the nearest one that stands before it there too."""
    rows, order = list(before), [one.uid for one in after]
    ahead = set(order[: order.index(task.uid)])
    rows.insert(max((at + 1 for at, one in enumerate(rows) if one.uid in ahead), default=0), task)
    return rows
