"""A line that is asked for over the workbench: the name of a file, a result given by hand."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

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
from hgtui.ui.widgets.offers import Offers
from hgtui.ui.widgets.pathfield import PathField

Take = Callable[[str], Awaitable[str]]
"""Does something with what was typed; gives a sentence where it cannot, an empty text where it is done."""
Look = Callable[[str], Awaitable[str]]
"""Says in a few words what would be done with what stands there."""


class WholePath(PathField):
    """A field that is one path, or a text."""

    whole = True


class AskLine(ModalScreen[None]):
    """A text field with a question, which completes paths from the folder `base` on.

    What is typed stays until it was taken; esc closes the list of paths, else leaves it.
    """

    CSS_PATH = styles() / "results.tcss"
    BINDINGS = [Binding("escape,ctrl+c", "back", "Back", show=False, id="close", priority=True)]

    def __init__(
        self,
        title: str,
        about: str,
        text: str,
        take: Take,
        base: Path,
        look: Look | None = None,
        leave: Callable[[str], None] | None = None,
    ) -> None:
        """Ask `about` something, beginning with `text`; `leave` is given what stands there where a person goes back."""
        super().__init__()
        self._leave = leave
        self._title, self._about, self._text, self._take, self._look = title, about, text, take, look
        self._base = base
        self.said = ""

    def compose(self) -> ComposeResult:
        """Lay out question, field and what is said to it."""
        with Vertical(id="asked") as box:
            # As content: the type of a task may be anything.
            box.border_title = Content(clean(self._title, 120))
            box.border_subtitle = "enter takes it · tab completes a path · esc goes back"
            yield Static(Content(clean(self._about, 600)), id="asked-about", markup=False)
            with Horizontal(id="asked-line"):
                yield Static("▸ ", id="asked-mark", markup=False)
                field = WholePath(self._text, id="asked-field")
                field.base = self._base
                yield field
            yield Offers()
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

    def action_back(self) -> None:
        """Close the list of paths, else leave."""
        field = self.query_one(WholePath)
        if field.offers.display:
            field.leave()
        else:
            if self._leave is not None:
                self._leave(field.text)
            self.dismiss(None)

    @on(Offers.Taken)
    def _offered(self, event: Offers.Taken) -> None:
        self.query_one(WholePath).take(event.entry)

    @on(PathField.Told)
    def _told(self, event: PathField.Told) -> None:
        event.stop()
        self.say(event.words)

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
