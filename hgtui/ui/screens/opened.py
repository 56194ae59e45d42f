"""A plan from a file or a pasted reply, over the workbench: it is read here, and taken by who opened this."""

import asyncio
from pathlib import Path
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from hgtui.core.reading import PlanError
from hgtui.core.text import clean, plural
from hgtui.paths import styles
from hgtui.ui.completing import files
from hgtui.ui.widgets.choices import Choices
from hgtui.ui.widgets.field import Field

MOST = 2_000_000
"""How many characters of a reply can be pasted."""
LOOKS = "A path, or a plan or the raw reply of a planner, pasted here."


class ReplyField(Field):
    """A field that takes a whole reply."""

    longest = MOST


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
            box.border_subtitle = "enter reads it · ↓ files · esc goes back"
            yield ReplyField(self.written, id="picking-text", placeholder="path, or paste a plan or a reply")
            yield Choices()
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
        if lines == 1 and len(text) < 500:
            self.run_worker(self._list(text), group="paths", exclusive=True)
        else:
            self.query_one(Choices).offer([], after=self.query_one(ReplyField))

    async def _list(self, text: str) -> None:
        listed = await asyncio.to_thread(files, text, Path())
        if self.query_one(ReplyField).text == text and text:
            self.query_one(Choices).offer(listed, after=self.query_one(ReplyField))

    def on_key(self, event: events.Key) -> None:
        """Go into the list of files."""
        if event.key == "down" and self.query_one(Choices).items and not self.query_one(Choices).has_focus:
            event.stop()
            self.query_one(Choices).focus()

    @on(Choices.Picked)
    def _picked(self, event: Choices.Picked) -> None:
        field = self.query_one(ReplyField)
        field.text = event.choice.text
        field.move_cursor(field.document.end)
        field.focus()

    @on(Choices.Left)
    def _back(self) -> None:
        self.query_one(ReplyField).focus()

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
        """Go back to the field from the list, else open none."""
        if self.query_one(Choices).has_focus:
            self.query_one(ReplyField).focus()
        else:
            self.dismiss(None)
