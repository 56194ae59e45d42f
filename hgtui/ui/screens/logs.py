"""The log and the problems: what is shown of them, and the way from a line to its task."""

from dataclasses import replace

from textual import on

from hgtui.core.plan import Uid
from hgtui.core.problems import Problem
from hgtui.core.text import clean, one_line
from hgtui.ui.loglines import LEVELS, SHOWN_AS, Filter
from hgtui.ui.screens.moving import Moving
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.find import Find
from hgtui.ui.widgets.log import LogPane
from hgtui.ui.widgets.notice import Notice
from hgtui.ui.widgets.rows import Rows


class Logs(Moving):
    """What the person does in pane 4."""

    @property
    def log_pane(self) -> LogPane:
        """Pane 4."""
        return self.query_one(LogPane)

    # The log

    def action_log_of_task(self) -> None:
        """Show the log of the selected task alone."""
        if self._can("log_of_task") and self.view.chosen:
            self._close_find()
            self.log_pane.show_only(Filter(uid=self.view.chosen))
            self.action_focus_pane("log")

    def action_log_find(self) -> None:
        """Write what the lines of the log must have."""
        if self.query(Find):
            self.query_one("#find-field").focus()
            return
        self._can("log_find")
        self.log_pane.add_class("-read")
        self.mount(Find(self.looked_for), before=self.query_one(Notice))

    def action_log_level(self) -> None:
        """Leave out the details, then all but warnings and errors, then all but errors; then show all."""
        pane = self.log_pane
        level = (pane.filter.level + 1) % len(LEVELS)
        pane.show_only(replace(pane.filter, level=level))
        self._can("log_level")
        self.say(f"The log shows {SHOWN_AS[level] or 'everything'}; v changes that.")

    def action_log_copy(self) -> None:
        """Copy the line of the log, or the problem, to the clipboard of the person's terminal."""
        line, trouble = self.log_pane.here, self.log_pane.trouble
        words = line.whole if line else f"{trouble.word}: {trouble.words}" if trouble else ""
        if words:
            self.app.copy_to_clipboard(clean(words))
        self.say("The line is copied." if words else "There is no line to copy.")

    @property
    def looked_for(self) -> str:
        """The words that what is shown in pane 4 has."""
        return self.log_pane.filter.words

    def look_for(self, words: str) -> None:
        """Show in pane 4 only what has these words."""
        self.log_pane.show_only(replace(self.log_pane.filter, words=words))

    @on(Field.Changed, "#find-field")
    def _find(self, event: Field.Changed) -> None:
        event.stop()
        words = one_line(event.text_area.text, 200)
        if words != self.looked_for:
            self.look_for(words)

    @on(Field.Sent, "#find-field")
    def _found(self, event: Field.Sent) -> None:
        event.stop()
        self.log_pane.focus()
        self._close_find()

    def _close_find(self) -> bool:
        find = self.query(Find)
        there = bool(find)
        find.remove()
        return there

    def action_focus_pane(self, pane: str) -> None:
        """Give the focus to a pane; what is written above the footer has been taken."""
        self._close_find()
        self.log_pane.set_class(pane == "log", "-read")
        super().action_focus_pane(pane)

    def on_descendant_focus(self) -> None:
        """Show the keys that work where the focus is; pane 4 is as small as before once something else is read."""
        if self.focused is not None and self.focused.id not in {"log", "find-field"}:
            self.log_pane.remove_class("-read")
        super().on_descendant_focus()

    def action_back(self) -> None:
        """Go back one level: out of the search, from what is filtered to the whole log, then to the plan."""
        pane = self.log_pane
        in_find = self.focused is not None and self.focused.id == "find-field"
        if in_find:
            self.look_for("")
            pane.focus()
            self._close_find()
        elif pane.has_focus and pane.filter and not self.question:
            self.say("")
            pane.show_only(Filter())
        else:
            super().action_back()

    @on(LogPane.Turned)
    def _turned(self) -> None:
        self._foot()

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now where the focus is, each with a word or two, the way to more last."""
        keys = super().working_keys()
        if self.focused is not None and self.focused.id == "find-field":
            return [("enter", "to the lines"), ("esc", "all lines"), keys[-1]]
        if not self.log_pane.has_focus:
            return keys
        pane, ends = self.log_pane, [(":", "commands"), ("q", "leave"), ("?", "help")]
        if pane.tab == "problems":
            keys = [key for key in keys if key not in ends]
            return [("enter", "to the task"), *keys, ("]", "timeline"), ("esc", "to the plan"), *ends]
        follow = [] if pane.following else [("G", "follow")]
        level = SHOWN_AS[(pane.filter.level + 1) % len(LEVELS)] or "all"
        own = [("/", "search"), ("v", level), ("]", "problems"), ("y", "copy"), ("enter", "whole line")]
        return [*follow, *own, ("esc", "all lines" if pane.filter else "to the plan"), *ends]

    # The way to the task

    @on(Rows.Moved, "#log")
    def _moved_in_log(self, _: Rows.Moved) -> None:
        trouble = self.log_pane.trouble
        if trouble and trouble.uid:
            self.select_task(trouble.uid)

    @on(Rows.Opened, "#log")
    def _opened_in_log(self, _: Rows.Opened) -> None:
        """Go to the task of a problem; say a line of the log in full."""
        trouble, line = self.log_pane.trouble, self.log_pane.here
        if trouble:
            if trouble.uid:
                self.select_task(trouble.uid)
            self.action_focus_pane("plan")
            self.say(one_line(trouble.words, 600))
        elif line:
            if line.uid and self.view.plan.get(line.uid):
                self.select_task(line.uid)
            self.say(line.whole)

    def select_task(self, uid: Uid) -> None:
        """Select a task, and where problems are shown what keeps it."""
        super().select_task(uid)
        if self.log_pane.tab == "problems" and not self.log_pane.has_focus:
            self.log_pane.point(uid)
        self.log_pane.follow_task(uid)

    def select_problem(self, problem: Problem) -> None:
        """Select a problem in pane 4 and its task in the plan."""
        self.log_pane.point(problem.uid, problem)
        if problem.uid:
            self.select_task(problem.uid)
        if self.has_class("-narrow"):  # there pane 4 is one line, too short for a sentence
            mend = f"  f: {' · '.join(one.label for one in problem.mends)}" if problem.mends else ""
            self.say(f"{problem.message}{mend}")

    def problem_here(self) -> Problem | None:
        """Return the problem under the cursor of pane 4 where it is of the selected task, else the task's worst."""
        trouble = self.log_pane.trouble
        problem = trouble.problem if trouble else None
        if problem and (problem.uid is None or problem.uid == self.view.chosen):
            return problem
        return self.view.worst.get(self.view.chosen or "")
