"""The way of one task over its candidates: what each failure class decides, and what was tried in the end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from hgtui.core.model import Assignment
from hgtui.core.ports import CallError
from hgtui.core.states import PASSING, Failure
from hgtui.core.text import one_line

ASKS = frozenset({Failure.CREDITS, Failure.ACCESS, Failure.BAD_INPUT, Failure.REFUSED})
"""The failures that only a person can mend: nothing is tried again, and nothing stands in."""

RETRY_AFTER_MOST_S = 120.0
LOADING_S = 10.0
"""How long is waited for a model that loads and does not say for how long."""
LONG_WAIT_S = 20.0
"""A wait longer than this is put off: what may stand in is tried first."""

Spare = Callable[[], tuple[Assignment, ...]]
"""Gives what may stand in for the candidate of a task, as it is granted now."""


class LocalFault(CallError):
    """This machine could not do its part, before a call or with its result: no other candidate mends that."""


@dataclass(slots=True)
class Leg:
    """The tries of one candidate; `ready` is the monotonic time in seconds from which on it may be tried again."""

    assignment: Assignment
    errors: list[CallError] = field(default_factory=list)
    ready: float = 0.0
    put_off: bool = False

    @property
    def tries(self) -> int:
        """How often it was tried."""
        return len(self.errors)


class Course:
    """Goes from one candidate to the next; at most `tries` for each."""

    def __init__(self, first: Assignment, spare: Spare, tries: int) -> None:
        self._spare, self._most = spare, tries
        self.legs = [Leg(first)]
        self.leg = self.legs[0]

    @property
    def tries(self) -> int:
        """How often anything was tried."""
        return sum(leg.tries for leg in self.legs)

    def failed(self, error: CallError) -> None:
        """Take down that a try of the candidate at hand failed."""
        self.leg.errors.append(error)

    def again(self, error: BaseException) -> bool:
        """Whether the same candidate is tried again after an error, once its wait is over.

        The failure must be one that passes. A long wait is put off where something else may stand in.
        """
        if not isinstance(error, CallError) or error.failure not in PASSING or error.tried:
            return False
        if self.leg.tries >= self._most:
            return False
        wait = named_wait(error)
        if wait is not None and wait > LONG_WAIT_S and self._untried():
            self.leg.put_off, self.leg.ready = True, time.monotonic() + wait
            return False
        return True

    def on(self, error: CallError) -> Leg | None:
        """Go on with another candidate after an error; None where nothing is left or only a person can mend it.

        First what may stand in and was not tried, then what was put off and is ready soonest.
        """
        if error.failure in ASKS or isinstance(error, LocalFault):
            return None
        untried = self._untried()
        if untried:
            self.legs.append(Leg(untried[0]))
            self.leg = self.legs[-1]
            return self.leg
        waiting = [leg for leg in self.legs if leg.put_off]
        if not waiting:
            return None
        self.leg = min(waiting, key=lambda leg: leg.ready)
        self.leg.put_off = False
        return self.leg

    def told(self) -> str:
        """Say what was tried, where that was more than one candidate; an empty text where it was not.

        "Tried hub:a/b (loading ×3), then hub:c/d (timeout)."
        """
        if len(self.legs) == 1:
            return ""
        words = [f"{one_line(leg.assignment.candidate, 100)} ({_how(leg.errors)})" for leg in self.legs]
        return f"Tried {', then '.join(words)}."

    def _untried(self) -> tuple[Assignment, ...]:
        known = {_key(leg.assignment) for leg in self.legs}
        return tuple(one for one in self._spare() if _key(one) not in known)


def named_wait(error: CallError) -> float | None:
    """Return how many seconds are waited after an error where that is known, at most `RETRY_AFTER_MOST_S`; else None.

    The endpoint names it: the estimate of a model that loads, Retry-After.
    """
    if error.retry_after is not None:
        return min(max(error.retry_after, 0.0), RETRY_AFTER_MOST_S)
    return LOADING_S if error.failure is Failure.LOADING else None


def _key(assignment: Assignment) -> tuple[str | None, ...]:
    return assignment.candidate, assignment.revision, assignment.provider


def _how(errors: list[CallError]) -> str:
    """Say how tries failed, in their order: "loading ×3, transport"."""
    words = []
    for failure, group in groupby(error.failure for error in errors):
        count = len(list(group))
        words.append(failure.value.replace("_", " ") + (f" ×{count}" if count > 1 else ""))
    return ", ".join(words)
