"""The stored runs, over the workbench: listed, searched while one writes, opened, run again, deleted, exported."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from hgtui.paths import styles
from hgtui.ui.bridge import Desk, DeskError
from hgtui.ui.keymap import KeyMap
from hgtui.ui.keys import keys_of
from hgtui.ui.runs import facts, head
from hgtui.ui.screens.listing import Listing, RunRows
from hgtui.ui.widgets.bars import Bar, keys_line
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp


class Wanted(NamedTuple):
    """What the person wants of a run, by its name: to `open` it, only to `look` at it, to run its plan `again`."""

    what: Literal["open", "look", "again"]
    run: str


Want = Callable[[Wanted], Awaitable[Callable[[], object]]]
"""Opens what is wanted and returns what puts it on the screen, once the list is closed. Raises DeskError."""


class Runs(Listing):
    """The list of runs. `want` is told what the person wants of one.

    `here` gives for the runs that are open in this program what each does, in a word or two.
    """

    CSS_PATH = styles() / "runs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys_of("search_runs"), "search", "search", show=False, id="search_runs"),
        Binding(keys_of("look_at_run"), "want('look')", "only look", show=False, id="look_at_run"),
        Binding(keys_of("run_again"), "want('again')", "run the plan again", show=False, id="run_again"),
        Binding(keys_of("delete_run"), "delete", "delete", show=False, id="delete_run"),
        Binding(keys_of("export_run"), "export", "export", show=False, id="export_run"),
        Binding(keys_of("copy_run"), "copy", "copy the name", show=False, id="copy_run"),
        Binding("question_mark,f1", "help", "help", show=False, id="help"),
        Binding("q,L", "close", "Back", show=False, id="leave"),
        Binding("escape", "back", "Back", show=False, id="back", priority=True),
        Binding("ctrl+c", "interrupt", "Back", show=False, id="interrupt", priority=True),
    ]

    def __init__(self, desk: Desk, want: Want, here: Callable[[], Mapping[str, str]]) -> None:
        super().__init__(desk, here)
        self._want = want

    def compose(self) -> ComposeResult:
        """Lay out field, list, facts and keys."""
        with Vertical(id="runs") as box:
            box.border_title = "Runs"
            with Horizontal(id="runs-ask"):
                yield Static("", id="runs-mark", markup=False)
                yield Field(id="runs-field")
            yield Static("", id="runs-status", markup=False)
            yield Bar("runs-head")
            yield RunRows(self._here)
            yield Bar("runs-facts")
            yield Bar("runs-keys")

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one("#runs-ask").display = False
        self.query_one("#runs-status").display = False
        rows = self.query_one(RunRows)
        rows.empty = "Reading the runs …"
        rows.focus()
        self.reload()

    def _look(self) -> None:
        bar, one = self.query_one("#runs-facts", Bar), self.query_one(RunRows).here
        width = max(bar.size.width - 1, 20)
        here = self._here().get(one.id, "") if one else ""
        bar.show(*(facts(one, width, max(bar.size.height, 1), here) if one else ()))
        self.query_one("#runs-head", Bar).show(head(width))
        self.query_one("#runs-keys", Bar).show(keys_line(self.working_keys(), bar.size.width))

    @property
    def _keymap(self) -> KeyMap:
        return cast("HgtuiApp", self.app).keymap

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now."""
        if self._mode:
            ends = ("esc", "all runs" if self._mode == "search" else "back")
            return [("enter", "to the list" if self._mode == "search" else "write the file"), ends]
        one = self.query_one(RunRows).here
        if one is None:
            return [(self._keymap.of("search_runs"), "search"), ("esc", "all runs" if self.words else "back")]
        opens = "look" if one.outcome else "go on"
        of = self._keymap.of
        keys = [("enter", "show" if one.id in self._here() else opens), (of("search_runs"), "search")]
        keys.append((of("run_again"), "run again"))
        keys += [] if one.outcome else [(of("look_at_run"), "only look")]
        return [
            *keys,
            (of("delete_run"), "delete"),
            (of("export_run"), "export"),
            (of("copy_run"), "copy name"),
            ("esc", "all runs" if self.words else "back"),
        ]

    # What is wanted of a run

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        if isinstance(event, Rows.Opened):
            return  # it is a Moved too, and has its own handler
        event.stop()
        self._asked = ""
        self.say("")
        self._look()

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.action_want("open")

    def action_want(self, what: Literal["open", "look", "again"]) -> None:
        """Open the run, only look at it, or run its plan again."""
        one = self.query_one(RunRows).here
        if one is not None:
            self._asked = ""
            self.say("")
            self.run_worker(self._wanted(Wanted(what, one.id)), group="want", exclusive=True)

    async def _wanted(self, wanted: Wanted) -> None:
        """Do it, and close the list; where it cannot be, say why and stay."""
        try:
            do = await self._want(wanted)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        self.dismiss(None)
        do()

    def action_delete(self) -> None:
        """Delete the run, after asking once."""
        one = self.query_one(RunRows).here
        if one is None:
            return
        if (doing := self._here().get(one.id)) and not one.outcome:
            self._asked = ""
            self.say(f"This run is {doing}; only one that rests can be deleted.")
        elif self._asked == one.id:
            self._asked = ""
            self.run_worker(self._delete(one.id), group="delete")
        else:
            self._asked = one.id
            self.say(f"Delete {one.id} for good?  {self._keymap.of('delete_run')} deletes it · esc keeps it")

    async def _delete(self, run: str) -> None:
        try:
            self.say(await self.desk.delete_run(run))
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
        self.reload()

    def action_export(self) -> None:
        """Write the name of the file that the run is exported into."""
        one = self.query_one(RunRows).here
        if one is not None:
            self._open("export", f"{one.id}.zip", f"export {one.id} to ▸ ")

    def action_copy(self) -> None:
        """Copy the name of the run, as the command line takes it."""
        one = self.query_one(RunRows).here
        if one is not None:
            self.app.copy_to_clipboard(one.id)
            self.say(f"{one.id} is copied.")

    @on(Field.Sent, "#runs-field")
    def _sent(self, event: Field.Sent) -> None:
        event.stop()
        one, path = self.query_one(RunRows).here, event.text.strip()
        if self._mode == "export" and one is not None and path:
            self.run_worker(self._export(one.id, path, over=self._asked == path), group="export")
        elif self._mode:
            self._close()

    async def _export(self, run: str, path: str, *, over: bool) -> None:
        try:
            words = await self.desk.export_run(run, path, over=over)
        except DeskError as error:
            self._asked = path
            self.say(f"{error.message} {error.hint}".strip())
            return
        self._close()
        self.say(words)

    # Back

    def action_help(self) -> None:
        """Show what the list is and its keys."""
        from hgtui.ui.guide import guide_runs
        from hgtui.ui.screens.help import Help

        self.app.push_screen(Help(guide_runs(self._keymap)))

    def action_back(self) -> None:
        """Go back one level: out of the field, from a sentence, from what was searched for, from the list."""
        if self._mode == "export":
            self.say("")
            self._close()
        elif self._mode or (self.words and not self.said):
            self.words = ""
            self._close()
            self.reload()
        elif self.said:
            self._asked = ""
            self.say("")
        else:
            self.action_close()

    def action_interrupt(self) -> None:
        """Clear the field, else go back."""
        field = self.query_one("#runs-field", Field)
        if field.has_focus and field.text:
            field.clear()
        else:
            self.action_back()

    def action_close(self) -> None:
        """Leave the list."""
        self.dismiss(None)

    def on_resize(self) -> None:
        """Fit what is known of the run to the new size."""
        self.call_after_refresh(self._look)

    def on_descendant_focus(self) -> None:
        """Show the keys that work where the focus is."""
        self._look()
