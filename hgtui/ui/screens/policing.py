"""Policies, rules and breakpoints on the workbench: what the person decides there becomes commands."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hgtui.core import events as ev
from hgtui.core.commands import AddRule, Allow, Approve, DropRule, EditPlan, SetBreakpoint
from hgtui.core.edits import SetPolicy
from hgtui.core.plan import Task
from hgtui.core.policy import Rule
from hgtui.core.text import one_line
from hgtui.ui.bridge import DeskError
from hgtui.ui.screens.choosing import Choosing

if TYPE_CHECKING:
    from hgtui.ui.policies import Decision
    from hgtui.ui.screens.rules import RuleRow, Rules

CHANGES_RULES = (ev.RulesSet, ev.RuleAdded, ev.RuleDropped, ev.RuleUsed)


class Policing(Choosing):
    """Decides what asks, and where the run stops."""

    _rules: "Rules | None" = None

    def action_breakpoint(self) -> None:
        """Stop after the task, or no more; at the question what to delete: the task with what is below it."""
        if self.question and self.question.about == "delete":
            self.action_below()
            return
        task = self.view.task
        if self._can("breakpoint") and task:
            on = task.uid not in self.view.run.breakpoints
            self.dispatch(SetBreakpoint(uid=task.uid, on=on))
            self.say(
                f"The run stops after task {task.id}: what is below it asks."
                if on
                else f"The run goes on behind task {task.id}."
            )

    def action_policy(self) -> None:
        """Open the policy of the task and the rules for its like."""
        self._decide("policy", approving=False)

    def action_approve_rule(self) -> None:
        """Approve the gate, or let the task start, with a rule for what is like it."""
        self._decide("approve_rule", approving=True)

    def _decide(self, action: str, *, approving: bool) -> None:
        task = self.view.task
        if not self._can(action) or task is None:
            return
        from hgtui.ui.screens.policy import PolicyScreen

        gate = self.view.stage_gate
        seen = gate.fingerprint if gate else ""

        def decided(decision: "Decision | None") -> None:
            if decision is None:
                return
            if approving and decision.rule:
                self._approve_with(task, decision, seen)
            elif decision.rule:
                self.dispatch(AddRule(rule=decision.rule))
            elif decision.policy:
                self.dispatch(EditPlan(edit=SetPolicy(uid=task.uid, policy=decision.policy)))

        self.app.push_screen(PolicyScreen(self.view, task, approving=approving), decided)

    def _approve_with(self, task: Task, decision: "Decision", seen: str) -> None:
        """Approve what was on the screen when the rule was made, with that rule and what it lifts."""
        rule, lift = decision.rule, decision.lifts
        if rule is not None and seen:
            self.dispatch(Approve(fingerprint=seen, rule=rule, lift=task.uid if lift else None))
        elif rule is not None:
            self.dispatch(AddRule(rule=rule))
            if lift:
                self.dispatch(EditPlan(edit=SetPolicy(uid=task.uid, policy="auto")))
            self.dispatch(Allow(uid=task.uid))  # last: it may stand behind a breakpoint as well

    async def action_rules(self) -> None:
        """List the rules."""
        from hgtui.ui.screens.rules import Rules

        try:
            rows = await self._rows()
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        self._rules = Rules(rows, self._drop)
        self.app.push_screen(self._rules, self._rules_closed)

    def _rules_closed(self, _: None) -> None:
        self._rules = None

    async def _rows(self) -> "tuple[RuleRow, ...]":
        from hgtui.ui.screens.rules import rule_rows

        return rule_rows(self.view.run, await self.desk.rules())

    def _drop(self, rule: Rule) -> None:
        run = self.view.run
        if self.conductor and run.id and not run.ended and rule in run.book.rules:
            self.dispatch(DropRule(key=rule.key))
        else:
            self.run_worker(self._forget_rule(rule), group="rules", exit_on_error=False)

    async def _forget_rule(self, rule: Rule) -> None:
        try:
            had = await self.desk.forget_rule(rule.key)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        await self._list_again()
        if not had:
            self.say("That rule stands in the configuration: take it out of the file.")

    async def _list_again(self) -> None:
        rows = await self._rows()
        if self._rules and self._rules.is_mounted:
            self._rules.reload(rows)

    def say(self, words: str, *, asks: bool = False) -> None:
        """Show a sentence, also over the list of rules while that is open."""
        super().say(words, asks=asks)
        if words and self._rules and self._rules.is_mounted:
            self._rules.say(words)

    def models_changed(self, happened: Iterable[ev.Event]) -> None:
        """Bring what is open up to date, and say which rule was made."""
        happened = tuple(happened)
        super().models_changed(happened)
        for event in happened:
            if isinstance(event, ev.RuleAdded):
                self.say(f"{event.rule.words}. : rules deletes it, {self.keymap.of('undo')} does not.")
            elif isinstance(event, ev.EditUndone) and self.view.run.redos:
                self.say(f"Undone: {one_line(self.view.run.redos[-1].words, 200)}.")
            elif isinstance(event, ev.EditRedone) and self.view.run.undos:
                self.say(f"Done again: {one_line(self.view.run.undos[-1].words, 200)}.")
        if self._rules and any(isinstance(event, CHANGES_RULES) for event in happened):
            self.run_worker(self._list_again(), group="rules", exit_on_error=False)
