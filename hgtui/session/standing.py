"""Where the tasks of a run stand when another process goes on with it: what is kept, what stays as it ended, what asks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import ArtifactStore
from hgtui.core.resource import Resource
from hgtui.core.run import Run
from hgtui.core.stand_ins import known_as
from hgtui.core.states import HAS_RESULT, TaskState

ENDED_BADLY = frozenset({TaskState.FAILED, TaskState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the scheduler begins with.

    `results` are kept, the tasks in `over` stay as they ended, those in `again` wait anew, and those in `doubts` ask
    before they start, and why; `told` are sentences for the log, by task.
    """

    results: Mapping[Uid, tuple[Resource, ...]] = field(default_factory=dict)
    over: Mapping[Uid, TaskState] = field(default_factory=dict)
    again: tuple[Uid, ...] = ()
    doubts: Mapping[Uid, str] = field(default_factory=dict)
    told: Mapping[Uid, str] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether nothing has to run again."""
        return not self.again


async def standing(run: Run, artifacts: ArtifactStore, anew: frozenset[TaskState] = frozenset()) -> Standing:
    """See where the tasks of a run stand; those that ended in a state of `anew` run once more. Raises ArtifactError.

    A result counts only while its bytes are what its digest says. A call that was under way when the process ended
    starts again where it is made on this machine; elsewhere it may have cost something, or changed something, and the
    task asks first. Between two tries no call is under way: such a task goes on as it would have.
    """
    results: dict[Uid, tuple[Resource, ...]] = {}
    over: dict[Uid, TaskState] = {}
    doubts: dict[Uid, str] = {}
    told: dict[Uid, str] = {}
    again: list[Uid] = []
    for task in run.draft.plan:
        status = run.tasks.get(task.uid)
        if status is None or status.state is TaskState.WAITING:
            continue
        names = (status.candidate, _chosen(run, task))
        if status.state in HAS_RESULT:
            if await _whole(status.results, artifacts):
                results[task.uid] = status.results
                continue
            told[task.uid] = f"The result of task {task.id} is missing or damaged: it runs again."
            if not status.supplied and _elsewhere(run, task, names):
                doubts[task.uid] = (
                    f"its result is damaged, and to run it again is another call of {names[0] or names[1]}"
                )
        elif status.state is TaskState.SKIPPED or (status.state in ENDED_BADLY and status.state not in anew):
            over[task.uid] = status.state
            continue
        elif status.state is TaskState.ASKING and status.why and not status.cause:  # rules and breakpoints ask anew
            doubts[task.uid] = status.why
        elif status.state is TaskState.RUNNING and _elsewhere(run, task, names):
            doubts[task.uid] = f"it was running on {names[0]} when hgtui ended, and to run it again is another call"
        again.append(task.uid)
    return Standing(results, over, tuple(again), doubts, told)


async def _whole(results: tuple[Resource, ...], artifacts: ArtifactStore) -> bool:
    return all(await asyncio.gather(*(artifacts.whole(one.digest) for one in results)))


def _chosen(run: Run, task: Task) -> str:
    chosen = run.draft.assignments.get(task.uid)
    return chosen.candidate if chosen else ""


def _elsewhere(run: Run, task: Task, names: tuple[str, ...]) -> bool:
    """Whether one of these candidates is not on this machine, as far as that is known."""
    rows = run.candidates.get(task.task, ())
    found = [known_as(Assignment(candidate=name), rows) for name in names if name]
    return any(one is None or one.place != "here" for one in found)
