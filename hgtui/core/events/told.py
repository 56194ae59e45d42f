"""What was called and said on the way, the answer, and the end."""

from typing import Literal

from hgtui.core.base import Value
from hgtui.core.plan import Uid
from hgtui.core.states import Outcome, Stage


class Called(Value):
    """A call to a controller LLM ended. `record` is the digest of the exact messages, parameters and raw reply.

    Tokens are the server's count, or with `estimated` ours; times in seconds; `usd` None where the price is unknown.
    `trial` names the candidate of a what-if that it was made for.
    """

    type: Literal["called"] = "called"
    stage: Stage
    model: str
    uid: Uid | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    first_s: float | None = None
    total_s: float = 0.0
    usd: float | None = None
    record: str = ""
    trial: str = ""


class SentAgain(Value):
    """A person sent a call to a controller LLM once more, beside the run, of which nothing changes by that.

    `of` is the record of the call that it repeats, `changes` say in words what differs in what was asked; `failed` is a
    sentence where no reply came. The rest is as in Called.
    """

    type: Literal["sent_again"] = "sent_again"
    of: str
    stage: Stage
    model: str
    uid: Uid | None = None
    changes: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    first_s: float | None = None
    total_s: float = 0.0
    usd: float | None = None
    record: str = ""
    failed: str = ""


class Recorded(Value):
    """Something came from outside that no other event tells whole; `record` is the digest of the exchange.

    `kind` is "llm" for a call that failed or was made again, "context" for a model's context length, "find" for a model
    that was looked for by its name for the task type `task`, "list" for what the Hub was asked for the task type `about`, "hub" for a request to
    a provider and "media" to a media route of the controller's server, both for the task `uid`. `about` says in a word
    what was asked for, `came` what came of it, `failed` how it failed where nothing did; `seconds` is how long it took
    where that is known.
    """

    type: Literal["recorded"] = "recorded"
    kind: Literal["llm", "context", "find", "hub", "list", "media"]
    record: str
    uid: Uid | None = None
    about: str = ""
    came: str = ""
    failed: str = ""
    seconds: float = 0.0
    task: str = ""


class Logged(Value):
    """A line for the log."""

    type: Literal["logged"] = "logged"
    level: Literal["debug", "info", "warning", "error"] = "info"
    text: str
    uid: Uid | None = None


class Answered(Value):
    """The answer is written. `by` is "program" or the model that wrote it; `files` are laid out for people by path.

    `outcome`, `exit` and `message` are those of the end that follows, so that it can be told also where the process
    dies before it.
    """

    type: Literal["answered"] = "answered"
    text: str
    by: str = "program"
    files: tuple[str, ...] = ()
    outcome: Outcome | None = None
    exit: int | None = None
    message: str = ""


class RunEnded(Value):
    """Nothing more will happen; `exit` is the exit status for scripts."""

    type: Literal["run_ended"] = "run_ended"
    outcome: Outcome
    exit: int
    message: str = ""
