"""The form that sets the arguments of a task, in the place of the task pane."""

from collections.abc import Mapping
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from hgtui.core.plan import Task, Uid
from hgtui.core.task import TASKS, Arg
from hgtui.core.text import one_line
from hgtui.ui.shorthand import read_field, write_field
from hgtui.ui.widgets.field import LONGEST, Field


class ArgForm(VerticalScroll, can_focus=False):
    """The arguments that a task takes, each with its kind and what it is for. Enter sets them, Esc leaves."""

    BINDINGS = [
        Binding("down", "app.focus_next", "next", show=False, id="next_field"),
        Binding("up", "app.focus_previous", "previous", show=False, id="field_before"),
    ]

    class Done(Message):
        """The person is done: `values` by argument, only what differs; None takes an argument away."""

        def __init__(self, uid: Uid, values: dict[str, Any]) -> None:
            super().__init__()
            self.uid, self.values = uid, values

    def __init__(self, task: Task, ids: Mapping[Uid, int]) -> None:
        super().__init__(id="form")
        self.edited, self.ids = task, ids
        spec = TASKS.get(task.task)
        self.args: dict[str, Arg | None] = {arg.name: arg for arg in spec.args} if spec else {}
        self.args.update({name: None for name in task.args if name not in self.args})
        self._before = {name: write_field(task.args.get(name), ids) for name in self.args}

    def compose(self) -> ComposeResult:
        """Lay out a line on each argument with its field under it."""
        if not self.args:
            yield Static("This task type takes no argument that hgtui knows.", markup=False)
        for place, (name, arg) in enumerate(self.args.items()):
            yield Static(self._about(name, arg), classes="about", markup=False)
            text = self._before[name]
            if len(text) > LONGEST:
                yield Static(f"{len(text)} characters: too long to edit here", classes="about", markup=False)
            else:
                yield Field(text, id=f"field{place}")

    def on_mount(self) -> None:
        """Name the form and begin in its first field."""
        self.border_title = f"Edit task {self.edited.id}: enter sets, esc leaves, ‹0› is the result of 0"
        for field in self.query(Field):
            field.focus()
            field.move_cursor(field.document.end)
            break

    @staticmethod
    def _about(name: str, arg: Arg | None) -> str:
        if arg is None:
            return f"{one_line(name, 40)}: not an argument of this task type; empty it to take it away"
        need = "needed" if arg.required else "may be left out"
        return f"{arg.name}: {arg.about} ({arg.kind}{', one or more' if arg.many else ''}, {need})"

    @on(Field.Sent)
    def _done(self, event: Field.Sent) -> None:
        event.stop()
        names = list(self.args)
        values: dict[str, Any] = {}
        for field in self.query(Field):
            name = names[int((field.id or "field0").removeprefix("field"))]
            if field.text != self._before[name]:
                arg = self.args[name]
                values[name] = read_field(field.text, many=bool(arg and arg.many))
        self.post_message(self.Done(self.edited.uid, values))
