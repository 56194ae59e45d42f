"""What the workbench needs of the rooms below it: someone who conducts a run, and someone who makes such conductors."""

from collections.abc import Callable
from typing import Protocol

from hgtui.core.commands import Command
from hgtui.core.events import Entry
from hgtui.core.plan import Uid
from hgtui.core.run import Run

Listener = Callable[[Entry, frozenset[Uid]], None]
"""Is told each event when it is in the journal (or live, with seq None), with the uids of the tasks that it changed."""


class Conductor(Protocol):
    """One run: commands go in, events come out, `run` is where it stands."""

    @property
    def run(self) -> Run:
        """The folded run; read only."""
        ...

    def send(self, command: Command) -> None:
        """Take a command; never blocks. What cannot be done comes back as a Refused event."""
        ...

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` every event from now on, on the event loop; return what ends that."""
        ...

    async def aclose(self) -> None:
        """Stop what runs."""
        ...


class DeskError(Exception):
    """A run could not be opened; `message` is a sentence, `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Desk(Protocol):
    """What the composition root gives the workbench."""

    @property
    def planner_name(self) -> str:
        """Who plans: "rules" or the model."""
        ...

    @property
    def planner_why(self) -> str:
        """Why it is who it is, in a few words: "no OPENAI_BASE_URL: plans are made by rules"."""
        ...

    @property
    def missing(self) -> tuple[str, ...]:
        """Sentences on what is not installed and what it would run."""
        ...

    async def new(self) -> Conductor:
        """Open a new run. Raises DeskError where none can be opened."""
        ...
