"""The field over the list of models: it filters what is listed, or searches the Hub; and the sentence over the list."""

from typing import Literal

from textual import on
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker

from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.ports import StoreError
from hgtui.core.text import clean, one_line
from hgtui.ui.bridge import Desk
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.models import ModelRows


class Searching(ModalScreen[None]):
    """Filters the models of a task and searches the Hub for others."""

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__()
        self.desk, self.about = desk, task
        self.found: tuple[Candidate, ...] | None = None
        """What the last search found, None while the candidates of the task are listed."""
        self.searched = ""
        self.words = ""
        """What the list is filtered by."""
        self.said = ""
        """The sentence over the list."""
        self._mode: Literal["", "filter", "search"] = ""
        self._searching: Worker[None] | None = None
        self._waited = 0
        self._tick: Timer | None = None

    def reload(self) -> None:
        """List what there is now."""
        raise NotImplementedError

    def _look(self) -> None:
        """Draw what depends on the candidate and on the field that are looked at."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """Show a sentence over the list, or take it away."""
        self.said = words
        status = self.query_one("#models-status", Static)
        status.display = bool(words)
        status.update(Content(clean(words, 1_000)))

    def action_filter(self) -> None:
        """Go to the field that filters the list."""
        self._open("filter", self.words)

    def action_search(self) -> None:
        """Go to the field that searches the Hub."""
        self._open("search", self.searched)

    def _open(self, mode: Literal["filter", "search"], text: str) -> None:
        self._mode = mode
        self.say("")
        self.query_one("#models-mark", Static).update(Content("filter ▸ " if mode == "filter" else "search the Hub ▸ "))
        field = self.query_one("#models-field", Field)
        field.text = text
        field.placeholder = "words that a model must have" if mode == "filter" else "a name, or what it should do"
        field.move_cursor(field.document.end)
        if mode == "search":
            field.select_all()  # another search begins with other words
        self.query_one("#models-ask").display = True
        field.focus()

    def _close(self) -> None:
        self._mode = ""
        self.query_one("#models-ask").display = False
        self.query_one(ModelRows).focus()

    @on(Field.Changed, "#models-field")
    def _filter(self, event: Field.Changed) -> None:
        event.stop()
        if self._mode == "filter":
            self.words = one_line(event.text_area.text)
            self.reload()

    @on(Field.Sent, "#models-field")
    def _sent(self, event: Field.Sent) -> None:
        event.stop()
        text, mode = one_line(event.text), self._mode
        self._close()
        if mode == "search" and text:
            self.searched, self.words, self._waited = text, "", 0
            self._stop_searching()
            self._searching = self.run_worker(self._search(text), group="search", exclusive=True)
            self._say_searching()
            if self._tick:
                self._tick.reset()
                self._tick.resume()
        self._look()

    @on(Field.TooLong)
    def _too_long(self, event: Field.TooLong) -> None:
        event.stop()
        self.say(event.words)

    async def _search(self, words: str) -> None:
        try:
            found = await self.desk.search(words, self.about.task)
        except StoreError as error:
            self._searched(f"{error.message} {error.hint}".strip())
            return
        self.found = found
        self._searched("")
        self.query_one(ModelRows).select(0)
        self.reload()

    def _searched(self, words: str) -> None:
        self._searching = None
        if self._tick:
            self._tick.pause()
        self.say(words)
        self._look()

    def _stop_searching(self) -> bool:
        worker, self._searching = self._searching, None
        if worker is None:
            return False
        worker.cancel()
        if self._tick:
            self._tick.pause()
        return True

    def _on_tick(self) -> None:
        self._waited += 1
        self._say_searching()

    def _say_searching(self) -> None:
        waited = f" {self._waited} s" if self._waited else ""
        self.say(f"◐ Searching the Hub for “{one_line(self.searched, 40)}” …{waited}")
