"""Working on the plan with the planner: a comment, the revision beside the plan, and the choice between them."""

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.diff import diff, without
from hgtui.core.edits import Draft, Replace, between
from hgtui.core.partly import Part, but, parts, taken, undecided
from hgtui.core.plan import Plan
from hgtui.core.ports import Context, PlanningError, Proposed
from hgtui.core.run import Run
from hgtui.core.states import Failure, Stage
from hgtui.core.text import clean, one_line
from hgtui.planning.revising import held, revised
from hgtui.session.changing import Changing
from hgtui.session.following import follow
from hgtui.session.parts import NotNow, Parts


def offered(run: Run) -> Plan:
    """Return the open revision as it stands to a run's plan now: also what a person set since is as it was set.

    The plan itself where no revision is open.
    """
    return held(run.draft.plan, run.revision.plan)[0] if run.revision is not None else run.draft.plan


class Revising:
    """Carries out the commands of a revision. The plan, the gate and what was approved stay until it is taken."""

    def __init__(self, parts: Parts, changing: Changing) -> None:
        self._parts, self._changing = parts, changing

    def begin(self) -> None:
        """Raise NotNow where nothing can be revised now."""
        self._free()
        if self._parts.equipment.planner.name == "rules":
            raise NotNow("Comments need an LLM as the planner; rules cannot revise a plan.", "Edit the plan by hand.")

    def _free(self) -> None:
        run = self._parts.run
        if run.gate is None or self._parts.running is not None:
            raise NotNow("A plan is revised at its gate, before it runs.")
        if run.comment:
            raise NotNow("The planner is at a revision already.", "Wait for it, or stop it.")

    async def propose(self, words: str, call: str, proposed: Proposed) -> None:
        """Put a plan that came of the call with the record `call` beside the plan, as a revision that is called `words`."""
        if self._parts.run.revision is not None:
            raise NotNow("A revision is beside the plan already.", "Take it, or keep your plan, first.")
        self._free()
        plan, _ = revised(self._parts.run.draft.plan, proposed.plan)
        if not diff(self._parts.run.draft.plan, plan):
            raise NotNow("The plan of this call is the plan as it stands.")
        self._parts.board.emit(ev.RevisionBegun(comment=clean(words), call=call))
        self._offer(proposed)
        await self._parts.board.flush()

    def _offer(self, proposed: Proposed) -> bool:
        """Put a plan beside the plan, held to what the person set; False where nothing of the plan would change."""
        now = self._parts.run.draft.plan
        plan, refused = revised(now, proposed.plan)
        if not diff(now, plan):
            return False
        self._parts.board.emit(ev.RevisionProposed(plan=plan, notes=(*proposed.notes, *refused), how=proposed.how))
        return True

    def mend(self) -> None:
        """Close a revision that was under way, or just taken, when an earlier process ended."""
        run = self._parts.run
        if not run.comment or run.ended:
            return
        if run.revision is None:
            self._parts.board.emit(ev.RevisionClosed(message="The revision was broken off when hgtui ended."))
        elif not diff(run.draft.plan, run.revision.plan):
            self._parts.board.emit(ev.RevisionClosed(taken=True))

    async def let_go(self) -> None:
        """Close a revision that was not taken when the plan was approved."""
        board = self._parts.board
        await board.flush()
        if self._parts.run.revision is not None:
            board.emit(ev.RevisionClosed(message="The plan was approved as it stood."))
            await board.flush()

    async def revise(self, comment: str) -> None:
        """Send the plan as it is now, with the comment, and put the answer beside it."""
        board = self._parts.board
        board.emit(ev.RevisionBegun(comment=clean(comment)))
        await board.flush()
        closed: ev.RevisionClosed | None = ev.RevisionClosed(message="The revision was stopped.")
        try:
            proposed = await self._follow(comment)
            # What the person set meanwhile holds as well.
            same = ev.RevisionClosed(message="The planner would leave the plan as it is.")
            closed = None if self._offer(proposed) else same
        except PlanningError as error:
            closed = ev.RevisionClosed(message=error.message, hint=error.hint)
        finally:
            if closed is not None:
                board.emit(closed)
        await board.flush()

    async def _follow(self, comment: str) -> Proposed:
        run, equipment = self._parts.run, self._parts.equipment
        context = Context(earlier=run.earlier, plan=run.draft.plan, comment=comment)
        steps = equipment.planner.plan(run.request, dict(run.files), context)
        proposed: list[Proposed] = []

        def take(step: object) -> None:
            if isinstance(step, Proposed):
                proposed.append(step)

        await follow(self._parts.board, equipment, Stage.PLANNING, steps, take)
        if not proposed:
            raise PlanningError(Failure.EMPTY, "The planner ended without a plan.", "Say it once more.")
        return proposed[-1]

    async def take(self, command: cmd.TakeRevision) -> None:
        """Put the revision, or what a person takes of it, in the plan's place, as one edit."""
        self._open()
        run = self._parts.run
        now = run.draft.plan
        plan = without(now, but(now, offered(run), run.dropped), command.without)
        # First the change: who goes on with a run that ended between the two finds the revision still open, or taken.
        await self._changing.replace(
            Replace(draft=self._draft(plan)), ev.RevisionClosed(taken=True, without=command.without)
        )

    async def take_change(self, command: cmd.TakeChange) -> None:
        """Put one change of the revision into the plan, as one edit; the last of them closes the revision."""
        part, run = self._part(command), self._parts.run
        draft = run.draft
        plan = taken(draft.plan, offered(run), part)
        if plan == draft.plan:  # to wait for what a task reads anyway
            raise NotNow("This change does nothing by itself.", "Take what else the revision does with the task first.")
        then: list[ev.Event] = [ev.ChangeDecided(uid=part.uid, field=part.field)]
        if not undecided(plan, held(plan, self._open().plan)[0], run.dropped - {part}):
            then.append(ev.RevisionClosed(taken=True))
        edit = between(draft, self._draft(plan), f"from the revision: {self._named(part)}")
        await self._changing.replace(edit, *then)

    async def drop_change(self, command: cmd.DropChange) -> None:
        """Leave one change out of the revision."""
        part, board = self._part(command), self._parts.board
        board.emit(ev.ChangeDecided(uid=part.uid, field=part.field, take=False))
        board.emit(ev.Logged(text=f"Left out of the revision: {self._named(part)}."))
        await board.flush()

    async def bring_back(self, command: cmd.BringBack) -> None:
        """Put an earlier plan of the run in the plan's place, as one edit. What it has no model for is chosen anew."""
        run = self._parts.run
        one = next((one for one in run.versions if one.number == command.number), None)
        if one is None:
            numbers = ", ".join(str(one.number) for one in run.versions)
            raise NotNow(f"The run has no plan {command.number}.", f"It has had: {numbers}." if numbers else "")
        if one.draft.plan == run.draft.plan:
            raise NotNow(f"Plan {one.number} is the plan as it stands.")
        draft = self._draft(one.draft.plan)
        chosen = {**draft.assignments, **one.draft.assignments}
        draft = Draft(plan=draft.plan, assignments=chosen)
        await self._changing.replace(Replace(draft=draft), ev.PlanBroughtBack(number=one.number))

    def _part(self, command: cmd.TakeChange | cmd.DropChange) -> Part:
        """Return the change that a command means. Raises NotNow where the revision has no such change."""
        self._open()
        part, run = Part(uid=command.uid, field=command.field), self._parts.run
        found = parts(run.draft.plan, offered(run))
        there = part in found or (not part.field and any(one.uid == part.uid for one in found))
        if not there:
            raise NotNow(
                "The revision has no such change.", "An open change is a task with its field, or all of a task."
            )
        return part

    def _named(self, part: Part) -> str:
        run = self._parts.run
        task = run.draft.plan.get(part.uid) or offered(run).get(part.uid)
        name = f"task {task.id} {one_line(task.task, 40)}" if task else "a task"
        return f"{name}, {one_line(part.field, 40)}" if part.field else name

    def _draft(self, plan: Plan) -> Draft:
        """Return a plan with the models that its tasks have now."""
        now = self._parts.run.draft.assignments
        return Draft(plan=plan, assignments={uid: one for uid, one in now.items() if plan.get(uid) is not None})

    async def drop(self, _: cmd.DropRevision) -> None:
        """Keep the plan."""
        self._open()
        self._parts.board.emit(ev.RevisionClosed())
        await self._parts.board.flush()

    def _open(self) -> ev.RevisionProposed:
        if self._parts.run.revision is None:
            raise NotNow("There is no revision.")
        return self._parts.run.revision
