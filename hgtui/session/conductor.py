"""The conductor: takes commands one after the other, runs the stages, waits at the gates, writes the journal."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.approval import SHOWN, beyond, fingerprint, grant
from hgtui.core.edits import Add, Choose, Edit, EditError, Replace, Set, apply, touched
from hgtui.core.model import Assignment
from hgtui.core.plan import Uid
from hgtui.core.ports import CallError
from hgtui.core.resource import Kind, Resource
from hgtui.core.run import Run
from hgtui.core.states import EXITS, Outcome, Stage
from hgtui.core.text import clean, one_line
from hgtui.execution.scheduler import SchedulerError
from hgtui.planning import mentioned
from hgtui.session.board import Board, Listener
from hgtui.session.equipment import Equipment
from hgtui.session.gates import approver, fits, gate, hidden_outside
from hgtui.session.intake import Intake
from hgtui.session.proposing import Proposing
from hgtui.session.running import Running

REQUEST_LIMIT = 100_000
"""How many characters of a request are taken; a longer one is refused, not cut."""


class NotNow(Exception):
    """A command does not fit where the run stands; message and hint are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Conductor:
    """One run. `send` asks for something, `listen` shows what happens; nothing else goes in or out.

    Make it on a running event loop; `run` may be folded from a journal, to go on where it stood.
    """

    def __init__(self, equipment: Equipment, run: Run | None = None) -> None:
        self.run = run or Run()
        self._equipment = equipment
        self._board = Board(self.run, equipment.journal, equipment.clock, self._on_broken)
        self._intake = Intake(self._board, equipment)
        self._proposing = Proposing(self._board, equipment, self._intake)
        self._running: Running | None = None
        self._commands: asyncio.Queue[cmd.Command] = asyncio.Queue()
        self._work: asyncio.Task[None] | None = None
        self._serving = asyncio.create_task(self._serve(), name="conductor")

    # In and out

    def send(self, command: cmd.Command) -> None:
        """Ask for something. Never blocks; what cannot be done comes back as a Refused event."""
        self._commands.put_nowait(command)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each entry and the uids that it changed; return what takes it off again."""
        return self._board.listen(listener)

    @property
    def error(self) -> Exception | None:
        """The journal's error where the run could not be written any more."""
        return self._board.error

    async def aclose(self) -> None:
        """Stop everything that runs; what is stored stays, and the run can be opened again."""
        self._serving.cancel()
        await self._halt()
        if self._running is not None:
            self._running.scheduler.cancel_all()
            await self._running.scheduler.idle()
        await asyncio.gather(self._serving, return_exceptions=True)

    # The loop

    async def _serve(self) -> None:
        while True:
            command = await self._commands.get()
            try:
                await self._board.flush()
                await self._do(command)
                await self._board.flush()
            except (NotNow, EditError, SchedulerError, CallError) as error:
                self._refuse(command, str(error), getattr(error, "hint", ""))
            except Exception as error:
                if self._board.error is None:
                    self._crash(error)

    def _refuse(self, command: cmd.Command, message: str, hint: str = "") -> None:
        self._board.emit(ev.Refused(command=command.command, message=clean(message, 500), hint=hint))

    async def _do(self, command: cmd.Command) -> None:
        do: dict[type, Callable[[Any], Coroutine[Any, Any, None]]] = {
            cmd.Submit: self._submit,
            cmd.EditPlan: self._edit,
            cmd.Undo: self._undo,
            cmd.Redo: self._redo,
            cmd.ChooseModel: self._choose,
            cmd.Approve: self._approve,
            cmd.Allow: self._allow,
            cmd.Retry: self._retry,
            cmd.SkipTask: self._skip,
            cmd.Supply: self._supply,
            cmd.Stop: self._stop,
            cmd.Finish: self._finish,
        }
        await do[type(command)](command)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._work = asyncio.create_task(self._guard(work), name="stage")

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if self._board.error is None:
                self._crash(error)

    def _crash(self, error: Exception) -> None:
        """A fault of ours: say so, end the run, keep what there is."""
        words = f"{type(error).__name__}: {one_line(str(error), 300)}"
        self._board.emit(ev.Logged(level="error", text=f"A fault of hgtui: {words}"))
        self._board.emit(ev.RunEnded(outcome=Outcome.FAILED, exit=EXITS[Outcome.FAILED], message=words))

    def _on_broken(self, _: Exception) -> None:
        """Stop what runs when the journal cannot be written: nothing may happen that is not on disk."""
        if self._running is not None:
            self._running.scheduler.cancel_all()
        if self._work is not None:
            self._work.cancel()

    async def _halt(self) -> None:
        if self._work is not None and not self._work.done():
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    # From a request to a gate

    async def _submit(self, command: cmd.Submit) -> None:
        if self.run.id:
            raise NotNow("This run has its request already.", "Start a new one.")
        request = clean(command.request).strip()
        if not request and command.plan is None:
            raise NotNow("The request is empty.", "Say what you want, and name the files.")
        if len(request) > REQUEST_LIMIT:
            raise NotNow(
                f"The request has {len(request):,} characters; {REQUEST_LIMIT:,} are taken.",
                "Put the text into a file and name the file.",
            )
        self.run.id = self._equipment.ids.run_id()
        planner = command.plan.planner if command.plan else self._equipment.planner.name
        files = tuple(dict.fromkeys((*command.files, *mentioned(request))))
        gates = self._equipment.gates
        self._board.emit(ev.RunStarted(request=request, files=files, planner=planner or "a file", gates=gates))
        self._start(self._propose(request, files, command))

    async def _propose(self, request: str, files: tuple[str, ...], command: cmd.Submit) -> None:
        await self._intake.see(files, typed=True)
        if command.plan is not None:
            await self._proposing.take(command.plan, command.assignments)
        elif not await self._proposing.plan(request):
            await self._board.flush()
            message = self.run.planning_failed.message if self.run.planning_failed else ""
            self._board.emit(ev.RunEnded(outcome=Outcome.FAILED, exit=EXITS[Outcome.FAILED], message=message))
            await self._board.flush()
            return
        await self._proposing.select()
        if not self.run.draft.plan.tasks:
            await self._answer_nothing()
            return
        await self._open_gate()

    async def _answer_nothing(self) -> None:
        """A request of which no task came is answered at once; it stays unanswered where only rules read it."""
        await Running(self._board, self._equipment).answer(Outcome.FAILED, "No task came of the request.")

    async def _open_gate(self) -> None:
        opened = gate(self.run)
        by = approver(self.run, self._equipment.approve_by, self._equipment.gates, self._equipment.base)
        if by and opened.approvable and self._running is None:
            self._grant(by)
            await self._execute()
            return
        if hidden := hidden_outside(self.run, self._equipment.base):
            text = f"{', '.join(hidden)}: a hidden file outside the working folder is approved by hand only."
            self._board.emit(ev.Logged(level="warning", text=text))
        self._board.emit(opened)
        await self._board.flush()

    # Changes

    async def _edit(self, command: cmd.EditPlan) -> None:
        await self._change(command.edit)

    async def _change(self, edit: Edit) -> None:
        self._changeable()
        if isinstance(edit, Add) and edit.task.uid in self.run.uids:
            raise EditError(f"The uid {one_line(edit.task.uid, 40)} was used in this run already.")
        draft, undo = apply(self.run.draft, edit)
        if self._running is not None:
            # Asked of the scheduler first: it refuses what would change a task that has started.
            self._running.scheduler.amendable(draft.plan)
        self._board.emit(ev.PlanEdited(edit=edit, undo=undo))
        await self._board.flush()
        if isinstance(edit, Set | Add | Replace):
            await self._intake.see_plan(draft.plan, typed=True)
        await self._after_change(undo.words, frozenset(touched(edit)))

    async def _undo(self, _: cmd.Undo) -> None:
        self._changeable()
        if not self.run.undos:
            raise NotNow("There is nothing to undo.")
        words = self.run.undos[-1].words
        self._check_amendable(self.run.undos[-1])
        self._board.emit(ev.EditUndone())
        await self._board.flush()
        await self._after_change(f"undo: {words}")

    async def _redo(self, _: cmd.Redo) -> None:
        self._changeable()
        if not self.run.redos:
            raise NotNow("There is nothing to redo.")
        self._check_amendable(self.run.redos[-1])
        self._board.emit(ev.EditRedone())
        await self._board.flush()
        await self._after_change("redo")

    def _check_amendable(self, edit: Edit) -> None:
        if self._running is not None:
            self._running.scheduler.amendable(apply(self.run.draft, edit)[0].plan)

    def _changeable(self) -> None:
        if self.run.ended:
            raise NotNow("The run has ended.", "Start a new one.")
        if self.run.proposed is None or (self._running is None and self.run.gate is None):
            raise NotNow("There is no plan to change yet.", "Wait until it is complete.")

    async def _after_change(self, words: str, again: frozenset[Uid] = frozenset()) -> None:
        await self._proposing.choose(again)
        if self._running is None:
            await self._open_gate()
            return
        given = self.run.grant
        new = grant(self.run.draft, self.run.files)
        wider = [
            why
            for task in self.run.draft.plan
            if given
            and not task.skip
            and (why := beyond(given, task, self.run.draft.assignments.get(task.uid), self.run.files))
        ]
        if not wider:
            self._board.emit(ev.ApprovalCarried(grant=new, words=words))
            await self._board.flush()
        else:
            self._board.emit(gate(self.run))
        self._running.scheduler.amend(self.run.draft.plan, self.run.draft.assignments)
        self._running.moved()

    async def _choose(self, command: cmd.ChooseModel) -> None:
        task = self.run.draft.plan.get(command.uid)
        if task is None:
            raise NotNow("The plan has no such task.")
        found = next((one for one in self.run.candidates.get(task.task, ()) if one.name == command.candidate), None)
        if found is None:
            raise NotNow(f"{one_line(command.candidate, 80)} is no candidate for {task.task}.")
        if found.missing:
            raise NotNow(f"{found.title or found.name} cannot run yet.", found.missing)
        await self._change(Choose(uid=task.uid, assignment=Assignment.of(found, "person", "chosen by you")))

    # Approval and execution

    async def _approve(self, command: cmd.Approve) -> None:
        if self.run.gate is None:
            raise NotNow("There is nothing to approve now.")
        seen = self.run.gate.fingerprint
        await self._intake.again()
        now = fingerprint(self.run.draft, self.run.files)
        if not fits(command.fingerprint, now):
            self._refuse(
                command,
                f"What was approved is not what would run: the fingerprint is now {now[:SHOWN]}.",
                "Look at the plan again, then approve it.",
            )
            if now != seen:
                await self._open_gate()
            return
        opened = gate(self.run)
        if not opened.approvable:
            raise NotNow("The plan has errors and cannot be approved.", "Mend them first.")
        self._grant(command.by)
        await self._board.flush()
        if self._running is None:
            self._start(self._execute())
        else:
            self._running.scheduler.recheck()
            self._running.moved()

    def _grant(self, by: str) -> None:
        self._board.emit(ev.Approved(grant=grant(self.run.draft, self.run.files), by=by))

    async def _execute(self) -> None:
        await self._board.flush()
        self._running = running = Running(self._board, self._equipment)
        if self._equipment.approve_by:
            running.scheduler.allow(task.uid for task in self.run.draft.plan)
        outcome = await running.execute()
        if running.scheduler.asking and not self._equipment.attended:
            return  # it waits at the gate for somebody to allow a task
        await running.answer(outcome)

    def _live(self) -> Running:
        if self._running is None or self.run.stage is not Stage.EXECUTION:
            raise NotNow("Nothing runs now.")
        return self._running

    async def _allow(self, command: cmd.Allow) -> None:
        running = self._live()
        running.scheduler.allow([command.uid])
        running.moved()

    async def _retry(self, command: cmd.Retry) -> None:
        running = self._live()
        running.scheduler.retry(command.uid)
        running.moved()

    async def _skip(self, command: cmd.SkipTask) -> None:
        running = self._live()
        running.scheduler.skip(command.uid)
        running.moved()

    async def _supply(self, command: cmd.Supply) -> None:
        running = self._live()
        running.scheduler.supply(command.uid, (await self._supplied(command),))
        running.moved()

    async def _supplied(self, command: cmd.Supply) -> Resource:
        artifacts = self._equipment.artifacts
        if command.text is not None:
            text = clean(command.text)
            digest, size = await artifacts.put(text.encode())
            return Resource(kind=Kind.TEXT, digest=digest, media_type="text/plain", size=size, preview=text[:400])
        if not command.path:
            raise NotNow("Give a text or the path of a file.")
        await self._intake.see([command.path], typed=True)
        fact = self.run.files[command.path]
        if fact.error:
            raise NotNow(fact.error)
        return Resource(
            kind=fact.kind or Kind.TEXT, digest=fact.digest, media_type=fact.media_type, size=fact.size, name=fact.path
        )

    async def _stop(self, command: cmd.Stop) -> None:
        if self.run.ended:
            raise NotNow("The run has ended.")
        if command.uid is not None:
            running = self._live()
            running.scheduler.cancel(command.uid)
            running.moved()
            return
        await self._halt()
        running = self._running or Running(self._board, self._equipment)
        running.scheduler.cancel_all()
        await running.scheduler.idle()
        await self._board.flush()
        if self.run.ended:  # it came to its end while it was being stopped
            return
        if self.run.grant is not None:
            await running.answer(Outcome.INTERRUPTED, "Stopped.")
            return
        outcome = Outcome.INTERRUPTED
        self._board.emit(ev.RunEnded(outcome=outcome, exit=EXITS[outcome], message="Stopped before anything ran."))

    async def _finish(self, _: cmd.Finish) -> None:
        self._live().finish()
