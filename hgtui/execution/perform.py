"""One task from its inputs to its kept results: the tries, their waits, the time-out, what stands in."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    wait_exponential,
    wait_random,
)

from hgtui.core import events as ev
from hgtui.core.model import Assignment, CandidateName
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import ArtifactStore, Call, CallError, CallMade, Endpoint, Produced, Results
from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line
from hgtui.execution.course import Course, Leg, named_wait
from hgtui.execution.ending import GaveUp, cause, failed, short
from hgtui.execution.flow import Emit
from hgtui.execution.keeping import keep, removed, work_folder
from hgtui.execution.resolve import Resolver
from hgtui.execution.reusing import Inputs, Reusing

NOTE = 500
TRIES = 3
WAIT_FIRST_S, WAIT_MOST_S = 0.5, 20.0
TASK_SECONDS = 600.0
"""How long one try may take, unless a setting says otherwise."""

Sleep = Callable[[float], Awaitable[None]]
Note = Callable[[Uid, CallMade], Awaitable[None]]
StandIns = Callable[[Uid], tuple[Assignment, ...]]
"""Gives what may stand in for the candidate of a task, best first: what was granted, and nothing else."""
Move = Callable[[Uid, Assignment], Awaitable[None]]
"""Gives the place of a task at its endpoint back and waits for one where another candidate runs."""


class Performer:
    """Performs tasks at endpoints; `emit` takes what is to be shown meanwhile.

    `endpoints` by the word before the colon of a candidate's name; `seconds` bounds one try, `tries` their number for
    one candidate; `sleep` waits so many seconds between two tries; `note` keeps each call to the controller.
    `stand_ins` says what may run in place of a candidate that failed, `move` is called before that runs. Before the first
    try of a candidate `reuse` is asked for a result of the same work, and what came of a task is kept there.

    The class of a failure decides (hgtui.core.states.Failure). What passes is tried again after a wait: the one that
    the endpoint names (a model that loads, a quota), else a longer one each time. A wait of more than
    `hgtui.execution.course.LONG_WAIT_S` is put off until what may stand in was tried. What does not pass, and what did
    not, goes to the next that may stand in; what only a person can mend (credits, access, a bad input, a refusal) ends
    the task: nothing stands in for it.
    """

    def __init__(
        self,
        run: str,
        endpoints: Mapping[str, Endpoint],
        resolver: Callable[[], Resolver],
        artifacts: ArtifactStore,
        emit: Emit,
        *,
        seconds: float = TASK_SECONDS,
        tries: int = TRIES,
        sleep: Sleep = asyncio.sleep,
        note: Note | None = None,
        stand_ins: StandIns = lambda _: (),
        move: Move | None = None,
        reuse: Reusing | None = None,
    ) -> None:
        self._run, self._endpoints, self._resolver = run, endpoints, resolver
        self._artifacts, self._emit = artifacts, emit
        self._seconds, self._tries, self._sleep = seconds, tries, sleep
        self._note, self._stand_ins, self._move, self._reuse = note, stand_ins, move, reuse

    def place(self, assignment: Assignment) -> tuple[str, int]:
        """Return the endpoint of an assignment and how many calls it takes at once."""
        name = assignment.candidate.partition(":")[0]
        endpoint = self._endpoints.get(name)
        return name, endpoint.limit if endpoint else 1

    async def __call__(self, task: Task, assignment: Assignment, results: Results) -> ev.TaskDone:
        """Run a task with all its tries and what may stand in. Raises GaveUp where the last of them failed."""
        begun = time.monotonic()
        course = Course(assignment, partial(self._stand_ins, task.uid), self._tries)
        while True:
            leg = course.leg
            try:
                return await self._leg(task, course, results)
            except CallError as error:
                following = course.on(error)
                if following is None:
                    event = failed(task.uid, error, course.tries, time.monotonic() - begun, course.told())
                    raise GaveUp(event) from error
                await self._go_over(task, leg, following, error)

    async def _leg(self, task: Task, course: Course, results: Results) -> ev.TaskDone:
        """Run a task on the candidate at hand, with as many tries as make sense. Raises CallError."""
        leg = course.leg
        known = await self._known(task, leg, results)
        if isinstance(known, ev.TaskDone):
            return known
        async for attempt in self._attempts(task, course):
            with attempt:
                try:
                    return await self._try(task, leg, results, None if leg.errors else known)
                except CallError as error:
                    course.failed(error)
                    raise
        raise AssertionError("tenacity ends with a result or an error")

    async def _known(self, task: Task, leg: Leg, results: Results) -> ev.TaskDone | Inputs | None:
        """Return the kept result of the same work, else what goes into it, else None: the first try will say why."""
        if self._reuse is None or leg.errors or not self._reuse.looks(task.uid):
            return None
        try:
            inputs = await self._resolver().inputs(task, results, fetch=False)
        except CallError:
            return None
        return await self._reuse.find(task, leg.assignment, inputs) or inputs

    async def _go_over(self, task: Task, old: Leg, new: Leg, error: CallError) -> None:
        """Say that another candidate takes over, get a place for it, wait until it may be tried."""
        self._emit(
            ev.TaskSubstituted(
                uid=task.uid,
                candidate=new.assignment.candidate,
                in_place_of=old.assignment.candidate,
                failure=error.failure,
                message=short(error),
                cause=cause(error, short(error)),
            )
        )
        if self._move is not None:
            await self._move(task.uid, new.assignment)
        left = new.ready - time.monotonic()
        if new.errors and left > 0:
            self._tell(task, new.tries, new.errors[-1], left)
            await self._sleep(left)

    def _attempts(self, task: Task, course: Course) -> AsyncRetrying:
        grow = wait_exponential(multiplier=WAIT_FIRST_S, max=WAIT_MOST_S) + wait_random(0, WAIT_FIRST_S)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            named = named_wait(error) if isinstance(error, CallError) else None
            return grow(state) if named is None else named

        def tell(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, CallError):
                self._tell(task, course.leg.tries, error, state.upcoming_sleep)

        return AsyncRetrying(
            retry=retry_if_exception(course.again),
            wait=wait,
            before_sleep=tell,
            sleep=self._sleep,
            reraise=True,
        )

    def _tell(self, task: Task, tries: int, error: CallError, wait_s: float) -> None:
        self._emit(
            ev.TaskRetrying(
                uid=task.uid,
                attempt=tries,
                failure=error.failure,
                message=short(error),
                wait_s=round(wait_s, 2),
                cause=cause(error, short(error)),
            )
        )

    async def _try(self, task: Task, leg: Leg, results: Results, inputs: Inputs | None) -> ev.TaskDone:
        """Try a task once; `inputs` are those that are looked up already."""
        assignment, attempt = leg.assignment, leg.tries + 1
        self._emit(ev.TaskStarted(uid=task.uid, attempt=attempt, candidate=assignment.candidate))
        begun = time.monotonic()
        endpoint = self._endpoint(assignment)
        if inputs is None:
            inputs = await self._resolver().inputs(task, results)
            # What had to be fetched first may be what was worked on before.
            if self._reuse and attempt == 1 and (done := await self._reuse.find(task, assignment, inputs)):
                return done
        done = await self._done(endpoint, Call(run=self._run, task=task, assignment=assignment, inputs=inputs))
        done = done.model_copy(update={"seconds": time.monotonic() - begun, "attempt": attempt})
        if self._reuse is not None:
            self._reuse.keep(task, assignment, inputs, done)
        return done

    async def _done(self, endpoint: Endpoint, call: Call) -> ev.TaskDone:
        work = work_folder()
        try:
            produced = await self._noted(call.task, endpoint, call, work)
            kept = await keep(self._artifacts, produced, work)
        finally:
            await removed(work)
        if not kept:
            raise CallError(Failure.EMPTY, f"{call.assignment.candidate} gave no result.")
        return ev.TaskDone(
            uid=call.task.uid,
            results=kept,
            candidate=call.assignment.candidate,
            note=clean(next((one.note for one in produced if one.note), ""), NOTE),
            memory_mb=max((one.memory_mb for one in produced if one.memory_mb), default=None),
        )

    async def _noted(self, task: Task, endpoint: Endpoint, call: Call, work: Path) -> tuple[Produced, ...]:
        """Run a call; what it asked of the controller is noted, also where it failed."""
        calls: list[CallMade | None] = []
        try:
            produced = await self._within(endpoint, call, work)
            calls = [one.call for one in produced]
        except CallError as error:
            calls = [error.call]
            raise
        finally:
            for made in calls:
                if made is not None and self._note is not None:
                    await self._note(task.uid, made)
        return produced

    def _endpoint(self, assignment: Assignment) -> Endpoint:
        try:
            name = CandidateName.parse(assignment.candidate).endpoint
        except ValueError as error:
            raise CallError(Failure.NO_MODEL, f"{one_line(str(error), 200)}.") from None
        if name not in self._endpoints:
            raise CallError(Failure.NO_MODEL, f"There is no endpoint {one_line(name, 40)} here.")
        return self._endpoints[name]

    async def _within(self, endpoint: Endpoint, call: Call, work: Path) -> tuple[Produced, ...]:
        def tell(fraction: float | None, note: str) -> None:
            self._emit(ev.Progress(uid=call.task.uid, fraction=fraction, note=one_line(note, 200)))

        try:
            async with asyncio.timeout(self._seconds) as scope:
                return await endpoint.run(call, work, tell)
        except TimeoutError as error:
            if scope.expired():
                raise CallError(Failure.TIMEOUT, f"It was not done within {self._seconds:g} seconds.") from None
            raise CallError(Failure.TIMEOUT, f"{endpoint.name} did not answer in time.") from error
