"""Pages of a PDF through pypdfium2: their text layer, or a picture of them."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hgtui.execution.endpoints.embedded.files import bad_input, shown
from hgtui.execution.endpoints.embedded.prose import unwrap
from hgtui.execution.wire import gives_up

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 50
DPI = 170
MAX_PAGE_PIXELS = 16_000_000
"""A page is drawn with fewer dots where it would have more pixels: a page's size in a PDF is whatever its maker wrote."""
MAX_PAGE_SIDE = 20_000
"""The longest side in pixels: a page may be 20,000 inches long and an inch high."""
MAX_PAGE_TEXT = 1_000_000
"""How many characters of a page are read: a page of a book has 3,000."""
POINTS = 72
"""Points in an inch: the unit of a PDF (ISO 32000-1, 8.3.2.3)."""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a PDF; EngineError (bad_input) where it is protected, damaged or has no page."""
    import pypdfium2

    try:
        with gives_up("pdfium"):
            document = pypdfium2.PdfDocument(path)
            pages = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise bad_input(f"{shown(path)} is protected by a password.", "Save a copy without one.") from error
        raise bad_input(f"{shown(path)} is damaged and cannot be read as a PDF.") from error
    try:
        if pages == 0:
            raise bad_input(f"{shown(path)} has no pages.")
        yield document
    except pypdfium2.PdfiumError as error:
        raise bad_input(f"{shown(path)} is damaged: {error}.") from error
    finally:
        document.close()


def text_layer(document: Any, number: int) -> str:
    """Return the text that page `number` (from 0) holds as text, "" where it is a picture."""
    # A page of a few kB can unpack to many GB.
    with gives_up("pdfium"):
        page = document[number]
        layer = page.get_textpage()
        try:
            text = (
                layer.get_text_range(0, MAX_PAGE_TEXT)
                if layer.count_chars() > MAX_PAGE_TEXT
                else layer.get_text_bounded()
            )
        finally:
            layer.close()
            page.close()
    # U+FFFE and U+0002 stand for a hyphen at the end of a line.
    text = re.sub("[\ufffe\x02]\\s*", "", text.replace("\r\n", "\n"))
    return unwrap(text) if len(text.split()) > 1 or len(text.strip()) > 3 else ""


def rendered(document: Any, number: int, path: Path) -> "Image":
    """Return page `number` as a picture at `DPI`, or less for a huge page."""
    with gives_up("pdfium"):
        page = document[number]
        try:
            width, height = page.get_size()
            if not (width > 0 and height > 0):
                raise bad_input(f"Page {number + 1} of {shown(path)} has no size.")
            scale = min(DPI / POINTS, (MAX_PAGE_PIXELS / (width * height)) ** 0.5, MAX_PAGE_SIDE / max(width, height))
            picture: Image = page.render(scale=scale).to_pil().convert("RGB")
            return picture
        finally:
            page.close()
