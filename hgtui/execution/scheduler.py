"""The scheduler: a live object that starts each task as soon as what it reads is there. It waits on events, never on time."""

import asyncio
from collections.abc import Iterable, Mapping

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Uid
from hgtui.core.ports import Results
from hgtui.core.resource import Resource
from hgtui.core.states import HAS_RESULT, UNDER_WAY, TaskState
from hgtui.execution.flow import Flow
from hgtui.execution.rules import BROKEN, OVER, below, lacking, runner, sense

S = TaskState
_STARTED = UNDER_WAY - {S.ASKING} | HAS_RESULT
_HAS_READ = _STARTED | {S.FAILED}


class SchedulerError(ValueError):
    """What was asked of the scheduler does not fit the state of the task; the message is a sentence."""


def _unheard(_: ev.Event) -> None:
    """Take an event of which nobody shall hear."""


class Scheduler(Flow):
    """Runs the tasks of a plan, as the conductor asks. Only what has not started can be changed."""

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
        if state in OVER:
            raise SchedulerError(f"Task {self._tasks[uid].id} is {state}: there is nothing to stop.")
        self._settle(uid, S.CANCELLED, ev.TaskCancelled(uid=uid))
        self._stop(uid)

    def cancel_all(self) -> None:
        """Stop everything that runs and everything that has not started."""
        for uid in [uid for uid in self._tasks if self._states.get(uid, S.WAITING) not in OVER]:
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
        if state not in OVER or state in HAS_RESULT:
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
        if state not in OVER:
            raise SchedulerError(f"Task {self._tasks[uid].id} is {state}: only one that is over is run again.")
        self._not_left_out(uid)
        return (uid, *below([uid], self._dependants, {uid, *spare}))

    def supply(self, uid: Uid, results: tuple[Resource, ...], spare: Iterable[Uid] = ()) -> None:
        """Take a result that a person gives, in place of the task's own.

        What has read the one of before runs again, and everything below that but `spare` and what is only behind those.
        """
        self._put(uid, ev.TaskDone(uid=uid, results=results, supplied=True), spare)

    def put(self, done: ev.TaskDone, assignment: Assignment, spare: Iterable[Uid] = ()) -> None:
        """Take what another candidate gave on the same input in place of a task's own result, as `supply` does."""
        self._state(done.uid)
        self._assignments = {**self._assignments, done.uid: assignment}
        self._put(done.uid, done, spare)

    def _put(self, uid: Uid, done: ev.TaskDone, spare: Iterable[Uid]) -> None:
        again = self.readers(uid, spare)
        self.results[uid] = done.results
        self._set(uid, S.DONE)
        self._emit(done)
        self._stop(uid)
        for one in again:
            self.results.pop(one, None)
            self._stop(one)
        self._revive(again, self._plan.below(uid))

    def readers(self, uid: Uid, spare: Iterable[Uid] = ()) -> tuple[Uid, ...]:
        """Return what `supply` would run again. Raises SchedulerError for a task that the plan does not have."""
        self._state(uid)
        behind = below([uid], self._dependants, {uid, *spare})
        return tuple(one for one in behind if self._states[one] in _HAS_READ)

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
    def under_way(self) -> tuple[Uid, ...]:
        """The tasks that run, or wait for nothing but a free place."""
        return tuple(uid for uid, state in self._states.items() if state in {S.RUNNING, S.READY})

    @property
    def asking(self) -> tuple[Uid, ...]:
        """The tasks that wait for a person to let them start."""
        return tuple(uid for uid, state in self._states.items() if state is S.ASKING)

    # Whether it can be asked

    def _state(self, uid: Uid) -> TaskState:
        if uid not in self._tasks:
            raise SchedulerError(f"The plan has no task {uid[:40]}.")
        return self._states.get(uid, S.WAITING)

    def _not_blocked(self, uid: Uid) -> None:
        if self._states.get(uid) is S.BLOCKED:
            by = ", ".join(str(self._tasks[dep].id) for dep in lacking(self._tasks[uid], self._states))
            raise SchedulerError(f"Task {self._tasks[uid].id} is blocked by {by}: run that again.")

    def _not_left_out(self, uid: Uid) -> None:
        if self._tasks[uid].skip:
            raise SchedulerError(f"Task {self._tasks[uid].id} is skipped in the plan: take it in first.")
