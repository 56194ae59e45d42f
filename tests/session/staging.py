"""A stage for the conductor: real journal and artifacts in a folder; a planner, a catalogue and an endpoint of the test."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Candidate
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.ports import Call, CallError, Context, Drafted, PlanningError, Produced, Proposed, Said, Step, Tell
from hgtui.core.resource import FileFact, Kind
from hgtui.core.run import Run, fold
from hgtui.core.states import Failure, TaskState
from hgtui.session.artifacts import Artifacts
from hgtui.session.clock import RandomIds, SystemClock
from hgtui.session.conductor import Conductor
from hgtui.session.equipment import Equipment
from hgtui.session.journal import Journal
from hgtui.session.store import Records

E = TypeVar("E", bound=ev.Event)
LIMIT_S = 20
"""After so many seconds a test that waits in vain fails."""


def task(uid: Uid, text: str = "some text", *reads: Uid, **more: object) -> Task:
    args = {"text": Input.of(*reads) if reads else Input.text(text)}
    return Task.model_validate({"uid": uid, "id": int(uid[1:]), "task": "summarization", "args": args, **more})


def plan(*tasks: Task, planner: str = "by hand") -> Plan:
    return Plan(request="go", planner=planner, tasks=tasks)


CHAIN = plan(task("t1"), task("t2", "", "t1"))
SIDE_BY_SIDE = plan(task("t1", "one"), task("t2", "two"))


class ByHand:
    """A planner that says what the test wrote; `hang` makes it wait for ever behind its first task."""

    name = "by hand"

    def __init__(self, what: Plan | PlanningError = CHAIN, *, hang: bool = False, silent: bool = False) -> None:
        self.what, self.hang, self.silent = what, hang, silent
        self.files: Mapping[str, FileFact] = {}
        self.tidied = False

    async def plan(
        self, request: str, files: Mapping[str, FileFact], context: Context | None = None
    ) -> AsyncGenerator[Step, None]:
        self.files = files
        yield Said(text="Let me see.")
        if isinstance(self.what, PlanningError):
            raise self.what
        for one in self.what:
            yield Drafted(task=one)
        try:
            if self.hang:
                await asyncio.Event().wait()
        finally:
            self.tidied = True
        if not self.silent:
            yield Proposed(plan=self.what.model_copy(update={"request": request}), notes=("A note.",))


class Models:
    """A catalogue of two models for every task type, or of those that the test names."""

    def __init__(self, *found: Candidate, error: Exception | None = None) -> None:
        self.found = found or (model("one"), model("two"))
        self.error = error

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        if self.error:
            raise self.error
        return self.found

    def help(self, task: str) -> str:
        return "Another machine would help."


def model(name: str, **more: Any) -> Candidate:
    return Candidate(name=f"fake:{name}", model=name, endpoint="fake", **more)


FAR = model("far", provider="far-away", place="hub", leaves=True, via="far.example")
"""A model to which what goes in is sent."""


class FakeWork:
    """An endpoint that answers with the texts it was given, in capitals.

    A task in `hold` waits until the test calls `let`; one in `fails` fails, as often as it stands there.
    """

    name = "fake"
    limit = 4

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.hold: dict[Uid, asyncio.Event] = {}
        self.fails: list[Uid] = []
        self.stopped: list[Uid] = []
        self.begun: asyncio.Queue[Uid] = asyncio.Queue()
        self.halted: asyncio.Queue[Uid] = asyncio.Queue()

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        self.calls.append(call)
        uid = call.task.uid
        self.begun.put_nowait(uid)
        tell(0.5, "half")
        try:
            if uid in self.hold:
                await self.hold[uid].wait()
        except asyncio.CancelledError:
            self.stopped.append(uid)
            self.halted.put_nowait(uid)
            raise
        if uid in self.fails:
            self.fails.remove(uid)
            raise CallError(Failure.BAD_INPUT, "It cannot be read.", "Give another.")
        texts = [one.text or "" for ones in call.inputs.values() for one in ones]
        return (Produced(kind=Kind.TEXT, media_type="text/plain", text=" ".join(texts).upper()),)

    def holding(self, *uids: Uid) -> None:
        self.hold.update({uid: asyncio.Event() for uid in uids})

    def let(self, uid: Uid) -> None:
        self.hold[uid].set()


class Stage:
    """One run on the stage, with what was heard of it."""

    def __init__(self, conductor: Conductor, equipment: Equipment, work: FakeWork) -> None:
        self.conductor, self.equipment, self.work = conductor, equipment, work
        self.heard: list[ev.Event] = []
        self._news = asyncio.Event()
        conductor.listen(self._hear)

    def _hear(self, entry: ev.Entry, _: frozenset[Uid]) -> None:
        self.heard.append(entry.event)
        self._news.set()

    @property
    def run(self) -> Run:
        return self.conductor.run

    def send(self, *commands: cmd.Command) -> None:
        for command in commands:
            self.conductor.send(command)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds, looked at after each event."""
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def after(self, *commands: cmd.Command, kind: type[E]) -> E:
        """Send commands and return the next event of a kind."""
        count = len(self.heard)
        self.send(*commands)
        await self.until(lambda: any(isinstance(one, kind) for one in self.heard[count:]))
        return next(one for one in self.heard[count:] if isinstance(one, kind))

    async def gate(self, request: str = "go", **more: Any) -> ev.GateOpened:
        return await self.after(cmd.Submit(request=request, **more), kind=ev.GateOpened)

    def approve(self) -> None:
        assert self.run.gate
        self.send(cmd.Approve(fingerprint=self.run.gate.fingerprint))

    async def end(self) -> ev.RunEnded:
        await self.until(lambda: self.run.ended)
        return self.all(ev.RunEnded)[-1]

    async def began(self) -> Uid:
        """Wait for the next call and return whose it is."""
        async with asyncio.timeout(LIMIT_S):
            return await self.work.begun.get()

    async def state(self, uid: Uid, state: TaskState) -> None:
        await self.until(lambda: self.run.state(uid) is state)

    def all(self, kind: type[E]) -> list[E]:
        return [one for one in self.heard if isinstance(one, kind)]

    def states(self) -> dict[Uid, str]:
        return {one.uid: str(self.run.state(one.uid)) for one in self.run.plan}

    async def entries(self) -> list[ev.Entry]:
        """What is on the disk."""
        journal = self.equipment.journal
        assert isinstance(journal, Journal)
        return await journal.entries(self.run.id)

    async def reopened(self) -> Run:
        return fold(await self.entries())


@asynccontextmanager
async def stage(
    folder: Path, planner: ByHand | None = None, run: Run | None = None, **more: Any
) -> AsyncIterator[Stage]:
    """A conductor on a journal and artifacts in `folder`; the working folder is ``folder/here``."""
    before = asyncio.all_tasks()
    here = folder / "here"
    here.mkdir(parents=True, exist_ok=True)
    work = more.pop("work", None) or FakeWork()
    models = more.pop("models", None) or (Models(),)
    held = more.pop("held", None)
    artifacts = Artifacts(folder)
    async with Journal.open(folder) as journal:
        equipment = replace(
            Equipment(
                planner=planner or ByHand(),
                catalogues=models,
                endpoints={"fake": work},
                artifacts=artifacts,
                journal=journal,
                recorder=Records(artifacts, {}),
                clock=SystemClock(),
                ids=RandomIds(),
                base=here,
            ),
            **more,
        )
        conductor = Conductor(equipment, run, held)
        try:
            yield Stage(conductor, equipment, work)
        finally:
            async with asyncio.timeout(LIMIT_S):
                await conductor.aclose()
            await artifacts.aclose()
            left = asyncio.all_tasks() - before
            assert not left, left
