"""A drawn graph in a few cells: where its boxes are, which of them are seen, and where the selected one is."""

from hgtui.ui.graph.shape import Layout

SEEN, UNSEEN, HERE = "■", "□", "◉"
WIDEST, HIGHEST = 24, 6
"""How many cells of the screen it takes at most, with its frame."""


def room(size: tuple[int, int]) -> tuple[int, int]:
    """Return how many columns and rows a minimap takes of a pane, (0, 0) where there is no room for one."""
    width, height = min(WIDEST, size[0] // 3), min(HIGHEST, size[1] // 3)
    return (width, height) if width >= 8 and height >= 3 else (0, 0)


def minimap(
    layout: Layout, size: tuple[int, int], at: tuple[int, int], pane: tuple[int, int], selected: str | None
) -> list[str]:
    """Return the lines of a minimap of so many columns and rows, with a frame to its left and above.

    `at` is the first cell of the drawing that is seen, `pane` how many are.
    """
    width, height = size[0] - 1, size[1] - 1
    across, down = max(layout.size[0], 1), max(layout.size[1], 1)
    cells = [[" "] * width for _ in range(height)]
    for node, box in layout.boxes.items():
        x, y = box.x + box.width // 2, box.y + box.height // 2
        column, row = min(x * width // across, width - 1), min(y * height // down, height - 1)
        seen = at[0] <= x < at[0] + pane[0] and at[1] <= y < at[1] + pane[1]
        if node == selected:
            cells[row][column] = HERE
        elif cells[row][column] != HERE and (seen or cells[row][column] == " "):
            cells[row][column] = SEEN if seen else UNSEEN
    return ["╭" + "─" * width, *("│" + "".join(row) for row in cells)]


def place(layout: Layout, size: tuple[int, int], x: int, y: int) -> tuple[int, int]:
    """Return the cell of the drawing that a cell of its minimap stands for."""
    width, height = max(size[0] - 1, 1), max(size[1] - 1, 1)
    return max(x - 1, 0) * layout.size[0] // width, max(y - 1, 0) * layout.size[1] // height
