"""The plan of a run that has ended, once more as a new run: what it takes over, and what would run of it."""

from collections.abc import Iterable

from hgtui.core import events as ev
from hgtui.core.commands import Submit
from hgtui.core.edits import Draft
from hgtui.core.leaving import spending
from hgtui.core.plan import Uid
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT, TaskState
from hgtui.core.status import TaskStatus
from hgtui.session.equipment import Equipment
from hgtui.session.preview import foresee


def once_more(
    run: Run, files: Iterable[str] = (), *, anew: Iterable[Uid] = (), given: Iterable[ev.Given] = ()
) -> Submit:
    """Return the command that runs the plan of a run once more, also with `files`, with its models.

    The tasks of `anew` run though their result is kept, those of `given` have one by hand. What was given by hand
    before stays so, but for them.
    """
    again, by_hand = tuple(anew), {one.uid: one for one in given}
    for task in run.plan:
        status = run.status(task.uid)
        if status.supplied and status.state in HAS_RESULT and task.uid not in again:
            by_hand.setdefault(task.uid, ev.Given(uid=task.uid, results=status.results))
    return Submit(
        request=run.plan.request or run.request,
        files=tuple(dict.fromkeys((*files, *run.asked_files, *sorted(run.typed)))),
        earlier=run.earlier,
        plan=run.plan,
        assignments=run.draft.assignments,
        again=ev.Again(anew=again, given=tuple(by_hand.values())),
    )


async def foresee_again(run: Run, submit: Submit, uid: Uid, equipment: Equipment) -> ev.RerunForeseen:
    """Return what `submit`, made of a run by `once_more`, would do, asked for with one of its tasks in mind.

    The files are taken to be as they were: where one has changed, the gate of the new run says what that means.
    """
    new = Run()
    new.put(run.draft)
    new.files, new.candidates = run.files, run.candidates
    # What has read a result that is given only now runs: it is in no state from which its result could be taken.
    for one in submit.again.given:
        state = TaskState.DONE if one.results else TaskState.CANCELLED
        new.tasks[one.uid] = TaskStatus(state=state, results=one.results, supplied=True)
    ahead = await foresee(new, equipment, submit.again.anew)
    if not ahead.reruns and not ahead.reuses:  # nothing of it was ever done here, or nothing is kept
        rows = [task.uid for task in run.plan if not task.skip and task.uid not in new.tasks]
        ahead = ahead.model_copy(update={"reruns": tuple(rows), "untimed": len(rows)})
    plan = run.plan.with_tasks(run.plan[one] for one in ahead.reruns)
    told = ahead.model_dump(include={"reruns", "reuses", "about_s", "untimed"})
    spends = spending(Draft(plan=plan, assignments=run.draft.assignments), run.candidates)
    supplied = any(one.uid == uid for one in submit.again.given)
    return ev.RerunForeseen(uid=uid, spends=spends, supplied=supplied, **told)
