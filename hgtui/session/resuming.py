"""Going on with a run that an earlier process left in the middle: from where its journal ends, nothing done twice."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from hgtui.core import events as ev
from hgtui.core.approval import SHOWN
from hgtui.core.edits import touched
from hgtui.core.ports import ArtifactError
from hgtui.core.states import EXITS, HAS_RESULT, Stage, TaskState
from hgtui.session.answering import Answers
from hgtui.session.beginning import Beginning
from hgtui.session.gates import gate
from hgtui.session.parts import NotNow, Parts
from hgtui.session.places import same_controller, same_hub
from hgtui.session.running import outcome
from hgtui.session.standing import Standing, standing

OpenGate = Callable[[], Awaitable[None]]
Execute = Callable[[Standing, bool], Coroutine[Any, Any, None]]
"""Goes on with the execution of what was approved; the flag says that nobody is waited for where something failed."""


class Resuming:
    """Carries out the command Resume."""

    def __init__(
        self,
        parts: Parts,
        beginning: Beginning,
        open_gate: OpenGate,
        execute: Execute,
        rules: Callable[[], None],
    ) -> None:
        """Make it of what begins and goes on; `rules` notes which rules hold now."""
        self._parts, self._beginning, self._open_gate, self._execute = parts, beginning, open_gate, execute
        self._rules = rules

    async def work(self) -> Coroutine[Any, Any, None] | None:
        """Say in the journal that the run goes on, and return the work that is left. Raises NotNow.

        None where it waits at its gate: that is open again when this returns, so that nobody approves before it is.
        """
        run = self._parts.run
        if run.answer is not None:
            self._tell("It was answered already; only its end was missing.")
            return self._end(run.answer)
        if run.proposed is None:
            self._tell("It had no plan yet: it is planned anew.")
            return self._beginning.plan()
        same_hub(run, self._parts.equipment)
        if run.grant is None:
            return await self._before_the_grant()
        same_controller(run, self._parts.equipment)
        stands = await self._standing()
        if run.stage is Stage.RESPONSE and stands.settled:
            self._tell("Everything was run: the answer is written.")
            return Answers(self._parts.board, self._parts.equipment).write(outcome(run))
        done, all_ = len(stands.results), sum(not task.skip for task in run.draft.plan)
        self._tell(f"Its tasks go on; {done} of {all_} {'is' if done == 1 else 'are'} done.")
        return self._go_on(stands, finishing=run.stage is Stage.RESPONSE)

    async def _before_the_grant(self) -> Coroutine[Any, Any, None] | None:
        run = self._parts.run
        if run.stage is Stage.RESPONSE:
            self._tell("It needs no task: it is answered.")
            return self._beginning.talk()
        if run.gate is not None:
            errors = "" if run.gate.approvable else " Its plan has errors, which have to be mended first."
            self._tell(f"It waits for approval again.{errors}")
            await self._gate_again(run.gate.fingerprint)
            return None
        self._tell(
            "It had a plan; no model had been chosen yet."
            if run.stage is Stage.PLANNING
            else "It had a plan: models are chosen."
        )
        return self._select()

    def _tell(self, words: str) -> None:
        equipment, run = self._parts.equipment, self._parts.run
        by = "program" if equipment.responder is None else "llm"
        self._parts.board.emit(
            ev.Resumed(
                stage=run.stage,
                words=words,
                controller=equipment.controller,
                answer=by,
                setup=equipment.setup(),
            )
        )
        self._rules()

    async def _end(self, answer: ev.Answered) -> None:
        how = answer.outcome or outcome(self._parts.run)
        status = EXITS[how] if answer.exit is None else answer.exit
        self._parts.board.emit(ev.RunEnded(outcome=how, exit=status, message=answer.message))
        await self._parts.board.flush()

    async def _select(self) -> None:
        parts, run = self._parts, self._parts.run
        await parts.intake.see_plan(run.draft.plan, typed=False)
        await parts.intake.again()
        if run.stage is Stage.PLANNING and run.brought is not None:
            for uid, assignment in run.brought.assignments.items():
                if uid not in run.draft.assignments:
                    parts.board.emit(ev.ModelChosen(uid=uid, assignment=assignment))
            await parts.board.flush()
        # Where the last edit was not followed by a choice, what it touched is chosen for anew.
        patches = [*run.undos[-1:], *run.redos[-1:]]
        await self._beginning.go_on(frozenset(uid for patch in patches for uid in touched(patch)))

    async def _gate_again(self, before: str) -> None:
        parts, run = self._parts, self._parts.run
        await parts.board.flush()
        await parts.intake.again()
        now = gate(run).fingerprint
        if now != before:
            text = f"What would run has changed since the gate opened: its fingerprint is now {now[:SHOWN]}."
            parts.board.emit(ev.Logged(level="warning", text=text))
            parts.board.emit(gate(run))  # also with --yes: what a person saw is not what would run
            await parts.board.flush()
            return
        await self._open_gate()

    async def _standing(self) -> Standing:
        anew = frozenset({TaskState.FAILED}) if self._parts.equipment.approve_by else frozenset[TaskState]()
        try:
            return await standing(self._parts.run, self._parts.equipment.artifacts, anew)
        except ArtifactError as error:
            raise NotNow(error.message, error.hint) from None

    async def _go_on(self, stands: Standing, *, finishing: bool) -> None:
        parts, run = self._parts, self._parts.run
        await parts.board.flush()
        left = [task for task in run.draft.plan if run.state(task.uid) not in HAS_RESULT or task.uid in stands.again]
        await parts.intake.again(left)
        if any(task.uid not in run.draft.assignments and not task.skip for task in left):
            await parts.proposing.choose()  # a task that came with an edit, for which none had been chosen yet
        await self._execute(stands, finishing)
