"""Which of the models of a server is the controller: asked over the first frame, once."""

from collections.abc import Sequence

from hgtui.core.text import one_line
from hgtui.ui.completing import Choice
from hgtui.ui.screens.finding import Finding


class Served(Finding):
    """The models of a server; those that hardly chat are listed only where they are typed for. Gives the name of one."""

    placeholder = "which one shall plan, choose and answer?"
    nothing = "No model there has these words in its name."
    leaves = "esc: rules plan"

    def __init__(self, address: str, likely: Sequence[str], others: Sequence[str] = ()) -> None:
        super().__init__(f"{one_line(address, 80)} has {len(likely) + len(others)} models; you are asked once")
        self.likely, self.others = likely, others

    def listed(self, text: str) -> list[Choice]:
        """Return the models with all of these words in their names."""
        words = text.casefold().split()
        names = [*self.likely, *(self.others if words else ())]
        fit = [name for name in names if all(word in name.casefold() for word in words)]
        return [Choice("model", one_line(name, 100), text=name) for name in fit]
