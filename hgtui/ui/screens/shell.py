"""What surrounds the work: the requests of before, the colours, what the terminal is told of it."""

import time
from typing import TYPE_CHECKING, cast

from textual import events, on

from hgtui.ui.bridge import DeskError
from hgtui.ui.screens.talking import Talking
from hgtui.ui.telling import Standing, away, standing, title
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.notice import Notice
from hgtui.ui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp


SMALLEST = (80, 24)
"""For how many columns and rows the screen is made."""


class Shell(Talking):
    """The prompt's memory, the colours, the title of the terminal and its bell."""

    def settle(self) -> None:
        """Give the prompt what it needs of the desk: the working folder, and by and by the requests of before."""
        self.query_one(Chat).prompt.base = self.desk.base
        self.run_worker(self._remember(), group="requests", exit_on_error=False)

    async def _remember(self) -> None:
        try:
            self.query_one(Chat).prompt.past.load(await self.desk.requests())
        except DeskError as error:
            self.say(f"The requests of before cannot be read: {error.message}")

    @on(Prompt.Told)
    def _told(self, event: Prompt.Told) -> None:
        self.say(event.words)

    def on_paste(self, event: events.Paste) -> None:
        """Give what is pasted or dropped, and nothing else takes, to the prompt."""
        event.stop()
        self.action_focus_pane("prompt")
        prompt = self.query_one(Chat).prompt
        if self.focused is prompt:
            prompt.post_message(events.Paste(event.text))

    def action_history(self) -> None:
        """Find an earlier request; what is chosen goes into the prompt, and is not sent."""
        self.run_worker(self._find_earlier(), group="history", exclusive=True)

    async def _find_earlier(self) -> None:
        from hgtui.ui.screens.history import History

        prompt = self.query_one(Chat).prompt
        chosen = await self.app.push_screen_wait(History(tuple(reversed(prompt.past.requests)), prompt.text))
        if chosen is not None:
            self.action_focus_pane("prompt")
            prompt.past.leave(prompt.text)
            prompt.put(chosen)

    def action_theme(self, name: str) -> None:
        """Take other colours, now and for the sessions to come."""
        cast("HgtuiApp", self.app).take_theme(name)
        self.run_worker(self._keep_theme(name), group="theme", exclusive=True)

    async def _keep_theme(self, name: str) -> None:
        try:
            await self.desk.keep_theme(name)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        self.say(f"The colours are {name}, also from the next start on.")

    def on_resize(self, event: events.Resize) -> None:
        """Fit head and foot to the width, and say where there is less room than the workbench is made for."""
        if self.is_mounted:
            self._frame()
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        words = f"hgtui has room from {SMALLEST[0]}x{SMALLEST[1]} on: here 1 2 3 4 go from pane to pane."
        said = self.query_one(Notice).words
        if small and not self._small and not said:
            self.say(words)
        elif not small and said == words:
            self.say("")
        self._small = small

    _small = False

    # What the terminal is told

    def tell_terminal(self) -> None:
        """Say in the title of the terminal where the run stands, and ring where the person is wanted and not at the keys."""
        app, before, now = cast("HgtuiApp", self.app), self._stood, standing(self.view)
        self._stood = now
        app.tell_title(title(self.view))
        idle = time.monotonic() - app.touched
        if now.calls(before) and app.looks.bell and away(idle, focused=app.app_focus):
            app.bell()

    _stood = Standing()
