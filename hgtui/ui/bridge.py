"""What the workbench needs of the rooms below it: someone who conducts a run, and someone who makes such conductors."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from hgtui.config.rules import Listed
from hgtui.core.commands import Command, Submit
from hgtui.core.events import Entry
from hgtui.core.model import Candidate
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


class Option(NamedTuple):
    """A controller that one can switch to: what it is called, what it is and why it is there, whether it is in use."""

    name: str
    about: str
    present: bool = False


class Options(NamedTuple):
    """The controllers to choose from, and a sentence for each that cannot be used."""

    choices: tuple[Option, ...]
    unusable: tuple[str, ...] = ()


class Desk(Protocol):
    """What the composition root gives the workbench."""

    answer: str
    """Who writes the answers of the runs that begin from now on: "llm" or "program"."""

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

    async def options(self) -> Options:
        """Look which controllers there are. Raises DeskError."""
        ...

    async def switch(self, place: int) -> None:
        """Take the controller at a place of the last `options` for the runs that begin from now on. Raises DeskError."""
        ...

    @property
    def pins(self) -> Mapping[str, str]:
        """The name of the candidate that the person has pinned, by task type; it shows what a Pin changes."""
        ...

    async def search(self, words: str, task: str) -> tuple[Candidate, ...]:
        """Return what the Hub has for words among the models of a task type. Raises StoreError."""
        ...

    async def card(self, name: str) -> str:
        """Return the whole model card of a candidate, by its name, as foreign text; "" for none. Raises StoreError."""
        ...

    async def rules(self) -> tuple[Listed, ...]:
        """Return every stored and configured rule with how often it was used. Raises DeskError."""
        ...

    async def forget_rule(self, key: str) -> bool:
        """Delete a stored rule, by its key; False where none is stored with that. Raises DeskError."""
        ...

    async def text(self, digest: str) -> str:
        """Return a kept text by its digest, "" where it is not kept any more. Raises DeskError."""
        ...


class Opened(NamedTuple):
    """What was opened behind the first frame.

    `first` is asked at once, as for a plan file; `resumed` has a run that an earlier process left, to go on with.
    """

    desk: Desk
    first: Submit | None = None
    resumed: Conductor | None = None
