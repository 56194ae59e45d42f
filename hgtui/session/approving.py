"""The gates: where a run stops for a person, and what their approval sets going."""

from collections.abc import Awaitable, Callable, Iterable

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.approval import SHOWN, fingerprint, plan_fingerprint
from hgtui.core.edits import SetPolicy, apply
from hgtui.core.plan import Uid
from hgtui.core.problems import errors, problems
from hgtui.core.states import Gate, TaskState
from hgtui.session.gates import approvable, approved, approver, fits, gate, hidden_outside, kind_of
from hgtui.session.parts import NotNow, Parts
from hgtui.session.places import same_controller, same_hub
from hgtui.session.preview import foresee
from hgtui.session.rulemaking import Rulemaking

Go = Callable[[Iterable[Uid]], Awaitable[None]]
"""Starts on what was granted; the tasks that are named start although they ask."""
Refuse = Callable[[cmd.Command, str, str], None]

_ERRORS = "The plan has errors and cannot be approved."


class Approving:
    """Opens the gates and carries out the command Approve. `select` starts the choice of models."""

    def __init__(
        self, parts: Parts, rules: Rulemaking, refuse: Refuse, go: Go, select: Callable[[], Awaitable[None]]
    ) -> None:
        self._parts, self._rules, self._refuse, self._go, self._select = parts, rules, refuse, go, select

    async def open_gate(self) -> None:
        """Stop for a person, or go on where something approves in their place."""
        parts, run = self._parts, self._parts.run
        equipment = parts.equipment
        alone = kind_of(run) is Gate.PLAN
        by = approver(run, equipment.approve_by, equipment.gates, equipment.base)
        if by and parts.running is None and approvable(run):
            if alone:
                await self._select()
            else:
                self._grant(by)
                await self._go(())
            return
        if hidden := hidden_outside(run, equipment.base):
            text = f"{', '.join(hidden)}: a hidden file outside the working folder is approved by hand only."
            parts.board.emit(ev.Logged(level="warning", text=text))
        opened = gate(run) if alone else gate(run, await foresee(run, equipment))
        parts.board.emit(opened)
        await parts.board.flush()
        await self._beforehand(opened)

    async def _beforehand(self, opened: ev.GateOpened) -> None:
        """Go on from a gate where a person approved exactly this before they began the run; once."""
        before, self._parts.approved = self._parts.approved, ""
        if before and opened.approvable and opened.fingerprint == before:
            try:
                await self.approve(cmd.Approve(fingerprint=before))
            except NotNow as error:  # the gate stays open for the person
                self._parts.board.emit(ev.Logged(level="warning", text=f"{error} {error.hint}".strip()))
                await self._parts.board.flush()

    async def approve(self, command: cmd.Approve) -> None:
        """Go on from a gate, or approve the plan while its models are being chosen."""
        run = self._parts.run
        self._rules.begin()
        await self._parts.board.flush()
        if run.gate is None:
            await self._approve_early(command)
        elif run.gate.gate is Gate.PLAN:
            await self._approve_plan(command, run.gate)
        else:
            await self._approve_all(command, run.gate)

    async def _approve_early(self, command: cmd.Approve) -> None:
        """Approve the plan alone: the run still stops for the models, which nobody has seen yet."""
        run = self._parts.run
        if not run.choosing or run.plan_approved:
            raise NotNow("There is nothing to approve now.")
        now = plan_fingerprint(run.draft, run.files)
        if not fits(command.fingerprint, now):
            raise NotNow(
                f"The models are still being chosen; the plan alone has the fingerprint {now[:SHOWN]}.",
                "Approve that, or wait for the gate.",
            )
        if errors(problems(run.draft.plan, run.facts, to_run=True)):
            raise NotNow(_ERRORS, "Mend them at the gate.")
        await self._plan_approved(command, now)

    async def _approve_plan(self, command: cmd.Approve, seen: ev.GateOpened) -> None:
        run = self._parts.run
        await self._parts.intake.again()
        if await self._differs(command, plan_fingerprint(run.draft, run.files), seen):
            return
        if not approvable(run):
            raise NotNow(_ERRORS, "Mend them first.")
        same_hub(run, self._parts.equipment)
        same_controller(run, self._parts.equipment)
        await self._plan_approved(command, seen.fingerprint)
        await self._select()

    async def _plan_approved(self, command: cmd.Approve, fingerprint: str) -> None:
        if command.lift is not None:
            raise NotNow("This gate is for the plan alone.", "What a task asks is lifted once its models are chosen.")
        await self._rules.make(command.rule)
        self._parts.board.emit(ev.PlanApproved(fingerprint=fingerprint, by=command.by))
        await self._parts.board.flush()

    async def _approve_all(self, command: cmd.Approve, seen: ev.GateOpened) -> None:
        parts, run = self._parts, self._parts.run
        at_task = seen.gate is Gate.TASK
        asking = [one.uid for one in run.draft.plan if run.state(one.uid) is TaskState.ASKING and at_task]
        await parts.intake.again()
        now = fingerprint(run.draft, run.files, run.candidates, run.book)
        if run.grant is None and not fits(command.fingerprint, now) and not run.plan_approved:
            plan = plan_fingerprint(run.draft, run.files)
            if fits(command.fingerprint, plan):  # given while the models were being chosen, and it comes only now
                await self._plan_approved(command, plan)
                await self.open_gate()
                return
        if await self._differs(command, now, seen):
            return
        if not approvable(run):
            raise NotNow(_ERRORS, "Mend them first.")
        same_hub(run, parts.equipment)
        same_controller(run, parts.equipment)
        await self._decided(command)
        self._grant(command.by)
        await parts.board.flush()
        if parts.running is None:
            await self._go(asking)
        else:
            parts.running.let(asking)
            parts.running.scheduler.recheck()
            parts.running.moved()

    async def _decided(self, command: cmd.Approve) -> None:
        """Make what the person decided together with the approval: a rule, and that a task asks by its own policy no more."""
        run, uid = self._parts.run, command.lift
        if uid is not None and run.draft.plan.get(uid) is None:
            raise NotNow("The plan has no such task.")
        if uid is not None and command.rule is None:
            raise NotNow("What a task asks is lifted by a rule alone.", "Give one with the approval.")
        await self._rules.make(command.rule)
        if uid is not None and run.draft.plan[uid].policy == "ask":
            edit = SetPolicy(uid=uid, policy="auto")
            _, undo = apply(run.draft, edit)
            self._parts.board.emit(ev.PlanEdited(edit=edit, undo=undo))
            await self._parts.board.flush()
            if self._parts.running is not None:
                self._parts.running.scheduler.amend(run.draft.plan, run.draft.assignments)

    async def _differs(self, command: cmd.Approve, now: str, seen: ev.GateOpened) -> bool:
        """Refuse what was approved where it is not what would run, and open the gate again where that has changed."""
        if fits(command.fingerprint, now):
            return False
        self._refuse(
            command,
            f"What was approved is not what would run: the fingerprint is now {now[:SHOWN]}.",
            "Look at the plan again, then approve it.",
        )
        if now != seen.fingerprint:
            await self.open_gate()
        return True

    def _grant(self, by: str) -> None:
        self._parts.board.emit(approved(self._parts.run, by, self._parts.equipment))
