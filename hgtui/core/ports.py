"""What a stage needs from outside, as Protocols, and the values that cross them."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from hgtui.core.base import Value
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import FileFact, Kind, Resource
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

    `note` is a sentence on how it came about, where that matters; `call` the call to the controller that made it.
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


class CallError(Exception):
    """A call failed. `message` and `hint` are for a person; `retry_after` in seconds where the endpoint named it.

    `call` is the call to the controller, where there was one and it came far enough to be recorded.
    """

    def __init__(
        self,
        failure: Failure,
        message: str,
        hint: str = "",
        retry_after: float | None = None,
        call: CallMade | None = None,
    ) -> None:
        super().__init__(message)
        self.failure, self.message, self.hint, self.retry_after, self.call = failure, message, hint, retry_after, call


class Endpoint(Protocol):
    """What runs tasks. Cancelling `run` stops the work itself."""

    @property
    def name(self) -> str:
        """The word before the colon in a candidate's name."""
        ...

    @property
    def limit(self) -> int:
        """How many calls it takes at once."""
        ...

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        """Run a call, writing files only into `work`; the main result comes first. Raises CallError."""
        ...


class Catalogue(Protocol):
    """Where candidates come from."""

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return what could run a task type, also what would have to be installed first (`missing`)."""
        ...

    def help(self, task: str) -> str:
        """Say in a sentence what would help where nothing can run a task type."""
        ...


class ArtifactError(Exception):
    """Bytes cannot be kept or read. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class ArtifactStore(Protocol):
    """Bytes by digest."""

    async def put(self, data: bytes | Path) -> tuple[str, int]:
        """Keep bytes or the content of a file; return the SHA-256 in hexadecimal and the size in bytes."""
        ...

    def path(self, digest: str) -> Path:
        """Return where the bytes are; KeyError where there are none."""
        ...

    async def read(self, digest: str, limit: int | None = None) -> bytes:
        """Return the bytes, at most `limit`; KeyError where there are none."""
        ...


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


class Selector(Protocol):
    """Stage 2 for what is left to choose: tasks with more than one candidate that could run them."""

    @property
    def name(self) -> str:
        """Who chooses, for the screen: "ranking" or the model."""
        ...

    def select(
        self, request: str, plan: Plan, candidates: Mapping[Uid, tuple[Candidate, ...]]
    ) -> AsyncIterator[Chosen | CallMade | Noticed]:
        """Yield Chosen for each task in `candidates`, row by row, in any order.

        The candidates of a task are those that can run it now, best first by the ranking. A selector never fails: what
        it cannot choose is left to the first of the ranking, and a Noticed says so.
        """
        ...


class Finding(Value):
    """What the answer may say of one task: its state, what ran it, its main result in words and where the files are."""

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


class Responder(Protocol):
    """Stage 4 by an LLM; the program's report needs none."""

    @property
    def name(self) -> str:
        """Who answers, for the screen."""
        ...

    def respond(self, about: Answering) -> AsyncIterator[Said | CallMade | Noticed | Wrote]:
        """Yield Said while the answer streams and Wrote once, last. Raises RespondingError."""
        ...


class Talker(Protocol):
    """Replies by chat where a request needs no task."""

    def chat_reply(
        self, request: str, context: Context | None = None
    ) -> AsyncIterator[Said | CallMade | Noticed | Wrote]:
        """Yield Said while the reply streams and Wrote once, last. Raises RespondingError."""
        ...


class PlanningError(Exception):
    """No plan came of it; `raw` is what the planner said so far."""

    def __init__(self, failure: Failure, message: str, hint: str = "", raw: str = "") -> None:
        super().__init__(message)
        self.failure, self.message, self.hint, self.raw = failure, message, hint, raw


class Planner(Protocol):
    """Stage 1: a request becomes a plan, task by task. Both forms, by rules and by an LLM, are this."""

    @property
    def name(self) -> str:
        """Who plans, for the screen: "rules" or the model."""
        ...

    def plan(
        self, request: str, files: Mapping[str, FileFact], context: "Context | None" = None
    ) -> AsyncIterator[Step]:
        """Yield Drafted for each task, then Proposed once. Raises PlanningError."""
        ...


class Recorder(Protocol):
    """Keeps what came from outside, so that a run can be looked at and replayed without it."""

    async def keep(self, kind: str, request: Any, reply: bytes) -> str:
        """Keep the raw reply to a request (JSON, no secrets) and return the digest of the record."""
        ...

    def masked(self, text: str) -> str:
        """Return a text without the secrets that are in it."""
        ...


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        ...


class Ids(Protocol):
    """New names."""

    def run_id(self) -> str:
        """Return a new name for a run."""
        ...


Results = Mapping[Uid, tuple[Resource, ...]]
"""The results of the tasks that have some, the main one first."""
