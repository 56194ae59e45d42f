"""The form that sends a call again: temperature, model, controller, prompt; and what came beside what had come."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea
from textual.worker import Worker

from hgtui.core.text import clean, decode, one_line
from hgtui.paths import styles
from hgtui.ui.bridge import Conductor, Desk, DeskError
from hgtui.ui.callpages import heading
from hgtui.ui.widgets.bars import Bar, keys_line
from hgtui.ui.widgets.field import Field

if TYPE_CHECKING:
    from hgtui.session.recalled import Recalled


class Wording(TextArea):
    """The prompt as one text; Enter begins a new line in it."""

    def __init__(self, text: str) -> None:
        super().__init__(text, id="again-prompt", soft_wrap=True, highlight_cursor_line=False, compact=True)
        # A blinking cursor repaints for ever, also over a slow line.
        self.cursor_blink = False


class SendAgain(ModalScreen[int | None]):
    """Sends a call again with changes; gives the number of the call that came of it, None where none did."""

    CSS_PATH = styles() / "calls.tcss"
    BINDINGS = [
        Binding("escape,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
        Binding("f2", "send", "send", show=False, id="send", priority=True),
        Binding("f3", "controller", "controller", show=False, id="again_controller", priority=True),
        Binding("f4", "editor", "prompt in your editor", show=False, id="again_editor", priority=True),
    ]

    def __init__(
        self, desk: Desk, conductor: Conductor, found: "Recalled", terminal: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Send `found` again; `terminal` gives the terminal to an editor meanwhile."""
        super().__init__()
        self._desk, self._conductor, self._found, self._terminal = desk, conductor, found, terminal
        self.place: int | None = None
        """The controller that was chosen, as a place in the desk's options; None for the one in use."""
        self._controller = ""
        self._sending: Worker[None] | None = None
        self._came = 0
        self.said = ""

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        from hgtui.session.prompttext import prompt_text

        params = self._found.record["params"]
        temperature = params.get("temperature")
        with Vertical(id="again") as box:
            # As content: a model may be called anything.
            box.border_title = Content(f"Send again: {heading(self._found.row)}")
            yield Static("", id="again-status", markup=False)
            with Horizontal(classes="again-line"):
                yield Static("temperature ", classes="again-mark", markup=False)
                yield Field("" if temperature is None else f"{temperature:g}", id="again-temperature")
            with Horizontal(classes="again-line"):
                yield Static("model       ", classes="again-mark", markup=False)
                yield Field(placeholder=one_line(str(params.get("model", "")), 80), id="again-model")
            yield Static("", id="again-controller", markup=False)
            yield Wording(prompt_text(self._found.record["messages"]))
            yield Bar("again-keys")

    def on_mount(self) -> None:
        """Begin at the temperature."""
        temperature = self.query_one("#again-temperature", Field)
        temperature.focus()
        temperature.select_all()  # what is typed takes its place
        self.say("Nothing of the run changes by this; what comes is kept beside it.")
        self._frame()

    def _frame(self) -> None:
        words = self._controller or f"{self._desk.planner_name}, the controller in use"
        self.query_one("#again-controller", Static).update(Content(clean(f"controller  {words}", 300)))
        keys = [("esc", "stop it")] if self._sending else [("f2", "send"), ("f3", "controller"), ("f4", "your editor")]
        keys += [] if self._sending else [("tab", "next field"), ("esc", "leave")]
        bar = self.query_one("#again-keys", Bar)
        bar.show(keys_line(keys, bar.size.width))

    def on_resize(self) -> None:
        """Fit the keys to the new width."""
        if self.is_mounted:
            self.call_after_refresh(self._frame)

    def say(self, words: str) -> None:
        """Show a sentence over the fields."""
        self.said = words
        self.query_one("#again-status", Static).update(Content(clean(words, 1_000)))

    # What the person does

    @on(Field.Sent)
    def _sent(self, event: Field.Sent) -> None:
        event.stop()
        self.action_send()

    def action_send(self) -> None:
        """Send it; the form stays until the reply is there."""
        typed = self.query_one("#again-temperature", Field).text.strip()
        try:
            temperature = float(typed) if typed else None
            fits = temperature is None or 0 <= temperature <= 2
        except ValueError:
            temperature, fits = None, False
        if not fits:
            self.say(f"A temperature is a number from 0 to 2, and “{one_line(typed, 40)}” is none.")
        elif self._sending is None:
            self._came = 0
            self._sending = self.run_worker(self._send(temperature), group="again", exclusive=True)
            self._frame()

    async def _send(self, temperature: float | None) -> None:
        model = one_line(self.query_one("#again-model", Field).text, 200)
        prompt = self.query_one(Wording).text
        self.say("◐ Sending …")
        ticking = self.set_interval(1.0, self._tick)
        try:
            number = await self._desk.send_again(
                self._conductor, self._found, prompt, temperature, model, self.place, self._tell
            )
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        finally:
            ticking.stop()
            self._sending = None
            if self.is_mounted:
                self._frame()
        self.dismiss(number)

    def _tell(self, said: str) -> None:
        self._came = len(said)

    def _tick(self) -> None:
        came = f"{self._came:,} characters so far" if self._came else "nothing has come yet"
        self.say(f"◐ Sending … {came}")

    def action_leave(self) -> None:
        """Stop what is sent; else leave."""
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None
            self.say("It was stopped. It stands among the calls, with what had come of it.")
            self._frame()
        else:
            self.dismiss(None)

    def action_controller(self) -> None:
        """Choose another controller for this call alone."""
        if self._sending is None:
            self.run_worker(self._choose(), group="again-controller", exclusive=True)

    async def _choose(self) -> None:
        from hgtui.ui.screens.controllers import Controllers

        try:
            options = await self._desk.options()
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        place = await self.app.push_screen_wait(Controllers(options))
        if place is not None:
            self.place, self._controller = place, one_line(options.choices[place].name, 100)
            self._frame()

    def action_editor(self) -> None:
        """Edit the prompt in the person's editor."""
        if self._sending is None:
            self.run_worker(self._edit(), group="again-editor", exclusive=True)

    async def _edit(self) -> None:
        from textual.app import SuspendNotSupported

        from hgtui.session.terminal import EditorError, edit_file, find_editor

        area = self.query_one(Wording)
        try:
            find_editor(os.environ)  # before the screen is given away
        except EditorError as error:
            self.say(f"{error.message} {error.hint}")
            return
        with tempfile.TemporaryDirectory(prefix="hgtui-") as folder:
            path = Path(folder) / "prompt.txt"
            await asyncio.to_thread(path.write_text, area.text, "utf-8")
            try:
                with self._terminal():
                    await edit_file(path, os.environ)
                area.text = decode(await asyncio.to_thread(path.read_bytes))
            except (EditorError, OSError, SuspendNotSupported) as error:
                self.say(f"{getattr(error, 'message', error)} {getattr(error, 'hint', '')}".strip())
