"""Run: the fold of a journal into the state that everyone reads. Any prefix of any journal folds to a valid state."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hgtui.core import events as ev
from hgtui.core.approval import Grant
from hgtui.core.calls import CallBook
from hgtui.core.edit import Draft, Patch
from hgtui.core.folding import take_in
from hgtui.core.leaving import Leaving, leaving, price, senders, spending
from hgtui.core.model import Assignment, Candidate
from hgtui.core.partly import Part
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.policy import Rule
from hgtui.core.ports import Turn
from hgtui.core.problem import Code, Facts
from hgtui.core.problems import problems
from hgtui.core.resource import FileFact
from hgtui.core.ruling import Rulebook, Ruling, ruling
from hgtui.core.spans import Span, note
from hgtui.core.stand_ins import StandIn, draft_stand_ins, known_as
from hgtui.core.states import HAS_RESULT, Gates, Outcome, Stage, TaskState
from hgtui.core.status import LogEntry, TaskStatus
from hgtui.core.trials import Trial
from hgtui.core.versions import Version

__all__ = ["LogEntry", "Run", "TaskStatus", "fold"]


@dataclass(slots=True)
class Run:
    """The state of one run. Only `fold` changes it; everyone else reads."""

    id: str = ""
    seq: int = 0
    started: datetime | None = None
    at: datetime | None = None
    request: str = ""
    asked_files: tuple[str, ...] = ()
    planner: str = ""
    earlier: tuple[Turn, ...] = ()
    controller: str = ""
    controller_spends: str = ""
    profile: str = ""
    hub: str = ""
    answer_by: str = "program"
    gates: Gates = Gates.MERGED
    stage: Stage = Stage.ASKING
    files: dict[str, FileFact] = field(default_factory=dict)
    drafted: list[Task] = field(default_factory=list)
    _draft: Draft = field(default_factory=Draft)
    _chosen: dict[Uid, Assignment | None] = field(default_factory=dict)
    proposed: Plan | None = None
    notes: tuple[str, ...] = ()
    undos: list[Patch] = field(default_factory=list)
    redos: list[Patch] = field(default_factory=list)
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    unasked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The task types for which a catalogue could not be asked, with a sentence for each that says why."""
    help: dict[str, str] = field(default_factory=dict)
    gate: ev.GateOpened | None = None
    grant: Grant | None = None
    granted: Draft | None = None
    plan_approved: str = ""
    standing: tuple[Rule, ...] = ()
    made: tuple[Rule, ...] = ()
    used: dict[str, Uid] = field(default_factory=dict)
    past: dict[str, frozenset[Uid]] = field(default_factory=dict)
    breakpoints: set[Uid] = field(default_factory=set)
    tasks: dict[Uid, TaskStatus] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
    calls: list[ev.Called | ev.SentAgain] = field(default_factory=list)
    comment: str = ""
    revision: ev.RevisionProposed | None = None
    taken_call: str = ""
    """The record of the call from which the revision was taken; empty for one that a comment brought."""
    dropped: frozenset[Part] = frozenset()
    """What a person leaves out of the revision that is open."""
    base: Plan | None = None
    """The planner's plan from which a person's own comes: the first, or the revision that they took last."""
    versions: tuple[Version, ...] = ()
    trials: dict[Uid, Trial] = field(default_factory=dict)
    """The what-ifs, the last of each task."""
    planning_failed: ev.PlanningFailed | None = None
    answer: ev.Answered | None = None
    outcome: Outcome | None = None
    exit: int | None = None
    uids: set[Uid] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)
    brought: ev.Brought | None = None
    only_planned: bool = False
    """Whether its plan was only to be shown, and nobody has gone on with it."""
    fresh: bool = False
    anew: set[Uid] = field(default_factory=set)
    marked: Uid | None = None
    expected: Mapping[Uid, float] = field(default_factory=dict)
    """How long tasks will take, in seconds, from what such tasks took before, as the last gate told it."""
    before: datetime | None = None
    """When the event before the last one happened."""
    passed_s: float | None = None
    """How many seconds the tasks ran in stretches that are over, without the time it lay between; None before they began."""
    runs_since: datetime | None = None
    """When the stretch began that goes on, None while none does."""
    spans: dict[Uid, list[Span]] = field(default_factory=dict)
    """What each task did and when, in order, over all its tries."""
    advised: dict[Uid, Assignment] = field(default_factory=dict)
    """What the selector or the ranking took for a task, also after a person took another."""
    call_book: CallBook = field(default_factory=CallBook)
    """The calls to LLMs, the Hub and endpoints."""
    folded: int = field(default=0, compare=False)
    """How many entries were taken in: what was derived from the run holds until there are more."""

    def fold(self, entry: ev.Entry) -> frozenset[Uid]:
        """Take in one entry; return the uids of the tasks that changed. Amortised O(1) but for edits of the plan."""
        if entry.seq is not None:
            self.seq = entry.seq
            self.id = entry.run
        self.before, self.at = self.at, entry.at
        note(self, entry.event)
        changed = frozenset(take_in(self, entry.event))
        self.folded += 1
        self.call_book.take(entry, self)
        return changed

    @property
    def draft(self) -> Draft:
        """The plan with its assignments, as they stand."""
        if self._chosen:  # gathered until someone reads them: a choice must not copy those of all other tasks
            rows = {uid: one for uid, one in {**self._draft.assignments, **self._chosen}.items() if one}
            self._draft, self._chosen = Draft(plan=self._draft.plan, assignments=rows), {}
        return self._draft

    def put(self, draft: Draft) -> None:
        """Take another draft in place of what there is; only for the fold."""
        self._draft, self._chosen = draft, {}

    def choose(self, uid: Uid, assignment: Assignment | None) -> None:
        """Assign a candidate to a task, or none; only for the fold."""
        self._chosen[uid] = assignment

    @property
    def plan(self) -> Plan:
        """The plan as it stands; while it streams in, the tasks so far."""
        if self.proposed is None and self.drafted:
            return Plan(request=self.request, planner=self.planner, tasks=tuple(self.drafted))
        return self._draft.plan

    @property
    def facts(self) -> Facts:
        """What `problems` needs to know of the world."""
        return Facts(
            files=self.files,
            candidates=self.candidates if self.candidates else None,
            assignments=self.draft.assignments,
            help=self.help,
            ruling=self.ruling,
            done=frozenset(uid for uid, one in self.tasks.items() if one.state in HAS_RESULT),
        )

    @property
    def book(self) -> Rulebook:
        """The rules of the run: those that were made in it first, the last before the others."""
        rules = (*self.made, *(one for one in self.standing if one not in self.made))
        return Rulebook(rules, self.used, self.past)

    @property
    def ruling(self) -> Ruling:
        """What the rules say of each task."""
        return ruling(self.draft, self.files, self.candidates, self.book)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What an answer has to say beside the results: what the planner did not understand, what no task looked for."""
        done = {task.uid for task in self.plan if self.state(task.uid) in HAS_RESULT}
        found = problems(self.plan, self.facts)
        return (*self.notes, *(one.message for one in found if one.code is Code.NARROW and one.uid in done))

    @property
    def told(self) -> str:
        """What the controller is told, and where that is; an empty text where nothing of it leaves this machine."""
        if not self.controller:
            return ""
        what = "the request and the results go" if self.answer_by == "llm" else "the request goes"
        return f"{what} to {self.controller}"

    @property
    def leaving(self) -> tuple[Leaving, ...]:
        """What leaves this machine if the draft runs, a row for each place; what stands in is among it, last.

        What has its result is left out, and at a gate what is foreseen as reused: it is not sent.
        """
        return self.leaves_without(self.settled())

    @property
    def senders(self) -> tuple[Uid, ...]:
        """The tasks whose inputs leave this machine if the draft runs, as `leaving` has them."""
        return senders(_but(self.draft, self.settled()), self.candidates)

    def leaves_without(self, reused: Collection[Uid]) -> tuple[Leaving, ...]:
        """Return what leaves this machine if the draft runs but for some tasks."""
        told = ["the request", *(["the earlier turns"] if self.earlier else [])]
        told += ["the results"] if self.answer_by == "llm" else []
        draft, may = _but(self.draft, reused), self.ruling.may
        return leaving(draft, self.files, self.candidates, self.controller, tuple(told), may)

    @property
    def spends(self) -> str:
        """What the draft would spend, in words; empty where nothing in it costs anything, or all of that is reused."""
        return self.spends_without(self.settled())

    def spends_without(self, reused: Collection[Uid]) -> str:
        """Return in words what the draft would spend but for some tasks."""
        return spending(_but(self.draft, reused), self.candidates, self.controller_spends)

    @property
    def price(self) -> str:
        """What the draft would cost in money, as `core.leaving.price` says it, but for what is foreseen as reused."""
        return price(_but(self.draft, self.settled()), self.candidates, self.controller_spends)

    @property
    def gated(self) -> dict[Uid, str]:
        """The tasks whose model is given out only to who has accepted its terms, and the page where that is done."""
        found = {}
        for task in self.draft.plan:
            chosen = self.draft.assignments.get(task.uid)
            one = known_as(chosen, self.candidates.get(task.task, ())) if chosen and not task.skip else None
            if one is not None and one.gated:
                found[task.uid] = one.page
        return found

    def settled(self, reused: Collection[Uid] | None = None) -> frozenset[Uid]:
        """Return the tasks that send and spend nothing any more: that are done, left out, or foreseen as reused, None for
        what the gate foresees.
        """
        foreseen = (self.gate.reuses if self.gate is not None else ()) if reused is None else reused
        over = HAS_RESULT | {TaskState.SKIPPED}
        return frozenset([*foreseen, *(uid for uid, one in self.tasks.items() if one.state in over)])

    @property
    def stand_ins(self) -> dict[Uid, tuple[StandIn, ...]]:
        """For each task that has some, what may run in place of its candidate where that fails, in order."""
        return draft_stand_ins(self.draft, self.candidates, self.ruling.may)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation up to here: the earlier turns and, once it is answered, this one."""
        if self.answer is None:
            return self.earlier
        files = tuple(dict.fromkeys((*self.answer.files, *self.asked_files)))
        return (*self.earlier, Turn(request=self.request, answer=self.answer.text, files=files))

    @property
    def choosing(self) -> bool:
        """Whether the plan is complete, and nobody can approve more than the plan yet: its models are being chosen."""
        under_way = self.stage in {Stage.PLANNING, Stage.SELECTION} and self.gate is None and self.grant is None
        return under_way and self.proposed is not None and bool(self.draft.plan.tasks) and not self.ended

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.outcome is not None

    def state(self, uid: Uid) -> TaskState:
        """Where a task stands; a task that no event has spoken of is waiting."""
        status = self.tasks.get(uid)
        if status:
            return status.state
        task = self._draft.plan.get(uid)
        return TaskState.SKIPPED if task and task.skip else TaskState.WAITING

    def status(self, uid: Uid) -> TaskStatus:
        """Return a task's status; a task that no event has spoken of has one that is not kept."""
        return self.tasks.get(uid) or TaskStatus(state=self.state(uid))

    def kept(self, uid: Uid) -> TaskStatus:
        """Return a task's status to change; only for the fold."""
        return self.tasks.setdefault(uid, TaskStatus(state=self.state(uid)))


def _but(draft: Draft, without: Collection[Uid]) -> Draft:
    """Return a draft in which some tasks have no model, so that they send and spend nothing."""
    if not without:
        return draft
    rows = {uid: one for uid, one in draft.assignments.items() if uid not in without}
    return Draft(plan=draft.plan, assignments=rows)


def fold(entries: Iterable[ev.Entry]) -> Run:
    """Fold a journal, or any prefix of one, into a run."""
    run = Run()
    for entry in entries:
        run.fold(entry)
    return run
