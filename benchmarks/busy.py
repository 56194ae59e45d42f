"""The workbench while much happens: a plan of 1,000 tasks on the screen, 30 of them running. `benchmarks.keys` runs it."""

import sys
from itertools import cycle

from hgtui.core import events as ev
from hgtui.core.imports import seldom_collected
from hgtui.core.plan import Input, Plan, Task
from hgtui.ui.app import HgtuiApp
from tests.ui.scripted import Scripted, ScriptedDesk, candidate

TASKS, RUNNING = 1_000, 30
EVERY_S = 0.1
"""How often each running task says how far it is."""


def plan() -> Plan:
    """Return a plan of tasks that depend on nothing, of two types in turn: alike ones would stand in one row."""
    text = Input.text("Bees make honey, wax and propolis; they live in hives of up to 60,000.")
    kinds = ("summarization", "text-classification")
    tasks = (Task(uid=f"t{at}", id=at, task=kinds[at % 2], args={"text": text}) for at in range(TASKS))
    return Plan(request="Summarize a thousand texts", planner="rules", tasks=tuple(tasks))


class Busy(HgtuiApp):
    """The workbench on a run that a timer drives."""

    given: ScriptedDesk

    def on_ready(self) -> None:
        """Ask, as soon as the prompt is there."""
        self.set_timer(0.1, self._ask)

    async def _ask(self) -> None:
        screen = self.screen
        from hgtui.core.commands import Submit

        await screen.open_request(Submit(request="Summarize a thousand texts"))  # type: ignore[attr-defined]
        self.conductor: Scripted = self.given.given[0]
        self.conductor.propose(plan(), candidate())
        self.conductor.approve()
        self.conductor.tell(*(ev.TaskStarted(uid=f"t{at}") for at in range(RUNNING)))
        screen.query_one("#prompt").focus()
        self.fractions = cycle(at / 100 for at in range(100))
        self.set_interval(EVERY_S, self._progress)

    def _progress(self) -> None:
        fraction = next(self.fractions)
        self.conductor.tell(*(ev.Progress(uid=f"t{at}", fraction=fraction) for at in range(RUNNING)))


if __name__ == "__main__":
    desk = ScriptedDesk()
    app = Busy(desk)
    app.given = desk
    seldom_collected()  # as the program does
    app.run()
    sys.exit(app.return_code or 0)
