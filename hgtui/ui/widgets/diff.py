"""The pane that shows a plan against another one."""

from textual.binding import Binding
from textual.content import Content

from hgtui.core.plan import Uid
from hgtui.ui.comparing import Compared, compared_lines
from hgtui.ui.keys import keys_of
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line


class DiffPane(Rows):
    """What differs, by task. It is on the screen only while there is something to compare."""

    BINDINGS = [
        Binding(keys_of("take_change"), "take_change(True)", "take this change", show=False, id="take_change"),
        Binding(keys_of("drop_change"), "take_change(False)", "drop this change", show=False, id="drop_change"),
    ]
    empty = "Nothing differs."

    def __init__(self) -> None:
        super().__init__(id="diff")
        self.two: Compared | None = None
        self.dropped: tuple[Uid, ...] = ()
        """The tasks of a revision that are to stay as they are."""
        self._lines: list[tuple[Line, Uid | None]] = []

    def compare(self, two: Compared | None) -> None:
        """Show a comparison, or none."""
        if two != self.two:
            self.cursor, self.dropped = 0, ()
        self.two = two
        self.reload()

    def reload(self) -> None:
        """Write the lines for the width that there is."""
        width = max(self.scrollable_content_region.width - 2, 20)
        self._lines = compared_lines(self.two, width, self.dropped) if self.two else []
        # As content: a title that is given as a str is read as markup, and a model may be called anything.
        self.border_title = Content(self.two.title if self.two else "")
        self.border_subtitle = Content(_keys(self.two) if self.two else "")
        self.show(len(self._lines))

    def on_resize(self) -> None:
        """Write the lines for the new width."""
        self.reload()
        super().on_resize()

    def line(self, index: int, width: int) -> Line:
        """Return one line of the comparison."""
        return self._lines[index][0]

    def action_take_change(self, take: bool) -> None:
        """Take the change under the cursor with the revision, or leave that task as it is, and go to the next one."""
        uid = self._lines[self.cursor][1] if self._lines else None
        if self.two is None or self.two.kind != "revision" or uid is None:
            return
        others = tuple(one for one in self.dropped if one != uid)
        self.dropped = others if take else (*others, uid)
        after = [at for at, (_, one) in enumerate(self._lines) if at > self.cursor and one not in {uid, None}]
        self.reload()
        self.select(after[0] if after else self.cursor)


def _keys(two: Compared) -> str:
    if two.kind == "revision":
        return "enter take it · y n this change · esc keep mine · c comment again"
    if two.kind == "opened":
        return "enter take it · esc keep mine"
    return "enter take it · esc back to the plan before" if two.kind == "controller" else "esc back"
