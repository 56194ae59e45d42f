"""Two small inputs and the example request that uses them, so that a first run has something to work on."""

from pathlib import Path

REQUEST = "Read the text in page.png, tell me what language it is in, and summarize notes.txt"
"""The example request; its file names are those in `folder()`."""


def folder() -> Path:
    """Return the folder that holds page.png (a page of printed text) and notes.txt (a short English text)."""
    return Path(__file__).resolve().parent
