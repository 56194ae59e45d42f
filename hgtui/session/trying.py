"""What-if: some candidates on the same input of a task, approved first; the winner goes on, the vote is kept."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.edits import Choose
from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import CallError, CallMade
from hgtui.core.stand_ins import known_as
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Stage, TaskState
from hgtui.core.text import one_line
from hgtui.core.trials import Trial, Tried, Vote
from hgtui.execution.perform import Performer
from hgtui.execution.rules import sense
from hgtui.session.calls import keep_call
from hgtui.session.changing import Changing
from hgtui.session.gates import fits
from hgtui.session.parts import NotNow, Parts
from hgtui.session.trials import Prepared, Preparing

BROKEN_OFF = "It was broken off when hgtui ended."
STOPPED = "It was stopped."
STOPPED_WITH_RUN = "It was stopped with the run."

Spare = Callable[[], list[Uid]]
"""What a person gave by hand or left out: it stays so when what is above it runs again."""


class Trying:
    """Carries out the commands of a what-if. Each raises NotNow, EditError or SchedulerError."""

    def __init__(self, parts: Parts, changing: Changing, spare: Spare) -> None:
        self._parts, self._changing, self._spare = parts, changing, spare
        self._look = Preparing(parts)
        self._work: dict[Uid, asyncio.Task[None]] = {}

    def mend(self) -> None:
        """Close what an earlier process left at work."""
        run = self._parts.run
        if run.ended:
            return
        for uid, trial in run.trials.items():
            for name in trial.open:
                self._parts.board.emit(ev.WhatIfTried(uid=uid, tried=Tried(candidate=name, message=BROKEN_OFF)))

    async def ask(self, command: cmd.WhatIf) -> None:
        """Say what a what-if would send and spend, or begin it where that was approved."""
        ready = await self._look.prepare(command)
        uid = ready.task.uid
        if command.preview:
            self._parts.board.emit(
                ev.WhatIfForeseen(uid=uid, fingerprint=ready.fingerprint, ahead=ready.ahead, reruns=self._readers(uid))
            )
            return
        if not fits(command.fingerprint, ready.fingerprint):
            raise NotNow(
                "What was approved is not what this what-if would do.",
                f'Look first, with "preview": true; its fingerprint is now {ready.fingerprint[:8]}.',
            )
        before = self._parts.run.trials.get(uid)
        if before is not None and before.open:
            raise NotNow(f"A what-if of task {ready.task.id} is at work already.", "Wait for it, or give it up.")
        running = self._parts.running
        if running is not None and running.over:
            raise NotNow("The run came to its end meanwhile.")
        self._parts.board.emit(ev.WhatIfBegun(uid=uid, fingerprint=ready.fingerprint, ahead=ready.ahead))
        self._moved()  # the run waits for it
        await self._parts.board.flush()
        self._work[uid] = asyncio.create_task(self._try_all(ready), name=f"what-if {ready.task.id}")

    async def take(self, command: cmd.TakeWinner) -> None:
        """Let the winner go on, or give the what-if up; the run that waits for that goes on."""
        await self._decide(command)
        self._moved()

    async def _decide(self, command: cmd.TakeWinner) -> None:
        run = self._parts.run
        trial = run.trials.get(command.uid)
        if trial is None or trial.over:
            raise NotNow("There is no what-if of this task to decide.")
        if not command.candidate:
            await self._halt(command.uid)
            kind, failed = self._type(command.uid), trial.failed
            if failed and kind:
                await self._keep(Vote(task=kind, winner="", candidates=(), failed=failed))
            self._parts.board.emit(ev.WhatIfVoted(uid=command.uid, task=kind))
            await self._parts.board.flush()
            return
        won = trial.tried.get(command.candidate)
        if won is None or not won.results:
            raise NotNow(f"{one_line(command.candidate, 80)} gave no result.", "Take one that did.")
        task = run.draft.plan.get(command.uid)
        if task is None or await self._look.differs(trial, task):
            raise NotNow("What goes into this task has changed since.", "Run the what-if again.")
        await self._halt(command.uid)
        await self._win(task, trial, won)

    async def won(self) -> dict[Uid, tuple[object, ...]]:
        """Return the tasks whose winner runs, and whose result is kept, on the input that was tried: as they are now."""
        run, found = self._parts.run, dict[Uid, tuple[object, ...]]()
        for task in run.draft.plan:
            trial, chosen = run.trials.get(task.uid), run.draft.assignments.get(task.uid)
            if task.skip or trial is None or chosen is None or trial.winner != chosen.candidate:
                continue
            try:
                if await self._look.kept(trial, task, chosen):
                    found[task.uid] = sense(task, run.draft.assignments)
            except NotNow:  # its input is not there yet: it asks like any other
                continue
        return found

    async def halt(self, why: str = STOPPED) -> None:
        """Stop all that is at work, and say why."""
        for uid in tuple(self._work):
            await self._halt(uid, why)

    def _moved(self) -> None:
        if self._parts.running is not None:
            self._parts.running.moved()

    def _readers(self, uid: Uid) -> tuple[Uid, ...]:
        running = self._parts.running
        has_result = self._parts.run.state(uid) in HAS_RESULT
        return running.scheduler.readers(uid, self._spare()) if running is not None and has_result else ()

    # At work

    async def _try_all(self, ready: Prepared) -> None:
        """Run the candidates: on this machine one after the other, so that none takes from another's time or memory."""
        here: list[Assignment] = []
        away: list[Assignment] = []
        for one in ready.ahead:
            known = known_as(one.assignment, self._parts.run.candidates.get(ready.task.task, ()))
            (here if known is None or known.place == "here" else away).append(one.assignment)
        await asyncio.gather(self._in_turn(ready.task, here), *(self._try(ready.task, one) for one in away))
        self._moved()

    async def _in_turn(self, task: Task, assignments: Iterable[Assignment]) -> None:
        for one in assignments:
            await self._try(task, one)

    async def _try(self, task: Task, assignment: Assignment) -> None:
        tried = self._look.own(task, assignment) or await self._run(task, assignment)
        if tried.results and await self._look.keeps(task, assignment):
            tried = tried.model_copy(update={"keeps": True})
        self._parts.board.emit(ev.WhatIfTried(uid=task.uid, tried=tried))

    async def _run(self, task: Task, assignment: Assignment) -> Tried:
        parts, equipment = self._parts, self._parts.equipment
        prices: list[float | None] = []
        performer = Performer(
            parts.run.id,
            equipment.endpoints,
            self._look.resolver,
            equipment.artifacts,
            lambda _: None,  # the task itself stands where it stands
            seconds=equipment.task_seconds,
            tries=1,  # one call of each was approved
            sleep=equipment.sleep,
            note=partial(self._note, assignment.candidate, prices),
            reuse=self._look.reusing(),
        )
        try:
            done = await performer(task, assignment, self._look.results())
        except CallError as error:
            return Tried(
                candidate=assignment.candidate, failure=error.failure, message=error.message, hint=error.hint,
                usd=_sum(prices),
            )  # fmt: skip
        known = known_as(assignment, parts.run.candidates.get(task.task, ()))
        usd = 0.0 if done.reused else _sum(prices) if prices else known.usd if known is not None else None
        return Tried(
            candidate=assignment.candidate,
            results=done.results,
            seconds=done.took_s if done.reused else done.seconds,
            memory_mb=done.memory_mb,
            usd=usd,
            kept_from=done.kept_from,
            note=done.note,
        )

    async def _note(self, candidate: str, prices: list[float | None], uid: Uid, made: CallMade) -> None:
        prices.append(made.usd)
        await keep_call(self._parts.board, self._parts.equipment, Stage.EXECUTION, made, uid, candidate)

    async def _halt(self, uid: Uid, why: str = STOPPED) -> None:
        work = self._work.pop(uid, None)
        if work is None:
            return
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await self._parts.board.flush()
        trial = self._parts.run.trials.get(uid)
        for name in trial.open if trial is not None else ():
            self._parts.board.emit(ev.WhatIfTried(uid=uid, tried=Tried(candidate=name, message=why)))
        await self._parts.board.flush()

    # The winner

    async def _win(self, task: Task, trial: Trial, won: Tried) -> None:
        run, board = self._parts.run, self._parts.board
        tried = tuple(name for name in trial.names if name in trial.tried and trial.tried[name].results)
        voted = ev.WhatIfVoted(uid=task.uid, task=task.task, winner=won.candidate, candidates=tried)
        assignment = next(one.assignment for one in trial.ahead if one.assignment.candidate == won.candidate)
        await self._keep(Vote(task=task.task, winner=won.candidate, candidates=tried, failed=trial.failed))
        choice = Choose(uid=task.uid, assignment=assignment)
        same = run.draft.assignments.get(task.uid) == assignment
        own = self._look.own(task, assignment)
        if own is not None and own.results == won.results:
            board.emit(voted)  # its own result has won: nothing else changes
        elif run.state(task.uid) in HAS_RESULT or (self._parts.running is not None and self._waits(task)):
            await self._put(task, assignment, choice, voted, won)
        elif same:
            board.emit(voted)
        else:
            await self._changing.decide(choice, voted)
        await board.flush()

    def _waits(self, task: Task) -> bool:
        """Whether a task has not begun, or came to nothing: what the winner gave spares it that."""
        return self._parts.run.state(task.uid) not in UNDER_WAY - {TaskState.ASKING} | HAS_RESULT

    async def _keep(self, vote: Vote) -> None:
        if self._parts.equipment.votes is not None:
            await self._parts.equipment.votes(vote)

    async def _put(self, task: Task, assignment: Assignment, choice: Choose, voted: ev.WhatIfVoted, won: Tried) -> None:
        """Put the winner's result in the place of what a task that is done gave, and run again what has read that."""
        running, board = self._parts.live(), self._parts.board
        board.emit(self._changing.chosen(choice))
        board.emit(voted)
        await board.flush()
        # Nothing is sent or spent for the task any more: what was, was approved with the what-if.
        await self._changing.carry(f"the winner of a what-if of task {task.id}", task.uid)
        done = ev.TaskDone(
            uid=task.uid,
            results=won.results,
            seconds=won.seconds or 0.0,
            candidate=won.candidate,
            note=won.note,
            memory_mb=won.memory_mb,
        )
        running.put(done, assignment, self._spare())
        running.moved()

    def _type(self, uid: Uid) -> str:
        task = self._parts.run.draft.plan.get(uid)
        return task.task if task is not None else ""


def _sum(prices: list[float | None]) -> float | None:
    """Return what calls cost together; None where that of one is not known, or there was none."""
    known = [one for one in prices if one is not None]
    return sum(known) if known and len(known) == len(prices) else None
