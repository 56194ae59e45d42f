"""How a task ended, as the event that says so."""

import asyncio

from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.ports import CallError, Cause
from hgtui.core.states import Failure, TaskState
from hgtui.core.text import clean, one_line
from hgtui.execution.course import LocalFault

MESSAGE = 2000
HINT = 500
SHORT = 300
"""How many characters of a failure are told where another try follows."""

Ending = ev.TaskDone | ev.TaskFailed | ev.TaskCancelled

_STATES: dict[type[ev.TaskFailed] | type[ev.TaskCancelled], TaskState] = {
    ev.TaskFailed: TaskState.FAILED,
    ev.TaskCancelled: TaskState.CANCELLED,
}


def state_of(event: Ending) -> TaskState:
    """Return where a task stands that ended so."""
    if isinstance(event, ev.TaskDone):
        return TaskState.REUSED if event.reused else TaskState.DONE
    return _STATES[type(event)]


class GaveUp(CallError):
    """All tries failed; `event` says so with their number and time."""

    def __init__(self, event: ev.TaskFailed) -> None:
        super().__init__(event.failure, event.message, event.hint)
        self.event = event


def ending(uid: Uid, work: "asyncio.Task[ev.TaskDone]") -> Ending:
    """Return how work that is over ended."""
    if work.cancelled():
        return ev.TaskCancelled(uid=uid)
    error = work.exception()
    if error is None:
        return work.result()
    if isinstance(error, GaveUp):
        return error.event
    if isinstance(error, CallError):
        return failed(uid, error)
    message = f"{type(error).__name__}: {error}"
    return failed(uid, CallError(Failure.CRASHED, message, "This is a fault of hgtui."))


def short(error: CallError) -> str:
    """Say in a line how a call failed after which another try follows."""
    return one_line(error.message, SHORT)


def cause(error: CallError, message: str, hint: str = "") -> Cause | None:
    """Return how a call failed, where that is more than the message and the hint that its event tells."""
    local = isinstance(error, LocalFault)
    told = (error.message, error.hint) == (message, hint)
    if told and error.retry_after is None and not error.tried and not local:
        return None
    return Cause(
        message=clean(error.message, MESSAGE),
        hint=clean(error.hint, HINT),
        retry_after=error.retry_after,
        tried=error.tried,
        local=local,
    )


def failed(uid: Uid, error: CallError, attempt: int = 1, seconds: float = 0.0, tried: str = "") -> ev.TaskFailed:
    """Return the event of a task that failed for good; `seconds` and `attempt` over all its tries.

    `tried` is a sentence on what was tried, where that was more than one candidate.
    """
    message, hint = clean(" ".join(filter(None, (clean(error.message, MESSAGE), tried)))), clean(error.hint, HINT)
    return ev.TaskFailed(
        uid=uid,
        failure=error.failure,
        message=message,
        hint=hint,
        attempt=attempt,
        seconds=seconds,
        cause=cause(error, message, hint),
    )
