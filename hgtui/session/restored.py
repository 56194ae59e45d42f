"""What a recorded run is gone through again with: what it worked under then, and what stands for each port of then."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hgtui.core import events as ev
from hgtui.core.policy import Rule
from hgtui.core.ports import Planner
from hgtui.core.run import Run
from hgtui.core.states import Gates
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
from hgtui.session.clock import SystemClock
from hgtui.session.equipment import Equipment
from hgtui.session.overlay import Again, Overlay, SameRun
from hgtui.session.pacing import Pace
from hgtui.session.planned import PlannedBefore
from hgtui.session.recording import Recording
from hgtui.session.replayed import Catalogue, Endpoint, Failing, Files, KeptBefore, RulesBefore, Store, Waits
from hgtui.session.store import Records
from hgtui.session.tape import Tape


class Restored:
    """What one part of a recorded run worked under, `setup`, and the equipment of its replay.

    `templates` is the folder of a person's own templates; what the replay makes goes into `artifacts`.
    """

    def __init__(
        self, before: Sequence[ev.Entry], entries: Sequence[ev.Entry], artifacts: Overlay, templates: Path | None
    ) -> None:
        self._before, self._entries, self._artifacts, self._templates = before, entries, artifacts, templates
        self._started = next(entry.event for entry in (*before, *entries) if isinstance(entry.event, ev.RunStarted))
        self.setup = self._found_setup()

    def _found_setup(self) -> ev.Setup:
        setup = self._started.setup
        for entry in self._entries:
            if isinstance(entry.event, ev.Resumed):
                setup = entry.event.setup or setup
        approvals = [entry.event for entry in self._entries if isinstance(entry.event, ev.Approved)]
        if setup is None:  # a run of an older hgtui: what it did tells
            by = next((one.by for one in approvals if one.by not in {"person", ev.NO_GATES}), "")
            return ev.Setup(
                base="/",
                approve_by=by,
                attended=False,
                selector=True,
                talker=True,
                store=True,
                gates=self._started.gates,
            )
        attended = next((one.attended for one in reversed(approvals) if one.attended is not None), setup.attended)
        return setup.model_copy(update={"attended": attended, "gates": setup.gates or self._started.gates})

    def equipment(self, recording: Recording, journal: Again, pace: Pace, bound: Callable[[], int]) -> Equipment:
        """Return what the engine runs on; `bound` says how many events came before what the command at hand came to."""
        setup, started = self.setup, self._started
        pins = dict(setup.pins)

        async def pin(task: str, candidate: str | None) -> None:
            pins.pop(task, None)
            if candidate is not None:
                pins[task] = candidate

        found = [*recording.candidates.values(), *(one for rows in recording.again.values() for one in rows)]
        failed = max((len(one.failed) for one in found), default=0)
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
            gates=setup.gates or Gates.MERGED,
            approve_by=setup.approve_by,
            attended=setup.attended,
            sleep=Waits(recording, pace).sleep,
            controller=self._controller[0],
            controller_spends=setup.controller_spends,
            hub=setup.hub,
            profile=setup.profile,
            store=Store(recording, pace, tape) if setup.store else None,
            exempt_hosts=frozenset(setup.exempt),
            offline=setup.offline,
            only_plans=setup.only_plans,
            pins=pins,
            pin=pin,
            results=KeptBefore(recording, pace) if recording.reused else None,
            fresh=started.fresh,
            files=Files(recording, pace, bound),
            tape=tape,
            rules=RulesBefore(self._rules()),
        )
        return replace(equipment, **self._stages(recording, pace, tape))

    @property
    def _controller(self) -> tuple[str, str]:
        said = [entry.event for entry in self._entries if isinstance(entry.event, ev.RunStarted | ev.Resumed)]
        last = said[-1] if said else self._started
        approved = [entry.event for entry in self._entries if isinstance(entry.event, ev.Approved)]
        answers = [one.answer for one in approved if one.answer]
        return last.controller, answers[-1] if answers else last.answer

    def _rules(self) -> tuple[Rule, ...]:
        """Return the rules that were stored or configured when this part began."""
        for entry in self._entries:
            if isinstance(entry.event, ev.RulesSet):
                return entry.event.rules
        run = Run()
        for entry in self._before:
            run.fold(entry)
        return run.standing

    def _limits(self) -> dict[str, int]:
        """Return how many calls each endpoint took at once."""
        rows = [entry.event for entry in (*self._before, *self._entries) if isinstance(entry.event, ev.CandidatesFound)]
        names = {one.name.partition(":")[0] for row in rows for one in row.candidates}
        return dict.fromkeys(sorted(names), 1) | dict(self.setup.limits)

    def _stages(self, recording: Recording, pace: Pace, tape: Tape) -> dict[str, Any]:
        """Return the part of an LLM in the run, as it was, each with the templates of today."""
        name, brought = self._started.planner, self._started.brought is not None
        llm = bool(recording.calls or recording.contexts)
        if name == "rules" and not brought:
            return {}
        chat = _taped(recording, pace, tape, None if brought or name == "controller" else name)

        def prompts(folder: Path) -> Prompts:
            return Prompts(folder, self._templates)

        planner: Planner = LLMPlanner(chat, prompts(planning_prompt.TEMPLATES))
        if not llm and not brought:
            planner = PlannedBefore(name, self._entries)
        talker = Talker(chat, prompts(planning_prompt.TEMPLATES))
        return {
            "planner": planner,
            "selector": LLMSelector(chat, prompts(selection_prompt.TEMPLATES)) if self.setup.selector else None,
            "responder": LLMResponder(chat, prompts(response_prompt.TEMPLATES))
            if self._controller[1] == "llm"
            else None,
            "talker": talker if self.setup.talker else None,
        }


def _taped(recording: Recording, pace: Pace, tape: Tape, model: str | None) -> Taped:
    chat = ReplayingChat(
        recording.calls, recording.contexts, model=model, missed=pace.missed, cut=pace.interrupted, turn=pace.commands
    )
    return Taped(chat, tape.keep)
