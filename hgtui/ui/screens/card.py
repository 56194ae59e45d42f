"""The whole model card of a candidate, over the list of models."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from hgtui.core.model import Candidate
from hgtui.core.ports import StoreError
from hgtui.core.text import clean, one_line
from hgtui.paths import styles
from hgtui.ui.bridge import Desk
from hgtui.ui.widgets.pager import Pager


class CardScreen(ModalScreen[None]):
    """A model card as plain text; it is fetched when it is asked for, and leaving ends that."""

    CSS_PATH = styles() / "models.tcss"
    BINDINGS = [Binding("escape,q,i,ctrl+c", "dismiss", "Back", show=False, id="close", priority=True)]

    def __init__(self, desk: Desk, candidate: Candidate) -> None:
        super().__init__()
        self.desk, self.candidate = desk, candidate
        self._waited = 0
        self._tick: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(id="card") as box:
            # As content: a model may be called anything.
            box.border_title = Content(f"Card of {one_line(self.candidate.model, 60)}")
            page = one_line(self.candidate.page, 60)
            box.border_subtitle = Content(f"{page} · esc goes back" if page else "esc goes back")
            yield Static("", id="card-status", markup=False)
            yield Pager()

    def on_mount(self) -> None:
        """Fetch the card."""
        self._say()
        self._tick = self.set_interval(1.0, self._on_tick)
        self.run_worker(self._fetch(), group="card", exclusive=True)

    async def _fetch(self) -> None:
        text, words = "", ""
        if self.candidate.endpoint == "hub":
            try:
                text = await self.desk.card(self.candidate.name)
            except StoreError as error:
                words = f"{error.message} {error.hint}".strip()
        else:
            about = one_line(self.candidate.description, 600)
            words = f"Cards are of models of the Hub, and this is none. What is known of it: {about}"
        if self._tick:
            self._tick.stop()
        status = self.query_one("#card-status", Static)
        if not text.strip():
            status.update(Content(clean(words or "This model has no card.", 1_000)))
            return
        status.display = False
        pager = self.query_one(Pager)
        pager.read(text)
        pager.focus()

    def _on_tick(self) -> None:
        self._waited += 1
        self._say()

    def _say(self) -> None:
        for_s = f" {self._waited} s" if self._waited else ""
        self.query_one("#card-status", Static).update(Content(f"◐ Fetching the card …{for_s}"))
