"""A line that is asked for over the workbench: the name of a file, a result given by hand."""

from collections.abc import Awaitable, Callable
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.core.text import clean
from hgtui.paths import styles
from hgtui.ui.widgets.field import Field

Take = Callable[[str], Awaitable[str]]
"""Does something with what was typed; gives a sentence where it cannot, an empty text where it is done."""
Look = Callable[[str], Awaitable[str]]
"""Says in a few words what would be done with what stands there."""


class AskLine(ModalScreen[None]):
    """A text field with a question. What is typed stays until it was taken; esc leaves it."""

    CSS_PATH = styles() / "results.tcss"
    BINDINGS = [Binding("escape,ctrl+c", "dismiss", "Back", show=False, id="close", priority=True)]

    def __init__(self, title: str, about: str, text: str, take: Take, look: Look | None = None) -> None:
        super().__init__()
        self._title, self._about, self._text, self._take, self._look = title, about, text, take, look
        self.said = ""

    def compose(self) -> ComposeResult:
        """Lay out question, field and what is said to it."""
        with Vertical(id="asked") as box:
            # As content: the type of a task may be anything.
            box.border_title = Content(clean(self._title, 120))
            box.border_subtitle = "enter takes it · esc goes back"
            yield Static(Content(clean(self._about, 600)), id="asked-about", markup=False)
            with Horizontal(id="asked-line"):
                yield Static("▸ ", id="asked-mark", markup=False)
                yield Field(self._text, id="asked-field")
            yield Static("", id="asked-said", markup=False)

    def on_mount(self) -> None:
        """Begin behind what stands there already."""
        field = self.query_one(Field)
        field.move_cursor(field.document.end)
        field.focus()
        self.say("")

    def say(self, words: str) -> None:
        """Show a sentence below the field, or take it away."""
        self.said = words
        said = self.query_one("#asked-said", Static)
        said.display = bool(words)
        said.update(Content(clean(words, 1_000)))

    @on(Field.Changed)
    def _changed(self) -> None:
        self.say("")
        if (look := self._look) is not None:
            text = self.query_one(Field).text
            self.run_worker(partial(self._looked, text, look), group="look", exclusive=True)  # type: ignore[arg-type]

    async def _looked(self, text: str, look: Look) -> None:
        words = await look(text)
        if self.is_mounted and not self.said:
            self.say(words)

    @on(Field.Sent)
    def _sent(self, event: Field.Sent) -> None:
        event.stop()
        self.run_worker(partial(self._taken, event.text), group="take", exclusive=True)  # type: ignore[arg-type]

    @on(Field.TooLong)
    def _too_long(self, event: Field.TooLong) -> None:
        event.stop()
        self.say(event.words)

    async def _taken(self, text: str) -> None:
        words = await self._take(text)
        if not words:
            self.dismiss(None)
        elif self.is_mounted:
            self.say(words)
