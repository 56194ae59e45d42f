"""How the tasks run: one event for each step of one."""

from typing import Literal

from hgtui.core.base import Value
from hgtui.core.plan import Uid
from hgtui.core.ports import Cause
from hgtui.core.resource import Resource
from hgtui.core.states import Failure
from hgtui.core.trials import Ahead, Tried


class RunAnew(Value):
    """At a gate a person let a task run though its result is kept; with `anew` false the result is taken after all."""

    type: Literal["run_anew"] = "run_anew"
    uid: Uid
    anew: bool = True


class TaskQueued(Value):
    """A task could start and waits for a free place at its endpoint."""

    type: Literal["task_queued"] = "task_queued"
    uid: Uid


class TaskStarted(Value):
    """A try of a task began."""

    type: Literal["task_started"] = "task_started"
    uid: Uid
    attempt: int = 1
    candidate: str = ""


class TaskAsking(Value):
    """A task could start and waits for a person; its siblings go on. `why` is empty where its policy is "ask".

    Else a rule asks or denies it (`cause` "rule"), a task that it reads has a breakpoint ("breakpoint"), it would carry
    the known spending over what was approved ("cost"), it lies beyond what was approved, or it was under way when an earlier process ended and may have cost something.
    """

    type: Literal["task_asking"] = "task_asking"
    uid: Uid
    why: str = ""
    cause: Literal["", "rule", "breakpoint", "cost"] = ""


class TaskRetrying(Value):
    """A try failed and another follows in `wait_s` seconds; `cause` where the failure was more than is said here."""

    type: Literal["task_retrying"] = "task_retrying"
    uid: Uid
    attempt: int
    failure: Failure
    message: str
    wait_s: float
    cause: Cause | None = None


class TaskSubstituted(Value):
    """Another candidate of the grant takes a task over.

    `in_place_of` is the one that it takes it over from, which failed; `failure`, `message` and `cause` say how.
    """

    type: Literal["task_substituted"] = "task_substituted"
    uid: Uid
    candidate: str
    in_place_of: str
    failure: Failure
    message: str
    cause: Cause | None = None


class TaskDone(Value):
    """A task has its results, the main one first. `supplied` where a person gave them; `seconds` of the last try.

    `reused` where it did not run: they were kept from the run `kept_from`, where it took `took_s` seconds. `memory_mb` is
    the most memory that it took on this machine, in MB, None where that is not known.
    """

    type: Literal["task_done"] = "task_done"
    uid: Uid
    results: tuple[Resource, ...]
    seconds: float = 0.0
    attempt: int = 1
    candidate: str = ""
    supplied: bool = False
    note: str = ""
    reused: bool = False
    kept_from: str = ""
    took_s: float = 0.0
    memory_mb: float | None = None


class TaskFailed(Value):
    """A task failed for good; `seconds` over all its tries, `cause` of the last."""

    type: Literal["task_failed"] = "task_failed"
    uid: Uid
    failure: Failure
    message: str
    hint: str = ""
    attempt: int = 1
    seconds: float = 0.0
    cause: Cause | None = None


class TaskBlocked(Value):
    """A task cannot run because those in `by` have no result."""

    type: Literal["task_blocked"] = "task_blocked"
    uid: Uid
    by: tuple[Uid, ...]


class TaskSkipped(Value):
    """A task was left out."""

    type: Literal["task_skipped"] = "task_skipped"
    uid: Uid


class TaskCancelled(Value):
    """A task was stopped, or never started because the run was."""

    type: Literal["task_cancelled"] = "task_cancelled"
    uid: Uid


class TaskReset(Value):
    """A task that had ended waits again: it is retried, or what it depends on is."""

    type: Literal["task_reset"] = "task_reset"
    uid: Uid


class WhatIfBegun(Value):
    """A person approved that some candidates are run on the input that a task has; `ahead` is what they were told of each."""

    type: Literal["what_if_begun"] = "what_if_begun"
    uid: Uid
    fingerprint: str
    ahead: tuple[Ahead, ...]


class WhatIfTried(Value):
    """One candidate of a what-if is done, or failed."""

    type: Literal["what_if_tried"] = "what_if_tried"
    uid: Uid
    tried: Tried


class WhatIfVoted(Value):
    """A person found `winner` best of the candidates of a what-if, or gave it up (an empty text). `task` is the type.

    `candidates` are those that gave a result.
    """

    type: Literal["what_if_voted"] = "what_if_voted"
    uid: Uid
    task: str
    winner: str = ""
    candidates: tuple[str, ...] = ()
