"""A plan from a file or a pasted reply, over the workbench: it is read here, and taken by who opened this."""

import asyncio
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from hgtui.core.reading import PlanError
from hgtui.core.text import clean, plural
from hgtui.paths import styles
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.offers import Offers
from hgtui.ui.widgets.pathfield import PathField

MOST = 2_000_000
"""How many characters of a reply can be pasted."""
LOOKS = "A path, or a plan or the raw reply of a planner, pasted here."


class ReplyField(PathField):
    """A field that takes a path, or a whole reply."""

    longest = MOST
    whole = True


class OpenPlan(ModalScreen[Any]):
    """Takes a path or a pasted text and gives what was read (`session.bringing.Brought`) or None; what cannot be read is told, and the text stays."""

    CSS_PATH = styles() / "editing.tcss"
    BINDINGS = [Binding("escape,ctrl+c", "leave", "Back", show=False, id="close", priority=True)]

    def __init__(self, written: str = "") -> None:
        super().__init__()
        self.written = written
        self.path = ""
        """The path that was opened, empty for a text."""

    def compose(self) -> ComposeResult:
        """Lay out the field and what is said of it."""
        with Vertical(id="picking") as box:
            box.border_title = "Open a plan or a raw reply"
            box.border_subtitle = "enter reads it · tab completes a path · esc goes back"
            field = ReplyField(self.written, id="picking-text", placeholder="path, or paste a plan or a reply")
            field.base = Path()
            yield field
            yield Offers()
            yield Static(LOOKS, id="picking-why", markup=False)

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(ReplyField).focus()

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        text = event.text_area.text
        lines = text.count("\n") + 1
        self._tell(
            f"{plural(len(text), 'character')} on {plural(lines, 'line')}: enter reads it" if lines > 1 else LOOKS
        )

    @on(Offers.Taken)
    def _offered(self, event: Offers.Taken) -> None:
        self.query_one(ReplyField).take(event.entry)

    @on(PathField.Told)
    def _nothing(self, event: PathField.Told) -> None:
        event.stop()
        self._tell(event.words)

    @on(Field.TooLong)
    def _too_long(self, event: Field.TooLong) -> None:
        self._tell(event.words)

    @on(Field.Sent)
    def _sent(self, event: Field.Sent) -> None:
        event.stop()
        self.run_worker(self._read(event.text), group="read", exclusive=True)

    async def _read(self, text: str) -> None:
        from hgtui.session.bringing import read_typed

        if not text.strip():
            self._tell(LOOKS)
            return
        try:
            found = await asyncio.to_thread(read_typed, text, Path())
        except PlanError as error:
            self._tell(f"This cannot be read: {error}")
            return
        self.path = text.strip() if "\n" not in text.strip() else ""
        self.dismiss(found)

    def _tell(self, words: str) -> None:
        self.query_one("#picking-why", Static).update(Content(clean(words, 600)))

    def action_leave(self) -> None:
        """Close the list of paths, else open none."""
        field = self.query_one(ReplyField)
        if field.offers.display:
            field.leave()
        else:
            self.dismiss(None)
