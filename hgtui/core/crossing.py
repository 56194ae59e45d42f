"""The values and errors that cross the ports: what a stage is given, what it tells on the way, what comes of it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from hgtui.core.base import Value
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import Kind, Resource
from hgtui.core.states import Failure, TaskState

Tell = Callable[[float | None, str], None]
"""Tells how far something is (0 to 1, None unknown) and a word on what it does."""


class Given(Value):
    """A resolved input of a task: a text, or a file at a path of this machine; `name` is what a person calls it."""

    kind: Kind
    text: str | None = None
    path: str | None = None
    media_type: str = ""
    language: str | None = None
    digest: str = ""
    name: str = ""


class Call(Value):
    """One try of a task at an endpoint; each input is a tuple, of one element but for arguments that take many."""

    run: str
    task: Task
    assignment: Assignment
    inputs: Mapping[str, tuple[Given, ...]]


class CallMade(Value):
    """A call to an LLM ended; `record` is JSON without any key. Times in seconds, `usd` None where the price is unknown."""

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    first_s: float | None = None
    total_s: float = 0.0
    usd: float | None = None
    record: Any = None


class Produced(Value):
    """One result as an endpoint gives it: a text, or a file in the work folder of the call; `data` is JSON.

    `note` is a sentence on how it came about, where that matters; `call` the call to the controller that made it;
    `memory_mb` the most memory that it took on this machine, in MB, where that was measured.
    """

    kind: Kind
    media_type: str
    text: str | None = None
    path: str | None = None
    data: Any = None
    language: str | None = None
    name: str = ""
    note: str = ""
    call: CallMade | None = None
    memory_mb: float | None = None


class CallError(Exception):
    """A call failed. `message` and `hint` are for a person; `retry_after` in seconds where the endpoint named it.

    `call` is the call to the controller, where there was one and it came far enough to be recorded; `tried` says that
    the endpoint has made the same call as often as makes sense.
    """

    def __init__(
        self,
        failure: Failure,
        message: str,
        hint: str = "",
        retry_after: float | None = None,
        call: CallMade | None = None,
        *,
        tried: bool = False,
    ) -> None:
        super().__init__(message)
        self.failure, self.message, self.hint, self.retry_after, self.call = failure, message, hint, retry_after, call
        self.tried = tried


class Cause(Value):
    """A failed call as CallError tells it; `local` where the fault was this machine's own."""

    message: str
    hint: str = ""
    retry_after: float | None = None
    tried: bool = False
    local: bool = False


class ArtifactError(Exception):
    """Bytes cannot be kept or read. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class StoreError(Exception):
    """The model store could not answer. `message` and `hint` are for a person, `failure` the class."""

    def __init__(self, failure: Failure, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.failure, self.message, self.hint = failure, message, hint


class Drafted(Value):
    """The planner has written one more task."""

    task: Task


How = Literal["", "read", "repaired", "cut off"]
"""How a planner's reply was read: as it stood, after a repair, or as far as it went; empty where rules made the plan."""


class Proposed(Value):
    """The planner is done. `how` its reply was read; `notes` what it did not understand and what was dropped."""

    plan: Plan
    notes: tuple[str, ...] = ()
    how: How = ""


class Said(Value):
    """A piece of what the planner says."""

    text: str
    reasoning: bool = False


class Noticed(Value):
    """Something for the log: a retry, a field that the server refused."""

    text: str


class Withdrawn(Value):
    """The tasks drafted so far hold no longer: the planner begins anew."""


Step = Drafted | Withdrawn | Proposed | Said | CallMade | Noticed


class Chosen(Value):
    """A task got a candidate."""

    uid: Uid
    assignment: Assignment


class Finding(Value):
    """What the answer may say of one task: its state, what ran it, its main result in words and where the files are.

    `message` says why it failed, or what ran in place of the chosen model; `hint` what would mend a failure.
    """

    uid: Uid
    id: int
    task: str
    state: TaskState
    inputs: str = ""
    candidate: str = ""
    reason: str = ""
    seconds: float = 0.0
    text: str = ""
    files: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""


class Answering(Value):
    """What the answer is written from. `changes` are the person's edits in words, `notes` what was not understood."""

    request: str
    findings: tuple[Finding, ...]
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    earlier: tuple["Turn", ...] = ()


class Wrote(Value):
    """The answer is complete; `by` is who wrote it."""

    text: str
    by: str


class Turn(Value):
    """One earlier round of a conversation: what was asked, what was answered, which files it made or read."""

    request: str
    answer: str = ""
    files: tuple[str, ...] = ()


class Context(Value):
    """What a planner is told beside the request: earlier turns and, for a revision, the plan as the person edited it.

    `comment` is what the person says of `plan`. What is locked in it (Task.locked) must come back unchanged.
    """

    earlier: tuple[Turn, ...] = ()
    plan: Plan | None = None
    comment: str = ""


class RespondingError(Exception):
    """No answer came of it; what was written so far is in `partial`."""

    def __init__(self, failure: Failure, message: str, hint: str = "", partial: str = "") -> None:
        super().__init__(message)
        self.failure, self.message, self.hint, self.partial = failure, message, hint, partial


class PlanningError(Exception):
    """No plan came of it; `raw` is what the planner said so far."""

    def __init__(self, failure: Failure, message: str, hint: str = "", raw: str = "") -> None:
        super().__init__(message)
        self.failure, self.message, self.hint, self.raw = failure, message, hint, raw


Results = Mapping[Uid, tuple[Resource, ...]]
"""The results of the tasks that have some, the main one first."""
