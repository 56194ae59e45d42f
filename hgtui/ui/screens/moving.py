"""What the person does on the screen that is no command: selecting, focus, help, leaving."""

from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from hgtui.core.plan import Uid
from hgtui.core.text import clean, one_line
from hgtui.ui.may import why_not
from hgtui.ui.phases import phase_at
from hgtui.ui.screens.footing import Footing
from hgtui.ui.widgets.bars import Bar
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.notice import Notice
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.widgets.task import TaskPane

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from textual.widgets import Markdown

    from hgtui.ui.bridge import Desk


NO_ANSWER = "Enter does not answer this. "


PANE_OF_PHASE = ("prompt", "plan", "task", "plan", "prompt")
"""Where each phase is seen."""
MODELS = 2
"""The phase that is seen on a tab of its own."""


class Moving(Footing):
    """Selection and focus of the workbench."""

    desk: "Desk"

    large: str | None = None
    """Which side the person made the large one, "chat" or "plan"; None where the phase decides."""

    def lay_out(self) -> None:
        """Make large what the person asked for, else what the phase is about."""
        self.set_class(self.view.talking if self.large is None else self.large == "chat", "-talking")
        self.fit_sizes()

    def open_result(self) -> None:
        """Show the results of the selected task over the whole screen."""
        raise NotImplementedError

    def selected(self) -> None:
        """Take note that another task is selected."""
        raise NotImplementedError

    def _terminal(self) -> "AbstractContextManager[None]":
        """Give the terminal to another program meanwhile."""
        raise NotImplementedError

    # The foot

    def say(self, words: str, *, asks: bool = False) -> None:
        """Show a sentence above the footer, or take it away."""
        self.query_one(Notice).say(words, asks=asks)

    def on_descendant_focus(self) -> None:
        """Show the keys that work where the focus is."""
        if not isinstance(self.focused, PlanPane | TaskPane):
            self.remove_class("-behind")
        self._foot()

    @on(Bar.Clicked, "#head")
    def _clicked_phase(self, event: Bar.Clicked) -> None:
        """Go to the pane of the phase that was clicked at."""
        place = phase_at(event.bar.lines[1], event.x) if event.y == 1 and len(event.bar.lines) > 1 else None
        if place is not None:
            self.action_focus_pane(PANE_OF_PHASE[place])
            if place == MODELS:
                self.query_one(TaskPane).action_show_tab("candidates")

    # What the person does

    @on(Field.TooLong)
    def _too_long(self, event: Field.TooLong) -> None:
        self.say(event.words)

    @on(Field.Changed, "#prompt")
    def _goes_on_writing(self) -> None:
        """Who writes on has answered whether to leave."""
        if self.question and self.question.about in {"interrupt", "leave"} and self.query_one("#prompt", Field).text:
            self.question = None
            self.say("")

    @on(Rows.Moved, "#plan")
    def _moved(self, event: Rows.Moved) -> None:
        if isinstance(event, Rows.Opened):  # it is a kind of Moved, and has an answer of its own
            return
        if uid := self.query_one(PlanPane).uid_at(event.index):
            self.view.chosen = uid
        if self.close_form():
            self.question = None
            self.say("")
        self.filter_changed()

    def filter_changed(self) -> None:
        """Show the task that is selected now."""
        self.selected()
        self.query_one(TaskPane).reload()
        self._foot()

    def forget_refusal(self) -> None:
        """Take away the sentence why something could not be done, once it can."""
        action, words = self.refused
        if words and words == self.query_one(Notice).words and not why_not(action, self.view):
            self.say("")

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        if self.question and self.question.about not in {"text", "form"}:
            # Enter is no answer to what asks for a key of its own, and it does not take the question away.
            words = self.query_one(Notice).words.removeprefix(NO_ANSWER)
            self.say(f"{NO_ANSWER}{words}", asks=True)
            return
        if isinstance(event.rows, PlanPane):
            if self.question and self.question.about == "text":
                self.take_text()
            elif event.rows.toggle():
                self.filter_changed()
            else:
                self.action_focus_pane("task")
        elif isinstance(event.rows, DiffPane):
            self.take_compared()
        elif isinstance(event.rows, TaskPane):
            if event.rows.reads:
                self.open_result()
                return
            item = event.rows.items[event.index]
            if item.kind == "candidate":
                self.take_candidate(item.key)
            elif item.kind == "argument":
                self.action_edit()
            elif item.kind == "mend" and (problem := self.view.worst.get(self.view.chosen or "")):
                self.apply_mend(problem, int(item.key))

    def select_task(self, uid: Uid) -> None:
        """Select a task in the plan and show it in the task pane."""
        self.view.chosen = uid
        self.selected()
        if not self.query_one(PlanPane).reveal(uid):
            self.close_filter()
            self.view.chosen = uid
            self.query_one(PlanPane).choose(uid)
        self.query_one(TaskPane).reload()
        self._foot()

    def action_focus_pane(self, pane: str) -> None:
        """Give the focus to a pane."""
        if self.close_form():
            self.question = None
            self.say("")
        self.large = "chat" if pane == "prompt" else "plan" if pane != "log" else self.large
        self.lay_out()
        self.show_pane("chat" if pane == "prompt" else pane)
        if pane in {"plan", "task"} and self.query_one(DiffPane).two:
            pane = "diff"
        self.set_focus(self.query_one(f"#{pane}"))  # at once: the next key may be here already
        if pane == "prompt" and self.view.run.answer is None:
            self.call_after_refresh(self.query_one("#talk").scroll_end, animate=False)

    @property
    def form(self) -> Widget | None:
        """The form of a task, None where none is open."""
        raise NotImplementedError

    def action_edit(self) -> None:
        """Open the form of the task."""
        raise NotImplementedError

    def close_form(self) -> bool:
        """Close the form; where something was typed in it ask first. Say whether none is open now."""
        raise NotImplementedError

    def leave_form(self) -> None:
        """Close the form, whatever was typed."""
        raise NotImplementedError

    def take_text(self) -> None:
        """Take the plan of the text that was edited."""
        raise NotImplementedError

    def action_back(self) -> None:
        """Go back one level; never stops a run."""
        if self.form is not None:
            if not self.close_form():
                return
        elif self.question:
            self.question = None
            self.say("")
            return
        elif self._read_on_plan():
            return
        elif isinstance(self.focused, DiffPane):
            self.leave_compared()
            return
        elif self.close_filter():
            return
        self.action_focus_pane("plan")

    def _read_on_plan(self) -> bool:
        """Take away a sentence that was read. Say whether that was all that there is to go back from."""
        said, here = self.query_one(Notice).words, self.focused
        if not said or isinstance(here, DiffPane):
            return False
        self.say("")
        return isinstance(here, PlanPane)

    def take_compared(self) -> None:
        """Take the plan that is compared with the one before."""
        raise NotImplementedError

    def leave_compared(self) -> None:
        """Keep the plan before."""
        raise NotImplementedError

    def action_interrupt(self) -> None:
        """Clear the prompt; else ask to stop; the second time leave."""
        prompt = self.query_one("#prompt", Field)
        if selected := self.get_selected_text():
            self.app.copy_to_clipboard(clean(selected))
            self.clear_selection()
            self.say("What was selected is copied.")
        elif self.question and self.question.about == "interrupt":
            self.action_leave()
        elif prompt.has_focus and prompt.text:
            prompt.clear()
        elif self.empty_filter():
            return
        elif self.view.busy:
            # Who is in the prompt stays there: what is typed next would be taken for keys of the plan.
            stops = f"{'esc, then ' if prompt.has_focus else ''}{self.keymap.of('stop')} stops it"
            self._ask(f"Stop this run?  {stops} · ctrl+c again leaves hgtui · esc goes on", "interrupt")
        else:
            self._ask("ctrl+c again leaves hgtui · esc stays", "interrupt")

    def action_help(self) -> None:
        """Say what the pane with the focus shows and which keys work there, then all keys."""
        from hgtui.ui.guide import guide
        from hgtui.ui.screens.help import Help

        where = "form" if self.query("#form") else self.focused.id or "" if self.focused else ""
        two = self.query_one(DiffPane).two
        self.app.push_screen(Help(guide(where, self.view, self.keymap, compared=two.kind if two else "")))

    def action_palette(self) -> None:
        """Open the list of actions."""
        self.app.action_command_palette()

    def action_leave(self) -> None:
        """Leave hgtui; while something runs, ask once."""
        asked = self.question is not None and self.question.about in {"leave", "interrupt"}
        if self.view.busy and not asked:
            self._ask(f"{self._left()}  {self.keymap.of('leave')} again leaves · esc stays", "leave")
            return
        self.app.exit()

    def _left(self) -> str:
        """Say what becomes of the run on the screen when hgtui is left."""
        view = self.view
        if not self.desk.stores:
            return "Leaving drops this run: nothing of it is stored."
        if view.at_gate and view.run.comment and view.run.revision is None:
            return "Leaving stops the revision; your plan waits, and hgtui resume takes it up."
        if view.at_gate or view.waits:
            return "This run waits for you, also when you leave: hgtui resume takes it up."
        return "Leaving stops this run; what is done is kept, and hgtui resume goes on with it."

    def on_markdown_link_clicked(self, event: "Markdown.LinkClicked") -> None:
        """Show where a link of an answer leads."""
        # Never opened: a browser would start on the machine that hgtui runs on, perhaps at the other end of ssh.
        event.stop()
        self.say(one_line(event.href, 300))
