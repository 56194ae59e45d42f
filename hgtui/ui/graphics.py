"""Pictures in the pixels of the terminal (Kitty's protocol or Sixel) where it has them: the optional extra `graphics`.

textual-image asks the terminal what it can when it is imported, which has to be before the app reads the keys. A key that is
pressed in that moment, a tenth of a second, may be taken for an answer: it is done only where the configuration says so.
"""

from importlib import import_module
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.widget import Widget


class GraphicsError(Exception):
    """Pictures cannot be shown in pixels; its text is a sentence for a person, `hint` the way out."""

    exit = 2

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Graphics:
    """What the terminal can: nothing until it was asked."""

    def __init__(self) -> None:
        self._module: Any = None

    def ask(self) -> None:
        """Ask the terminal; to be called before the app begins. Raises GraphicsError where the library is not there."""
        try:
            self._module = import_module("textual_image.widget")
        except ImportError:
            raise GraphicsError(
                'pictures = "graphics" takes an extra that is not installed.',
                "pip install 'hgtui[graphics]', or take that line out of the configuration.",
            ) from None

    @property
    def there(self) -> bool:
        """Whether the terminal shows pixels."""
        if self._module is None:
            return False
        return self._module.AutoRenderable in (self._module.TGPRenderable, self._module.SixelRenderable)

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of a cell in pixels."""
        size = self._module.get_cell_size()
        return size.width, size.height

    def widget(self, picture: "Image") -> "Widget":
        """Return what shows a picture, in as many cells as its pixels take."""
        made: Widget = self._module.Image(picture)
        made.styles.width, made.styles.height = (
            ceil(side / cell) for side, cell in zip(picture.size, self.cell, strict=True)
        )
        return made

    def forget(self, widget: "Widget") -> None:
        """Take the picture of a widget out of the memory of the terminal."""
        widget.image = None  # type: ignore[attr-defined]  # it is one that `widget` made


GRAPHICS = Graphics()
"""Those of the one terminal that the program has."""
