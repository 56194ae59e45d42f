"""The requests of before, to find one in: what is typed filters them."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.core.text import plural
from hgtui.paths import styles
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.finder import Finder
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line, fit


class Requests(Rows, can_focus=False):
    """Requests, a line for each."""

    empty = "No earlier request has these words."
    led = True

    def __init__(self) -> None:
        super().__init__(id="requests")
        self.requests: tuple[str, ...] = ()

    def take(self, requests: tuple[str, ...]) -> None:
        """List other requests."""
        self.requests, self.cursor = requests, 0
        self.scroll_to(y=0, animate=False, force=True)
        self.show(len(requests))

    def line(self, index: int, width: int) -> Line:
        """Return a request as one line."""
        return ((fit(self.requests[index], width), ""),)


class History(ModalScreen[str | None]):
    """Returns the request that is chosen, None for none."""

    CSS_PATH = styles() / "finding.tcss"
    BINDINGS = [Binding("escape,ctrl+c,ctrl+r", "dismiss(None)", "Back", show=False, id="close", priority=True)]

    def __init__(self, requests: tuple[str, ...], words: str = "") -> None:
        super().__init__()
        self.requests, self.words = requests, words

    def compose(self) -> ComposeResult:
        """Lay out field and list."""
        with Vertical(id="finding") as box:
            box.border_title = "Earlier requests"
            box.border_subtitle = "enter puts it into the prompt · esc goes back"
            yield Finder(self.words if "\n" not in self.words else "", placeholder="words that it has", id="finder")
            yield Requests()
            yield Static("", id="found", markup=False)

    def on_mount(self) -> None:
        """List them."""
        finder = self.query_one(Finder)
        finder.focus()
        finder.select_all()  # other words take the place of what was being written
        self._filter()

    @on(Field.Changed, "#finder")
    def _filter(self) -> None:
        words = self.query_one(Finder).text.casefold().split()
        found = tuple(one for one in self.requests if all(word in one.casefold() for word in words))
        self.query_one(Requests).take(found)
        count = (
            f"{plural(len(found), 'request')} of {len(self.requests)}" if self.requests else "Nothing was asked yet."
        )
        self.query_one("#found", Static).update(Content(count))

    @on(Finder.Stepped)
    def _step(self, event: Finder.Stepped) -> None:
        rows = self.query_one(Requests)
        (rows.action_page if event.page else rows.action_move)(event.by)

    @on(Field.Sent)
    @on(Rows.Opened)
    def _choose(self) -> None:
        rows = self.query_one(Requests)
        if rows.requests:
            self.dismiss(rows.requests[rows.cursor])
