"""The calls of a run to LLMs, to the Hub and to endpoints, each a row with its figures, gathered while the run goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from hgtui.core import events as ev
from hgtui.core.plan import Task, Uid
from hgtui.core.resource import Resource
from hgtui.core.states import Stage
from hgtui.core.text import one_line

if TYPE_CHECKING:  # a run folds through this module
    from hgtui.core.run import Run

CallKind = Literal["llm", "hub", "endpoint"]
HUB = "Hub"
"""What stands for the model where the Hub was asked for several."""
_FAILED = ev.TaskRetrying | ev.TaskSubstituted | ev.TaskFailed
_ENDS = _FAILED | ev.TaskDone | ev.TaskCancelled | ev.TaskReset
_TELLS = frozenset({*_ENDS.__args__, ev.TaskStarted, ev.Called, ev.SentAgain, ev.Recorded})
"""The events that tell of a call: all others are passed over at once."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call that has ended, the `number`-th of its run; `seq` is the place in the journal where that is told.

    `at` is when it ended (UTC), `seconds` how long it took, None where nobody noted it; `usd` None where the price is
    unknown. `task` is the task that it was for as it stood then, None for a call of a whole stage. `record` is the digest
    of the exact request and reply, empty where an endpoint of this machine was called: then `results` came of it.
    `about` is the task type that the Hub was asked for, also for one model by name: such a call is one of each task of that
    type. `failed` says in a
    sentence why nothing came of it; `again` that a person sent it once more, with changes, beside
    the run, `of` the record of the call that it repeats.
    """

    number: int
    kind: CallKind
    stage: Stage
    at: datetime
    seq: int
    model: str = ""
    task: Task | None = None
    what: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    first_s: float | None = None
    seconds: float | None = None
    usd: float | None = None
    record: str = ""
    failed: str = ""
    about: str = ""
    attempt: int = 1
    results: tuple[Resource, ...] = ()
    again: bool = False
    of: str = ""

    @property
    def uid(self) -> Uid | None:
        """The task that it was for."""
        return self.task.uid if self.task else None

    def concerns(self, task: Task) -> bool:
        """Whether it was made for a task, or for its type."""
        return task.uid == self.uid or (bool(self.about) and task.task == self.about)

    def has(self, words: str) -> bool:
        """Whether each of the words stands somewhere in what the row tells."""
        task = f"{self.task.id} {self.task.task}" if self.task else self.about
        told = f"{self.number} {self.kind} {self.stage} {task} {self.model} {self.what} {self.failed}".casefold()
        return all(word in told for word in words.casefold().split())

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON: the task by number and type."""
        return {
            "number": self.number,
            "kind": self.kind,
            "stage": self.stage.value,
            "at": ev.stamp(self.at),
            "task": None if self.task is None else {"id": self.task.id, "task": self.task.task},
            "about": self.about,
            "model": self.model,
            "what": self.what,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "estimated": self.estimated,
            "first_s": self.first_s,
            "seconds": self.seconds,
            "usd": self.usd,
            "failed": self.failed,
            "attempt": self.attempt,
            "sent_again": self.again,
        }


@dataclass(slots=True)
class _Try:
    """A try of a task that is under way; `told` where a call in it has a row already."""

    begun: datetime
    attempt: int
    candidate: str
    told: bool = False


class CallBook:
    """Gathers the calls of one run, event by event; what ran on this machine is a call of its endpoint."""

    def __init__(self) -> None:
        self.rows: list[CallRow] = []
        self._open: dict[Uid, _Try] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CallBook) and (self.rows, self._open) == (other.rows, other._open)

    __hash__ = None  # type: ignore[assignment]  # it grows

    def take(self, entry: ev.Entry, run: "Run") -> None:
        """Take in the next entry of a run, which is folded up to it."""
        if type(entry.event) in _TELLS:
            self.rows += (replace(row, number=len(self.rows) + 1) for row in self._take(entry, run))

    def _take(self, entry: ev.Entry, run: "Run") -> Iterator[CallRow]:
        event = entry.event
        match event:
            case ev.TaskStarted(uid=uid, attempt=attempt, candidate=candidate):
                self._open[uid] = _Try(entry.at, attempt, candidate)
            case ev.Called():
                yield self._called(entry, event, run)
            case ev.SentAgain():
                yield _sent_again(entry, event, run)
            case ev.Recorded(kind="llm", failed="") | ev.Recorded(kind="context"):
                pass  # the call itself follows; how long a context is was asked for no stage
            case ev.Recorded():
                yield self._recorded(entry, event, run)
            case _ if isinstance(event, _ENDS):
                yield from self._ended(entry, event, run)

    def _called(self, entry: ev.Entry, event: ev.Called, run: "Run") -> CallRow:
        self._tell(event.uid)
        return CallRow(
            0, "llm", event.stage, entry.at, entry.seq or 0, event.model, _task(run, event.uid), **_figures(event)
        )

    def _recorded(self, entry: ev.Entry, event: ev.Recorded, run: "Run") -> CallRow:
        self._tell(event.uid)
        kind: CallKind = "llm" if event.kind == "llm" else "endpoint" if event.kind == "media" else "hub"
        row = CallRow(0, kind, run.stage, entry.at, entry.seq or 0)
        if event.kind == "list":
            row = replace(row, model=HUB, about=event.about, what=event.came, record=event.record)
            return replace(row, seconds=event.seconds or None, failed=event.failed)
        tried = self._open.get(event.uid or "")
        candidate = tried.candidate if tried else _of_trial(run, event)
        return replace(
            row,
            model=candidate or (run.planner if event.kind == "llm" else event.about),
            what=_looked(event) if event.kind == "find" else event.about if candidate else "",
            about=event.task,
            task=_task(run, event.uid),
            seconds=event.seconds or None,
            record=event.record,
            failed=event.failed,
            attempt=tried.attempt if tried else 1,
        )

    def _tell(self, uid: Uid | None) -> None:
        if uid in self._open:
            self._open[uid].told = True

    def _ended(self, entry: ev.Entry, event: ev.Event, run: "Run") -> Iterator[CallRow]:
        tried = self._open.pop(str(getattr(event, "uid", "")), None)
        reused = isinstance(event, ev.TaskDone) and (event.reused or event.supplied)
        if tried is None or tried.told or reused:
            return
        task = _task(run, getattr(event, "uid", None))
        failed = "It was stopped."
        if isinstance(event, ev.TaskDone | _FAILED):
            failed = "" if isinstance(event, ev.TaskDone) else event.message
        yield CallRow(
            0,
            "endpoint",
            Stage.EXECUTION,
            entry.at,
            entry.seq or 0,
            tried.candidate,
            task,
            seconds=max((entry.at - tried.begun).total_seconds(), 0.0),
            failed=one_line(failed, 600),
            attempt=tried.attempt,
            results=event.results if isinstance(event, ev.TaskDone) else (),
        )


def _looked(event: ev.Recorded) -> str:
    return f"looked for {event.about}" + (f": {event.came}" if event.came else "")


def _of_trial(run: "Run", event: ev.Recorded) -> str:
    """Return the candidate of a what-if that asked a provider; empty where it was none, or two were at that provider."""
    trial = run.trials.get(event.uid or "") if event.kind == "hub" else None
    found = [one.assignment for one in trial.ahead if one.assignment.candidate in trial.open] if trial else []
    names = [one.candidate for one in found if event.about in {one.provider, one.candidate.rpartition("#")[2]}]
    return names[0] if len(names) == 1 else ""


def _sent_again(entry: ev.Entry, event: ev.SentAgain, run: "Run") -> CallRow:
    row = CallRow(0, "llm", event.stage, entry.at, entry.seq or 0, event.model, _task(run, event.uid))
    changes = f"sent again: {event.changes}" if event.changes else "sent again as it was"
    return replace(row, what=changes, again=True, of=event.of, failed=event.failed, **_figures(event))


def _figures(event: ev.Called | ev.SentAgain) -> dict[str, Any]:
    return {
        "tokens_in": event.tokens_in,
        "tokens_out": event.tokens_out,
        "estimated": event.estimated,
        "first_s": event.first_s,
        "seconds": event.total_s,
        "usd": event.usd,
        "record": event.record,
    }


def _task(run: "Run", uid: Uid | None) -> Task | None:
    return run.plan.get(uid) if uid else None
