"""Stage 3 as a run goes through it: the scheduler under the grant, and the wait for a person where something failed."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hgtui.core import events as ev
from hgtui.core.approval import beyond
from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.policy import Verdict
from hgtui.core.ports import CallMade
from hgtui.core.resource import Resource
from hgtui.core.ruling import Ruling
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT, Gate, Outcome, Stage, TaskState
from hgtui.core.trials import at_work, undecided
from hgtui.execution.flow import Hold
from hgtui.execution.perform import Performer
from hgtui.execution.resolve import Resolver
from hgtui.execution.reusing import Reusing
from hgtui.execution.rules import sense
from hgtui.execution.scheduler import Scheduler
from hgtui.session.board import Board
from hgtui.session.calls import keep_call
from hgtui.session.equipment import Equipment
from hgtui.session.gates import gate
from hgtui.session.intake import Intake
from hgtui.session.places import moved
from hgtui.session.preview import is_fresh
from hgtui.session.spending import Ledger
from hgtui.session.standing import Standing

_TROUBLE = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.BLOCKED})


class Running:
    """Runs what was granted."""

    def __init__(self, board: Board, equipment: Equipment, intake: Intake) -> None:
        self._board, self._equipment = board, equipment
        self._moved = asyncio.Event()
        self._finishing = False
        self.over = False
        """Whether it is at its end: what begins now would come too late."""
        self.won: Mapping[Uid, tuple[object, ...]] = {}
        """The tasks that have only to take what the winner of their what-if has given, and what they were then."""
        self._reusing = (
            Reusing(
                equipment.results,
                board.run.id,
                equipment.endpoints,
                equipment.clock,
                fresh=is_fresh(board.run, equipment),
                anew=board.run.anew,
            )
            if equipment.results is not None
            else None
        )
        performer = Performer(
            board.run.id,
            equipment.endpoints,
            lambda: Resolver(board.run.draft.plan, board.run.files, equipment.artifacts, intake.fetch),
            equipment.artifacts,
            self._emit,
            seconds=equipment.task_seconds,
            sleep=equipment.sleep,
            note=self._note,
            stand_ins=self._stand_ins,
            move=self._move,
            reuse=self._reusing,
        )
        self.scheduler = Scheduler(performer, self._emit, performer.place, self._check, self.hold)
        self._ruled: tuple[tuple[Any, ...], Ruling] | None = None
        self._counted: set[Uid] = set()
        self._ledger = Ledger(board.run, lambda: self.scheduler.under_way)

    async def _note(self, uid: Uid, made: CallMade) -> None:
        await keep_call(self._board, self._equipment, Stage.EXECUTION, made, uid)

    def _verdict(self, task: Task) -> Verdict:
        """Return what the rules say of a task of the draft; for all tasks at once, as a rule may hold once."""
        run = self._board.run
        found = sum(map(len, run.candidates.values()))
        asked = (run.draft, run.made, run.standing, len(run.used), len(run.files), found)
        if self._ruled is None or self._ruled[0] != asked:
            self._ruled = asked, run.ruling
        return self._ruled[1].verdict(task)

    def hold(self, task: Task) -> Hold | None:
        """Say whether a person must let a task start: a rule asks or denies it, it stands behind a breakpoint, or it would
        cost more than was granted.
        """
        run, verdict = self._board.run, self._verdict(task)
        if verdict.effect == "deny":
            return Hold(f"a rule denies it: “{verdict.why}”", "rule", firm=True)
        if over := self._ledger.over(task):
            return Hold(over, "cost", firm=True)  # what approves in a person's place does not pay more than they said
        stops = [
            one.id for dep in task.deps if dep in run.breakpoints and (one := run.draft.plan.get(dep)) and not one.skip
        ]
        if stops:
            return Hold(f"you wanted to stop after task {', '.join(map(str, stops))}", "breakpoint")
        if verdict.effect == "ask" and self.won.get(task.uid) == sense(task, run.draft.assignments):
            return None  # nothing leaves and nothing is spent: what was, was approved with the what-if
        if verdict.effect == "ask":
            return Hold(f"a rule asks: “{verdict.why}”", "rule") if verdict.rule else Hold()
        return None

    def _emit(self, event: ev.Event) -> None:
        """Put an event on the board, and behind it which rule let a task through or made it ask."""
        self._board.emit(event)
        match event:
            case ev.TaskStarted(uid=uid) if uid not in self._counted:
                self._counted.add(uid)
                self._count(uid, "auto")
            case ev.TaskAsking(uid=uid, cause="rule"):
                self._count(uid, "ask")
            case ev.TaskReset(uid=uid):
                self._counted.discard(uid)
            case ev.TaskDone():
                self._ledger.note(event)

    def _count(self, uid: Uid, effect: str) -> None:
        task = self._board.run.draft.plan.get(uid)
        verdict = self._verdict(task) if task is not None else None
        if verdict is not None and verdict.rule is not None and verdict.effect == effect:
            rule = verdict.rule
            self._board.emit(ev.RuleUsed(uid=uid, key=rule.key, effect=verdict.effect, words=rule.words))

    def _check(self, task: Task, assignment: Assignment) -> str:
        grant = self._board.run.grant
        if grant is None:
            return "nothing was approved"
        run = self._board.run
        return beyond(grant, task, assignment, run.files) or moved(run, self._equipment, task, assignment)

    def _stand_ins(self, uid: Uid) -> tuple[Assignment, ...]:
        """Return what may run in place of a task's candidate: what was granted, as long as it still lies within that."""
        run = self._board.run
        task = run.draft.plan.get(uid)
        if task is None or run.grant is None:
            return ()
        spare = [one.assignment("it stands in") for one in run.grant.substitutes.get(uid, ())]
        return tuple(one for one in spare if not self._check(task, one))

    async def _move(self, uid: Uid, assignment: Assignment) -> None:
        await self.scheduler.move(uid, assignment)

    async def execute(self, stands: Standing) -> Outcome:
        """Run the plan from where it stands until nothing is left to do or to mend; return how it went."""
        board = self._board
        run = board.run
        board.emit(ev.StageEntered(stage=Stage.EXECUTION))
        await board.flush()
        for uid, text in stands.told.items():
            board.emit(ev.Logged(level="warning", text=text, uid=uid))
        for uid in stands.again:  # what an earlier process left unfinished begins anew
            board.emit(ev.TaskReset(uid=uid))
        draft = run.draft
        self.scheduler.start(draft.plan, draft.assignments, stands.results, stands.over, stands.doubts)
        while True:
            await self.scheduler.idle()
            if self._finishing:
                for uid in self.scheduler.asking:
                    self.scheduler.cancel(uid)
            # Before what was emitted is folded: what a person does meanwhile must be looked at as well.
            self._moved.clear()
            await board.flush()
            if self.scheduler.busy or self._moved.is_set():
                continue
            waits, trying = self._waits(), () if self._finishing else at_work(run.trials, run.draft.plan)
            if not waits and not trying:
                self.over = True
                return outcome(run)
            if waits:
                board.emit(gate(run).model_copy(update={"gate": Gate.TASK}))
                await board.flush()
                if not self._equipment.attended:
                    return outcome(run)
            await self._moved.wait()

    def rerun(self, uid: Uid, spare: Collection[Uid]) -> None:
        """Run a task that is over again, whatever is kept of it, and what is below it but `spare`. SchedulerError."""
        self._ledger.let(self.scheduler.rerunnable(uid, spare))
        self.scheduler.rerun(uid, spare)
        if self._reusing is not None:
            self._reusing.force(uid)

    def supply(self, uid: Uid, results: tuple[Resource, ...], spare: Collection[Uid]) -> None:
        """Take a result that a person gives; what has read the one of before runs again, but for `spare`. SchedulerError."""
        self._ledger.let(self.scheduler.readers(uid, spare))
        self.scheduler.supply(uid, results, spare)

    def put(self, done: ev.TaskDone, assignment: Assignment, spare: Collection[Uid]) -> None:
        """Take what another candidate gave on the same input as a task's result, as `supply` does. SchedulerError."""
        self._ledger.let((done.uid, *self.scheduler.readers(done.uid, spare)))  # the call was approved beside
        self.scheduler.put(done, assignment, spare)

    def let(self, uids: Iterable[Uid]) -> None:
        """Let tasks start that ask, as a person does: also where that costs more than was granted."""
        rows = tuple(uids)
        self._ledger.let(rows)
        self.scheduler.allow(rows)

    def moved(self) -> None:
        """Look again: a person has done something."""
        self._moved.set()

    def finish(self) -> None:
        """Wait no longer for a person; answer with what there is."""
        self._finishing = True
        self._moved.set()

    def _waits(self) -> bool:
        if self.scheduler.asking:
            return True
        if self._finishing or not self._equipment.attended:
            return False
        run = self._board.run
        states = {run.state(task.uid) for task in run.draft.plan}
        return bool(states & {TaskState.FAILED, TaskState.CANCELLED} or undecided(run.trials, run.draft.plan))


def outcome(run: Run) -> Outcome:
    """Return how the execution of a run went; degraded where every task has its result, and some from what stood in."""
    states = {run.state(task.uid) for task in run.draft.plan}
    nothing = not states & HAS_RESULT  # everything was skipped: the request stays unanswered
    if nothing or states & (_TROUBLE | {TaskState.ASKING}):
        return Outcome.FAILED
    stood_in = any(run.status(task.uid).stood_in for task in run.draft.plan if run.state(task.uid) in HAS_RESULT)
    return Outcome.DEGRADED if stood_in else Outcome.ANSWERED
