"""The pane of the selected task."""

from textual.content import Content

from hgtui.core.states import TaskState
from hgtui.ui.details import Item, details, title
from hgtui.ui.greeting import NONE_SELECTED
from hgtui.ui.view import View
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line


class TaskPane(Rows):
    """What came of the selected task, what goes in, who could run it."""

    empty = NONE_SELECTED

    def __init__(self, view: View) -> None:
        super().__init__(id="task")
        self.view = view
        self.items: list[Item] = []
        self._of: str | None = None

    def reload(self) -> None:
        """Take over the selected task as it is now; the cursor stays unless the task is another one."""
        self.items = details(self.view, max(self.scrollable_content_region.width - 2, 10))
        if self._of != self.view.chosen:
            self._of = self.view.chosen
            self.cursor = 0
        # As content: what a title is given as a str is read as markup, and the type of a task may be anything.
        self.border_title = Content(title(self.view))
        self.show(len(self.items))

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
        return self.items[index].line
