"""The chat pane: the conversation, and the prompt under it."""

from collections.abc import Iterable, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from hgtui.core.text import clean, one_line
from hgtui.ui.greeting import ASK, ASK_FOR, Said
from hgtui.ui.keys import SCROLLS, keys_of
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.offers import Offers
from hgtui.ui.widgets.prompt import Prompt

_NAMES = {"you": "you", "hgtui": "hgtui", "answer": "answer", "result": "result"}


def _last(story: Sequence[Said]) -> Content:
    """The last turn as one line, for a screen on which the conversation has no room."""
    if any(said.who == "answer" for said in story):
        return Content("The answer is here: 1 shows it.")
    return Content(one_line(story[-1].text[:400]) if story else "")


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


class Still:
    """A container that takes over the size of what it holds without another layout of the whole screen for it.

    Textual 8.2 asks for one after each layout that changed that size. Nothing here hangs on it: a bar that comes or goes
    asks for its own. It is no widget: the style sheet of a container goes by its first base.
    """

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        return super()._size_updated(size, virtual_size, container_size, layout=False)  # type: ignore[misc, no-any-return]


class Talk(Still, VerticalScroll, can_focus=True):
    """The conversation."""

    BINDINGS = [Binding(keys_of(name), does, words, show=False, id=name) for name, does, words in SCROLLS]


class Asked(Prompt):
    """The prompt under the conversation; page up and down scroll that."""

    def action_cursor_page_up(self) -> None:
        """Scroll the conversation up."""
        self.screen.query_one(Talk).scroll_page_up(animate=False)

    def action_cursor_page_down(self) -> None:
        """Scroll the conversation down."""
        self.screen.query_one(Talk).scroll_page_down(animate=False)


class Asking(Still, Horizontal):
    """The line of the prompt: what a text there does, and the text."""


class Chat(Vertical):
    """The conversation with its prompt."""

    def __init__(self, first: Iterable[Said] = ()) -> None:
        """Begin with the turns of `first`: they stand there without being mounted one by one."""
        super().__init__(id="chat")
        self._first = tuple(first)
        self._turns: dict[str, tuple[Said, Widget]] = {}
        self._run = self._runs = self._apart = 0
        self._of = {0: 0}
        """Which conversation each run belongs to."""
        self._last = ""
        self._answer: Widget | None = None
        self._left_at: float | None = None

    def compose(self) -> ComposeResult:
        """Lay out conversation and prompt."""
        with Talk(id="talk"):
            for at, said in enumerate(self._first):
                turn = Turn(said, named=at == 0 or self._first[at - 1].who != said.who)
                self._turns[f"{self._run} {said.key}"] = (said, turn)
                self._last = said.who
                yield turn
        yield Static(_last(self._first), id="last", markup=False)
        yield Static("", id="next", markup=False)
        yield Offers()
        with Asking(id="ask"):
            yield Static(f"{ASK} ▸ ", id="mark", markup=False)
            yield Asked(id="prompt", placeholder=ASK_FOR)

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "1 Chat"

    async def on_click(self, event: events.Click) -> None:
        """Go to the prompt where the border is clicked, or the last line of a conversation that is folded."""
        clicked, _ = self.screen.get_widget_at(*event.screen_offset)
        if clicked is self or clicked.id in {"last", "next", "mark"}:
            await self.run_action("screen.focus_pane('prompt')")

    @property
    def prompt(self) -> Prompt:
        """The text field at the bottom."""
        return self.query_one("#prompt", Prompt)

    @on(Offers.Taken)
    def _taken(self, event: Offers.Taken) -> None:
        self.prompt.take(event.entry)

    def next_run(self) -> None:
        """Leave what was said as it is; what comes belongs to another run."""
        self._runs += 1
        self._run = self._runs
        self._of[self._run] = self._apart

    def next_conversation(self) -> None:
        """Begin another conversation; what was said until now is out of sight."""
        self._apart = max(self._of.values()) + 1
        self._last = ""
        self.next_run()
        self._show_conversation()

    @property
    def place(self) -> int:
        """The run that is told, to come back to it and to its conversation."""
        return self._run

    def go_back(self, place: int) -> None:
        """Show the conversation of a run, and go on telling that."""
        self._run, self._apart = place, self._of[place]
        self._show_conversation()

    def _show_conversation(self) -> None:
        for key, (_, turn) in self._turns.items():
            turn.display = self._of[int(key.partition(" ")[0])] == self._apart

    async def greet(self, said: Said) -> None:
        """Say something behind the greeting."""
        await self.query_one(Talk).mount(turn := Turn(said, named=False))
        self._turns[f"0 {said.key}"] = (said, turn)

    @property
    def run(self) -> int:
        """The run that is told; set it to go on with one that was told before."""
        return self._run

    @run.setter
    def run(self, run: int) -> None:
        self._run = run

    def label(self, mark: str, placeholder: str) -> None:
        """Say at the prompt what a text there does."""
        sign = self.query_one("#mark", Static)
        if str(sign.content) != (words := f"{mark} ▸ "):
            sign.update(Content(words))
        if self.prompt.placeholder != placeholder:
            self.prompt.placeholder = placeholder

    def queue(self, text: str) -> None:
        """Show the text that waits for the end of the run, or none."""
        line = self.query_one("#next", Static)
        line.display = bool(text)
        line.update(Content(f"next: {one_line(text, 400)}" if text else ""))

    async def show(self, story: Iterable[Said]) -> None:
        """Bring the conversation up to date: write what is new, write again what differs, take out what is gone."""
        talk = self.query_one(Talk)
        wanted = {f"{self._run} {said.key}": said for said in story}
        for key in [key for key in self._turns if key.startswith(f"{self._run} ") and key not in wanted]:
            await self._turns.pop(key)[1].remove()
        new: Widget | None = None
        answer: Widget | None = None
        follows, who = talk.is_vertical_scroll_end, self._last
        for at, (key, said) in enumerate(wanted.items()):
            known = self._turns.get(key)
            if known is None:
                behind = next((self._turns[one][1] for one in list(wanted)[at + 1 :] if one in self._turns), None)
                new = await self._mount(
                    talk, said, behind, named=who not in {said.who, "answer"} and said.who != "result"
                )
                self._turns[key] = (said, new)
                answer = new if said.who == "answer" else answer
            elif known[0] != said:
                await self._rewrite(known[1], said)
                self._turns[key] = (said, known[1])
                if follows and said.who != "answer":
                    self.call_after_refresh(talk.scroll_end, animate=False)
            who = said.who
        self._last = who
        self._show_last(list(wanted.values()))
        if answer is None and any(said.who == "answer" for said in wanted.values()):
            new = None  # who reads an answer stays where they are
        if new is not None:
            # After the layout: the conversation may just have become the large pane.
            self.call_after_refresh(self._to, answer or new)

    def _to(self, turn: Widget, again: int = 3) -> None:
        talk = self.query_one(Talk)
        if turn.has_class("-answer"):
            talk.scroll_to_widget(turn, animate=False, top=True, force=True, immediate=True)
            self._left_at = talk.scroll_offset.y
            if again and turn.region.y > talk.content_region.y:
                # The Markdown of a long answer is laid out piece by piece: until then there is no room to scroll into.
                self.call_after_refresh(self._to, turn, again - 1)
        else:
            talk.scroll_end(animate=False)

    async def _mount(self, talk: Talk, said: Said, behind: Widget | None, *, named: bool) -> Widget:
        """Put a turn before the one that comes behind it, else at the end."""
        widget: Widget
        if said.who in {"answer", "earlier"}:
            # Imported here: the parser costs start-up time, and there is no answer before something ran.
            from hgtui.ui.widgets.answer import Answer

            widget = Answer()
            if said.who == "answer":
                self._answer, self._left_at = widget, None
        elif said.who == "result" and said.shown is not None:
            from hgtui.ui.widgets.showpiece import Showpiece

            widget = Showpiece(said.text, said.shown)
        else:
            widget = Turn(said, named=named)
        await talk.mount(widget, before=behind)
        if said.who in {"answer", "earlier"}:
            await self._rewrite(widget, said)
        return widget

    async def _rewrite(self, widget: Widget, said: Said) -> None:
        if isinstance(widget, Turn):
            widget.say(said)
            return
        from hgtui.ui.widgets.answer import Answer

        if isinstance(widget, Answer):
            await widget.say(said.text, live=said.role == "live")

    def on_answer_grew(self) -> None:
        """Move the answer up until its beginning is at the top, unless the person has scrolled elsewhere."""
        if self._answer and self._left_at in {None, self.query_one(Talk).scroll_offset.y}:
            self.call_after_refresh(self._to, self._answer)

    def _show_last(self, story: list[Said]) -> None:
        line, shown = self.query_one("#last", Static), _last(story)
        if str(line.content) != shown.plain:
            line.update(shown)

    @on(Field.Changed, "#prompt")
    def _grow(self) -> None:
        self.prompt.scroll_cursor_visible(animate=False)
