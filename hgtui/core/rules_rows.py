"""What is wrong with the rows of a plan: a number twice, a type that does not exist, the same task twice."""

from collections.abc import Iterator
from difflib import get_close_matches

from hgtui.core.base import digest
from hgtui.core.edit import Delete, Renumber, Retype
from hgtui.core.look import Look
from hgtui.core.plan import Task
from hgtui.core.problem import Code, Mend, Problem
from hgtui.core.task import TASKS
from hgtui.core.text import one_line


def duplicates(look: Look) -> Iterator[Problem]:
    """Yield an error for each task whose number an earlier one has."""
    seen: dict[int, Task] = {}
    if len({task.id for task in look.plan}) == len(look.plan):
        return
    free = look.plan.free_id()
    for task in look.plan:
        if task.id in seen:
            mend = Mend(label="give it a free number", edit=Renumber(uid=task.uid, id=free))
            yield look.error(Code.DUPLICATE_ID, f"Two tasks have the number {task.id}.", task, mend=mend)
        seen.setdefault(task.id, task)


def unknown_type(look: Look, task: Task) -> Iterator[Problem]:
    """Yield the error that a task is of no known type, with the nearest one if any is near."""
    near = get_close_matches(task.task, TASKS, 1)
    mend = Mend(label=f"make it {near[0]}", edit=Retype(uid=task.uid, task=near[0])) if near else None
    hint = f" Did you mean {near[0]}?" if near else ""
    message = f"There is no task type “{one_line(task.task, 60)}”.{hint}"
    yield look.error(Code.UNKNOWN_TASK, message, task, mend=mend)


def twice(look: Look) -> Iterator[Problem]:
    """Yield a warning for each task that does the same as an earlier one."""
    seen: dict[str, Task] = {}
    for task in look.plan:
        if task.skip:
            continue
        key = digest({"task": task.task, "args": {name: value.model_dump() for name, value in task.args.items()}})
        first = seen.setdefault(key, task)
        if first is not task:
            free = not look.dependants[task.uid]
            mend = Mend(label=f"delete {task.id}", edit=Delete(uid=task.uid)) if free else None
            message = f"Task {task.id} does the same as task {first.id}."
            yield look.warning(Code.SAME_TASK_TWICE, message, task, mend=mend)
