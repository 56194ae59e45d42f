"""Draws the sample page: ``python -m tests.packaging.page`` writes hgtui/samples/page.png again."""

from pathlib import Path

from hgtui import samples
from tests.inputs import draw_page

TEXT = (
    "Een brief uit het dorp\n"
    "Beste Anna, het gaat goed met ons. De tuin staat vol bloemen en de hond slaapt de hele dag in de zon. "
    "Morgen komt je broer met de trein uit Utrecht. Hij blijft een week bij ons en helpt met het dak. "
    "Kom jij ook? Er is brood, kaas en genoeg plaats voor iedereen."
)
"""Dutch, without accents: the embedded OCR reads it without a mistake, and its language is worth asking for."""


def draw(path: Path) -> None:
    """Write the page as a PNG of 16 greys (about 15 KB)."""
    from PIL import Image

    draw_page(path, TEXT, size=36, width=1100, height=None, columns=40)
    with Image.open(path) as page:
        greys = page.convert("L").quantize(16)
    greys.save(path, optimize=True)


if __name__ == "__main__":
    draw(samples.folder() / "page.png")
