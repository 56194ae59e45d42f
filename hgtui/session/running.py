"""Stage 3 as a run goes through it: the scheduler under the grant, and the wait for a person where something failed."""

import asyncio
from collections.abc import Collection

from hgtui.core import events as ev
from hgtui.core.approval import beyond
from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import CallMade
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT, Gate, Outcome, Stage, TaskState
from hgtui.execution.perform import Performer
from hgtui.execution.resolve import Resolver
from hgtui.execution.reusing import Reusing
from hgtui.execution.scheduler import Scheduler
from hgtui.session.board import Board
from hgtui.session.calls import keep_call
from hgtui.session.equipment import Equipment
from hgtui.session.gates import gate
from hgtui.session.intake import Intake
from hgtui.session.places import moved
from hgtui.session.preview import is_fresh
from hgtui.session.standing import Standing

_TROUBLE = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.BLOCKED})


class Running:
    """Runs what was granted."""

    def __init__(self, board: Board, equipment: Equipment, intake: Intake) -> None:
        self._board, self._equipment = board, equipment
        self._moved = asyncio.Event()
        self._finishing = False
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
            board.emit,
            seconds=equipment.task_seconds,
            sleep=equipment.sleep,
            note=self._note,
            stand_ins=self._stand_ins,
            move=self._move,
            reuse=self._reusing,
        )
        self.scheduler = Scheduler(performer, board.emit, performer.place, self._check)

    async def _note(self, uid: Uid, made: CallMade) -> None:
        await keep_call(self._board, self._equipment, Stage.EXECUTION, made, uid)

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
            if not self._waits():
                return outcome(run)
            board.emit(gate(run).model_copy(update={"gate": Gate.TASK}))
            await board.flush()
            if not self._equipment.attended:
                return outcome(run)
            await self._moved.wait()

    def rerun(self, uid: Uid, spare: Collection[Uid]) -> None:
        """Run a task that is over again, whatever is kept of it, and what is below it but `spare`. SchedulerError."""
        self.scheduler.rerun(uid, spare)
        if self._reusing is not None:
            self._reusing.force(uid)

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
        states = {self._board.run.state(task.uid) for task in self._board.run.draft.plan}
        return bool(states & {TaskState.FAILED, TaskState.CANCELLED})


def outcome(run: Run) -> Outcome:
    """Return how the execution of a run went; degraded where every task has its result, and some from what stood in."""
    states = {run.state(task.uid) for task in run.draft.plan}
    nothing = not states & HAS_RESULT  # everything was skipped: the request stays unanswered
    if nothing or states & (_TROUBLE | {TaskState.ASKING}):
        return Outcome.FAILED
    stood_in = any(run.status(task.uid).stood_in for task in run.draft.plan if run.state(task.uid) in HAS_RESULT)
    return Outcome.DEGRADED if stood_in else Outcome.ANSWERED
