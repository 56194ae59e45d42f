"""The lines at the top and at the bottom: title, phases, what hgtui says to a key, and the keys that work now."""

from typing import Any

from rich.cells import cell_len
from textual import events
from textual.app import App
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hgtui.ui.keymap import named
from hgtui.ui.widgets.rows import ROLES, strip_of
from hgtui.ui.words import Line


class Bar(ScrollView, can_focus=False):
    """Lines of pieces; draws again only what has changed."""

    COMPONENT_CLASSES = {f"rows--{role}" for role in ROLES}

    def __init__(self, id: str, *lines: Line) -> None:
        super().__init__(id=id)
        self.lines = lines

    class Clicked(Message):
        """The person clicked at a cell of a bar."""

        def __init__(self, bar: "Bar", x: int, y: int) -> None:
            super().__init__()
            self.bar, self.x, self.y = bar, x, y

        @property
        def control(self) -> "Bar":
            """The widget that it comes from."""
            return self.bar

    def on_click(self, event: events.Click) -> None:
        """Tell at which cell."""
        self.post_message(self.Clicked(self, event.x, event.y))

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
    pieces: list[tuple[str, str]] = []
    for name, words in _fitting(keys, width):
        pieces += [(f" {name}", "bold"), (f" {words} ", "dim")]
    return tuple(pieces)


def key_at(keys: list[tuple[str, str]], width: int, x: int) -> str:
    """Return the key that stands in a cell of the footer, as it is shown; empty where none does."""
    for key in _fitting(keys, width):
        if x < _width(key):
            return key[0]
        x -= _width(key)
    return ""


def press(app: App[Any], key: str) -> None:
    """Press a key as it is shown in the footer, the first where several are."""
    if key:
        # From the app: a message stops where it came from, and the bindings of the app lie behind the screen.
        app.post_message(events.Key(named(key.split(maxsplit=1)[0]), None).set_sender(app))


def _fitting(keys: list[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    if not keys:
        return []
    *others, last = keys
    left = width - _width(last)
    shown = []
    for key in others:
        if _width(key) > left:
            break
        left -= _width(key)
        shown.append(key)
    return [*shown, last]


def _width(key: tuple[str, str]) -> int:
    return cell_len(key[0]) + cell_len(key[1]) + 3
