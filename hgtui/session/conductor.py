"""The conductor: takes commands one after the other, runs the stages, waits at the gates, writes the journal."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Literal

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.edits import EditError
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactError, CallError
from hgtui.core.run import Run
from hgtui.core.states import EXITS, Outcome
from hgtui.core.text import clean, one_line
from hgtui.core.trials import TOO_LATE
from hgtui.core.unforeseen import fault
from hgtui.execution.scheduler import SchedulerError
from hgtui.hub.asked import Asked
from hgtui.planning import mentioned
from hgtui.session.answering import Answers
from hgtui.session.approving import Approving
from hgtui.session.beginning import Beginning
from hgtui.session.board import Board, Listener
from hgtui.session.changing import Changing
from hgtui.session.equipment import Equipment
from hgtui.session.intake import Intake
from hgtui.session.locks import RunInUse, RunLock
from hgtui.session.parts import NotNow, Parts
from hgtui.session.pinning import Pinning
from hgtui.session.proposing import Proposing
from hgtui.session.resuming import Resuming
from hgtui.session.retaking import Retaking
from hgtui.session.revising import Revising
from hgtui.session.rulemaking import Rulemaking, Uses
from hgtui.session.running import Running
from hgtui.session.standing import ENDED_BADLY, Standing, standing
from hgtui.session.steering import Steering
from hgtui.session.trying import STOPPED_WITH_RUN, Trying
from hgtui.session.undoing import Undoing

REQUEST_LIMIT = 100_000
"""How many characters of a request are taken; a longer one is refused, not cut."""


class Conductor:
    """One run. `send` asks for something, `listen` shows what happens; nothing else goes in or out.

    Make it on a running event loop; `run` may be folded from a journal, to go on where it stood. `lock` is the right to
    write that run, taken before it was folded; without one it is taken here. Raises RunInUse where another process has it.
    """

    def __init__(self, equipment: Equipment, run: Run | None = None, lock: RunLock | None = None) -> None:
        self.run = run or Run()
        self._equipment = equipment
        self._marked = self.run.marked
        self._lock = lock
        if lock is None and self.run.id and equipment.lock is not None:
            self._lock = equipment.lock(self.run.id)
        self._board = Board(self.run, equipment.journal, equipment.clock, self._on_broken)
        if equipment.tape is not None:
            equipment.tape.attach(self._board.emit, equipment.recorder)
        intake = Intake(self._board, equipment)
        self._parts = Parts(self._board, equipment, intake, Proposing(self._board, equipment, intake))
        self._rules = Rulemaking(self._parts, self._reconsider)
        self._uses = Uses(equipment.rules, equipment.clock, lambda text: self._board.log(text, "warning"))
        approving = Approving(self._parts, self._rules, self._refuse, self._go, self._select)
        self._approve, open_gate = approving.approve, approving.open_gate
        self._steering = Steering(self._parts, open_gate)
        self._beginning = Beginning(self._parts, open_gate, self._steering.begin)
        self._resuming = Resuming(self._parts, self._beginning, open_gate, self._go_on, self._rules.begin)
        self._changing = Changing(self._parts, open_gate)
        self._pinning = Pinning(self._parts, self._changing.again)
        self._revising = Revising(self._parts, self._changing)
        self._retaking = Retaking(self._parts, self._changing, self._revising)
        self._trying = Trying(self._parts, self._changing, lambda: self._steering.spare)
        self._undoing = Undoing(self._parts, self._changing, lambda: self._steering.spare)
        self._revising.mend()
        self._trying.mend()
        self._board.listen(self._heard)
        self._commands: asyncio.Queue[cmd.Command] = asyncio.Queue()
        self._work: asyncio.Task[None] | None = None
        self._resumed = False
        self._serving = asyncio.create_task(self._serve(), name="conductor")

    # In and out

    def send(self, command: cmd.Command) -> None:
        """Ask for something. Never blocks; what cannot be done comes back as a Refused event."""
        if isinstance(command, cmd.Mark):  # at once: it is sent by who leaves, and waits for nothing
            self._mark(command)
        else:
            if isinstance(command, cmd.Stop):  # it does not wait for a store that is slow
                self._parts.proposing.lookups.leave()
            self._commands.put_nowait(command)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each entry and the uids that it changed; return what takes it off again."""
        return self._board.listen(listener)

    def log(self, text: str, level: Literal["debug", "warning"] = "debug") -> None:
        """Write a line into the log of the run, as long as it goes on. Never blocks."""
        self._board.log(text, level)

    async def keep_asked(self, task: str, asked: Sequence[Asked], seconds: float, failed: str = "") -> None:
        """Keep what a person asked of the Hub beside the run, for a task type or "", as long as the run goes on."""
        if self._equipment.tape is not None and self._board.goes_on:
            await self._equipment.tape.keep_asked(task, asked, seconds, failed)

    async def note(self, event: ev.SentAgain) -> None:
        """Write down what a person sent again beside the run, also after its end. Raises the journal's error."""
        self._board.emit(event)
        await self._board.flush()

    async def settled(self) -> None:
        """Wait until every command that was sent is carried out or refused; what it started may go on."""
        await self._commands.join()

    @property
    def error(self) -> Exception | None:
        """The journal's error where the run could not be written any more."""
        return self._board.error

    async def aclose(self) -> None:
        """Stop everything that runs and leave the run where it stands: it can be gone on with, here or elsewhere."""
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        await self._halt()
        await self._trying.halt()
        if self._parts.running is not None:
            self._parts.running.scheduler.leave()
            await self._parts.running.scheduler.idle()
        await self._board.settle()
        await self._uses.settle()
        self._give_free()

    @property
    def writes(self) -> bool:
        """Whether it has the right to write its run: not before it has begun, and not after its end."""
        return self._lock is not None and self._lock.taken

    def _heard(self, entry: ev.Entry, _: frozenset[Uid]) -> None:
        if isinstance(entry.event, ev.RuleUsed):
            self._uses.note(entry.event.key)
        if isinstance(entry.event, ev.RunEnded):
            self._give_free()

    def _give_free(self) -> None:
        if self._lock is not None:
            self._lock.release()

    # The loop

    async def _serve(self) -> None:
        while True:
            command = await self._commands.get()
            try:
                await self._board.flush()
                await self._do(command)
                await self._board.flush()
            except (NotNow, EditError, SchedulerError, CallError, RunInUse) as error:
                self._refuse(command, str(error), getattr(error, "hint", ""))
            except Exception as error:
                if self._board.error is None:
                    self._crash(error)
                else:
                    self._refuse(command, str(error), getattr(error, "hint", ""))
            finally:
                self._commands.task_done()

    def _refuse(self, command: cmd.Command, message: str, hint: str = "") -> None:
        self._board.emit(ev.Refused(command=command.command, message=clean(message, 500), hint=hint))

    async def _do(self, command: cmd.Command) -> None:
        do: dict[type, Callable[[Any], Awaitable[None]]] = {
            cmd.Submit: self._submit,
            cmd.EditPlan: self._changing.edit,
            cmd.Undo: self._undoing.undo,
            cmd.Redo: self._undoing.redo,
            cmd.ChooseModel: self._changing.choose,
            cmd.Pin: self._pinning.pin,
            cmd.Approve: self._approve,
            cmd.AddRule: self._rules.add,
            cmd.DropRule: self._rules.drop,
            cmd.SetBreakpoint: self._rules.set_breakpoint,
            cmd.Allow: self._steering.allow,
            cmd.Retry: self._retry,
            cmd.Rerun: self._steering.rerun,
            cmd.SkipTask: self._steering.skip,
            cmd.Supply: self._steering.supply,
            cmd.WhatIf: self._trying.ask,
            cmd.TakeWinner: self._trying.take,
            cmd.Stop: self._stop,
            cmd.Finish: self._steering.finish,
            cmd.Comment: self._comment,
            cmd.TakeCall: self._retaking.take,
            cmd.TakeRevision: self._revising.take,
            cmd.DropRevision: self._revising.drop,
            cmd.TakeChange: self._revising.take_change,
            cmd.DropChange: self._revising.drop_change,
            cmd.BringBack: self._revising.bring_back,
            cmd.Resume: self._resume,
        }
        await do[type(command)](command)

    async def _retry(self, command: cmd.Retry) -> None:
        at_gate = self._parts.running is None and self.run.gate is not None
        await (self._changing.look_again if at_gate else self._steering.retry)(command)

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
        """Something unforeseen: say so, end the run, keep what there is."""
        words = fault(error)
        if isinstance(error, ArtifactError):  # a full disk is no fault of ours
            words = f"{one_line(str(error), 300)} {error.hint}".strip()
        self._board.emit(ev.Logged(level="error", text=words))
        if self.run.ended:
            return
        if self._parts.running is not None:
            self._parts.running.scheduler.cancel_all()
        if self._work is not None and self._work is not asyncio.current_task():
            self._work.cancel()
        self._board.emit(ev.RunEnded(outcome=Outcome.FAILED, exit=EXITS[Outcome.FAILED], message=words))

    def _on_broken(self, error: Exception) -> None:
        """Stop what runs when the journal cannot be written: nothing may happen that is not on disk."""
        self._board.emit(ev.Refused(command="journal", message=clean(str(error), 500), hint=getattr(error, "hint", "")))
        if self._parts.running is not None:
            self._parts.running.scheduler.cancel_all()
        if self._work is not None:
            self._work.cancel()

    async def _halt(self) -> None:
        if self._work is not None and not self._work.done():
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        await self._parts.proposing.halt()

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
        name = self._equipment.ids.run_id()
        if self._equipment.lock is not None:
            self._lock = await asyncio.to_thread(self._equipment.lock, name)
        self.run.id = name
        self._parts.approved = command.approved
        self._board.emit(self._started(request, command))
        self._rules.begin()
        self._start(self._beginning.plan())

    def _started(self, request: str, command: cmd.Submit) -> ev.RunStarted:
        brought, equipment = command.plan, self._equipment
        return ev.RunStarted(
            request=request,
            files=tuple(dict.fromkeys((*command.files, *mentioned(request)))),
            planner=(brought.planner if brought else equipment.planner.name) or "a file",
            gates=equipment.gates,
            earlier=command.earlier,
            controller=equipment.controller,
            answer="program" if equipment.responder is None else "llm",
            brought=ev.Brought(
                plan=brought,
                assignments=command.assignments,
                notes=command.notes,
                files=command.files,
                again=command.again,
            )
            if brought
            else None,
            fresh=equipment.fresh,
            setup=equipment.setup(),
        )

    async def _resume(self, _: cmd.Resume) -> None:
        if not self.run.id:
            raise NotNow("There is no run to go on with.", "hgtui runs lists them.")
        if self.run.ended:
            raise NotNow(f"The run {self.run.id} has ended.", f"How it went: hgtui show {self.run.id}")
        if self._work is not None or self._resumed:
            raise NotNow("The run goes on already.")
        work = await self._resuming.work()
        self._resumed = True
        if work is not None:
            self._start(work)

    async def _reconsider(self, words: str) -> None:
        await self._changing.reconsider(words)

    async def _go_on(self, stands: Standing, finishing: bool) -> None:
        await self._execute(stands, finishing=finishing)

    def _mark(self, command: cmd.Mark) -> None:
        run = self.run
        known = command.uid is None or run.plan.get(command.uid) is not None
        if run.id and not run.ended and known and command.uid != self._marked:
            self._marked = command.uid
            self._board.emit(ev.Marked(uid=command.uid))

    async def _comment(self, command: cmd.Comment) -> None:
        self._revising.begin()
        self._start(self._revising.revise(command.text))

    # Approval and execution

    async def _select(self) -> None:
        """Choose models for a plan that was approved, on its own. An open revision is let go."""
        await self._let_go()
        self._start(self._beginning.select())

    async def _let_go(self) -> None:
        work = self._work
        if work is not None and work is not asyncio.current_task() and not work.done():
            # It only opens the gate again of a run that is gone on with, and that is approved already.
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        if self.run.comment:
            await self._halt()
            await self._revising.let_go()

    async def _go(self, allowed: Iterable[Uid] = ()) -> None:
        """Start on what was granted, on its own: commands are served while it runs. An open revision is let go."""
        await self._let_go()
        stands = await standing(self.run, self._equipment.artifacts, ENDED_BADLY)
        self._start(self._execute(stands, allowed))

    async def _execute(self, stands: Standing, allowed: Iterable[Uid] = (), *, finishing: bool = False) -> None:
        await self._board.flush()
        self._parts.running = running = Running(self._board, self._equipment, self._parts.intake)
        if finishing:
            running.finish()
        running.let(allowed)
        running.won = await self._trying.won()
        if self._equipment.approve_by:
            running.scheduler.allow(task.uid for task in self.run.draft.plan)
        outcome = await running.execute(stands)
        if running.scheduler.asking and not self._equipment.attended:
            self._parts.running = None  # it waits at the gate for somebody to allow a task, here or elsewhere
            return
        await self._trying.halt(TOO_LATE)
        await Answers(self._board, self._equipment).write(outcome)

    async def _stop(self, command: cmd.Stop) -> None:
        self._parts.proposing.lookups.leave(left=False)
        if self.run.ended:
            raise NotNow("The run has ended.")
        if not self.run.id:
            raise NotNow("Nothing has begun.")
        if command.uid is not None:
            await self._steering.stop(command)
            return
        revising = bool(self.run.comment) and self.run.revision is None
        await self._halt()
        if revising:  # only the revision stops: the plan and its gate stay
            return
        await self._trying.halt(STOPPED_WITH_RUN)
        running = self._parts.running or Running(self._board, self._equipment, self._parts.intake)
        running.scheduler.cancel_all()
        await running.scheduler.idle()
        await self._board.flush()
        if self.run.ended:  # it came to its end while it was being stopped
            return
        if self.run.grant is not None:
            await Answers(self._board, self._equipment).write(Outcome.INTERRUPTED, "Stopped.", command.exit)
            return
        outcome = Outcome.INTERRUPTED
        status = EXITS[outcome] if command.exit is None else command.exit
        self._board.emit(ev.RunEnded(outcome=outcome, exit=status, message="Stopped before anything ran."))
