"""Cleaning a text that comes in pieces."""

from hgtui.core.text import clean


class PieceCleaner:
    """`core.text.clean` over pieces: what `feed` and `flush` return, put together, is the cleaned whole.

    Only two things need more than one piece: CR LF, and a character outside the basic plane that a server wrote as two
    JSON escapes and sent in two deltas.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return what can be said for sure; the last character may be held back."""
        text = _paired(self._held + piece)
        self._held = text[-1:] if text and (text[-1] == "\r" or "\ud800" <= text[-1] <= "\udbff") else ""
        return clean(text[: len(text) - len(self._held)])

    def flush(self) -> str:
        """Return what was held back."""
        held, self._held = self._held, ""
        return clean(held)


def _paired(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
