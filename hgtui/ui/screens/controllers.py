"""The list of controllers that one can switch to, over the workbench."""

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hgtui.core.text import one_line
from hgtui.paths import styles
from hgtui.ui.bridge import Options
from hgtui.ui.widgets.options import OptionRows


def _indented(words: str, cells: int) -> Padding:
    """Return foreign words of which every line begins at the indent, those too that the width breaks."""
    return Padding(Text(words), (0, 0, 0, cells))


class Controllers(ModalScreen[int | None]):
    """Each controller with why it can be used, the present one marked, and what cannot be used; gives the place of one."""

    CSS_PATH = styles() / "controllers.tcss"
    BINDINGS = [
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
    ]

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with VerticalScroll(id="controllers", can_focus=False) as box:
            box.border_title = "Controllers"
            box.border_subtitle = "enter takes one · esc goes back"
            yield OptionRows(*(Option(self._words(at)) for at in range(len(self.options.choices))), markup=False)
            if self.options.unusable:
                lines = [_indented(one_line(line, 300), 2) for line in self.options.unusable]
                yield Static(Group(Text("Cannot be used:"), *lines), id="unusable", markup=False)

    def _words(self, at: int) -> Group:
        choice = self.options.choices[at]
        mark, now = ("● ", "  in use") if choice.present else ("  ", "")
        name = Text(mark + one_line(choice.name, 80) + now, style="bold")
        return Group(name, _indented(one_line(choice.about, 300), 4))

    def on_mount(self) -> None:
        """Begin at the present one."""
        present = [at for at, one in enumerate(self.options.choices) if one.present]
        self.query_one(OptionList).highlighted = present[0] if present else 0

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_index)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)
