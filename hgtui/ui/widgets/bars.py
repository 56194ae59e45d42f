"""The lines at the top and at the bottom: title, phases, what hgtui says to a key, and the keys that work now."""

from rich.cells import cell_len
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hgtui.ui.widgets.rows import ROLES, strip_of
from hgtui.ui.words import Line


class Bar(ScrollView, can_focus=False):
    """Lines of pieces; draws again only what has changed."""

    COMPONENT_CLASSES = {f"rows--{role}" for role in ROLES}

    def __init__(self, id: str, *lines: Line) -> None:
        super().__init__(id=id)
        self.lines = lines

    def show(self, *lines: Line) -> None:
        """Show these lines."""
        if lines != self.lines:
            self.lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        line = self.lines[y] if y < len(self.lines) else ()
        return strip_of(line, self, self.size.width)


def keys_line(keys: list[tuple[str, str]], width: int) -> Line:
    """Return the footer: as many keys as fit, the last one always, since it leads to the others."""
    if not keys:
        return ()
    *others, last = keys
    left = width - _width(last)
    shown = []
    for key in others:
        if _width(key) > left:
            break
        left -= _width(key)
        shown.append(key)
    pieces: list[tuple[str, str]] = []
    for name, words in [*shown, last]:
        pieces += [(f" {name}", "bold"), (f" {words} ", "dim")]
    return tuple(pieces)


def _width(key: tuple[str, str]) -> int:
    return cell_len(key[0]) + cell_len(key[1]) + 3
