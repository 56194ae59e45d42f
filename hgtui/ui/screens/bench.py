"""What the screens of the workbench have in common: their shape, which follows the width."""

from textual.screen import Screen

WIDE = 100
"""From how many cells on the chat stands beside the plan."""


class Bench(Screen[None]):
    """A screen with head, panes and foot, laid out by styles/workbench.tcss."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    AUTO_FOCUS = "#prompt"

    def __init__(self, width: int) -> None:
        # With the classes that it will have: each one set later costs a layout and a repaint of everything.
        super().__init__(classes=f"-talking {'-wide' if width >= WIDE else '-narrow'}")
