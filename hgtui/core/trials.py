"""Several candidates on the same input of a task: what each gave, and which of them a person found best."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from hgtui.core.base import Value, digest
from hgtui.core.crossing import Given
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import Resource
from hgtui.core.reuse import key
from hgtui.core.states import HAS_RESULT, Failure
from hgtui.core.status import TaskStatus

FEWEST, MOST = 2, 3
"""How many candidates a what-if takes."""
TOO_LATE = "It was stopped: the answer was asked for without it."
"""Said of a candidate that was at work when a person wanted the answer from what there was."""


class Tried(Value):
    """What one candidate gave. `seconds` it took, `memory_mb` the most memory on this machine, `usd` what it cost: each None
    where that is not known.

    With `kept_from` nothing was run: the result is from that run; with `keeps` it is there for who runs the same. Where it failed `failure` says how and `message` why.
    """

    candidate: str
    results: tuple[Resource, ...] = ()
    seconds: float | None = None
    memory_mb: float | None = None
    usd: float | None = None
    kept_from: str = ""
    keeps: bool = False
    note: str = ""
    failure: Failure | None = None
    message: str = ""
    hint: str = ""

    @property
    def broken_off(self) -> bool:
        """Whether it was stopped, and nothing is known of how it would have gone."""
        return not self.results and self.failure is None


class Ahead(Value):
    """What one candidate would do: what would leave this machine and what would be spent, in words, empty for nothing.

    `kept` where its result is kept already, so that nothing runs.
    """

    assignment: Assignment
    leaves: tuple[str, ...] = ()
    spends: str = ""
    kept: bool = False


@dataclass(slots=True)
class Trial:
    """Where the what-if of a task stands. `winner` is who won the vote; `over` once it was held, or given up.

    `before` is where the task stood when the winner's result took the place of one that it had, None where it had none.
    """

    fingerprint: str
    ahead: tuple[Ahead, ...]
    tried: dict[str, Tried] = field(default_factory=dict)
    winner: str = ""
    over: bool = False
    before: TaskStatus | None = None
    sent_before: bool = False
    """Whether an earlier what-if of the task sent its input away."""

    @property
    def sent(self) -> bool:
        """Whether the input of the task has left this machine for it, also where what came back was a failure."""
        away = {one.assignment.candidate for one in self.ahead if one.leaves and not one.kept}
        return self.sent_before or any(not one.kept_from for name, one in self.tried.items() if name in away)

    def vote(self, winner: str, status: TaskStatus | None) -> None:
        """Note who won, "" for nobody, for a task that stands as `status` says."""
        self.winner, self.over = winner, True
        won = self.tried.get(winner)
        if won is not None and status is not None and status.state in HAS_RESULT and status.results != won.results:
            self.before = replace(status)

    def other(self, status: TaskStatus) -> Literal["before", "winner", ""]:
        """Say which result undo or redo would put in the place of the one that the task has; "" where there is none."""
        won = self.tried.get(self.winner)
        if self.before is None or won is None:
            return ""
        has = status.candidate, status.results
        if has == (won.candidate, won.results):
            return "before"
        return "winner" if has == (self.before.candidate, self.before.results) else ""

    def names_again(self, status: TaskStatus) -> None:
        """Name again what the earlier result stood in for, or nothing for that of the winner, as undo and redo bring it."""
        other = self.other(status)
        if other and self.before is not None:
            back = other == "before"
            status.in_place_of = self.before.in_place_of if back else ""
            status.why_not = self.before.why_not if back else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the candidates, in their order."""
        return tuple(one.assignment.candidate for one in self.ahead)

    @property
    def failed(self) -> tuple[str, ...]:
        """The candidates that failed; what was stopped did not."""
        return tuple(name for name in self.names if name in self.tried and self.tried[name].failure is not None)

    @property
    def gave(self) -> bool:
        """Whether a candidate gave a result."""
        return any(one.results for one in self.tried.values())

    @property
    def open(self) -> tuple[str, ...]:
        """The candidates that are still at work."""
        return () if self.over else tuple(name for name in self.names if name not in self.tried)


def at_work(trials: Mapping[Uid, Trial], plan: Plan) -> tuple[Task, ...]:
    """Return the tasks of a plan whose what-if has candidates that have not ended."""
    return tuple(task for task in plan if task.uid in trials and trials[task.uid].open)


def undecided(trials: Mapping[Uid, Trial], plan: Plan) -> tuple[Task, ...]:
    """Return the tasks of a plan whose what-if is at its end and waits for a winner: what gave nothing has none."""
    rows = ((task, trials.get(task.uid)) for task in plan)
    return tuple(task for task, one in rows if one is not None and not one.over and not one.open and one.gave)


class Vote(Value):
    """Which of some candidates for a task type a person found best on the same input; `winner` is empty where none was.

    `candidates` are those that gave a result; those in `failed` gave none, which is nobody's vote.
    """

    task: str
    winner: str
    candidates: tuple[str, ...]
    failed: tuple[str, ...] = ()


class Tally(NamedTuple):
    """How often a candidate won a what-if, of how many in which it was compared with another; how often it failed in one."""

    won: int = 0
    of: int = 0
    failed: int = 0


def fingerprint(
    task: str, ahead: Iterable[Ahead], inputs: Mapping[str, tuple[Given, ...]], ways: Mapping[str, str]
) -> str:
    """Return the SHA-256, in hexadecimal, of what a person approves: each candidate with what goes into it and where that goes.

    `ways` are the hosts to which inputs go first, by candidate. Raises ValueError for an input that has no content.
    """
    rows = [
        {
            "call": key(task, one.assignment, inputs, {}),
            "leaves": list(one.leaves),
            "via": ways.get(one.assignment.candidate, ""),
        }
        for one in ahead
    ]
    return digest({"version": 1, "what_if": sorted(rows, key=lambda row: str(row["call"]))})


def foreseen(one: Ahead) -> str:
    """Say in a line what a candidate would do in a what-if."""
    told = [*one.leaves, *([one.spends] if one.spends else [])]
    if one.kept:
        told = ["its result is kept: nothing runs"]
    return f"{one.assignment.candidate}: {' · '.join(told) or 'nothing leaves this machine, costs nothing'}"


def tried_words(one: Tried) -> str:
    """Say in a line what a candidate gave: its time, memory and cost, each "-" where it is not known."""
    if not one.results:
        return f"{one.candidate}: {'failed: ' if one.failure else ''}{one.message} {one.hint}".rstrip()
    kept = ", kept" if one.kept_from else ""
    return f"{one.candidate}: {time(one)}, {memory(one)}, {cost(one)}{kept}"


def time(one: Tried) -> str:
    """Return how long it took."""
    return "-" if one.seconds is None else f"{one.seconds:.2f} s"


def memory(one: Tried) -> str:
    """Return how much memory it took."""
    if one.memory_mb is None:
        return "-"
    return f"{one.memory_mb:.0f} MB" if one.memory_mb < 1000 else f"{one.memory_mb / 1000:.1f} GB"


def cost(one: Tried) -> str:
    """Return what it cost, in US dollars; nothing where its memory was measured, which is on this machine."""
    if one.usd is None:
        return "-" if one.memory_mb is None else "$0"
    return "$0" if not one.usd else f"${one.usd:.4f}" if one.usd >= 0.0001 else "under $0.0001"
