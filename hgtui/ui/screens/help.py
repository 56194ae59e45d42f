"""The help: every key and what it does."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.paths import styles
from hgtui.ui.keys import FORM, KEYS, LOG, MODELS, MOVES, RUNS
from hgtui.ui.words import SIGNS


class Help(ModalScreen[None]):
    """All keys over the workbench; any of the keys that leave it go back."""

    CSS_PATH = styles() / "help.tcss"
    BINDINGS = [
        Binding("escape,q,question_mark,f1,enter,ctrl+c", "dismiss", "Back", show=False, priority=True),
        Binding("j", "scroll('down')", "down", show=False),
        Binding("k", "scroll('up')", "up", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with VerticalScroll(id="help") as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc goes back"
            yield Static(_keys(), markup=False)

    def action_scroll(self, way: str) -> None:
        """Scroll the list by a line."""
        box = self.query_one(VerticalScroll)
        (box.scroll_down if way == "down" else box.scroll_up)(animate=False)


def _keys() -> Content:
    rows = [(key.shown, key.about) for key in KEYS]
    width = max(len(name) for name, _ in (*rows, *MOVES, *MODELS, *FORM, *LOG, *RUNS))
    pieces: list[Content | tuple[str, str]] = []
    for name, about in (
        *rows,
        ("", ""),
        *MOVES,
        ("", ""),
        ("", "In the list of models (m)"),
        *MODELS,
        ("", ""),
        ("", "In the form of a task (e)"),
        *FORM,
        ("", ""),
        ("", "In the log (4)"),
        *LOG,
    ):
        pieces += [(name.ljust(width + 2), "bold"), Content(f"{about}\n")]
    states = "   ".join(f"{sign} {state}" for state, (sign, _) in SIGNS.items())
    marks = "~ edited by you   + added by you   ! a problem   ‹0› result of task 0   ⇄ ran in place of the chosen model"
    pieces.append(Content(f"\n{states}\n{marks}"))
    return Content.assemble(*pieces)
