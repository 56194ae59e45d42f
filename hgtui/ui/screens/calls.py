"""The timeline and the calls in pane 4: what is shown of them, one call in full, one sent again and compared."""

from functools import partial
from typing import TYPE_CHECKING

from textual import on

from hgtui.core.calls import CallRow
from hgtui.core.commands import TakeCall
from hgtui.core.text import plural
from hgtui.ui.bridge import Conductor, Desk, DeskError
from hgtui.ui.screens.logs import Logs
from hgtui.ui.taking import no_call
from hgtui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from hgtui.session.recalled import Recalled


class Calls(Logs):
    """What the person does with the timeline and the calls."""

    desk: Desk
    conductor: Conductor | None = None

    # The tabs

    def action_timeline(self) -> None:
        """Show the timeline."""
        self._can("timeline")
        self.log_pane.turn_to("timeline")
        self.action_focus_pane("log")
        self.log_pane.follow_task(self.view.chosen)

    def action_calls(self) -> None:
        """List all calls."""
        self._can("calls")
        self.log_pane.show_calls("")
        self.action_focus_pane("log")

    def action_calls_of_task(self) -> None:
        """List the calls of the selected task alone."""
        if self._can("calls_of_task") and self.view.chosen:
            self.log_pane.show_calls("", self.view.chosen)
            self.action_focus_pane("log")

    def action_log_level(self) -> None:
        """In the calls show only those of the selected task, or all again; else as the log does."""
        pane = self.log_pane
        if pane.tab == "calls":
            of = None if pane.calls.of else self.view.chosen
            pane.show_calls(of=of)
            task = self.view.task
            self.say(
                f"Only the calls of task {task.id}; the same key shows all."
                if of and task
                else "The calls of all tasks are shown."
            )
        elif pane.tab == "timeline":
            self.say("In the timeline there is nothing to leave out; ] turns to the calls.")
        else:
            super().action_log_level()

    @property
    def looked_for(self) -> str:
        """The words that what is shown in pane 4 has."""
        return self.log_pane.calls.words if self.log_pane.tab == "calls" else super().looked_for

    def look_for(self, words: str) -> None:
        """Show in pane 4 only what has these words."""
        pane = self.log_pane
        if pane.tab == "calls":
            pane.show_calls(words, pane.calls.of)
        else:
            super().look_for(words)

    def action_back(self) -> None:
        """Go back one level: from some calls to all of them."""
        pane = self.log_pane
        if pane.has_focus and pane.tab == "calls" and pane.calls.filtered and not self.question:
            self.say("")
            pane.show_calls("")
        else:
            super().action_back()

    def action_log_copy(self) -> None:
        """Copy the call under the cursor as JSON; else as the log does."""
        row = self.log_pane.call
        if row is not None:
            self.run_worker(self._copy(row, as_curl=False), group="copy-call", exclusive=True)
        else:
            super().action_log_copy()

    def action_log_curl(self) -> None:
        """Copy the call under the cursor as a curl command without the key."""
        row = self.log_pane.call
        if row is not None:
            self.run_worker(self._copy(row, as_curl=True), group="copy-call", exclusive=True)
        else:
            self.say("u copies a call as a curl command: ] turns to the calls.")

    async def _copy(self, row: CallRow, *, as_curl: bool) -> None:
        import json

        try:
            found = await self.desk.call(self.view.run.id, row.number)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        if as_curl and not found.curl:
            self.say(f"Call {row.number} asked no server that curl could ask.")
            return
        # Only ASCII goes out: what is foreign in it stands as \\u escapes.
        self.app.copy_to_clipboard(found.curl if as_curl else json.dumps(found.as_json(), indent=2))
        self.say(f"Call {row.number} is copied {'as a curl command; the key is not in it' if as_curl else 'as JSON'}.")

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now where the focus is, each with a word or two, the way to more last."""
        pane, ends = self.log_pane, [(":", "commands"), ("q", "leave"), ("?", "help")]
        if not pane.has_focus or pane.sheet is None:
            return super().working_keys()
        if pane.tab == "timeline":
            return [("enter", "to the task"), ("]", "calls"), ("[", "problems"), ("esc", "to the plan"), *ends]
        own = [("enter", "whole call")] if pane.call else []
        own += [("/", "search"), ("v", "all tasks" if pane.calls.of else "this task")]
        takes = pane.call is not None and not no_call(pane.call, view=self.view)
        own += [(self.keymap.of("take_call"), "take it")] if takes else []
        own += [("y", "copy JSON"), ("u", "copy curl")] if pane.call else []
        return [*own, ("]", "log"), ("esc", "all calls" if pane.calls.filtered else "to the plan"), *ends]

    # The way to the task, and to the call

    @on(Rows.Moved, "#log")
    def _moved_in_sheet(self, event: Rows.Moved) -> None:
        sheet = self.log_pane.sheet
        uid = sheet.uid(event.index) if sheet is not None and not isinstance(event, Rows.Opened) else None
        if uid and self.view.plan.get(uid):
            self.select_task(uid)

    @on(Rows.Opened, "#log")
    def _opened_in_sheet(self, _: Rows.Opened) -> None:
        pane = self.log_pane
        if pane.tab == "timeline" and (uid := pane.timeline.uid(pane.cursor)):
            self.select_task(uid)
            self.action_focus_pane("plan")
        elif pane.call is not None:
            self.open_call(pane.call.number)

    def action_call(self) -> None:
        """Show the call under the cursor of the calls, else the one that says most of the selected task."""
        if not self._can("call"):
            return
        from hgtui.session.recalled import of_task

        run, pane = self.view.run, self.log_pane
        row = pane.call if pane.has_focus else None
        if row is None and self.view.chosen:
            row = of_task(run.call_book.rows, run, self.view.chosen)
        self.open_call((row or run.call_book.rows[-1]).number)

    def open_call(self, number: int) -> None:
        """Show a call over the whole screen; from there it may be sent again."""
        self.run_worker(self._look_at(number), group="call", exclusive=True)

    async def _look_at(self, number: int) -> None:
        from hgtui.ui.screens.again import SendAgain
        from hgtui.ui.screens.call import CallScreen

        while True:
            screen = CallScreen(self.desk, self.view.run, number, partial(no_call, view=self.view))
            found = await self.app.push_screen_wait(screen)
            if found is None or self.conductor is None:
                return
            number = found.row.number
            if screen.takes:
                self.call_later(self.take_call, number)
                return
            made = await self.app.push_screen_wait(SendAgain(self.desk, self.conductor, found, self._terminal))
            if made is None:
                continue
            if await self._compare(found, made):
                return

    async def _compare(self, first: "Recalled", number: int) -> bool:
        """Show what came beside what had come; whether the person took it."""
        from hgtui.ui.screens.both import Both

        try:
            second = await self.desk.call(self.view.run.id, number)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return True
        takes = "" if no_call(second.row, view=self.view) else self._takes(first, second)
        if not await self.app.push_screen_wait(Both(first, second, takes)):
            return False
        self.call_later(self.take_call, number)
        return True

    @staticmethod
    def _takes(first: "Recalled", second: "Recalled") -> str:
        """Say what taking the second call would do, empty where it says nothing else."""
        from hgtui.ui.answers import other_models, plans_of

        if (plans := plans_of(first, second)) is not None:
            return "beside your plan" if plans[1].tasks else ""
        models = other_models(first, second)
        return f"take {plural(len(models), 'model')}" if models else ""

    # What came of one that was sent again, taken over

    def action_take_call(self) -> None:
        """Take what came of the call under the cursor of the calls, else of the one that was sent again last."""
        if not self._can("take_call"):
            return
        pane = self.log_pane
        row = pane.call if pane.has_focus else None
        row = row or next(one for one in reversed(self.view.run.call_book.rows) if one.again)
        if no := no_call(row, view=self.view):
            self.say(no)
        else:
            self.take_call(row.number)

    def take_call(self, number: int) -> None:
        """Take what came of a call: its plan comes beside the plan, its models become choices."""
        self.dispatch(TakeCall(number=number))
