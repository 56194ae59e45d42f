"""The rules of the scheduler that need no state of its own: what a task lacks, what is behind it, what makes it another."""

from collections.abc import Iterable, Iterator, Mapping

from hgtui.core.model import Assignment
from hgtui.core.plan import Ref, Task, Uid
from hgtui.core.states import TaskState

BROKEN = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED})
"""The states that block what waits for a task."""

OVER = frozenset({TaskState.DONE, TaskState.REUSED, TaskState.SKIPPED, *BROKEN})
"""The states in which nothing more happens to a task by itself."""


def lacking(task: Task, states: Mapping[Uid, TaskState]) -> tuple[Uid, ...]:
    """Return the dependencies whose results a task needs and will not get.

    Where an argument takes a list, a skipped task is left out of it as long as something is left; an order alone is
    kept once the other task is over, but not where it broke.
    """
    broken = [dep for dep in task.deps if states.get(dep) in BROKEN]
    for value in task.args.values():
        skipped = [ref.uid for ref in value.refs if states.get(ref.uid) is TaskState.SKIPPED]
        kept = [part for part in value.parts if not (isinstance(part, Ref) and part.uid in skipped)]
        if skipped and not (value.many and kept):
            broken += skipped
    return tuple(dict.fromkeys(broken))


def below(uids: Iterable[Uid], dependants: Mapping[Uid, tuple[Uid, ...]], without: Iterable[Uid] = ()) -> Iterator[Uid]:
    """Yield everything that depends on any of `uids`, near or far; not `without`, nor what is only behind those."""
    seen: set[Uid] = set(without)
    ahead = list(uids)
    while ahead:
        for follower in dependants[ahead.pop()]:
            if follower not in seen:
                seen.add(follower)
                ahead.append(follower)
                yield follower


def runner(uid: Uid, assignments: Mapping[Uid, Assignment]) -> dict[str, str | None] | None:
    """Return who runs a task, without the reasons; None where nobody was chosen."""
    assignment = assignments.get(uid)
    return assignment.granted() if assignment else None


def sense(task: Task, assignments: Mapping[Uid, Assignment]) -> tuple[object, ...]:
    """Return what of a task decides on whether and how it runs."""
    return task.task, task.args, task.after, task.skip, runner(task.uid, assignments)
