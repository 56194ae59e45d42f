"""Undo and redo of a what-if's winner: the result that the task had before is put back, and what has read the other runs again."""

from typing import NamedTuple

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.approval import grant
from hgtui.core.edit import Patch
from hgtui.core.edits import apply, touched
from hgtui.core.model import Assignment
from hgtui.core.plan import Task
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT
from hgtui.core.text import plural
from hgtui.session.changing import Changing
from hgtui.session.parts import NotNow, Parts
from hgtui.session.trying import Spare


class Back(NamedTuple):
    """A result that undo or redo puts back: of which task, with which model, and the event that tells it."""

    task: Task
    assignment: Assignment
    done: ev.TaskDone


class Undoing:
    """Carries out undo and redo. Each raises NotNow, EditError or SchedulerError."""

    def __init__(self, parts: Parts, changing: Changing, spare: Spare) -> None:
        self._parts, self._changing, self._spare = parts, changing, spare

    async def undo(self, command: cmd.Undo) -> None:
        """Take the last edit back; with the choice of a winner also its result."""
        run = self._parts.run
        back = _back(run, run.undos[-1]) if run.undos and not run.ended else None
        if back is None:
            await self._changing.undo(command)
        else:
            await self._put(back, ev.EditUndone(), f"undo: the winner of the what-if of task {back.task.id}")

    async def redo(self, command: cmd.Redo) -> None:
        """Apply again what was undone last; with the choice of a winner also its result."""
        run = self._parts.run
        back = _back(run, run.redos[-1]) if run.redos and not run.ended else None
        if back is None:
            await self._changing.redo(command)
        else:
            await self._put(back, ev.EditRedone(), f"redo: the winner of the what-if of task {back.task.id}")

    async def _put(self, back: Back, step: ev.EditUndone | ev.EditRedone, words: str) -> None:
        """Put a result back. Both were approved: one with the plan, one with the what-if."""
        running, run, board = self._parts.live(), self._parts.run, self._parts.board
        again = running.scheduler.readers(back.task.uid, self._spare())
        board.emit(step)
        await board.flush()
        given = grant(run.draft, run.files, run.candidates, run.book)
        board.emit(ev.ApprovalCarried(grant=given, words=words))
        text = f"Task {back.task.id} has the result of {back.done.candidate} again"
        more = f"; {plural(len(again), 'task')} that read the other {'runs' if len(again) == 1 else 'run'} again"
        board.emit(ev.Logged(text=f"{text}{more if again else ''}. The vote stays.", uid=back.task.uid))
        await board.flush()
        running.put(back.done, back.assignment, self._spare())
        running.moved()


def _back(run: Run, patch: Patch) -> Back | None:
    """Return the result that goes with a step of undo or redo, None where it is a step of the plan alone.

    Raises NotNow where it is the choice of a winner and that result cannot be put back any more.
    """
    uids = touched(patch)
    task = run.draft.plan.get(uids[0]) if len(uids) == 1 else None
    trial = run.trials.get(uids[0]) if task is not None else None
    if task is None or trial is None or trial.before is None or run.state(task.uid) not in HAS_RESULT:
        return None
    draft, _ = apply(run.draft, patch)
    assignment, other = draft.assignments.get(task.uid), trial.other(run.status(task.uid))
    if assignment is None or draft.plan.get(task.uid) != task:
        return None
    if other == "winner" and assignment.candidate == trial.winner:
        won = trial.tried[trial.winner]
        told = {"seconds": won.seconds or 0.0, "note": won.note, "memory_mb": won.memory_mb}
        return Back(task, assignment, ev.TaskDone(uid=task.uid, results=won.results, candidate=won.candidate, **told))
    if other != "before":
        raise NotNow(
            f"Task {task.id} has got another result since its what-if, which would be lost.",
            "Run another what-if, run the task again, or give its result by hand.",
        )
    before = trial.before
    done = ev.TaskDone(
        uid=task.uid,
        results=before.results,
        candidate=before.candidate,
        seconds=before.seconds,
        attempt=before.attempt,
        supplied=before.supplied,
        note=before.note,
        kept_from=before.kept_from,
        took_s=before.took_s,
        memory_mb=before.memory_mb,
    )
    return Back(task, assignment, done)
