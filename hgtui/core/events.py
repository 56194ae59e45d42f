"""The journal's vocabulary: one frozen model for each event. What is not here did not happen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from hgtui.core.approval import Grant
from hgtui.core.base import Value
from hgtui.core.edits import Edit, Patch
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.policy import Effect, Rule
from hgtui.core.ports import Cause, Turn
from hgtui.core.problem import ProblemRow
from hgtui.core.resource import FileFact, Resource
from hgtui.core.reuse import told
from hgtui.core.states import Failure, Gate, Gates, Outcome, Stage
from hgtui.core.trials import Ahead, Tried

VERSION = 1
NO_GATES = "gates = none"
"""What approved a plan where there are no gates."""


class Given(Value):
    """The result of a task by hand: a text, the path of a file, or the results that were given in an earlier run."""

    uid: Uid
    text: str | None = None
    path: str | None = None
    results: tuple[Resource, ...] = ()


class Again(Value):
    """What a person wants otherwise when the plan of an earlier run runs once more.

    The tasks of `anew` run though their result is kept, those of `given` have a result by hand.
    """

    anew: tuple[Uid, ...] = ()
    given: tuple[Given, ...] = ()


class Brought(Value):
    """A plan that a person brought in place of a planner's, with the models and the notes that came with it.

    `files` are the paths that they typed beside it; `again` is there where it is the plan of an earlier run.
    """

    plan: Plan
    assignments: Mapping[Uid, Assignment] = {}
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    again: Again = Again()


class Setup(Value):
    """What a run works under beside its request, so that it can be gone through again as it was.

    `base` is the working folder, `out` the folder for results ("" for none), `attended` whether somebody could mend a
    failure, `approve_by` what approves in a person's place; `limits` how many calls each endpoint takes at once;
    `selector`, `talker` and `store` whether there were such; `pins` by task type; `exempt` hosts and ports.
    `gates` are those of the process, None where it did not note them; with `only_plans` it only showed the plan. `profile` is the name of the profile; `hub` the host and port of the Hub's router, `controller_spends` in words what
    the controller's calls use up: both as it is told before anything is approved.
    """

    base: str = ""
    out: str = ""
    attended: bool = True
    approve_by: str = ""
    limits: Mapping[str, int] = {}
    selector: bool = False
    talker: bool = False
    store: bool = False
    pins: Mapping[str, str] = {}
    exempt: tuple[tuple[str, int], ...] = ()
    offline: bool = False
    profile: str = ""
    hub: str = ""
    controller_spends: str = ""
    gates: Gates | None = None
    only_plans: bool = False

    @property
    def approver(self) -> str:
        """What approves in a person's place, without a command; empty where nothing does."""
        return self.approve_by or (NO_GATES if self.gates is Gates.NONE else "")


class RunStarted(Value):
    """A request came in. `planner` says who plans, `files` are the paths that the person typed, `brought` is their plan.

    `earlier` are the turns of the conversation before it. `controller` names the LLM and its server where they are not
    on this machine: the request goes there and, where `answer` is "llm", the results too. With `fresh` nothing is reused.
    """

    type: Literal["run_started"] = "run_started"
    request: str
    files: tuple[str, ...] = ()
    planner: str = ""
    gates: Gates = Gates.MERGED
    earlier: tuple[Turn, ...] = ()
    controller: str = ""
    answer: Literal["llm", "program"] = "program"
    brought: Brought | None = None
    fresh: bool = False
    setup: Setup | None = None


class Resumed(Value):
    """Another process took the run over where an earlier one had left it: at `stage`, told in `words`.

    `controller` and `answer` are as in RunStarted, for what has not been approved yet.
    """

    type: Literal["resumed"] = "resumed"
    stage: Stage
    words: str
    controller: str = ""
    answer: Literal["llm", "program"] = "program"
    setup: Setup | None = None


class Marked(Value):
    """A person has selected a task at a gate, None for no task; kept for whoever opens the run the next time."""

    type: Literal["marked"] = "marked"
    uid: Uid | None


class RulesSet(Value):
    """The rules that hold for the run beside those that are made in it, the first first: a person's stored and configured ones."""

    type: Literal["rules_set"] = "rules_set"
    rules: tuple[Rule, ...]


class RuleAdded(Value):
    """A person made a rule; it comes before all others. One that holds "always" is also stored for the runs to come."""

    type: Literal["rule_added"] = "rule_added"
    rule: Rule


class RuleDropped(Value):
    """A rule holds no longer; `key` as in core.policy.Rule."""

    type: Literal["rule_dropped"] = "rule_dropped"
    key: str


class RuleUsed(Value):
    """A rule let a task through that has started now, or made it ask."""

    type: Literal["rule_used"] = "rule_used"
    uid: Uid
    key: str
    effect: Effect
    words: str


class BreakpointSet(Value):
    """A person wants the run to stop behind a task, what waits for it asks before it starts; or no more (`on` false)."""

    type: Literal["breakpoint_set"] = "breakpoint_set"
    uid: Uid
    on: bool = True


class FileSeen(Value):
    """A file was looked at, or looked at again."""

    type: Literal["file_seen"] = "file_seen"
    file: FileFact


class StageEntered(Value):
    """The run went on to a stage."""

    type: Literal["stage_entered"] = "stage_entered"
    stage: Stage


class TaskDrafted(Value):
    """The planner has written one more task."""

    type: Literal["task_drafted"] = "task_drafted"
    task: Task


class PlanProposed(Value):
    """The planner is done. `notes` say what it did not understand or what was dropped from its reply.

    `how` its reply was read: "read", "repaired", "cut off", or empty where no LLM made the plan.
    """

    type: Literal["plan_proposed"] = "plan_proposed"
    plan: Plan
    notes: tuple[str, ...] = ()
    how: str = ""


class PlanningFailed(Value):
    """No plan came of it. `raw` is the digest of what the planner said, kept as an artifact."""

    type: Literal["planning_failed"] = "planning_failed"
    failure: Failure
    message: str
    hint: str = ""
    raw: str = ""


class PlanEdited(Value):
    """A person changed the draft; `undo` is what takes it back, `typed` are the paths of files that they wrote in it."""

    type: Literal["plan_edited"] = "plan_edited"
    edit: Edit
    undo: Patch
    typed: tuple[str, ...] = ()


class RevisionBegun(Value):
    """A person said what should be different, and the planner is at it."""

    type: Literal["revision_begun"] = "revision_begun"
    comment: str


class RevisionProposed(Value):
    """The planner revised the plan; the old one stays until a person takes the new one."""

    type: Literal["revision_proposed"] = "revision_proposed"
    plan: Plan
    notes: tuple[str, ...] = ()
    how: str = ""


class RevisionClosed(Value):
    """The revision is no longer open: taken but for the tasks in `without`, dropped, or none came of it (`message`)."""

    type: Literal["revision_closed"] = "revision_closed"
    taken: bool = False
    without: tuple[Uid, ...] = ()
    message: str = ""
    hint: str = ""


class ChangeDecided(Value):
    """A person took one change of the revision (the plan was edited right before), or leaves it out (`take` false).

    `field` is as in core.diff.FieldChange; empty for all that the revision does with the task.
    """

    type: Literal["change_decided"] = "change_decided"
    uid: Uid
    field: str = ""
    take: bool = True


class PlanBroughtBack(Value):
    """The edit right before put an earlier plan of this run in the plan's place; `number` as in core.versions.Version."""

    type: Literal["plan_brought_back"] = "plan_brought_back"
    number: int


class EditUndone(Value):
    """The last edit was taken back."""

    type: Literal["edit_undone"] = "edit_undone"


class EditRedone(Value):
    """The edit that was undone last was applied again."""

    type: Literal["edit_redone"] = "edit_redone"


class CandidatesFound(Value):
    """What could run a task type, ranked; `help` says what would make it run where nothing can.

    `failed` says in a sentence for each catalogue that could not be asked why.
    """

    type: Literal["candidates_found"] = "candidates_found"
    task: str
    candidates: tuple[Candidate, ...]
    help: str = ""
    failed: tuple[str, ...] = ()


class ModelChosen(Value):
    """A task got a candidate, or lost it (None)."""

    type: Literal["model_chosen"] = "model_chosen"
    uid: Uid
    assignment: Assignment | None


class GateOpened(Value):
    """The run waits for a person.

    `errors` counts the errors of the plan, `problems` are these and the warnings, errors first, at most 200 of them.
    `leaves` says in a line for each place what would leave this machine, `spends` what would be spent (empty where
    nothing is), `substitutes` names for a task the candidates that run in place of the chosen one where it fails.
    The tasks of `reuses` have a result that is kept, which neither leaves nor spends; those of `reruns` run; `about_s`,
    `untimed` and `seconds` as in core.reuse.Forecast. `gated` has for a task whose model asks for its terms to be accepted the
    page where that is done; `policies` what a rule or its own policy says of a task, where it does not simply start. At the
    gate of the plan alone no model is chosen, and nothing of that is known.
    """

    type: Literal["gate_opened"] = "gate_opened"
    gate: Gate
    fingerprint: str
    approvable: bool
    errors: int = 0
    problems: tuple[ProblemRow, ...] = ()
    leaves: tuple[str, ...] = ()
    spends: str = ""
    substitutes: Mapping[Uid, tuple[str, ...]] = {}
    gated: Mapping[Uid, str] = {}
    reuses: tuple[Uid, ...] = ()
    reruns: tuple[Uid, ...] = ()
    about_s: float | None = None
    untimed: int = 0
    seconds: Mapping[Uid, float] = {}
    policies: Mapping[Uid, Effect] = {}

    @property
    def forecast(self) -> str:
        """What would run again and for how long, in words; empty where nothing is known of it."""
        return told(len(self.reruns), len(self.reuses), self.about_s, self.untimed)


class PlanApproved(Value):
    """A person approved the plan without its models, for which the run still stops; `fingerprint` is of the plan alone."""

    type: Literal["plan_approved"] = "plan_approved"
    fingerprint: str
    by: str = "person"


class Approved(Value):
    """A person, or a setting in their name (`by`), allowed what the grant says.

    `leaves` and `spends` as at the gate, but of all that is allowed, also what is foreseen as reused: it runs where its
    result turns out to be damaged.

    `attended` says whether somebody is there who can mend a failure of what runs now, `answer` who then answers.
    """

    type: Literal["approved"] = "approved"
    grant: Grant
    by: str = "person"
    leaves: tuple[str, ...] = ()
    spends: str = ""
    attended: bool | None = None
    answer: Literal["", "llm", "program"] = ""


class ApprovalCarried(Value):
    """The draft changed within what was granted."""

    type: Literal["approval_carried"] = "approval_carried"
    grant: Grant
    words: str


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
    that was looked for by its name, "list" for what the Hub was asked for the task type `about`, "hub" for a request to
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


class Delta(Value):
    """A piece of a streaming reply; not stored: the event that ends the stream says the whole."""

    type: Literal["delta"] = "delta"
    stage: Stage
    text: str
    reasoning: bool = False


class Progress(Value):
    """How far a task is, 0 to 1 or unknown; not stored."""

    type: Literal["progress"] = "progress"
    uid: Uid
    fraction: float | None = None
    note: str = ""


class RerunForeseen(Value):
    """What a re-run of a task with everything below it would do, as in core.reuse.Forecast; not stored.

    Of what is below, a task runs only where what it reads comes out different: `reruns` are the most that may run, and
    `spends` says in words what all of them would spend. With `supplied` the task itself does not run: its result is
    given by hand, and `reruns` are those that read it. In a new run of the plan `reuses` are kept from before.
    """

    type: Literal["rerun_foreseen"] = "rerun_foreseen"
    uid: Uid
    reruns: tuple[Uid, ...]
    reuses: tuple[Uid, ...] = ()
    about_s: float | None = None
    untimed: int = 0
    spends: str = ""
    supplied: bool = False

    @property
    def words(self) -> str:
        """What would run again and for how long."""
        return told(len(self.reruns), len(self.reuses), self.about_s, self.untimed) or f"runs {len(self.reruns)}"


class WhatIfForeseen(Value):
    """What a what-if would send and spend, candidate by candidate; not stored. `fingerprint` approves just that.

    `reruns` are the tasks that have read the result which a winner would take the place of.
    """

    type: Literal["what_if_foreseen"] = "what_if_foreseen"
    uid: Uid
    fingerprint: str
    ahead: tuple[Ahead, ...]
    reruns: tuple[Uid, ...] = ()


class Refused(Value):
    """A command could not be carried out; not stored."""

    type: Literal["refused"] = "refused"
    command: str
    message: str
    hint: str = ""


Event = Annotated[
    RunStarted | Resumed | Marked | RulesSet | RuleAdded | RuleDropped | RuleUsed | BreakpointSet | PlanApproved | FileSeen | StageEntered | TaskDrafted | PlanProposed | PlanningFailed | PlanEdited | RevisionBegun | RevisionProposed | RevisionClosed | ChangeDecided | PlanBroughtBack | EditUndone
    | EditRedone | CandidatesFound | ModelChosen | GateOpened | Approved | ApprovalCarried | RunAnew | TaskQueued | TaskAsking | TaskStarted
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
