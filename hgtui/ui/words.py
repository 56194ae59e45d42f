"""The words and signs of the screen: lines of pieces with a role each, fitted to a width in terminal cells."""

from rich.cells import cell_len, set_cell_size

from hgtui.core.states import TaskState
from hgtui.core.text import one_line

Piece = tuple[str, str]
"""A text with its role, which the styles colour: "", dim, bold, good, bad, warn, busy, accent."""
Line = tuple[Piece, ...]

SIGNS: dict[TaskState, tuple[str, str]] = {
    TaskState.WAITING: ("○", "dim"),
    TaskState.READY: ("◔", "accent"),
    TaskState.RUNNING: ("◐", "busy"),
    TaskState.ASKING: ("◆", "warn"),
    TaskState.RETRYING: ("↻", "warn"),
    TaskState.DONE: ("✓", "good"),
    TaskState.REUSED: ("≡", "good"),
    TaskState.FAILED: ("✗", "bad"),
    TaskState.BLOCKED: ("◌", "bad"),
    TaskState.SKIPPED: ("–", "dim"),
    TaskState.CANCELLED: ("■", "warn"),
}
"""A sign and a role for each state; the word always stands beside it, so that no state is told by colour alone."""

LONGEST = 2_000
"""How many characters of a foreign text are looked at for a line on the screen."""


def fit(text: str, width: int) -> str:
    """Return foreign text as exactly `width` cells of one line: cleaned, cut with "…" or padded with blanks."""
    text = one_line(text[:LONGEST])
    if cell_len(text) > width > 0:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, max(width, 0))


def fit_model(name: str, width: int) -> str:
    """Return the name of a model as exactly `width` cells: of "org/name" the org is cut first, for many share it."""
    name = one_line(name[:LONGEST])
    org, slash, rest = name.rpartition("/")
    room = width - cell_len(rest) - 2
    if cell_len(name) <= width or not slash or room < 2:
        return fit(rest if slash and cell_len(name) > width else name, width)
    return fit(f"{set_cell_size(org, room)}…/{rest}", width)


def wrapped(text: str, width: int, limit: int) -> list[str]:
    """Return foreign text as at most `limit` lines of at most `width` cells, broken at blanks where there are some."""
    from textual.content import Content  # late: what only prints needs no screen

    width = max(width, 8)
    lines = [line.plain.rstrip() for line in Content(one_line(text[: width * limit * 4])).wrap(width)]
    if len(lines) > limit:
        lines = [*lines[: limit - 1], fit(" ".join(lines[limit - 1 :]), width).rstrip()]
    return lines or [""]


def folded(text: str, width: int) -> list[str]:
    """Return one line of a foreign text as lines of at most `width` cells; the blanks it begins with stay."""
    from textual.content import Content

    width = max(width, 8)
    if cell_len(text) <= width:
        return [text]
    return [line.plain.rstrip() for line in Content(text).wrap(width)] or [""]


def seconds(value: float) -> str:
    """Write a duration of `value` seconds as a row shows it."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 100:
        return f"{value:.1f} s"
    return f"{int(value) // 60}m{int(value) % 60:02d}s"
