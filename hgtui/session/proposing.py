"""Stages 1 and 2 as a run goes through them: the plan streams in, candidates are looked up, models are chosen."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping

from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Uid
from hgtui.core.ports import CallMade, Drafted, Noticed, PlanningError, Proposed, Said
from hgtui.core.states import Failure, Stage
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.selection.ranking import choose
from hgtui.session.board import Board
from hgtui.session.equipment import Equipment
from hgtui.session.intake import Intake


class Proposing:
    """Brings a run from a request to a draft with models."""

    def __init__(self, board: Board, equipment: Equipment, intake: Intake) -> None:
        self._board, self._equipment, self._intake = board, equipment, intake
        self._lookups: dict[str, asyncio.Task[None]] = {}

    async def plan(self, request: str) -> bool:
        """Plan a request; False where no plan came of it."""
        board = self._board
        board.emit(ev.StageEntered(stage=Stage.PLANNING))
        await board.flush()
        try:
            await self._follow(request)
        except PlanningError as error:
            raw = ""
            if error.raw:
                raw, _ = await self._equipment.artifacts.put(error.raw.encode("utf-8", "replace"))
            board.emit(ev.PlanningFailed(failure=error.failure, message=error.message, hint=error.hint, raw=raw))
            return False
        await board.flush()
        await self._intake.see_plan(board.run.draft.plan, typed=False)
        return True

    async def _follow(self, request: str) -> None:
        board, steps = self._board, self._equipment.planner.plan(request, dict(self._board.run.files))
        proposed = False
        try:
            async for step in steps:
                await self._step(step)
                proposed = proposed or isinstance(step, Proposed)
        finally:
            if isinstance(steps, AsyncGenerator):
                await steps.aclose()
        await board.flush()
        if not proposed:
            raise PlanningError(Failure.EMPTY, "The planner ended without a plan.", "Ask once more.")

    async def halt(self) -> None:
        """Stop looking for candidates."""
        open_ = [one for one in self._lookups.values() if not one.done()]
        for one in open_:
            one.cancel()
        await asyncio.gather(*open_, return_exceptions=True)

    async def take(self, plan: Plan, assignments: Mapping[Uid, Assignment]) -> None:
        """Take a plan, and the models that came with it, that a person brings in place of a planner's."""
        self._board.emit(ev.StageEntered(stage=Stage.PLANNING))
        self._board.emit(ev.PlanProposed(plan=plan))
        for uid, assignment in assignments.items():
            self._board.emit(ev.ModelChosen(uid=uid, assignment=assignment))
        await self._board.flush()
        await self._intake.see_plan(plan, typed=False)

    async def _step(self, step: object) -> None:
        board = self._board
        match step:
            case Drafted(task=task):
                board.emit(ev.TaskDrafted(task=task))
                self._look_up([task.task])
            case Proposed(plan=plan, notes=notes, how=how):
                board.emit(ev.PlanProposed(plan=plan, notes=notes, how=how))
            case Said(text=text, reasoning=reasoning):
                board.emit(ev.Delta(stage=Stage.PLANNING, text=text, reasoning=reasoning))
            case Noticed(text=text):
                board.emit(ev.Logged(level="warning", text=text))
            case CallMade():
                await self._called(step)

    async def _called(self, made: CallMade) -> None:
        reply = canonical(made.record).encode() if made.record is not None else b""
        kept = await self._equipment.recorder.keep("llm", {"stage": Stage.PLANNING, "model": made.model}, reply)
        fields = made.model_dump(exclude={"record"})
        self._board.emit(ev.Called(stage=Stage.PLANNING, record=kept, **fields))

    async def select(self) -> None:
        """Choose a model for every task that has none, or whose model no longer fits; a person's choice stays."""
        board = self._board
        board.emit(ev.StageEntered(stage=Stage.SELECTION))
        await self.choose()

    async def choose(self, again: frozenset[Uid] = frozenset()) -> None:
        """Look up candidates and choose; `again` are tasks that have changed since a model was chosen for them."""
        board = self._board
        plan = board.run.draft.plan
        self._look_up(task.task for task in plan)
        await asyncio.gather(*self._lookups.values())
        await board.flush()
        chosen = board.run.draft.assignments
        async for uid, assignment in choose(plan, board.run.candidates, chosen, again):
            if chosen.get(uid) != assignment:
                board.emit(ev.ModelChosen(uid=uid, assignment=assignment))
        await board.flush()

    def _look_up(self, tasks: Iterable[str]) -> None:
        for task in tasks:
            if task in TASKS and task not in self._lookups and task not in self._board.run.candidates:
                self._lookups[task] = asyncio.create_task(self._find(task))

    async def _find(self, task: str) -> None:
        catalogues = self._equipment.catalogues
        found = await asyncio.gather(*(one.candidates(task) for one in catalogues), return_exceptions=True)
        rows: list[Candidate] = []
        for group in found:
            if isinstance(group, BaseException):  # what the others know still counts
                text = f"A catalogue could not be asked for {task}: {one_line(str(group), 200)}"
                self._board.emit(ev.Logged(level="warning", text=text))
            else:
                rows += group
        words = " ".join(filter(None, (one.help(task) for one in catalogues)))
        self._board.emit(ev.CandidatesFound(task=task, candidates=tuple(rows), help=words))
