"""Where one task of a run stands, and a line of the run's log."""

from dataclasses import dataclass
from datetime import datetime

from hgtui.core.plan import Uid
from hgtui.core.resource import Resource
from hgtui.core.states import Failure, TaskState


@dataclass(slots=True)
class TaskStatus:
    """Where a task stands; times are wall-clock UTC, `seconds` of the last try (failed: of all)."""

    state: TaskState = TaskState.WAITING
    attempt: int = 0
    candidate: str = ""
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


@dataclass(slots=True)
class LogEntry:
    """A line of the log."""

    at: datetime
    level: str
    text: str
    uid: Uid | None = None
