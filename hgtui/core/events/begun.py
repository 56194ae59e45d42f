"""How a run begins: what was asked of whom, with what, and under which rules."""

from collections.abc import Mapping
from typing import Literal

from hgtui.core.base import Value
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Uid
from hgtui.core.policy import Effect, Rule
from hgtui.core.ports import Turn
from hgtui.core.resource import FileFact, Resource
from hgtui.core.states import Gates, Stage

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
