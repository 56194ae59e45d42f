"""What the person does on the screen that is no command: selecting, focus, the form, help, leaving; and what the foot says of it."""

from typing import TYPE_CHECKING

from textual import on

from hgtui.core.commands import EditPlan
from hgtui.core.edits import Set
from hgtui.core.plan import Uid
from hgtui.core.problems import Problem
from hgtui.core.text import one_line
from hgtui.ui import greeting as first
from hgtui.ui.keys import KEYS, Key
from hgtui.ui.may import why_not
from hgtui.ui.screens.actions import Actions
from hgtui.ui.widgets.attention import Attention
from hgtui.ui.widgets.bars import Bar, keys_line
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.form import ArgForm
from hgtui.ui.widgets.notice import Notice
from hgtui.ui.widgets.panes import LogPane, TaskPane
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from textual.widgets import Markdown


class Moving(Actions):
    """Selection, focus and forms of the workbench."""

    large: str | None = None
    """Which side the person made the large one, "chat" or "plan"; None where the phase decides."""

    def lay_out(self) -> None:
        """Make large what the person asked for, else what the phase is about."""
        self.set_class(self.view.talking if self.large is None else self.large == "chat", "-talking")

    def selected(self) -> None:
        """Take note that another task is selected."""
        raise NotImplementedError

    # The foot

    def say(self, words: str, *, asks: bool = False) -> None:
        """Show a sentence above the footer, or take it away."""
        self.query_one(Notice).say(words, asks=asks)

    def on_descendant_focus(self) -> None:
        """Show the keys that work where the focus is."""
        self._foot()

    def _foot(self) -> None:
        self.query_one("#foot", Bar).show(keys_line(self.working_keys(), self.size.width))
        self.query_one(Attention).reload()

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now where the focus is, each with a word or two, the way to more last."""
        if isinstance(self.focused, Field):
            here = [("enter", "set"), ("esc", "leave"), ("tab", "next")] if self.query(ArgForm) else []
            sends = [("enter", self._sends())] if self._sends() else []
            return [
                *(here or [*sends, *first.PROMPT_KEYS]),
                first.HELP,
            ]
        where = self.focused.id or "" if self.focused else ""
        enter = {"plan": "open", "task": "take candidate", "log": "mend"}.get(where)
        if where == "diff":
            return [*self.compared_keys(), (":", "commands"), ("q", "leave"), ("?", "help")]
        keys = [("enter", enter)] if enter and self.view.busy else []
        shown = (key for key in KEYS if key.footer and key.action not in {"help", "leave"})
        keys += [(key.shown, self._called(key)) for key in shown if not why_not(key.action, self.view)]
        return [*keys, (":", "commands"), ("q", "leave"), ("?", "help")]

    def _sends(self) -> str:
        if not self.view.busy:
            return first.SEND[1]
        if self.view.at_gate:
            return "comment" if self.view.by_llm else ""
        return "send when it has ended"

    def compared_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the pane that shows a plan against another."""
        raise NotImplementedError

    def _called(self, key: Key) -> str:
        if key.action == "approve":
            if self.view.plan_gate or self.view.run.choosing:
                return "approve plan"
            return "let it start" if self.view.may_allow else "approve" if self.view.run.grant else "approve+run"
        if key.action == "mend" and self.view.failed:
            return "next candidate"
        return "ask again" if key.action == "retry" and self.view.run.planning_failed else key.footer

    # What the person does

    @on(Field.TooLong)
    def _too_long(self, event: Field.TooLong) -> None:
        self.say(event.words)

    @on(Rows.Moved, "#plan")
    def _moved(self, event: Rows.Moved) -> None:
        plan = self.query_one(PlanPane)
        if event.index < len(plan.tasks):
            self.view.chosen = plan.tasks[event.index].uid
            self.selected()
        self._close_form()
        self.question = None
        self.say("")
        self.query_one(TaskPane).reload()
        self._foot()

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        if event.rows.id == "plan":
            self.action_focus_pane("task")
        elif isinstance(event.rows, DiffPane):
            self.take_compared()
        elif isinstance(event.rows, TaskPane):
            item = event.rows.items[event.index]
            if item.kind == "candidate":
                self.take_candidate(item.key)
            elif item.kind == "argument":
                self.action_edit()
            elif item.kind == "mend" and (problem := self.view.worst.get(self.view.chosen or "")):
                self.apply_mend(problem, int(item.key))
        elif isinstance(event.rows, LogPane):
            problem = event.rows.problem(event.index)
            if problem:
                self.action_mend()

    @on(Rows.Moved, "#log")
    def _moved_in_log(self, event: Rows.Moved) -> None:
        problem = self.query_one(LogPane).problem(event.index)
        if problem and problem.uid:
            self.select_task(problem.uid)

    def select_task(self, uid: Uid) -> None:
        """Select a task in the plan and show it in the task pane."""
        self.view.chosen = uid
        self.selected()
        self.query_one(PlanPane).choose(uid)
        self.query_one(TaskPane).reload()
        self._foot()

    def select_problem(self, problem: Problem) -> None:
        """Select a problem in the log pane and its task in the plan."""
        log = self.query_one(LogPane)
        if problem in log.problems:
            log.select(log.problems.index(problem))
        if problem.uid:
            self.select_task(problem.uid)
        if self.has_class("-narrow"):  # there pane 4 is one line, too short for a sentence
            mend = f"  f: {' · '.join(one.label for one in problem.mends)}" if problem.mends else ""
            self.say(f"{problem.message}{mend}")

    def problem_here(self) -> Problem | None:
        """Return the problem under the cursor of the log pane where it is of the selected task, else the task's worst."""
        problem = self.query_one(LogPane).problem(self.query_one(LogPane).cursor)
        if problem and (problem.uid is None or problem.uid == self.view.chosen):
            return problem
        return self.view.worst.get(self.view.chosen or "")

    def action_focus_pane(self, pane: str) -> None:
        """Give the focus to a pane."""
        self.question = None
        self.say("")
        self._close_form()
        self.large = "chat" if pane == "prompt" else "plan" if pane != "log" else self.large
        self.lay_out()
        if pane in {"plan", "task"} and self.query_one(DiffPane).two:
            pane = "diff"
        self.query_one(f"#{pane}").focus()
        if pane == "prompt" and self.view.run.answer is None:
            self.call_after_refresh(self.query_one("#talk").scroll_end, animate=False)

    def action_edit(self) -> None:
        """Open the form with the arguments of the task."""
        task = self.view.task
        if not self._can("edit") or task is None or self.query(ArgForm):
            return
        self.large = "plan"
        self.lay_out()
        self.add_class("-editing")
        self.mount(ArgForm(task, self.view.ids), after=self.query_one(TaskPane))

    @on(ArgForm.Done)
    def _set(self, event: ArgForm.Done) -> None:
        self._close_form()
        for name, value in event.values.items():
            self.dispatch(EditPlan(edit=Set(uid=event.uid, name=name, value=value)))
        self.query_one(PlanPane).focus()

    def _close_form(self) -> None:
        self.query(ArgForm).remove()
        self.remove_class("-editing")

    def action_back(self) -> None:
        """Go back one level; never stops a run."""
        if self.question or (self.query_one(Notice).words and not isinstance(self.focused, DiffPane)):
            self.question = None
            self.say("")
            if not self.query(ArgForm):
                return
        if self.query(ArgForm):
            self._close_form()
        elif isinstance(self.focused, DiffPane):
            self.leave_compared()
            return
        self.action_focus_pane("plan")

    def take_compared(self) -> None:
        """Take the plan that is compared with the one before."""
        raise NotImplementedError

    def leave_compared(self) -> None:
        """Keep the plan before."""
        raise NotImplementedError

    def action_interrupt(self) -> None:
        """Clear the prompt; else ask to stop; the second time leave."""
        prompt = self.query_one("#prompt", Field)
        if self.question and self.question.about == "interrupt":
            self.action_leave()
        elif prompt.has_focus and prompt.text:
            prompt.clear()
        elif self.view.busy:
            self._ask("Stop this run?  x stops it · ctrl+c again leaves hgtui · esc goes on", "interrupt")
            self._close_form()
            self.query_one(PlanPane).focus()
        else:
            self._ask("ctrl+c again leaves hgtui · esc stays", "interrupt")

    def action_help(self) -> None:
        """Show all keys."""
        from hgtui.ui.screens.help import Help

        self.app.push_screen(Help())

    def action_palette(self) -> None:
        """Open the list of actions."""
        self.app.action_command_palette()

    def action_leave(self) -> None:
        """Leave hgtui; while something runs, ask once."""
        asked = self.question is not None and self.question.about in {"leave", "interrupt"}
        if self.view.busy and not asked:
            self._ask("Leaving stops this run; what is done is kept.  q again leaves · esc stays", "leave")
            return
        self.app.exit()

    def on_markdown_link_clicked(self, event: "Markdown.LinkClicked") -> None:
        """Show where a link of an answer leads."""
        # Never opened: a browser would start on the machine that hgtui runs on, perhaps at the other end of ssh.
        event.stop()
        self.say(one_line(event.href, 300))
