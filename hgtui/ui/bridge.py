"""What the workbench needs of the rooms below it: someone who conducts a run, and someone who makes such conductors."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from hgtui.config.rules import Listed
from hgtui.core.commands import Command, Submit, Supply
from hgtui.core.events import Entry, RerunForeseen
from hgtui.core.model import Candidate
from hgtui.core.plan import Uid
from hgtui.core.resource import FileFact
from hgtui.core.run import Run
from hgtui.core.trials import Tally

if TYPE_CHECKING:
    from hgtui.session.recalled import Recalled
    from hgtui.session.rows import RunRow

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


class Taken(DeskError):
    """There is a file of that name already."""


class Option(NamedTuple):
    """A controller that one can switch to: what it is called, what it is and why it is there, whether it is in use."""

    name: str
    about: str
    present: bool = False


class Options(NamedTuple):
    """The controllers to choose from, and a sentence for each that cannot be used."""

    choices: tuple[Option, ...]
    unusable: tuple[str, ...] = ()


class Found(NamedTuple):
    """A stored run that was opened: who conducts it, and its `history`, which it was folded from.

    `looked` is a sentence where it is only looked at although it has not ended, or where a part of it cannot be read.
    """

    conductor: Conductor
    history: tuple[Entry, ...] = ()
    looked: str = ""
    by_llm: bool = False


class Again(NamedTuple):
    """A plan that ran before, once more: the command that does it, and what that would do."""

    submit: Submit
    foreseen: RerunForeseen


class Desk(Protocol):
    """What the composition root gives the workbench."""

    answer: str
    """Who writes the answers of the runs that begin from now on: "llm" or "program"."""

    edit_as: Literal["toml", "json"]
    """The form of the text in which a whole plan is edited."""

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

    @property
    def base(self) -> Path:
        """The working folder, in which a path of a request is looked for."""
        ...

    @property
    def stores(self) -> bool:
        """Whether a run is stored, so that one that is left can be gone on with."""
        ...

    async def requests(self) -> tuple[str, ...]:
        """Return the requests of earlier runs, the latest first. Raises DeskError."""
        ...

    async def keep_theme(self, name: str) -> None:
        """Keep the colours for the sessions to come. Raises DeskError."""
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

    async def call(self, run: str, number: int) -> "Recalled":
        """Return a call of a run, by its number there, with all that is kept of it. Raises DeskError."""
        ...

    async def send_again(
        self,
        conductor: Conductor,
        found: "Recalled",
        prompt: str,
        temperature: float | None,
        model: str,
        place: int | None,
        tell: Callable[[str], None],
    ) -> int:
        """Send a call of a conductor's run again and write that down; return the number of the call that came of it.

        `prompt` is all of its messages as session.prompttext writes them, `temperature` None and `model` "" are as they were;
        `place` is a controller in the last `options`, None for the one in use. `tell` takes the reply so far. Cancelling
        ends the call. Raises DeskError.
        """
        ...

    async def runs(self, search: str = "", limit: int = 100) -> "Sequence[RunRow]":
        """Return the stored runs, the latest first, whose name or request holds `search`. Raises DeskError."""
        ...

    async def open_run(self, name: str, *, look: bool = False) -> Found:
        """Open a stored run: one that has ended to look at, another to go on with it. Raises DeskError.

        With `look` it is only looked at, also where another process writes it.
        """
        ...

    async def plan_of(self, name: str) -> Submit:
        """Return the command that runs the plan of a stored run once more. Raises DeskError."""
        ...

    async def again(self, run: Run, uid: Uid, given: Supply | None = None) -> Again:
        """Return how the plan of a run that has ended runs once more with one task anew, or with its result by hand.

        Raises DeskError.
        """
        ...

    async def delete_run(self, name: str) -> str:
        """Delete a stored run for good; return what is left of it, in words. Raises DeskError."""
        ...

    async def export_run(self, name: str, path: str, *, over: bool = False) -> str:
        """Write a stored run into a file, which must not be there but with `over`; return what that was. Raises DeskError."""
        ...

    def kept(self, digest: str) -> Path:
        """Return where the bytes of a result are, to read and never to write. Raises DeskError."""
        ...

    async def save(self, digest: str, typed: str, name: str, *, replace: bool = False) -> Path:
        """Copy a result to where a person typed, into a folder under `name`; return the path. Raises Taken, DeskError."""
        ...

    async def look(self, path: str) -> FileFact:
        """Look at a file that a person names, and keep nothing of it."""
        ...

    def runnable(self) -> Collection[str]:
        """Return the task types that something could run from here, as far as that is known without asking anybody."""
        ...

    async def seconds(self, task: str, names: Iterable[str]) -> Mapping[str, float]:
        """Return how many seconds a task type took here before on candidates, by name, where that is known."""
        ...

    async def votes(self, task: str, names: Iterable[str]) -> Mapping[str, Tally]:
        """Return how often candidates for a task type won a what-if here, and failed in one, by name."""
        ...


class Opened(NamedTuple):
    """What was opened behind the first frame.

    `first` is asked at once, as for a plan file; `resumed` is a run that an earlier process left, to go on with.
    """

    desk: Desk
    first: Submit | None = None
    resumed: Found | None = None
