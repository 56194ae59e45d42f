"""Two lists over the workbench: the type of a task that is added, and what a task waits for."""

from collections.abc import Collection

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.core.edit import Connect, Disconnect, Edit
from hgtui.core.offers import free_arguments, may_wait_for
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import Kind
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.paths import styles
from hgtui.ui.completing import Choice, types
from hgtui.ui.screens.finding import Finding
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line, fit

HOW = 18
"""So many cells takes how a task waits for another."""


class Types(Finding):
    """The types of tasks; typing filters them, Enter takes the one under the cursor."""

    placeholder = "what kind of task?"
    nothing = "No task type has these words."

    def __init__(self, title: str, giver: Kind | None = None, runnable: Collection[str] | None = None) -> None:
        super().__init__(title)
        self.giver, self.runnable = giver, runnable

    def listed(self, text: str) -> list[Choice]:
        """Return the types that fit what was typed."""
        return types(text, self.giver, self.runnable)


class Connecting(ModalScreen[tuple[Edit, ...] | None]):
    """The tasks that one may wait for, each with whether it does and what is read; gives the edits."""

    CSS_PATH = styles() / "editing.tcss"
    BINDINGS = [
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
        Binding("space", "turn", "Connect or disconnect", show=False, id="turn"),
    ]

    def __init__(self, plan: Plan, task: Task) -> None:
        super().__init__()
        self.plan, self.about = plan, task
        self.asked = False

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="picking") as box:
            box.border_title = Content(f"What {self.about.id} {one_line(self.about.task, 40)} waits for")
            box.border_subtitle = "space connects, another way, disconnects · enter does it · esc goes back"
            yield WaitRows(self.plan, self.about)
            below = ", ".join(str(self.plan[uid].id) for uid in self.plan.below(self.about.uid)[:12])
            why = f"Not listed, for they depend on it: {below}" if below else ""
            yield Static(Content(why), id="picking-why", markup=False)

    def on_mount(self) -> None:
        """Begin at the first."""
        self.query_one(WaitRows).focus()

    def action_turn(self) -> None:
        """Connect or disconnect the task under the cursor."""
        self.query_one(WaitRows).toggle()

    @on(Rows.Opened)
    def _done(self, event: Rows.Opened) -> None:
        event.stop()
        self.dismiss(self.query_one(WaitRows).edits())

    def action_leave(self) -> None:
        """Leave it as it is; where something was changed here, ask once."""
        if self.query_one(WaitRows).edits() and not self.asked:
            self.asked = True
            words = "esc again leaves it as it was · enter does what is marked"
            self.query_one("#picking-why", Static).update(Content(words))
            return
        self.dismiss(None)


class WaitRows(Rows):
    """A row for each task that may be waited for."""

    empty = "There is no task that it could wait for."

    def __init__(self, plan: Plan, task: Task) -> None:
        super().__init__(id="picking-rows")
        self.about = task
        waited = [one for uid in task.deps if (one := plan.get(uid)) is not None and uid != task.uid]
        offered = may_wait_for(plan, task.uid)
        # What it waits for in a ring is not offered anew, but can be cut.
        self.tasks = [one for one in plan if one in offered or one in waited]
        self.before: dict[Uid, str] = {one.uid: self._reads(one) for one in waited}
        self.now = dict(self.before)
        self.ids = {one.uid: one.id for one in plan}

    def on_mount(self) -> None:
        """List all."""
        self.show(len(self.tasks))

    def _reads(self, giver: Task) -> str:
        """Return which arguments read a task already."""
        return ", ".join(
            name for name, value in self.about.args.items() if giver.uid in {ref.uid for ref in value.refs}
        )

    def toggle(self) -> None:
        """Connect the task under the cursor, then the next way that there is to, at last disconnect it.

        Each argument that is free and can read it is a way; where several can, so is to wait for it and read nothing.
        """
        if not self.tasks:
            return
        one = self.tasks[self.cursor]
        ways = [self.before[one.uid]] if one.uid in self.before else self.ways(one)
        at = ways.index(self.now[one.uid]) + 1 if one.uid in self.now else 0
        if at < len(ways):
            self.now[one.uid] = ways[at]
        else:
            del self.now[one.uid]
        self.redraw([self.cursor])

    def ways(self, giver: Task) -> list[str]:
        """Return the arguments by which a task can be read that no other reads, "" for to wait for it alone."""
        taken = {name for uid, name in self.now.items() if uid != giver.uid}
        free = [name for name in free_arguments(self.about, giver) if name not in taken]
        spec = TASKS.get(self.about.task)
        needed = [name for name in free if spec and (arg := spec.arg(name)) and arg.required]
        return (
            needed if len(needed) == len(free) == 1 else [*needed, "", *(name for name in free if name not in needed)]
        )

    def edits(self) -> tuple[Edit, ...]:
        """Return the edits that make it so."""
        gone: list[Edit] = [Disconnect(uid=self.about.uid, dep=uid) for uid in self.before if uid not in self.now]
        new: list[Edit] = [
            Connect(uid=self.about.uid, dep=uid, name=name) for uid, name in self.now.items() if uid not in self.before
        ]
        return (*gone, *new)

    def line(self, index: int, width: int) -> Line:
        """Return the row of a task."""
        one = self.tasks[index]
        waits = one.uid in self.now
        reads = self.now.get(one.uid, "")
        how = (f"reads it as {reads}" if reads else "waits for it") if waits else ""
        spec = TASKS.get(one.task)
        goes_in = "  ".join(one_line(show_input(value, self.ids), 60) for value in one.args.values())
        name = min(max(cell_len(one_line(each.task, 100)) for each in self.tasks), 28)
        head = f"{'●' if waits else '○'} {one.id:>3} {fit(one.task, name)}  "
        return (
            (head, "bold" if waits else ""),
            (fit(f"gives {spec.output if spec else '?'}", 12) + " ", "dim"),
            (fit(how, HOW) + " ", "good"),
            (fit(goes_in, max(width - cell_len(head) - HOW - 14, 0)), "dim"),
        )
