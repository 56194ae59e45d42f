"""The scheduler: a live object that starts each task as soon as what it reads is there. It waits on events, never on time."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import Any

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.ports import Results
from hgtui.core.resource import Resource
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Failure, TaskState
from hgtui.execution.ending import ending, state_of
from hgtui.execution.places import Places
from hgtui.execution.rules import BROKEN, below, lacking, runner, sense

Perform = Callable[[Task, Assignment, Results], Coroutine[Any, Any, ev.TaskDone]]
"""Runs one task with all its tries and returns how it was done. Raises CallError where it failed for good."""

Emit = Callable[[ev.Event], None]
Place = Callable[[Assignment], tuple[str, int]]
"""Gives for an assignment the name of the place where it runs and how many run there at once."""

S = TaskState
_OVER = frozenset({S.DONE, S.REUSED, S.SKIPPED, *BROKEN})
_STARTED = UNDER_WAY - {S.ASKING} | HAS_RESULT


class SchedulerError(ValueError):
    """What was asked of the scheduler does not fit the state of the task; the message is a sentence."""


def _unheard(_: ev.Event) -> None:
    """Take an event of which nobody shall hear."""


class Scheduler:
    """Runs the tasks of a plan. Only what has not started can be changed.

    `perform` does the work, `emit` takes each event as it happens, `place` says where the limits are. `check` is asked
    right before a task starts and says in words why it must not (an empty text: it may): the grant is checked there.
    """

    def __init__(self, perform: Perform, emit: Emit, place: Place, check: Callable[[Task, Assignment], str]) -> None:
        self._perform, self._emit, self._place, self._check = perform, emit, place, check
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

    # What the conductor asks for

    def start(
        self,
        plan: Plan,
        assignments: Mapping[Uid, Assignment],
        results: Results | None = None,
        over: Mapping[Uid, TaskState] | None = None,
        doubts: Mapping[Uid, str] | None = None,
    ) -> None:
        """Start on a plan without errors. `results` of earlier tries are kept: their tasks do not run.

        `over` are tasks that ended without a result and stay so; those in `doubts` ask before they start, and why.
        """
        self.results = dict(results or {})
        self._states = dict.fromkeys(self.results, S.DONE) | dict(over or {})
        self._doubts = doubts or {}
        self._take(plan, assignments)
        self._advance(self._tasks)

    def amend(self, plan: Plan, assignments: Mapping[Uid, Assignment]) -> None:
        """Go on with a changed plan. SchedulerError, and nothing changes, where a task that has started differs."""
        self.amendable(plan, assignments)
        old = {uid: sense(task, self._assignments) for uid, task in self._tasks.items()}
        for uid in [uid for uid in old if plan.get(uid) is None]:
            self._set(uid, S.CANCELLED)
            del self._states[uid]
            self._gone.add(uid)
        self._take(plan, assignments)
        changed = [uid for uid, task in self._tasks.items() if uid in old and sense(task, assignments) != old[uid]]
        back = [uid for uid in self._tasks if uid in self._gone]
        self._gone.difference_update(back)
        again = [uid for uid in changed if self._states[uid] in {*BROKEN, S.SKIPPED, S.READY}]
        self._revive([*back, *again], below(again, self._dependants))
        self.recheck()

    def amendable(self, plan: Plan, assignments: Mapping[Uid, Assignment] | None = None) -> None:
        """Raise SchedulerError where a plan, or its assignments, would change a task that has started."""
        for uid, task in self._tasks.items():
            if self._states.get(uid) not in _STARTED:
                continue
            new = plan.get(uid)
            same = new is not None and (new.task, new.args, new.skip) == (task.task, task.args, task.skip)
            if same and assignments is not None:
                same = runner(uid, assignments) == runner(uid, self._assignments)
            if not same:
                raise SchedulerError(f"Task {task.id} has started and cannot be changed any more.")

    def recheck(self) -> None:
        """Look again at what was held because it had not been approved."""
        for uid in self.asking:
            self._let_go(uid)

    def allow(self, uids: Iterable[Uid]) -> None:
        """Let tasks with the policy "ask" start, now or when their turn comes."""
        for uid in uids:
            self._allowed.add(uid)
            if self._states.get(uid) is S.ASKING:
                self._let_go(uid)

    def cancel(self, uid: Uid) -> None:
        """Stop a task, or keep it from starting."""
        state = self._state(uid)
        if state in _OVER:
            raise SchedulerError(f"Task {self._tasks[uid].id} is {state}: there is nothing to stop.")
        self._settle(uid, S.CANCELLED, ev.TaskCancelled(uid=uid))
        self._stop(uid)

    def cancel_all(self) -> None:
        """Stop everything that runs and everything that has not started."""
        for uid in [uid for uid in self._tasks if self._states.get(uid, S.WAITING) not in _OVER]:
            self._set(uid, S.CANCELLED)
            self._emit(ev.TaskCancelled(uid=uid))
        for uid in list(self._running):
            self._stop(uid)
        self._look_idle()

    def leave(self) -> None:
        """Stop everything that runs and say nothing of it: who goes on with the run finds it where it stands."""
        self._emit = _unheard
        self.cancel_all()

    def retry(self, uid: Uid) -> None:
        """Run a task again that failed, was stopped or skipped, and then what it blocked."""
        state = self._state(uid)
        self._not_blocked(uid)
        if state not in _OVER or state in HAS_RESULT:
            raise SchedulerError(f"Task {self._tasks[uid].id} is {state}: only one that ended in nothing is run again.")
        self._not_left_out(uid)
        self._revive([uid], self._plan.below(uid))

    def rerun(self, uid: Uid, spare: Iterable[Uid] = ()) -> None:
        """Run a task that is over again, and everything below it but `spare` and what is only behind those.

        What runs there is stopped, and the results there are taken away: nothing reads what holds no longer.
        """
        again = self.rerunnable(uid, spare)
        for one in again:
            self.results.pop(one, None)
            self._stop(one)
        self._allowed.add(uid)
        self._revive([one for one in again if self._states[one] is not S.WAITING], [])

    def rerunnable(self, uid: Uid, spare: Iterable[Uid] = ()) -> tuple[Uid, ...]:
        """Return what `rerun` would run, the task itself first. Raises SchedulerError where it would not."""
        state = self._state(uid)
        self._not_blocked(uid)
        if state not in _OVER:
            raise SchedulerError(f"Task {self._tasks[uid].id} is {state}: only one that is over is run again.")
        self._not_left_out(uid)
        return (uid, *below([uid], self._dependants, {uid, *spare}))

    def supply(self, uid: Uid, results: tuple[Resource, ...]) -> None:
        """Take a result that a person gives, in place of the task's own; what has not started reads it."""
        state = self._state(uid)
        started = [self._tasks[one].id for one in self._dependants[uid] if self._states[one] in _STARTED]
        if state in HAS_RESULT and started:
            raise SchedulerError(f"Task {started[0]} has read the result already: run it again from there.")
        self.results[uid] = results
        self._set(uid, S.DONE)
        self._emit(ev.TaskDone(uid=uid, results=results, supplied=True))
        self._stop(uid)
        self._revive([], self._plan.below(uid))

    def skip(self, uid: Uid) -> None:
        """Go on without a task: what can do without its result runs, the rest is blocked."""
        state = self._state(uid)
        if state in HAS_RESULT or state is S.SKIPPED:
            raise SchedulerError(f"Task {self._tasks[uid].id} is {state}: there is nothing to skip.")
        self._set(uid, S.SKIPPED)
        self._emit(ev.TaskSkipped(uid=uid))
        self._stop(uid)
        self._revive([], self._plan.below(uid))

    async def move(self, uid: Uid, assignment: Assignment) -> None:
        """Wait for a place where another candidate runs; the one that the task has is given back first.

        For the work of a task itself, which goes on under that candidate. Nothing is waited for at the same place.
        """
        work = asyncio.current_task()
        place, limit = self._place(assignment)
        if work is None or self._running.get(uid) is not work or self._seats[work] == place:
            return
        self._leave(self._seats.pop(work))
        if self._places.enter(uid, place, limit):
            self._seats[work] = place
            return
        self._emit(ev.TaskQueued(uid=uid))
        turn = self._moving[uid] = asyncio.get_running_loop().create_future()
        try:
            await turn
        finally:
            if self._moving.get(uid) is turn:  # cancelled while it waited
                self._forget(uid)

    async def idle(self) -> None:
        """Wait until nothing runs and nothing more can start by itself."""
        while self.busy:  # something may start between the event and its waiter
            await self._idle.wait()

    @property
    def busy(self) -> bool:
        """Whether a task runs or waits for a free place."""
        return not self._idle.is_set()

    @property
    def asking(self) -> tuple[Uid, ...]:
        """The tasks that wait for a person to let them start."""
        return tuple(uid for uid, state in self._states.items() if state is S.ASKING)

    # How it goes on

    def _state(self, uid: Uid) -> TaskState:
        if uid not in self._tasks:
            raise SchedulerError(f"The plan has no task {uid[:40]}.")
        return self._states.get(uid, S.WAITING)

    def _not_blocked(self, uid: Uid) -> None:
        if self._states.get(uid) is S.BLOCKED:
            by = ", ".join(f"#{self._tasks[dep].id}" for dep in lacking(self._tasks[uid], self._states))
            raise SchedulerError(f"Task {self._tasks[uid].id} is blocked by {by}: run that again.")

    def _not_left_out(self, uid: Uid) -> None:
        if self._tasks[uid].skip:
            raise SchedulerError(f"Task {self._tasks[uid].id} is skipped in the plan: take it in first.")

    def _take(self, plan: Plan, assignments: Mapping[Uid, Assignment]) -> None:
        self._plan, self._assignments = plan, assignments
        self._tasks = {task.uid: task for task in plan}
        self._dependants = plan.dependants()
        for uid in self._tasks:
            self._states.setdefault(uid, S.WAITING)
        self._left = {uid: self._open(task) for uid, task in self._tasks.items()}

    def _open(self, task: Task) -> int:
        """Count the dependencies that are not over yet."""
        return sum(dep in self._tasks and self._states.get(dep, S.WAITING) not in _OVER for dep in task.deps)

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
            elif (why := self._held(task)) is not None:
                self._set(uid, S.ASKING)
                self._emit(ev.TaskAsking(uid=uid, why=why))
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

    def _held(self, task: Task) -> str | None:
        """Say why a task must wait for a person, an empty text for its policy alone; None where it need not."""
        assignment = self._assignments.get(task.uid)
        if assignment is not None and (why := self._check(task, assignment)):
            return why
        if task.uid in self._allowed:
            return None
        return self._doubts.get(task.uid, "" if task.policy == "ask" else None)

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
