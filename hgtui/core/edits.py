"""Edits: apply one to a draft and get the new draft and what undoes it; say in words what it does."""

from hgtui.core.applying import changed
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
from hgtui.core.plan import Uid
from hgtui.core.text import one_line, plural

__all__ = [
    "Add",
    "Choose",
    "Connect",
    "Delete",
    "Disconnect",
    "Draft",
    "Edit",
    "EditError",
    "Move",
    "Patch",
    "Renumber",
    "Replace",
    "Retype",
    "Set",
    "SetPolicy",
    "Several",
    "Skip",
    "apply",
    "between",
    "describe",
    "touched",
]


def apply(draft: Draft, edit: Edit) -> tuple[Draft, Patch]:
    """Apply an edit; return the new draft and the patch that undoes it.

    Raises EditError where the edit names a task, an argument or a type that does not exist.
    """
    after = changed(draft, edit)
    return after, between(after, draft, describe(draft, edit))


def between(before: Draft, after: Draft, words: str = "") -> Patch:
    """Return the patch that turns `before` into `after`."""
    old = {task.uid: task for task in before.plan}
    new = {task.uid: task for task in after.plan}
    kept, wanted = tuple(old), tuple(new)
    rows = {
        uid: after.assignments.get(uid)
        for uid in {*before.assignments, *after.assignments}
        if before.assignments.get(uid) != after.assignments.get(uid)
    }
    return Patch(
        put=tuple(task for uid, task in new.items() if old.get(uid) != task),
        gone=tuple(uid for uid in old if uid not in new),
        order=wanted if kept != wanted else None,
        assignments=dict(sorted(rows.items())),
        request=after.plan.request if after.plan.request != before.plan.request else None,
        planner=after.plan.planner if after.plan.planner != before.plan.planner else None,
        words=words,
    )


def touched(edit: Edit) -> tuple[Uid, ...]:
    """Return the uids that an edit changes directly."""
    if isinstance(edit, Patch):
        return tuple(dict.fromkeys([*(task.uid for task in edit.put), *edit.gone, *edit.assignments]))
    if isinstance(edit, Add):
        return (edit.task.uid,)
    if isinstance(edit, Replace):
        return tuple(task.uid for task in edit.draft.plan)
    if isinstance(edit, Several):
        return tuple(dict.fromkeys(uid for one in edit.edits for uid in touched(one)))
    return (edit.uid,)


def describe(draft: Draft, edit: Edit) -> str:  # noqa: PLR0912  # one line for each kind of edit
    """Say in a few words what an edit does to a draft."""
    if isinstance(edit, Patch):
        return edit.words or "several changes"
    if isinstance(edit, Replace):
        return _describe_plan(draft, edit)
    if isinstance(edit, Add):
        return f"add {edit.task.id} {edit.task.task}"
    if isinstance(edit, Several):
        return _describe_all(draft, edit)
    task = draft.plan.get(edit.uid)
    name = f"{task.id} {task.task}" if task else "a task that is gone"
    dep = draft.plan.get(edit.dep) if isinstance(edit, Connect | Disconnect) else None
    match edit:
        case Delete():
            return f"delete {name}" + (" and what depends on it" if edit.below else "")
        case Set():
            value = "nothing" if edit.value is None else one_line(str(edit.value), 40)
            return f"{name}: {edit.name} ← {value}"
        case Retype():
            return f"{name} becomes {edit.task}"
        case Renumber():
            return f"{name} gets the number {edit.id}"
        case Connect():
            return f"{name} waits for {dep.id if dep else '?'}"
        case Disconnect():
            return f"{name} no longer waits for {dep.id if dep else '?'}"
        case Move():
            return f"move {name}"
        case Skip():
            return f"{'skip' if edit.skip else 'take in'} {name}"
        case SetPolicy():
            return f"{name}: {edit.policy}"
        case Choose():
            return f"{name}: {edit.assignment.candidate if edit.assignment else 'no model'}"


def _describe_all(draft: Draft, edit: Several) -> str:
    """Say what the first of several edits does, and how many there are beside it."""
    first, *others = edit.edits
    return describe(draft, first) + (f" and {plural(len(others), 'more change')}" if others else "")


def _describe_plan(draft: Draft, edit: Replace) -> str:
    """Say how many tasks of the plan differ in another draft of it, or that it is another plan."""
    found = between(draft, edit.draft)
    if not any(draft.plan.get(task.uid) for task in edit.draft.plan):
        return "another plan"
    uids = {*(task.uid for task in found.put), *found.gone, *found.assignments}
    return f"the whole plan: {plural(len(uids), 'task')} changed" if uids else "the order of the tasks"
