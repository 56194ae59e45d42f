"""Pane 4: the log of the run, which follows what happens, what stands in its way, the timeline, the calls."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.strip import Strip
from textual.timer import Timer

from hgtui.core.plan import Uid
from hgtui.core.problems import Problem
from hgtui.core.text import clean
from hgtui.ui.greeting import NOTHING_YET
from hgtui.ui.keymap import shown
from hgtui.ui.loglines import Filter, LogLine
from hgtui.ui.sheets import PlanRows
from hgtui.ui.troubles import Trouble, trouble_line, troubles
from hgtui.ui.view import View
from hgtui.ui.widgets.rows import Rows, strip_of
from hgtui.ui.widgets.tabbed import TABS, Sheets, Tab, border
from hgtui.ui.words import Line

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp

FRAME_S = 1 / 15
"""How often lines that come in a stream are drawn, at the most."""
DRAWN = 2_000
"""How many lines are kept as they were drawn."""


class LogPane(Sheets):
    """Tabs over the same rows: the lines of the log, the oldest first, the problems with their mends, and two sheets.

    While nobody has chosen a tab, the problems show as long as there are some. The log follows its end until one goes up.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "tab(-1)", "tab before", show=False, id="log_tab_before"),
        Binding("right_square_bracket", "tab(1)", "next tab", show=False, id="log_tab"),
        Binding("slash", "screen.log_find", "search", show=False, id="log_find"),
        Binding("v", "screen.log_level", "only what is grave", show=False, id="log_level"),
        Binding("y", "screen.log_copy", "copy the line", show=False, id="log_copy"),
        Binding("u", "screen.log_curl", "copy the call as curl", show=False, id="log_curl"),
    ]

    def __init__(self, view: View, rows: PlanRows = lambda: ()) -> None:
        """Show a view; `rows` gives those of the plan pane, which the timeline has too."""
        super().__init__(view, rows)
        self.lines: list[LogLine] = []
        self.filter = Filter()
        self._picked = False
        """Whether the person has chosen the tab."""
        self._shown: list[int] | None = None
        """The places of the lines that are shown, None where all are."""
        self._troubles: tuple[Trouble, ...] = ()
        self._at: dict[Tab, int] = dict.fromkeys(TABS, 0)
        self._waiting: list[LogLine] = []
        self._drawn_at = 0.0
        self._soon: Timer | None = None
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(DRAWN)

    def on_mount(self) -> None:
        """Name the tabs."""
        self._write_tabs()

    @property
    def empty(self) -> str:  # type: ignore[override]  # the words depend on the tab
        """What stands there where there is no row."""
        if self.sheet is not None:
            return self.sheet.empty
        if self.tab == "problems":
            return "No problem is known."
        return "No line fits; esc shows all." if self.filter else NOTHING_YET

    # What comes

    def add(self, lines: Iterable[LogLine]) -> None:
        """Take in new lines, drawn a few times a second at the most, and the problems as they are now."""
        self._waiting += lines
        self._refresh_troubles()
        self.look()
        now = time.monotonic()
        if self._soon is None and self._waiting and now - self._drawn_at >= FRAME_S:
            self._flush()
        elif self._soon is None and self._waiting:
            self._soon = self.set_timer(FRAME_S - (now - self._drawn_at), self._flush)

    def _flush(self) -> None:
        """Show what has come."""
        if self._soon:
            self._soon.stop()
            self._soon = None
        new, self._waiting, self._drawn_at = self._waiting, [], time.monotonic()
        if not new:
            return
        first = len(self.lines)
        self.lines += new
        if self._shown is not None:
            self._shown += [first + at for at, line in enumerate(new) if self.filter.fits(line)]
        if self.tab == "log":
            self._fill()
        self._write_tabs()

    @property
    def all_lines(self) -> list[LogLine]:
        """Every line, with what is still to be drawn."""
        return [*self.lines, *self._waiting]

    def clear(self) -> None:
        """Forget the lines of the run before, with what they were filtered by."""
        self.lines, self._waiting, self._shown, self._troubles = [], [], None, ()
        self.filter, self.tab, self._picked, self.following = Filter(), "log", False, True
        self._at = dict.fromkeys(TABS, 0)
        self.calls.clear()
        self._strips.clear()
        self.cursor = 0
        self._fill()
        self._write_tabs()

    def _refresh_troubles(self) -> None:
        found = troubles(self.view)
        if found == self._troubles:
            return
        here = self._trouble_at(self.cursor if self.tab == "problems" else self._at["problems"])
        self._troubles = found
        at = next(
            (at for at, one in enumerate(found) if here and (one.uid, one.problem) == (here.uid, here.problem)), 0
        )
        if self.tab == "problems":
            self.cursor = min(at, max(len(found) - 1, 0))
        self._at["problems"] = at
        wanted: Tab = "problems" if found else "log"
        if not self._picked and wanted != self.tab and self.sheet is None:
            self._turn(wanted)
        elif self.tab == "problems":
            self._fill()
        self._write_tabs()

    # What is shown

    def show_only(self, which: Filter) -> None:
        """Show only some lines of the log, from the end on."""
        self._flush()
        self.filter = which
        self._shown = [at for at, line in enumerate(self.lines) if which.fits(line)] if which else None
        self._picked, self.following = True, True
        if self.tab == "log":
            self._fill()
            self.post_message(self.Turned())
        else:
            self._turn("log")
        self._write_tabs()

    def action_tab(self, by: int) -> None:
        """Show the next tab, or the one before."""
        self.turn_to(TABS[(TABS.index(self.tab) + by) % len(TABS)])

    def turn_to(self, tab: Tab) -> None:
        """Show a tab, and stay there: the person wants it so."""
        self._picked = True
        self._flush()
        if tab != self.tab:
            self._turn(tab)

    def _turn(self, tab: Tab) -> None:
        self._at[self.tab] = self.cursor
        self.tab = tab
        self.look()
        self.count = self._rows_count
        self.set_reactive(Rows.cursor, max(0, min(self._at[tab], self.count - 1)))
        self._fill()
        self._write_tabs()
        self.post_message(self.Turned())

    @property
    def _rows_count(self) -> int:
        if self.sheet is not None:
            return self.sheet.count
        return len(self._troubles) if self.tab == "problems" else self._log_count

    @property
    def _log_count(self) -> int:
        return len(self.lines) if self._shown is None else len(self._shown)

    def _fill(self) -> None:
        """Draw the rows of the tab; a log that follows at its end, another where it is."""
        count = self._rows_count
        if self.tab == "log" and self.following:
            self.count = count
            self.set_reactive(Rows.cursor, max(count - 1, 0))
        self.show(count)
        self._to_end()

    @property
    def may_follow(self) -> bool:
        """Whether the tab is the log."""
        return self.tab == "log"

    def followed(self) -> None:
        """Say whether the end is followed."""
        self._write_tabs()
        self.post_message(self.Turned())

    @property
    def _end_key(self) -> str:
        return shown(cast("HgtuiApp", self.app).keymap.keys("last")[-1])

    def _write_tabs(self) -> None:
        """Write the tabs on the border, and below it what is left out and whether the end is followed."""
        words = self.sheet.under if self.sheet is not None else ""
        if self.tab == "log":
            about = self.filter.about(self.view.ids) if self.filter else ""
            left = f"{about} · {self._log_count:,} of {len(self.lines):,} · esc shows all" if about else ""
            words = " · ".join(
                filter(None, (left, "" if self.following else f"not following: {self._end_key} goes on"))
            )
        self.write_border(border(self._tabs(), self.tab), Content(clean(words)))

    def _tabs(self) -> tuple[tuple[Tab, str], ...]:
        lines = f"Log {len(self.lines):,}" if self.lines else "Log"
        problems = f"Problems {len(self._troubles)}" if self._troubles else "Problems"
        calls = f"Calls {self.calls.all:,}" if self.calls.all else "Calls"
        return ("log", lines), ("problems", problems), ("timeline", "Timeline"), ("calls", calls)

    # What the person looks at

    @property
    def here(self) -> LogLine | None:
        """The line of the log under the cursor, None in the other tab and where there is none."""
        if self.tab != "log" or self.cursor >= self._log_count:
            return None
        return self.lines[self.cursor if self._shown is None else self._shown[self.cursor]]

    @property
    def trouble(self) -> Trouble | None:
        """What is under the cursor of the other tab."""
        return self._trouble_at(self.cursor) if self.tab == "problems" else None

    def _trouble_at(self, index: int) -> Trouble | None:
        return self._troubles[index] if index < len(self._troubles) else None

    def point(self, uid: Uid | None, problem: Problem | None = None) -> None:
        """Show the problems with the cursor on one of them, or on what keeps a task."""
        for at, one in enumerate(self._troubles):
            if one.problem == problem and (problem is not None or one.uid == uid):
                if self.tab != "problems":
                    self._turn("problems")
                self.select(at)
                return

    # Drawing

    def line(self, index: int, width: int) -> Line:
        """Return a problem or a line of the log."""
        if self.sheet is not None:
            return self.sheet.line(index, width) if index < self.sheet.count else ()
        one = self._trouble_at(index) if self.tab == "problems" else None
        if one is not None:
            return trouble_line(one, self.view, width)
        if self.tab == "problems":
            return ()
        return self.lines[index if self._shown is None else self._shown[index]].line(width)

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is seen; a line of the log stays as it was drawn."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if self.tab != "log" or index >= self.count or (index == self.cursor and self.has_focus):
            return super().render_line(y)
        key = (index if self._shown is None else self._shown[index], width)
        strip = self._strips.get(key)
        if strip is None:
            strip = strip_of((("  ", ""), *self.line(index, max(width - 2, 0))), self, width)
            self._strips[key] = strip
        return strip

    def notify_style_update(self) -> None:
        """Draw the lines anew in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def on_focus(self) -> None:
        """Show at once what has come: somebody looks."""
        self._flush()

    def on_click(self, event: events.Click) -> None:
        """Leave the cursor where it is when the border was clicked."""
        if event.y == 0 and self.content_region.y > self.region.y:
            event.prevent_default()
