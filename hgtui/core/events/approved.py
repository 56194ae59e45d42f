"""What a person is shown at a gate, and what they approve."""

from collections.abc import Mapping
from typing import Literal

from hgtui.core.approval import Grant
from hgtui.core.base import Value
from hgtui.core.plan import Uid
from hgtui.core.policy import Effect
from hgtui.core.problem import ProblemRow
from hgtui.core.reuse import told
from hgtui.core.states import Gate


class GateOpened(Value):
    """The run waits for a person.

    `tasks` counts those of the plan as it stands, None where an earlier program wrote it. `errors` counts the errors of the plan, `problems` are these and the warnings, errors first, at most 200 of them.
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
    tasks: int | None = None
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
    """The draft changed within what was granted. `tasks` counts those of the plan where it was the plan that changed."""

    type: Literal["approval_carried"] = "approval_carried"
    grant: Grant
    words: str
    tasks: int | None = None
