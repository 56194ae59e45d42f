"""The workbench with a plan of many tasks drawn as boxes, alone on the screen. `benchmarks.graph` runs it and presses its keys:
F5 changes the state of a task that is seen, F6 that of one that is not, F7 how far one is, F8 a state by way of the whole workbench.
"""

import gc
import sys
from datetime import UTC, datetime
from itertools import count, cycle
from random import Random

from textual import events

from hgtui.core import events as ev
from hgtui.core.commands import Submit
from hgtui.core.plan import Input, Plan, Task
from hgtui.ui.app import HgtuiApp
from hgtui.ui.graph.ranks import Edge
from hgtui.ui.widgets.plan import PlanPane
from tests.ui.scripted import Scripted, ScriptedDesk, candidate

NEAR = 20
"""A task reads one or two of so many before it."""


def graph(size: int) -> tuple[list[str], list[Edge]]:
    """Return a graph of `size` tasks with one and a half times as many edges, always the same."""
    random, edges = Random(1), []
    for at in range(1, size):
        for _ in range(random.choice((1, 2))):
            edges.append((f"t{max(0, at - 1 - random.randrange(NEAR))}", f"t{at}"))
    return [f"t{at}" for at in range(size)], list(dict.fromkeys(edges))


def plan(size: int) -> Plan:
    """Return a plan of that graph."""
    nodes, edges = graph(size)
    reads: dict[str, list[str]] = {}
    for giver, reader in edges:
        reads.setdefault(reader, []).append(giver)
    tasks = (
        Task(
            uid=node,
            id=at,
            task=("summarization", "text-classification")[at % 2],
            args={"text": Input.of(*reads[node]) if node in reads else Input.text("Bees make honey.")},
        )
        for at, node in enumerate(nodes)
    )
    return Plan(request="Summarize a thousand texts", planner="rules", tasks=tuple(tasks))


class Drawn(HgtuiApp):
    """The workbench on a run in which a key lets something happen."""

    given: ScriptedDesk
    tasks: int

    def on_ready(self) -> None:
        """Ask, as soon as the prompt is there."""
        self.set_timer(0.1, self._ask)

    async def _ask(self) -> None:
        screen = self.screen
        await screen.open_request(Submit(request="Summarize a thousand texts"))  # type: ignore[attr-defined]
        self.conductor: Scripted = self.given.given[0]
        self.conductor.propose(plan(self.tasks), candidate())
        self.conductor.approve()
        self.pane = screen.query_one(PlanPane)
        self.pane.focus()
        for action in ("boxes", "larger", "larger"):
            await screen.run_action(action)
        self.fractions = cycle(at / 100 for at in range(100))
        self.turn = count()

    def on_key(self, event: events.Key) -> None:
        """Let something happen."""
        seen, unseen = self._ends()
        if event.key == "f5":
            self._fold(seen, self._next(seen))
        elif event.key == "f6":
            self._fold(unseen, self._next(unseen))
        elif event.key == "f7":
            self._fold(seen, ev.Progress(uid=seen, fraction=next(self.fractions)))
        elif event.key == "f8":
            self.conductor.tell(self._next(seen))

    def _ends(self) -> tuple[str, str]:
        """Return a task in the middle of what is seen, and one that is not seen."""
        drawn, at, room = self.pane.drawn, self.pane.scroll_offset, self.pane.room
        assert drawn is not None
        middle = at.x + room.width // 2, at.y + room.height // 3
        far = {uid: abs(box.x - middle[0]) + 4 * abs(box.y - middle[1]) for uid, box in drawn.boxes.items()}
        return min(far, key=far.__getitem__), max(far, key=far.__getitem__)

    def _next(self, uid: str) -> ev.Event:
        start, done = (
            ev.TaskStarted(uid=uid, candidate="embedded:lexrank"),
            ev.TaskDone(uid=uid, seconds=0.5, results=()),
        )
        return (start, done)[next(self.turn) % 2]

    def _fold(self, uid: str, event: ev.Event) -> None:
        """Take an event in, and draw its task again: nothing but the drawing is measured."""
        self.conductor.run.fold(ev.Entry(run="run-1", seq=None, at=datetime.now(UTC), event=event))
        self.pane.redraw_tasks([uid])


if __name__ == "__main__":
    desk = ScriptedDesk()
    app = Drawn(desk)
    app.given, app.tasks = desk, int(sys.argv[1])
    gc.freeze()  # as the program does with what it imported
    app.run()
    sys.exit(app.return_code or 0)
