"""Stages 1 and 2 as a run goes through them: the plan streams in, candidates are looked up, models are chosen."""

import asyncio
from collections.abc import Mapping

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.ports import CallMade, Chosen, Context, Drafted, Noticed, PlanningError, Proposed, Withdrawn
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Failure, Stage, TaskState
from hgtui.selection.ranking import May, allowed, choose, rank, undenied, unmet, usable
from hgtui.session.board import Board
from hgtui.session.calls import keep_call
from hgtui.session.equipment import Equipment
from hgtui.session.following import follow
from hgtui.session.intake import Intake
from hgtui.session.looking import Lookups

_STARTED = UNDER_WAY - {TaskState.ASKING} | HAS_RESULT


class Proposing:
    """Brings a run from a request to a draft with models."""

    def __init__(self, board: Board, equipment: Equipment, intake: Intake) -> None:
        self._board, self._equipment, self._intake = board, equipment, intake
        self.lookups = Lookups(board, equipment)
        self._told: set[str] = set()

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
                said = self._equipment.recorder.masked(error.raw)
                raw, _ = await self._equipment.artifacts.put(said.encode("utf-8", "replace"))
            board.emit(ev.PlanningFailed(failure=error.failure, message=error.message, hint=error.hint, raw=raw))
            return False
        await board.flush()
        await self._intake.see_plan(board.run.draft.plan, typed=False)
        return True

    async def _follow(self, request: str) -> None:
        board, context = self._board, Context(earlier=self._board.run.earlier)
        steps = self._equipment.planner.plan(request, dict(board.run.files), context)
        proposed: list[Proposed] = []

        def take(step: object) -> None:
            if isinstance(step, Proposed):
                proposed.append(step)
            self._step(step)

        await follow(board, self._equipment, Stage.PLANNING, steps, take)
        await board.flush()
        if not proposed:
            raise PlanningError(Failure.EMPTY, "The planner ended without a plan.", "Ask once more.")

    async def halt(self) -> None:
        """Stop looking for candidates."""
        await self.lookups.halt()

    async def take(self, plan: Plan, assignments: Mapping[Uid, Assignment], notes: tuple[str, ...] = ()) -> None:
        """Take a plan, and the models and notes that came with it, that a person brings in place of a planner's."""
        self._board.emit(ev.StageEntered(stage=Stage.PLANNING))
        self._board.emit(ev.PlanProposed(plan=plan, notes=notes))
        for uid, assignment in assignments.items():
            self._board.emit(ev.ModelChosen(uid=uid, assignment=assignment))
        await self._board.flush()
        await self._intake.see_plan(plan, typed=False)

    def _step(self, step: object) -> None:
        board = self._board
        match step:
            case Drafted(task=task):
                board.emit(ev.TaskDrafted(task=task))
                self.lookups.begin([task.task])
            case Proposed(plan=plan, notes=notes, how=how):
                board.emit(ev.PlanProposed(plan=plan, notes=notes, how=how))
            case Withdrawn():
                board.emit(ev.StageEntered(stage=Stage.PLANNING))

    async def select(self, again: frozenset[Uid] = frozenset()) -> None:
        """Choose a model for every task that has none, or whose model no longer fits; a person's choice stays."""
        board = self._board
        board.emit(ev.StageEntered(stage=Stage.SELECTION))
        await self.choose(again)

    async def choose(self, again: frozenset[Uid] = frozenset()) -> None:
        """Look up candidates and choose; `again` are tasks that have changed since a model was chosen for them."""
        board = self._board
        plan = board.run.draft.plan
        await self.lookups.look(plan, board.run.draft.assignments)
        chosen, pins = board.run.draft.assignments, self._equipment.pins
        open_: dict[Uid, Assignment] = {}
        may = self._may()
        async for uid, assignment in choose(plan, board.run.candidates, chosen, again, pins, may):
            if assignment is not None and assignment.chosen_by == "ranking" and self._equipment.selector is not None:
                open_[uid] = assignment
            elif chosen.get(uid) != assignment:
                board.emit(ev.ModelChosen(uid=uid, assignment=assignment))
            self._tell_pin(plan[uid])
        if open_:
            await self._ask_selector(open_, may)
        await board.flush()

    def _may(self) -> May:
        """Return what says whether rules let a candidate be chosen; what has started keeps the one that it has."""
        run = self._board.run
        free = undenied(run.ruling)
        return lambda task, one: run.state(task.uid) in _STARTED or free(task, one)

    def _tell_pin(self, task: Task) -> None:
        """Say once why what is pinned does not run a task for which a model was just chosen."""
        why = unmet(task, self._board.run.candidates.get(task.task, ()), self._equipment.pins)
        if why and why not in self._told:
            self._told.add(why)
            self._board.emit(ev.Logged(level="warning", text=why))

    async def _ask_selector(self, ranked: dict[Uid, Assignment], may: May) -> None:
        """Let the selector choose where there is a choice; what it leaves open falls to the ranking."""
        board, selector = self._board, self._equipment.selector
        assert selector is not None
        plan = board.run.draft.plan
        candidates = {
            uid: allowed(
                usable(rank(plan[uid], board.run.candidates.get(plan[uid].task, ())), plan[uid]), plan[uid], may
            )
            for uid in ranked
        }
        left = dict(ranked)
        # The rows of one call do not wait until another is kept.
        async with asyncio.TaskGroup() as keeping:
            async for step in selector.select(plan.request or board.run.request, plan, candidates):
                match step:
                    case Chosen(uid=uid, assignment=assignment):
                        left.pop(uid, None)
                        board.emit(ev.ModelChosen(uid=uid, assignment=assignment))
                    case CallMade():
                        keeping.create_task(keep_call(board, self._equipment, Stage.SELECTION, step))
                    case Noticed(text=text):
                        board.emit(ev.Logged(level="warning", text=text))
        for uid, assignment in left.items():
            board.emit(ev.ModelChosen(uid=uid, assignment=assignment))
