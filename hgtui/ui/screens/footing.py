"""The foot of the workbench: the keys that do something where the focus is."""

from textual import on

from hgtui.ui import greeting as first
from hgtui.ui.keys import KEYS, Key
from hgtui.ui.may import MEANT, meant, why_not
from hgtui.ui.screens.sizing import Sizing
from hgtui.ui.widgets.attention import Attention
from hgtui.ui.widgets.bars import Bar, key_at, keys_line, press
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.widgets.task import TaskPane

ENTERS = {"candidate": "take candidate", "argument": "edit", "mend": "mend", "text": ""}
"""What Enter does on a line of the task pane."""


class Footing(Sizing):
    """What the foot says, and what a click on it does."""

    def _foot(self) -> None:
        self.query_one("#foot", Bar).show(keys_line(self.working_keys(), self.size.width))
        self.query_one(Attention).reload()

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now where the focus is, each with a word or two, the way to more last."""
        if isinstance(self.focused, Field) and self.focused.id == "plan-filter":
            return [*self.filter_keys(), self.help_key]
        if isinstance(self.focused, Field):
            sends = [("enter", self._sends())] if self._sends() else []
            return [*sends, *self.prompt_keys(), self.help_key]
        where = self.focused.id or "" if self.focused else ""
        enter = {"plan": "open", "task": self._enters()}.get(where)
        if where == "diff":
            return [*self.compared_keys(), *self._always()]
        if where == "plan" and (row := self.query_one(PlanPane).folded):
            enter = "fold" if row.opened else "unfold"
        reads = where == "task" and enter
        keys = [("enter", enter)] if enter and (self.view.busy or reads) else []
        if where in {"", "plan", "task"} and (two := self.query_one(DiffPane).two):
            keys.insert(
                0, (self.keymap.of("focus_plan"), "to the revision" if two.kind == "revision" else "to what differs")
            )
        stuck, left_out = self.view.stuck, {"help", "leave"}
        if stuck and not self.view.run.ended and meant("retry", self.view) not in stuck:
            keys.append((self.keymap.of("next_problem"), f"goes to {stuck[0].id}"))
            left_out.add("next_problem")
        shown = (key for key in KEYS if key.footer and key.action not in left_out)
        keys += [(self.keymap.first(key), self._called(key)) for key in shown if not why_not(key.action, self.view)]
        return [*keys, *self._always()]

    @on(Bar.Clicked, "#foot")
    def _clicked(self, event: Bar.Clicked) -> None:
        """Press the key that was clicked at."""
        press(self.app, key_at(self.working_keys(), self.size.width, event.x))

    def _always(self) -> list[tuple[str, str]]:
        words = {"palette": "commands", "leave": "leave", "help": "help"}
        return [(self.keymap.first(key), words[name]) for name in words for key in KEYS if key.id == name]

    def _enters(self) -> str:
        """What Enter does in the task pane."""
        pane = self.query_one(TaskPane)
        if pane.tab == "result":
            return "" if why_not("save_result", self.view) else "whole result"
        here = pane.items[pane.cursor].kind if pane.cursor < len(pane.items) else "text"
        return ENTERS[here] if self.view.busy else ""

    @on(Rows.Moved, "#task")
    def _moved_in_task(self) -> None:
        self._foot()

    def _sends(self) -> str:
        if not self.view.busy:
            return first.SEND[1]
        if self.view.at_gate:
            return "comment" if self.view.by_llm else "ask it next"
        return "send when it has ended"

    def compared_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the pane that shows a plan against another."""
        raise NotImplementedError

    def _called(self, key: Key) -> str:
        if key.action == "approve":
            if self.view.plan_gate or self.view.run.choosing:
                return "approve plan"
            return "let it start" if self.view.may_allow else "approve" if self.view.run.grant else "approve+run"
        if key.action in MEANT and (task := meant(key.action, self.view)) and not self.view.run.ended:
            words = "next candidate" if key.action == "mend" and self.view.is_failed(task) else key.footer
            return words if task.uid == self.view.chosen else f"{words} {task.id}"
        if key.action == "boxes":
            return "rows" if self.view.boxes else "boxes"
        return "ask again" if key.action == "retry" and self.view.run.planning_failed else key.footer
