"""What the screen says of all tasks of a run at once, found in one look at them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hgtui.core.edit import Draft
from hgtui.core.leaving import senders
from hgtui.core.plan import Task, Uid
from hgtui.core.run import Run
from hgtui.core.stand_ins import known_as
from hgtui.core.states import HAS_RESULT, UNDER_WAY, TaskState

GOING = frozenset({TaskState.READY, TaskState.RUNNING, TaskState.RETRYING})
NEEDS_PERSON = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.ASKING})
OVER = HAS_RESULT | {TaskState.SKIPPED}


@dataclass(frozen=True, slots=True)
class States:
    """How many tasks of a plan are in each state; `stuck` are those that need the person, `at_work` those under way.

    Both are in the order of the rows.
    """

    counts: Mapping[TaskState, int]
    stuck: tuple[Task, ...]
    at_work: tuple[Task, ...]

    @property
    def going(self) -> bool:
        """Whether a task is on its way without anybody's help."""
        return any(self.counts.get(state) for state in GOING)

    @property
    def over(self) -> int:
        """How many have a result or were left out."""
        return sum(self.counts.get(state, 0) for state in OVER)


def states(run: Run) -> States:
    """Look at the state of each task."""
    told = [(task, run.state(task.uid)) for task in run.plan]
    stuck = tuple(task for task, state in told if state in NEEDS_PERSON)
    at_work = tuple(task for task, state in told if state in UNDER_WAY)
    return States(Counter(state for _, state in told), stuck, at_work)


@dataclass(frozen=True, slots=True)
class Places:
    """Of a draft: the tasks whose input leaves this machine, and those that have no model, as if nothing had run yet."""

    leaving: tuple[Uid, ...]
    unmodelled: tuple[Uid, ...]


def places(run: Run) -> Places:
    """Look at who runs each task."""
    draft, unmodelled = run.draft, []
    for task in run.plan:
        chosen = draft.assignments.get(task.uid)
        if not task.skip and (chosen is None or known_as(chosen, run.candidates.get(task.task, ())) is None):
            unmodelled.append(task.uid)
    return Places(senders(draft, run.candidates), tuple(unmodelled))


class Standings:
    """What was found of a run is kept until the run, or who runs its tasks, is another."""

    def __init__(self) -> None:
        self._states: tuple[Run, int, States] | None = None
        self._places: tuple[Draft, int, Places] | None = None

    def states(self, run: Run) -> States:
        """Return in which states the tasks are."""
        known = self._states
        if known is None or known[0] is not run or known[1] != run.folded:
            known = self._states = run, run.folded, states(run)
        return known[2]

    def places(self, run: Run, looks: int) -> Places:
        """Return where the tasks run; `looks` is another number where other candidates may be known."""
        known, draft = self._places, run.draft
        if known is None or known[0] is not draft or known[1] != looks:
            known = self._places = draft, looks, places(run)
        return known[2]
