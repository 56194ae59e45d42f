"""The lines between the plan and the task: what leaves this machine, or what failed and the keys that help."""

from hgtui.ui.attention import attention
from hgtui.ui.view import View
from hgtui.ui.widgets.bars import Bar

MOST, MOST_NARROW = 9, 7
"""How many lines it takes; at a narrow screen the plan needs the rest."""


class Attention(Bar):
    """Takes as many lines as there is to tell, and no room where there is nothing."""

    def __init__(self, view: View) -> None:
        super().__init__("attention")
        self.view = view

    def reload(self) -> None:
        """Write what there is to tell now."""
        room = self.screen.size
        width = (self.size.width if self.display else 0) or room.width
        lines = attention(self.view, max(width - 1, 20), MOST if room.height >= 30 else MOST_NARROW)
        self.set_class(bool(lines), "-told")
        self.styles.height = len(lines)
        self.show(*lines)

    def on_resize(self) -> None:
        """Write the lines for the width that there is."""
        self.reload()
