"""The composition root: opens what is shared by all runs, and equips conductors with it."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

from hgtui.cli.controller import Stages, stages
from hgtui.cli.deciding import Decided, decide
from hgtui.cli.faults import Fault
from hgtui.cli.hubbing import Level, logging
from hgtui.cli.sources import configured, hub_of, pins_of
from hgtui.cli.standing_rules import StandingRules
from hgtui.cli.taken import Taken
from hgtui.cli.words import say
from hgtui.config import data_dir, with_offline
from hgtui.core.addresses import exemptions
from hgtui.core.events import Entry, SentAgain
from hgtui.core.ports import Catalogue, Endpoint
from hgtui.core.run import Run
from hgtui.core.states import Gates
from hgtui.execution.endpoints.embedded.endpoint import EmbeddedCatalogue, EmbeddedEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.llm.budget import Budget
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


class Terms(TypedDict, total=False):
    """What is settled for one run alone; what is left out is as the settings say.

    `approve_by` names what approves in a person's place, `attended` says whether somebody can mend a failure, `out` is the
    folder for results, `answer` who writes the answer. With `fresh` no task is done by a result that is kept; with
    `only_plans` the plan is only shown.
    """

    approve_by: str
    attended: bool
    out: Path | None
    gates: Gates | None
    answer: str | None
    fresh: bool
    only_plans: bool


@dataclass(kw_only=True)
class Workplace(Taken):
    """All that lives as long as the program: journal, artifacts, lanes, the controller. Use it as a context manager."""

    journal: Journal
    artifacts: Artifacts
    lanes: Lanes
    base: Path
    rules: StandingRules
    allowed: tuple[Path, ...] = ()
    results: ResultStore | None = None
    votes: Votes | None = None
    traceless: Traceless | None = None
    conductors: list[Conductor] = field(default_factory=list)
    budgets: dict[Conductor, Budget] = field(default_factory=dict)
    """What the calls of each conductor's run may use and have used."""

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
        hub = await asyncio.to_thread(hub_of, settings, choice, environ)
        if hub.note:
            say(f"note: {hub.note}")
        pins = await asyncio.to_thread(pins_of, environ)
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

    def log(self, text: str, level: Level = "debug") -> None:
        """Write a line into the log of the run that was opened last, as long as it goes on; else it is dropped."""
        if self.conductors:
            self.conductors[-1].log(text, level)

    def conductor(
        self,
        run: Run | None = None,
        *,
        lock: RunLock | None = None,
        **terms: Unpack[Terms],
    ) -> Conductor:
        """Make a conductor for a new run, or for one that was taken from the journal with its lock. Raises RunInUse."""
        equipment, budget = self._equipped(terms)
        conductor = logging(lambda: Conductor(equipment, run, lock), Conductor.log)
        self.conductors.append(conductor)
        if budget is not None:
            self.budgets[conductor] = budget
        return conductor

    def equipment(self, answer: str | None = None) -> Equipment:
        """Return what a run works with that begins now."""
        return self._equipped({"answer": answer})[0]

    def _equipped(self, terms: Terms) -> tuple[Equipment, Budget | None]:
        tape = Tape()
        parts = stages(self.chat, self.choice, self.environ, tape)
        catalogues, endpoints = self._sources(parts, tape)
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
            out=terms.get("out") or (None if self.traceless else self.base / OUT),
            gates=terms.get("gates") or Gates(self.settings.gates),
            approve_by=terms.get("approve_by", ""),
            attended=terms.get("attended", True),
            task_seconds=self.choice.limits.task_seconds,
            selector=parts.selector,
            responder=parts.responder if (terms.get("answer") or self.settings.answer) == "llm" else None,
            talker=parts.talker,
            controller=self.remote,
            controller_spends=self.choice.spends if self.chat is not None else "",
            hub=self.hub.place.via,
            profile=self.choice.profile,
            store=TapedStore(self.hub_parts.store, tape) if self.hub.enabled else None,
            tape=tape,
            pins=self.pins.by_task,
            pin=self.pins.put,
            allowed=self.allowed,
            download_mb=self.choice.limits.download_mb,
            exempt_hosts=exemptions(configured(self.hub.place, self.choice)),
            offline=self.hub.place.offline,
            lock=self._lock,
            results=self.results,
            fresh=terms.get("fresh", False),
            only_plans=terms.get("only_plans", False),
            rules=self.rules,
            votes=self.votes.keep if self.votes is not None else None,
        )
        return equipment, parts.budget

    def _sources(self, parts: Stages, tape: Tape) -> tuple[tuple[Catalogue, ...], tuple[Endpoint, ...]]:
        """Return where the candidates of a run come from, and what runs them."""
        embedded = EmbeddedEndpoint(self.lanes)
        if not self.hub.enabled:
            return (EmbeddedCatalogue(), *parts.catalogues), (embedded, *parts.endpoints)
        hub, seconds = self.hub_parts, self.choice.limits.task_seconds
        catalogues = (EmbeddedCatalogue(), *parts.catalogues, hub.catalogue.keeping(tape.keep_asked))
        return catalogues, (embedded, *parts.endpoints, hub.endpoint(self.lanes, seconds, tape.keep_request))

    @property
    def recorder(self) -> Records:
        """What keeps exchanges, with the secrets taken out."""
        return Records(self.artifacts, self.environ, self.keys())

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
        await self.close_clients()
        if self.results is not None:
            await self.results.aclose()
        await self.artifacts.aclose()
        await self.journal.aclose()
        if self.traceless is not None:
            await self.traceless.aclose()


async def _traceless() -> Traceless:
    try:
        return await Traceless.open()
    except OSError as error:
        why = error.strerror or error
        raise Fault(f"There is no room for temporary files: {why}.", "TMPDIR names another folder.") from None
