"""A place in a recorded run: what happened right before it and after it, and how the run stands there."""

from dataclasses import dataclass, field

from hgtui.core import events as ev
from hgtui.core.edit import Patch
from hgtui.core.edits import SetPolicy, touched
from hgtui.core.plan import Uid
from hgtui.core.run import Run
from hgtui.core.states import EXITS, UNDER_WAY, Gate, Outcome, Stage, TaskState
from hgtui.core.trials import TOO_LATE, undecided

STOPPED = "The revision was stopped."
"""What is told of a revision that a person stopped."""


@dataclass
class Passage:
    """Who reads a record goes from entry to entry: `at` is the place, `run` is folded up to it.

    `setup` is what the process worked under that wrote the entries, `asking` are the tasks that have asked.
    """

    entries: list[ev.Entry]
    setup: ev.Setup
    run: Run = field(default_factory=Run)
    at: int = 0
    asking: set[Uid] = field(default_factory=set)
    won: Uid | None = None
    """The task whose what-if was decided last."""
    changed: bool = False
    """Whether the last thing was a change of the plan, which resets tasks by itself."""

    def following(self) -> ev.Event | None:
        """Return the event behind this one, None for the last."""
        return self.entries[self.at + 1].event if self.at + 1 < len(self.entries) else None

    def back(self, *kinds: type) -> int:
        """Return how many events right before this one came of the same command: those of these kinds."""
        count = 0
        while self.at - count and isinstance(self.entries[self.at - count - 1].event, kinds):
            count += 1
        return count

    def remember(self, event: ev.Event) -> None:
        """Note what later events are read by. Call it before the run is folded."""
        if isinstance(event, ev.TaskAsking):
            self.asking.add(event.uid)
        elif isinstance(event, ev.Approved | ev.ApprovalCarried):
            self.asking.clear()
        if isinstance(event, ev.WhatIfVoted | ev.TaskStarted):
            self.won = event.uid if isinstance(event, ev.WhatIfVoted) else None
        elif isinstance(event, ev.EditUndone | ev.EditRedone):
            self.won = self._put_back(self.run.undos if isinstance(event, ev.EditUndone) else self.run.redos)
        if not isinstance(event, ev.TaskReset):
            self.changed = isinstance(event, ev.ApprovalCarried | ev.StageEntered) or (
                isinstance(event, ev.GateOpened) and event.gate is not Gate.TASK
            )

    def _put_back(self, steps: list[Patch]) -> Uid | None:
        """Return the task whose earlier or later result comes back with the last step, which chose the winner of a what-if."""
        uids = touched(steps[-1]) if steps else ()
        trial = self.run.trials.get(uids[0]) if len(uids) == 1 else None
        return uids[0] if trial is not None and trial.before is not None else None

    def under_way(self, uid: Uid) -> bool:
        """Whether a task or something below it runs, which what is done to the task then stops."""
        plan = self.run.draft.plan
        return plan.get(uid) is not None and any(self.run.state(one) in UNDER_WAY for one in (uid, *plan.below(uid)))

    def stop_place(self) -> int | None:
        """Return where the whole run was stopped: before what is told of that alone."""
        last = self.entries[-1].event if self.entries else None
        if not isinstance(last, ev.RunEnded) or last.outcome is not Outcome.INTERRUPTED:
            return None
        place = len(self.entries) - 1
        while place and self._of_the_end(self.entries[place - 1].event):
            place -= 1
        return place

    @staticmethod
    def _of_the_end(event: ev.Event) -> bool:
        response = isinstance(event, ev.StageEntered) and event.stage is Stage.RESPONSE
        return (
            response
            or isinstance(event, ev.Answered | ev.TaskCancelled)
            or (isinstance(event, ev.WhatIfTried) and event.tried.broken_off)
            or (isinstance(event, ev.RevisionClosed) and event.message == STOPPED)
        )

    def exit_status(self) -> int | None:
        """Return the exit status of a run that was stopped, None for the usual one."""
        last = self.entries[-1].event
        usual = EXITS[Outcome.INTERRUPTED]
        return last.exit if isinstance(last, ev.RunEnded) and last.exit != usual else None

    def begins(self) -> bool:
        """Whether no gate has opened yet: what a person wants of a plan that ran before came with it."""
        return self.run.gate is None and self.run.grant is None

    def lifts(self, at: int) -> bool:
        """Whether what happened there is an edit that came with an approval: a task asks by its own policy no more."""
        if not 0 < at < len(self.entries) - 1:
            return False
        rule, after = self.entries[at - 1].event, self.entries[at + 1].event
        lifts = lifted(self.entries[at].event) is not None
        return lifts and isinstance(rule, ev.RuleAdded) and isinstance(after, ev.Approved)

    def refused_supply(self, path: str) -> bool:
        """Whether a file was looked at that a person gave as a result, and that could not be one."""
        if self.run.stage is not Stage.EXECUTION or path in self.run.files:
            return False
        after, back = self.following(), self.back(ev.FileSeen)
        before = self.entries[self.at - back - 1].event if self.at > back else None
        supplied = isinstance(after, ev.TaskDone) and after.supplied
        return not supplied and not isinstance(
            before, ev.PlanEdited | ev.RevisionClosed | ev.ChangeDecided | ev.PlanBroughtBack
        )

    def gave_up(self) -> bool:
        """Whether a person who could have mended what failed let the answer be written."""
        if not self.setup.attended or self.run.gate is None or self.run.gate.gate is not Gate.TASK:
            return False
        states = {self.run.state(task.uid) for task in self.run.draft.plan}
        left = undecided(self.run.trials, self.run.draft.plan)
        return bool(states & {TaskState.FAILED, TaskState.CANCELLED, TaskState.ASKING} or left)

    def too_late(self) -> int:
        """Return how many events right before this one tell of what-ifs that who let the answer be written stopped."""
        count = 0
        while isinstance(event := self.entries[self.at - count - 1].event, ev.WhatIfTried | ev.TaskCancelled):
            if isinstance(event, ev.WhatIfTried) and event.tried.message != TOO_LATE:
                break
            count += 1
        stopped = isinstance(self.entries[self.at - 1].event, ev.WhatIfTried)
        return count if stopped else 0

    def finished(self) -> bool:
        """Whether what is stopped here is only what asked when the person gave it up."""
        rest = (entry.event for entry in self.entries[self.at :])
        after = next((one for one in rest if not isinstance(one, ev.TaskCancelled | ev.WhatIfTried)), None)
        response = isinstance(after, ev.StageEntered) and after.stage is Stage.RESPONSE
        return (
            response and self.setup.attended and self.run.state(_uid(self.entries[self.at].event)) is TaskState.ASKING
        )


def lifted(event: ev.Event) -> Uid | None:
    """Return the task whose own policy an event takes away, None where it does not."""
    return event.edit.uid if isinstance(event, ev.PlanEdited) and isinstance(event.edit, SetPolicy) else None


def _uid(event: ev.Event) -> Uid:
    return str(getattr(event, "uid", ""))
