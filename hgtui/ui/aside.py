"""A run that is not on the screen: it goes on, and what happens in it is kept for when it is shown again."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.run import Run
from hgtui.core.text import one_line
from hgtui.ui.bridge import Conductor
from hgtui.ui.live import Live
from hgtui.ui.loglines import LogLine, log_line
from hgtui.ui.view import View


class Look(NamedTuple):
    """How a run was looked at: what of it was selected, where its conversation stands, what waits for its end."""

    chosen: Uid | None
    by_llm: bool
    looked: str
    apart: bool
    place: int
    queued: str = ""


class Aside:
    """A run that was put aside; `told` is given words when it waits for the person or has ended.

    With no conductor it is the workbench before anything was asked.
    """

    def __init__(
        self,
        conductor: Conductor | None,
        look: Look,
        live: Live,
        lines: Iterable[LogLine],
        told: Callable[[str], None],
    ) -> None:
        self.conductor, self.look, self.live, self.lines = conductor, look, live, list(lines)
        self._told = told
        self._deaf = conductor.listen(self._hear) if conductor else None

    @property
    def run(self) -> Run:
        """The run."""
        return self.conductor.run if self.conductor else Run()

    @property
    def rests(self) -> bool:
        """Whether nothing more happens in it."""
        return self.conductor is None or self.run.ended or bool(self.look.looked)

    def state(self) -> str:
        """Say in a word or two what it does, for the list of runs."""
        return "ended" if self.rests else "waits here" if self.run.gate else "goes on"

    def _hear(self, entry: ev.Entry, _: frozenset[Uid]) -> None:
        self.live.take([entry])
        line = log_line(entry, self.run)
        if line:
            self.lines.append(line)
        name = one_line(self.run.request, 40)
        if isinstance(entry.event, ev.GateOpened):
            self._told(f"“{name}” waits for you")
        elif isinstance(entry.event, ev.RunEnded):
            self._told(f"“{name}” has ended")

    def taken(self) -> Conductor | None:
        """Cease to listen, and return the conductor."""
        if self._deaf:
            self._deaf()
            self._deaf = None
        return self.conductor

    async def aclose(self) -> None:
        """Leave the run where it stands."""
        conductor = self.taken()
        if conductor:
            await conductor.aclose()


def look_at(view: View, place: int, queued: str) -> Look:
    """Return how the run of a view is looked at."""
    return Look(view.chosen, view.by_llm, view.looked, view.apart, place, queued)


def retold(history: Iterable[ev.Entry]) -> tuple[Run, Live, list[LogLine]]:
    """Fold a run; return it with what was said in it so far, and the lines of its log."""
    run, live, lines = Run(), Live(), []
    for entry in history:
        run.fold(entry)
        live.take((entry,))
        if line := log_line(entry, run):
            lines.append(line)
    return run, live, lines
