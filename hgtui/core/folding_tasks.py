"""How the events of single tasks change a run: what runs, what came of it, what was tried beside it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.states import Gate, TaskState
from hgtui.core.status import TaskStatus
from hgtui.core.trials import Trial

if TYPE_CHECKING:
    from hgtui.core.run import Run

Changed = Iterable[Uid]


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


def _run_anew(run: "Run", event: ev.RunAnew) -> Changed:
    (run.anew.add if event.anew else run.anew.discard)(event.uid)
    return (event.uid,)


def _progress(run: "Run", event: ev.Progress) -> Changed:
    status = run.kept(event.uid)
    status.fraction, status.note = event.fraction, event.note
    return (event.uid,)


def _what_if(run: "Run", event: ev.WhatIfBegun) -> Changed:
    before = run.trials.get(event.uid)
    run.trials[event.uid] = Trial(event.fingerprint, event.ahead, sent_before=before is not None and before.sent)
    return (event.uid,)


def _settled(run: "Run", uid: Uid) -> ev.GateOpened | None:
    """Return the gate at which a plan waits that has not begun, where the result of a task is kept by now: what is changed
    opens another one."""
    gate = run.gate
    if gate is None or run.grant is not None or gate.gate is Gate.PLAN or uid in gate.reuses:
        return gate
    reuses, settled = (*gate.reuses, uid), run.settled((*gate.reuses, uid))
    leaves = tuple(str(one) for one in run.leaves_without(settled))
    reruns = tuple(one for one in gate.reruns if one != uid)
    more = {"reuses": reuses, "reruns": reruns, "leaves": leaves, "spends": run.spends_without(settled)}
    return gate.model_copy(update=more)


def _tried(run: "Run", event: ev.WhatIfTried) -> Changed:
    trial = run.trials.get(event.uid)
    if trial is None:
        return ()
    trial.tried[event.tried.candidate] = event.tried
    chosen = run.draft.assignments.get(event.uid)
    same = chosen is not None and any(one.assignment.granted() == chosen.granted() for one in trial.ahead)
    if event.tried.keeps and same and chosen is not None and chosen.candidate == event.tried.candidate:
        run.gate = _settled(run, event.uid)
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


TASKS: dict[type, Callable[["Run", Any], Changed]] = {
    ev.RunAnew: _run_anew,
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
    ev.Progress: _progress,
}
