"""The plan as boxes with lines: laid out when its tasks or edges change, moved in and panned by keys and mouse."""

import asyncio
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from hgtui.core.plan import Plan, Task
from hgtui.ui.graph import flows
from hgtui.ui.graph.fitting import fits, fitted
from hgtui.ui.graph.growing import stays
from hgtui.ui.graph.layout import layout
from hgtui.ui.graph.minimap import place
from hgtui.ui.graph.moves import Way, node_at, step
from hgtui.ui.graph.scene import Scene, scene
from hgtui.ui.graph.shape import BOX, WIDE, Detail, Direction, Layout
from hgtui.ui.keys import DRAWN
from hgtui.ui.widgets.boxpainting import Painting

APART = 60
"""From how many tasks on a drawing is laid out beside the loop."""
LOST = 5
"""How many rows or columns a pane may lose before its drawing is fitted to it anew: a notice must not make boxes jump."""


class Boxes(Painting):
    """Rows that can be drawn as a graph: the same tasks, the same one selected. A subclass says which there are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, action, key.about, show=False, id=key.id)
        for key, action in zip(
            DRAWN, ("aside(-1)", "aside(1)", "pan(-1, 0)", "pan(1, 0)", "pan(0, -1)", "pan(0, 1)"), strict=True
        )
    ]

    class Picked(Message):
        """The person picked a box while `picking`."""

    class Missed(Message):
        """The person clicked where no box is while `picking`."""

    detail: Detail | None = None
    """The detail that the person chose, None where that is taken which shows the whole plan."""
    direction: Direction | None = None
    """The direction that the person chose."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._tasks: tuple[Task, ...] | None = None
        self._fit: tuple[object, tuple[int, int]] = (None, (0, 0))
        self._drawing = 0
        self._apart = False
        """Whether a plan is being laid out beside the loop."""
        self._grew = False
        """Whether what is drawn came while the plan streamed in, and stays where it is."""
        self._completes = False
        """Whether a plan that streamed in has just become whole."""

    # The drawing

    def draw(self, *, anew: bool = False) -> None:
        """Lay out the plan as it is now, where that is not done yet; with `anew` also where nothing in it differs."""
        self.set_class(self.view.boxes, "-boxes")
        if not self.view.boxes:
            self._scene = self._tasks = None
            self._grew = False
            return
        self.plan = self.view.plan
        size = self.room
        growing = self.view.run.proposed is None
        told = growing, self.detail, self.direction, self.app.size
        before, fit = self._fit
        serves = told == before and (growing or not _other(fit, (size.width, size.height)))
        if serves and not anew and self._same():
            self._redraw()
            return
        self._completes = isinstance(before, tuple) and before[0] and not growing
        self._fit = told, (size.width, size.height)
        self._tasks = self.plan.tasks
        self._drawing += 1
        if len(self._tasks) <= APART:
            self._take(*self._laid_out(self.plan, growing))
        elif not self._apart:
            self._apart = True
            self.run_worker(self._lay_out_apart(), group="drawing")

    def _same(self) -> bool:
        """Whether the plan has the same tasks and edges as when it was laid out."""
        now, then = self.plan.tasks, self._tasks
        if then is None or now is then:
            return then is not None
        alike = len(now) == len(then) and all(
            one is other or (_drawn_alike(one, other)) for one, other in zip(now, then, strict=True)
        )
        if alike:
            self._tasks = now
        return alike

    def _laid_out(self, plan: Plan, growing: bool) -> tuple[Scene, bool]:
        """Lay out a plan, and say whether it grew from what was there; also called beside the loop."""
        nodes, edges, signs = [task.uid for task in plan], flows.edges(plan), flows.signs(plan)
        before: Layout | None = self._scene.layout if self._scene else None
        room = self._fit[1]
        if growing:
            detail, direction = self.detail or WIDE, self.direction or "down"
            if before and (before.detail, before.direction) != (detail, direction):
                before = None
            laid = layout(nodes, edges, {}, direction, detail, signs=signs, growing=True, before=before)
            return scene(laid, signs), True
        kept: Layout | None = None
        if self._grew and before and before.boxes and self._as_asked(before):
            # It stays where the person saw it come, unless all of the plan is seen only if it does not.
            kept = layout(nodes, edges, {}, before.direction, before.detail, signs=signs, growing=True, before=before)
            if stays(before.kept, kept.kept) and fits(kept.size, room):
                return scene(kept, signs), True
        laid = fitted(nodes, edges, room, signs=signs, detail=self.detail, direction=self.direction)
        if kept and before and stays(before.kept, kept.kept) and not fits(laid.size, room):
            return scene(kept, signs), True
        return scene(laid, signs), False

    def _as_asked(self, laid: Layout) -> bool:
        """Whether a drawing has the detail and the direction that the person chose, where they did."""
        return (self.detail or laid.detail).name == laid.detail.name and self.direction in {None, laid.direction}

    async def _lay_out_apart(self) -> None:
        """Lay out beside the loop until nothing has changed meanwhile; what a plan looked like on its way is shown too."""
        try:
            number = -1
            while number != self._drawing and self.view.boxes:
                number, run, growing = self._drawing, self.view.run, self.view.run.proposed is None
                found = await asyncio.to_thread(self._laid_out, self.plan, growing)
                streams = growing and run is self.view.run and run.proposed is None
                if self.view.boxes and (number == self._drawing or streams):
                    self._take(*found)
        finally:
            self._apart = False

    def _take(self, found: Scene, grew: bool) -> None:
        # While a plan streams in nothing is panned: what a person reads would go from under their eyes.
        still = self._scene is not None and (self.view.run.proposed is None or (grew and self._completes))
        self._scene, self._grew = found, grew
        self._light()
        width, height = found.layout.size
        self.virtual_size = Size(max(width, 1), max(height, 1))
        self._redraw()
        if not still:
            self._show_cursor()
        if self.view.run.proposed is not None:
            self._completes = False

    def other_detail(self) -> Detail:
        """Show more or less of each task, whether or not the whole plan is seen then; return what is shown."""
        shown = self.drawn.detail if self.drawn else BOX
        self.detail = WIDE if shown is BOX else BOX
        self.draw()
        return self.detail

    def other_direction(self) -> Direction:
        """Let the graph grow to the other direction; return which."""
        shown = self.drawn.direction if self.drawn else "right"
        self.direction = "down" if shown == "right" else "right"
        self.draw()
        return self.direction

    def forget_drawing(self) -> None:
        """Draw the next plan as if there had been none."""
        self.detail = self.direction = self.picking = self._scene = self._tasks = None
        self._grew = False
        self._drawing += 1

    def refit(self) -> None:
        """Draw in another size of the pane what is drawn already."""
        if self._scene is not None:
            self._take(self._scene, self._grew)

    # What the person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys that mean something for boxes alone to what they mean otherwise, while there are none."""
        if action in {"aside", "pan"} and not self.view.boxes:
            return False
        return super().check_action(action, parameters)

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows, or to a box below or above; under a filter to the next one that has its words."""
        # Where only some are gone to, those below may lie aside: in their order each is reached.
        if self.drawn and self.count >= len(self.drawn.boxes):
            self._step((0, by))
        else:
            super().action_move(by)

    def action_aside(self, by: int) -> None:
        """Move to the box at the left or right."""
        self._step((by, 0))

    def action_open(self) -> None:
        """Pick the box, or say that Enter was pressed on it."""
        if self.picking and self.drawn:
            self.post_message(self.Picked())
        else:
            super().action_open()

    def action_page(self, by: int) -> None:
        """Move the cursor by a page, or pan by one."""
        if self.drawn:
            self._pan(0, by * max(self.room.height - 2, 1))
        else:
            super().action_page(by)

    def action_pan(self, right: int, down: int) -> None:
        """Move what is seen of the drawing."""
        if laid := self.drawn:
            self._pan(right * (laid.detail.width // 2), down * (laid.detail.height // 2 + 1))

    def _pan(self, right: int, down: int) -> None:
        at = self.scroll_offset
        self.scroll_to(at.x + right, at.y + down, animate=False, force=True, immediate=True)

    def _step(self, way: Way) -> None:
        laid, uid = self.drawn, self.uid_at(self.cursor)
        if laid is None or uid is None:
            return
        shown = {one for one in laid.boxes if self.row_of(one) is not None}
        to = step(laid, uid, way, shown)
        if to is not None and (row := self.row_of(to)) is not None:
            self._go(row)

    @property
    def allow_vertical_scroll(self) -> bool:
        """Whether the wheel pans."""
        return bool(self.drawn) or super().allow_vertical_scroll

    @property
    def allow_horizontal_scroll(self) -> bool:
        """Whether the wheel pans sideways, with Shift."""
        return bool(self.drawn) or super().allow_horizontal_scroll

    def on_click(self, event: events.Click) -> None:
        """Select the box that was clicked at; a second click opens it. In the minimap, go there."""
        if not self.drawn or not self._scene:
            return  # Textual gives it to the rows as well
        event.prevent_default()
        inner = self.content_region.offset - self.region.offset
        x, y = event.x - inner.x, event.y - inner.y
        region = self._map_region()
        if region.contains(x, y):
            to = place(self._scene.layout, self._mapped, x - region.x, y - region.y)
            size = self.room
            self.scroll_to(to[0] - size.width // 2, to[1] - size.height // 2, animate=False, force=True, immediate=True)
            return
        uid = node_at(self._scene, x + self.scroll_offset.x, y + self.scroll_offset.y)
        if uid is None and self.picking:
            self.post_message(self.Missed())
        if uid is None or (row := self.row_of(uid)) is None:
            return
        if event.chain == 2 and row == self.cursor:
            self.action_open()
        self._go(row)


def _drawn_alike(one: Task, other: Task) -> bool:
    """Whether two tasks are drawn the same but for their states."""
    return (one.uid, one.task, one.args, one.after) == (other.uid, other.task, other.args, other.after)


def _other(fit: tuple[int, int], now: tuple[int, int]) -> bool:
    """Whether a pane is so much larger or smaller than the one for which a drawing was fitted that it may be drawn otherwise."""
    return any(new > old or new < old - LOST for old, new in zip(fit, now, strict=True))
