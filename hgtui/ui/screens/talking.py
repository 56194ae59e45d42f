"""What is said to the controller and comes back: requests, comments, revisions, what waits for the end of a run."""

import time
from collections.abc import Iterable

from textual import events, on

from hgtui.core import events as ev
from hgtui.core.commands import Comment, DropRevision, Submit
from hgtui.core.plan import Plan
from hgtui.core.ports import Turn
from hgtui.core.states import Outcome
from hgtui.core.text import clean, one_line
from hgtui.ui.bridge import Desk, DeskError
from hgtui.ui.comparing import Compared, Kind
from hgtui.ui.excerpt import excerpt
from hgtui.ui.may import why_not
from hgtui.ui.screens.moving import Moving
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.widgets.prompt import Prompt

QUIET_S = 2.0
"""How long no key must have been pressed before the focus goes to what has just come."""


class Talking(Moving):
    """The conversation with the controller, from the side of the person."""

    desk: Desk
    queued = ""
    """The request that is made when the run has ended."""
    _pressed = 0.0

    async def open_request(self, submit: Submit) -> None:
        """Start a run with a request."""
        raise NotImplementedError

    async def tell(self) -> None:
        """Write the conversation again."""
        raise NotImplementedError

    def on_key(self, _: events.Key) -> None:
        """Note that the person is at the keys."""
        self._pressed = time.monotonic()

    # Requests

    @on(Field.Sent, "#prompt")
    async def _sent(self, event: Field.Sent) -> None:
        event.stop()
        self._pressed = time.monotonic()
        text = clean(event.text.strip())
        self.query_one("#prompt", Prompt).past.add(text)
        if not text and self.view.busy:
            self.action_focus_pane("plan")
        elif not text:
            self.say("The request is empty: say what should be done, and name the files.")
        elif not self.view.busy:
            await self.open_request(self._request(text))
        elif self.view.at_gate and self.view.by_llm:
            self._comment(text)
        else:
            self._queue(f"{self.queued}\n{text}" if self.queued else text)

    def _request(self, text: str) -> Submit:
        return Submit(request=text, earlier=self._earlier(self.view.run.turns))

    def _earlier(self, turns: Iterable[Turn]) -> tuple[Turn, ...]:
        """What the planner is told of the turns before: no results, where they are to stay here."""
        keeps = self.desk.answer == "program"
        return tuple(turn.model_copy(update={"answer": ""}) if keeps else turn for turn in turns)

    def ask_again(self) -> None:
        """Make the same request once more, in a run of its own."""
        self.call_later(self.open_request, self.same_request())

    def same_request(self) -> Submit:
        """Return the request of this run."""
        run = self.view.run
        return Submit(request=run.request, files=run.asked_files, earlier=self._earlier(run.earlier))

    def _queue(self, text: str) -> None:
        self.queued = text
        chat = self.query_one(Chat)
        chat.queue(text)
        if text:
            chat.prompt.clear()
            self.action_focus_pane("plan")
            first = (
                f" {self.keymap.of('approve')} runs this one, {self.keymap.of('stop')} stops it."
                if self.view.at_gate
                else ""
            )
            self.say(
                f"Kept: it is asked when this request has ended.{first} {self.keymap.of('new')} brings it back to the prompt."
            )

    async def _send_queued(self, outcome: Outcome) -> None:
        text, prompt = self.queued, self.query_one("#prompt", Prompt)
        if not text or self.view.busy:
            return
        self._queue("")
        if outcome is Outcome.INTERRUPTED or prompt.text:
            # Who stops a run may want something else now, and what is being written is not cut in two.
            prompt.put(f"{text}\n{prompt.text}".strip())
            self.say("What was to come next is in the prompt: Enter sends it.")
        else:
            await self.open_request(self._request(text))
            if self.has_class("-narrow"):  # the next gate folds the chat away
                self.say(
                    f"Asked now: {one_line(text, 40)}. The answer before it is in the chat: "
                    f"{self.keymap.of('focus_prompt')} goes there."
                )

    def action_new(self) -> None:
        """Go to the prompt for a new request; what waits there to be asked next comes back to be changed."""
        if self.queued:
            prompt = self.query_one("#prompt", Prompt)
            text = f"{self.queued}\n{prompt.text}".strip()
            self._queue("")
            prompt.put(text)
            self.action_focus_pane("prompt")
        else:
            # There also where it cannot be asked yet: who writes on must not press the keys of the plan.
            words, prompt = why_not("new", self.view), self.query_one("#prompt", Prompt)
            if prompt.text == self.view.run.request:  # what was not understood came back to be said otherwise: not this
                prompt.clear()
            self.action_focus_pane("prompt")
            self.say(words)

    def action_answer_by(self) -> None:
        """Change who writes the answers of the runs that begin from now on."""
        self.desk.answer = "llm" if self.desk.answer == "program" else "program"
        words = "The LLM writes the answers from the results, from the next request on."
        if self.desk.answer == "program":
            words = "The program writes the answers from the next request on: the LLM gets no result and no answer."
        self.say(words)
        self._frame()

    def _frame(self) -> None:
        raise NotImplementedError

    # Comments and revisions

    def action_comment(self) -> None:
        """Go to the prompt for a comment; after a revision with the comment that led to it, to say more."""
        if not self._can("comment"):
            return
        prompt, run = self.query_one("#prompt", Field), self.view.run
        if run.revision and not run.taken_call and not prompt.text:
            prompt.text = f"{run.comment}\n"
            prompt.move_cursor(prompt.document.end)
        self.action_focus_pane("prompt")

    def _comment(self, text: str) -> None:
        words = why_not("comment", self.view)
        if words or self._compared("controller"):
            keep = " Nothing was approved; your text stays."
            self.say((words or "Take this plan or go back first: enter or esc at the comparison.") + keep)
            return
        if self.view.run.revision:
            self.dispatch(DropRevision())
        self.dispatch(Comment(text=text))
        self.query_one("#prompt", Field).clear()
        self.say("")
        self.action_focus_pane("plan")
        self._commented = text

    _commented = ""

    def _compared(self, kind: Kind) -> bool:
        two = self.query_one(DiffPane).two
        return two is not None and two.kind == kind

    def show_compared(self, two: Compared | None) -> None:
        """Show a plan against another, or nothing; the focus goes there unless the person is at the keys."""
        pane = self.query_one(DiffPane)
        here, before = isinstance(self.focused, DiffPane), pane.two
        pane.compare(two)
        self.remove_class("-behind", update=False)
        self.set_class(two is not None, "-comparing")
        if two is None:
            if here:
                self.query_one(PlanPane).focus()
        elif before is None or before.kind != two.kind:
            typing = isinstance(self.focused, Field) or time.monotonic() - self._pressed < QUIET_S
            if two.kind == "proposal" or not typing:
                self.call_after_refresh(pane.focus)
            else:
                # The pane with the focus is out of sight now; were it gone, Textual would give its focus, and with it the next
                # Enter, to what differs.
                self.add_class("-behind")
                what = "The revision is here" if two.kind == "revision" else "What differs is shown"
                key = "esc" if isinstance(self.focused, Field) else self.keymap.of("focus_plan")
                self.say(f"{what}: {key} goes there.")

    def compare_controller(self, after: Plan) -> None:
        """Show the plan of another controller against the one before."""

    def follow(self, happened: Iterable[ev.Event]) -> None:
        """Do what follows from events: open and close comparisons, show a reply that is no plan, ask what waits."""
        for event in happened:
            match event:
                case ev.RevisionClosed():
                    if self._compared("revision"):
                        self.show_compared(None)
                    self.say(f"{event.message} {event.hint}".strip())
                case ev.PlanProposed(plan=plan):
                    self.compare_controller(plan)
                case ev.PlanningFailed(raw=raw) if raw:
                    self.run_worker(self._show_raw(raw), group="raw")
                case ev.Refused(command="comment"):
                    prompt = self.query_one("#prompt", Field)
                    prompt.text = prompt.text or self._commented
                case ev.RunEnded(outcome=outcome):
                    if not self._compared("controller"):
                        self.show_compared(None)
                    self._bring_back_request(outcome)
                    self.call_later(self._send_queued, outcome)
                case _:
                    pass
        if self._compared("proposal"):
            self._show_proposal()

    def _bring_back_request(self, outcome: Outcome) -> None:
        """Put a request of which no task came back into the prompt, to be said otherwise, where nothing else is there."""
        run, prompt = self.view.run, self.query_one("#prompt", Field)
        empty = run.proposed is not None and not run.plan.tasks and outcome is Outcome.FAILED
        if empty and not (self.view.apart or self.queued or prompt.text):
            prompt.text = run.request
            prompt.move_cursor(prompt.document.end)
            self.say(
                f"What you asked is in the prompt: {self.keymap.of('focus_prompt')} goes there to say it otherwise."
            )

    def _show_proposal(self) -> None:
        run = self.view.run
        if run.proposed is None or run.plan == run.proposed:
            self.show_compared(None)
            return
        title = f"Your plan against the proposal of {one_line(run.planner, 40)}"
        self.show_compared(Compared("proposal", title, run.proposed, run.plan))

    async def _show_raw(self, digest: str) -> None:
        live = self.view.live
        try:
            live.raw = excerpt(await self.desk.text(digest))
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
        self.call_later(self.tell)

    def action_difference(self) -> None:
        """Show what differs from the plan as it was proposed, or go back from there."""
        two = self.query_one(DiffPane).two
        if two and two.kind != "proposal":
            self.action_focus_pane("plan")
        elif two:
            self.show_compared(None)
        elif self._can("difference"):
            self._show_proposal()

    def compared_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the pane that shows a plan against another."""
        if self._compared("controller"):
            undo = [(self.keymap.of("undo"), "undo")] if self.view.run.undos else []
            change = (self._change_keys, "this change")
            return [("enter", "take this plan"), change, *undo, ("esc", "back to the plan before")]
        return [("esc", "back")]

    @property
    def _change_keys(self) -> str:
        return f"{self.keymap.of('take_change')} {self.keymap.of('drop_change')}"

    def take_compared(self) -> None:
        """Take the plan that is compared with one's own."""

    def leave_compared(self) -> None:
        """Close what only shows."""
        if self._compared("proposal"):
            self.show_compared(None)
