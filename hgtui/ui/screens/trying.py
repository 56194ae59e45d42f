"""What-if on the workbench: the screen is opened, told what happens, and what is done there becomes commands."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hgtui.core import events as ev
from hgtui.ui.models import spoken
from hgtui.ui.screens.keeping import Keeping

if TYPE_CHECKING:
    from hgtui.ui.screens.whatif import WhatIfScreen


class Trying(Keeping):
    """Runs several models on the input of a task."""

    _what_if: "WhatIfScreen | None" = None

    def action_what_if(self) -> None:
        """Open the what-if of the task."""
        task = self.view.task
        if not self._can("what_if") or task is None:
            return
        from hgtui.ui.screens.whatif import WhatIfScreen

        self._what_if = WhatIfScreen(self.view, task, self.gallery, self.dispatch)
        self.app.push_screen(self._what_if, self._what_if_closed)

    def _what_if_closed(self, _: None) -> None:
        self._what_if = None

    def say(self, words: str, *, asks: bool = False) -> None:
        """Show a sentence, also over the what-if while that is open."""
        super().say(words, asks=asks)
        if words and self._what_if and self._what_if.is_mounted:
            self._what_if.say(words)

    def follow(self, happened: Iterable[ev.Event]) -> None:
        """Bring the what-if up to date while it is open, and say when one is done or decided."""
        happened = tuple(happened)
        super().follow(happened)
        open_ = self._what_if is not None and self._what_if.is_mounted
        for one in happened:
            if isinstance(one, ev.WhatIfVoted) and one.winner:
                self.say(f"{spoken(one.winner)} won: it is your choice for this task, and its result is kept.")
            elif isinstance(one, ev.WhatIfTried) and not open_:
                self._tell_tried(one.uid)
        if open_ and self._what_if is not None and happened:
            self._what_if.happened(happened)

    def _tell_tried(self, uid: str) -> None:
        trial, task = self.view.run.trials.get(uid), self.view.plan.get(uid)
        if trial is not None and task is not None and not trial.over and not trial.open:
            self.say(f"The what-if of task {task.id} is done: {self.keymap.of('what_if')} on it shows what came of it.")
