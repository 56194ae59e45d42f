"""When each task of a run waited, ran and will run, on one axis of seconds; the chain of tasks that the end depends on."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Literal

from hgtui.core.plan import Plan, Uid
from hgtui.core.remaining import expected_times
from hgtui.core.run import Run
from hgtui.core.spans import Span
from hgtui.core.states import NOT_STARTED, UNDER_WAY

PieceKind = Literal["queued", "done", "failed", "stopped", "running", "wait", "asking", "reused", "estimate"]
_PASSES = frozenset({"queued", "try", "wait"})
"""The spans in which time passes on the axis: while a run only waits for a person, the axis stands still."""
LEAST_GAP_S = 1.0
"""A pause shorter than this is not marked."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a task's bar, from `begin` to `end` in seconds on the axis."""

    kind: PieceKind
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Bar:
    """What a task did, in order; `critical` where the end of the run depends on it, `ran_s` how long its tries took."""

    stretches: tuple[Stretch, ...] = ()
    critical: bool = False
    ran_s: float = 0.0

    @property
    def end(self) -> float:
        """Where it ends on the axis."""
        return self.stretches[-1].end if self.stretches else 0.0


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of the tasks by uid; `length` of the axis in seconds, what is expected included.

    `now` is the present on it, None where nothing is under way; `gaps` are the places where time was left out in which
    nothing ran.
    """

    bars: Mapping[Uid, Bar]
    length: float
    now: float | None
    gaps: tuple[float, ...] = ()


def chart(run: Run, now: datetime) -> Chart:
    """Lay out a run; `now` is wall-clock UTC."""
    axis = _Axis((one for spans in run.spans.values() for one in spans), now)
    expected = {} if run.ended else expected_times(run)
    bars: dict[Uid, tuple[Stretch, ...]] = {}
    for task in run.plan.ordered():
        spans = run.spans.get(task.uid, ())
        told = [_stretch(one, axis, now) for one in spans]
        if not run.ended and not task.skip and run.state(task.uid) in NOT_STARTED | UNDER_WAY:
            after = max((bars[dep][-1].end for dep in task.deps if bars.get(dep)), default=0.0)
            told += _estimate(spans, axis, max(after, axis.at(now)), expected.get(task.uid))
        bars[task.uid] = tuple(told)
    critical = _critical(run.plan, bars)
    going = not run.ended and any(spans and spans[-1].ended is None for spans in run.spans.values())
    return Chart(
        bars={uid: Bar(some, uid in critical, _ran(run.spans.get(uid, ()), now)) for uid, some in bars.items()},
        length=max((some[-1].end for some in bars.values() if some), default=0.0),
        now=axis.at(now) if going else None,
        gaps=axis.gaps,
    )


def _stretch(span: Span, axis: "_Axis", now: datetime) -> Stretch:
    begin, end = axis.at(span.begun), axis.at(span.ended or now)
    if span.kind != "try":
        return Stretch(span.kind, begin, end)
    return Stretch("running" if span.ended is None else span.how or "stopped", begin, end)


def _estimate(spans: Iterable[Span], axis: "_Axis", begin: float, expected: float | None) -> list[Stretch]:
    """Return what is still expected of a task: of one that runs the rest, of another all of it, from `begin` on."""
    last = [*spans][-1:]
    if expected is None:
        return []
    if last and last[0].kind == "try" and last[0].ended is None:
        end = axis.at(last[0].begun) + expected
        present = axis.end
        return [Stretch("estimate", present, end)] if end > present else []
    return [Stretch("estimate", begin, begin + expected)] if expected > 0 else []


def _ran(spans: Iterable[Span], now: datetime) -> float:
    return sum(max(((one.ended or now) - one.begun).total_seconds(), 0.0) for one in spans if one.kind == "try")


def _critical(plan: Plan, bars: Mapping[Uid, tuple[Stretch, ...]]) -> frozenset[Uid]:
    """Return the tasks on the way back from the one that ends last, each time to what it waited for the longest."""
    there = [uid for uid, some in bars.items() if some]
    found: set[Uid] = set()
    at = max(there, key=lambda uid: bars[uid][-1].end, default=None)
    while at is not None and at not in found:
        found.add(at)
        task = plan.get(at)
        deps = [dep for dep in task.deps if bars.get(dep)] if task else []
        at = max(deps, key=lambda uid: bars[uid][-1].end, default=None)
    # With nothing but one task there is no path to speak of.
    return frozenset(found) if len(there) > 1 else frozenset()


class _Axis:
    """Seconds in which something went on, from the first span on; the rest is left out."""

    def __init__(self, spans: Iterable[Span], now: datetime) -> None:
        busy: list[tuple[datetime, datetime]] = []
        marks = sorted((one.begun, max(one.ended or now, one.begun)) for one in spans if one.kind in _PASSES)
        for begin, end in marks:
            if busy and begin <= busy[-1][1]:
                busy[-1] = busy[-1][0], max(busy[-1][1], end)
            else:
                busy.append((begin, end))
        self._busy = busy
        self._begins = [begin for begin, _ in busy]
        self._before = [0.0, *accumulate((end - begin).total_seconds() for begin, end in busy)]
        self.end = self._before[-1]
        # A run stands still for a moment between two tasks: that is no gap to a person.
        self.gaps = tuple(
            at
            for at, (one, two) in zip(self._before[1:], pairwise(busy), strict=False)
            if (two[0] - one[1]).total_seconds() > LEAST_GAP_S
        )

    def at(self, time: datetime) -> float:
        place = bisect_right(self._begins, time) - 1
        if place < 0:
            return 0.0
        begin, end = self._busy[place]
        return self._before[place] + (min(time, end) - begin).total_seconds()
