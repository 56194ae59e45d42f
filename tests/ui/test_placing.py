"""What is looked up between a change of the layout and the layout itself does not keep what moves from being painted."""

from typing import Any

import pyte
from rich.console import Console, RenderableType
from textual._compositor import CompositorUpdate
from textual.screen import Screen

from hgtui.ui.app import HgtuiApp
from hgtui.ui.screens.workbench import Workbench
from tests.ui.bench import screen_text, settle
from tests.ui.scripted import ScriptedDesk

WIDTH, HEIGHT = 120, 36
CONSOLE = Console(color_system="truecolor", force_terminal=True, width=WIDTH, height=HEIGHT, legacy_windows=False)


class Shown(HgtuiApp):
    """The workbench with a terminal that keeps what is sent to it."""

    def __init__(self) -> None:
        super().__init__(ScriptedDesk())
        self.terminal = pyte.Screen(WIDTH, HEIGHT)
        self.terminal.reset_mode(pyte.modes.DECAWM)
        self._stream = pyte.Stream(self.terminal)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            self._stream.feed(self._painted.only_new(renderable).render_segments(CONSOLE))
        super()._display(screen, renderable)


async def test_a_notice_that_grows_leaves_nothing_of_the_panes_where_they_stood() -> None:
    app = Shown()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, Workbench)
        for words in (
            "A short one.",
            "",
            "A sentence that takes some lines. " * 8,
            "A short one.",
            "A long one. " * 20,
        ):
            screen.say(words)
            for one in screen.query("*"):
                assert one.region is not None  # looked up, before the layout
            await settle(pilot)
            shown = [line.rstrip() for line in screen_text(pilot).splitlines()]
            assert [line.rstrip() for line in app.terminal.display] == shown
