"""How a replay keeps pace with its recording: what ran side by side then ends in the same order."""

import asyncio
from collections.abc import Callable

from hgtui.core import events as ev
from hgtui.core.text import one_line
from hgtui.session.differing import Counting
from hgtui.session.recording import Try


class Pace:
    """Where a replay stands beside its recording, so that what ran side by side then ends in the same order."""

    PATIENCE_S = 1.0
    """How long a try waits for what came before it; then the run is another one, and the comparison will say so."""

    def __init__(self) -> None:
        self.misses: list[str] = []
        self.events = self.ended = self.given = 0
        self.plan_approved = False
        self.asked: tuple[int, ...] = ()
        self.interrupted: Callable[[], bool] = lambda: False
        self._open: set[str] = set()
        self._counts = Counting()
        self._news = asyncio.Event()

    def hear(self, entry: ev.Entry) -> None:
        """Take in an event of the replay."""
        event = entry.event
        if isinstance(event, ev.TaskStarted):
            self._open.add(event.uid)
        elif isinstance(
            event,
            ev.TaskRetrying | ev.TaskSubstituted | ev.TaskDone | ev.TaskFailed | ev.TaskCancelled | ev.TaskSkipped
            | ev.TaskReset,
        ) and event.uid in self._open:  # fmt: skip
            self._open.discard(event.uid)
            self.ended += 1
        self.plan_approved = self.plan_approved or isinstance(event, ev.PlanApproved)
        self.events += self._counts(event)
        self.moved()

    def moved(self) -> None:
        """Let those who wait look again."""
        self._news.set()

    def missed(self, words: str) -> None:
        """Note that something was asked that was not recorded."""
        self.misses.append(one_line(words, 1000))
        self.moved()

    async def turn(self, one: Try) -> None:
        """Wait until everything is over that was over before this try ended."""
        asked = sum(after < one.after for after in self.asked)
        await self.until(lambda: self.ended >= one.number - 1 and self.given >= asked, self.PATIENCE_S)

    async def commands(self, after: int) -> None:
        """Wait until every command was given that was given before so many events."""
        asked = sum(one < after for one in self.asked)
        await self.until(lambda: self.given >= asked, self.PATIENCE_S)

    async def until(self, condition: Callable[[], bool], patience_s: float) -> bool:
        """Wait until something holds; False where nothing at all happens for so many seconds."""
        while not condition():
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), patience_s)
            except TimeoutError:
                return condition()
        return True
