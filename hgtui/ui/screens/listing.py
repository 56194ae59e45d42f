"""The rows of the list of runs, as they are read and searched; and the field and the sentence over them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.core.text import clean, one_line, plural
from hgtui.ui.bridge import Desk, DeskError
from hgtui.ui.runs import row
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line

if TYPE_CHECKING:
    from hgtui.session.rows import RunRow

FIRST = 200
"""How many runs are read before the first of them are shown; the others come behind them."""
MOST = 100_000


class RunRows(Rows):
    """One row for each run."""

    def __init__(self, here: Callable[[], Mapping[str, str]]) -> None:
        super().__init__(id="runs-rows")
        self.runs: Sequence[RunRow] = ()
        self._here = here

    def fill(self, runs: "Sequence[RunRow]") -> None:
        """List these runs; the cursor stays on the same one."""
        before = self.here
        self.runs = runs
        at = next((at for at, one in enumerate(runs) if before and one.id == before.id), 0)
        self.show(len(runs))
        self.select(at)

    @property
    def here(self) -> "RunRow | None":
        """The run under the cursor."""
        return self.runs[self.cursor] if self.cursor < len(self.runs) else None

    def line(self, index: int, width: int) -> Line:
        """Return the row of a run."""
        one = self.runs[index]
        return row(one, width, self._here().get(one.id, ""))


class Listing(ModalScreen[None]):
    """Reads the runs and searches them while the person writes."""

    def __init__(self, desk: Desk, here: Callable[[], Mapping[str, str]]) -> None:
        super().__init__()
        self.desk, self._here = desk, here
        self.words = ""
        """What the list is searched for."""
        self.said = ""
        """The sentence over the list."""
        self._mode: Literal["", "search", "export"] = ""
        self._asked = ""
        """The run that is deleted, or the file that is written over, when the same key comes again."""
        self._reads = False
        self._read: str | None = None

    def _look(self) -> None:
        """Draw what depends on the run and on the field that are looked at."""
        raise NotImplementedError

    def reload(self) -> None:
        """Read the list again, for the words that are searched; what is written meanwhile is searched after that."""
        self._read = None
        if not self._reads:
            self._reads = True
            self.run_worker(self._read_all(), group="runs")

    async def _read_all(self) -> None:
        try:
            while self._read != self.words:
                self._read = words = self.words
                runs = await self.desk.runs(words, FIRST)
                self._fill(runs)
                if len(runs) == FIRST and words == self.words:
                    await self._painted()  # many runs are read in another thread, which would hold up the first of them
                    self._fill(await self.desk.runs(words, MOST))
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
        finally:
            self._reads = False

    async def _painted(self) -> None:
        done = asyncio.Event()
        self.call_after_refresh(done.set)
        await done.wait()

    def _fill(self, runs: "Sequence[RunRow]") -> None:
        rows = self.query_one(RunRows)
        rows.empty = (
            f"No run holds “{one_line(self.words, 40)}”; esc shows all." if self.words else "There are no runs yet."
        )
        rows.fill(runs)
        found = f" with “{one_line(self.words, 30)}”" if self.words else ""
        self.query_one("#runs", Vertical).border_subtitle = Content(f"{plural(len(runs), 'run')}{found}")
        self._look()

    def say(self, words: str) -> None:
        """Show a sentence over the list, or take it away."""
        self.said = words
        status = self.query_one("#runs-status", Static)
        status.display = bool(words)
        status.update(Content(clean(words, 1_000)))

    # The field

    def action_search(self) -> None:
        """Go to the field that searches the list."""
        self._open("search", self.words, "search ▸ ")

    def _open(self, mode: Literal["search", "export"], text: str, mark: str) -> None:
        self._mode, self._asked = mode, ""
        self.say("")
        self.query_one("#runs-mark", Static).update(Content(clean(mark)))
        field = self.query_one("#runs-field", Field)
        field.text = text
        field.placeholder = "a part of a request or of a run's name" if mode == "search" else "a file"
        field.move_cursor(field.document.end)
        self.query_one("#runs-ask").display = True
        field.focus()

    def _close(self) -> None:
        self._mode = ""
        self.query_one("#runs-ask").display = False
        self.query_one(RunRows).focus()
        self._look()

    @on(Field.Changed, "#runs-field")
    def _changed(self, event: Field.Changed) -> None:
        event.stop()
        words = one_line(event.text_area.text, 200)
        if self._mode == "search" and words != self.words:
            self.words = words
            self.reload()

    @on(Field.TooLong)
    def _too_long(self, event: Field.TooLong) -> None:
        event.stop()
        self.say(event.words)
