"""The application: the workbench in a terminal."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from hgtui.core.commands import Submit
from hgtui.paths import styles
from hgtui.ui.bridge import Conductor, Desk
from hgtui.ui.screens.workbench import Workbench


def _commands() -> type[Provider]:
    from hgtui.ui.palette import Commands

    return Commands


class HgtuiApp(App[None]):
    """The workbench on what the composition root put together.

    `first` is asked at once, as for a plan file; `resumed` has a run that an earlier process left, to go on with.
    """

    TITLE = "hgtui"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "Leave", show=False, priority=True)]

    def __init__(self, desk: Desk, first: Submit | None = None, resumed: Conductor | None = None) -> None:
        super().__init__(css_path=sorted(styles().glob("*.tcss")))
        self.desk = desk
        self.first, self.resumed = first, resumed
        # Animation repaints; over ssh each frame is a wait.
        self.animation_level = "none"

    def get_default_screen(self) -> Screen[Any]:
        """Begin with the workbench."""
        return Workbench(self.desk, self.first, self.resumed)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open nothing: a browser would start on the machine that hgtui runs on, perhaps at the other end of ssh."""
