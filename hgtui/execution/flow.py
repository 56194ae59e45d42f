"""How tasks go on by themselves: each starts as soon as what it reads is there, and what follows from how one ends."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import Any, Literal, NamedTuple

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.ports import Results
from hgtui.core.resource import Resource
from hgtui.core.states import Failure, TaskState
from hgtui.execution.ending import ending, state_of
from hgtui.execution.places import Places
from hgtui.execution.rules import OVER, lacking

Perform = Callable[[Task, Assignment, Results], Coroutine[Any, Any, ev.TaskDone]]
"""Runs one task with all its tries and returns how it was done. Raises CallError where it failed for good."""

Emit = Callable[[ev.Event], None]
Place = Callable[[Assignment], tuple[str, int]]
"""Gives for an assignment the name of the place where it runs and how many run there at once."""

S = TaskState


class Hold(NamedTuple):
    """Why a task must wait for a person, in words, empty for its policy alone; `cause` as in events.TaskAsking.

    A `firm` one is not lifted by letting the task start.
    """

    why: str = ""
    cause: Literal["", "rule", "breakpoint"] = ""
    firm: bool = False


def by_policy(task: Task) -> Hold | None:
    """Say that a task asks where its own policy says so."""
    return Hold() if task.policy == "ask" else None


class Flow:
    """The tasks of a plan, where each stands, and what runs. What a person wants of them is asked of the Scheduler.

    `perform` does the work, `emit` takes each event as it happens, `place` says where the limits are. `check` is asked
    right before a task starts and says in words why it must not (an empty text: it may): the grant is checked there.
    `hold` is asked then too and says whether a person must let it start first.
    """

    def __init__(
        self,
        perform: Perform,
        emit: Emit,
        place: Place,
        check: Callable[[Task, Assignment], str],
        hold: Callable[[Task], Hold | None] = by_policy,
    ) -> None:
        self._perform, self._emit, self._place, self._check, self._hold = perform, emit, place, check, hold
        self._plan = Plan()
        self._tasks: dict[Uid, Task] = {}
        self._assignments: Mapping[Uid, Assignment] = {}
        self._states: dict[Uid, TaskState] = {}
        self._left: dict[Uid, int] = {}
        self._dependants: dict[Uid, tuple[Uid, ...]] = {}
        self._allowed: set[Uid] = set()
        self._doubts: Mapping[Uid, str] = {}
        self._places = Places()
        self._running: dict[Uid, asyncio.Task[ev.TaskDone]] = {}
        self._seats: dict[asyncio.Task[Any], str] = {}
        self._moving: dict[Uid, asyncio.Future[None]] = {}
        self._gone: set[Uid] = set()
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.results: dict[Uid, tuple[Resource, ...]] = {}

    def _take(self, plan: Plan, assignments: Mapping[Uid, Assignment]) -> None:
        self._plan, self._assignments = plan, assignments
        self._tasks = {task.uid: task for task in plan}
        self._dependants = plan.dependants()
        for uid in self._tasks:
            self._states.setdefault(uid, S.WAITING)
        self._left = {uid: self._open(task) for uid, task in self._tasks.items()}

    def _open(self, task: Task) -> int:
        """Count the dependencies that are not over yet."""
        return sum(dep in self._tasks and self._states.get(dep, S.WAITING) not in OVER for dep in task.deps)

    def _set(self, uid: Uid, state: TaskState) -> None:
        if state is not S.READY:
            self._forget(uid)
        self._states[uid] = state

    def _forget(self, uid: Uid) -> None:
        self._moving.pop(uid, None)
        self._places.forget(uid)

    def _revive(self, again: Iterable[Uid], behind: Iterable[Uid]) -> None:
        """Let the tasks of `again` wait once more, and those of `behind` that were blocked; then go on."""
        self._reset([*again, *(uid for uid in behind if self._states[uid] is S.BLOCKED)])
        self._left = {uid: self._open(task) for uid, task in self._tasks.items()}
        self._reset(uid for uid, left in self._left.items() if left and self._states[uid] in {S.READY, S.ASKING})
        self._advance(self._tasks)

    def _reset(self, uids: Iterable[Uid]) -> None:
        for uid in dict.fromkeys(uids):
            self._set(uid, S.WAITING)
            self._emit(ev.TaskReset(uid=uid))

    def _let_go(self, uid: Uid) -> None:
        """Let a task that asks go on where nothing holds it any more."""
        task = self._tasks[uid]
        if task.skip or lacking(task, self._states) or self._held(task) is None:
            self._set(uid, S.WAITING)
            self._advance([uid])

    def _advance(self, uids: Iterable[Uid]) -> None:
        """Start, block or skip each of these tasks, and what follows from that."""
        ahead = deque(uids)
        while ahead:
            uid = ahead.popleft()
            if self._states[uid] is not S.WAITING or self._left[uid] > 0:
                continue
            task = self._tasks[uid]
            if task.skip:
                self._set(uid, S.SKIPPED)
                self._emit(ev.TaskSkipped(uid=uid))
            elif by := lacking(task, self._states):
                self._set(uid, S.BLOCKED)
                self._emit(ev.TaskBlocked(uid=uid, by=by))
            elif (held := self._held(task)) is not None:
                self._set(uid, S.ASKING)
                self._emit(ev.TaskAsking(uid=uid, why=held.why, cause=held.cause))
                continue
            elif self._launch(task):
                continue
            ahead.extend(self._release(uid))
        self._look_idle()

    def _release(self, uid: Uid) -> Iterable[Uid]:
        for follower in self._dependants[uid]:
            self._left[follower] -= 1
            if self._left[follower] == 0:
                yield follower

    def _held(self, task: Task) -> Hold | None:
        """Say why a task must wait for a person; None where it need not."""
        assignment = self._assignments.get(task.uid)
        if assignment is not None and (why := self._check(task, assignment)):
            return Hold(why)
        held = self._hold(task)
        if held is not None and held.firm:
            return held
        if task.uid in self._allowed:
            return None
        return Hold(self._doubts[task.uid]) if task.uid in self._doubts else held

    def _launch(self, task: Task) -> bool:
        """Start a task or queue it; False where it failed on the spot."""
        assignment = self._assignments.get(task.uid)
        if assignment is None:
            self._set(task.uid, S.FAILED)
            message = "No model was chosen for it."
            self._emit(ev.TaskFailed(uid=task.uid, failure=Failure.NO_MODEL, message=message))
            return False
        place, limit = self._place(assignment)
        if not self._places.enter(task.uid, place, limit):
            self._set(task.uid, S.READY)
            self._emit(ev.TaskQueued(uid=task.uid))
            self._idle.clear()
            return True
        self._set(task.uid, S.RUNNING)
        self._busy += 1
        self._idle.clear()
        work = asyncio.create_task(self._perform(task, assignment, self.results), name=f"task {task.id}")
        self._running[task.uid] = work
        self._seats[work] = place
        # A callback, for a task that is cancelled before its first step never enters its own code.
        work.add_done_callback(partial(self._ended, task.uid))
        return True

    def _ended(self, uid: Uid, work: "asyncio.Task[ev.TaskDone]") -> None:
        event = ending(uid, work)
        current = self._running.get(uid) is work  # else it was run again while this try was winding down
        if current:
            del self._running[uid]
        self._busy -= 1
        place = self._seats.pop(work, None)
        if place is not None:
            self._leave(place)  # first, so that what follows from this task does not overtake what waits longer
        if current and self._states.get(uid) is S.RUNNING:  # else it was stopped, skipped or supplied meanwhile
            if isinstance(event, ev.TaskDone):
                self.results[uid] = event.results
            self._settle(uid, state_of(event), event)
        self._look_idle()

    def _settle(self, uid: Uid, state: TaskState, event: ev.Event) -> None:
        self._set(uid, state)
        self._emit(event)
        self._advance(list(self._release(uid)))

    def _leave(self, place: str) -> None:
        """Give a place back to whoever waits for it longest."""
        self._places.leave(place)
        while uid := self._places.first(place):
            if (turn := self._moving.get(uid)) is not None:
                self._forget(uid)
                self._places.enter(uid, place, 1)
                self._seats[self._running[uid]] = place
                if not turn.done():
                    turn.set_result(None)
                continue
            self._set(uid, S.WAITING)
            self._advance([uid])

    def _stop(self, uid: Uid) -> None:
        work = self._running.get(uid)
        if work is not None and not work.cancelling():  # a second cancel would break off its tidying up
            work.cancel()
        self._look_idle()

    def _look_idle(self) -> None:
        if self._busy == 0 and not self._places.waited_for:
            self._idle.set()
