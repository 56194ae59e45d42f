"""Where one task of a run stands, and a line of the run's log."""

from dataclasses import dataclass, field
from datetime import datetime

from hgtui.core.plan import Uid
from hgtui.core.resource import Resource
from hgtui.core.reuse import kept_words
from hgtui.core.states import Failure, TaskState


@dataclass(slots=True)
class TaskStatus:
    """Where a task stands; times are wall-clock UTC, `seconds` of the last try (failed: of all).

    `candidate` runs it or ran it last. Where that is not the one that was chosen, `in_place_of` is, and `why_not` says
    how that one failed; `tried` has how each failed that was tried, by name and in order. `why` says what a task asks for, where that is not its policy alone, `cause` what kind of
    reason it is, as in events.TaskAsking.
    A reused result is from the run `kept_from`, where it took `took_s` seconds. `memory_mb` as in events.TaskDone.
    """

    state: TaskState = TaskState.WAITING
    attempt: int = 0
    candidate: str = ""
    in_place_of: str = ""
    why_not: str = ""
    tried: dict[str, str] = field(default_factory=dict)
    why: str = ""
    cause: str = ""
    started: datetime | None = None
    seconds: float = 0.0
    results: tuple[Resource, ...] = ()
    supplied: bool = False
    failure: Failure | None = None
    message: str = ""
    hint: str = ""
    note: str = ""
    blocked_by: tuple[Uid, ...] = ()
    retry_at: datetime | None = None
    wait_s: float = 0.0
    fraction: float | None = None
    kept_from: str = ""
    took_s: float = 0.0
    memory_mb: float | None = None

    @property
    def stood_in(self) -> str:
        """Say in words what ran in place of what, and why; empty where the chosen candidate did."""
        if not self.in_place_of:
            return ""
        return f"{self.candidate} ran in place of {self.in_place_of}: {self.why_not}".rstrip(": ")

    def kept(self, run: str) -> str:
        """Say in words from where a result that `run` reused is kept; empty where it was not reused."""
        return kept_words(self.kept_from, self.took_s, run) if self.kept_from else ""


@dataclass(slots=True)
class LogEntry:
    """A line of the log."""

    at: datetime
    level: str
    text: str
    uid: Uid | None = None
