"""A picture as half blocks of a terminal. To be called in a thread: decoding takes its time, and imports Pillow."""

import colorsys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.strip import Strip

from hgtui.session.dimensions import dimensions

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 50_000_000
"""The largest picture that is unpacked for the screen, in pixels: some 200 MB for a moment."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
"""The formats that are opened; Pillow has readers for many more, which nothing here makes."""
HEAD = 1 << 16
_GOLDEN = 0.618033988749895
_VEIL = 120
"""How strongly the areas of a mask cover the picture, of 255."""

Rgb = tuple[int, int, int]


class CannotShow(Exception):
    """Something cannot be shown; its text is a sentence for a person."""


class Mark(NamedTuple):
    """A box to draw, in pixels of the whole picture, and the number of its colour."""

    left: float
    top: float
    right: float
    bottom: float
    number: int


def colour(number: int) -> Rgb:
    """Return the colour of a label by its number: neighbours differ much."""
    red, green, blue = colorsys.hsv_to_rgb((number * _GOLDEN) % 1.0, 0.75, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)


def size_of(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels by the header, None where that does not say."""
    with path.open("rb") as file:
        return dimensions(file.read(HEAD), file)


def draw(path: Path, cells: tuple[int, int], marks: tuple[Mark, ...] = (), mask: Path | None = None) -> list[Strip]:
    """Return a picture as lines that fit into `cells` (columns, rows), two pixels a cell, one above the other.

    Else as `painted`. Raises CannotShow.
    """
    from rich.segment import Segment
    from rich_pixels import Pixels

    pixels = Pixels.from_image(painted(path, (max(cells[0], 1), max(cells[1], 1) * 2), marks, mask))
    segments = pixels._segments.segments if pixels._segments else []
    return [Strip(line).simplify() for line in Segment.split_lines(segments) if line]


def painted(path: Path, room: tuple[int, int], marks: tuple[Mark, ...] = (), mask: Path | None = None) -> "Image":
    """Return a picture that fits into `room` (width, height in pixels), with its boxes and areas.

    Boxes and the areas of a `mask` are drawn after it was scaled down. Raises CannotShow.
    """
    try:
        picture = _opened(path, room)
        if mask is not None:
            picture = _veiled(picture, _opened(mask, room, exact=True))
        if marks:
            _marked(picture, marks)
        return picture
    except CannotShow:
        raise
    except FileNotFoundError:
        raise CannotShow("This picture is not kept any more.") from None
    # Pillow raises whatever its readers stumble over: OSError, ValueError, SyntaxError, struct.error, MemoryError …
    except Exception as error:
        raise CannotShow(f"This picture cannot be shown: it is damaged ({type(error).__name__}).") from error


def _opened(path: Path, room: tuple[int, int], *, exact: bool = False) -> "Image":
    from PIL import Image as images
    from PIL import ImageOps

    size = size_of(path)
    if size is None:
        raise CannotShow("This picture cannot be shown here: it is damaged, or of a format that is only saved.")
    width, height = size
    if width * height > MOST_PIXELS:
        raise CannotShow(f"This picture is too large to be shown: {width:,} x {height:,} pixels. It can be saved.")
    if not width or not height:
        raise CannotShow("This picture has no pixels.")
    with images.open(path, formats=FORMATS) as file:
        whole = file.size
        file.draft("RGB", (room[0] * 2, room[1] * 2))  # a JPEG is unpacked at a fraction of its size
        picture: Image = file.convert("RGBA" if _transparent(file) else "RGB")
    scale = min(room[0] / whole[0], room[1] / whole[1], 1.0)
    small = max(round(whole[0] * scale), 1), max(round(whole[1] * scale), 1)
    picture = picture.resize(small, images.Resampling.NEAREST if exact else images.Resampling.LANCZOS)
    picture.info["scale"] = scale
    turned = ImageOps.exif_transpose(picture)
    turned.info["scale"] = scale
    return turned


def _transparent(picture: Any) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _veiled(picture: "Image", mask: "Image") -> "Image":
    """Lay the areas of a mask over a picture; what is black in it stays as it is."""
    from PIL import Image

    mask = mask.convert("RGB").resize(picture.size, Image.Resampling.NEAREST)
    covered = mask.convert("L").point(lambda value: _VEIL if value else 0)
    scale = picture.info["scale"]
    veiled = Image.composite(mask, picture.convert("RGB"), covered)
    veiled.info["scale"] = scale
    return veiled


def _marked(picture: "Image", marks: tuple[Mark, ...]) -> None:
    from PIL import ImageDraw

    pen, scale = ImageDraw.Draw(picture), picture.info["scale"]
    width, height = picture.size
    for mark in reversed(marks):  # the likeliest last, on top
        left, top = (
            min(max(int(side * scale), 0), most - 1) for side, most in ((mark.left, width), (mark.top, height))
        )
        right, bottom = (
            min(max(int(side * scale), low), most - 1)
            for side, low, most in ((mark.right, left, width), (mark.bottom, top, height))
        )
        pen.rectangle((left, top, right, bottom), outline=colour(mark.number), width=1)
