"""The journal's vocabulary: one frozen model for each event. What is not here did not happen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter

from hgtui.core.events.approved import ApprovalCarried, Approved, GateOpened, PlanApproved
from hgtui.core.events.begun import (
    NO_GATES,
    Again,
    BreakpointSet,
    Brought,
    FileSeen,
    Given,
    Marked,
    Resumed,
    RuleAdded,
    RuleDropped,
    RulesSet,
    RuleUsed,
    RunStarted,
    Setup,
    StageEntered,
)
from hgtui.core.events.passing import Delta, Progress, Refused, RerunForeseen, WhatIfForeseen
from hgtui.core.events.planned import (
    CandidatesFound,
    ChangeDecided,
    EditRedone,
    EditUndone,
    LookedAgain,
    ModelChosen,
    PlanBroughtBack,
    PlanEdited,
    PlanningFailed,
    PlanProposed,
    RevisionBegun,
    RevisionClosed,
    RevisionProposed,
    TaskDrafted,
)
from hgtui.core.events.told import Answered, Called, Logged, Recorded, RunEnded, SentAgain
from hgtui.core.events.worked import (
    RunAnew,
    TaskAsking,
    TaskBlocked,
    TaskCancelled,
    TaskDone,
    TaskFailed,
    TaskQueued,
    TaskReset,
    TaskRetrying,
    TaskSkipped,
    TaskStarted,
    TaskSubstituted,
    WhatIfBegun,
    WhatIfTried,
    WhatIfVoted,
)

__all__ = [
    "ENTRIES",
    "EVENTS",
    "NO_GATES",
    "PASSING_EVENTS",
    "VERSION",
    "Again",
    "Answered",
    "ApprovalCarried",
    "Approved",
    "BreakpointSet",
    "Brought",
    "Called",
    "CandidatesFound",
    "ChangeDecided",
    "Delta",
    "EditRedone",
    "EditUndone",
    "Entry",
    "Event",
    "FileSeen",
    "GateOpened",
    "Given",
    "Logged",
    "LookedAgain",
    "Marked",
    "ModelChosen",
    "PlanApproved",
    "PlanBroughtBack",
    "PlanEdited",
    "PlanProposed",
    "PlanningFailed",
    "Progress",
    "Recorded",
    "Refused",
    "RerunForeseen",
    "Resumed",
    "RevisionBegun",
    "RevisionClosed",
    "RevisionProposed",
    "RuleAdded",
    "RuleDropped",
    "RuleUsed",
    "RulesSet",
    "RunAnew",
    "RunEnded",
    "RunStarted",
    "SentAgain",
    "Setup",
    "StageEntered",
    "TaskAsking",
    "TaskBlocked",
    "TaskCancelled",
    "TaskDone",
    "TaskDrafted",
    "TaskFailed",
    "TaskQueued",
    "TaskReset",
    "TaskRetrying",
    "TaskSkipped",
    "TaskStarted",
    "TaskSubstituted",
    "WhatIfBegun",
    "WhatIfForeseen",
    "WhatIfTried",
    "WhatIfVoted",
    "stamp",
]  # fmt: skip

VERSION = 1

Event = Annotated[
    RunStarted | Resumed | Marked | RulesSet | RuleAdded | RuleDropped | RuleUsed | BreakpointSet | PlanApproved | FileSeen | StageEntered | TaskDrafted | PlanProposed | PlanningFailed | PlanEdited | RevisionBegun | RevisionProposed | RevisionClosed | ChangeDecided | PlanBroughtBack | EditUndone
    | EditRedone | CandidatesFound | LookedAgain | ModelChosen | GateOpened | Approved | ApprovalCarried | RunAnew | TaskQueued | TaskAsking | TaskStarted
    | TaskRetrying | TaskSubstituted | TaskDone | TaskFailed | TaskBlocked | TaskSkipped | TaskCancelled | TaskReset | Called | SentAgain | Recorded | Logged
    | WhatIfBegun | WhatIfTried | WhatIfVoted | Answered | RunEnded | Delta | Progress | RerunForeseen | WhatIfForeseen | Refused,
    Field(discriminator="type"),
]  # fmt: skip

PASSING_EVENTS = (Delta, Progress, RerunForeseen, WhatIfForeseen, Refused)
"""The events that are shown and not stored."""

EVENTS: TypeAdapter[Event] = TypeAdapter(Event, config={"defer_build": True})


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its place in a journal; `seq` counts from 1 in each run, None for what is not stored.

    No model, as the events are: of a journal of 100,000 one is made for each. `ENTRIES` reads and writes it as JSON.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", defer_build=True, ser_json_inf_nan="null")

    run: str
    seq: int | None
    at: datetime
    event: Event

    def line(self) -> dict[str, Any]:
        """Return the JSON line of the contract: the event's fields flat beside v, run, seq and at (UTC, milliseconds)."""
        return {
            "v": VERSION,
            "run": self.run,
            "seq": self.seq,
            "at": stamp(self.at),
            **self.event.model_dump(mode="json"),
        }


ENTRIES: TypeAdapter[Entry] = TypeAdapter(Entry)


def stamp(at: datetime) -> str:
    """Write a UTC time as ``2026-11-21T10:00:00.123Z``."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
