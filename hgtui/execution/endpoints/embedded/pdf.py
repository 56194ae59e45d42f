"""Pages of a PDF through pypdfium2: their text layer, or a picture of them."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hgtui.execution.endpoints.embedded.files import bad_input, shown
from hgtui.execution.endpoints.embedded.prose import unwrap

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 50
DPI = 170
MAX_PAGE_PIXELS = 16_000_000
"""A page is drawn with fewer dots where it would have more pixels: a page's size in a PDF is whatever its maker wrote."""
POINTS = 72
"""Points in an inch: the unit of a PDF (ISO 32000-1, 8.3.2.3)."""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a PDF; EngineError (bad_input) where it is protected, damaged or has no page."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise bad_input(f"{shown(path)} is protected by a password.", "Save a copy without one.") from error
        raise bad_input(f"{shown(path)} is damaged and cannot be read as a PDF.") from error
    try:
        if len(document) == 0:
            raise bad_input(f"{shown(path)} has no pages.")
        yield document
    except pypdfium2.PdfiumError as error:
        raise bad_input(f"{shown(path)} is damaged: {error}.") from error
    finally:
        document.close()


def text_layer(document: Any, number: int) -> str:
    """Return the text that page `number` (from 0) holds as text, "" where it is a picture."""
    page = document[number]
    layer = page.get_textpage()
    try:
        text = layer.get_text_bounded()
    finally:
        layer.close()
        page.close()
    # U+FFFE and U+0002 stand for a hyphen at the end of a line.
    text = re.sub("[\ufffe\x02]\\s*", "", text.replace("\r\n", "\n"))
    return unwrap(text) if len(text.split()) > 1 or len(text.strip()) > 3 else ""


def rendered(document: Any, number: int, path: Path) -> "Image":
    """Return page `number` as a picture at `DPI`, or less for a huge page."""
    page = document[number]
    try:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise bad_input(f"Page {number + 1} of {shown(path)} has no size.")
        scale = min(DPI / POINTS, (MAX_PAGE_PIXELS / (width * height)) ** 0.5)
        picture: Image = page.render(scale=scale).to_pil().convert("RGB")
        return picture
    finally:
        page.close()
