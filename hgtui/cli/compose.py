"""The composition root: opens what is shared by all runs, and equips conductors with it."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from hgtui.cli.faults import Fault
from hgtui.config import ConfigError, Settings, config_path, data_dir, load
from hgtui.core.ports import Planner
from hgtui.core.run import Run
from hgtui.core.states import Gates
from hgtui.core.text import one_line
from hgtui.execution.endpoints.embedded.endpoint import EmbeddedCatalogue, EmbeddedEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.llm import ChatClient, LLMError, from_env
from hgtui.planning import RulePlanner
from hgtui.session.artifacts import Artifacts
from hgtui.session.clock import RandomIds, SystemClock
from hgtui.session.conductor import Conductor
from hgtui.session.equipment import Equipment
from hgtui.session.journal import Journal, UnknownRun
from hgtui.session.store import Records

OUT = "hgtui-out"


@dataclass
class Workplace:
    """All that lives as long as the program: journal, artifacts, lanes, the planner. Use it as a context manager."""

    journal: Journal
    artifacts: Artifacts
    lanes: Lanes
    planner: Planner
    why: str
    settings: Settings
    base: Path
    environ: Mapping[str, str]
    chat: ChatClient | None = None
    conductors: list[Conductor] = field(default_factory=list)

    @classmethod
    async def open(cls, environ: Mapping[str, str] = os.environ, base: Path | None = None) -> Self:
        """Open the data folder and choose the planner. Raises JournalError, Fault."""
        try:
            settings = load(config_path(environ))
        except ConfigError as error:
            raise Fault(str(error), "Mend the file, or move it away.") from None
        here = await asyncio.to_thread(Path.cwd)
        folder = data_dir(environ)
        journal = await Journal.open(folder)
        try:
            chat = from_env(environ)
        except LLMError as error:
            await journal.aclose()
            raise Fault(error.message, error.hint) from None
        planner, why = _planner(chat)
        return cls(
            journal=journal,
            artifacts=Artifacts(folder),
            lanes=Lanes(),
            planner=planner,
            why=why,
            settings=settings,
            base=base or here,
            environ=environ,
            chat=chat,
        )

    def conductor(
        self,
        run: Run | None = None,
        *,
        approve_by: str = "",
        attended: bool = True,
        out: Path | None = None,
        gates: Gates | None = None,
    ) -> Conductor:
        """Make a conductor for a new run, or for one that is folded from the journal."""
        equipment = Equipment(
            planner=self.planner,
            catalogues=(EmbeddedCatalogue(),),
            endpoints={"embedded": EmbeddedEndpoint(self.lanes)},
            artifacts=self.artifacts,
            journal=self.journal,
            recorder=Records(self.artifacts, self.environ),
            clock=SystemClock(),
            ids=RandomIds(),
            base=self.base,
            out=out or self.base / OUT,
            gates=gates or Gates(self.settings.gates),
            approve_by=approve_by,
            attended=attended,
            task_seconds=self.settings.limits.task_seconds,
        )
        conductor = Conductor(equipment, run)
        self.conductors.append(conductor)
        return conductor

    async def run(self, name: str) -> Run:
        """Fold a run from the journal, by its name or the beginning of it. Raises Fault where there is none."""
        try:
            whole = await self.journal.resolve(name)
        except UnknownRun as error:
            raise Fault(error.message, error.hint) from None
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
        if self.chat is not None:
            await self.chat.aclose()
        await self.artifacts.aclose()
        await self.journal.aclose()


def _planner(chat: ChatClient | None) -> tuple[Planner, str]:
    if chat is None:
        return RulePlanner(), "neither OPENAI_BASE_URL nor OPENAI_API_KEY is set: plans are made by rules"
    from hgtui.planning.llm import LLMPlanner

    model = one_line(chat.model, 60) if chat.model else "the only model"
    return LLMPlanner(chat), f"plans are made by {model} at {chat.base_url}"
