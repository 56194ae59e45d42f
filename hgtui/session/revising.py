"""Working on the plan with the planner: a comment, the revision beside the plan, and the choice between them."""

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.diff import diff, without
from hgtui.core.edits import Draft
from hgtui.core.ports import Context, PlanningError, Proposed
from hgtui.core.states import Failure, Stage
from hgtui.core.text import clean
from hgtui.planning.revising import revised
from hgtui.session.changing import Changing
from hgtui.session.following import follow
from hgtui.session.parts import NotNow, Parts


class Revising:
    """Carries out the commands of a revision. The plan, the gate and what was approved stay until it is taken."""

    def __init__(self, parts: Parts, changing: Changing) -> None:
        self._parts, self._changing = parts, changing

    def begin(self) -> None:
        """Raise NotNow where nothing can be revised now."""
        run = self._parts.run
        if run.gate is None or self._parts.running is not None:
            raise NotNow("A plan is revised at its gate, before it runs.")
        if run.comment:
            raise NotNow("The planner is at a revision already.", "Wait for it, or stop it.")
        if self._parts.equipment.planner.name == "rules":
            raise NotNow("Comments need an LLM as the planner; rules cannot revise a plan.", "Edit the plan by hand.")

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
            plan, held = revised(self._parts.run.draft.plan, proposed.plan)
            if not diff(self._parts.run.draft.plan, plan):
                closed = ev.RevisionClosed(message="The planner would leave the plan as it is.")
            else:
                closed = None
                board.emit(ev.RevisionProposed(plan=plan, notes=(*proposed.notes, *held), how=proposed.how))
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
        now = self._parts.run.draft.plan
        plan = without(now, revised(now, self._open().plan)[0], command.without)
        kept = {uid: one for uid, one in self._parts.run.draft.assignments.items() if plan.get(uid) is not None}
        # First the change: who goes on with a run that ended between the two finds the revision still open, or taken.
        await self._changing.replace(
            Draft(plan=plan, assignments=kept), ev.RevisionClosed(taken=True, without=command.without)
        )

    async def drop(self, _: cmd.DropRevision) -> None:
        """Keep the plan."""
        self._open()
        self._parts.board.emit(ev.RevisionClosed())
        await self._parts.board.flush()

    def _open(self) -> ev.RevisionProposed:
        if self._parts.run.revision is None:
            raise NotNow("There is no revision.")
        return self._parts.run.revision
