"""How each kind of edit changes a draft."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hgtui.core.edit import (
    Add,
    Choose,
    Connect,
    Delete,
    Disconnect,
    Draft,
    Edit,
    EditError,
    Move,
    Patch,
    Renumber,
    Replace,
    Retype,
    Set,
    SetPolicy,
    Several,
    Skip,
)
from hgtui.core.model import Assignment
from hgtui.core.plan import MAX_ID, MISSING, Input, Plan, Task, Uid
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import one_line
from hgtui.core.wire import read_input


def changed(draft: Draft, edit: Edit) -> Draft:
    """Return the draft that an edit makes of `draft`.

    Raises EditError where the edit names a task, an argument or a type that does not exist.
    """
    return _APPLY[type(edit)](draft, edit)


def _task(draft: Draft, uid: Uid) -> Task:
    task = draft.plan.get(uid)
    if task is None:
        raise EditError("The plan has no such task any more.")
    return task


def _with(draft: Draft, tasks: Iterable[Task], assignments: Mapping[Uid, Assignment] | None = None) -> Draft:
    rows = draft.assignments if assignments is None else assignments
    return Draft(plan=draft.plan.with_tasks(tasks), assignments=rows)


def _change(draft: Draft, task: Task) -> Draft:
    return _with(draft, [task if one.uid == task.uid else one for one in draft.plan])


def _lock(task: Task, name: str) -> tuple[str, ...]:
    return task.locked if name in task.locked else (*task.locked, name)


def _add(draft: Draft, edit: Add) -> Draft:
    if draft.plan.get(edit.task.uid):
        raise EditError(f"The plan has a task {edit.task.uid} already.")
    _check_id(edit.task.id)
    for dep in edit.task.deps:
        if dep != edit.task.uid and not dep.startswith(MISSING):
            _task(draft, dep)
    rows = list(draft.plan)
    rows.insert(len(rows) if edit.index is None else max(0, edit.index), edit.task)
    return _with(draft, _found(rows, edit.task))


def _check_id(number: int) -> None:
    if not 0 <= number <= MAX_ID:
        raise EditError(f"A task's number is from 0 to {MAX_ID}.")


def _found(rows: Iterable[Task], task: Task) -> Iterator[Task]:
    """Let references that mean a number which no task had find the task that has it now."""
    names = {f"{MISSING}{task.id}": task.uid}
    for row in rows:
        if any(dep in names for dep in row.deps):
            after = tuple(names.get(dep, dep) for dep in row.after)
            yield row.update(args={name: value.swap(names) for name, value in row.args.items()}, after=after)
        else:
            yield row


def _renumber(draft: Draft, edit: Renumber) -> Draft:
    _check_id(edit.id)
    task = _task(draft, edit.uid).update(id=edit.id)
    return _with(draft, _found([task if one.uid == task.uid else one for one in draft.plan], task))


def _delete(draft: Draft, edit: Delete) -> Draft:
    _task(draft, edit.uid)
    gone = {edit.uid, *(draft.plan.below(edit.uid) if edit.below else ())}
    left = {task.id for task in draft.plan if task.uid not in gone}
    names = {
        task.uid: f"{MISSING}{task.uid if task.id in left else task.id}" for task in draft.plan if task.uid in gone
    }
    rows = [_forget(task, names) for task in draft.plan if task.uid not in gone]
    return _with(draft, rows, {uid: one for uid, one in draft.assignments.items() if uid not in gone})


def _forget(task: Task, names: Mapping[Uid, str]) -> Task:
    if not any(dep in names for dep in task.deps):
        return task
    args = {name: value.swap(names) for name, value in task.args.items()}
    return task.update(args=args, after=tuple(dep for dep in task.after if dep not in names))


def _argument(task: Task, name: str) -> str:
    """Take `text` as `question` where the task is a question, as in reading a plan."""
    spec = TASKS.get(task.task)
    asks = name == "text" and spec is not None and spec.arg("text") is None and spec.arg("question") is not None
    return "question" if asks and not {"text", "question"} & set(task.args) else name


def _set(draft: Draft, edit: Set) -> Draft:
    task = _task(draft, edit.uid)
    args, name = dict(task.args), _argument(task, edit.name)
    if edit.value is None:
        args.pop(name, None)
    else:
        names: dict[str, Uid] = {}
        for one in draft.plan:
            names.setdefault(str(one.id), one.uid)
        for one in draft.plan:
            names.setdefault(one.uid, one.uid)
        args[name] = read_input(edit.value, names.get)
    return _change(draft, task.update(args=args, locked=_lock(task, name)))


def _retype(draft: Draft, edit: Retype) -> Draft:
    task, name = _task(draft, edit.uid), task_type(edit.task)
    spec = TASKS.get(name)
    if spec is None:
        raise EditError(f"There is no task type {one_line(edit.task, 60)!r}.")
    args = {arg: value for arg, value in task.args.items() if spec.arg(arg)}
    old = TASKS.get(task.task)
    for arg, value in task.args.items():
        kind = old.arg(arg) if old else None
        free = [one for one in spec.required if one.name not in args and (kind is None or one.takes(kind.kind))]
        if arg not in args and free:
            args[free[0].name] = value
    rows = {uid: one for uid, one in draft.assignments.items() if uid != task.uid}
    changed = task.update(task=name, args=args, locked=_lock(task, "task"))
    return _with(draft, [changed if one.uid == task.uid else one for one in draft.plan], rows)


def _connect(draft: Draft, edit: Connect) -> Draft:
    task = _task(draft, edit.uid)
    _task(draft, edit.dep)
    if not edit.name:
        return _change(draft, task.update(after=(*task.after, edit.dep)))
    name = _argument(task, edit.name)
    args = {**task.args, name: Input.of(edit.dep)}
    return _change(draft, task.update(args=args, locked=_lock(task, name)))


def _disconnect(draft: Draft, edit: Disconnect) -> Draft:
    task = _task(draft, edit.uid)
    args: dict[str, Input] = {}
    for name, value in task.args.items():
        left = tuple(part for part in value.parts if isinstance(part, str) or part.uid != edit.dep)
        if left or not value.parts:
            args[name] = value if left == value.parts else Input(parts=left, many=value.many)
    return _change(draft, task.update(args=args, after=tuple(dep for dep in task.after if dep != edit.dep)))


def _move(draft: Draft, edit: Move) -> Draft:
    task = _task(draft, edit.uid)
    rows = [one for one in draft.plan if one.uid != task.uid]
    rows.insert(max(0, edit.index), task)
    return _with(draft, rows)


def _choose(draft: Draft, edit: Choose) -> Draft:
    _task(draft, edit.uid)
    rows = {uid: one for uid, one in draft.assignments.items() if uid != edit.uid}
    if edit.assignment:
        rows[edit.uid] = edit.assignment
    return _with(draft, draft.plan, rows)


def _patch(draft: Draft, edit: Patch) -> Draft:
    rows = {task.uid: task for task in draft.plan if task.uid not in edit.gone}
    rows.update({task.uid: task for task in edit.put})
    order = rows if edit.order is None else dict.fromkeys([*(uid for uid in edit.order if uid in rows), *rows])
    chosen = {uid: one for uid, one in {**draft.assignments, **edit.assignments}.items() if one and uid in rows}
    plan = Plan(
        request=draft.plan.request if edit.request is None else edit.request,
        planner=draft.plan.planner if edit.planner is None else edit.planner,
        tasks=tuple(rows[uid] for uid in order),
    )
    return Draft(plan=plan, assignments=chosen)


def _replace(_: Draft, edit: Replace) -> Draft:
    plan = edit.draft.plan
    if len({task.uid for task in plan}) != len(plan):
        raise EditError("The plan has two tasks with the same uid.")
    known = {uid: one for uid, one in edit.draft.assignments.items() if plan.get(uid)}
    return Draft(plan=plan, assignments=known)


def _several(draft: Draft, edit: Several) -> Draft:
    for one in edit.edits:
        draft = changed(draft, one)
    return draft


def _update(field: str) -> Callable[[Draft, Any], Draft]:
    return lambda draft, edit: _change(draft, _task(draft, edit.uid).update(**{field: getattr(edit, field)}))


_APPLY: dict[type, Callable[[Draft, Any], Draft]] = {
    Add: _add,
    Delete: _delete,
    Set: _set,
    Retype: _retype,
    Renumber: _renumber,
    Connect: _connect,
    Disconnect: _disconnect,
    Move: _move,
    Skip: _update("skip"),
    SetPolicy: _update("policy"),
    Choose: _choose,
    Replace: _replace,
    Patch: _patch,
    Several: _several,
}
