"""Where events are put: into the journal first, then into the run, then before everyone who listens."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Literal

from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.ports import Clock
from hgtui.core.run import Run
from hgtui.session.equipment import Appends

Listener = Callable[[ev.Entry, frozenset[Uid]], None]


class Board:
    """The only writer of a run's journal. What listeners see as happened is on disk."""

    def __init__(self, run: Run, journal: Appends, clock: Clock, on_broken: Callable[[Exception], None]) -> None:
        self.run = run
        self._journal, self._clock, self._on_broken = journal, clock, on_broken
        self._listeners: list[Listener] = []
        self._last: asyncio.Future[ev.Entry] | None = None
        self._left = 0
        self._ended = False
        self.error: Exception | None = None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each entry from now on; return what takes it off again."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def emit(self, event: ev.Event) -> None:
        """Store an event and then show it; an event that is not stored is shown at once. Never blocks."""
        if isinstance(event, ev.PASSING_EVENTS):
            self.show(event)
            return
        now = self._clock.now()
        if self.error is not None:
            return
        self._ended = self._ended or isinstance(event, ev.RunEnded)
        self._left += 1
        self._last = asyncio.ensure_future(self._journal.append(self.run.id, event, now))
        self._last.add_done_callback(self._stored)

    def show(self, event: ev.Event) -> None:
        """Show an event that is not stored."""
        self._show(ev.Entry(run=self.run.id, seq=None, at=self._clock.now(), event=event))

    def log(self, text: str, level: Literal["debug", "warning"] = "debug") -> None:
        """Write a line for the log of a run that goes on. Before its first event and after its last there is no place."""
        if self.goes_on:
            self.emit(ev.Logged(level=level, text=text))

    @property
    def goes_on(self) -> bool:
        """Whether the run has begun and not ended."""
        return bool(self.run.id) and not (self._ended or self.run.ended)

    async def flush(self) -> None:
        """Wait until everything that was emitted is stored and folded. Raises the journal's error where it broke."""
        await self.settle()
        if self.error is not None:
            raise self.error

    async def settle(self) -> None:
        """Wait until nothing is on its way to the journal any more, whether it was stored or not."""
        # Not whether the last is done: what is stored is folded only when the event loop comes to it.
        if self._last is not None and self._left:
            await asyncio.wait([self._last])

    def _stored(self, future: asyncio.Future[ev.Entry]) -> None:
        self._left -= 1
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            self._show(future.result())
        elif self.error is None:
            self.error = error if isinstance(error, Exception) else RuntimeError(str(error))
            self._on_broken(self.error)

    def _show(self, entry: ev.Entry) -> None:
        changed = self.run.fold(entry)
        for listener in tuple(self._listeners):
            listener(entry, changed)
