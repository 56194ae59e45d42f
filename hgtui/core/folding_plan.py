"""How the events of a plan change a run: proposed, revised, edited, its candidates and models."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from hgtui.core import events as ev
from hgtui.core.edit import Draft, Edit, Patch, Replace
from hgtui.core.edits import apply, touched
from hgtui.core.partly import Part
from hgtui.core.plan import Uid
from hgtui.core.versions import kept

if TYPE_CHECKING:
    from hgtui.core.run import Run

Changed = Iterable[Uid]


def _breakpoint(run: "Run", event: ev.BreakpointSet) -> Changed:
    (run.breakpoints.add if event.on else run.breakpoints.discard)(event.uid)
    return (event.uid,)


def _drafted(run: "Run", event: ev.TaskDrafted) -> Changed:
    run.drafted.append(event.task)
    run.uids.add(event.task.uid)
    return (event.task.uid,)


def _proposed(run: "Run", event: ev.PlanProposed) -> Changed:
    run.put(Draft(plan=event.plan))
    run.proposed, run.notes, run.base = event.plan, event.notes, event.plan
    run.versions = kept((), "planner" if run.brought is None else "person", run.draft)
    run.undos, run.redos, run.drafted, run.advised = [], [], [], {}
    run.uids.update(task.uid for task in event.plan)
    return [task.uid for task in event.plan]


def _planning_failed(run: "Run", event: ev.PlanningFailed) -> Changed:
    run.planning_failed = event
    return ()


def _revision_begun(run: "Run", event: ev.RevisionBegun) -> Changed:
    run.comment, run.revision, run.dropped, run.taken_call = event.comment, None, frozenset(), event.call
    run.versions = kept(run.versions, "person", run.draft)
    return ()


def _revision_proposed(run: "Run", event: ev.RevisionProposed) -> Changed:
    run.revision, run.dropped = event, frozenset()
    run.versions = kept(run.versions, "planner", Draft(plan=event.plan), run.comment)
    run.uids.update(task.uid for task in event.plan)
    return ()


def _revision_closed(run: "Run", event: ev.RevisionClosed) -> Changed:
    if event.taken and run.revision is not None:
        run.base = run.revision.plan
    run.comment, run.revision, run.dropped = "", None, frozenset()
    return ()


def _change_decided(run: "Run", event: ev.ChangeDecided) -> Changed:
    decided = frozenset({Part(uid=event.uid, field=event.field), *event.along})
    if not event.take:
        run.dropped |= decided
    else:
        whole = {one.uid for one in decided if not one.field}
        run.dropped = frozenset(one for one in run.dropped - decided if one.uid not in whole)
    return ()


def _apply(run: "Run", edit: Edit) -> Patch:
    draft, undo = apply(run.draft, edit)
    run.put(draft)
    run.uids.update(task.uid for task in draft.plan)
    run.gate = None
    return undo


def _edited(run: "Run", event: ev.PlanEdited) -> Changed:
    if isinstance(event.edit, Replace):
        run.versions = kept(run.versions, "person", run.draft)
    undo = _apply(run, event.edit)
    run.typed.update(event.typed)
    run.undos.append(undo)
    run.redos = []
    return (*touched(event.edit), *touched(undo))


def _undone(run: "Run", _: ev.EditUndone) -> Changed:
    if not run.undos:
        return ()
    patch = run.undos.pop()
    run.redos.append(_apply(run, patch))
    return _of_trials(run, touched(patch))


def _redone(run: "Run", _: ev.EditRedone) -> Changed:
    if not run.redos:
        return ()
    patch = run.redos.pop()
    run.undos.append(_apply(run, patch))
    return _of_trials(run, touched(patch))


def _of_trials(run: "Run", uids: tuple[Uid, ...]) -> Changed:
    """With the choice of a what-if's winner goes its result; that follows as an event of its own."""
    for uid in uids:
        if (trial := run.trials.get(uid)) is not None and (status := run.tasks.get(uid)) is not None:
            trial.names_again(status)
    return uids


def _looked_again(run: "Run", event: ev.LookedAgain) -> Changed:
    for task in event.tasks:
        run.unasked.pop(task, None)
    return (event.uid,)


def _candidates(run: "Run", event: ev.CandidatesFound) -> Changed:
    run.candidates[event.task] = event.candidates
    run.unasked.pop(event.task, None)
    if event.failed:
        run.unasked[event.task] = event.failed
    run.help[event.task] = event.help
    return [task.uid for task in run.plan if task.task == event.task]


def _chosen(run: "Run", event: ev.ModelChosen) -> Changed:
    run.choose(event.uid, event.assignment)
    if event.assignment is not None and event.assignment.chosen_by != "person":
        run.advised[event.uid] = event.assignment
    return (event.uid,)


PLAN: dict[type, Callable[["Run", Any], Changed]] = {
    ev.BreakpointSet: _breakpoint,
    ev.TaskDrafted: _drafted,
    ev.PlanProposed: _proposed,
    ev.PlanningFailed: _planning_failed,
    ev.PlanEdited: _edited,
    ev.RevisionBegun: _revision_begun,
    ev.RevisionProposed: _revision_proposed,
    ev.RevisionClosed: _revision_closed,
    ev.ChangeDecided: _change_decided,
    ev.EditUndone: _undone,
    ev.EditRedone: _redone,
    ev.CandidatesFound: _candidates,
    ev.LookedAgain: _looked_again,
    ev.ModelChosen: _chosen,
}
