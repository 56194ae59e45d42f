"""What is sent where NO_COLOR asks for no colour: bold, dim, underline and reverse stay, pictures become shades.

Textual's own filter for that turns colours into greys, which are colours still (https://no-color.org).
"""

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

SHADES = " ░▒▓█"
"""From dark to bright, for the pixels of a picture."""
PIXELS = "▀"
"""A cell of a picture: one pixel above in the colour of the text, one below in that of the ground."""


class Colourless(LineFilter):
    """Takes all colours away. What only a ground of its own marks, such as a selection, is reversed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without colours."""
        return [Segment(_drawn(text, style), _plain(text, style), None) for text, style, _ in segments]


def _drawn(text: str, style: Style | None) -> str:
    if style is None or PIXELS not in text or text.strip(PIXELS):
        return text
    bright = [_brightness(one) for one in (style.color, style.bgcolor) if one is not None and not one.is_default]
    return SHADES[round(sum(bright) / 2 * (len(SHADES) - 1))] * len(text) if bright else text


@lru_cache(4096)
def _brightness(colour: RichColor) -> float:
    return Color.from_rich_color(colour).brightness


def _plain(text: str, style: Style | None) -> Style | None:
    return None if style is None else _without(style, PIXELS in text and not text.strip(PIXELS))


@lru_cache(4096)
def _without(style: Style, pixels: bool) -> Style:
    ground = style.bgcolor is not None and not style.bgcolor.is_default
    plain = style.without_color
    if ground and not pixels and not style.reverse:
        plain += Style(reverse=True)
    return plain + Style.from_meta(style.meta) if style.meta else plain
