"""The composition root: opens what is shared by all runs, and equips conductors with it."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from hgtui.cli.controller import how_to_set, list_models, several, stages
from hgtui.cli.deciding import Decided, decide, planner_name
from hgtui.cli.faults import Fault
from hgtui.cli.hubbing import HubParts, HubUse, Level, hub_use, logging
from hgtui.cli.standing_rules import StandingRules
from hgtui.cli.words import say
from hgtui.config import AUTO, ConfigError, Settings, config_path, data_dir, with_offline
from hgtui.core.addresses import exemptions
from hgtui.core.events import Entry, SentAgain
from hgtui.core.policy import Rule
from hgtui.core.ports import Catalogue
from hgtui.core.run import Run
from hgtui.core.states import Gates
from hgtui.execution.endpoints.embedded.endpoint import EmbeddedCatalogue, EmbeddedEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.hub.values import HubPlace
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.errors import LLMError
from hgtui.llm.profile import Choice, client_for
from hgtui.selection.pins import FILE as PINS
from hgtui.selection.pins import Pins, PinsError
from hgtui.session.artifacts import Artifacts
from hgtui.session.clock import RandomIds, SystemClock
from hgtui.session.conductor import Conductor
from hgtui.session.equipment import Equipment
from hgtui.session.journal import Journal, UnknownRun
from hgtui.session.locks import RunLock
from hgtui.session.nostore import Traceless
from hgtui.session.results import ResultStore
from hgtui.session.store import Records
from hgtui.session.tape import Tape, TapedStore
from hgtui.session.votes import Votes

OUT = "hgtui-out"


@dataclass
class Workplace:
    """All that lives as long as the program: journal, artifacts, lanes, the controller. Use it as a context manager."""

    journal: Journal
    artifacts: Artifacts
    lanes: Lanes
    choice: Choice
    settings: Settings
    base: Path
    environ: Mapping[str, str]
    hub: HubUse
    pins: Pins
    rules: StandingRules
    allowed: tuple[Path, ...] = ()
    chat: ChatClient | None = None
    results: ResultStore | None = None
    votes: Votes | None = None
    traceless: Traceless | None = None
    conductors: list[Conductor] = field(default_factory=list)
    budgets: dict[Conductor, Budget] = field(default_factory=dict)
    """What the calls of each conductor's run may use and have used."""
    _old: list[ChatClient] = field(default_factory=list)
    _hubs: dict[HubPlace, HubParts] = field(default_factory=dict)

    @classmethod
    async def open(
        cls,
        environ: Mapping[str, str] = os.environ,
        base: Path | None = None,
        profile: str | None = None,
        *,
        offline: bool = False,
        allowed: tuple[Path, ...] = (),
        no_store: bool = False,
        decided: Decided | None = None,
    ) -> Self:
        """Open the data folder, choose the controller and see where the Hub is. Raises JournalError, Fault.

        With `offline` nothing is asked of the Hub. `allowed` are the real paths of folders that a plan may read too.
        `decided` is the controller where it has been chosen already.
        With `no_store` nothing is read from the data folder and nothing of a run is left on the disk.
        """
        environ = with_offline(environ, offline)
        settings, choice, chat = decided or await decide(environ, profile)
        hub = await asyncio.to_thread(_hub_of, settings, choice, environ)
        if hub.note:
            say(f"note: {hub.note}")
        pins = await asyncio.to_thread(_pins_of, environ)
        rules = await asyncio.to_thread(StandingRules.read, environ, settings.policy, counts=not no_store)
        here = await asyncio.to_thread(Path.cwd)
        folder = data_dir(environ)
        traceless = await _traceless() if no_store else None
        if no_store:
            hub = replace(hub, place=replace(hub.place, cache=None))
        place = cls(
            journal=traceless.journal if traceless else await Journal.open(folder, say),
            artifacts=traceless.artifacts if traceless else Artifacts(folder),
            lanes=Lanes(),
            choice=choice,
            settings=settings,
            base=base or here,
            environ=environ,
            hub=hub,
            pins=pins,
            rules=rules,
            allowed=allowed,
            chat=chat,
        )
        place.traceless = traceless
        place.votes = Votes(folder if traceless is None else None, place.log)
        if traceless is None:
            place.results = ResultStore(folder, place.artifacts, log=place.log)
        return place

    @property
    def planner_name(self) -> str:
        """Who plans: "rules" or the model, as far as it is known."""
        return planner_name(self.choice, self.chat)

    @property
    def picked_before(self) -> bool:
        """Whether the model is neither set nor the only one, but was picked by a person in an earlier run."""
        return self.choice.model is not None and not self.is_set(self.choice) and not self.choice.models

    def is_set(self, choice: Choice) -> bool:
        """Whether the configuration or the environment says which model a controller is."""
        own = {self.settings.profile(name).controller.model for name in (choice.profile, AUTO)}
        return choice.model is not None and choice.model in {self.environ.get("OPENAI_MODEL", "").strip(), *own}

    def use_model(self, name: str | None) -> None:
        """Take this model of the controller's server for the runs that begin from now on; None leaves it open."""
        self.choice = replace(self.choice, model=name)
        if self.chat is not None:
            self.chat.model = name

    @property
    def remote(self) -> str:
        """The model and its server where they are not on this machine, else an empty text."""
        if self.chat is None or self.choice.here:
            return ""
        return f"{self.planner_name} at {self.choice.address}"

    async def switch(self, choice: Choice) -> None:
        """Take another controller for the runs that begin from now on. Raises Fault."""
        hub = await asyncio.to_thread(_hub_of, self.settings, choice, self.environ)
        try:
            chat = client_for(choice, self.environ)
        except (ConfigError, LLMError) as error:
            raise Fault(error.message, error.hint) from None
        # The old client stays open for the runs that use it.
        if self.chat is not None:
            self._old.append(self.chat)
        self.choice, self.chat, self.hub = choice, chat, hub

    @contextlib.asynccontextmanager
    async def beside(
        self, run: str, own: Conductor | None = None, show: Callable[[Entry], None] = lambda _: None
    ) -> AsyncIterator[Callable[[SentAgain], Awaitable[None]]]:
        """Yield what writes an event beside a run; `own` conducts it here, else `show` is given the entry.

        Raises RunInUse where another process writes that run.
        """
        writes = own is not None and own.writes
        lock = None if writes else await asyncio.to_thread(self._lock, run)

        async def note(event: SentAgain) -> None:
            if own is not None:
                await own.note(event)
            else:
                show(await self.journal.append(run, event, datetime.now(UTC)))

        try:
            yield note
        finally:
            if lock is not None:
                await asyncio.to_thread(lock.release)

    @contextlib.asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Let another controller be taken for what is equipped within, and for nothing that begins later."""
        choice, chat, hub = self.choice, self.chat, self.hub
        try:
            yield
        finally:
            if chat is not self.chat:
                if self.chat is not None:
                    self._old.append(self.chat)
                self._old = [one for one in self._old if one is not chat]
            self.choice, self.chat, self.hub = choice, chat, hub

    @property
    def hub_parts(self) -> HubParts:
        """The client of the Hub of the profile that is taken now, and what stands on it; one for each place."""
        place = self.hub.place
        if place not in self._hubs:
            self._hubs[place] = HubParts.at(place, self.pins.by_task)
        return self._hubs[place]

    def log(self, text: str, level: Level = "debug") -> None:
        """Write a line into the log of the run that was opened last, as long as it goes on; else it is dropped."""
        if self.conductors:
            self.conductors[-1].log(text, level)

    def conductor(
        self,
        run: Run | None = None,
        *,
        lock: RunLock | None = None,
        approve_by: str = "",
        attended: bool = True,
        out: Path | None = None,
        gates: Gates | None = None,
        answer: str | None = None,
        fresh: bool = False,
        only_plans: bool = False,
    ) -> Conductor:
        """Make a conductor for a new run, or for one that was taken from the journal with its lock. Raises RunInUse.

        With `fresh` no task is done by a result that is kept; with `only_plans` the plan is only shown.
        """
        equipment, budget = self._equipped(
            approve_by=approve_by,
            attended=attended,
            out=out,
            gates=gates,
            answer=answer,
            fresh=fresh,
            only_plans=only_plans,
        )
        conductor = logging(lambda: Conductor(equipment, run, lock), Conductor.log)
        self.conductors.append(conductor)
        if budget is not None:
            self.budgets[conductor] = budget
        return conductor

    def equipment(self, answer: str | None = None) -> Equipment:
        """Return what a run works with that begins now."""
        return self._equipped(answer=answer)[0]

    def _equipped(
        self,
        *,
        approve_by: str = "",
        attended: bool = True,
        out: Path | None = None,
        gates: Gates | None = None,
        answer: str | None = None,
        fresh: bool = False,
        only_plans: bool = False,
    ) -> "tuple[Equipment, Budget | None]":
        tape = Tape()
        parts = stages(self.chat, self.choice, self.environ, tape)
        hub = self.hub_parts
        embedded = EmbeddedEndpoint(self.lanes)
        catalogues = (
            EmbeddedCatalogue(),
            *parts.catalogues,
            *((hub.catalogue.keeping(tape.keep_asked),) if self.hub.enabled else ()),
        )
        seconds = self.choice.limits.task_seconds
        asked = (hub.endpoint(self.lanes, seconds, tape.keep_request),) if self.hub.enabled else ()
        endpoints = (embedded, *parts.endpoints, *asked)
        equipment = Equipment(
            planner=parts.planner,
            catalogues=catalogues,
            endpoints={one.name: one for one in endpoints},
            artifacts=self.artifacts,
            journal=self.journal,
            recorder=self.recorder,
            clock=SystemClock(),
            ids=RandomIds(),
            base=self.base,
            out=out or (None if self.traceless else self.base / OUT),
            gates=gates or Gates(self.settings.gates),
            approve_by=approve_by,
            attended=attended,
            task_seconds=seconds,
            selector=parts.selector,
            responder=parts.responder if (answer or self.settings.answer) == "llm" else None,
            talker=parts.talker,
            controller=self.remote,
            controller_spends=self.choice.spends if self.chat is not None else "",
            hub=self.hub.place.via,
            profile=self.choice.profile,
            store=TapedStore(hub.store, tape) if self.hub.enabled else None,
            tape=tape,
            pins=self.pins.by_task,
            pin=self.pins.put,
            allowed=self.allowed,
            download_mb=self.choice.limits.download_mb,
            exempt_hosts=exemptions(_configured(self.hub.place, self.choice)),
            offline=self.hub.place.offline,
            lock=self._lock,
            results=self.results,
            fresh=fresh,
            only_plans=only_plans,
            rules=self.rules,
            votes=self.votes.keep if self.votes is not None else None,
        )
        return equipment, parts.budget

    @property
    def recorder(self) -> Records:
        """What keeps exchanges, with the secrets taken out."""
        return Records(self.artifacts, self.environ, self._keys())

    def _keys(self) -> tuple[str, ...]:
        """The key of the controller and the token of the Hub, which may come from a file or a variable of any name."""
        try:
            key = self.choice.key.read(self.environ) if self.choice.key is not None else ""
        except ConfigError:  # gone since the client was made, which has said so
            key = ""
        return tuple(filter(None, (key, self.hub.place.token)))

    def _lock(self, run: str) -> RunLock | None:
        """Take the right to write a run. Raises RunInUse. Blocking."""
        return None if self.traceless else RunLock.take(data_dir(self.environ), run)

    async def take(self, name: str) -> tuple[Run, RunLock | None]:
        """Take the right to write a run, by its name or the beginning of it, and fold it. Raises Fault, RunInUse."""
        whole = await self._whole(name)
        lock = await asyncio.to_thread(self._lock, whole)
        try:
            # Behind the lock: nobody writes what this would not know of.
            return await self.run(whole), lock
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    async def _whole(self, name: str) -> str:
        try:
            return await self.journal.resolve(name)
        except UnknownRun as error:
            raise Fault(error.message, error.hint) from None

    async def run(self, name: str) -> Run:
        """Fold a run from the journal, by its name or the beginning of it. Raises Fault where there is none."""
        whole = await self._whole(name)
        reading = await self.journal.read(whole)
        run = Run()
        for entry in reading.entries:
            run.fold(entry)
        if reading.damage:
            raise Fault(
                f"The journal of {whole} is damaged: {reading.damage}.", "hgtui show still shows what can be read."
            )
        return run

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(one.aclose() for one in self.conductors), return_exceptions=True)
        await self.lanes.aclose()
        for chat in (self.chat, *self._old):
            if chat is not None:
                await chat.aclose()
        for hub in self._hubs.values():
            await hub.client.aclose()
        if self.results is not None:
            await self.results.aclose()
        await self.artifacts.aclose()
        await self.journal.aclose()
        if self.traceless is not None:
            await self.traceless.aclose()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where candidates come from; `exempt` are the hosts and ports of a person's own settings, which may be private.

    `rules` are those that hold for every run, the first first.
    """

    catalogues: tuple[Catalogue, ...]
    exempt: frozenset[tuple[str, int]]
    rules: tuple[Rule, ...] = ()


@contextlib.asynccontextmanager
async def catalogues(
    environ: Mapping[str, str], profile: str | None = None, *, offline: bool = False
) -> AsyncIterator[Sources]:
    """Yield where candidates come from, without opening the data folder. Raises Fault.

    A controller whose model is not known, or cannot be asked for, is left out, and that is said.
    """
    environ = with_offline(environ, offline)
    settings, choice, chat = await decide(environ, profile)
    hub = await asyncio.to_thread(_hub_of, settings, choice, environ)
    if hub.note:
        say(f"note: {hub.note}")
    rules = await asyncio.to_thread(StandingRules.read, environ, settings.policy, counts=False)
    parts = HubParts.at(hub.place, (await asyncio.to_thread(_pins_of, environ)).by_task)
    try:
        if chat is not None and chat.model is None:
            chat.model = await _only_model(choice, environ)
        known = chat if chat is not None and chat.model is not None else None
        own = stages(known, choice, environ).catalogues if known else ()
        found = (EmbeddedCatalogue(), *own, *((parts.catalogue,) if hub.enabled else ()))
        yield Sources(found, exemptions(_configured(hub.place, choice)), rules.rules)
    finally:
        await parts.client.aclose()
        if chat is not None:
            await chat.aclose()


async def _traceless() -> Traceless:
    try:
        return await Traceless.open()
    except OSError as error:
        why = error.strerror or error
        raise Fault(f"There is no room for temporary files: {why}.", "TMPDIR names another folder.") from None


def _configured(place: HubPlace, choice: Choice) -> tuple[str, ...]:
    """Return where a person's own settings lead: these may be on this machine or in its network."""
    return tuple(filter(None, (place.endpoint, place.router, choice.base_url)))


def _hub_of(settings: Settings, choice: Choice, environ: Mapping[str, str]) -> HubUse:
    """Say how the Hub is used with a controller's profile. Raises Fault."""
    try:
        use = hub_use(settings, choice.profile, environ)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    return use


def _pins_of(environ: Mapping[str, str]) -> Pins:
    try:
        return Pins.read(config_path(environ).parent / PINS)
    except PinsError as error:
        raise Fault(error.message, error.hint) from None


async def _only_model(choice: Choice, environ: Mapping[str, str]) -> str | None:
    try:
        names = await list_models(choice, environ)
    except (ConfigError, LLMError) as error:
        say(f"note: the controller is left out: {error.message} {error.hint}".rstrip())
        return None
    if len(names) == 1:
        return names[0]
    words = several(choice, names) if names else f"The server at {choice.address} has no model."
    say(f"note: the controller is left out: {words} {how_to_set(choice, environ)}")
    return None
