"""The limits of a run on its LLM calls: tokens, seconds, US dollars."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hgtui.core.states import Failure
from hgtui.llm.errors import LLMError
from hgtui.llm.prices import PER, Price
from hgtui.llm.values import Usage

LEAST_REPLY = 16
"""Tokens: a reply that may not be this long is not worth a call."""
SLACK = 1.25
"""How far an estimate of tokens may be above the count: while a reply streams, it is taken at its lower side."""
CAP = 4096
"""Tokens: what is left is told to the server only below this, since many refuse a number above their own limit."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has used: tokens in and out, seconds with a call under way, US dollars (None: a price is unknown)."""

    tokens: int = 0
    seconds: float = 0.0
    usd: float | None = 0.0


@dataclass(eq=False)
class Budget:
    """Limits that several calls share, also those that run side by side; None is no limit.

    `tokens` in and out; `seconds` of the time in which at least one call was under way, so that a person who reads a
    plan spends none; `usd` US dollars. `clock` counts seconds. Raises ValueError for a limit that is not above 0.
    """

    tokens: int | None = None
    seconds: float | None = None
    usd: float | None = None
    clock: Callable[[], float] = time.monotonic
    _done: Spent = field(default_factory=Spent, init=False)
    _open: "list[Lease]" = field(default_factory=list, init=False)
    _since: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        for name in ("tokens", "seconds", "usd"):
            limit = getattr(self, name)
            if limit is not None and not limit > 0:
                raise ValueError(f"The limit of {name} has to be above 0.")

    @property
    def spent(self) -> Spent:
        """What was used up to now, calls under way included by estimate."""
        now = self._done.seconds + (self.clock() - self._since if self._open else 0.0)
        usd = self._done.usd
        for lease in self._open:
            usd = None if usd is None or lease.price is None else usd + lease.price.about(lease.usage)
        return Spent(self._done.tokens + sum(lease.prompt + lease.out for lease in self._open), now, usd)

    def count(self, spent: Spent) -> None:
        """Count what was used before, by calls that others have made."""
        done = self._done
        usd = None if done.usd is None or spent.usd is None else done.usd + spent.usd
        self._done = Spent(done.tokens + spent.tokens, done.seconds + spent.seconds, usd)

    def admit(self, prompt: int, price: Price | None) -> "Lease":
        """Let a call with a prompt of about `prompt` tokens begin. Raises LLMError (refused) where a limit forbids it."""
        spent = self.spent
        if self.usd is not None and price is None:
            message = f"The price of this call is not known, so the limit of {_usd(self.usd)} cannot be kept."
            hint = "Set price_in and price_out of the controller (0 where it is free), or take the usd limit away."
            raise LLMError(Failure.REFUSED, message, hint)
        if self.seconds is not None and spent.seconds >= self.seconds:
            raise self.over("seconds", "No call is made")
        lease = Lease(self, prompt, price)
        least = LEAST_REPLY if prompt else 0
        if self.tokens is not None and spent.tokens + prompt + least > self.tokens:
            raise self.over("tokens", f"A call of about {prompt:,} tokens is not made")
        if self.usd is not None and price is not None:
            cost = price.about(Usage(prompt, least))
            if (spent.usd or 0.0) + cost > self.usd:
                raise self.over("usd", f"A call of about {_usd(cost)} is not made")
        if not self._open:
            self._since = self.clock()
        self._open.append(lease)
        return lease

    def over(self, name: str, what: str) -> LLMError:
        """Return the error that names a limit and how to raise it; `what` says what it did."""
        spent = self.spent
        limit, used = {
            "tokens": (f"{self.tokens or 0:,} tokens", f"{spent.tokens:,}"),
            "seconds": (f"{self.seconds or 0.0:g} s of LLM time", f"{spent.seconds:.1f} s"),
            "usd": (_usd(self.usd or 0.0), _usd(spent.usd or 0.0)),
        }[name]
        message = f"{what}: this run may use {limit}, and about {used} are used."
        return LLMError(
            Failure.REFUSED, message, f'Raise "{name}" under limits in the configuration, or start a new run.'
        )

    def settle(self, lease: "Lease", usage: Usage | None, usd: float | None) -> None:
        """End a call: `usage` None where it was never answered."""
        if lease not in self._open:
            return
        now = self.clock()
        self._open.remove(lease)
        seconds = self._done.seconds if self._open else self._done.seconds + now - self._since
        if usage is None:
            self._done = Spent(self._done.tokens, seconds, self._done.usd)
            return
        total = None if usd is None or self._done.usd is None else self._done.usd + usd
        self._done = Spent(self._done.tokens + usage.tokens_in + usage.tokens_out, seconds, total)


@dataclass(eq=False)
class Lease:
    """The right to make one call: `prompt` tokens go in, `out` have come back so far, by estimate."""

    budget: Budget
    prompt: int
    price: Price | None
    out: int = 0

    @property
    def usage(self) -> Usage:
        """What the call has used so far, by estimate."""
        return Usage(self.prompt, self.out, estimated=True)

    def room(self) -> tuple[int, str] | None:
        """Return how many tokens the reply may have and by which limit; None where no limit says it."""
        spent, rooms = self.budget.spent, []
        if self.budget.tokens is not None:
            rooms.append((self.budget.tokens - spent.tokens, "tokens"))
        if self.budget.usd is not None and self.price is not None and self.price.usd_out > 0:
            left = self.budget.usd - (spent.usd or 0.0)
            rooms.append((int(left * PER / self.price.usd_out), "usd"))
        return min(rooms, default=None)

    def left_s(self) -> float | None:
        """Return the seconds that are left, None where there is no such limit."""
        seconds = self.budget.seconds
        return None if seconds is None else max(0.0, seconds - self.budget.spent.seconds)

    def say(self, length: int) -> None:
        """Note that the reply has `length` bytes so far. Raises LLMError (refused) where that goes over a limit."""
        self.out = int(length / 4 / SLACK)
        room = self.room()
        if room is not None and room[0] < 0:
            raise self.budget.over(room[1], "The reply was cut off")


def _usd(amount: float) -> str:
    return f"${amount:.4f}" if amount < 0.1 else f"${amount:.2f}"
