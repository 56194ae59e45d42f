"""What a run has spent on calls whose price is known, held to what was granted."""

from collections.abc import Callable, Collection, Iterable

from hgtui.core import events as ev
from hgtui.core.leaving import usd
from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.ruling import price
from hgtui.core.run import Run
from hgtui.core.stand_ins import known_as
from hgtui.core.states import TaskState
from hgtui.core.widening import LEAST


class Ledger:
    """The known spending of a run, in US dollars: what is done, and what is under way.

    `under_way` gives the tasks whose call is made now. What a person lets start is paid beside what was granted: they were
    told, or asked for it.
    """

    def __init__(self, run: Run, under_way: Callable[[], Collection[Uid]]) -> None:
        self._run, self._under_way = run, under_way
        self._let: set[Uid] = set()
        self._done = sum(
            self._price(task, status.candidate)
            for task in run.draft.plan
            if (status := run.status(task.uid)).state is TaskState.DONE and not status.supplied
        )

    def let(self, uids: Iterable[Uid]) -> None:
        """Let tasks start whatever is spent then."""
        self._let.update(uids)

    def note(self, event: ev.TaskDone) -> None:
        """Count a task that is done, where it made a call of which no person was told beside the approval."""
        task = self._run.draft.plan.get(event.uid)
        beside = event.uid in self._let
        self._let.discard(event.uid)
        if task is not None and not (beside or event.reused or event.supplied):
            self._done += self._price(task, event.candidate)

    def over(self, task: Task) -> str:
        """Say in a few words that a task would carry the spending over what was granted; an empty text where it would not."""
        grant, own = self._run.grant, self._price(task)
        if grant is None or not own or task.uid in self._let:
            return ""
        plan = self._run.draft.plan
        beside = (plan.get(uid) for uid in self._under_way() if uid != task.uid and uid not in self._let)
        would = self._done + own + sum(self._price(one) for one in beside if one is not None)
        if would <= (grant.usd or 0.0) + LEAST:
            return ""
        return f"it would carry what the run has spent to {usd(would)}, and {usd(grant.usd or 0.0)} was approved"

    def _price(self, task: Task, candidate: str = "") -> float:
        """Return the known price of a call for a task, by the candidate that is named or else chosen."""
        chosen = self._run.draft.assignments.get(task.uid)
        if candidate and (chosen is None or chosen.candidate != candidate):
            chosen = Assignment(candidate=candidate)
        known = known_as(chosen, self._run.candidates.get(task.task, ())) if chosen is not None else None
        return price(known) or 0.0
