"""What a person does to tasks while the plan runs: let one start, retry, skip, stop it, give its result by hand."""

from collections.abc import Awaitable, Callable, Iterable

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.approval import beyond
from hgtui.core.edits import Draft
from hgtui.core.given import IN_WORDS, gives, misfit, read_given
from hgtui.core.leaving import spending
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactError
from hgtui.core.resource import FileFact, Kind, Resource
from hgtui.core.states import HAS_RESULT, TaskState
from hgtui.core.text import clean, decode, one_line
from hgtui.session.parts import NotNow, Parts
from hgtui.session.places import moved
from hgtui.session.preview import foresee, foresee_rerun

PREVIEW = 400

OpenGate = Callable[[], Awaitable[None]]


class Steering:
    """Carries out the commands that steer a run in its execution stage. Each raises NotNow or SchedulerError."""

    def __init__(self, parts: Parts, open_gate: OpenGate) -> None:
        self._parts, self._open_gate = parts, open_gate

    async def allow(self, command: cmd.Allow) -> None:
        """Let a task that asks start."""
        running = self._parts.live()
        run = self._parts.run
        task = run.draft.plan.get(command.uid)
        why = beyond(run.grant, task, run.draft.assignments.get(task.uid), run.files) if task and run.grant else ""
        chosen = run.draft.assignments.get(command.uid)
        if task is not None and chosen is not None and (away := moved(run, self._parts.equipment, task, chosen)):
            raise NotNow(f"It cannot run here: {away}.", "Choose its model anew, or set the Hub as it was.")
        if task is not None and (hold := running.hold(task)) and hold.firm and hold.cause != "cost":
            raise NotNow(f"It cannot start: {hold.why}.", "Choose another model for it, skip it, or drop the rule.")
        if why:
            raise NotNow(f"It goes beyond what was approved: {why}.", "Approve the plan as it is now.")
        running.let([command.uid])
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
        if self._parts.running is None and self._parts.run.gate is not None:
            await self._run_anew(command)
            return
        running, run = self._parts.live(), self._parts.run
        spare = self.spare
        uids = running.scheduler.rerunnable(command.uid, spare)
        spends, rows = self._spends(uids), run.draft.plan
        if command.preview:
            foreseen = await foresee_rerun(run, self._parts.equipment, uids)
            self._parts.board.emit(foreseen.model_copy(update={"spends": spends}))
            return
        text = f"Task {rows[command.uid].id} runs again" + (f", with {len(uids) - 1} below it" if uids[1:] else "")
        self._parts.board.emit(ev.Logged(text=f"{text}. {spends}".strip(), uid=command.uid))
        running.rerun(command.uid, spare)
        running.moved()

    async def _run_anew(self, command: cmd.Rerun) -> None:
        """At the gate: let a task run though its result is kept, or take that after all; the gate tells what follows."""
        run, board = self._parts.run, self._parts.board
        task = run.draft.plan.get(command.uid)
        if task is None:
            raise NotNow("The plan has no such task.")
        if run.state(task.uid) in HAS_RESULT:
            raise NotNow(f"Task {task.id} is done: it is run again once the others go on.")
        anew = task.uid not in run.anew
        if command.preview:
            ahead = await foresee(run, self._parts.equipment, run.anew ^ {task.uid})
            rows = run.draft.plan.with_tasks(run.draft.plan[uid] for uid in ahead.reruns)
            spends = spending(Draft(plan=rows, assignments=run.draft.assignments), run.candidates)
            told = ahead.model_dump(include={"reruns", "about_s", "untimed"})
            board.emit(ev.RerunForeseen(uid=task.uid, spends=spends, **told))
            return
        board.emit(ev.RunAnew(uid=task.uid, anew=anew))
        how = "runs though its result is kept" if anew else "takes its kept result after all"
        board.emit(ev.Logged(text=f"Task {task.id} {how}.", uid=task.uid))
        await board.flush()
        await self._open_gate()

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
        """Take a result that a person gives, or say what would run again with it.

        That a person gives it is the approval for what reads it, as it is for a re-run.
        """
        running, run = self._parts.live(), self._parts.run
        if command.preview:
            uids = running.scheduler.readers(command.uid, self.spare)
            seen = await foresee_rerun(run, self._parts.equipment, uids) if uids else None
            foreseen = seen or ev.RerunForeseen(uid=command.uid, reruns=())
            told = {"uid": command.uid, "spends": self._spends(uids), "supplied": True}
            self._parts.board.emit(foreseen.model_copy(update=told))
            return
        resource = await self._given(command)
        running.supply(command.uid, (resource,), self.spare)
        running.moved()

    async def begin(self) -> None:
        """Before the first gate of a plan that ran before: note what runs anew, take what a person gives by hand.

        What cannot be taken is told, and then nothing counts as approved beforehand.
        """
        run, board = self._parts.run, self._parts.board
        again = run.brought.again if run.brought is not None else ev.Again()
        for uid in again.anew:
            if run.draft.plan.get(uid) is not None and uid not in run.anew:
                board.emit(ev.RunAnew(uid=uid))
        for one in again.given:
            if run.draft.plan.get(one.uid) is None or run.state(one.uid) in HAS_RESULT:
                continue
            try:
                by_hand = cmd.Supply(uid=one.uid, text=one.text, path=one.path)
                results = one.results or (await self._given(by_hand),)
            except NotNow as error:
                self._parts.approved = ""
                board.emit(ev.Refused(command=by_hand.command, message=str(error), hint=error.hint))
                board.emit(ev.Logged(level="warning", text=f"{error} {error.hint}".strip(), uid=one.uid))
            else:
                board.emit(ev.TaskDone(uid=one.uid, results=results, supplied=True))
        await board.flush()

    @property
    def spare(self) -> list[Uid]:
        """What a person gave by hand or left out: it stays so when what is above it runs again."""
        run = self._parts.run
        return [
            one.uid for one in run.draft.plan if run.status(one.uid).supplied or run.state(one.uid) is TaskState.SKIPPED
        ]

    def _spends(self, uids: Iterable[Uid]) -> str:
        run = self._parts.run
        rows = run.draft.plan.with_tasks(run.draft.plan[uid] for uid in uids)
        return spending(Draft(plan=rows, assignments=run.draft.assignments), run.candidates)

    async def _given(self, command: cmd.Supply) -> Resource:
        if command.text is None and not command.path:
            raise NotNow("Give a text or the path of a file.")
        # First, so that what was looked at is in the journal also where it cannot be the result.
        fact = await self._file(command.path) if command.text is None and command.path else None
        task = self._parts.run.draft.plan.get(command.uid)
        if task is None:
            raise NotNow("The plan has no such task.")
        text = clean(command.text) if command.text is not None else await self._words(fact)
        kind, data = fact.kind or Kind.TEXT if fact else Kind.TEXT, None
        if fact is not None and (no := misfit(task.task, kind)):
            raise NotNow(no)
        if kind in IN_WORDS:
            try:
                kind, data = read_given(task.task, text)
            except ValueError as error:
                raise NotNow(str(error)) from None
        elif gives(task.task) is Kind.MASK:
            kind = Kind.MASK
        if fact is not None:
            return Resource(
                kind=kind,
                digest=fact.digest,
                media_type=fact.media_type,
                size=fact.size,
                name=fact.path,
                preview=clean(text, PREVIEW),
                data=data,
            )
        digest, size = await self._parts.equipment.artifacts.put(text.encode())
        media_type = "text/plain" if data is None else "application/json"
        return Resource(
            kind=kind, digest=digest, media_type=media_type, size=size, preview=clean(text, PREVIEW), data=data
        )

    async def _file(self, path: str) -> FileFact:
        await self._parts.intake.see([path], typed=True)
        fact = self._parts.run.files.get(path)
        if fact is None or fact.pending:
            raise NotNow("That is no file on this machine.", "Save it to a file and give its path.")
        if fact.error:
            raise NotNow(fact.error)
        return fact

    async def _words(self, fact: FileFact | None) -> str:
        """Return what stands in a text file, as it was when it was looked at; an empty text for any other."""
        if fact is None or (fact.kind or Kind.TEXT) not in IN_WORDS:
            return ""
        try:
            return decode(await self._parts.equipment.artifacts.read(fact.digest))
        except KeyError:
            raise NotNow(f"{one_line(fact.path, 80)} is not kept any more.", "Give its path again.") from None
        except ArtifactError as error:
            raise NotNow(error.message, error.hint) from None
