"""The tabs of the task pane: which there are, and which one matters now."""

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from hgtui.core.states import NOT_STARTED, TaskState
from hgtui.ui.view import Tab, View
from hgtui.ui.words import fit

TABS: tuple[Tab, ...] = ("candidates", "arguments", "result")
NUMBER = 10
"""So many cells take the word for the task and its number."""
NAMES: dict[Tab, str] = {"candidates": "Candidates", "arguments": "Arguments", "result": "Result"}


def tab_of(view: View) -> Tab:
    """Return the tab that is shown: the person's, else what matters now of the selected task."""
    return view.tab or _matters(view)


def _matters(view: View) -> Tab:
    task = view.task
    if task is None:
        return "candidates"
    state = view.run.state(task.uid)
    if state not in {*NOT_STARTED, TaskState.SKIPPED, TaskState.ASKING}:
        return "result"
    problem = view.worst.get(task.uid)
    if problem is not None and problem.arg is not None:
        return "arguments"
    # Before anybody has looked for models, what goes in is all that is known.
    return "candidates" if task.task in view.run.candidates else "arguments"


def beside(tab: Tab, by: int) -> Tab:
    """Return the tab so many places further, round again."""
    return TABS[(TABS.index(tab) + by) % len(TABS)]


def tabs_title(name: str, tab: Tab, width: int) -> Content:
    """Return the title of the pane with its tabs; the one that is shown is marked."""
    pieces: list[Content | tuple[str, str | Style]] = []
    for of, words in _pieces(name, tab, width):
        pieces.append((words, Style(bold=of == tab, dim=of != tab) if of else ""))
    return Content.assemble(*pieces)


def tab_at(name: str, tab: Tab, width: int, x: int) -> Tab | None:
    """Return the tab whose name stands in a cell of the title, counted from its first one; None where none does."""
    for of, words in _pieces(name, tab, width):
        if 0 <= x < cell_len(words):
            return of
        x -= cell_len(words)
    return None


def _pieces(name: str, tab: Tab, width: int) -> list[tuple[Tab | None, str]]:
    """Return the words of the title, those of a tab with it."""
    short = width < NUMBER + 42
    # The type stands in the plan too: it goes before the names of the tabs are cut.
    if width < cell_len(name) + 42:
        name = fit(" ".join(name.split()[:3]), max(width - 26, 8)).rstrip()
    pieces: list[tuple[Tab | None, str]] = [(None, f"{name}  ")]
    for place, one in enumerate(TABS):
        if place:
            pieces.append((None, " │ "))
        words = NAMES[one][:4] if short else NAMES[one]
        pieces.append((one, f"▸{words}" if one == tab else f" {words}"))
    return pieces
