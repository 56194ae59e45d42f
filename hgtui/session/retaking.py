"""What came of a call that was sent again, taken at a gate: a plan as a revision beside the plan, models as one edit."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from hgtui.core import commands as cmd
from hgtui.core.edits import Choose, Several
from hgtui.core.model import Assignment
from hgtui.core.ports import Proposed
from hgtui.core.states import Stage
from hgtui.core.text import clean, one_line
from hgtui.planning.reader import ReplyError, read_reply
from hgtui.selection.naming import meant
from hgtui.session.changing import Changing
from hgtui.session.parts import NotNow, Parts
from hgtui.session.rereading import chosen_in
from hgtui.session.revising import Revising
from hgtui.session.store import Records

ONLY = "Only a plan, or a choice of models, is taken over."


class Retaking:
    """Carries out the command TakeCall. Nothing is approved by it, and nobody is asked."""

    def __init__(self, parts: Parts, changing: Changing, revising: Revising) -> None:
        self._parts, self._changing, self._revising = parts, changing, revising

    async def take(self, command: cmd.TakeCall) -> None:
        """Take what a call says: its plan becomes a revision, its models choices of the person. Raises NotNow."""
        run = self._parts.run
        if run.gate is None or self._parts.running is not None:
            raise NotNow("What a call says is taken at a gate, before anything runs.")
        record, words = (command.record, command.words) if command.record else self._meant(command.number)
        stage, kept = await self._kept(record)
        if stage == Stage.PLANNING:
            await self._revising.propose(words, record, await self._plan(kept))
        elif stage == Stage.SELECTION:
            await self._choose(kept, words)
        else:
            raise NotNow(ONLY, "Give the result of a task by hand while the plan runs.")

    def _meant(self, number: int) -> tuple[str, str]:
        """Return the record of a call that was sent again, and how it is called."""
        run = self._parts.run
        row = run.call_book.rows[number - 1] if 0 < number <= len(run.call_book.rows) else None
        if row is None:
            raise NotNow(f"The run has no call {number}.", f"hgtui calls {run.id} lists them.")
        if not row.again:
            raise NotNow(f"Call {number} was not sent again: the run has what came of it.", "Send it again first.")
        if row.failed or not row.record:
            raise NotNow(f"No reply came of call {number}.", row.failed)
        return row.record, one_line(f"Call {number}, {row.what}", 200)

    async def _kept(self, record: str) -> tuple[str, Mapping[str, Any]]:
        """Return the stage of a call and its record."""
        try:
            kind, request, reply = await Records(self._parts.equipment.artifacts, {}).load(record)
            kept = json.loads(reply)
            if kind != "llm" or not request["of"] or not isinstance(kept["reply"], str):
                raise KeyError(record)
            return str(request["stage"]), kept
        except (KeyError, TypeError, ValueError):
            raise NotNow("What came of this call is not kept any more.", "Send it again.") from None

    async def _plan(self, kept: Mapping[str, Any]) -> Proposed:
        run = self._parts.run
        try:
            # Repairing a long reply takes tenths of a second.
            read = await asyncio.to_thread(read_reply, clean(kept["reply"]), run.request, run.planner)
        except ReplyError as fault:
            raise NotNow(f"The reply is no plan. {fault}", "Send it again.") from None
        if not read.plan.tasks:
            raise NotNow("There is no task in this reply.", "Send it again.")
        return Proposed(plan=read.plan, notes=read.dropped, how=read.how)

    async def _choose(self, kept: Mapping[str, Any], words: str) -> None:
        run = self._parts.run
        now, edits = run.draft.assignments, []
        for choice in await asyncio.to_thread(chosen_in, run, kept):
            found = meant(choice.candidate, run.candidates.get(choice.task.task, ())) if choice.candidate else None
            if found is None:
                continue
            reason = f": {choice.reason}" if choice.reason else ""
            # What a model says never comes first: a reason tells by its beginning what a pin made.
            taken = Assignment.of(found, "person", one_line(f"{words}{reason}", 400))
            before = now.get(choice.task.uid)
            if before is None or before.granted() != taken.granted():
                edits.append(Choose(uid=choice.task.uid, assignment=taken))
        if not edits:
            raise NotNow("Of this reply no other model comes than those that are chosen.")
        await self._changing.decide(Several(edits=tuple(edits)))
