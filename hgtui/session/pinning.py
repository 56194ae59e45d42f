"""Pins: a person says once which candidate runs a task type, for this run and those to come."""

import re
from collections.abc import Awaitable, Callable

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Candidate
from hgtui.core.ports import StoreError
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import one_line
from hgtui.selection.pins import PinsError
from hgtui.selection.ranking import by_pin
from hgtui.session.parts import NotNow, Parts

PINNED, UNPINNED = "Pinned ", "Nothing is pinned for "
_TOLD = re.compile(rf"{PINNED}(?P<candidate>\S+) for (?P<task>\S+)\.|{UNPINNED}(?P<free>\S+) any more\.")

Choose = Callable[[frozenset[str]], Awaitable[None]]


def pinned(event: ev.Logged) -> cmd.Pin | None:
    """Return the command that a line of the log tells of, None where it tells of no pin."""
    found = _TOLD.fullmatch(event.text) if event.level == "info" and event.uid is None else None
    if found is None:
        return None
    return cmd.Pin(task=found["task"] or found["free"], candidate=found["candidate"])


class Pinning:
    """Carries out the command that pins; `choose` chooses anew for some tasks. Raises NotNow."""

    def __init__(self, parts: Parts, choose: Choose) -> None:
        self._parts, self._choose = parts, choose

    async def pin(self, command: cmd.Pin) -> None:
        """Pin a candidate for a task type, or take the pin away; tasks whose model no person has chosen follow it."""
        task = task_type(command.task)
        if task not in TASKS:
            raise NotNow(f"There is no task type {one_line(command.task, 60)!r}.", "hgtui tasks lists them.")
        if not self._parts.run.id:
            raise NotNow("Nothing has begun.", "hgtui models --pin CANDIDATE --task TASK pins without a run.")
        keep = self._parts.equipment.pin
        if keep is None:
            raise NotNow("Pins are not kept here.")
        found = await self._wanted(task, command.candidate) if command.candidate is not None else None
        try:
            await keep(task, command.candidate)  # where it names no provider that stays open
        except PinsError as error:
            raise NotNow(error.message, error.hint) from None
        words = f"{PINNED}{command.candidate} for {task}." if found else f"{UNPINNED}{task} any more."
        told = ev.Logged(level="info", text=one_line(words, 300))
        if self._parts.run.ended:  # the pin is for later runs: nothing is written behind the end of this one
            self._parts.board.show(told)
            return
        self._parts.board.emit(told)
        await self._parts.board.flush()
        await self._follow(task)

    async def _wanted(self, task: str, name: str) -> Candidate:
        try:
            found = await self._parts.proposing.lookups.candidate(task, name)
        except StoreError as error:
            raise NotNow(error.message, error.hint) from None
        if found is None:
            raise NotNow(f"{one_line(name, 80)} is no candidate for {task}.")
        return found

    async def _follow(self, task: str) -> None:
        """Choose anew where no person chose for the very task."""
        run = self._parts.run
        if run.ended or run.proposed is None or (self._parts.running is None and run.gate is None):
            return  # what is chosen later sees the pin
        chosen = run.draft.assignments
        rows = [one for one in run.draft.plan if one.task == task and not one.skip]
        free = [
            one.uid
            for one in rows
            if (made := chosen.get(one.uid)) is None or made.chosen_by != "person" or by_pin(made)
        ]
        if free:
            await self._choose(frozenset(free))
