"""The planner of a run that was planned by neither rules nor an LLM whose calls were kept: it says what it said."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

from hgtui.core import events as ev
from hgtui.core.ports import Context, Drafted, PlanningError, Proposed, Step
from hgtui.core.resource import FileFact
from hgtui.core.states import Failure


class PlannedBefore:
    """Proposes the plans of a recorded run in their order: first the plan, then each revision."""

    def __init__(self, name: str, entries: Sequence[ev.Entry]) -> None:
        self.name = name
        self._events = [entry.event for entry in entries]

    async def plan(
        self, request: str, files: Mapping[str, FileFact], context: Context | None = None
    ) -> AsyncGenerator[Step, None]:
        """Yield what was drafted, then what was proposed; a plan that was broken off never comes. Raises PlanningError."""
        while self._events:
            match self._events.pop(0):
                case ev.TaskDrafted(task=task):
                    yield Drafted(task=task)
                case (
                    ev.PlanProposed(plan=plan, notes=notes, how=how)
                    | ev.RevisionProposed(plan=plan, notes=notes, how=how)
                ):
                    yield Proposed(plan=plan, notes=notes, how=how)
                    return
                case ev.PlanningFailed(failure=failure, message=message, hint=hint):
                    raise PlanningError(failure, message, hint)
                case ev.RevisionClosed(taken=False, message=message, hint=hint) if context and context.plan:
                    raise PlanningError(Failure.REFUSED, message, hint)
        await asyncio.Event().wait()
