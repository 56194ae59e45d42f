"""The rules of a run: those that hold when it begins, those that a person makes in it, and the breakpoints."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from hgtui.config.rules import RulesError
from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.policy import Rule
from hgtui.core.ports import Clock
from hgtui.core.states import HAS_RESULT
from hgtui.core.text import one_line
from hgtui.session.equipment import KeepsRules
from hgtui.session.notnow import NotNow
from hgtui.session.parts import Parts

Reconsider = Callable[[str], Awaitable[None]]
"""Looks again at what is approved and what asks, after a change in words that is none of the plan."""


class Rulemaking:
    """Carries out the commands on rules and breakpoints. Each raises NotNow."""

    def __init__(self, parts: Parts, reconsider: Reconsider) -> None:
        self._parts, self._reconsider = parts, reconsider
        self._begun = False

    def begin(self) -> None:
        """Note which rules hold now beside those of the run, once in each process, where they are others than before.

        What is stored and what is configured holds as it is now, also for a run that began under other rules.
        """
        keeps, run = self._parts.equipment.rules, self._parts.run
        if self._begun:
            return
        self._begun = True
        now = keeps.rules if keeps is not None else ()
        gone = any(one.scope == "always" and one not in now for one in run.made)
        if now != run.standing or gone:
            self._parts.board.emit(ev.RulesSet(rules=now))

    async def make(self, rule: Rule | None) -> None:
        """Make a rule, None for none, and store it where it holds always."""
        if rule is None:
            return
        keeps = self._parts.equipment.rules
        if rule.scope == "always":
            if keeps is None:
                raise NotNow("Rules are not kept here.", "Make it for this run.")
            try:
                await keeps.keep(rule)
            except RulesError as error:
                raise NotNow(error.message, error.hint) from None
        self._parts.board.emit(ev.RuleAdded(rule=rule))
        await self._parts.board.flush()

    async def add(self, command: cmd.AddRule) -> None:
        """Make a rule."""
        self._going()
        await self.make(command.rule)
        await self._reconsider(command.rule.words)

    async def drop(self, command: cmd.DropRule) -> None:
        """Let a rule hold no longer."""
        self._going()
        run, keeps = self._parts.run, self._parts.equipment.rules
        rule = next((one for one in run.book.rules if one.key == command.key), None)
        if rule is None:
            raise NotNow(f"No rule has the key {one_line(command.key, 20)}.", "hgtui rules lists them.")
        try:
            stored = await keeps.forget(rule.key) if keeps is not None else False
        except RulesError as error:
            raise NotNow(error.message, error.hint) from None
        if not stored and rule not in run.made:
            raise NotNow("That rule stands in the configuration.", "Take it out of the file.")
        self._parts.board.emit(ev.RuleDropped(key=rule.key))
        await self._parts.board.flush()
        await self._reconsider(f"no more: {rule.words}")

    async def set_breakpoint(self, command: cmd.SetBreakpoint) -> None:
        """Stop behind a task, or no more."""
        self._going()
        run = self._parts.run
        task = run.draft.plan.get(command.uid)
        if task is None:
            raise NotNow("The plan has no such task.")
        if command.on and run.state(task.uid) in HAS_RESULT:
            raise NotNow(f"Task {task.id} is done already: what is below it has gone on.")
        if command.on == (task.uid in run.breakpoints):
            raise NotNow(f"Task {task.id} has {'a' if command.on else 'no'} breakpoint already.")
        self._parts.board.emit(ev.BreakpointSet(uid=task.uid, on=command.on))
        await self._parts.board.flush()
        if self._parts.running is not None:
            self._parts.running.scheduler.recheck()
            self._parts.running.moved()

    def _going(self) -> None:
        run = self._parts.run
        if not run.id:
            raise NotNow("Nothing has begun.", "hgtui rules lists what is stored.")
        if run.ended:
            raise NotNow("The run has ended.", "Start a new one.")


class Uses:
    """Counts what rules did in a run, where they are kept, beside everything else that goes on."""

    def __init__(self, keeps: KeepsRules | None, clock: Clock, warn: Callable[[str], None]) -> None:
        self._keeps, self._clock, self._warn = keeps, clock, warn
        self._open: Counter[str] = Counter()
        self._writing: asyncio.Task[None] | None = None

    def note(self, key: str) -> None:
        """Count one use. Never blocks."""
        if self._keeps is None:
            return
        self._open[key] += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(self._keeps), name="uses of rules")

    async def _write(self, keeps: KeepsRules) -> None:
        while self._open:
            taken, self._open = self._open, Counter()
            try:
                await keeps.note(taken, self._clock.now())
            except RulesError as error:
                self._warn(f"How often rules were used is not counted: {error.message}")

    async def settle(self) -> None:
        """Wait until all is counted."""
        if self._writing is not None:
            await self._writing
