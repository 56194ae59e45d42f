"""The words for where a task, a run and a failure stand: one enum each, used by code, screen, command line and journal."""

from enum import StrEnum


class TaskState(StrEnum):
    """Where one task stands."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    ASKING = "asking"
    RETRYING = "retrying"
    DONE = "done"
    REUSED = "reused"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


HAS_RESULT = frozenset({TaskState.DONE, TaskState.REUSED})
UNDER_WAY = frozenset({TaskState.RUNNING, TaskState.RETRYING, TaskState.ASKING})
NOT_STARTED = frozenset({TaskState.WAITING, TaskState.READY})
ENDED = frozenset(TaskState) - UNDER_WAY - NOT_STARTED


class Failure(StrEnum):
    """Why something failed; the class decides what may be tried next."""

    TRANSPORT = "transport"
    TIMEOUT = "timeout"
    LOADING = "loading"
    QUOTA = "quota"
    CREDITS = "credits"
    ACCESS = "access"
    BAD_INPUT = "bad_input"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    REFUSED = "refused"
    NO_MODEL = "no_model"


PASSING = frozenset({Failure.TRANSPORT, Failure.TIMEOUT, Failure.LOADING, Failure.QUOTA, Failure.CRASHED})
"""The failures after which the same call may succeed if it is made again."""


class Stage(StrEnum):
    """The four stages of HuggingGPT (arXiv 2303.17580), with the wait for a request before and the end behind them."""

    ASKING = "asking"
    PLANNING = "planning"
    SELECTION = "selection"
    EXECUTION = "execution"
    RESPONSE = "response"
    ENDED = "ended"


class Gate(StrEnum):
    """What a run waits for a person to approve."""

    MERGED = "merged"
    PLAN = "plan"
    MODELS = "models"
    TASK = "task"


class Gates(StrEnum):
    """The setting: one gate for plan and models, one for each, or none."""

    MERGED = "merged"
    SPLIT = "split"
    NONE = "none"


class Outcome(StrEnum):
    """How a run ended."""

    ANSWERED = "answered"
    DEGRADED = "degraded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_WAITING, EXIT_INTERRUPTED, EXIT_TERMINATED = 0, 1, 2, 3, 130, 143
EXIT_HUNG_UP = 129
"""As shells have it: 128 and the number of SIGHUP."""

EXITS: dict[Outcome, int] = {
    Outcome.ANSWERED: EXIT_OK,
    Outcome.DEGRADED: EXIT_OK,
    Outcome.FAILED: EXIT_FAILED,
    Outcome.INTERRUPTED: EXIT_INTERRUPTED,
}
