"""From a request to its first gate: files are looked at, the plan is made, models are chosen."""

from collections.abc import Awaitable, Callable

from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.states import EXITS, Gates, Outcome
from hgtui.planning.rules.mentions import shaped
from hgtui.session.answering import Answers
from hgtui.session.parts import Parts

OpenGate = Callable[[], Awaitable[None]]


class Beginning:
    """Takes a run from its request to its gate, with what its journal says of the request."""

    def __init__(self, parts: Parts, open_gate: OpenGate, begin: OpenGate) -> None:
        """Make it of what opens the gate, and of what does before it what a person wants of a plan that ran before."""
        self._parts, self._open_gate, self._begin = parts, open_gate, begin

    async def plan(self) -> None:
        """Plan the request, or take the plan that was brought with it, and go on to the gate."""
        parts = self._parts
        await parts.board.flush()
        run, brought = parts.run, parts.run.brought
        # A plan that is brought may be anybody's: what its request names is not asked for before it is approved.
        await parts.intake.see(run.asked_files if brought is None else brought.files, typed=True, fetch=True)
        await parts.intake.see(run.asked_files, typed=True)
        if brought is None:
            await parts.intake.see_there(shaped(run.request))
        # What earlier turns made or were given may be read again: a person named it, or hgtui laid it out.
        await parts.intake.see((path for turn in run.earlier for path in turn.files), typed=True)
        if brought is not None:
            await parts.proposing.take(brought.plan, brought.assignments, brought.notes)
        elif not await parts.proposing.plan(run.request):
            await parts.board.flush()
            message = run.planning_failed.message if run.planning_failed else ""
            parts.board.emit(ev.RunEnded(outcome=Outcome.FAILED, exit=EXITS[Outcome.FAILED], message=message))
            await parts.board.flush()
            return
        await self.go_on()

    async def go_on(self, again: frozenset[Uid] = frozenset()) -> None:
        """Stop for the plan where that has a gate of its own and is not approved yet, else choose models, as `select`."""
        parts, run = self._parts, self._parts.run
        split = run.gates is Gates.SPLIT and bool(run.draft.plan.tasks or run.undos or run.redos)
        if split and not run.plan_approved:
            # What nothing can run is an error of the plan: it is known before somebody approves it.
            await parts.proposing.lookups.look(run.draft.plan, run.draft.assignments)
            await parts.board.flush()
            if not run.plan_approved:
                await self._open_gate()
                return
        await self.select(again)

    async def select(self, again: frozenset[Uid] = frozenset()) -> None:
        """Choose models for the plan that is there and open the gate; `again` are tasks that have changed since.

        A request of which no task came is answered at once, with no gate; a plan that a person emptied waits.
        """
        parts = self._parts
        await parts.proposing.select(again)
        run = parts.run
        if run.draft.plan.tasks or run.undos or run.redos:
            await self._begin()
            await self._open_gate()
        else:
            await self.talk()

    async def talk(self) -> None:
        """Answer a request that needs no task."""
        await Answers(self._parts.board, self._parts.equipment).talk(self._parts.run.request)
