"""A workshop for the scheduler: its tasks do nothing until the test says how each one ends."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.ports import CallError, Results
from hgtui.core.resource import Kind, Resource
from hgtui.core.run import Run
from hgtui.core.states import Failure, TaskState
from hgtui.execution.scheduler import Scheduler

HERE = Assignment(candidate="fake:work")


def task(uid: Uid, *reads: Uid, after: Iterable[Uid] = (), **more: object) -> Task:
    """A task that reads the results of others, as a list where there are several."""
    args = {"text": Input.of(*reads) if reads else Input.text("x")}
    return Task.model_validate(
        {"uid": uid, "id": int(uid[1:]), "task": "summarization", "args": args, "after": tuple(after), **more}
    )


def plan(*tasks: Task) -> Plan:
    return Plan(request="go", tasks=tasks)


def word(text: str = "x") -> Resource:
    return Resource(kind=Kind.TEXT, digest=(text * 64)[:64], media_type="text/plain", size=1, preview=text)


class Shop:
    """A scheduler whose work the test ends; `run` is folded from its events, `events` are all of them."""

    def __init__(self, limits: Mapping[str, int] | None = None, check: Callable[[Task], str] = lambda _: "") -> None:
        self.run = Run()
        self.events: list[ev.Event] = []
        self.started: list[Uid] = []
        self.read: dict[Uid, dict[Uid, str]] = {}
        self.tidy: asyncio.Event | None = None
        self.tidied: list[Uid] = []
        self._work: dict[Uid, asyncio.Future[ev.TaskDone | Assignment]] = {}
        self._limits = limits or {}
        self.scheduler = Scheduler(self._perform, self.emit, self._place, lambda one, _: check(one))

    def start(self, tasks: Plan, assignments: Mapping[Uid, Assignment] | None = None) -> None:
        """Fold the plan as a conductor would, and start."""
        self.emit(ev.PlanProposed(plan=tasks))
        self.scheduler.start(tasks, assignments if assignments is not None else every(tasks))

    def emit(self, event: ev.Event) -> None:
        self.events.append(event)
        self.run.fold(ev.Entry(run="r", seq=len(self.events), at=datetime.now(UTC), event=event))

    def _place(self, assignment: Assignment) -> tuple[str, int]:
        name = assignment.candidate.partition(":")[0]
        return name, self._limits.get(name, 1000)

    async def _perform(self, one: Task, assignment: Assignment, results: Results) -> ev.TaskDone:
        self.read[one.uid] = {dep: results[dep][0].preview for dep in one.deps if dep in results}
        try:
            while True:
                self.emit(ev.TaskStarted(uid=one.uid, candidate=assignment.candidate))
                self.started.append(one.uid)
                self._work[one.uid] = asyncio.get_running_loop().create_future()
                how = await self._work[one.uid]
                if isinstance(how, ev.TaskDone):
                    return how
                assignment = how
                await self.scheduler.move(one.uid, assignment)
        except asyncio.CancelledError:
            if self.tidy is not None:
                await self.tidy.wait()
            self.tidied.append(one.uid)
            raise

    # How the work ends

    async def done(self, *uids: Uid, text: str = "x", reused: bool = False) -> None:
        for uid in uids:
            self._work[uid].set_result(ev.TaskDone(uid=uid, results=(word(text),), reused=reused))
        await settle()

    async def fail(self, uid: Uid, failure: Failure = Failure.BAD_INPUT) -> None:
        self._work[uid].set_exception(CallError(failure, "It cannot be read.", "Give another."))
        await settle()

    async def go_over(self, uid: Uid, candidate: str) -> None:
        """Let another candidate take the work over."""
        self._work[uid].set_result(Assignment(candidate=candidate))
        await settle()

    async def crash(self, uid: Uid, error: Exception) -> None:
        self._work[uid].set_exception(error)
        await settle()

    # What is seen

    @property
    def working(self) -> list[Uid]:
        """The tasks that run, in the order in which they began."""
        return [uid for uid in dict.fromkeys(self.started) if self.run.state(uid) is TaskState.RUNNING]

    def states(self) -> dict[Uid, str]:
        return {one.uid: str(self.run.state(one.uid)) for one in self.run.plan}

    def told(self, kind: type) -> list[Uid]:
        """The uids of the events of a kind, in their order."""
        return [event.uid for event in self.events if isinstance(event, kind)]  # type: ignore[union-attr]

    async def idle(self) -> None:
        """Wait until the scheduler is idle; a test that waits in vain fails."""
        async with asyncio.timeout(20):
            await self.scheduler.idle()


def every(tasks: Plan, assignment: Assignment = HERE) -> dict[Uid, Assignment]:
    return {one.uid: assignment for one in tasks}


async def settle() -> None:
    """Let everything go on that needs no more than the event loop."""
    for _ in range(8):
        await asyncio.sleep(0)
