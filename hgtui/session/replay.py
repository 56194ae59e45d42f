"""A recorded run gone through again: the same engine, on what was recorded of the world outside, asking nobody."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactStore
from hgtui.core.run import Run
from hgtui.core.states import Stage
from hgtui.core.text import decode
from hgtui.session.board import Listener
from hgtui.session.conductor import Conductor
from hgtui.session.deriving import Asked, commands
from hgtui.session.differing import Counting, differences
from hgtui.session.overlay import Again, Overlay
from hgtui.session.pacing import Pace
from hgtui.session.recording import Recording
from hgtui.session.restored import Restored

__all__ = ["Replayed", "differences", "replay"]

STALLED_S = 5.0
"""A replay in which nothing happens for so long has come to its end, wherever the recorded run went."""
_BROKEN_OFF = "The revision was broken off"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: its entries, in what they differ, and how many events were compared.

    `differences` are sentences, the first first; empty where everything came as it was. `new` are the artifacts that
    were made and are not among those of the recorded run, by digest.
    """

    entries: tuple[ev.Entry, ...]
    differences: tuple[str, ...]
    events: int
    new: Mapping[str, bytes]


async def replay(
    entries: Sequence[ev.Entry],
    artifacts: ArtifactStore,
    *,
    templates: Path | None = None,
    listener: Listener | None = None,
) -> Replayed:
    """Run the engine again on the recorded effects of a run, with what the person did at the same places.

    `templates` is the folder of a person's own templates. `listener` hears every event as it happens. Nothing is asked
    of anybody, nothing of what was recorded is changed, nothing is waited for. A run that several processes went on
    with is gone through part by part, each from where the one before had left it. Raises ValueError for a journal that
    does not begin with a request, ArtifactError where a record is damaged.
    """
    stored = tuple(entry for entry in entries if entry.seq is not None)
    if not stored or not isinstance(stored[0].event, ev.RunStarted):
        raise ValueError("The journal does not begin with a request.")
    overlay = Overlay(artifacts)
    again: list[ev.Entry] = []
    found: list[str] = []
    events = 0
    try:
        for begin, end in _parts(stored):
            part = _Part(stored[:begin], stored[begin:end], overlay, templates, last=end == len(stored))
            again += await part.run(listener)
            found += part.found
            events += part.events
        new = {digest: path.read_bytes() for digest, path in overlay.new.items()}
    finally:
        await overlay.aclose()
    return Replayed(tuple(again), tuple(dict.fromkeys(found)), events, new)


def _parts(entries: Sequence[ev.Entry]) -> list[tuple[int, int]]:
    """Return where the part of each process begins and ends."""
    begins = [0]
    now: tuple[object, str] | None = None
    for place, entry in enumerate(entries):
        event, begin = entry.event, place
        if isinstance(event, ev.RunStarted | ev.Resumed) and event.setup is not None:
            now = event.setup.attended, event.answer
        mended = isinstance(event, ev.RevisionClosed) and event.message.startswith(_BROKEN_OFF)
        behind = begins[-1] == place - 1 and isinstance(entries[place - 1].event, ev.RevisionClosed)  # of that process
        if mended or (isinstance(event, ev.Resumed) and not behind):
            begins.append(place)
        elif isinstance(event, ev.Approved) and _by_another(entries, begins[-1], place, now):
            # It was approved by another process: hgtui approve.
            now = event.attended, event.answer
            while isinstance(entries[begin - 1].event, ev.FileSeen | ev.RulesSet | ev.RuleAdded):
                begin -= 1
            begins.append(begin)
    return list(zip(begins, [*begins[1:], len(entries)], strict=True))


def _by_another(entries: Sequence[ev.Entry], begin: int, place: int, now: tuple[object, str] | None) -> bool:
    """Whether another process approved than the one whose part begins there: under other settings, or anew."""
    event = entries[place].event
    if isinstance(event, ev.Approved) and event.answer and now not in {None, (event.attended, event.answer)}:
        return True

    def execution(one: ev.Entry) -> bool:
        return isinstance(one.event, ev.StageEntered) and one.event.stage is Stage.EXECUTION

    return any(map(execution, entries[place + 1 : place + 2])) and any(map(execution, entries[begin:place]))


class _Part:
    """What one process did of a run."""

    def __init__(
        self,
        before: Sequence[ev.Entry],
        entries: Sequence[ev.Entry],
        artifacts: Overlay,
        templates: Path | None,
        *,
        last: bool,
    ) -> None:
        self._before, self._entries, self._artifacts = before, entries, artifacts
        self._restored = Restored(before, entries, artifacts, templates)
        end = entries[-1].event
        waits = ev.GateOpened | ev.Marked | ev.RevisionProposed | ev.ChangeDecided
        self._cut = not isinstance(end, ev.RunEnded | waits) or not last
        self._pace = Pace()
        self._asked: list[Asked] = []
        self._sent = 0
        self.found: list[str] = []
        counts = Counting()
        self._counted = tuple(entry.event for entry in entries if counts(entry.event))
        self.events = len(self._counted)

    async def run(self, listener: Listener | None) -> list[ev.Entry]:
        """Go through it and compare it; return what happened."""
        recording = await Recording(tuple(self._entries), self._artifacts, tuple(self._before)).read()
        self._asked = commands(self._entries, self._restored.setup, self._before)
        journal, pace = Again(self._entries), self._pace
        pace.asked = tuple(one.after for one in self._asked)
        pace.interrupted = self._interrupted
        run = None
        if self._before:
            run = Run()
            for entry in self._before:
                run.fold(entry)
        conductor = Conductor(self._restored.equipment(recording, journal, pace, self._bound), run)

        def hear(entry: ev.Entry, changed: frozenset[Uid]) -> None:
            self._refused(entry.event)
            pace.hear(entry)
            if listener is not None:
                listener(entry, changed)

        conductor.listen(hear)
        try:
            await self._command(conductor)
            if self._cut:
                # What ran beside the last event may have told of itself first here: as many events are not yet the same.
                ends = [event for event in self._counted if isinstance(event, ev.TaskDone | ev.TaskFailed)]
                await pace.until(lambda: not journal.lacks(ends), Pace.PATIENCE_S)
            again = list(journal.entries)
        finally:
            await conductor.aclose()
        unlike = differences(self._entries, again, cut=self._cut, before=self._before)
        self.found = [*self._pace.misses, *unlike]
        return again

    async def _command(self, conductor: Conductor) -> None:
        pace = self._pace
        for one, following in zip(self._asked, [*self._asked[1:], None], strict=True):
            if not await pace.until(lambda after=one.after: pace.events >= after, self._patience):  # type: ignore[misc]
                return
            command = await self._whole(one)
            self._sent += 1
            conductor.send(command)
            await self._served(conductor, max(one.after + 1, following.after) if following else self.events)
            pace.given += 1
            pace.moved()
        await pace.until(lambda: pace.events >= self.events, self._patience)
        if not self._cut:
            for _ in range(10):  # what would come now is one too many
                await asyncio.sleep(0)

    async def _served(self, conductor: Conductor, enough: int) -> None:
        """Wait until a command is carried out, or what came of it is what came before the next one."""
        settled = asyncio.create_task(conductor.settled())
        settled.add_done_callback(lambda _: self._pace.moved())
        await self._pace.until(lambda: settled.done() or self._pace.events >= enough, self._patience)
        settled.cancel()

    @property
    def _patience(self) -> float:
        return STALLED_S if not self._pace.misses else Pace.PATIENCE_S

    async def _whole(self, one: Asked) -> cmd.Command:
        if one.given is None or not isinstance(one.command, cmd.Supply):
            return one.command
        text = decode(await self._artifacts.read(one.given.digest))
        return one.command.model_copy(update={"text": text})

    def _interrupted(self) -> bool:
        """Whether what was under way here in the recorded run left no record, because it was broken off."""
        if any(one.interrupts for one in self._asked[self._pace.given : self._sent]):
            return True
        left = [one for one in self._asked[self._sent :] if not isinstance(one.command, cmd.Mark)]
        return left[0].interrupts if left else self._cut

    def _refused(self, event: ev.Event) -> None:
        expected = self._pace.given < len(self._asked) and self._asked[self._pace.given].refused
        if isinstance(event, ev.Refused) and not expected:
            self._pace.missed(f"What was done in the recorded run was refused ({event.command}): {event.message}")

    def _bound(self) -> int:
        """Return how many events had happened when what the command at hand came to was over."""
        left = self._asked[self._pace.given :]
        if not left:
            return self.events
        after = left[0].after
        for place, event in enumerate(self._counted):
            if place >= after and not isinstance(event, ev.FileSeen):
                return place
        return self.events
