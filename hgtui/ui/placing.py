"""Where each widget stands: what moved since the last layout is painted, whatever was looked up in between.

Textual 8.2 finds what is to be painted after a layout by comparing the places with those before. Where a place is looked
up after a style has changed and before the layout, it may work out the new places for that: the layout then finds
nothing that has moved, and the panes keep standing where they stood.
"""

from textual._compositor import Compositor, CompositorMap, ReflowResult
from textual.geometry import Size
from textual.widget import Widget


class Placing(Compositor):
    """Compares a layout with the layout before it."""

    def __init__(self) -> None:
        super().__init__()
        self._laid_out: CompositorMap = {}

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out the widgets, and mark for painting where something has moved since the last layout."""
        self._full_map = self._laid_out
        result = super().reflow(parent, size)
        self._laid_out = self._full_map
        return result
