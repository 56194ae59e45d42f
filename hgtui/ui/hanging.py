"""Work that may hang, such as a look at a disk at the other end of a line: in a thread that holds nobody up, nor the end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

MOST = 4
"""How many such threads there are at a time: where so many hang, one more would hang as well."""


class Busy(Exception):
    """So many threads hang already that no other is begun."""


_living: set[threading.Thread] = set()


async def aside(work: Callable[[], T]) -> T:
    """Return what `work` gives, done in a daemon thread; who stops waiting leaves it alone. Raises Busy, and what it raises."""
    _living.difference_update([one for one in _living if not one.is_alive()])
    if len(_living) >= MOST:
        raise Busy
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():  # nobody waits any more
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # None only where work gave None

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    # Not of the pool of the event loop: that waits for its threads when the program ends.
    thread = threading.Thread(target=run, name="aside", daemon=True)
    _living.add(thread)
    thread.start()
    return await done
