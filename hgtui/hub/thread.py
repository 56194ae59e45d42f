"""Where the Hub is talked to: event loops on threads of their own, so that nothing of it runs on the caller's loop.

The Hub's client blocks the loop that it is called on (its mapping fetch is synchronous, its queues are polled with
time.sleep), has no total time-out and cannot be cancelled there. Here its coroutines run on one loop, the requests of its
blocking half on a second one (so that a request which blocks the first can still end), its blocking functions on threads.
All threads are daemons: one that hangs delays neither a cancellation nor the end of the program.
"""

import asyncio
import contextlib
import itertools
import math
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError, Future, InvalidStateError, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from hgtui.core.states import Failure
from hgtui.hub.values import HubError

T = TypeVar("T")

_CLOSING_S = 2.0
"""How long `aclose` waits for what is under way to notice that it ends."""


class Ended(BaseException):
    """The call that a request belongs to was cancelled or ran out of time; no handler of the client may stop it."""


class OutOfTime(HubError):
    """A call took longer than it may."""

    def __init__(self, seconds: float) -> None:
        message = f"There was no answer within {seconds:g} s."
        super().__init__(Failure.TIMEOUT, message, "Try again, or allow more time.")


class Call:
    """One call that the caller waits for. When it ends early, what is under way for it is stopped, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended = False
        self._stops: dict[int, Callable[[], object]] = {}
        self._numbers = itertools.count()

    def check(self) -> None:
        """Raise Ended where the caller waits no longer."""
        if self._ended:
            raise Ended

    def attach(self, stop: Callable[[], object]) -> Callable[[], None]:
        """Have `stop` called when the call ends early (at once where it has); return what takes it off again."""
        with self._lock:
            if not self._ended:
                number = next(self._numbers)
                self._stops[number] = stop
                return lambda: self._detach(number)
        stop()
        return lambda: None

    def end(self) -> None:
        """The caller waits no longer."""
        with self._lock:
            self._ended = True
            stops, self._stops = list(self._stops.values()), {}
        for stop in stops:
            stop()

    def _detach(self, number: int) -> None:
        with self._lock:
            self._stops.pop(number, None)


CALL: ContextVar[Call | None] = ContextVar("hgtui_hub_call", default=None)
"""The call that the code runs for, carried to the hub's loops and threads."""


class _Daemons(ThreadPoolExecutor):
    """A pool that never makes a call wait for another: a daemon thread for each.

    The threads of concurrent.futures are joined when the interpreter exits, so that one that hangs would hang the program.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        outcome: Future[Any] = Future()

        def work() -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            try:
                outcome.set_result(fn(*args, **kwargs))
            except BaseException as error:  # it is raised where the result is awaited
                outcome.set_exception(error)

        threading.Thread(target=work, name="hgtui-hub-call", daemon=True).start()
        return outcome

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for none of them."""


class _Loop:
    """An event loop on a daemon thread, started when it is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: Future[None] = Future()
        self.closers: list[Callable[[], Awaitable[None]]] = []

    def started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._stopped.done():
                raise _closed()
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._loop.set_default_executor(_Daemons())
                threading.Thread(target=self._run, args=(self._loop,), name=self._name, daemon=True).start()
            return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.close()
            self._stopped.set_result(None)

    def stop(self) -> Future[None]:
        """Cancel what runs, close what was opened there, and end the thread. Returns what tells that it has ended."""
        with self._lock:
            if self._loop is None:
                if not self._stopped.done():
                    self._stopped.set_result(None)
            elif not self._stopped.done():
                asyncio.run_coroutine_threadsafe(self._end(self._loop), self._loop)
        return self._stopped

    async def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_CLOSING_S)
        for close in self.closers:
            with contextlib.suppress(Exception):  # a connection that is broken is closed all the same
                await close()
        await loop.shutdown_asyncgens()
        loop.call_soon(loop.stop)


class HubThread:
    """Runs what talks to the Hub away from the caller's loop; started on first use, for any number of calls at once."""

    def __init__(self) -> None:
        self._work = _Loop("hgtui-hub")
        self._wire = _Loop("hgtui-hub-wire")
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, work: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Await `work()` on the hub's loop, for at most `seconds` in all; context variables are carried there.

        Raises OutOfTime, and what `work` raises. On a cancellation or out of time the work is cancelled and not waited
        for; whatever blocks in it is refused its next request.
        """
        loop, call, outcome = self._work.started(), Call(), Future[T]()
        context = copy_context()
        context.run(CALL.set, call)
        loop.call_soon_threadsafe(self._begin, work, call, outcome, context=context)
        waiting = asyncio.wrap_future(outcome)
        try:
            await asyncio.wait({waiting}, timeout=None if math.isinf(seconds) else seconds)
            if not waiting.done():
                raise OutOfTime(seconds)
            return waiting.result()
        finally:
            if not waiting.done():
                call.end()
                waiting.cancel()

    async def call(self, function: Callable[[], T], seconds: float) -> T:
        """Call a function that blocks on a thread of its own; else as `run`."""
        return await self.run(lambda: asyncio.to_thread(function), seconds)

    def request(self, doing: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the second loop and wait for it, blocking: a request of the client's blocking half.

        Must not be called on that loop. Raises Ended where the call ends meanwhile, and what the coroutine raises.
        """
        call = CALL.get()
        try:
            if call:
                call.check()
            future = asyncio.run_coroutine_threadsafe(doing, self._wire.started())
        except BaseException:
            doing.close()
            raise
        detach = call.attach(future.cancel) if call else None
        try:
            return future.result()
        except CancelledError:
            raise Ended from None
        finally:
            if detach:
                detach()

    def at_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have `close` awaited on the loop that this is called on before that loop ends."""
        loop = asyncio.get_running_loop()
        for one in (self._work, self._wire):
            if one._loop is loop:
                one.closers.append(close)

    async def aclose(self) -> None:
        """End the loops. What is still under way is cancelled; a thread that blocks is left to itself."""
        for stopped in (self._work.stop(), self._wire.stop()):
            await asyncio.wait({asyncio.wrap_future(stopped)}, timeout=2 * _CLOSING_S)

    def _begin(self, work: Callable[[], Awaitable[T]], call: Call, outcome: Future[T]) -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(_settle(work, outcome))
        self._tasks.add(task)
        detach = call.attach(lambda: _cancel(loop, task))

        def done(_: object) -> None:
            self._tasks.discard(task)
            detach()
            _hand_over(outcome.set_exception, _closed())  # where it was cancelled before its first step

        task.add_done_callback(done)


def _cancel(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended, and the task with it
        loop.call_soon_threadsafe(task.cancel)


def _closed() -> HubError:
    return HubError(Failure.TRANSPORT, "The connection to the Hub has been closed.")


async def _settle(work: Callable[[], Awaitable[T]], outcome: Future[T]) -> None:
    """Do the work and hand over what comes of it, where someone still waits."""
    try:
        result = await work()
    except (asyncio.CancelledError, Ended):
        _hand_over(outcome.set_exception, _closed())
    except Exception as error:
        _hand_over(outcome.set_exception, error)
    else:
        _hand_over(outcome.set_result, result)


def _hand_over(give: Callable[[Any], None], what: Any) -> None:
    with contextlib.suppress(InvalidStateError):  # the caller waits no longer
        give(what)
