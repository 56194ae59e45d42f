"""The tabs of pane 4 on its border, and the two that are sheets: the timeline and the calls."""

from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message

from hgtui.core.calls import CallRow
from hgtui.core.plan import Uid
from hgtui.ui.sheets import CallsSheet, PlanRows, Sheet, TimelineSheet
from hgtui.ui.view import View
from hgtui.ui.widgets.following import Following

Tab = Literal["log", "problems", "timeline", "calls"]
TABS: tuple[Tab, ...] = ("log", "problems", "timeline", "calls")
TITLE_AT = 3
"""Where on its border, in cells, a title begins."""


def border(tabs: Sequence[tuple[Tab, str]], shown: Tab) -> Content:
    """Return the tabs with their names as they stand on the border, the one that is shown marked."""
    pieces: list[Content | str | tuple[str, str]] = ["4 "]
    for at, (tab, name) in enumerate(tabs):
        pieces += [" │ "] if at else []
        pieces.append((name, "bold underline" if tab == shown else ""))
    return Content.assemble(*pieces)


class Sheets(Following):
    """Rows under tabs. A subclass has the rows of the other tabs, and says what stands on the border."""

    class Turned(Message):
        """Another tab or other lines are shown, or the log begins or ceases to follow."""

    def __init__(self, view: View, rows: PlanRows) -> None:
        super().__init__(id="log")
        self.view = view
        self.tab: Tab = "log"
        self.timeline, self.calls = TimelineSheet(view, rows), CallsSheet(view)

    def turn_to(self, tab: Tab) -> None:
        """Show a tab, and stay there: the person wants it so."""
        raise NotImplementedError

    def _fill(self) -> None:
        """Draw the rows of the tab."""
        raise NotImplementedError

    def _write_tabs(self) -> None:
        """Write what stands on the border."""
        raise NotImplementedError

    def _tabs(self) -> tuple[tuple[Tab, str], ...]:
        """Return the tabs with their names."""
        raise NotImplementedError

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that is shown, None where it is the log or the problems."""
        return {"timeline": self.timeline, "calls": self.calls}.get(self.tab)  # type: ignore[return-value]

    def look(self) -> None:
        """Draw of a sheet what looks otherwise now: the timeline as time goes on, the calls as they come."""
        if self.tab == "timeline":
            changed = self.timeline.look()
            if changed is None or self.timeline.count != self.count:
                self._fill()
                self.follow_task(self.view.chosen)
            else:
                self.redraw(changed)
        elif self.tab == "calls" and self.calls.look():
            self._fill()
        self._write_tabs()

    def follow_task(self, uid: Uid | None) -> None:
        """Put the cursor of the timeline on the task that is selected."""
        if self.tab == "timeline" and (at := self.timeline.at(uid)) is not None:
            self.select(at)

    def show_calls(self, words: str | None = None, of: Uid | None = None) -> None:
        """Show the calls with some words (None: those of before), or of one task alone."""
        self.calls.words, self.calls.of = self.calls.words if words is None else words, of
        self.calls.filter()
        self.turn_to("calls")
        self.cursor = min(self.cursor, max(self.calls.count - 1, 0))
        self._fill()
        self._write_tabs()
        self.post_message(self.Turned())

    @property
    def call(self) -> CallRow | None:
        """The call under the cursor."""
        return self.calls.here(self.cursor) if self.tab == "calls" else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Turn to the tab that was pressed on the border."""
        if event.y == 0 and self.content_region.y > self.region.y:
            left = TITLE_AT + len("4 ")
            for tab, name in self._tabs():
                if left <= event.x < left + cell_len(name):
                    self.turn_to(tab)
                left += cell_len(name) + len(" │ ")
