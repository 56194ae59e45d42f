"""Which rows the plan pane has: one for each task, one for many alike ones, or only those that the person looks for."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass

from hgtui.core.plan import Task, Uid
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.ui.view import View

ALIKE = 4
"""More alike rows than this, one after the other, fold to one."""
LOOKED_AT = 400
"""In how many characters of an input a filter looks, as many as a row could show."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the pane: a task, or several alike ones; `opened` where they stand below it, a row each."""

    tasks: tuple[Task, ...]
    opened: bool = False

    @property
    def task(self) -> Task:
        """The task that the row stands for: of several the first."""
        return self.tasks[0]

    @property
    def many(self) -> bool:
        """Whether it stands for several tasks."""
        return len(self.tasks) > 1


def plan_rows(view: View, opened: Collection[Uid], words: str = "", *, fold: bool = True) -> list[Row]:
    """Return the rows of a plan; a fold is open where one of its tasks is in `opened`, and none is made by a filter.

    Without `fold` each task has a row of its own.

    While a plan streams in nothing folds: a row would go from under the eyes of who reads it. Afterwards what folds
    depends on the plan, its models and problems alone, so that no row moves while the tasks run.
    """
    if words.strip():
        ids = view.ids
        return [Row((task,)) for task in view.plan if has(view, task, words, ids)]
    if view.run.proposed is None or not fold:
        return [Row((task,)) for task in view.plan]
    rows: list[Row] = []
    for group in _groups(view):
        if len(group) <= ALIKE:
            rows += [Row((task,)) for task in group]
        elif any(task.uid in opened for task in group):
            rows += [Row(group, opened=True), *(Row((task,)) for task in group)]
        else:
            rows.append(Row(group))
    return rows


def reads(rows: list[Row]) -> list[tuple[int, ...] | None]:
    """Return for each row the rows that it reads, None for the head over an open fold, as `lanes` wants it."""
    at = {task.uid: row for row, one in enumerate(rows) if not one.opened for task in one.tasks}
    return [
        None if one.opened else tuple(dict.fromkeys(at[dep] for task in one.tasks for dep in task.deps if dep in at))
        for one in rows
    ]


def has(view: View, task: Task, words: str, ids: Mapping[Uid, int]) -> bool:
    """Whether each of the words stands somewhere in the row of a task, be it cut there or left out for want of room."""
    candidate, chosen = view.candidate(task), view.assignment(task.uid)
    known = [str(task.id), task.task, str(view.run.state(task.uid)), "ask" if task.policy == "ask" else ""]
    known += [f"{name} {show_input(value, ids)[:LOOKED_AT]}" for name, value in task.args.items()]
    known += [candidate.model, candidate.place, candidate.provider or ""] if candidate else []
    known += [chosen.candidate] if chosen else []
    if (problem := view.worst.get(task.uid)) is not None:
        known += [str(problem.severity), problem.message]
    text = one_line(" ".join(known)).lower()
    return all(word in text for word in words.lower().split())


def _groups(view: View) -> Iterator[tuple[Task, ...]]:
    """Yield the tasks of a plan in order, those together that are alike and of which none reads another."""
    group: list[Task] = []
    alike: Hashable = None
    uids: set[Uid] = set()
    read: set[Uid] = set()
    for task in view.plan:
        shape = _shape(view, task)
        if group and (shape != alike or task.uid in read or uids.intersection(task.deps)):
            yield tuple(group)
            group, uids, read = [], set(), set()
        alike = shape
        group.append(task)
        uids.add(task.uid)
        read.update(task.deps)
    if group:
        yield tuple(group)


def _shape(view: View, task: Task) -> Hashable:
    """What alike rows have in common: all that a row shows but the number, the texts and which results it reads."""
    chosen, problem = view.assignment(task.uid), view.worst.get(task.uid)
    return (
        task.task,
        chosen.candidate if chosen else "",
        task.skip,
        task.policy,
        view.mark(task),
        problem.severity if problem else None,
        tuple(
            (name, value.many, tuple("text" if isinstance(part, str) else part.field for part in value.parts))
            for name, value in task.args.items()
        ),
        len(task.after),
    )
