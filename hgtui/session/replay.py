"""A recorded run gone through again: the same engine, on what was recorded of the world outside, asking nobody."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactStore, Planner
from hgtui.core.run import Run
from hgtui.core.states import Gates, Stage
from hgtui.core.text import decode
from hgtui.llm.prompts import Prompts
from hgtui.llm.replaying import ReplayingChat
from hgtui.llm.taped import Taped
from hgtui.planning import RulePlanner
from hgtui.planning import prompt as planning_prompt
from hgtui.planning.chat import Talker
from hgtui.planning.llm import LLMPlanner
from hgtui.response import prompt as response_prompt
from hgtui.response.llm import LLMResponder
from hgtui.selection import prompt as selection_prompt
from hgtui.selection.llm import LLMSelector
from hgtui.session.board import Listener
from hgtui.session.clock import SystemClock
from hgtui.session.conductor import Conductor
from hgtui.session.deriving import Asked, commands
from hgtui.session.differing import Counting, differences
from hgtui.session.equipment import Equipment
from hgtui.session.planned import PlannedBefore
from hgtui.session.recording import Recording
from hgtui.session.replayed import (
    Again,
    Catalogue,
    Endpoint,
    Failing,
    Files,
    KeptBefore,
    Overlay,
    Pace,
    SameRun,
    Store,
    Waits,
)
from hgtui.session.store import Records
from hgtui.session.tape import Tape, TapedStore

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
        if mended or (isinstance(event, ev.Resumed) and place != begins[-1] + 1):
            begins.append(place)
        elif isinstance(event, ev.Approved) and _by_another(entries, begins[-1], place, now):
            # It was approved by another process: hgtui approve.
            now = event.attended, event.answer
            while isinstance(entries[begin - 1].event, ev.FileSeen):
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
        self._before, self._entries, self._artifacts, self._templates = before, entries, artifacts, templates
        self._started = next(entry.event for entry in (*before, *entries) if isinstance(entry.event, ev.RunStarted))
        self._setup = self._found_setup()
        end = entries[-1].event
        self._cut = not isinstance(end, ev.RunEnded | ev.GateOpened | ev.Marked | ev.RevisionProposed) or not last
        self._pace = Pace()
        self._asked: list[Asked] = []
        self._sent = 0
        self.found: list[str] = []
        counts = Counting()
        self._counted = tuple(entry.event for entry in entries if counts(entry.event))
        self.events = len(self._counted)

    def _found_setup(self) -> ev.Setup:
        setup = self._started.setup
        for entry in self._entries:
            if isinstance(entry.event, ev.Resumed):
                setup = entry.event.setup or setup
        approvals = [entry.event for entry in self._entries if isinstance(entry.event, ev.Approved)]
        if setup is None:  # a run of an older hgtui: what it did tells
            by = next((one.by for one in approvals if one.by not in {"person", "gates = none"}), "")
            return ev.Setup(base="/", approve_by=by, attended=False, selector=True, talker=True, store=True)
        attended = next((one.attended for one in reversed(approvals) if one.attended is not None), setup.attended)
        return setup.model_copy(update={"attended": attended})

    async def run(self, listener: Listener | None) -> list[ev.Entry]:
        """Go through it and compare it; return what happened."""
        recording = await Recording(tuple(self._entries), self._artifacts, tuple(self._before)).read()
        self._asked = commands(self._entries, self._setup.attended, self._before)
        journal, pace = Again(self._entries), self._pace
        pace.asked = tuple(one.after for one in self._asked)
        pace.interrupted = self._interrupted
        run = None
        if self._before:
            run = Run()
            for entry in self._before:
                run.fold(entry)
        conductor = Conductor(self._equipment(recording, journal), run)

        def hear(entry: ev.Entry, changed: frozenset[Uid]) -> None:
            self._refused(entry.event)
            pace.hear(entry)
            if listener is not None:
                listener(entry, changed)

        conductor.listen(hear)
        try:
            await self._command(conductor)
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

    def _equipment(self, recording: Recording, journal: Again) -> Equipment:
        setup, pace, started = self._setup, self._pace, self._started
        pins = dict(setup.pins)

        async def pin(task: str, candidate: str | None) -> None:
            pins.pop(task, None)
            if candidate is not None:
                pins[task] = candidate

        failed = max((len(one.failed) for one in recording.candidates.values()), default=0)
        tape = Tape()
        equipment = Equipment(
            planner=RulePlanner(),
            catalogues=(*(Failing(recording, number) for number in range(failed)), Catalogue(recording, pace)),
            endpoints={
                name: Endpoint(name, limit, recording, self._artifacts, pace) for name, limit in self._limits().items()
            },
            artifacts=self._artifacts,
            journal=journal,
            recorder=Records(self._artifacts, {}),
            clock=SystemClock(),
            ids=SameRun(self._entries[0].run),
            base=Path(setup.base),
            out=Path(setup.out) if setup.out else None,
            gates=Gates(started.gates),
            approve_by=setup.approve_by,
            attended=setup.attended,
            sleep=Waits(recording, pace).sleep,
            controller=self._controller[0],
            controller_spends=setup.controller_spends,
            hub=setup.hub,
            profile=setup.profile,
            store=TapedStore(Store(recording, pace), tape) if setup.store else None,
            exempt_hosts=frozenset(setup.exempt),
            offline=setup.offline,
            pins=pins,
            pin=pin,
            results=KeptBefore(recording, pace) if recording.reused else None,
            fresh=started.fresh,
            files=Files(recording, pace, self._bound),
            tape=tape,
        )
        return replace(equipment, **self._stages(recording, tape))

    @property
    def _controller(self) -> tuple[str, str]:
        said = [entry.event for entry in self._entries if isinstance(entry.event, ev.RunStarted | ev.Resumed)]
        last = said[-1] if said else self._started
        approved = [entry.event for entry in self._entries if isinstance(entry.event, ev.Approved)]
        answers = [one.answer for one in approved if one.answer]
        return last.controller, answers[-1] if answers else last.answer

    def _limits(self) -> dict[str, int]:
        """Return how many calls each endpoint took at once."""
        rows = [entry.event for entry in (*self._before, *self._entries) if isinstance(entry.event, ev.CandidatesFound)]
        names = {one.name.partition(":")[0] for row in rows for one in row.candidates}
        return dict.fromkeys(sorted(names), 1) | dict(self._setup.limits)

    def _stages(self, recording: Recording, tape: Tape) -> dict[str, Any]:
        """Return the part of an LLM in the run, as it was, each with the templates of today."""
        name, brought = self._started.planner, self._started.brought is not None
        llm = bool(recording.calls or recording.contexts)
        if name == "rules" and not brought:
            return {}
        chat = _taped(recording, self._pace, tape, None if brought or name == "controller" else name)

        def prompts(folder: Path) -> Prompts:
            return Prompts(folder, self._templates)

        planner: Planner = LLMPlanner(chat, prompts(planning_prompt.TEMPLATES))
        if not llm and not brought:
            planner = PlannedBefore(name, self._entries)
        talker = Talker(chat, prompts(planning_prompt.TEMPLATES))
        return {
            "planner": planner,
            "selector": LLMSelector(chat, prompts(selection_prompt.TEMPLATES)) if self._setup.selector else None,
            "responder": LLMResponder(chat, prompts(response_prompt.TEMPLATES))
            if self._controller[1] == "llm"
            else None,
            "talker": talker if self._setup.talker else None,
        }


def _taped(recording: Recording, pace: Pace, tape: Tape, model: str | None) -> Taped:
    chat = ReplayingChat(
        recording.calls, recording.contexts, model=model, missed=pace.missed, cut=pace.interrupted, turn=pace.commands
    )
    return Taped(chat, tape.keep)
