"""Where the keys go in a drawn graph: along the lines from layer to layer, and from task to task in a layer."""

from bisect import bisect_right
from collections.abc import Collection

from hgtui.ui.graph.scene import Scene
from hgtui.ui.graph.shape import Box, Layout

Way = tuple[int, int]
"""To the right or left, and down or up: (1, 0), (-1, 0), (0, 1), (0, -1)."""


def step(layout: Layout, node: str, way: Way, shown: Collection[str]) -> str | None:
    """Return the task that is next to `node` in a direction of the screen, None where there is none.

    Only those in `shown` count. Along the direction of the graph it is one at the other end of a line, the nearest, else
    the nearest of the next layer.
    """
    if node not in layout.boxes:
        return None
    right, down = way
    by = down if layout.direction == "down" else right
    if by:
        return _along(layout, node, by, shown)
    return _across(layout, node, right or down, shown)


def node_at(scene: Scene, x: int, y: int) -> str | None:
    """Return the task whose box has a cell, None where there is none."""
    if not 0 <= y < len(scene.rows):
        return None
    boxes = scene.rows[y].boxes
    at = bisect_right(boxes, x, key=lambda box: box[0]) - 1
    return boxes[at][2] if at >= 0 and x < boxes[at][0] + boxes[at][1] else None


def _layer(layout: Layout, node: str) -> int:
    return next(at for at, layer in enumerate(layout.layers) if node in layer)


def _middle(layout: Layout, box: Box) -> float:
    return box.x + box.width / 2 if layout.direction == "down" else box.y + box.height / 2


def _along(layout: Layout, node: str, by: int, shown: Collection[str]) -> str | None:
    here, middle = _layer(layout, node), _middle(layout, layout.boxes[node])
    ahead = range(here + by, len(layout.layers) if by > 0 else -1, by)
    near = {end for edge in layout.routes if node in edge for end in edge if end != node}
    for only_near in (True, False):
        for at in ahead:
            some = [one for one in layout.layers[at] if one in shown and (one in near or not only_near)]
            if some:
                return min(some, key=lambda one: abs(_middle(layout, layout.boxes[one]) - middle))
    return None


def _across(layout: Layout, node: str, by: int, shown: Collection[str]) -> str | None:
    layer = layout.layers[_layer(layout, node)]
    at = layer.index(node) + by
    while 0 <= at < len(layer):
        if layer[at] in shown:
            return layer[at]
        at += by
    return None
