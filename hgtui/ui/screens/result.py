"""One result over the whole screen: a picture, a sound, a table, a text of any length, or its data as JSON."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Center, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from hgtui.core.plan import Task
from hgtui.core.text import clean, decode, one_line
from hgtui.paths import styles
from hgtui.ui.bridge import Desk, DeskError
from hgtui.ui.exhibits import HEARD, PICTURES, TABLES, Exhibit, about, as_json
from hgtui.ui.gallery import TEXTS, Gallery
from hgtui.ui.graphics import GRAPHICS
from hgtui.ui.keymap import shown
from hgtui.ui.keys import keys_of
from hgtui.ui.longtext import LongText
from hgtui.ui.pictures import CannotShow
from hgtui.ui.widgets.bars import Bar, keys_line
from hgtui.ui.widgets.reader import Reader

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp

MOST_READ = 64_000_000
"""How many bytes of a text are read; of a longer one the rest is only saved."""


class ResultScreen(ModalScreen[None]):
    """The results of a task, one at a time. `save` and `open` are told the place of the one that is looked at."""

    CSS_PATH = styles() / "results.tcss"
    BINDINGS = [
        Binding("escape,q,enter,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
        Binding(keys_of("next_result"), "other(1)", "next", show=False, id="next_result"),
        Binding(keys_of("result_before"), "other(-1)", "before", show=False, id="result_before"),
        Binding(keys_of("result_data"), "data", "data as JSON", show=False, id="result_data"),
        Binding("S", "save", "save", show=False, id="save_result"),
        Binding("O", "open", "open", show=False, id="open_outside"),
    ]

    def __init__(
        self,
        desk: Desk,
        gallery: Gallery,
        task: Task,
        shown: Sequence[Exhibit],
        save: Callable[[int], None],
        open_: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._desk, self._gallery, self._about, self._shown = desk, gallery, task, tuple(shown)
        self._save, self._open = save, open_
        self._place, self._as_data = 0, False
        self._pixels: Widget | None = None
        """What shows a picture in the pixels of the terminal."""

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(id="result"):
            yield Static("", id="result-status", markup=False)
            yield Center(id="result-picture")
            yield Reader("result-page")
            yield Bar("result-keys")

    def on_mount(self) -> None:
        """Scroll with the keys; it is drawn once its size is known."""
        self.query_one(Reader).focus()

    @property
    def one(self) -> Exhibit:
        """The result that is looked at."""
        return self._shown[self._place]

    def say(self, words: str) -> None:
        """Show a sentence over the result, or take it away."""
        status = self.query_one("#result-status", Static)
        status.display = bool(words)
        status.update(Content(clean(words, 1_000)))

    def _show(self) -> None:
        box, one = self.query_one("#result", Vertical), self.one
        several = f" ({self._place + 1} of {len(self._shown)})" if len(self._shown) > 1 else ""
        # As content: the type of a task may be anything.
        box.border_title = Content(f"Result of {self._about.id} {one_line(self._about.task, 40)}{several}")
        box.border_subtitle = Content(about(one.result))
        self.say("")
        self._take_away()
        of = cast("HgtuiApp", self.app).keymap.of
        others = f"{of('result_before')} {of('next_result')}"
        keys = [("esc", "back"), *([(others, "other results")] if several else [])]
        data = (of("result_data"), "as a table" if self._as_data else "as JSON")
        keys += [data] if one.result.data is not None else []
        keys += [
            (of("save_result"), "save"),
            (of("open_outside"), "open"),
            (f"{self._first('down')} {self._first('up')}", "scroll"),
        ]
        bar = self.query_one("#result-keys", Bar)
        bar.show(keys_line(keys, bar.size.width))
        if self._as_data or one.result.kind not in PICTURES | HEARD | TABLES:
            # Not the coroutine itself: one that is replaced before it begins would never be awaited.
            self.run_worker(partial(self._read, one), group="read", exclusive=True)  # type: ignore[arg-type]
        elif GRAPHICS.there and one.picture:
            self.run_worker(partial(self._paint, one), group="read", exclusive=True)  # type: ignore[arg-type]
        else:
            self._draw()

    async def _paint(self, one: Exhibit) -> None:
        """Show a picture in the pixels of the terminal, with what is known of it below."""
        page, box = self.query_one(Reader), self.query_one("#result-picture", Center)
        page.show(((("◐ Drawing …", "dim"),),))
        # Not of the page: until the next layout that has only what a picture before had left to it.
        whole = self.query_one("#result", Vertical).size.height - 1
        (wide, high), rows = GRAPHICS.cell, max(whole - (len(one.rows) + 4 if one.rows else 2), 4)
        try:
            picture, said = await asyncio.to_thread(self._gallery.painted, one, (page.width * wide, rows * high))
        except (CannotShow, DeskError, OSError):
            self._draw()  # which says why
            return
        page.show(self._gallery.about(one, said, page.width))
        self._take_away()
        self._pixels, box.display = GRAPHICS.widget(picture), True
        await box.mount(self._pixels)

    def _take_away(self) -> None:
        """Take away a picture, also out of the memory of the terminal."""
        if self._pixels is not None:
            GRAPHICS.forget(self._pixels)
            self._pixels.remove()
            self._pixels = None
            self.query_one("#result-picture", Center).display = False

    def action_leave(self) -> None:
        """Go back, and leave no picture in the terminal."""
        self._take_away()
        self.dismiss()

    def _first(self, name: str) -> str:
        return shown(cast("HgtuiApp", self.app).keymap.keys(name)[0])

    def _draw(self) -> None:
        """Draw the result as large as there is room for it."""
        if not self.is_mounted or self._as_data:
            return
        page = self.query_one(Reader)
        drawn = self._gallery.ask(self.one, page.width, max(page.size.height - 1, 4), self._draw)
        page.show(drawn.lines if drawn else ((("◐ Drawing …", "dim"),),))

    async def _read(self, one: Exhibit) -> None:
        page = self.query_one(Reader)
        page.show(((("◐ Reading …", "dim"),),))
        try:
            text, cut = await asyncio.to_thread(self._text, one, page.width)
        except DeskError as error:
            page.show(())
            self.say(f"{error.message} {error.hint}".strip())
            return
        except OSError as error:
            page.show(())
            self.say(f"This result cannot be read: {(error.strerror or str(error)).lower()}.")
            return
        page.show((), text)
        page.scroll_to(y=0, animate=False, immediate=True)
        if cut:
            self.say(f"The first {MOST_READ // 1_000_000} MB are shown; {self._first('save_result')} saves all of it.")

    def _text(self, one: Exhibit, width: int) -> tuple[LongText, bool]:
        if self._as_data:
            return LongText.of(as_json(one.result), width, exact=True), False
        if one.result.kind not in TEXTS and not one.result.media_type.startswith(("text/", "application/json")):
            return LongText.of(f"{one.result.preview}\n\nThere is no more to be seen of it here.".strip(), width), False
        with self._desk.kept(one.result.digest).open("rb") as file:
            data = file.read(MOST_READ + 1)
        return LongText.of(decode(data[:MOST_READ]), width), len(data) > MOST_READ

    def action_other(self, by: int) -> None:
        """Show another result of the task."""
        self._place = (self._place + by) % len(self._shown)
        self._as_data = False
        self._show()

    def action_data(self) -> None:
        """Show what a program reads of the result, or again what a person does."""
        if self.one.result.data is None:
            self.say("Beside what is shown there is no data.")
            return
        self._as_data = not self._as_data
        self._show()

    def action_save(self) -> None:
        """Save the result."""
        self._save(self._place)

    def action_open(self) -> None:
        """Open the result with the program that the desktop has for it."""
        self._open(self._place)

    def on_resize(self) -> None:
        """Draw for the new size."""
        if self.is_mounted:
            self.call_after_refresh(self._show)
