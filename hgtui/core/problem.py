"""One thing that is wrong or doubtful in a plan, and what is known of the world outside the plan."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field, SkipValidation, model_validator

from hgtui.core.base import Value
from hgtui.core.edit import Edit
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Uid
from hgtui.core.resource import FileFact
from hgtui.core.ruling import Ruling


class Severity(StrEnum):
    """An error disables the approval of the plan, a warning never blocks."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What kind of problem it is."""

    UNKNOWN_TASK = "unknown_task"
    DUPLICATE_ID = "duplicate_id"
    CYCLE = "cycle"
    SELF_REFERENCE = "self_reference"
    MISSING_DEPENDENCY = "missing_dependency"
    MISSING_ARGUMENT = "missing_argument"
    UNKNOWN_ARGUMENT = "unknown_argument"
    WRONG_KIND = "wrong_kind"
    UNREADABLE_FILE = "unreadable_file"
    FETCHES = "fetches"
    NO_MODEL = "no_model"
    UNUSED_RESULT = "unused_result"
    SAME_TASK_TWICE = "same_task_twice"
    LOOKS_LIKE_REFERENCE = "looks_like_reference"
    LANGUAGE = "language"
    NARROW = "narrow"
    READS_SKIPPED = "reads_skipped"
    DENIED = "denied"
    NOTHING_RUNS = "nothing_runs"


class Mend(Value):
    """An edit that would mend a problem, with a few words for the key that applies it."""

    label: str
    edit: Edit


class Problem(Value):
    """One thing that is wrong or doubtful; `message` is a sentence for a person.

    `mends` are the edits that would mend it, the best first; `mend` is the first of them.
    """

    severity: Severity
    code: Code
    message: str
    uid: Uid | None = None
    arg: str | None = None
    mend: Mend | None = None
    mends: tuple[Mend, ...] = ()

    @model_validator(mode="after")
    def _first(self) -> "Problem":
        if self.mends:
            object.__setattr__(self, "mend", self.mends[0])
        elif self.mend is not None:
            object.__setattr__(self, "mends", (self.mend,))
        return self


class ProblemRow(Value):
    """A problem as it is told at a gate: the `uid` of its task and the number (`task`) that it has in the plan, both None
    where it is of the whole plan; the argument `arg`, the sentence `message`, and in `mend` what the first mend does.
    """

    severity: Severity
    code: Code
    uid: Uid | None = None
    task: int | None = None
    arg: str | None = None
    message: str
    mend: str | None = None


class Facts(Value):
    """What is known of the world outside the plan.

    `files` by path as it stands in an argument; `candidates` by task type, None while nothing was looked up; `chosen`
    the candidate of a task by uid; `help` by task type, a sentence on what would help where nothing can run it.
    `exempt` are the hosts and ports that were configured: a file is fetched from them although they are private.
    `ruling` is what a person's rules say of each task. `done` are the tasks that have their result already.
    """

    files: Mapping[str, FileFact] = {}
    candidates: Mapping[str, tuple[Candidate, ...]] | None = None
    assignments: Mapping[Uid, Assignment] = {}
    help: Mapping[str, str] = {}
    exempt: frozenset[tuple[str, int]] = frozenset()
    ruling: SkipValidation[Ruling] = Field(default_factory=Ruling)
    done: frozenset[Uid] = frozenset()
