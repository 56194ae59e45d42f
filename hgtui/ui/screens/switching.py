"""Another controller: the list of them, and at a gate the same request planned again beside the plan that there is."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from hgtui.core import events as ev
from hgtui.core.commands import EditPlan, Submit
from hgtui.core.diff import match
from hgtui.core.edits import Draft, Replace
from hgtui.core.partly import Part, grafted
from hgtui.core.plan import Plan, Uid
from hgtui.core.text import one_line
from hgtui.ui.bridge import Conductor, DeskError
from hgtui.ui.comparing import Compared, wrong
from hgtui.ui.live import Live
from hgtui.ui.loglines import LogLine
from hgtui.ui.screens.reviewing import Reviewing
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.log import LogPane


class Held(NamedTuple):
    """A run that waits at its gate while another controller plans the same request."""

    conductor: Conductor
    chosen: Uid | None
    by_llm: bool
    live: Live
    lines: tuple[LogLine, ...]
    turns: int


class Switching(Reviewing):
    """Changes the controller."""

    conductor: Conductor | None = None
    held: Held | None = None
    _left_out: tuple[frozenset[Part], ...] = (frozenset(),)
    """What was left out of the new controller's plan, step by step: each is an edit of its run."""
    _step: int = 0
    """Which of them stands: undo and redo go back and forth."""
    _deaf: Callable[[], None] | None = None

    async def begin(self, submit: Submit) -> None:
        """Open a new run on the screen and give it a request, whatever there was. Raises DeskError."""
        raise NotImplementedError

    async def show_again(self, held: Held) -> None:
        """Put a run on the screen that was there before, in place of the one that is there."""
        raise NotImplementedError

    def action_controller(self) -> None:
        """Choose another controller."""
        self.run_worker(self._choose(), group="controller", exclusive=True)

    async def _choose(self) -> None:
        from hgtui.ui.screens.controllers import Controllers

        self.say("Looking which controllers there are …")
        try:
            options = await self.desk.options()
            self.say("")
            place = await self.app.push_screen_wait(Controllers(options))
            if place is None:
                return
            if options.choices[place].present:
                self.say("This controller is in use already.")
                return
            await self.desk.switch(place)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        self._frame()
        name = one_line(options.choices[place].name, 60)
        again = self.view.at_gate and self.held is None and not self.view.run.comment and self.view.run.request
        if again:
            self.call_later(self._plan_again, name)  # not beside the messages, as a worker runs
        elif self.view.run.planning_failed:
            self.say(f"The next request goes to {name}: {self.keymap.of('retry')} asks again.")
        else:
            self.say(f"The next request goes to {name}.")

    async def _plan_again(self, name: str) -> None:
        """Let the new controller plan the request; the plan that there is stays until the new one is taken."""
        chat, log, view = self.query_one(Chat), self.query_one(LogPane), self.view
        if self.conductor is None:
            return
        held = Held(self.conductor, view.chosen, view.by_llm, view.live, tuple(log.all_lines), chat.run)
        submit = self.same_request()
        deaf, self._deaf, self.conductor = self._deaf, None, None
        try:
            await self.begin(submit)
        except DeskError as error:
            self.conductor, self._deaf = held.conductor, deaf
            self.say(f"{error.message} {error.hint}".strip())
            return
        if deaf:
            deaf()
        self.held = held
        self.say(f"{name} plans the same request. Your plan waits: esc goes back to it.")

    def compare_controller(self, after: Plan) -> None:
        """Show the plan of the new controller against the one that waits."""
        if self.held is None:
            return
        self._left_out, self._step = (frozenset(),), 0
        before = self.held.conductor.run
        found = wrong(after, self.view.run.facts)
        title = f"Plan by {one_line(after.planner, 30)} against the plan by {one_line(before.planner, 30)}"
        matched, notes = match(before.plan, after), self.view.run.notes
        made = (before.base, frozenset[Part](), before.versions)
        self.show_compared(Compared("controller", title, before.plan, matched, "", notes, found, *made))

    def take_compared(self) -> None:
        """Take the plan that is compared with the one before, but for what was left out of it.

        The run before stays at its gate in the journal.
        """
        two = self.query_one(DiffPane).two
        if two is None or two.kind != "controller":
            super().take_compared()
            return
        self._leave_out(two)
        self.show_compared(None)
        self.call_later(self.let_go)

    def keep_left_out(self) -> None:
        """Edit the plan of the new controller as soon as it is at its gate, so that its journal has what is left out."""
        two = self.query_one(DiffPane).two
        if two is not None and two.kind == "controller" and self.view.at_gate:
            self._leave_out(two)

    def _leave_out(self, two: Compared) -> None:
        run, dropped = self.view.run, self.query_one(DiffPane).dropped
        if run.proposed is None or dropped == self._left_out[self._step]:
            return
        plan = grafted(two.before, two.after, run.proposed, dropped, run.uids)
        kept = {uid: one for uid, one in run.draft.assignments.items() if plan.get(uid) is not None}
        self._left_out, self._step = (*self._left_out[: self._step + 1], dropped), self._step + 1
        self.dispatch(EditPlan(edit=Replace(draft=Draft(plan=plan, assignments=kept))))

    def follow(self, happened: Iterable[ev.Event]) -> None:
        """Keep what is left out once that can be, and take back with undo what it did."""
        happened = tuple(happened)
        super().follow(happened)
        if not self._compared("controller"):
            return
        for event in happened:
            if isinstance(event, ev.EditUndone | ev.EditRedone):
                step = self._step + (1 if isinstance(event, ev.EditRedone) else -1)
                self._step = max(min(step, len(self._left_out) - 1), 0)
                self.query_one(DiffPane).leave_out(self._left_out[self._step])
        if any(isinstance(event, ev.GateOpened) for event in happened):
            self.keep_left_out()

    async def let_go(self) -> None:
        """Close the run that waited."""
        held, self.held = self.held, None
        if held:
            await held.conductor.aclose()

    def leave_compared(self) -> None:
        """Go back to the plan before."""
        if self._compared("controller"):
            self.call_later(self._go_back)
        else:
            super().leave_compared()

    def action_back(self) -> None:
        """Go back one level; from another controller's plan, or from its failure to make one, to the plan that waits."""
        done = self.view.run.ended or self._compared("controller")
        if self.held and done and self.focused is not None and self.focused.id in {"plan", "diff"}:
            self.call_later(self._go_back)
        else:
            super().action_back()

    async def _go_back(self) -> None:
        held, self.held = self.held, None
        if held is None:
            return
        self.show_compared(None)
        await self.show_again(held)
        name = one_line(self.desk.planner_name, 60)
        self.say(
            f"The plan before is back. What is asked next goes to {name}; {self.keymap.of('controller')} changes that."
        )
