"""What hgtui says to a key press, in one place: why something cannot be done, or what it asks back."""

from textual.content import Content
from textual.widgets import Static

from hgtui.core.text import clean


class Notice(Static):
    """One or a few lines above the footer; it is gone with the next key press that does something."""

    def __init__(self) -> None:
        super().__init__("", id="notice", markup=False)
        self.words = ""

    def say(self, words: str, *, asks: bool = False) -> None:
        """Show words, or nothing."""
        if words == self.words:
            return
        self.words = words
        self.set_class(asks, "-asks")
        self.display = bool(words)
        self.update(Content(clean(words, 1_000)))
