"""A drawn graph in a few cells: where its boxes are, which of them are seen, and where the selected one is."""

from hgtui.ui.graph.shape import Box, Layout

SEEN, UNSEEN, HERE = "■", "□", "◉"
WIDEST, HIGHEST = 24, 6
"""How many cells of the screen it takes at most, with its frame."""


def room(size: tuple[int, int]) -> tuple[int, int]:
    """Return how many columns and rows a minimap takes of a pane, (0, 0) where there is no room for one."""
    width, height = min(WIDEST, size[0] // 3), min(HIGHEST, size[1] // 3)
    return (width, height) if width >= 8 and height >= 3 else (0, 0)


def ground(layout: Layout, size: tuple[int, int]) -> tuple[str, ...]:
    """Return the rows of a minimap of so many columns and rows, without its frame, on which no box is seen or selected."""
    width, height = size[0] - 1, size[1] - 1
    cells = [[" "] * width for _ in range(height)]
    for box in layout.boxes.values():
        column, row = _cell(layout, (width, height), box)
        cells[row][column] = UNSEEN
    return tuple("".join(row) for row in cells)


def minimap(
    layout: Layout,
    size: tuple[int, int],
    at: tuple[int, int],
    pane: tuple[int, int],
    selected: str | None,
    below: tuple[str, ...] | None = None,
) -> list[str]:
    """Return the lines of a minimap of so many columns and rows, with a frame to its left and above.

    `at` is the first cell of the drawing that is seen, `pane` how many are. `below` is its `ground`, for who keeps that.
    """
    inside = width, _ = size[0] - 1, size[1] - 1
    cells = [list(row) for row in (below if below is not None else ground(layout, size))]
    left, top, right, bottom = at[0], at[1], at[0] + pane[0], at[1] + pane[1]
    for box in layout.boxes.values():
        x, y, wide, high = box
        if left <= x + wide // 2 < right and top <= y + high // 2 < bottom:
            column, row = _cell(layout, inside, box)
            cells[row][column] = SEEN
    if selected is not None and (here := layout.boxes.get(selected)) is not None:
        column, row = _cell(layout, inside, here)
        cells[row][column] = HERE
    return ["╭" + "─" * width, *("│" + "".join(row) for row in cells)]


def _cell(layout: Layout, inside: tuple[int, int], box: Box) -> tuple[int, int]:
    """Return the column and the row of the middle of a box in a minimap that is so large inside its frame."""
    x, y, wide, high = box
    column = (x + wide // 2) * inside[0] // max(layout.size[0], 1)
    row = (y + high // 2) * inside[1] // max(layout.size[1], 1)
    return min(column, inside[0] - 1), min(row, inside[1] - 1)


def place(layout: Layout, size: tuple[int, int], x: int, y: int) -> tuple[int, int]:
    """Return the cell of the drawing that a cell of its minimap stands for."""
    width, height = max(size[0] - 1, 1), max(size[1] - 1, 1)
    return max(x - 1, 0) * layout.size[0] // width, max(y - 1, 0) * layout.size[1] // height
