"""What would run again of a plan, what is kept, and for how long: told at the gate, before anybody approves."""

from collections.abc import Collection

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import CallError
from hgtui.core.resource import Resource
from hgtui.core.reuse import Forecast, forecast
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT, NOT_STARTED, TaskState
from hgtui.execution.resolve import Resolver
from hgtui.execution.reusing import Reusing
from hgtui.session.equipment import Equipment

_OPEN = NOT_STARTED | {TaskState.ASKING}


async def foresee(run: Run, equipment: Equipment, anew: Collection[Uid] | None = None) -> Forecast:
    """Return what would happen if a run's draft ran now; an empty forecast where results are not kept, or none yet.

    A task whose inputs all come from what is kept has known inputs, so that it is looked up too. Nothing is fetched and
    nothing is run for it: what reads a file that is still to be fetched counts as one that runs. The tasks of `anew`,
    those of the run where it is None, run though their result is kept.
    """
    anew = run.anew if anew is None else anew
    store, plan = equipment.results, run.draft.plan
    open_ = [task for task in plan.ordered() if not task.skip and run.state(task.uid) in _OPEN]
    chosen = run.draft.assignments
    times = await seconds(run, equipment, [task.uid for task in open_])
    if store is None or not times:  # of what was never done nothing is kept
        return Forecast()
    reusing = Reusing(store, run.id, equipment.endpoints, equipment.clock, fresh=is_fresh(run, equipment), anew=anew)
    resolver = Resolver(plan, run.files, equipment.artifacts)
    results = {uid: one.results for uid, one in run.tasks.items() if one.state in HAS_RESULT}
    reuses: list[Uid] = []
    for task in open_:
        assignment = chosen.get(task.uid)
        kept = await _kept(task, assignment, resolver, results, reusing) if assignment is not None else ()
        if kept:
            results[task.uid] = kept
            reuses.append(task.uid)
    return forecast(plan, reuses, (task.uid for task in open_ if task.uid not in results), times)


async def _kept(
    task: Task,
    assignment: Assignment,
    resolver: Resolver,
    results: dict[Uid, tuple[Resource, ...]],
    reusing: Reusing,
) -> tuple[Resource, ...]:
    if any(ref.uid not in results for value in task.args.values() for ref in value.refs):
        return ()
    try:
        inputs = await resolver.inputs(task, results, fetch=False)
    except CallError:  # the task itself will say it
        return ()
    kept = await reusing.peek(task, assignment, inputs)
    return kept.results if kept else ()


async def foresee_rerun(run: Run, equipment: Equipment, uids: Collection[Uid]) -> ev.RerunForeseen:
    """Return what a re-run of the first of `uids` would do, where the others are below it."""
    times = await seconds(run, equipment, uids)
    for uid in uids:  # what this very run has seen
        times.setdefault(uid, run.status(uid).seconds)
    seen = forecast(run.draft.plan, (), uids, {uid: time for uid, time in times.items() if time > 0})
    first, *_ = uids
    return ev.RerunForeseen(uid=first, reruns=seen.reruns, about_s=seen.about_s, untimed=seen.untimed)


async def seconds(run: Run, equipment: Equipment, uids: Collection[Uid]) -> dict[Uid, float]:
    """Return how long tasks of a run will take in seconds, from what such tasks took before; unknown ones are left out."""
    if equipment.results is None:
        return {}
    chosen, plan = run.draft.assignments, run.draft.plan
    runners = {uid: (plan[uid].task, chosen[uid].candidate) for uid in uids if uid in chosen}
    known = await equipment.results.seconds(runners.values())
    return {uid: known[pair] for uid, pair in runners.items() if pair in known}


def is_fresh(run: Run, equipment: Equipment) -> bool:
    """Whether nothing is reused: this program was told so, or the one that began the run was."""
    return equipment.fresh or run.fresh
