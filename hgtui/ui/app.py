"""The application: the workbench in a terminal. Nothing heavy is imported here: it stands before the first frame."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import MountError

from hgtui.core.text import one_line
from hgtui.paths import styles
from hgtui.ui.colourless import Colourless
from hgtui.ui.keymap import KeyMap
from hgtui.ui.keys import keys_of
from hgtui.ui.looks import Looks
from hgtui.ui.painting import Painted
from hgtui.ui.screens.opening import Opening
from hgtui.ui.themes import ANSI_DARK, theme_of

if TYPE_CHECKING:
    from hgtui.core.commands import Submit
    from hgtui.ui.bridge import Desk, Found, Opened
    from hgtui.ui.screens.workbench import Workbench


Open = Callable[["HgtuiApp"], Awaitable["Opened"]]
"""Opens what the workbench needs, beside the first frame; what it raises ends the app and stands in `failure`."""


PUT_ASIDE, TAKE_BACK = "\x1b[22;2t", "\x1b]2;\x07\x1b[23;2t"
"""Put the title of the terminal aside, and take it back; a terminal that cannot is left with its own default (XTWINOPS)."""
SHEETS = ("chat", "form", "rows", "workbench", "log")
"""The stylesheets of the workbench itself."""


AHEAD_S = 1.0
"""How long after the start a key may still be one that was pressed before it."""
REST_S = 2.0
"""After how long without a key nobody is taken to be writing."""


def _commands() -> type[Provider]:
    from hgtui.ui.palette import Commands

    return Commands


def _begin(
    desk: "Desk", first: "Submit | None", resumed: "Found | None", *, size: tuple[int, int], written: str = ""
) -> "Workbench":
    # Imported late: with it comes the whole core, which takes as long as everything up to the first frame.
    from hgtui.ui.screens.workbench import Workbench

    return Workbench(desk, size, first, resumed, written)


class HgtuiApp(App[None]):
    """The workbench on what the composition root put together, or on what it will have put together by and by.

    A key that is pressed before the prompt is there, or that means more than writing before the workbench is, is kept
    and taken when it can be. Raises KeysError where the keys of `looks` cannot be used.
    """

    TITLE = "hgtui"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys_of("quit"), "quit", "Leave", show=False, id="quit", priority=True)
    ]

    def __init__(
        self,
        desk: "Desk | None" = None,
        first: "Submit | None" = None,
        resumed: "Found | None" = None,
        *,
        opening: Open | None = None,
        looks: Looks | None = None,
    ) -> None:
        # What lies over the workbench brings its own sheet with it: each costs time before the first frame.
        super().__init__(css_path=[styles() / f"{name}.tcss" for name in SHEETS])
        self.looks = looks or Looks()
        if self.no_color:
            self._filters = [Colourless()]  # in place of the greys of Textual
        self.take_theme(self.looks.theme)
        self.keymap = KeyMap(self.looks.keys)
        """Which keys do what."""
        self.set_keymap(self.keymap.of_textual)
        self.desk = desk
        self._begun = (desk, first, resumed) if desk is not None else None
        self._opening = opening
        self.failure: Exception | None = None
        """What came in the way of opening."""
        self.away = False
        """Whether another program has the terminal."""
        self._said: list[str] = []
        self.told_title = ""
        """What stands in the title of the terminal, empty as long as nothing was written there."""
        self.touched = self._begun_at = time.monotonic()
        """When the person last pressed a key, as `time.monotonic` has it."""
        self._painted = Painted()
        self._sent = asyncio.Event()
        self._kept: list[events.Event] = []
        self._takes: Callable[[events.Event], bool] | None = _nothing
        """Which keys are taken now; None where all are."""
        # Animation repaints; over ssh each frame is a wait.
        self.animation_level = "none"

    def get_default_screen(self) -> Screen[Any]:
        """Begin with the workbench where it can be, else with its first frame."""
        return _begin(*self._begun, size=self.size) if self._begun else Opening(self.size)

    def on_ready(self) -> None:
        """Take keys, and open what is still to be opened."""
        if self._begun or self._opening is None:
            self._take(None)
            return
        self._take(Opening.takes)
        # What is said to a terminal meanwhile would be lost behind the screen.
        self.begin_capture_print(self, stdout=False)
        # Made when it is run: who leaves before that leaves nothing that is never awaited.
        self.call_after_refresh(self.run_worker, partial(self._open, self._opening), group="opening")

    async def tell_planner(self, planner: str, why: str) -> None:
        """Say who plans as soon as that is known."""
        if isinstance(self.screen, Opening):
            await self.screen.tell_planner(planner, why)

    async def ask_model(self, address: str, likely: Sequence[str], others: Sequence[str]) -> str | None:
        """Ask which model of a server is the controller, over the first frame; None for none.

        Who is writing is not interrupted: the list comes when no key was pressed for a while, or when what was written is
        sent. What was written stays, and is sent when the workbench is there.
        """
        await asyncio.to_thread(__import__, "hgtui.ui.screens.served")
        from hgtui.ui.screens.served import Served

        await self._rest()
        kept, takes, self._kept, self._takes = self._kept, self._takes, [], None
        try:
            return await self.push_screen_wait(Served(address, likely, others))
        finally:
            self._kept, self._takes = [*kept, *self._kept], takes

    async def _rest(self) -> None:
        """Return when no key was pressed for a while, or when one waits that means more than writing."""
        while self._begun_at != self.touched and not self._kept:
            left = self.touched + REST_S - time.monotonic()
            if left <= 0:
                return
            self._sent.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sent.wait(), left)

    def on_print(self, event: events.Print) -> None:
        """Keep what is said while the workbench is being opened."""
        self._said.append(event.text)

    # Painting

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send what is new on the screen."""
        if self.away:  # what happens meanwhile is painted when the terminal is back
            return
        if isinstance(renderable, CompositorUpdate):
            renderable = self._painted.only_new(renderable)
        super()._display(screen, renderable)

    def on_mount(self) -> None:
        """Paint everything again after another program had the terminal, and write its title."""
        self.app_resume_signal.subscribe(self, lambda _: self._resumed())

    def _resumed(self) -> None:
        self._painted.forget()
        if self.told_title and self._driver is not None:
            self._driver.write(f"\x1b]2;{self.told_title}\x07")

    def take_theme(self, name: str) -> None:
        """Take the colours of one of `themes.NAMES`; where there are to be none, those of the terminal, without its colours."""
        name = ANSI_DARK if self.no_color else name
        self.register_theme(theme_of(name))
        self.theme = name

    def tell_title(self, words: str) -> None:
        """Write the title of the terminal; the one that it had is put aside, where the terminal can do that."""
        words = one_line(words, 200)
        if words == self.told_title or self._driver is None:
            return
        self._driver.write(f"{'' if self.told_title else PUT_ASIDE}\x1b]2;{words}\x07")
        self.told_title = words

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Keep a key that cannot be taken yet, behind those that are kept already."""
        if isinstance(event, events.Resize):
            self._painted.forget()
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self.touched = time.monotonic()
        if self._takes and isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            leaves = isinstance(event, events.Key) and event.key in {"ctrl+q", "ctrl+c"}
            if isinstance(event, events.Key) and event.key == "ctrl+j" and self._typed_ahead():
                # Pressed before the program was there to say so: until then a terminal makes it of Enter.
                event = events.Key("enter", "\r")
            if not leaves and (self._kept or not self._takes(event)):
                self._kept.append(event)
                self._sent.set()
                return
            if leaves:  # at once, and not behind what it is to make undone
                self._kept.clear()
        await super().on_event(event)

    def _typed_ahead(self) -> bool:
        """Whether a key may have been pressed before the program ran, though it comes only now."""
        return self._takes is _nothing or time.monotonic() - self._begun_at < AHEAD_S

    def _take(self, which: Callable[[events.Event], bool] | None) -> None:
        self._takes = which
        if self._kept:
            # A message of its own, so that it stands behind what was forwarded before and before what comes.
            self.call_next(self._take_kept)

    async def _take_kept(self) -> None:
        while self._kept and (self._takes is None or self._takes(self._kept[0])):
            await super().on_event(self._kept.pop(0))

    # Opening

    async def _open(self, opening: Open) -> None:
        try:
            opened = await opening(self)
            # In a thread, so that keys are taken meanwhile.
            await asyncio.to_thread(__import__, "hgtui.ui.screens.workbench")
        except Exception as error:
            self.failure = error
            self.exit()
            return
        await self._change_over(opened)

    async def _change_over(self, opened: "Opened") -> None:
        """Put the workbench into the place of the first frame, with what was written in its prompt until now."""
        screen = self.screen
        if not isinstance(screen, Opening):
            return
        self._takes = _nothing
        # Behind the keys that are on their way to the prompt.
        for one in (self, screen.prompt):
            await _passed(one)
        self.desk = opened.desk
        workbench = _begin(*opened, size=self.size, written=screen.prompt.text)
        with self.batch_update():
            # Not switched: Textual 8.2 cannot take away the screen that an app began with.
            await self.push_screen(workbench)
        self.end_capture_print(self)
        if self._said:
            workbench.say("".join(self._said).strip())
        self._take(None)

    def _handle_exception(self, error: Exception) -> None:
        """Let nothing that was to be drawn on a screen that is being taken away end the program otherwise than it was left."""
        if self._exit and isinstance(error, NoMatches | NoScreen | MountError):
            return
        super()._handle_exception(error)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open nothing: a browser would start on the machine that hgtui runs on, perhaps at the other end of ssh."""


def _nothing(_: events.Event) -> bool:
    return False


async def _passed(pump: MessagePump) -> None:
    """Wait until a message pump has taken all that it was sent so far."""
    done = asyncio.Event()
    pump.call_later(done.set)
    await done.wait()
