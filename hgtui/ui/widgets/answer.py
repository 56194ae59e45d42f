"""An answer as Markdown, written while it streams. Import it late: the parser costs start-up time."""

import asyncio

from textual.message import Message
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownStream

import hgtui.core.markdown  # noqa: F401 - what Textual reads links with is made safe for its threads
from hgtui.core.text import clean


class Answer(Markdown):
    """An answer that grows, and is put in order once it is whole."""

    class Grew(Message):
        """The answer takes another room than before."""

    def __init__(self) -> None:
        super().__init__("", open_links=False, classes="turn -answer")
        self._stream: MarkdownStream | None = None
        self._said = ""

    async def say(self, text: str, *, live: bool) -> None:
        """Show the text of the answer as far as it has come, or with `live` false as it stays."""
        text = clean(text)
        if live and text.startswith(self._said):
            if self._stream is None:
                self._stream = Markdown.get_stream(self)
            piece, self._said = text[len(self._said) :], text
            await self._stream.write(piece)
            return
        await self._still()
        self._said = text
        await self.update(text)

    def on_resize(self) -> None:
        """Tell that there is more to see."""
        self.post_message(self.Grew())

    async def _still(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.stop()

    async def on_unmount(self) -> None:
        """Write nothing more."""
        stream, self._stream = self._stream, None
        # Not stop(): that writes what is left, into a widget that is gone.
        if stream is not None and stream._task is not None:
            stream._pending.clear()
            stream._task.cancel()
            await asyncio.gather(stream._task, return_exceptions=True)
