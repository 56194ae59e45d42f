"""A plan from a file or a pasted reply: opened, or compared with the plan that is open before it takes its place."""

from typing import TYPE_CHECKING, Literal

from hgtui.core.commands import EditPlan
from hgtui.core.diff import match
from hgtui.core.edits import Draft, Replace
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Uid
from hgtui.core.problems import errors, problems
from hgtui.core.text import plural
from hgtui.ui.comparing import Compared
from hgtui.ui.screens.choosing import Choosing
from hgtui.ui.widgets.diff import DiffPane

if TYPE_CHECKING:
    from hgtui.session.bringing import Brought

FORMS: tuple[Literal["toml", "json"], ...] = ("toml", "json")


class Bringing(Choosing):
    """Takes plans that a person brings."""

    _brought: Draft | None = None
    """What is compared with the plan, to be taken in its place."""

    def action_open_plan(self) -> None:
        """Open a plan or a raw reply."""
        if self._can("open_plan"):
            self.run_worker(self._open_plan(), group="opening-plan", exclusive=True)

    async def _open_plan(self) -> None:
        from hgtui.ui.screens.opened import OpenPlan

        screen = OpenPlan()
        found = await self.app.push_screen_wait(screen)
        if found is None:
            return
        for form in FORMS:
            if screen.path.lower().endswith(f".{form}"):
                self.desk.edit_as = form
        if self.view.busy:
            self._compare_brought(found)
        else:
            self.call_later(self._open_brought, found)

    async def _open_brought(self, found: "Brought") -> None:
        from hgtui.session.bringing import submitted

        await self.open_request(submitted(found.file))
        self.say(self._how(found))

    @staticmethod
    def _how(found: "Brought") -> str:
        dropped = len(found.file.reading.dropped) - bool(found.how)
        left = f" {plural(dropped, 'note')} on what was left out: in the conversation." if dropped else ""
        return f"{found.how}{left}".strip()

    def _compare_brought(self, found: "Brought") -> None:
        """Show a plan against the one that is open: nothing changes before it is taken."""
        run, brought = self.view.run, found.file.reading.plan
        after = match(run.plan, brought)
        if not after.request:
            after = Plan(request=run.plan.request, planner=after.planner, tasks=after.tasks)
        names = {old.uid: new.uid for old, new in zip(brought, after, strict=True)}
        models = {names[uid]: one for uid, one in found.file.assignments.items() if uid in names}
        self._brought = Draft(plan=after, assignments={**self._kept_models(after), **models})
        title = "The plan that you opened against your plan, by task"
        self._show_brought(found.file.reading.dropped, title)

    def _kept_models(self, after: Plan) -> dict[Uid, Assignment]:
        run = self.view.run
        return {
            task.uid: one
            for task in after
            if (one := run.draft.assignments.get(task.uid))
            and (old := run.plan.get(task.uid))
            and old.task == task.task
        }

    def _show_brought(self, notes: tuple[str, ...], title: str) -> None:
        if self._brought is None:
            return
        run, after = self.view.run, self._brought.plan
        wrong = len(errors(problems(after, run.facts)))
        self.show_compared(None)
        self.show_compared(Compared("opened", title, run.plan, after, "", notes, wrong))
        self.query_one(DiffPane).focus()

    def compared_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the pane that shows a plan against another."""
        if self._compared("opened"):
            return [("enter", "take this plan"), ("esc", "keep mine")]
        return super().compared_keys()

    def take_compared(self) -> None:
        """Take the plan that was opened; z takes that back."""
        if not self._compared("opened"):
            super().take_compared()
            return
        self.show_compared(None)
        draft, self._brought = self._brought, None
        if draft is not None and draft != self.view.run.draft:
            self.dispatch(EditPlan(edit=Replace(draft=draft)))

    def leave_compared(self) -> None:
        """Keep the plan."""
        if self._compared("opened"):
            self._brought = None
            self.show_compared(None)
            self.say("Your plan stays as it was.")
        else:
            super().leave_compared()
