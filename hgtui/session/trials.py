"""A what-if before it begins: its candidates and its input, what that would send and spend, and what approves it."""

from typing import NamedTuple

from hgtui.core import commands as cmd
from hgtui.core.edits import Draft
from hgtui.core.fit import unfit
from hgtui.core.leaving import leaving, spending
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import CallError, Given
from hgtui.core.resource import Resource
from hgtui.core.stand_ins import known_as
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Stage, TaskState
from hgtui.core.text import one_line
from hgtui.core.trials import FEWEST, MOST, Ahead, Trial, Tried, fingerprint
from hgtui.execution.resolve import Resolver
from hgtui.execution.reusing import Reusing
from hgtui.session.parts import NotNow, Parts
from hgtui.session.places import CONTROLLER, moved
from hgtui.session.preview import is_fresh

BY = "the best of a what-if"


class Prepared(NamedTuple):
    """A what-if that can be begun: its task, what each candidate would do, what approves it."""

    task: Task
    ahead: tuple[Ahead, ...]
    fingerprint: str


class Preparing:
    """Looks at what-ifs of a run. Raises NotNow."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def prepare(self, command: cmd.WhatIf) -> Prepared:
        """Return what a command asks for, where it can be done."""
        task, names = self._task(command.uid), tuple(dict.fromkeys(command.candidates))
        if not FEWEST <= len(names) <= MOST:
            raise NotNow(f"A what-if takes {FEWEST} or {MOST} candidates, not {len(names)}.")
        found = [(name, self._candidate(task, name)) for name in names]
        inputs = await self._inputs(task)
        ahead = tuple([await self._ahead(task, one, inputs) for _, one in found])
        ways = {one.assignment.candidate: known.via for one, (_, known) in zip(ahead, found, strict=True)}
        try:
            mark = fingerprint(task.task, ahead, inputs, ways)
        except ValueError as error:
            raise NotNow(f"The input of task {task.id} is not known yet: {error}.") from None
        return Prepared(task, ahead, mark)

    def _task(self, uid: Uid) -> Task:
        parts, run = self._parts, self._parts.run
        task = run.draft.plan.get(uid)
        if run.ended:
            raise NotNow("The run has ended.", "hgtui run --plan RUN runs its plan again.")
        if task is None:
            raise NotNow("The plan has no such task.")
        at_gate = parts.running is None and run.gate is not None
        if not at_gate and (parts.running is None or run.stage is not Stage.EXECUTION):
            raise NotNow("A what-if is for a plan that waits at its gate, or runs.")
        if run.state(uid) in UNDER_WAY - {TaskState.ASKING}:
            raise NotNow(f"Task {task.id} is {run.state(uid)}.", "Wait for it, or stop it.")
        return task

    def _candidate(self, task: Task, name: str) -> Candidate:
        run = self._parts.run
        one = known_as(Assignment(candidate=name), run.candidates.get(task.task, ()))
        if one is None:
            raise NotNow(
                f"{one_line(name, 80)} is no candidate for {task.task}.",
                "Take one of those that are listed for the task.",
            )
        if one.missing:
            raise NotNow(f"{one.title or one.name} cannot run yet.", one.missing)
        if why := unfit(task, one):
            raise NotNow(f"{one.title or one.name} does not fit this task: {why}.")
        if not run.ruling.may(task, one):
            raise NotNow(f"A rule denies {one_line(one.name, 80)}.", "Drop the rule first.")
        equipment, assignment = self._parts.equipment, Assignment.of(one, "person", BY)
        if away := moved(run, equipment, task, assignment):
            raise NotNow(f"It cannot run here: {away}.", "Set the Hub as it was.")
        if one.endpoint == CONTROLLER and equipment.controller != run.controller:
            raise NotNow(f"{one_line(one.name, 80)} is not the controller now.")
        return one

    async def _inputs(self, task: Task) -> dict[str, tuple[Given, ...]]:
        """Return what goes into a task. Raises NotNow where a result that it reads, or a file, is not there yet."""
        run = self._parts.run
        waits = [
            run.draft.plan[ref.uid].id for value in task.args.values() for ref in value.refs if self._lacks(ref.uid)
        ]
        if waits:
            numbers = ", ".join(str(one) for one in dict.fromkeys(waits))
            raise NotNow(f"Task {task.id} waits for the result of {numbers}.", "A what-if needs the whole input.")
        try:
            return await self.resolver().inputs(task, self.results(), fetch=False)
        except CallError as error:
            raise NotNow(error.message, error.hint) from None

    def _lacks(self, uid: Uid) -> bool:
        run = self._parts.run
        return run.draft.plan.get(uid) is not None and run.state(uid) not in HAS_RESULT

    async def _ahead(self, task: Task, one: Candidate, inputs: dict[str, tuple[Given, ...]]) -> Ahead:
        run, assignment = self._parts.run, Assignment.of(one, "person", BY)
        if await self._known(task, assignment, inputs):
            return Ahead(assignment=assignment, kept=True)
        draft = Draft(plan=run.draft.plan, assignments={task.uid: assignment})
        rows = leaving(draft, run.files, run.candidates, run.controller, ())
        leaves = tuple(str(row) for row in rows if not row.spare and task.uid in row.tasks)
        return Ahead(assignment=assignment, leaves=leaves, spends=spending(draft, run.candidates))

    async def _known(self, task: Task, assignment: Assignment, inputs: dict[str, tuple[Given, ...]]) -> bool:
        if self.own(task, assignment) is not None:
            return True
        reusing = self.reusing()
        return reusing is not None and await reusing.peek(task, assignment, inputs) is not None

    def own(self, task: Task, assignment: Assignment) -> Tried | None:
        """Return what the task has from that very candidate already."""
        run = self._parts.run
        status, chosen = run.status(task.uid), run.draft.assignments.get(task.uid)
        same = chosen is not None and chosen.granted() == assignment.granted()
        if status.state not in HAS_RESULT or status.supplied or status.candidate != assignment.candidate or not same:
            return None
        return Tried(
            candidate=assignment.candidate,
            results=status.results,
            seconds=status.took_s if status.kept_from else status.seconds,
            memory_mb=status.memory_mb,
            kept_from=status.kept_from or run.id,
            note=status.note,
        )

    async def differs(self, trial: Trial, task: Task) -> bool:
        """Whether something else goes into a task than what was tried."""
        run = self._parts.run
        rows = run.candidates.get(task.task, ())
        ways = {name: (known_as(Assignment(candidate=name), rows) or _NOWHERE).via for name in trial.names}
        return fingerprint(task.task, trial.ahead, await self._inputs(task), ways) != trial.fingerprint

    async def kept(self, trial: Trial, task: Task, chosen: Assignment) -> bool:
        """Whether what goes into a task is what was tried, and the result of who was chosen is kept. Raises NotNow."""
        return not await self.differs(trial, task) and await self.keeps(task, chosen)

    async def keeps(self, task: Task, assignment: Assignment) -> bool:
        """Whether a result of that candidate on what goes into a task is kept. Raises NotNow."""
        reusing = self.reusing()
        return reusing is not None and await reusing.peek(task, assignment, await self._inputs(task)) is not None

    def results(self) -> dict[Uid, tuple[Resource, ...]]:
        """Return the results that the run has."""
        run = self._parts.run
        return {uid: one.results for uid, one in run.tasks.items() if one.state in HAS_RESULT}

    def resolver(self) -> Resolver:
        """Return what resolves inputs, fetching nothing."""
        run = self._parts.run
        return Resolver(run.draft.plan, run.files, self._parts.equipment.artifacts)

    def reusing(self) -> Reusing | None:
        """Return what finds kept results, None where none are kept."""
        run, equipment = self._parts.run, self._parts.equipment
        if equipment.results is None:
            return None
        fresh = is_fresh(run, equipment)
        return Reusing(equipment.results, run.id, equipment.endpoints, equipment.clock, fresh=fresh, anew=run.anew)


_NOWHERE = Candidate(name="", model="", endpoint="")
