"""What a person does to tasks while the plan runs: let one start, retry, skip, stop it, give its result by hand."""

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.approval import beyond
from hgtui.core.edits import Draft
from hgtui.core.leaving import spending
from hgtui.core.resource import Kind, Resource
from hgtui.core.states import TaskState
from hgtui.core.text import clean
from hgtui.session.parts import NotNow, Parts
from hgtui.session.places import moved
from hgtui.session.preview import foresee_rerun

PREVIEW = 400


class Steering:
    """Carries out the commands that steer a run in its execution stage. Each raises NotNow or SchedulerError."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def allow(self, command: cmd.Allow) -> None:
        """Let a task that asks start."""
        running = self._parts.live()
        run = self._parts.run
        task = run.draft.plan.get(command.uid)
        why = beyond(run.grant, task, run.draft.assignments.get(task.uid), run.files) if task and run.grant else ""
        chosen = run.draft.assignments.get(command.uid)
        if task is not None and chosen is not None and (away := moved(run, self._parts.equipment, task, chosen)):
            raise NotNow(f"It cannot run here: {away}.", "Choose its model anew, or set the Hub as it was.")
        if task is not None and (hold := running.hold(task)) and hold.firm:
            raise NotNow(f"It cannot start: {hold.why}.", "Choose another model for it, skip it, or drop the rule.")
        if why:
            raise NotNow(f"It goes beyond what was approved: {why}.", "Approve the plan as it is now.")
        running.scheduler.allow([command.uid])
        running.moved()

    async def retry(self, command: cmd.Retry) -> None:
        """Run a task without a result once more."""
        running = self._parts.live()
        running.scheduler.retry(command.uid)
        running.moved()

    async def rerun(self, command: cmd.Rerun) -> None:
        """Run a task that is over once more with what is below it, or say what that would do.

        What a person gave by hand or left out stays so. That a person asks for it is the approval: it is told what it
        spends, and it stays within what was granted.
        """
        running, run = self._parts.live(), self._parts.run
        spare = [
            one.uid for one in run.draft.plan if run.status(one.uid).supplied or run.state(one.uid) is TaskState.SKIPPED
        ]
        uids = running.scheduler.rerunnable(command.uid, spare)
        rows = run.draft.plan.with_tasks(run.draft.plan[uid] for uid in uids)
        spends = spending(Draft(plan=rows, assignments=run.draft.assignments), run.candidates)
        if command.preview:
            foreseen = await foresee_rerun(run, self._parts.equipment, uids)
            self._parts.board.emit(foreseen.model_copy(update={"spends": spends}))
            return
        text = f"Task {rows[command.uid].id} runs again" + (f", with {len(uids) - 1} below it" if uids[1:] else "")
        self._parts.board.emit(ev.Logged(text=f"{text}. {spends}".strip(), uid=command.uid))
        running.rerun(command.uid, spare)
        running.moved()

    async def skip(self, command: cmd.SkipTask) -> None:
        """Go on without a task."""
        running = self._parts.live()
        running.scheduler.skip(command.uid)
        running.moved()

    async def stop(self, command: cmd.Stop) -> None:
        """Stop one task."""
        running = self._parts.live()
        running.scheduler.cancel(command.uid or "")
        running.moved()

    async def finish(self, _: cmd.Finish) -> None:
        """Wait no longer for a person."""
        self._parts.live().finish()

    async def supply(self, command: cmd.Supply) -> None:
        """Take a result that a person gives."""
        running = self._parts.live()
        resource = await self._given(command)
        running.scheduler.supply(command.uid, (resource,))
        running.moved()

    async def _given(self, command: cmd.Supply) -> Resource:
        if command.text is not None:
            text = clean(command.text)
            digest, size = await self._parts.equipment.artifacts.put(text.encode())
            preview = clean(text, PREVIEW)
            return Resource(kind=Kind.TEXT, digest=digest, media_type="text/plain", size=size, preview=preview)
        if not command.path:
            raise NotNow("Give a text or the path of a file.")
        await self._parts.intake.see([command.path], typed=True)
        fact = self._parts.run.files.get(command.path)
        if fact is None or fact.pending:
            raise NotNow("That is no file on this machine.", "Save it to a file and give its path.")
        if fact.error:
            raise NotNow(fact.error)
        return Resource(
            kind=fact.kind or Kind.TEXT, digest=fact.digest, media_type=fact.media_type, size=fact.size, name=fact.path
        )
