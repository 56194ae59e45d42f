"""How long the rest of a run will take: from what such tasks took before, and from what this very run has seen."""

from datetime import datetime

from hgtui.core.base import Value
from hgtui.core.plan import Task, Uid
from hgtui.core.reuse import critical
from hgtui.core.run import Run
from hgtui.core.states import NOT_STARTED, UNDER_WAY, TaskState


class Remaining(Value):
    """`about_s` is the rest in seconds, None where nothing is known of any task; of `untimed` tasks nothing is known."""

    about_s: float | None = None
    untimed: int = 0


def remaining(run: Run, now: datetime) -> Remaining:
    """Return how long it takes until all tasks of a run have ended that have not: `now` is wall-clock UTC.

    It takes as long as the longest chain of what is left; where tasks wait for a free place, at least as long as all
    that is left at the pace of those that run now. A task that waits for a person counts as if it went on at once.
    """
    left = [task for task in run.plan if not task.skip and run.state(task.uid) in NOT_STARTED | UNDER_WAY]
    expected = expected_times(run)
    times = {task.uid: max(expected[task.uid] - _spent(run, task, now), 0.0) for task in left if task.uid in expected}
    if left and not times:
        return Remaining(untimed=len(left))
    about = critical(run.plan, times)
    states = [run.state(task.uid) for task in left]
    if TaskState.READY in states:
        about = max(about, sum(times.values()) / max(states.count(TaskState.RUNNING), 1))
    return Remaining(about_s=about, untimed=len(left) - len(times))


def expected_times(run: Run) -> dict[Uid, float]:
    """Return how long each task takes, in seconds, as far as that is known: as the gate told it, else as seen in this run."""
    seen = _seen(run)
    found = ((task.uid, run.expected.get(task.uid, seen.get(_runner(run, task)))) for task in run.plan)
    return {uid: about for uid, about in found if about is not None}


def _runner(run: Run, task: Task) -> tuple[str, str]:
    chosen = run.draft.assignments.get(task.uid)
    return task.task, chosen.candidate if chosen else ""


def _seen(run: Run) -> dict[tuple[str, str], float]:
    """Return how long a task type took on a candidate in this run, on the average."""
    took: dict[tuple[str, str], list[float]] = {}
    for task in run.plan:
        status = run.tasks.get(task.uid)
        if status and status.state is TaskState.DONE and not status.supplied and not status.in_place_of:
            took.setdefault(_runner(run, task), []).append(status.seconds)
    return {runner: sum(some) / len(some) for runner, some in took.items()}


def _spent(run: Run, task: Task, now: datetime) -> float:
    status = run.tasks.get(task.uid)
    if status is None or status.state is not TaskState.RUNNING or status.started is None:
        return 0.0
    return max((now - status.started).total_seconds(), 0.0)
