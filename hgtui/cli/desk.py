"""What the workbench works at: a workplace, opened behind its first frame."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hgtui.cli.compose import Workplace
from hgtui.cli.controller import list_models
from hgtui.cli.deciding import Decided
from hgtui.cli.faults import Fault
from hgtui.cli.hubbing import LOG
from hgtui.cli.picking import Ask, pick_model
from hgtui.cli.starts import may_run
from hgtui.cli.stored import StoredRuns
from hgtui.cli.words import approve_line
from hgtui.config import ConfigError, config_path, keep_theme
from hgtui.config.rules import Listed, RulesError
from hgtui.core.model import Candidate
from hgtui.core.resource import FileFact
from hgtui.core.run import Run
from hgtui.core.states import Stage
from hgtui.core.text import decode
from hgtui.core.trials import Tally
from hgtui.execution.endpoints.embedded.endpoint import missing_extras
from hgtui.hub.asked import KeepAsked, asking
from hgtui.llm.errors import LLMError
from hgtui.llm.profile import Choice, options
from hgtui.llm.remembered import remember_model
from hgtui.session import saving
from hgtui.session.artifacts import ArtifactError
from hgtui.session.conductor import Conductor
from hgtui.session.files import inspect
from hgtui.session.journal import JournalError
from hgtui.session.onlooking import Onlooker
from hgtui.session.plantext import Form
from hgtui.session.recalled import NoCall, Recalled, recalled
from hgtui.ui.bridge import Conductor as RunConductor
from hgtui.ui.bridge import DeskError, Found, Opened, Option, Options, Taken

if TYPE_CHECKING:
    from hgtui.cli.workbench import Start

LONGEST = 1_000_000
"""How many bytes of a kept text are read for the screen."""
LISTED_WITHIN_S = 2.0
"""How long a server may take to list its models before it stands in the list of controllers without them."""
MOST_MODELS = 40
EARLIER = 500
"""How many earlier requests the prompt has at hand."""


class WorkplaceDesk(StoredRuns):
    """What the workbench gets: new conductors, stored runs, the controllers to choose from, the words on who plans."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._choices: tuple[Choice, ...] = ()
        self.answer: str = place.settings.answer
        self.edit_as: Form = place.settings.edit_as
        self.missing = missing_extras()

    @property
    def planner_name(self) -> str:
        """Who plans: "rules" or the model."""
        return self._place.planner_name

    @property
    def planner_why(self) -> str:
        """Why it is who it is."""
        return self._place.choice.describe()

    @property
    def base(self) -> Path:
        """The working folder."""
        return self._place.base

    @property
    def stores(self) -> bool:
        """Whether a run is stored; not with --no-store."""
        return not self._place.traceless

    async def requests(self) -> tuple[str, ...]:
        """Return the requests of earlier runs, the latest first; none of a run that leaves no trace. Raises DeskError."""
        try:
            return await self._place.journal.requests(EARLIER)
        except JournalError as error:
            raise DeskError(error.message, error.hint) from None

    async def keep_theme(self, name: str) -> None:
        """Write the colours into the configuration file. Raises DeskError."""
        try:
            await asyncio.to_thread(keep_theme, config_path(self._place.environ), name)
        except ConfigError as error:
            raise DeskError(error.message, error.hint) from None

    async def new(self) -> Conductor:
        """Open a new run."""
        return self._place.conductor(answer=self.answer)

    async def options(self) -> Options:
        """Look which controllers there are. Raises DeskError."""
        try:
            found = await options(self._place.settings, self._place.environ)
        except ConfigError as error:
            raise DeskError(error.message, error.hint) from None
        models = await asyncio.gather(*(self._models(one) for one in found.choices))
        self._choices = tuple(one for group in models for one in group)
        return Options(tuple(self._option(one) for one in self._choices), found.unusable)

    async def _models(self, choice: Choice) -> tuple[Choice, ...]:
        """Return a choice for each model where none is set and the server has several, one that was picked among them."""
        names = choice.models
        if choice.kind == "rules" or self._place.is_set(choice):
            return (choice,)
        if not names:
            try:
                async with asyncio.timeout(LISTED_WITHIN_S):
                    names = await list_models(choice, self._place.environ)
            except (TimeoutError, LLMError, ConfigError):
                return (choice,)  # it can be taken all the same: what is wrong with it is said when it is asked
        picked = [choice.model] if choice.model else []
        shown = [*picked, *(name for name in names if name not in picked)][:MOST_MODELS]
        return tuple(replace(choice, model=name) for name in shown) or (choice,)

    def _option(self, choice: Choice) -> Option:
        now = self._place.choice
        present = (choice.kind, choice.base_url, choice.model) == (now.kind, now.base_url, now.model)
        name = "rules" if choice.kind == "rules" else f"{choice.profile}: {choice.model or choice.address}"
        return Option(name, choice.describe(), present)

    async def switch(self, place: int) -> None:
        """Take the controller at a place of the last `options`; of several of a server it is kept as picked. Raises DeskError."""
        choice = self._choices[place]
        try:
            await self._place.switch(choice)
        except Fault as error:
            raise DeskError(str(error), error.hint) from None
        several = sum(one.base_url == choice.base_url for one in self._choices) > 1
        if choice.model and several and not self._place.is_set(choice) and self._place.traceless is None:
            with suppress(ConfigError):  # it is in use all the same, and asked for again at the next start
                await asyncio.to_thread(remember_model, self._place.environ, choice.base_url, choice.model)

    @property
    def pins(self) -> Mapping[str, str]:
        """The name of the candidate that the person has pinned, by task type, as it is now."""
        return self._place.pins.by_task

    async def rules(self) -> tuple[Listed, ...]:
        """Return every rule with how often it was used. Raises DeskError."""
        try:
            return await self._place.rules.listed()
        except RulesError as error:
            raise DeskError(error.message, error.hint) from None

    async def forget_rule(self, key: str) -> bool:
        """Delete a stored rule, by its key; False where none has that. Raises DeskError."""
        try:
            return await self._place.rules.forget(key)
        except RulesError as error:
            raise DeskError(error.message, error.hint) from None

    async def search(self, words: str, task: str) -> tuple[Candidate, ...]:
        """Return what the Hub has for words among the models of a task type. Raises StoreError."""
        store = self._place.hub_parts.store
        return await asking(task, lambda: store.search(words, task), self._keeper)

    async def card(self, name: str) -> str:
        """Return the whole model card of a candidate, "" where it has none. Raises StoreError."""
        store = self._place.hub_parts.store
        return await asking("", lambda: store.card(name), self._keeper)

    @property
    def _keeper(self) -> KeepAsked | None:
        """What keeps what a person asks of the Hub with the calls of the run that was opened last."""
        return self._place.conductors[-1].keep_asked if self._place.conductors else None

    async def call(self, run: str, number: int) -> Recalled:
        """Return a call of a run, by its number there, with all that is kept of it. Raises DeskError."""
        place = self._place
        try:
            entries = await place.journal.entries(run)
            return await recalled(entries, place.artifacts, number)
        except NoCall as error:
            raise DeskError(str(error)) from None
        except (JournalError, ArtifactError) as error:
            raise DeskError(error.message, error.hint) from None

    async def send_again(
        self,
        conductor: RunConductor,
        found: Recalled,
        prompt: str,
        temperature: float | None,
        model: str,
        place: int | None,
        tell: Callable[[str], None],
    ) -> int:
        """Send a call again, with changes, and write that down beside its run; return its number. Raises DeskError."""
        from hgtui.cli.resending import change_of, send_in

        run = conductor.run
        try:
            await send_in(
                self._place,
                run,
                found,
                change_of(found, temperature, prompt),
                model,
                choice=None if place is None else self._choices[place],
                own=conductor if isinstance(conductor, Conductor) else None,
                show=conductor.show if isinstance(conductor, Onlooker) else lambda _: None,
                tell=tell,
            )
        except Fault as error:
            raise DeskError(str(error), error.hint) from None
        return len(run.call_book.rows)

    async def text(self, digest: str) -> str:
        """Return a kept text, "" where it is not kept any more. Raises DeskError."""
        try:
            return decode(await self._place.artifacts.read(digest, LONGEST))
        except KeyError:
            return ""
        except ArtifactError as error:
            raise DeskError(error.message, error.hint) from None

    def kept(self, digest: str) -> Path:
        """Return where the bytes of a result are. Raises DeskError."""
        try:
            return self._place.artifacts.path(digest)
        except KeyError:
            raise DeskError("This result is not kept any more.", "Run the task again.") from None

    async def save(self, digest: str, typed: str, name: str, *, replace: bool = False) -> Path:
        """Copy a result to where a person typed. Raises Taken, DeskError."""
        try:
            return await saving.save(self.kept(digest), digest, typed, self._place.base, name, replace=replace)
        except saving.Taken as error:
            raise Taken(error.message) from None
        except saving.SavingError as error:
            raise DeskError(error.message, error.hint) from None

    async def look(self, path: str) -> FileFact:
        """Look at a file that a person names."""
        return await inspect(path, self._place.base)

    def runnable(self) -> frozenset[str]:
        """Return the task types that an engine that is installed, the controller or the Hub could run; nobody is asked."""
        hub = self._place.hub
        return may_run(self._place.chat is not None, hub.enabled and bool(hub.place.token))

    async def seconds(self, task: str, names: Iterable[str]) -> Mapping[str, float]:
        """Return how many seconds a task type took here before, by candidate."""
        if self._place.results is None:
            return {}
        found = await self._place.results.seconds((task, name) for name in names)
        return {name: took for (_, name), took in found.items()}

    async def votes(self, task: str, names: Iterable[str]) -> Mapping[str, Tally]:
        """Return how often candidates for a task type won a what-if here, and failed in one."""
        return await self._place.votes.tally(task, names) if self._place.votes is not None else {}


async def place(decided: Decided, *, offline: bool, allowed: tuple[Path, ...], no_store: bool) -> Workplace:
    """Open the workplace, to be entered. Raises JournalError, Fault."""
    return await Workplace.open(offline=offline, allowed=allowed, no_store=no_store, decided=decided)


async def settle_model(place: Workplace, ask: Ask) -> None:
    """Settle which model the controller is; a person who must say it is asked by `ask`. Raises Fault."""
    await pick_model(place, verify=False, ask=ask)


async def opened(place: Workplace, start: "Start", ask: Ask) -> Opened:
    """Return what the workbench begins with. Raises Fault, RunInUse, ArchiveError.

    A run that is gone on with brings its own profile, where none is named, and only that is asked for its model by `ask`.
    """
    LOG.set(place.log)  # what is asked of the Hub for the screen is told in a run, never over the screen
    desk, found = WorkplaceDesk(place), None
    desk.edit_as = start.text or desk.edit_as
    if start.resume:
        from hgtui.cli.own import own_profile
        from hgtui.cli.resuming import taken

        run, lock = await taken(place, start.run)
        try:
            await own_profile(place, run, start.profile)
            await settle_model(place, ask)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        found = await desk.go_on(run, lock, start.profile)
    elif start.archive:
        from hgtui.session.exchange import look_into

        run = await look_into(start.archive, place.journal, place.artifacts, datetime.now(UTC))
        entries = tuple(await place.journal.entries(run.id))
        found = Found(place.conductor(run), entries, by_llm=place.planner_name != "rules")
    return Opened(desk, start.first, found)


def left(place: Workplace) -> list[str]:
    """Say what became of the runs that a person left."""
    if place.traceless:
        return []
    return [words for conductor in place.conductors if (words := _left(conductor.run))]


def _left(run: Run) -> str:
    """How to go on with a run that waits, what is kept of one that ran."""
    if not run.id or run.ended:
        return ""
    if run.gate is not None and run.stage in {Stage.PLANNING, Stage.SELECTION}:
        return f"{run.id} waits for approval. {'To run it: ' + approve_line(run) if run.gate.approvable else 'It has errors.'}"
    return f"{run.id} was left in the middle; what was done is kept. To go on with it: hgtui resume {run.id}"
