"""A revision, and the earlier plans of a run: shown beside the plan, taken whole or change by change, brought back."""

from collections.abc import Iterable

from textual import on

from hgtui.core import events as ev
from hgtui.core.commands import BringBack, DropChange, DropRevision, TakeChange, TakeRevision
from hgtui.core.partly import but
from hgtui.core.plan import Plan
from hgtui.core.problems import errors, problems
from hgtui.core.run import Run
from hgtui.core.text import one_line
from hgtui.core.versions import Version
from hgtui.ui.comparing import Compared
from hgtui.ui.screens.talking import Talking
from hgtui.ui.widgets.diff import DiffPane

MOVES = (ev.RevisionProposed, ev.ChangeDecided, ev.PlanEdited, ev.EditUndone, ev.EditRedone)
"""The events after which an open revision differs from the plan in something else."""


class Reviewing(Talking):
    """Works on revisions with the planner."""

    _earlier_plan: int | None = None
    """The number of the earlier plan that is compared with the plan."""

    def follow(self, happened: Iterable[ev.Event]) -> None:
        """Show a revision once it is here, and again as it stands after each change."""
        happened = tuple(happened)
        super().follow(happened)
        new = any(isinstance(one, ev.RevisionProposed) for one in happened)
        moved = any(isinstance(one, MOVES) for one in happened)
        # Also where it is in a run that another process left, or that was put aside: it must not be out of sight.
        unseen = self.view.run.revision is not None and self.query_one(DiffPane).two is None and not self.view.looked
        if unseen or (moved and (new or self._compared("revision"))):
            self._show_revision()
        if self._compared("earlier") and any(isinstance(one, ev.PlanEdited | ev.EditUndone) for one in happened):
            self.show_compared(None)

    def _show_revision(self) -> None:
        from hgtui.session.revising import offered

        run = self.view.run
        if run.revision is None:
            return
        after = offered(run)
        wrong = len(errors(problems(after, run.facts)))
        how = f" · reply {run.revision.how}" if run.revision.how else ""
        by = f"({one_line(run.comment, 60)})" if run.taken_call else f"by {one_line(run.planner, 40)}"
        title = f"{_revision(run)} {by} against {_own(run)}, by task{how}"
        said = "" if run.taken_call else run.comment  # of a call the title names it
        self.show_compared(
            Compared("revision", title, run.plan, after, said, run.revision.notes, wrong, run.base, run.dropped)
        )

    @on(DiffPane.Decided)
    def _decided(self, event: DiffPane.Decided) -> None:
        event.stop()
        if not self._compared("revision"):
            self.keep_left_out()
            return
        part = event.part
        change = TakeChange if event.take else DropChange
        self.dispatch(change(uid=part.uid, field=part.field))

    def keep_left_out(self) -> None:
        """Keep in the run what is left out of another controller's plan."""

    def compared_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the pane that shows a plan against another."""
        if self._compared("earlier"):
            return [("enter", "bring this plan back"), ("esc", "keep mine")]
        if not self._compared("revision"):
            return super().compared_keys()
        return [
            ("enter", "take the revision"),
            (self._change_keys, "this change"),
            *([(self.keymap.of("undo"), "undo")] if self.view.run.undos else []),
            ("esc", "keep mine"),
            (self.keymap.of("comment"), "comment again"),
        ]

    def take_compared(self) -> None:
        """Take what is left of the revision, or the earlier plan."""
        two = self.query_one(DiffPane).two
        if two is not None and two.kind == "revision":
            nothing = but(two.before, two.after, two.dropped) == two.before
            self.dispatch(DropRevision() if nothing else TakeRevision())
        elif self._compared("earlier") and self._earlier_plan is not None:
            self.show_compared(None)
            if self._can("editor"):
                self.dispatch(BringBack(number=self._earlier_plan))
        else:
            super().take_compared()

    def leave_compared(self) -> None:
        """Keep the plan."""
        if self._compared("revision"):
            self.dispatch(DropRevision())
        elif self._compared("earlier"):
            self.show_compared(None)
            self._show_revision()
        else:
            super().leave_compared()

    # The plans of the run

    def action_plans(self) -> None:
        """List the plans that the run has had, and compare one with the plan as it is."""
        if self._can("plans"):
            self.run_worker(self._plans(), group="plans", exclusive=True)

    async def _plans(self) -> None:
        from hgtui.ui.screens.plans import Plans

        run = self.view.run
        number = await self.app.push_screen_wait(Plans(run))
        one = next((one for one in run.versions if one.number == number), None)
        if one is None or run is not self.view.run:
            return
        if one.draft.plan == run.plan:
            self.say(f"Plan {one.number} is the plan as it stands.")
            return
        self._earlier_plan = one.number
        wrong = len(errors(problems(one.draft.plan, run.facts)))
        title = f"Plan {one.number} ({whose(one, run)}) against your plan, by task"
        self.show_compared(None)
        self.show_compared(Compared("earlier", title, run.plan, one.draft.plan, one.comment, (), wrong))
        self.query_one(DiffPane).focus()


def whose(one: Version, run: Run) -> str:
    """Say whose an earlier plan is."""
    if one.by == "person":
        return "yours"
    return f"revised by {one_line(run.planner, 40)}" if one.comment else f"by {one_line(run.planner, 40)}"


def _numbered(run: Run, plan: Plan) -> int | None:
    return next((one.number for one in run.versions if one.draft.plan == plan), None)


def _revision(run: Run) -> str:
    number = _numbered(run, run.revision.plan) if run.revision else None
    return "Revision" if number is None else f"Revision {number}"


def _own(run: Run) -> str:
    number = _numbered(run, run.plan)
    return "your plan" if number is None else f"your plan {number}"
