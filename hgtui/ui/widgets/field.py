"""A text field in which Enter sends: the prompt and the fields of the argument form."""

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from hgtui.core.text import clean, plural

LONGEST = 20_000
"""How many characters a field takes; what is longer belongs into a file."""


class Field(TextArea):
    """A text field that grows with its text. Enter sends it, Ctrl+J begins a new line."""

    longest = LONGEST
    """How many characters it takes."""

    class Sent(Message):
        """The person pressed Enter."""

        def __init__(self, field: "Field", text: str) -> None:
            super().__init__()
            self.field, self.text = field, text

        @property
        def control(self) -> "Field":
            """The field that it comes from."""
            return self.field

    class TooLong(Message):
        """What was pasted does not fit; `words` say so."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            clean(text), id=id, placeholder=placeholder, soft_wrap=True, highlight_cursor_line=False, compact=True
        )
        # A blinking cursor repaints for ever, also over a slow line.
        self.cursor_blink = False
        self._themed: Style | None = None

    def notify_style_update(self) -> None:
        """Take over the styles anew when it is drawn next."""
        self._themed = None
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines in `crop`. The theme is fitted to the styles where they changed, not at each key (Textual 8.2)."""
        if (style := self.rich_style) == self._themed:
            return super(TextArea, self).render_lines(crop)
        self._themed = style
        return super().render_lines(crop)

    def _refresh_size(self) -> None:
        """Say how large the text is; whether it needs a bar is seen when it has grown.

        Textual 8.2 asks at once, shows a bar for one more line, and lays out the screen three times instead of once.
        """
        if self.soft_wrap:
            self.virtual_size = Size(0, self.wrapped_document.height)
        else:
            super()._refresh_size()

    async def _on_key(self, event: events.Key) -> None:
        if event.key in {"enter", "ctrl+j", "shift+enter"}:
            event.stop()
            event.prevent_default()
            if event.key == "enter":
                self.post_message(self.Sent(self, self.text))
            else:
                self.insert("\n")

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if len(event.text) + len(self.text) > self.longest:
            words = f"That is {plural(len(event.text), 'character')}; put so long a text into a file and name its path."
            self.post_message(self.TooLong(words))
            return
        self.replace(clean(event.text), *self.selection, maintain_selection_offset=False)
