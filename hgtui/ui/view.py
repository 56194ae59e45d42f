"""What the screen reads off a run: its problems, what a person changed, the selected task, what waits for them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from hgtui.core import events as ev
from hgtui.core.approval import beyond
from hgtui.core.fit import narrow
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.problems import Problem, Severity, problems
from hgtui.core.ruling import Ruling
from hgtui.core.run import Run
from hgtui.core.stand_ins import known_as, stand_ins
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Failure, Gate, Stage, TaskState
from hgtui.core.trials import Tally, at_work, undecided
from hgtui.selection.ranking import by_pin, rank, usable
from hgtui.ui.keys import KEYS, MODELS
from hgtui.ui.live import Live
from hgtui.ui.standings import Places, Standings, States

CHANGES_PROBLEMS = (
    ev.FileSeen, ev.StageEntered, ev.PlanProposed, ev.PlanEdited, ev.EditUndone, ev.EditRedone, ev.CandidatesFound, ev.LookedAgain,
    ev.ModelChosen, ev.GateOpened, ev.RulesSet, ev.RuleAdded, ev.RuleDropped, ev.RuleUsed,
)  # fmt: skip
"""The events after which `problems` may give something else."""
CHANGES_LEAVING = (ev.TaskDone, ev.TaskSkipped, ev.TaskReset, ev.WhatIfTried)
"""The events after which something else leaves this machine once the rest runs."""

Tab = Literal["candidates", "arguments", "result"]
"""The tabs of the task pane."""
Order = Literal["ranking", "likes", "downloads", "size", "time", "name"]
"""By what candidates may be sorted; "time" is how long such a task took here before."""


def utc() -> datetime:
    """Return the time of this machine, UTC."""
    return datetime.now(UTC)


def _by_default(name: str) -> str:
    return next(one.shown for one in (*KEYS, *MODELS) if one.id == name)


@dataclass(slots=True)
class View:
    """A run as the screen sees it; `chosen` is the uid of the selected task, `gated` whether a gate has opened yet.

    `live` is what a controller says at the moment, `by_llm` whether there is one that could revise the plan; `pins` are
    the names of the candidates that the person has pinned, by task type. `clock` gives the time, UTC, up to which is counted
    what goes on.
    """

    run: Run = field(default_factory=Run)
    chosen: Uid | None = None
    problems: tuple[Problem, ...] = ()
    worst: dict[Uid, Problem] = field(default_factory=dict)
    gated: bool = False
    live: Live = field(default_factory=Live)
    by_llm: bool = False
    pins: Mapping[str, str] = field(default_factory=dict)
    leaves: tuple[str, ...] = ()
    """What would leave this machine, a sentence for each place, as the gate tells it."""
    spends: str = ""
    """What would be spent."""
    tab: Tab | None = None
    """The tab of the task pane that the person chose, None where what matters now is shown."""
    boxes: bool = False
    """Whether the plan is drawn as a graph, and not as rows."""
    order: Order = "ranking"
    """By what candidates are sorted."""
    times: dict[tuple[str, str], float] = field(default_factory=dict)
    """How many seconds a task type took here before, by task type and candidate."""
    votes: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """How often a candidate won a what-if here, and failed in one, by task type and candidate."""
    price: str = ""
    """What of that is money: empty where nothing costs any, "-" where it is not known."""
    planned: set[Uid] = field(default_factory=set)
    """The tasks that a planner added in a revision."""
    _known: set[Uid] = field(default_factory=set)
    """The tasks of the plan as it was looked at last."""
    looked: str = ""
    """Why nothing can be changed, where the run is only looked at."""
    apart: bool = False
    """Whether it was opened from what is stored, so that the turns before it are not in sight."""
    clock: Callable[[], datetime] = utc
    key: Callable[[str], str] = _by_default
    """Which key a binding has, by its name, as sentences name it."""
    ruling: Ruling = field(default_factory=Ruling)
    """What the rules say of each task."""

    _standings: Standings = field(default_factory=Standings)
    _looks: int = 0
    """How often problems were looked for."""

    @property
    def states(self) -> States:
        """In which states the tasks are."""
        return self._standings.states(self.run)

    @property
    def places(self) -> Places:
        """Where the tasks run."""
        return self._standings.places(self.run, self._looks)

    def restart(self, run: Run, *, by_llm: bool = False, live: Live | None = None, chosen: Uid | None = None) -> None:
        """Look at another run, or again at one that was looked at before."""
        self.run, self.chosen, self.by_llm, self.live = run, chosen, by_llm, live or Live()
        self.gated = run.gate is not None
        self.tab = None
        self.planned = set()
        self.looked, self.apart = "", False
        self._find_problems()

    def take(self, entries: Iterable[ev.Entry]) -> None:
        """Bring what is derived from the run up to date after what has happened."""
        entries = tuple(entries)
        self.live.take(entries)
        for entry in entries:
            self._note(entry.event)
        if any(isinstance(entry.event, CHANGES_PROBLEMS) for entry in entries):
            self._find_problems()
        elif self.stage_gate and any(isinstance(entry.event, CHANGES_LEAVING) for entry in entries):
            self._find_leaving()

    def _note(self, event: ev.Event) -> None:
        match event:
            case ev.RevisionProposed(plan=plan):
                self.planned |= {task.uid for task in plan} - self._known
            case _:
                pass

    @property
    def advised(self) -> Mapping[Uid, Assignment]:
        """What the selector or the ranking took for a task, also after the person took another."""
        return self.run.advised

    def elapsed(self, now: datetime) -> float | None:
        """Return for how many seconds the tasks run, or ran, without the time for which the run lay; None where none has
        begun. `now` is wall-clock UTC.
        """
        run = self.run
        until = run.at if self.looked and run.at else now
        more = max((until - run.runs_since).total_seconds(), 0.0) if run.runs_since else 0.0
        return None if run.passed_s is None else run.passed_s + more

    def _find_problems(self) -> None:
        self._looks += 1
        proposed = self.run.proposed is not None
        self._known = {task.uid for task in self.run.plan}
        # What needs no task is answered without a gate: there it is no error that there is none.
        to_run = self.run.gate is not None
        self.problems = problems(self.run.plan, self.run.facts, to_run=to_run) if proposed else ()
        self.worst = {}
        for one in self.problems:
            if one.uid:
                self.worst.setdefault(one.uid, one)
        self.ruling = self.run.ruling if proposed else Ruling()
        self._find_leaving()

    def _find_leaving(self) -> None:
        proposed = self.run.proposed is not None
        self.leaves = tuple(str(one) for one in self.run.leaving) if proposed else ()
        self.spends = self.run.spends if proposed else ""
        self.price = self.run.price if proposed else ""

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return self.run.plan

    @property
    def task(self) -> Task | None:
        """The selected task, None where there is none."""
        return self.plan.get(self.chosen) if self.chosen else None

    @property
    def asked(self) -> bool:
        """Whether a request was made."""
        return self.run.started is not None

    @property
    def busy(self) -> bool:
        """Whether a request is under way or waits for the person."""
        return self.asked and not self.run.ended and not self.looked

    @property
    def talking(self) -> bool:
        """Whether the conversation is what matters now: while asking, and once the answer is written."""
        run = self.run
        return not self.asked or run.ended or run.stage is Stage.RESPONSE or bool(run.answer or run.planning_failed)

    @property
    def ticking(self) -> bool:
        """Whether something is under way, a task or a controller that has said nothing yet, so that its time goes on."""
        if self.run.ended or self.looked:
            return False
        waiting = self.by_llm and self.live.asking is not None and self.live.asking.silent
        return waiting or any(status.state in UNDER_WAY for status in self.run.tasks.values())

    @property
    def at_gate(self) -> bool:
        """Whether the plan waits to be approved for the first time."""
        return self.run.gate is not None and self.run.grant is None and not self.run.ended

    @property
    def stuck(self) -> tuple[Task, ...]:
        """The tasks that failed or were stopped, in the order of the rows."""
        return self.states.stuck

    @property
    def trying(self) -> tuple[Task, ...]:
        """The tasks whose what-if is at work."""
        return () if self.run.ended else at_work(self.run.trials, self.plan)

    @property
    def undecided(self) -> tuple[Task, ...]:
        """The tasks whose what-if is at its end and waits for a winner."""
        return () if self.run.ended else undecided(self.run.trials, self.plan)

    @property
    def waits(self) -> bool:
        """Whether nothing goes on until the person says how."""
        if not self.asked or self.run.planning_failed:
            return True
        # The gate of a failure stays open in the run until the next stage, also when a task was started again.
        going = self.states.going
        tries = self.trying and not self.stuck and self.stage_gate is None  # that goes on by itself
        return self.run.gate is not None and not going and not tries

    @property
    def stage_gate(self) -> ev.GateOpened | None:
        """The gate, where there is something to approve: not where the run only waits for a failure to be mended."""
        gate, grant = self.run.gate, self.run.grant
        return gate if gate and (grant is None or gate.fingerprint != grant.fingerprint) else None

    @property
    def plan_gate(self) -> bool:
        """Whether the plan alone waits to be approved, before models are chosen for it."""
        return self.run.gate is not None and self.run.gate.gate is Gate.PLAN

    @property
    def may_allow(self) -> bool:
        """Whether the selected task asks before it starts, and lies within what was approved."""
        task, run = self.task, self.run
        if task is None or run.ended or run.grant is None or run.state(task.uid) is not TaskState.ASKING:
            return False
        if self.ruling.effect(task) == "deny":
            return False
        return not beyond(run.grant, task, run.draft.assignments.get(task.uid), run.files)

    def count(self, severity: Severity) -> int:
        """Return how many problems of a severity the plan has."""
        return sum(one.severity is severity for one in self.problems)

    def assignment(self, uid: Uid) -> Assignment | None:
        """Return who runs a task."""
        return self.run.draft.assignments.get(uid)

    def candidates(self, task: Task) -> tuple[Candidate, ...]:
        """Return who could run a task."""
        return self.run.candidates.get(task.task, ())

    def candidate(self, task: Task) -> Candidate | None:
        """Return the candidate that is assigned to a task, None where there is none or it is unknown here."""
        chosen = self.assignment(task.uid)
        return known_as(chosen, self.candidates(task)) if chosen else None

    def named(self, task: Task, name: str) -> Candidate | None:
        """Return the candidate of a name for a task, None where it is unknown here."""
        return known_as(Assignment(candidate=name), self.candidates(task)) if name else None

    def stand_ins(self, task: Task) -> tuple[Candidate, ...]:
        """Return who runs a task in place of the one that was chosen where that one fails, in order."""
        chosen = self.assignment(task.uid)
        found = stand_ins(task, chosen, self.candidates(task)) if chosen and not task.skip else ()
        return tuple(one for one in found if self.ruling.may(task, one))

    def alike(self, task: Task) -> tuple[Task, ...]:
        """Return the other tasks of the same type whose model can still be chosen."""
        fixed = UNDER_WAY | HAS_RESULT
        return tuple(
            one
            for one in self.plan
            if one.task == task.task and one.uid != task.uid and not one.skip and self.run.state(one.uid) not in fixed
        )

    def runs_on(self, task: Task, candidate: Candidate) -> bool:
        """Whether a candidate, with the provider that it is at, is chosen for a task already."""
        chosen = self.assignment(task.uid)
        return chosen is not None and (chosen.candidate, chosen.provider) == (candidate.name, candidate.provider)

    def pinned(self, task: Task) -> str:
        """Return the name of the candidate that is pinned for the type of a task, an empty text where none is."""
        name = self.pins.get(task.task, "")
        one = self.named(task, name)
        return one.name if one else name

    @property
    def failed(self) -> bool:
        """Whether the selected task failed or was stopped, and the run waits to be told how to go on with it."""
        return self.task is not None and self.is_failed(self.task)

    def is_failed(self, task: Task) -> bool:
        """Whether a task failed or was stopped, and the run waits to be told how to go on with it."""
        if self.run.ended or self.run.stage is not Stage.EXECUTION:
            return False
        return self.run.state(task.uid) in {TaskState.FAILED, TaskState.CANCELLED}

    def next_for(self, task: Task) -> Candidate | None:
        """Who could run a task in place of the one that failed: the next in the order of the ranking. None where nobody could or it has not failed."""
        if not self.is_failed(task):
            return None
        status, able = self.run.status(task.uid), usable(rank(task, self.candidates(task)), task)
        ran = self.named(task, status.candidate) or self.candidate(task)
        tried = {status.candidate, status.in_place_of, ran.name if ran else ""}
        # What knows only a few things comes last: it may find nothing where the one that failed would have.
        able = tuple(sorted(able, key=lambda one: bool(narrow(task, one))))
        names = [one.name for one in able]
        at = names.index(ran.name) + 1 if ran and ran.name in names else 0
        # Where the credits are gone, who is paid from the same ones would fail as well.
        spent = ran.spends if ran and status.failure is Failure.CREDITS else ""
        return next(
            (one for one in (*able[at:], *able[:at]) if one.name not in tried and not (spent and one.spends == spent)),
            None,
        )

    def mark(self, task: Task) -> str:
        """Return "+" for a task that the person added, "~" for one that they changed, else a blank."""
        if self.run.proposed is None:
            return " "
        before = self.run.proposed.get(task.uid)
        if before is None:
            return "+"
        # A task that was brought back to what was proposed is not the person's, though they set its arguments.
        mine = before is not task and before.model_copy(update={"locked": task.locked}) != task
        return "~" if mine or self.chose(task.uid) else " "

    def chose(self, uid: Uid) -> bool:
        """Whether the person took another model for a task than was chosen before; a pin is no choice for one task."""
        chosen, advised = self.assignment(uid), self.advised.get(uid)
        if chosen is None or chosen.chosen_by != "person" or by_pin(chosen):
            return False
        return advised is None or advised.granted() != chosen.granted()

    @property
    def ids(self) -> dict[Uid, int]:
        """The number of each task by its uid."""
        return {task.uid: task.id for task in self.plan}
