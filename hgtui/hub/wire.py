"""Wire: every call to one Hub goes through it, with its bounds; nothing heavy is imported before the first of them."""

import asyncio
import contextlib
import math
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from hgtui.core.states import Failure
from hgtui.hub.thread import HubThread, OutOfTime
from hgtui.hub.values import HUB_URL, HubCall, HubError, HubPlace

T = TypeVar("T")

STAND_IN = "hf_hgtui"
"""What the Hub's client is given for a token: the transport puts the real one in its place, for the Hub and router only.

The client can so neither log it, nor send it elsewhere, nor take another from the machine's own store.
"""
API_S, API_MB = 30.0, 32.0
"""Seconds and MB for a request to the API; a listing of 100 models with everything that is asked of each is below 1 MB."""
CONNECT_S = 10.0
WRITE_S = 60.0
SILENCE_S = 30.0
"""Seconds without a byte after which the API is given up."""
PATIENCE = 2
"""How often the client may try one listing: it would try six times, with up to 8 s of sleep between."""
NAP_S = 5.0
"""A longer wait that the API asks for (Retry-After, ratelimit) is not slept through by the client, but told."""

Record = Callable[[HubCall], object]


_ready = threading.Event()


@dataclass(slots=True)
class Scope:
    """What the requests of one call are bound by. `provider` and `model` are for the sentences of its errors.

    `answer_mb` bounds each answer, in MB; `silence_s` is how long a server may say nothing, infinite where only the call
    as a whole is bounded; `patience` how often the client may meet a failure that it retries by itself, 0 for a call that
    it does not retry.
    """

    wire: "Wire"
    tell: Record
    answer_mb: float
    silence_s: float
    patience: int = 0
    provider: str = ""
    model: str = ""
    tries: int = 0
    last: HubCall | None = None
    made: list[HubCall] | None = None

    @property
    def place(self) -> HubPlace:
        """Where the Hub is and who asks."""
        return self.wire.place

    @property
    def who(self) -> str:
        """Who is asked, for a sentence."""
        return self.provider or ("The Hub" if self.place.endpoint == HUB_URL else f"The Hub at {self.place.endpoint}")

    def record(self, call: HubCall) -> None:
        """Keep and tell that an exchange ended."""
        self.last = call
        if self.made is not None:
            self.made.append(call)
        self.tell(call)

    def too_late(self, seconds: float) -> HubError:
        """The whole call took longer than it may."""
        last = self.last
        said = f"; the last answer was {last.status}" if last and last.status and last.status >= 400 else ""
        message = f"{self.who} did not answer within {seconds:g} s{said}."
        return HubError(Failure.TIMEOUT, message, "Try again, take another model, or allow more time.")


SCOPE: ContextVar[Scope | None] = ContextVar("hgtui_hub_scope", default=None)
"""The bounds of the call that a request of the client belongs to, carried to the hub's loops and threads."""


def offline() -> HubError:
    """The error of a request that is not made."""
    return HubError(Failure.REFUSED, "The Hub is not asked: this program works offline.", "Leave out --offline.")


def base_of(url: str) -> str:
    """Return the address of a router or an endpoint without the slash and the version at its end."""
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


@dataclass(slots=True, eq=False)
class Wire:
    """The way to one Hub and its router, on the loops of `thread`.

    `record` is told of each HTTP exchange as it ends, on the caller's event loop. Two wires in one process, to two
    places, do not know of each other.
    """

    place: HubPlace
    thread: HubThread = field(default_factory=HubThread)
    record: Record | None = None
    pools: dict[asyncio.AbstractEventLoop, Any] = field(default_factory=dict)

    async def run(
        self,
        work: Callable[[], Awaitable[T]],
        seconds: float,
        *,
        answer_mb: float | None = None,
        silence_s: float = math.inf,
        patience: int = 0,
        provider: str = "",
        model: str = "",
        made: list[HubCall] | None = None,
    ) -> T:
        """Await `work()` on the hub's loop, for at most `seconds` in all. Raises HubError for whatever goes wrong.

        Each HTTP exchange is added to `made` as it ends.
        What `work` asks of huggingface_hub or of `transport.client()` goes to this place, within these bounds. An error
        of this program's own code (its last frame is in hgtui) is raised as it is.
        """
        if self.place.offline:
            raise offline()
        limit = self.place.answer_mb if answer_mb is None else answer_mb
        # Silence for as long as the whole call may take is told as that: which of two clocks is ahead is chance.
        silence = silence_s if silence_s < seconds else math.inf
        scope = Scope(self, self._teller(), limit, silence, patience, provider, model, made=made)
        reset = SCOPE.set(scope)
        try:
            return await self.thread.run(partial(_doing, work, scope), seconds)
        except OutOfTime:
            raise scope.too_late(seconds) from None
        finally:
            SCOPE.reset(reset)

    async def ask(
        self,
        function: Callable[[], T],
        seconds: float = API_S,
        *,
        model: str = "",
        made: list[HubCall] | None = None,
    ) -> T:
        """Call a function that asks the Hub's API, on a thread of its own; else as `run`.

        huggingface_hub retries listings with sleeps that block: here at most once, after a second; a longer wait that the
        Hub asks for is raised as QUOTA with `retry_after`. A sleep under way delays neither a cancellation nor an exit.
        """
        work = partial(asyncio.to_thread, function)
        bounds: dict[str, Any] = {"answer_mb": API_MB, "silence_s": SILENCE_S, "patience": PATIENCE}
        return await self.run(work, seconds, model=model, made=made, **bounds)

    async def aclose(self) -> None:
        """Close the connections; the thread is left running."""
        for loop, pool in list(self.pools.items()):
            with contextlib.suppress(RuntimeError):  # its loop has ended, and closed it
                closing = asyncio.run_coroutine_threadsafe(pool.aclose(), loop)
                await asyncio.wait({asyncio.wrap_future(closing)}, timeout=CONNECT_S)
        self.pools.clear()

    def _teller(self) -> Record:
        record, loop = self.record, asyncio.get_running_loop()
        if record is None:
            return lambda call: None

        def tell(call: HubCall) -> None:
            with contextlib.suppress(RuntimeError):  # the caller's loop has ended: no one keeps the record any longer
                loop.call_soon_threadsafe(record, call)

        return tell


async def _doing(work: Callable[[], Awaitable[T]], scope: Scope) -> T:
    # What is heavy to import is imported away from both loops, by whoever comes first.
    translate = _prepared() if _ready.is_set() else await asyncio.to_thread(_prepared)
    try:
        return await work()
    except HubError:
        raise
    except Exception as error:
        raise translate(error, scope) from None


def _prepared() -> Callable[[Exception, Scope], Exception]:
    from hgtui.hub.faults import of_error
    from hgtui.hub.transport import install

    install()
    _ready.set()
    return of_error
