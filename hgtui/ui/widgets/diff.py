"""The pane that shows a plan against another one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.binding import Binding
from textual.content import Content
from textual.message import Message

from hgtui.core.partly import Part, covered, dropped_with, taken_with
from hgtui.ui.comparing import PIECEMEAL, Compared, Row, compared_lines
from hgtui.ui.keys import keys_of
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp


class DiffPane(Rows):
    """What differs, by task. It is on the screen only while there is something to compare."""

    BINDINGS = [
        Binding(keys_of("take_change"), "decide(True)", "take this change", show=False, id="take_change"),
        Binding(keys_of("drop_change"), "decide(False)", "leave this change out", show=False, id="drop_change"),
    ]
    empty = "Nothing differs."

    class Decided(Message):
        """The person wants a change, or does not (`take` false)."""

        def __init__(self, part: Part, take: bool) -> None:
            super().__init__()
            self.part, self.take = part, take

    def __init__(self) -> None:
        super().__init__(id="diff")
        self.two: Compared | None = None
        self.dropped: frozenset[Part] = frozenset()
        """The changes of another controller's plan that are not to be taken; those of a revision are in its run."""
        self._lines: list[Row] = []

    def compare(self, two: Compared | None) -> None:
        """Show a comparison, or none. The cursor stays in one that goes on, at what is still to be decided."""
        same = two is not None and self.two is not None and two.kind == self.two.kind
        here, at = self._part, self.cursor
        if two != self.two and not same:
            self.cursor, self.dropped = 0, frozenset()
        self.two = two
        self.reload()
        if same:
            self.select(self._next(here, at))

    def reload(self) -> None:
        """Write the lines for the width that there is."""
        width = max(self.scrollable_content_region.width - 2, 20)
        self._lines = compared_lines(self.two, width, self._out) if self.two else []
        # As content: a title that is given as a str is read as markup, and a model may be called anything.
        self.border_title = Content(self.two.title if self.two else "")
        self._say_keys()
        self.show(len(self._lines))

    def watch_has_focus(self, value: bool) -> None:
        """Say at the border what the keys do, or how to come here."""
        super().watch_has_focus(value)
        self._say_keys()

    def _say_keys(self) -> None:
        of = cast("HgtuiApp", self.app).keymap.of
        words = _keys(self.two, of) if self.two else ""
        if words and not self.has_focus:
            words = f"{of('focus_plan')} goes here, then " + " · ".join(words.split(" · ")[:3])
        self.border_subtitle = Content(words)

    def on_resize(self) -> None:
        """Write the lines for the new width."""
        self.reload()
        super().on_resize()

    def line(self, index: int, width: int) -> Line:
        """Return one line of the comparison."""
        return self._lines[index][0]

    @property
    def _out(self) -> frozenset[Part]:
        return self.dropped | (self.two.dropped if self.two else frozenset())

    @property
    def _part(self) -> Part | None:
        return self._lines[self.cursor][1] if self.cursor < len(self._lines) else None

    def _next(self, here: Part | None, at: int) -> int:
        """Return the row of the change where the cursor was; where that is decided, of the next one that is open."""
        rows = [part for _, part in self._lines]
        if here is not None and here in rows and not covered(here, self._out):
            return at if at < len(rows) and rows[at] == here else rows.index(here)
        open_ = [row for row, part in enumerate(rows) if part is not None and not covered(part, self._out)]
        behind = [row for row in open_ if row >= at]
        return next(iter([*behind, *open_]), min(at, max(len(rows) - 1, 0)))

    def action_decide(self, take: bool) -> None:
        """Take the change under the cursor, or leave it out, and go to the next one."""
        part = self._part
        if self.two is None or self.two.kind not in PIECEMEAL or part is None:
            return
        if self.two.kind == "revision":  # its run keeps what is decided, and tells it
            self.post_message(self.Decided(part, take))
            return
        at = self.cursor
        along = taken_with if take else dropped_with
        these = {part, *along(self.two.before, self.two.after, part)}
        whole = {one.uid for one in these if not one.field}
        others = frozenset(one for one in self.dropped if one not in these and one.uid not in whole)
        self.dropped = others if take else others | these
        self.reload()
        rows = [one for _, one in self._lines]
        self.select(next((row for row, one in enumerate(rows) if row > at and one not in {part, None}), at))
        self.post_message(self.Decided(part, take))

    def leave_out(self, dropped: frozenset[Part]) -> None:
        """Mark other changes as not to be taken: a step was undone."""
        self.dropped = dropped
        self.reload()


def _keys(two: Compared, of: Callable[[str], str]) -> str:
    """Say what the keys do in a comparison; `of` gives the key of a binding."""
    take, drop = of("take_change"), of("drop_change")
    if two.waits:
        return "models are being chosen for what you took"
    if two.kind == "revision":
        return f"enter take it · {take} {drop} this change · {of('undo')} undo · esc keep mine · {of('comment')} comment again"
    if two.kind in {"opened", "earlier"}:
        return "enter take it · esc keep mine"
    if two.kind == "controller":
        return f"enter take it · {take} {drop} this change · esc back to the plan before"
    return "esc back"
