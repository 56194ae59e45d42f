"""What a stage needs from outside, as Protocols; the values that cross them stand in `crossing` and are found here too."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from hgtui.core.crossing import (
    Answering,
    ArtifactError,
    Call,
    CallError,
    CallMade,
    Cause,
    Chosen,
    Context,
    Drafted,
    Finding,
    Given,
    How,
    Noticed,
    PlanningError,
    Produced,
    Proposed,
    RespondingError,
    Results,
    Said,
    Step,
    StoreError,
    Tell,
    Turn,
    Withdrawn,
    Wrote,
)
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Uid
from hgtui.core.resource import FileFact
from hgtui.core.reuse import Kept

__all__ = [
    "Answering",
    "ArtifactError",
    "ArtifactStore",
    "Call",
    "CallError",
    "CallMade",
    "Catalogue",
    "Cause",
    "Chosen",
    "Clock",
    "Context",
    "Drafted",
    "Endpoint",
    "Finding",
    "Given",
    "How",
    "Ids",
    "KeepsResults",
    "ModelStore",
    "Noticed",
    "Planner",
    "PlanningError",
    "Produced",
    "Proposed",
    "Recorder",
    "Responder",
    "RespondingError",
    "Results",
    "Said",
    "Selector",
    "Settled",
    "Step",
    "StoreError",
    "Talker",
    "Tell",
    "Turn",
    "Withdrawn",
    "Wrote",
]


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


@runtime_checkable
class Settled(Protocol):
    """An endpoint with settings of its own that make another result of the same call."""

    def settings(self, task: str, assignment: Assignment) -> Mapping[str, Any]:
        """Return them (JSON, no secrets) for a task type: a result is reused only under the same."""
        ...


class KeepsResults(Protocol):
    """Results of tasks by their key (`core.reuse.key`). Nothing here raises: what cannot be kept is not kept."""

    async def find(self, key: str) -> Kept | None:
        """Return what is kept, with its artifacts whole; None where nothing is."""
        ...

    async def peek(self, keys: Iterable[str]) -> Mapping[str, Kept]:
        """Return what is kept, for a look ahead: the artifacts are not looked at."""
        ...

    def put(self, key: str, kept: Kept) -> None:
        """Keep a result. Never blocks."""
        ...

    async def seconds(self, runners: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], float]:
        """Return how many seconds a task type took on a candidate before, where that is known."""
        ...


class Catalogue(Protocol):
    """Where candidates come from."""

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return what could run a task type, also what would have to be installed first (`missing`)."""
        ...

    def help(self, task: str) -> str:
        """Say in a sentence what would help where nothing can run a task type."""
        ...


class ModelStore(Protocol):
    """Where models can be looked for beyond the candidates of a task type. All raise StoreError."""

    async def find(self, task: str, name: str) -> Candidate | None:
        """Return the candidate of that name (``endpoint:model``) for a task type, None where the store has none."""
        ...

    async def search(self, words: str, task: str = "", limit: int = 20) -> tuple[Candidate, ...]:
        """Return what a search finds, most downloads first; of one task type where it is named."""
        ...

    async def card(self, name: str) -> str:
        """Return the whole model card of a candidate, in Markdown, as foreign text; empty where it has none."""
        ...


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

    async def whole(self, digest: str) -> bool:
        """Say whether the bytes are there and are what the digest says; what is damaged is put out of the way."""
        ...


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
