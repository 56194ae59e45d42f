"""Where each widget stands: what moved since the last layout is painted, and for a change nothing but what shows it.

Textual 8.2 finds what is to be painted after a layout by comparing the places with those before. Where a place is looked
up after a style has changed and before the layout, it may work out the new places for that: the layout then finds
nothing that has moved, and the panes keep standing where they stood.

For a change of any size it also fetches every line of every widget whose container is touched, behind others or not: on
the workbench that is most of what a key costs.
"""

from collections.abc import Collection, Iterable

from textual._compositor import ChopsUpdate, Compositor, CompositorMap, ReflowResult
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

Render = tuple[Region, Region, list[Strip]]
"""A widget's place, what of the screen it is cut to, and its lines there."""


class Placing(Compositor):
    """Compares a layout with the layout before it; fetches only the lines that a change is seen in."""

    def __init__(self) -> None:
        super().__init__()
        self._laid_out: CompositorMap = {}
        self._changed: tuple[Region, ...] = ()

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out the widgets, and mark for painting where something has moved since the last layout."""
        self._full_map = self._laid_out
        result = super().reflow(parent, size)
        self._laid_out = self._full_map
        return result

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what has changed, None where nothing has."""
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[Render]:
        if not self._changed:
            yield from super()._get_renders(crop)
            return
        for widget, region, seen, first, last in self._touched(self._changed):
            lines = Region(seen.x - region.x, first - region.y, seen.width, last - first)
            yield region, Region(seen.x, first, seen.width, last - first), widget.render_lines(lines)

    def _touched(self, changed: Collection[Region]) -> Iterable[tuple[Widget, Region, Region, int, int]]:
        """Find what shows the changes, front to back: widget, place, the part that is seen, and from and to which row.

        A widget covers what it stands on: where it contains a whole change, nothing behind it is asked.
        """
        left = list(changed)
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            here = [one for one in left if one.overlaps(seen)]
            if not here:
                continue
            first = max(seen.y, min(one.y for one in here))
            last = min(seen.bottom, max(one.bottom for one in here))
            yield widget, region, seen, first, last
            left = [one for one in left if not seen.contains_region(one)]
            if not left:
                return
