"""The chat pane: the conversation, and the prompt under it."""

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from hgtui.core.text import clean, one_line
from hgtui.ui.story import Said
from hgtui.ui.widgets.field import Field

_NAMES = {"you": "you", "hgtui": "hgtui", "answer": "answer"}


class Turn(Static):
    """One turn of the conversation, as plain text."""

    def __init__(self, said: Said, *, named: bool) -> None:
        super().__init__(classes=f"turn -{said.who}" + (f" -{said.role}" if said.role else ""), markup=False)
        self.named = named
        self.say(said)

    def say(self, said: Said) -> None:
        """Write the turn, or write it again."""
        self.set_classes(
            f"turn -{said.who}" + (f" -{said.role}" if said.role else "") + (" -named" if self.named else "")
        )
        name = Content.styled(f"{_NAMES[said.who]}\n", "bold") if self.named else Content()
        self.update(Content.assemble(name, Content(clean(said.text))))


class Talk(VerticalScroll, can_focus=True):
    """The conversation."""

    BINDINGS = [
        Binding("j", "scroll_down", "down", show=False),
        Binding("k", "scroll_up", "up", show=False),
        Binding("g", "scroll_home", "first", show=False),
        Binding("G", "scroll_end", "last", show=False),
    ]


class Prompt(Field):
    """The prompt; page up and down scroll the conversation above it."""

    def action_cursor_page_up(self) -> None:
        """Scroll the conversation up."""
        self.screen.query_one(Talk).scroll_page_up(animate=False)

    def action_cursor_page_down(self) -> None:
        """Scroll the conversation down."""
        self.screen.query_one(Talk).scroll_page_down(animate=False)


class Chat(Vertical):
    """The conversation with its prompt."""

    def __init__(self) -> None:
        super().__init__(id="chat")
        self._turns: dict[str, tuple[Said, Widget]] = {}
        self._run = 0
        self._last = ""

    def compose(self) -> ComposeResult:
        """Lay out conversation and prompt."""
        yield Talk(id="talk")
        yield Static("", id="last", markup=False)
        with Horizontal(id="ask"):
            yield Static("ask ▸ ", id="mark", markup=False)
            yield Prompt(id="prompt", placeholder="what should be done?")

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "1 Chat"

    @property
    def prompt(self) -> Field:
        """The text field at the bottom."""
        return self.query_one("#prompt", Field)

    def next_run(self) -> None:
        """Leave what was said as it is; what comes belongs to another run."""
        self._run += 1

    async def show(self, story: Iterable[Said]) -> None:
        """Bring the conversation up to date: write what is new, write again what differs, take out what is gone."""
        talk = self.query_one(Talk)
        wanted = {f"{self._run} {said.key}": said for said in story}
        for key in [key for key in self._turns if key.startswith(f"{self._run} ") and key not in wanted]:
            await self._turns.pop(key)[1].remove()
        new: Widget | None = None
        for key, said in wanted.items():
            known = self._turns.get(key)
            if known is None:
                new = await self._mount(talk, said)
                self._turns[key] = (said, new)
            elif known[0] != said:
                await self._rewrite(known[1], said)
                self._turns[key] = (said, known[1])
        self._show_last(list(wanted.values()))
        if new is not None:
            # After the layout: the conversation may just have become the large pane.
            self.call_after_refresh(self._to, new)

    def _to(self, turn: Widget) -> None:
        talk = self.query_one(Talk)
        if turn.has_class("-answer"):
            talk.scroll_to_widget(turn, animate=False, top=True, force=True)
        else:
            talk.scroll_end(animate=False)

    async def _mount(self, talk: Talk, said: Said) -> Widget:
        named, self._last = said.who != self._last, said.who
        widget: Widget
        if said.who == "answer":
            widget = await self._answer(talk, said)
        else:
            widget = Turn(said, named=named)
            await talk.mount(widget)
        return widget

    async def _answer(self, talk: Talk, said: Said) -> Widget:
        # Imported here: the parser costs start-up time, and there is no answer before something ran.
        from textual.widgets import Markdown

        widget = Markdown(clean(said.text), open_links=False, classes="turn -answer")
        await talk.mount(widget)
        return widget

    async def _rewrite(self, widget: Widget, said: Said) -> None:
        from textual.widgets import Markdown

        if isinstance(widget, Turn):
            widget.say(said)
        elif isinstance(widget, Markdown):
            await widget.update(clean(said.text))

    def _show_last(self, story: list[Said]) -> None:
        line = one_line(story[-1].text[:400]) if story else ""
        if story and story[-1].who == "answer":
            line = "The answer is here: 1 shows it."
        self.query_one("#last", Static).update(Content(line))

    @on(Field.Changed, "#prompt")
    def _grow(self) -> None:
        self.prompt.scroll_cursor_visible(animate=False)
