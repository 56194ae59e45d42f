"""The first frame: an empty workbench at whose prompt one can write, while what the real one needs is being opened."""

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from hgtui.ui import greeting as first
from hgtui.ui.screens.bench import Bench
from hgtui.ui.widgets.bars import Bar, keys_line
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line

EDITS = frozenset(
    [
        "backspace",
        "delete",
        "left",
        "right",
        "home",
        "end",
        "ctrl+left",
        "ctrl+right",
        "ctrl+w",
        "ctrl+u",
        "ctrl+k",
        "ctrl+a",
        "ctrl+e",
    ]
)
"""The keys besides those of letters that change no more than the text in the prompt."""


class Empty(Rows):
    """A pane in which nothing stands yet."""

    def __init__(self, id: str, title: str, empty: str) -> None:
        super().__init__(id=id)
        self.border_title = title
        self.empty = empty

    def line(self, index: int, width: int) -> Line:
        """Return no line: there is no row."""
        return ()


class Opening(Bench):
    """Stands until the workbench can be drawn, with the same cells. Whatever is more than writing waits for that."""

    BINDINGS = [Binding("ctrl+c", "interrupt", "Clear or leave", show=False, id="interrupt", priority=True)]

    planner = ""

    def compose(self) -> ComposeResult:
        """Lay out head, panes and foot as the workbench does."""
        yield Bar("head", first.first_title(), first.first_phases(self.app.size.width))
        with Horizontal(id="body"):
            yield Chat(first.greeting())
            with Vertical(id="right"):
                yield Empty("plan", first.PLAN, first.NO_PLAN)
                yield Empty("task", first.TASK, first.NONE_SELECTED)
        yield Empty("log", first.LOG, first.NOTHING_YET)
        yield Bar("foot", self._keys(self.app.size.width))

    def _keys(self, width: int) -> Line:
        return keys_line([first.SEND, *self.prompt_keys(), self.help_key], width)

    def on_resize(self, event: events.Resize) -> None:
        """Fit head and foot to the width."""
        self.query_one("#head", Bar).show(first.first_title(self.planner), first.first_phases(event.size.width))
        self.query_one("#foot", Bar).show(self._keys(event.size.width))

    async def tell_planner(self, planner: str, why: str) -> None:
        """Say who plans, and why."""
        self.planner = planner
        with self.app.batch_update():
            self.query_one("#head", Bar).show(first.first_title(planner), first.first_phases(self.size.width))
            await self.query_one(Chat).show(first.greeting(planner, why))

    @property
    def prompt(self) -> Field:
        """The prompt."""
        return self.query_one("#prompt", Field)

    @staticmethod
    def takes(event: events.Event) -> bool:
        """Whether an event does no more than write in the prompt."""
        return isinstance(event, events.Paste) or (
            isinstance(event, events.Key) and (event.is_printable or event.key in EDITS)
        )

    def action_interrupt(self) -> None:
        """Clear the prompt; leave where it is empty."""
        if self.prompt.text:
            self.prompt.clear()
        else:
            self.app.exit()
