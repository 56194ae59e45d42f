"""The help: what has the focus and the keys that work there, then every key; `/` finds words in it."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.paths import styles
from hgtui.ui.guide import Told, found
from hgtui.ui.keys import SCROLLS, keys_of
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.finder import Finder
from hgtui.ui.words import folded

KEYS = 12
"""How many cells the keys take at the most; longer ones stand on a line of their own."""


class Lines(VerticalScroll, can_focus=True):
    """The text, to scroll."""

    BINDINGS = [Binding(keys_of(name), does, words, show=False, id=name) for name, does, words in SCROLLS]


class Help(ModalScreen[None]):
    """The help over the workbench; any of the keys that leave it go back."""

    CSS_PATH = styles() / "help.tcss"
    AUTO_FOCUS = "Lines"
    BINDINGS = [
        Binding("escape,ctrl+c", "back", "Back", show=False, id="back", priority=True),
        Binding("q,question_mark,f1,enter", "dismiss", "Back", show=False, id="close"),
        Binding("slash", "search", "find words", show=False, id="find"),
    ]

    def __init__(self, told: list[Told]) -> None:
        super().__init__()
        self.told = told

    def compose(self) -> ComposeResult:
        """Lay out field and text."""
        with Vertical(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = "/ finds words · esc goes back"
            yield Finder(placeholder="words to find", id="finder")
            with Lines():
                yield Static("", markup=False)

    def on_mount(self) -> None:
        """Write the text for the width that there is."""
        self.query_one(Finder).display = False
        self.call_after_refresh(self._write)

    def on_resize(self) -> None:
        """Write it for another width."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        told = found(self.told, self.query_one(Finder).text)
        width = self.query_one(Lines).scrollable_content_region.width
        text = (
            _content(told, width) if told else Content.styled("Nothing in the help has these words.", "$dim $dim-style")
        )
        self.query_one(Static).update(text)

    def action_search(self) -> None:
        """Go to the field that finds words."""
        finder = self.query_one(Finder)
        finder.display = True
        finder.focus()

    def action_back(self) -> None:
        """Leave the field, else the help."""
        finder = self.query_one(Finder)
        if finder.display:
            finder.clear()
            finder.display = False
            self.query_one(Lines).focus()
        else:
            self.dismiss()

    @on(Field.Changed, "#finder")
    def _find(self) -> None:
        self._write()
        self.query_one(Lines).scroll_home(animate=False)

    @on(Finder.Stepped)
    def _step(self, event: Finder.Stepped) -> None:
        lines = self.query_one(Lines)
        if event.page:
            (lines.scroll_page_down if event.by > 0 else lines.scroll_page_up)(animate=False)
        else:
            (lines.scroll_down if event.by > 0 else lines.scroll_up)(animate=False)

    @on(Field.Sent)
    def _sent(self) -> None:
        self.query_one(Lines).focus()


def _content(told: list[Told], width: int) -> Content:
    wide = max([len(one.key) for one in told if len(one.key) <= KEYS], default=0) + 2
    pieces: list[Content | tuple[str, str]] = []
    for one in told:
        if one.role == "head":
            pieces.append((f"{'' if one is told[0] else chr(10)}{one.words}\n", "bold $meant"))
            continue
        style = "$dim $dim-style" if one.role == "dim" else ""
        left = wide if one.key else 0
        lines = folded(one.words, width - left)
        if len(one.key) > KEYS:
            pieces.append((f"{one.key}\n", "bold"))
            lines = [" " * left + lines[0], *lines[1:]]
        elif one.key:
            pieces.append((one.key.ljust(wide), "bold"))
        pieces += [(("" if not at else " " * left) + line + "\n", style) for at, line in enumerate(lines)]
    return Content.assemble(*pieces)
