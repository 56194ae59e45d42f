"""What a test and a server in another thread wait for each other with."""

import asyncio
from concurrent.futures import Future


class Signal:
    """Set once from any thread, awaited from any event loop."""

    def __init__(self) -> None:
        self._future: Future[None] = Future()

    @property
    def is_set(self) -> bool:
        return self._future.done()

    def set(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self, limit_s: float | None = 30) -> None:
        """Wait; a test that waits in vain fails after `limit_s` seconds with TimeoutError."""
        async with asyncio.timeout(limit_s):
            # A waiter that is cancelled must not cancel the signal for the others.
            await asyncio.shield(asyncio.wrap_future(self._future))

    def wait_blocking(self, seconds: float | None = None) -> None:
        self._future.result(seconds)


class Gate:
    """Stops a server until the test releases it; `reached` says that the server has come to it."""

    def __init__(self) -> None:
        self.reached = Signal()
        self._released = Signal()

    def release(self) -> None:
        self._released.set()

    async def hold(self) -> None:
        self.reached.set()
        await self._released.wait(None)
