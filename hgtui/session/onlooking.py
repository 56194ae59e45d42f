"""A run that is only looked at: it stands as it was read, and whatever is asked for is refused with the reason."""

from collections.abc import Callable
from datetime import UTC, datetime

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.run import Run

Listener = Callable[[ev.Entry, frozenset[Uid]], None]


class Onlooker:
    """Stands where a conductor does, for a run that has ended or that another process writes; `why` is a sentence."""

    def __init__(self, run: Run, why: str) -> None:
        self.run, self._why = run, why
        self._listeners: list[Listener] = []

    def send(self, command: cmd.Command) -> None:
        """Refuse a command; what is selected is not kept."""
        if isinstance(command, cmd.Mark):
            return
        refused = ev.Refused(command=command.command, message=self._why)
        entry = ev.Entry(run=self.run.id, seq=None, at=datetime.now(UTC), event=refused)
        for listener in list(self._listeners):
            listener(entry, frozenset())

    def show(self, entry: ev.Entry) -> None:
        """Take in what was written beside the run since."""
        changed = self.run.fold(entry)
        for listener in list(self._listeners):
            listener(entry, changed)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` what is refused; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def aclose(self) -> None:
        """Hold nothing."""
