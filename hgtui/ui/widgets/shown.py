"""Paints what the gallery has drawn: words in the colours of their roles, pictures as they are."""

from rich.segment import Segment
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hgtui.ui.gallery import GAP, Beside, Shown
from hgtui.ui.widgets.rows import strip_of


def paint(shown: Shown, widget: ScrollView, width: int) -> Strip:
    """Return one line as `width` cells of a widget."""
    if isinstance(shown, Beside):
        picture = _on_ground(shown.picture, widget)
        words = strip_of(((" " * GAP, ""), *shown.words), widget, max(width - picture.cell_length, 0))
        return Strip.join([picture, words]).adjust_cell_length(width, widget.rich_style)
    if isinstance(shown, Strip):
        return _on_ground(shown, widget).adjust_cell_length(width, widget.rich_style)
    return strip_of(shown, widget, width)


def _on_ground(strip: Strip, widget: ScrollView) -> Strip:
    ground = widget.rich_style
    return Strip([Segment(text, ground + style if style else ground) for text, style, _ in strip])
