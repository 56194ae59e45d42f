"""What each task did and when: waiting for a place, each try, the wait before the next one. Gathered while a run folds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from hgtui.core import events as ev
from hgtui.core.states import Stage

if TYPE_CHECKING:  # a run folds through this module
    from hgtui.core.run import Run

SpanKind = Literal["queued", "try", "wait", "asking", "reused"]
How = Literal["", "done", "failed", "stopped"]


@dataclass(slots=True)
class Span:
    """A stretch of a task's time, wall-clock UTC; `ended` is None while it goes on.

    "queued" for a place at its endpoint, a "try" on a candidate, a "wait" between two tries, "asking" a person, "reused"
    where a kept result was taken. `how` it ended says for a try what came of it; empty where it was only left.
    """

    kind: SpanKind
    begun: datetime
    ended: datetime | None = None
    how: How = ""
    attempt: int = 0
    candidate: str = ""


def note(run: "Run", event: ev.Event) -> None:
    """Take down in `run.spans` what an event says of a task's time."""
    if (take := _NOTE.get(type(event))) is not None:
        take(run, event)
    match event:
        case ev.StageEntered(stage=Stage.EXECUTION):
            _pause(run, run.before)  # another process goes on: nobody knows when the one before ended
            run.passed_s, run.runs_since = run.passed_s or 0.0, run.at
        case ev.Resumed():
            _pause(run, run.before)
        case ev.RunEnded():
            _pause(run, run.at)


def _pause(run: "Run", until: datetime | None) -> None:
    """End the stretch in which the tasks ran."""
    if run.runs_since is not None and until is not None:
        run.passed_s = (run.passed_s or 0.0) + max((until - run.runs_since).total_seconds(), 0.0)
    run.runs_since = None


def _close(run: "Run", uid: str, how: How = "") -> None:
    spans = run.spans.get(uid)
    if spans and spans[-1].ended is None:
        spans[-1].ended = run.at
        spans[-1].how = how if spans[-1].kind == "try" else ""


def _open(run: "Run", uid: str, kind: SpanKind, attempt: int = 0, candidate: str = "") -> None:
    _close(run, uid)
    if run.at is not None:
        run.spans.setdefault(uid, []).append(Span(kind, run.at, attempt=attempt, candidate=candidate))


def _queued(run: "Run", event: ev.TaskQueued) -> None:
    _open(run, event.uid, "queued")


def _started(run: "Run", event: ev.TaskStarted) -> None:
    _open(run, event.uid, "try", event.attempt, event.candidate)


def _asking(run: "Run", event: ev.TaskAsking) -> None:
    _open(run, event.uid, "asking")


def _failed_try(run: "Run", event: ev.TaskRetrying | ev.TaskSubstituted) -> None:
    _close(run, event.uid, "failed")
    _open(run, event.uid, "wait")


def _done(run: "Run", event: ev.TaskDone) -> None:
    if event.reused:
        _open(run, event.uid, "reused", candidate=event.candidate)
    _close(run, event.uid, "done")


def _failed(run: "Run", event: ev.TaskFailed) -> None:
    _close(run, event.uid, "failed")


def _stopped(run: "Run", event: ev.TaskCancelled | ev.TaskSkipped | ev.TaskBlocked | ev.TaskReset) -> None:
    _close(run, event.uid, "stopped")


def _cut(run: "Run", _: ev.Resumed | ev.RunEnded) -> None:
    """End what was under way when a process died: nobody knows when, but nothing of it was seen later than this."""
    for spans in run.spans.values():
        if spans and spans[-1].ended is None:
            last = spans[-1]
            last.ended = max(last.begun, run.before or last.begun)
            last.how = "stopped" if last.kind == "try" else ""


_NOTE: dict[type, Callable[["Run", Any], None]] = {
    ev.TaskQueued: _queued,
    ev.TaskStarted: _started,
    ev.TaskAsking: _asking,
    ev.TaskRetrying: _failed_try,
    ev.TaskSubstituted: _failed_try,
    ev.TaskDone: _done,
    ev.TaskFailed: _failed,
    ev.TaskCancelled: _stopped,
    ev.TaskSkipped: _stopped,
    ev.TaskBlocked: _stopped,
    ev.TaskReset: _stopped,
    ev.Resumed: _cut,
    ev.RunEnded: _cut,
}
