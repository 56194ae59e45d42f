"""Two journals of one run compared: the same but for times and for the order of what does not depend on each other."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.plan import Uid
from hgtui.core.run import Run
from hgtui.core.states import Gate, Stage
from hgtui.core.text import one_line

MOST = 50
"""How many differences are told."""
_SHOWN = 60

TIMES: Mapping[type, frozenset[str]] = {
    ev.TaskDone: frozenset({"seconds", "memory_mb"}),
    ev.TaskFailed: frozenset({"seconds"}),
    ev.TaskRetrying: frozenset({"wait_s"}),
    ev.Called: frozenset({"first_s", "total_s"}),
    ev.GateOpened: frozenset(
        {"about_s", "untimed", "seconds", "reuses", "reruns", "leaves", "spends", "gated", "problems"}
    ),
}
"""The fields that tell times and memory, or what is known of times and results from other runs; what leaves and what is spent at
a gate follows from that, and the approval tells all of it. What the problems at a gate are called is of the program,
and a run of an earlier version has not noted them; how many are errors counts."""
_TRIED = frozenset({"seconds", "memory_mb", "keeps"})
"""As TIMES, of what a what-if tried."""
_ANSWERED = frozenset({"find", "hub", "list", "media"})
"""The exchanges that are not compared: in a replay the whole store, catalogue or endpoint answers from what was recorded."""
_AROUND: Mapping[type, frozenset[str]] = {
    ev.RunStarted: frozenset({"setup"}),
    ev.Resumed: frozenset({"setup"}),
    ev.Approved: frozenset({"attended", "answer"}),
    ev.Recorded: frozenset({"about", "came", "failed", "seconds", "task"}),
}
"""What a run is done under is no part of what happened, and the words for what is recorded are of the program."""

_TASKS = (
    ev.TaskAsking | ev.TaskStarted | ev.TaskRetrying | ev.TaskSubstituted | ev.TaskDone | ev.TaskFailed
    | ev.TaskBlocked | ev.TaskSkipped | ev.TaskCancelled | ev.TaskReset | ev.RuleUsed
)  # fmt: skip


class Counting:
    """Says of each event of a journal, in order, whether it is compared.

    Not what passes, nor what a person sent again beside the run, nor the lines for who looks for faults, nor who waited for a place at an endpoint, which is decided
    by what else happens to run there; nor that a run in which something failed waits still, which is told again where
    there was time for it between two things that a person did.
    """

    def __init__(self) -> None:
        self._waits = False

    def __call__(self, event: ev.Event) -> bool:
        """Take in the next event and say whether it counts."""
        if isinstance(event, (*ev.PASSING_EVENTS, ev.TaskQueued, ev.SentAgain)):
            return False
        if isinstance(event, ev.Recorded) and event.kind in _ANSWERED:
            return False
        if isinstance(event, ev.WhatIfTried) and event.tried.broken_off:
            return False
        if isinstance(event, ev.GateOpened) and event.gate is Gate.TASK:
            still, self._waits = self._waits, True
            return not still
        if isinstance(event, ev.TaskStarted | ev.Approved | ev.StageEntered | ev.TaskAsking):
            self._waits = False
        return not (isinstance(event, ev.Logged) and event.level == "debug")


def without_times(event: ev.Event) -> dict[str, Any]:
    """Return an event as JSON, without its times."""
    if isinstance(event, ev.WhatIfTried):
        return event.model_dump(mode="json", exclude={"tried": set(_TRIED)})
    left_out = TIMES.get(type(event), frozenset()) | _AROUND.get(type(event), frozenset())
    return event.model_dump(mode="json", exclude=set(left_out))


def differences(
    recorded: Iterable[ev.Entry], again: Iterable[ev.Entry], *, cut: bool = False, before: Iterable[ev.Entry] = ()
) -> list[str]:
    """Return in what two journals differ, a sentence each, the first first; an empty list where they are the same.

    Times are left out, and so is the order of independent tasks, of calls and look-ups that are made at once, and of
    lines of the log. The order of what happened to one task, of a task and those that it reads, of the stages and of
    what a person did counts. With `cut` the first journal breaks off: what the second has beyond it is no difference.
    `before` is what both go on from.
    """
    before = tuple(before)
    old, new = _strands(recorded, before), _strands(again, before)
    found: list[tuple[int, str]] = []
    for strand in {**old, **new}:
        found += _compare(old.get(strand, []), new.get(strand, []), cut)
    return [words for _, words in sorted(found)[:MOST]]


@dataclass(frozen=True, slots=True)
class _Row:
    place: int
    event: ev.Event
    text: str
    after: Hashable


def _compare(old: list[_Row], new: list[_Row], cut: bool) -> Iterator[tuple[int, str]]:
    for one, other in zip(old, new, strict=False):
        if one.text != other.text:
            yield one.place, f"{_name(one)}: {_first(without_times(one.event), without_times(other.event))}."
            return
        if one.after != other.after:
            yield one.place, f"{_name(one)} came before or after something else than in the recorded run."
            return
    if len(old) > len(new):
        yield old[len(new)].place, f"{_name(old[len(new)])} did not happen again."
    elif len(new) > len(old) and not cut:
        extra = new[len(old)]
        yield (
            extra.place,
            f"{_name(extra)} happened that is not in the recorded run: {_shown(without_times(extra.event))}.",
        )


def _strands(entries: Iterable[ev.Entry], before: Iterable[ev.Entry]) -> dict[Hashable, list[_Row]]:
    found: dict[Hashable, list[_Row]] = defaultdict(list)
    thread, counts = _Thread(), Counting()
    first = 1
    for entry in before:
        thread.run.fold(entry)
        first += 1
    for place, entry in enumerate(entries, first):
        thread.run.fold(entry)
        if counts(entry.event):
            text = canonical(without_times(entry.event))
            strand, after = thread.of(entry.event, text)
            found[strand].append(_Row(place, entry.event, text, after))
    return found


@dataclass
class _Thread:
    """Says for each event to what it belongs, and what stood before it that it depends on."""

    run: Run = field(default_factory=Run)
    tasks: Counter[Uid] = field(default_factory=Counter)
    stages: int = 0

    def of(self, event: ev.Event, text: str) -> tuple[Hashable, Hashable]:
        match event:
            case ev.WhatIfTried(uid=uid, tried=tried):
                return ("what-if", uid, tried.candidate), None
            case ev.Called() | ev.Logged() | ev.Recorded():
                return text, None
            case ev.CandidatesFound(task=task):
                return ("candidates", task), None
            case ev.FileSeen(file=file):
                return ("file", file.path), None
            case ev.ModelChosen(uid=uid):
                return ("model", uid), self.stages
            case _ if isinstance(event, _TASKS):
                return self._task(event.uid)
            case ev.StageEntered(stage=Stage.RESPONSE) | ev.GateOpened(gate=Gate.TASK) | ev.Answered() | ev.RunEnded():
                self.stages += 1
                return "run", frozenset(self.tasks.items())
            case ev.StageEntered():
                self.stages += 1
        return "run", None

    def _task(self, uid: Uid) -> tuple[Hashable, Hashable]:
        task = self.run.draft.plan.get(uid)
        deps = sorted(task.deps) if task is not None else ()
        after = (self.stages, *((dep, self.tasks[dep]) for dep in deps))
        self.tasks[uid] += 1
        return ("task", uid), after


def _name(row: _Row) -> str:
    uid = getattr(row.event, "uid", None)
    return f"Event {row.place}, {row.event.type}{f' of {uid}' if uid else ''}"


def _first(old: Any, new: Any, where: str = "") -> str:
    """Say where two JSON values differ first."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if old.get("type") != new.get("type"):
            return f"now {new.get('type')} comes here: {_shown(new)}"
        for name in (*old, *(name for name in new if name not in old)):
            if old.get(name) != new.get(name):
                return _first(old.get(name), new.get(name), f"{where}.{name}" if where else name)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            if one != other:
                return _first(one, other, f"{where}[{number}]")
    if isinstance(old, str) and isinstance(new, str):
        return f"{where} differs {where_texts_differ(old, new)}"
    return f"{where} was {_shown(old)} and is {_shown(new)}"


def where_texts_differ(old: str, new: str) -> str:
    """Say at which character two texts differ first and what stands there: "at character 12: “…” was “…”"."""
    place = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    begin = max(0, place - 20)
    was, now = (one_line(text[begin : place + _SHOWN], _SHOWN + 40) or "nothing" for text in (old, new))
    return f"at character {place + 1:,}: it was “{was}” and is “{now}”"


def _shown(value: Any) -> str:
    return one_line(canonical(value), 200)
