"""What the screens of the workbench have in common: their shape, which follows the size of the terminal."""

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from hgtui.ui import greeting as first
from hgtui.ui.keymap import KeyMap
from hgtui.ui.placing import Placing

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp

WIDE = 100
"""From how many cells on the chat stands beside the plan."""
LOW, TALL = 18, 40
"""Under how many rows the panes share one place, and from how many on there is room for all of each."""


class Bench(Screen[None]):
    """A screen with head, panes and foot, laid out by styles/workbench.tcss."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-usual"), (TALL, "-tall")]
    AUTO_FOCUS = "#prompt"

    def __init__(self, size: tuple[int, int]) -> None:
        # With the classes that it will have: each one set later costs a layout and a repaint of everything.
        width, height = size
        rows = "-low" if height < LOW else "-tall" if height >= TALL else "-usual"
        super().__init__(classes=f"-talking {'-wide' if width >= WIDE else '-narrow'} {rows}")
        self._compositor = Placing()

    @property
    def keymap(self) -> KeyMap:
        """Which keys do what."""
        return cast("HgtuiApp", self.app).keymap

    @property
    def help_key(self) -> tuple[str, str]:
        """The key that shows the help from a text field, with its word."""
        return self.keymap.in_field("help") or "esc ?", first.HELP[1]

    def prompt_keys(self) -> list[tuple[str, str]]:
        """Return the keys that work in the prompt besides the one that sends, each with a word or two."""
        palette = self.keymap.in_field("palette")
        return [
            one if one[0] != "ctrl+p" else (palette, one[1])
            for one in first.PROMPT_KEYS
            if palette or one[0] != "ctrl+p"
        ]
