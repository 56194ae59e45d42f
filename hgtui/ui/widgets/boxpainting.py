"""Paints the plan as boxes with lines: only what is seen of it, and again only what changed.

What lies where is in a scene; states are looked up when a line of the screen is drawn.
"""

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from hgtui.core.plan import Plan, Uid
from hgtui.core.states import HAS_RESULT
from hgtui.core.text import clean
from hgtui.ui import boxes
from hgtui.ui.graph.frames import Piece, framed
from hgtui.ui.graph.minimap import ground, minimap, room
from hgtui.ui.graph.scene import Part, Scene
from hgtui.ui.graph.shape import Layout
from hgtui.ui.view import View
from hgtui.ui.widgets.bright import Bright
from hgtui.ui.widgets.rows import Rows, strip_of

LOW = 12
"""In a pane with fewer rows the minimap lies over no box."""


class Painting(Rows):
    """Rows that can be painted as a graph. A subclass says which tasks there are, and lays them out."""

    view: View
    picking: Uid | None = None
    """The task for which another box is being picked."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._scene: Scene | None = None
        self.plan = Plan()
        """The plan as it was drawn last: while it streams in, a run puts it together anew each time it is asked."""
        self._lines: dict[int, Strip] = {}
        self._lines_of: object = None
        self._given: dict[int, bool] = {}
        """Whether what a net takes along is there, for those that were looked at."""
        self._bright: Bright | None = None
        self._styles: dict[tuple[str, str], Style] = {}
        self._map: tuple[object, list[str]] | None = None
        self._ground: tuple[object, tuple[str, ...]] | None = None
        self._corner: tuple[object, Region] | None = None

    # What a subclass says

    def uid_at(self, index: int) -> Uid | None:
        """Return the task that a row stands for, None where there is no such row."""
        raise NotImplementedError

    def row_of(self, uid: Uid) -> int | None:
        """Return the row of a task, None where it is not shown."""
        raise NotImplementedError

    @property
    def room(self) -> Size:
        """How many columns and rows there are for the drawing: it has no scrollbars."""
        return self.content_region.size

    @property
    def drawn(self) -> Layout | None:
        """What is drawn, None where the plan stands as rows, or is still being laid out."""
        return self._scene.layout if self.view.boxes and self._scene else None

    def watch_has_focus(self, value: bool) -> None:
        """Show at the selected box whether keys go here."""
        super().watch_has_focus(value)
        if self._scene is not None and (uid := self.uid_at(self.cursor)):
            self.redraw_boxes([uid])

    def show(self, count: int) -> None:
        """Take over how many rows there are; the drawing has a size of its own."""
        if not self.view.boxes:
            super().show(count)
            return
        self.count = count
        self.cursor = max(0, min(self.cursor, count - 1))

    def _redraw(self) -> None:
        self._lines.clear()
        self._given.clear()
        self.refresh()

    # What is lit up

    def _light(self) -> None:
        uid = self.uid_at(self.cursor)
        self._bright = Bright(self._scene, uid) if self._scene and uid in self._scene.layout.boxes and uid else None

    def watch_cursor(self, before: int, after: int) -> None:
        """Draw what the cursor left and reached, with the lines of these tasks, and keep it in sight."""
        if not self.drawn or not self._scene:
            super().watch_cursor(before, after)
            return
        was, corner = self._bright, self._corner
        self._light()
        for lit in (was, self._bright):
            if lit and lit.uid in self._scene.layout.boxes:
                self._again(region for region in lit.regions)
        if self._mapped != (0, 0):
            self._again_on_screen(self._map_region())
            if corner is not None and corner[1] != self._map_region():
                self._again_on_screen(corner[1])
        self._show_cursor()

    def _show_cursor(self) -> None:
        """Pan as little as needed to have the selected box in sight."""
        uid, laid = self.uid_at(self.cursor), self.drawn
        if laid is None or uid is None or uid not in laid.boxes:
            return
        box, size, at = laid.boxes[uid], self.room, self.scroll_offset
        x = _near(at.x, size.width, box.x, box.width, laid.size[0])
        y = _near(at.y, size.height, box.y, box.height, laid.size[1])
        if (x, y) != (at.x, at.y):
            self.scroll_to(x, y, animate=False, force=True, immediate=True)

    def redraw_boxes(self, uids: Iterable[Uid]) -> None:
        """Draw the boxes of some tasks again, and the lines that leave them, as far as they are seen."""
        if self._scene is None:
            return
        laid = self._scene.layout
        for uid in uids:
            if (box := laid.boxes.get(uid)) is not None:
                self._again([Region(*box)])
                for net in self._scene.leaving.get(uid, ()):
                    if self._given.pop(net, None) not in {None, self._flows(net)}:
                        self._again(
                            Region(x, y, to - x + 1, last - y + 1) for x, y, to, last in self._scene.stretches(net)
                        )

    def _again(self, regions: Iterable[Region]) -> None:
        """Draw parts of the drawing again that are seen."""
        offset, size = self.scroll_offset, self.room
        seen = Region(offset.x, offset.y, size.width, size.height)
        for region in regions:
            for y in range(max(region.y, seen.y), min(region.bottom, seen.bottom)):
                self._lines.pop(y, None)
            if (part := region.intersection(seen)).area:
                self.refresh(part.translate((-offset.x, -offset.y)))

    def _flows(self, net: int) -> bool:
        """Whether what a net takes along is there."""
        assert self._scene is not None
        if (known := self._given.get(net)) is None:
            givers = {giver for giver, _ in self._scene.layout.edges[net]}
            known = self._given[net] = all(self.view.run.state(giver) in HAS_RESULT for giver in givers)
        return known

    # Painting

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is seen."""
        if not self.view.boxes:
            return super().render_line(y)
        width = self.room.width
        if not self.count:  # on the first line of the pane, wherever the drawing was panned to
            return strip_of((("  " + self.empty if y == 0 else "", "dim"),), self, width)
        if self._scene is None:
            return strip_of(((" The drawing is being made." if y == 0 else "", "dim"),), self, width)
        at = self.scroll_offset
        told = at.x, width, self.has_focus, self.app.theme, self.picking
        if told != self._lines_of or len(self._lines) > 2 * self.size.height + 50:
            self._lines.clear()
            self._styles.clear()
            self._lines_of = told
        row = y + at.y
        if (strip := self._lines.get(row)) is None:
            strip = self._lines[row] = self._strip(row, at.x, width)
        return self._with_map(strip, y, width)

    def _strip(self, row: int, left: int, width: int) -> Strip:
        assert self._scene is not None
        pieces: list[Segment] = []
        for part in self._scene.parts(row, left, left + width):
            if part.node:
                box = Strip(self._segments(*self._box(part, row)), self._scene.layout.boxes[part.node].width)
                pieces += box.crop(max(left - part.start, 0), left + width - part.start)
            else:
                pieces += self._segments(self._line(part, row))
        return Strip(pieces).simplify().adjust_cell_length(width, self._style("", ""))

    def _box(self, part: Part, row: int) -> tuple[Sequence[Piece], str]:
        """Return a row of a box, and the ground that it stands on."""
        assert self._scene is not None
        view, laid, uid = self.view, self._scene.layout, part.node
        task = self.plan.get(uid)
        if task is None:  # it is about to be laid out anew
            return [(" " * laid.boxes[uid].width, "")], ""
        role = "turn" if uid == self.picking else boxes.role_of(view, task)
        lines = boxes.written(view, task, laid.detail, view.clock())
        pieces: Sequence[Piece] = framed(self._scene, uid, row, lines, role, boxes.done(view, task))
        if self.row_of(uid) is None:
            pieces = [(text, "dim") for text, _ in pieces]
        here = uid == self.uid_at(self.cursor)
        return pieces, ("cursor" if self.has_focus or self.led else "here") if here else ""

    def _line(self, part: Part, row: int) -> Sequence[Piece]:
        """Return a stretch of a line: in the colour of what it takes along, heavy where it is one of the selected task."""
        assert self._scene is not None
        if part.net < 0:
            return ((part.text, ""),)
        role = "bad" if self._scene.is_back(part.net) else "good" if self._flows(part.net) else "dim"
        if self._bright is not None and part.net in self._bright.nets:
            return self._bright.lit(part, row, role)
        return ((part.text, role),)

    def _segments(self, pieces: Sequence[Piece], ground: str = "") -> list[Segment]:
        return [Segment(clean(text), self._style(role, ground)) for text, role in pieces]

    def _style(self, role: str, ground: str) -> Style:
        """Return the colours of a role on a ground: looked up once, for it takes longer than all else."""
        if (known := self._styles.get((role, ground))) is None:
            below = self.get_component_rich_style(f"rows--{ground}") if ground else self.rich_style
            above = self.get_component_rich_style(f"rows--{role}", partial=True) if role else None
            known = self._styles[role, ground] = below + above if above else below
        return known

    # The minimap

    @property
    def _mapped(self) -> tuple[int, int]:
        """How many cells the minimap takes; none where the whole drawing is seen."""
        laid, size = self.drawn, self.room
        if laid is None or (laid.size[0] <= size.width and laid.size[1] <= size.height):
            return 0, 0
        return room((size.width, size.height))

    def _map_region(self) -> Region:
        """Where the minimap stands: in a corner in which no box is seen.

        Where there is no such corner it takes one without the selected box, and in a low pane none: there it would hide more
        than it shows.
        """
        size, at, (width, height) = self.room, self.scroll_offset, self._mapped
        here = self.uid_at(self.cursor)
        told = size, at, width, height, id(self._scene), here
        if self._corner is None or self._corner[0] != told:
            right, low = size.width - width, size.height - height
            corners = [Region(x, y, width, height) for x, y in ((right, low), (0, low), (right, 0), (0, 0))]
            boxes = self._seen()
            free = [one for one in corners if not any(one.overlaps(box) for box in boxes.values())]
            if not free and size.height >= LOW:
                free = [one for one in corners if here not in boxes or not one.overlaps(boxes[here])]
            self._corner = told, free[0] if free and width else Region()
        return self._corner[1]

    def _seen(self) -> dict[Uid, Region]:
        """Return where on the pane the boxes are of which something is seen: of a thousand a few, so most are not looked at."""
        size, at = self.room, self.scroll_offset
        right, bottom = at.x + size.width, at.y + size.height
        return {
            uid: Region(x - at.x, y - at.y, width, height)
            for uid, (x, y, width, height) in (self.drawn.boxes if self.drawn else {}).items()
            if x < right and x + width > at.x and y < bottom and y + height > at.y
        }

    def _again_on_screen(self, region: Region) -> None:
        if region.area:
            self.refresh(region)

    def _with_map(self, strip: Strip, y: int, width: int) -> Strip:
        mapped, laid = self._mapped, self.drawn
        region = self._map_region()
        if not region.area or laid is None or not region.y <= y < region.bottom:
            return strip
        size, at = self.room, self.scroll_offset
        told = mapped, at, size, self.cursor, id(self._scene)
        if self._map is None or self._map[0] != told:
            if self._ground is None or self._ground[0] != (told[0], told[-1]):
                self._ground = (told[0], told[-1]), ground(laid, mapped)
            pane, here = (size.width, size.height), self.uid_at(self.cursor)
            lines = minimap(laid, mapped, (at.x, at.y), pane, here, self._ground[1])
            self._map = told, lines
        line = Strip(self._segments(((self._map[1][y - region.y], "accent"),), "here"), mapped[0])
        return Strip.join([strip.crop(0, region.x), line, strip.crop(region.right, width)])


def _near(at: int, size: int, start: int, length: int, whole: int) -> int:
    """Return from where on so many cells are seen, so that a stretch of them is: as near to `at` as can be."""
    at = max(min(at, start), start + length - size) if length < size else start
    return max(min(at, whole - size), 0)
