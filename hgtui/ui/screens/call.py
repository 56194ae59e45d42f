"""One call over the whole screen: how its reply was read, the reply, what was asked, the template, the exact request."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.core.calls import CallRow
from hgtui.core.run import Run
from hgtui.core.text import clean
from hgtui.paths import styles
from hgtui.ui.bridge import Desk, DeskError
from hgtui.ui.callpages import Page, heading, pages
from hgtui.ui.longtext import LongText
from hgtui.ui.widgets.bars import Bar, keys_line
from hgtui.ui.widgets.reader import Reader
from hgtui.ui.words import folded

if TYPE_CHECKING:
    from hgtui.session.recalled import Recalled


EXACT = frozenset({"exact", "curl"})
"""The pages that hold what is sent as it is sent."""


def _text(page: Page, width: int) -> LongText:
    """Return a page for a width: words are kept together, but what is sent stays letter for letter."""
    if page.name != "read":
        return LongText.of(page.text, width, exact=page.name in EXACT)
    lines = (row for line in clean(page.text).split("\n") for row in folded(line, width))
    return LongText.of("\n".join(lines), width)


class CallScreen(ModalScreen["Recalled | None"]):
    """A call of a run by its number; gives it back where the person wants to send it again, or to take what came of it."""

    CSS_PATH = styles() / "calls.tcss"
    BINDINGS = [
        Binding("escape,q,i,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
        Binding("right_square_bracket", "turn(1)", "next page", show=False, id="call_page"),
        Binding("left_square_bracket", "turn(-1)", "page before", show=False, id="call_page_before"),
        Binding("n", "other(1)", "next call", show=False, id="next_call"),
        Binding("p", "other(-1)", "call before", show=False, id="call_before"),
        Binding("e", "again", "send again", show=False, id="send_again"),
        Binding("t", "take", "take it", show=False, id="take_from_call"),
        Binding("y", "copy", "copy as JSON", show=False, id="copy_call"),
        Binding("u", "curl", "copy as curl", show=False, id="copy_curl"),
        Binding("question_mark,f1", "help", "help", show=False, id="help"),
    ]

    def __init__(self, desk: Desk, run: Run, number: int, no_take: Callable[[CallRow], str]) -> None:
        """Show a call; `no_take` says why what came of one cannot be taken over, empty where it can."""
        super().__init__()
        self._desk, self._run, self.number, self._no_take = desk, run, number, no_take
        self.takes = False
        """Whether the person takes over what came of the call that is given back."""
        self.found: Recalled | None = None
        self._pages: tuple[Page, ...] = ()
        self._place = 0
        self._texts: dict[tuple[int, int], LongText] = {}
        self.said = ""

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(id="call"):
            yield Static("", id="call-status", markup=False)
            yield Reader("call-page")
            yield Bar("call-keys")

    def on_mount(self) -> None:
        """Scroll with the keys; the call is read at once."""
        self.query_one(Reader).focus()
        self._load()

    def say(self, words: str) -> None:
        """Show a sentence over the page, or take it away."""
        self.said = words
        status = self.query_one("#call-status", Static)
        status.display = bool(words)
        status.update(Content(clean(words, 1_000)))

    def _load(self) -> None:
        self.found, self._pages, self._texts = None, (), {}
        self._frame()
        self.query_one(Reader).show(((("◐ Reading …", "dim"),),))
        # Not the coroutine itself: one that is replaced before it begins would never be awaited.
        self.run_worker(partial(self._read, self.number), group="call", exclusive=True)  # type: ignore[arg-type]

    async def _read(self, number: int) -> None:
        try:
            found = await self._desk.call(self._run.id, number)
            told = await asyncio.to_thread(pages, found)
        except DeskError as error:
            self.query_one(Reader).show(())
            self.say(f"{error.message} {error.hint}".strip())
            return
        self.found, self._pages = found, told
        self._place = min(self._place, len(told) - 1)
        self.say("")
        await self._show()

    async def _show(self) -> None:
        """Show the page that is turned to, for the width that there is."""
        self._frame()
        reader = self.query_one(Reader)
        if not self._pages:
            return
        place, width = self._place, reader.width
        text = self._texts.get((place, width))
        if text is None:
            text = await asyncio.to_thread(_text, self._pages[place], width)
            self._texts[place, width] = text
        if (place, width) == (self._place, reader.width):
            reader.show((), text)

    def _frame(self) -> None:
        box = self.query_one("#call", Vertical)
        # As content: a model may be called anything.
        rows = self._run.call_book.rows
        count = f" of {len(rows)}" if rows else ""
        box.border_title = Content(
            heading(self.found.row).replace(f"Call {self.number}", f"Call {self.number}{count}", 1)
            if self.found
            else f"Call {self.number}{count}"
        )
        tabs = [f"▸{one.name}" if at == self._place else f" {one.name}" for at, one in enumerate(self._pages)]
        box.border_subtitle = Content(" │ ".join(tabs))
        keys = [("esc", "back"), ("[ ]", "pages")]
        if self.found is not None:
            keys += [("e", "send again")] if self.found.row.kind == "llm" else []
            keys += [("t", "take it")] if not self._no_take(self.found.row) else []
            keys += [("y", "copy JSON"), *([("u", "copy curl")] if self.found.curl else [])]
        keys += [("n p", "other calls")] if len(rows) > 1 else []
        bar = self.query_one("#call-keys", Bar)
        bar.show(keys_line([*keys, ("?", "help")], bar.size.width))

    def on_resize(self) -> None:
        """Fold the text for the new width."""
        if self.is_mounted and self._pages:
            self.run_worker(self._show, group="call-page", exclusive=True)  # type: ignore[arg-type]

    # What the person does

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_turn(self, by: int) -> None:
        """Show another page."""
        if self._pages:
            self._place = (self._place + by) % len(self._pages)
            self.query_one(Reader).scroll_to(y=0, animate=False, immediate=True)
            self.run_worker(self._show, group="call-page", exclusive=True)  # type: ignore[arg-type]

    def action_other(self, by: int) -> None:
        """Show the next call of the run, or the one before."""
        count = len(self._run.call_book.rows)
        if 0 < self.number + by <= count:
            self.number += by
            self.query_one(Reader).scroll_to(y=0, animate=False, immediate=True)
            self._load()
        else:
            self.say(f"This is the {'last' if by > 0 else 'first'} call.")

    def action_again(self) -> None:
        """Send it again with changes: a form is opened for that."""
        found = self.found
        if found is None:
            return
        from hgtui.session.sending import CannotSend, may_send

        try:
            may_send(found)
        except CannotSend as error:
            self.say(f"{error.message} {error.hint}".strip())
        else:
            self.dismiss(found)

    def action_take(self) -> None:
        """Take over what came of it, where that can be."""
        if self.found is None:
            return
        if no := self._no_take(self.found.row):
            self.say(no)
        else:
            self.takes = True
            self.dismiss(self.found)

    def action_copy(self) -> None:
        """Copy the whole call as JSON to the clipboard of the person's terminal."""
        if self.found is not None:
            # Only ASCII goes out: what is foreign in it stands as \\u escapes.
            self.app.copy_to_clipboard(json.dumps(self.found.as_json(), indent=2))
            self.say(f"Call {self.number} is copied as JSON.")

    def action_curl(self) -> None:
        """Copy the call as a curl command, in which the key is a variable of the shell."""
        if self.found is not None and self.found.curl:
            self.app.copy_to_clipboard(clean(self.found.curl))
            self.say(f"Call {self.number} is copied as a curl command; the key is not in it.")
        elif self.found is not None:
            self.say("This call asked no server that curl could ask.")

    def action_help(self) -> None:
        """Show the keys."""
        from hgtui.ui.guide import guide_call
        from hgtui.ui.screens.help import Help

        self.app.push_screen(Help(guide_call()))
