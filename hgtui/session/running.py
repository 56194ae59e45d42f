"""Stages 3 and 4 as a run goes through them: the scheduler under the grant, then the answer."""

import asyncio
from collections.abc import Mapping

from hgtui.core import events as ev
from hgtui.core.approval import beyond
from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import ArtifactError
from hgtui.core.resource import FILE_KINDS, Resource
from hgtui.core.states import EXITS, HAS_RESULT, Gate, Outcome, Stage, TaskState
from hgtui.core.text import decode
from hgtui.execution.perform import Performer
from hgtui.execution.resolve import Resolver
from hgtui.execution.scheduler import Scheduler
from hgtui.response.report import LONGEST_RESULT, report
from hgtui.session.board import Board
from hgtui.session.equipment import Equipment
from hgtui.session.gates import gate
from hgtui.session.layout import LayoutError, lay_out

_TROUBLE = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.BLOCKED})


class Running:
    """Runs what was granted and answers."""

    def __init__(self, board: Board, equipment: Equipment) -> None:
        self._board, self._equipment = board, equipment
        self._moved = asyncio.Event()
        self._finishing = False
        performer = Performer(
            board.run.id,
            equipment.endpoints,
            lambda: Resolver(board.run.draft.plan, board.run.files, equipment.artifacts),
            equipment.artifacts,
            board.emit,
            seconds=equipment.task_seconds,
        )
        self.scheduler = Scheduler(performer, board.emit, performer.place, self._check)

    def _check(self, task: Task, assignment: Assignment) -> str:
        grant = self._board.run.grant
        if grant is None:
            return "nothing was approved"
        return beyond(grant, task, assignment, self._board.run.files)

    async def execute(self) -> Outcome:
        """Run the plan until nothing is left to do or to mend; return how it went."""
        board = self._board
        run = board.run
        board.emit(ev.StageEntered(stage=Stage.EXECUTION))
        await board.flush()
        for task in run.draft.plan:  # what an earlier process left unfinished begins anew
            if task.uid in run.tasks and run.state(task.uid) not in {TaskState.WAITING, *HAS_RESULT}:
                board.emit(ev.TaskReset(uid=task.uid))
        self.scheduler.start(run.draft.plan, run.draft.assignments, self._results())
        while True:
            await self.scheduler.idle()
            if self._finishing:
                for uid in self.scheduler.asking:
                    self.scheduler.cancel(uid)
            await board.flush()
            if self.scheduler.busy:
                continue
            if not self._waits():
                return self._outcome()
            self._moved.clear()
            board.emit(gate(run).model_copy(update={"gate": Gate.TASK}))
            await board.flush()
            if not self._equipment.attended:
                return self._outcome()
            await self._moved.wait()

    def moved(self) -> None:
        """Look again: a person has done something."""
        self._moved.set()

    def finish(self) -> None:
        """Wait no longer for a person; answer with what there is."""
        self._finishing = True
        self._moved.set()

    def _results(self) -> dict[Uid, tuple[Resource, ...]]:
        return {uid: one.results for uid, one in self._board.run.tasks.items() if one.state in HAS_RESULT}

    def _waits(self) -> bool:
        if self.scheduler.asking:
            return True
        if self._finishing or not self._equipment.attended:
            return False
        states = {self._board.run.state(task.uid) for task in self._board.run.draft.plan}
        return bool(states & {TaskState.FAILED, TaskState.CANCELLED})

    def _outcome(self) -> Outcome:
        states = {self._board.run.state(task.uid) for task in self._board.run.draft.plan}
        return Outcome.FAILED if states & (_TROUBLE | {TaskState.ASKING}) else Outcome.ANSWERED

    async def answer(self, outcome: Outcome, message: str = "") -> None:
        """Write the answer from what there is and end the run."""
        board, run = self._board, self._board.run
        board.emit(ev.StageEntered(stage=Stage.RESPONSE))
        await board.flush()
        results = self._results()
        texts = await self._texts(results)
        files: Mapping[str, str] = {}
        out = self._equipment.out
        if out is not None and results:
            try:
                laid = await lay_out(run.id, run.draft.plan, results, self._equipment.artifacts, out)
                files = {digest: str(path) for digest, path in laid.items()}
            except LayoutError as error:
                board.emit(ev.Logged(level="error", text=f"{error.message} {error.hint}".strip()))
        text = report(run.draft.plan, run.tasks, texts, files, run.notes)
        shown = [one.digest for ones in results.values() for one in ones]
        paths = tuple(dict.fromkeys(files[one] for one in shown if one in files))
        board.emit(ev.Answered(text=text, by="program", files=paths))
        board.emit(ev.RunEnded(outcome=outcome, exit=EXITS[outcome], message=message))
        await board.flush()

    async def _texts(self, results: Mapping[Uid, tuple[Resource, ...]]) -> dict[str, str]:
        wanted = {one.digest for ones in results.values() for one in ones if one.kind not in FILE_KINDS}
        found: dict[str, str] = {}
        for digest in wanted:
            try:
                found[digest] = decode(await self._equipment.artifacts.read(digest, LONGEST_RESULT * 4 + 4))
            except KeyError:
                self._board.emit(ev.Logged(level="error", text=f"The result {digest[:8]} is not kept any more."))
            except ArtifactError as error:
                self._board.emit(ev.Logged(level="error", text=f"{error.message} {error.hint}".strip()))
        return found
