"""A short list over the workbench; the keys move in it as they do in every pane."""

from textual.binding import Binding
from textual.widgets import OptionList

from hgtui.ui.keys import keys_of


class OptionRows(OptionList):
    """Options of foreign text, which is never markup."""

    BINDINGS = [
        Binding(keys_of("down"), "cursor_down", "down", show=False, id="down"),
        Binding(keys_of("up"), "cursor_up", "up", show=False, id="up"),
        Binding(keys_of("first"), "first", "first", show=False, id="first"),
        Binding(keys_of("last"), "last", "last", show=False, id="last"),
    ]
