"""The list of controllers that one can switch to, over the workbench."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hgtui.core.text import clean, one_line
from hgtui.paths import styles
from hgtui.ui.bridge import Options
from hgtui.ui.widgets.options import OptionRows


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
                lines = "\n".join(f"  {one_line(line, 300)}" for line in self.options.unusable)
                yield Static(Content(clean(f"Cannot be used:\n{lines}")), id="unusable", markup=False)

    def _words(self, at: int) -> Content:
        choice = self.options.choices[at]
        mark, now = ("● ", "  in use") if choice.present else ("  ", "")
        return Content.assemble(
            Content.styled(mark + one_line(choice.name, 80) + now, "bold"),
            Content(f"\n    {one_line(choice.about, 300)}"),
        )

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
