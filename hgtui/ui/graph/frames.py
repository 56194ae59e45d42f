"""One row of a box: its border with the places where lines leave and enter, or its brackets, around what is written in it."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from hgtui.ui.graph.scene import Scene

Piece = tuple[str, str]
"""A text with its role."""
Line = Sequence[Piece]


def framed(scene: Scene, node: str, y: int, written: Sequence[Line], role: str, done: float = 0.0) -> list[Piece]:
    """Return row `y` of the box of a task; `written` is what stands in it, line by line, `role` that of its frame.

    `done` is how far the task is, 0 to 1: so much of the lower border is heavy.
    """
    box = scene.layout.boxes[node]
    row = y - box.y
    if not scene.layout.detail.border:
        return [("[", role), *_fitted(written[row] if row < len(written) else (), box.width - 2), ("]", role)]
    borders = scene.borders
    if row in {0, box.height - 1}:
        low = row > 0
        heavy = round(done * (box.width - 2)) if low else 0
        line = [
            ("╰" if low else "╭"),
            *("━" if at < heavy else "─" for at in range(box.width - 2)),
            ("╯" if low else "╮"),
        ]
        for at in range(box.width):
            if (sign := borders.get((box.x + at, y))) is not None:
                line[at] = sign
        return [("".join(line), role)]
    left, right = (borders.get((x, y), "│") for x in (box.x, box.x + box.width - 1))
    inner = written[row - 1] if row - 1 < len(written) else ()
    return [(left, role), *_fitted(inner, box.width - 2), (right, role)]


def _fitted(line: Line, width: int) -> list[Piece]:
    """Return a line in exactly so many cells."""
    pieces: list[Piece] = []
    for text, role in line:
        if (cells := cell_len(text)) >= width:
            pieces.append((set_cell_size(text, width), role))
            return pieces
        pieces.append((text, role))
        width -= cells
    return [*pieces, (" " * width, "")] if width else pieces
