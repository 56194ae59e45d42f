"""A recorded run shown as it went, at its own pace: what listens hears the entries, and nothing runs."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Literal

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.run import Run
from hgtui.execution.perform import Sleep
from hgtui.session.board import Listener

WORDS = "This is a recorded run: it is only shown."


class Playback:
    """Looks like a conductor to whoever shows one: listeners hear each entry, every command is refused.

    `speed` divides the times between the entries, None leaves them out; a pause is never longer than `longest_s`
    seconds, None for any length. `sleep` waits.
    """

    error: Exception | None = None
    """A conductor's error; nothing is written here."""

    def __init__(
        self,
        entries: Sequence[ev.Entry],
        speed: float | None = None,
        longest_s: float | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.run = Run()
        self._entries, self._speed, self._longest, self._sleep = tuple(entries), speed, longest_s, sleep
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each entry and the uids that it changed; return what takes it off again."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def send(self, command: cmd.Command) -> None:
        """Refuse a command, with a sentence."""
        event = ev.Refused(command=command.command, message=WORDS, hint="To run it again: hgtui run --replay RUN")
        self._show(ev.Entry(run=self.run.id, seq=None, at=self.run.at or datetime.now(UTC), event=event))

    def log(self, text: str, level: Literal["debug", "warning"] = "debug") -> None:
        """Take a line for the log, which is that of the recorded run: nothing is added to it."""

    async def settled(self) -> None:
        """Return at once: no command is under way."""

    async def aclose(self) -> None:
        """Let go of who listens."""
        self._listeners.clear()

    async def play(self) -> None:
        """Show the entries one after the other; cancelling ends it where it is."""
        last = None
        for entry in self._entries:
            if last is not None and self._speed is not None:
                pause = max(0.0, (entry.at - last).total_seconds()) / self._speed  # a clock may have gone back
                await self._sleep(pause if self._longest is None else min(pause, self._longest))
            last = entry.at
            self._show(entry)

    def _show(self, entry: ev.Entry) -> None:
        changed = self.run.fold(entry)
        for listener in tuple(self._listeners):
            listener(entry, changed)
