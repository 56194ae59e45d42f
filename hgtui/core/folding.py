"""How each event of a journal changes a run."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hgtui.core import events as ev
from hgtui.core.edit import Draft, Edit, Patch, Replace
from hgtui.core.edits import apply, touched
from hgtui.core.partly import Part
from hgtui.core.plan import Uid
from hgtui.core.states import NOT_STARTED, Stage, TaskState
from hgtui.core.status import LogEntry, TaskStatus
from hgtui.core.trials import Trial
from hgtui.core.versions import kept

if TYPE_CHECKING:  # a run folds with the table below, so at run time only run imports this module
    from hgtui.core.run import Run

Changed = Iterable[Uid]
_OPEN = NOT_STARTED | {TaskState.ASKING}


def take_in(run: "Run", event: ev.Event) -> Changed:
    """Change `run` as an event says; return the uids of the tasks that changed."""
    return _FOLD[type(event)](run, event)


def _started(run: "Run", event: ev.RunStarted) -> Changed:
    run.request, run.asked_files, run.planner, run.gates = event.request, event.files, event.planner, event.gates
    run.started, run.earlier = run.at, event.earlier
    run.controller, run.answer_by = event.controller, event.answer
    run.brought, run.fresh = event.brought, event.fresh
    run.only_planned = event.setup is not None and event.setup.only_plans
    _set_up(run, event.setup)
    return ()


def _resumed(run: "Run", event: ev.Resumed) -> Changed:
    if run.grant is None:  # what was approved stays what was approved
        run.controller, run.answer_by = event.controller, event.answer
        _set_up(run, event.setup)
    run.only_planned = False
    return ()


def _set_up(run: "Run", setup: ev.Setup | None) -> None:
    if setup is not None:
        run.profile, run.hub, run.controller_spends = setup.profile, setup.hub, setup.controller_spends


def _run_anew(run: "Run", event: ev.RunAnew) -> Changed:
    (run.anew.add if event.anew else run.anew.discard)(event.uid)
    return (event.uid,)


def _marked(run: "Run", event: ev.Marked) -> Changed:
    run.marked = event.uid
    return ()


def _rules_set(run: "Run", event: ev.RulesSet) -> Changed:
    run.standing = event.rules
    # What was stored from this run and is not any more was deleted since.
    run.made = tuple(one for one in run.made if one.scope != "always" or one in event.rules)
    return _all(run)


def _rule_added(run: "Run", event: ev.RuleAdded) -> Changed:
    run.made = (event.rule, *(one for one in run.made if one != event.rule))
    if event.rule.scope == "once":  # made again it holds again, for what has not begun
        run.used.pop(event.rule.key, None)
        begun = (uid for uid, one in run.tasks.items() if one.state not in _OPEN)
        run.past[event.rule.key] = frozenset(begun)
    return _all(run)


def _rule_dropped(run: "Run", event: ev.RuleDropped) -> Changed:
    run.made = tuple(one for one in run.made if one.key != event.key)
    run.standing = tuple(one for one in run.standing if one.key != event.key)
    return _all(run)


def _rule_used(run: "Run", event: ev.RuleUsed) -> Changed:
    run.used.setdefault(event.key, event.uid)
    return (event.uid,)


def _all(run: "Run") -> Changed:
    return [task.uid for task in run.plan]


def _breakpoint(run: "Run", event: ev.BreakpointSet) -> Changed:
    (run.breakpoints.add if event.on else run.breakpoints.discard)(event.uid)
    return (event.uid,)


def _plan_approved(run: "Run", event: ev.PlanApproved) -> Changed:
    run.plan_approved, run.gate = event.fingerprint, None
    return ()


def _file(run: "Run", event: ev.FileSeen) -> Changed:
    run.files[event.file.path] = event.file
    return [task.uid for task in run.plan if event.file.path in {t for v in task.args.values() for t in v.literals}]


def _stage(run: "Run", event: ev.StageEntered) -> Changed:
    run.stage, run.outcome, run.exit = event.stage, None, None
    if event.stage is Stage.PLANNING:
        run.drafted, run.planning_failed = [], None
    if event.stage is not Stage.SELECTION:
        run.gate = None
    return ()


def _drafted(run: "Run", event: ev.TaskDrafted) -> Changed:
    run.drafted.append(event.task)
    run.uids.add(event.task.uid)
    return (event.task.uid,)


def _proposed(run: "Run", event: ev.PlanProposed) -> Changed:
    run.put(Draft(plan=event.plan))
    run.proposed, run.notes, run.base = event.plan, event.notes, event.plan
    run.versions = kept((), "planner" if run.brought is None else "person", run.draft)
    run.undos, run.redos, run.drafted = [], [], []
    run.uids.update(task.uid for task in event.plan)
    return [task.uid for task in event.plan]


def _revision_begun(run: "Run", event: ev.RevisionBegun) -> Changed:
    run.comment, run.revision, run.dropped = event.comment, None, frozenset()
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
    part = frozenset({Part(uid=event.uid, field=event.field)})
    if not event.take:
        run.dropped |= part
    elif event.field:
        run.dropped -= part
    else:
        run.dropped = frozenset(one for one in run.dropped if one.uid != event.uid)
    return ()


def _planning_failed(run: "Run", event: ev.PlanningFailed) -> Changed:
    run.planning_failed = event
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


def _candidates(run: "Run", event: ev.CandidatesFound) -> Changed:
    run.candidates[event.task] = event.candidates
    run.help[event.task] = event.help
    return [task.uid for task in run.plan if task.task == event.task]


def _chosen(run: "Run", event: ev.ModelChosen) -> Changed:
    run.choose(event.uid, event.assignment)
    return (event.uid,)


def _gate(run: "Run", event: ev.GateOpened) -> Changed:
    run.gate, run.expected = event, event.seconds
    return ()


def _approved(run: "Run", event: ev.Approved | ev.ApprovalCarried) -> Changed:
    run.grant, run.gate, run.granted = event.grant, None, run.draft
    return ()


def _queued(run: "Run", event: ev.TaskQueued) -> Changed:
    run.kept(event.uid).state = TaskState.READY
    return (event.uid,)


def _task_started(run: "Run", event: ev.TaskStarted) -> Changed:
    status = run.kept(event.uid)
    status.state, status.attempt, status.candidate = TaskState.RUNNING, event.attempt, event.candidate
    status.started, status.retry_at, status.fraction, status.note = run.at, None, None, ""
    status.why = status.cause = ""
    return (event.uid,)


def _retrying(run: "Run", event: ev.TaskRetrying) -> Changed:
    status = run.kept(event.uid)
    status.state, status.failure, status.message = TaskState.RETRYING, event.failure, event.message
    status.retry_at, status.wait_s = run.at, event.wait_s
    return (event.uid,)


def _substituted(run: "Run", event: ev.TaskSubstituted) -> Changed:
    status = run.kept(event.uid)
    status.candidate, status.failure, status.message = event.candidate, event.failure, event.message
    status.tried[event.in_place_of] = event.message
    if not status.in_place_of:
        status.in_place_of, status.why_not = event.in_place_of, event.message
    elif event.candidate == status.in_place_of:  # it is the chosen one's turn again
        status.in_place_of = status.why_not = ""
    return (event.uid,)


def _done(run: "Run", event: ev.TaskDone) -> Changed:
    before = run.status(event.uid)
    run.tasks[event.uid] = TaskStatus(
        state=TaskState.REUSED if event.reused else TaskState.DONE,
        attempt=event.attempt,
        candidate=event.candidate,
        in_place_of="" if event.supplied else before.in_place_of,
        why_not="" if event.supplied else before.why_not,
        tried=before.tried,
        started=before.started,
        seconds=event.seconds,
        results=event.results,
        supplied=event.supplied,
        note=event.note,
        kept_from=event.kept_from,
        took_s=event.took_s,
        memory_mb=event.memory_mb,
    )
    return (event.uid,)


def _failed(run: "Run", event: ev.TaskFailed) -> Changed:
    status = run.kept(event.uid)
    status.state, status.failure, status.message = TaskState.FAILED, event.failure, event.message
    status.hint, status.attempt, status.seconds = event.hint, event.attempt, event.seconds
    if status.candidate:
        status.tried[status.candidate] = event.message
    return (event.uid,)


def _blocked(run: "Run", event: ev.TaskBlocked) -> Changed:
    status = run.kept(event.uid)
    status.state, status.blocked_by = TaskState.BLOCKED, event.by
    return (event.uid,)


def _asking(run: "Run", event: ev.TaskAsking) -> Changed:
    status = run.kept(event.uid)
    status.state, status.why, status.cause = TaskState.ASKING, event.why, event.cause
    return (event.uid,)


def _to(state: TaskState) -> Callable[["Run", Any], Changed]:
    def move(run: "Run", event: Any) -> Changed:
        run.kept(event.uid).state = state
        return (event.uid,)

    return move


def _reset(run: "Run", event: ev.TaskReset) -> Changed:
    run.tasks[event.uid] = TaskStatus()
    return (event.uid,)


def _what_if(run: "Run", event: ev.WhatIfBegun) -> Changed:
    before = run.trials.get(event.uid)
    run.trials[event.uid] = Trial(event.fingerprint, event.ahead, sent_before=before is not None and before.sent)
    return (event.uid,)


def _tried(run: "Run", event: ev.WhatIfTried) -> Changed:
    trial = run.trials.get(event.uid)
    if trial is None:
        return ()
    trial.tried[event.tried.candidate] = event.tried
    return (event.uid,)


def _voted(run: "Run", event: ev.WhatIfVoted) -> Changed:
    trial = run.trials.get(event.uid)
    if trial is None:
        return ()
    status = run.tasks.get(event.uid)
    trial.vote(event.winner, status)
    if event.winner and status is not None:  # what the person took is no stand-in
        status.in_place_of = status.why_not = ""
    return (event.uid,)


def _called(run: "Run", event: ev.Called | ev.SentAgain) -> Changed:
    run.calls.append(event)
    return ()


def _logged(run: "Run", event: ev.Logged) -> Changed:
    run.log.append(LogEntry(at=run.at or datetime.min, level=event.level, text=event.text, uid=event.uid))
    return (event.uid,) if event.uid else ()


def _answered(run: "Run", event: ev.Answered) -> Changed:
    run.answer = event
    return ()


def _ended(run: "Run", event: ev.RunEnded) -> Changed:
    run.outcome, run.exit, run.stage, run.gate = event.outcome, event.exit, Stage.ENDED, None
    return ()


def _progress(run: "Run", event: ev.Progress) -> Changed:
    status = run.kept(event.uid)
    status.fraction, status.note = event.fraction, event.note
    return (event.uid,)


def _nothing(_: "Run", __: Any) -> Changed:
    return ()


_FOLD: dict[type, Callable[["Run", Any], Changed]] = {
    ev.RunStarted: _started,
    ev.Resumed: _resumed,
    ev.Marked: _marked,
    ev.RunAnew: _run_anew,
    ev.RulesSet: _rules_set,
    ev.RuleAdded: _rule_added,
    ev.RuleDropped: _rule_dropped,
    ev.RuleUsed: _rule_used,
    ev.BreakpointSet: _breakpoint,
    ev.PlanApproved: _plan_approved,
    ev.FileSeen: _file,
    ev.StageEntered: _stage,
    ev.TaskDrafted: _drafted,
    ev.PlanProposed: _proposed,
    ev.PlanningFailed: _planning_failed,
    ev.PlanEdited: _edited,
    ev.RevisionBegun: _revision_begun,
    ev.RevisionProposed: _revision_proposed,
    ev.RevisionClosed: _revision_closed,
    ev.ChangeDecided: _change_decided,
    ev.PlanBroughtBack: _nothing,
    ev.EditUndone: _undone,
    ev.EditRedone: _redone,
    ev.CandidatesFound: _candidates,
    ev.ModelChosen: _chosen,
    ev.GateOpened: _gate,
    ev.Approved: _approved,
    ev.ApprovalCarried: _approved,
    ev.TaskQueued: _queued,
    ev.TaskAsking: _asking,
    ev.TaskStarted: _task_started,
    ev.TaskRetrying: _retrying,
    ev.TaskSubstituted: _substituted,
    ev.TaskDone: _done,
    ev.TaskFailed: _failed,
    ev.TaskBlocked: _blocked,
    ev.TaskSkipped: _to(TaskState.SKIPPED),
    ev.TaskCancelled: _to(TaskState.CANCELLED),
    ev.TaskReset: _reset,
    ev.WhatIfBegun: _what_if,
    ev.WhatIfTried: _tried,
    ev.WhatIfVoted: _voted,
    ev.Called: _called,
    ev.SentAgain: _called,
    ev.Recorded: _nothing,
    ev.Logged: _logged,
    ev.Answered: _answered,
    ev.RunEnded: _ended,
    ev.Delta: _nothing,
    ev.Progress: _progress,
    ev.RerunForeseen: _nothing,
    ev.WhatIfForeseen: _nothing,
    ev.Refused: _nothing,
}
