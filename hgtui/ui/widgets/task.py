"""The task pane: candidates, arguments and result of the selected task, a tab each."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from hgtui.core.states import TaskState
from hgtui.ui.details import Item, details, title
from hgtui.ui.exhibits import Exhibit
from hgtui.ui.gallery import Beside, Drawn, Gallery
from hgtui.ui.greeting import NONE_SELECTED
from hgtui.ui.tabs import TABS, beside, tab_at, tab_of, tabs_title
from hgtui.ui.view import Tab, View
from hgtui.ui.widgets.rows import Rows, strip_of
from hgtui.ui.widgets.shown import paint
from hgtui.ui.widgets.tabbed import TITLE_AT
from hgtui.ui.words import Line


class TaskPane(Rows):
    """What is known of the selected task. Rows to choose from have a cursor; a result is read, and scrolls."""

    empty = NONE_SELECTED

    class Turned(Message):
        """The person chose another tab."""

    def __init__(self, view: View, gallery: Gallery) -> None:
        super().__init__(id="task")
        self.view, self._gallery = view, gallery
        self.items: list[Item] = []
        self.tab: Tab = "candidates"
        self._of: tuple[str | None, Tab] | None = None

    @property
    def reads(self) -> bool:
        """Whether what is shown is to be read, and has no rows to choose from."""
        return self.tab == "result"

    def reload(self) -> None:
        """Take over the selected task as it is now; the cursor stays unless the task or the tab is another one."""
        self.tab, before = tab_of(self.view), self.items
        self.items = details(self.view, self.tab, max(self.scrollable_content_region.width - 2, 10), self._draw)
        same = self._of == (self.view.chosen, self.tab) and len(before) == len(self.items)
        if self._of != (self.view.chosen, self.tab):
            self._of = self.view.chosen, self.tab
            self.cursor = 0
            self.scroll_to(y=0, animate=False, immediate=True)
        # As content: what a title is given as a str is read as markup, and the type of a task may be anything.
        name = title(self.view)
        self.write_border(tabs_title(name, self.tab, self.size.width) if self.view.task else Content(name), Content())
        if same:
            self.redraw(at for at, (old, new) in enumerate(zip(before, self.items, strict=True)) if old != new)
        else:
            self.show(len(self.items))

    def _draw(self, shown: Exhibit) -> Drawn | None:
        room = self.scrollable_content_region
        return self._gallery.ask(shown, max(room.width - 2, 10), max(room.height - 2, 6), self._drawn)

    def _drawn(self) -> None:
        if self.is_mounted and self.reads:
            self.reload()

    def on_resize(self) -> None:
        """Write the lines for the new width."""
        self.reload()
        super().on_resize()

    def tick(self) -> None:
        """Write again how long the task waits until it is tried once more."""
        if self.view.run.state(self.view.chosen or "") is TaskState.RETRYING:
            self.reload()

    def line(self, index: int, width: int) -> Line:
        """Return one line of what is known of the task."""
        line = self.items[index].line
        return () if isinstance(line, Strip | Beside) else line

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is seen; of what is read without a cursor."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if not self.reads or index >= len(self.items):
            return super().render_line(y)
        drawn = paint(self.items[index].line, self, max(width - 2, 0))
        return Strip.join([strip_of((("  ", ""),), self, 2), drawn])

    def turn(self, by: int) -> None:
        """Show the tab so many places further."""
        self.action_show_tab(beside(self.tab, by))

    def action_show_tab(self, name: str) -> None:
        """Show a tab, and stay with it when another task is selected."""
        if name in TABS:
            self.view.tab = next(one for one in TABS if one == name)
            self.reload()
            self.post_message(self.Turned())

    # What is read scrolls

    def action_move(self, by: int) -> None:
        """Move the cursor, or scroll by some rows."""
        if self.reads:
            self._scroll(self.scroll_offset.y + by)
        else:
            super().action_move(by)

    def action_page(self, by: int) -> None:
        """Move by a page."""
        if self.reads:
            self._scroll(self.scroll_offset.y + by * max(self.scrollable_content_region.height - 1, 1))
        else:
            super().action_page(by)

    def action_go(self, index: int) -> None:
        """Move to a row, -1 for the last."""
        if self.reads:
            self._scroll(self.count if index < 0 else index)
        else:
            super().action_go(index)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Turn to the tab that was pressed on the border."""
        if event.y == 0 and self.content_region.y > self.region.y and self.view.task:
            tab = tab_at(title(self.view), self.tab, self.size.width, event.x - TITLE_AT)
            if tab is not None:
                self.action_show_tab(tab)

    def on_click(self, event: events.Click) -> None:
        """Choose a row where there are some; a second click opens."""
        # Textual gives it to the rows as well: there it is taken where there are rows to choose from.
        if event.y == 0:  # the border, whose tabs take the press
            event.prevent_default()
        elif self.reads:
            event.prevent_default()
            if event.chain == 2:
                self.action_open()

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, immediate=True)
