"""What a conductor works with: the ports and settings that the composition root chose."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hgtui.core import events as ev
from hgtui.core.addresses import Resolve
from hgtui.core.plan import Plan, Uid
from hgtui.core.policy import Rule
from hgtui.core.ports import (
    ArtifactStore,
    Catalogue,
    Clock,
    Endpoint,
    Ids,
    KeepsResults,
    ModelStore,
    Planner,
    Recorder,
    Responder,
    Results,
    Selector,
    Talker,
)
from hgtui.core.resource import FileFact
from hgtui.core.states import Gates
from hgtui.core.trials import Vote
from hgtui.execution.perform import TASK_SECONDS, Sleep
from hgtui.session.locks import RunLock
from hgtui.session.tape import Tape

DOWNLOAD_MB = 100.0
"""How large a file at an address of the web may be, in MB, unless a setting says otherwise."""


class Appends(Protocol):
    """The one thing that a conductor asks of a journal."""

    def append(self, run_id: str, event: ev.Event, at: datetime) -> Awaitable[ev.Entry]:
        """Store an event; the entry comes when it is safe on disk, in the order of the calls."""
        ...


class KnownFiles(Protocol):
    """The files of a run that is gone through again: what was found then stands for the file system and the web."""

    async def look(self, path: str) -> FileFact:
        """Return what was found at a path the next time that it was looked at."""
        ...

    def touched(self, paths: Iterable[str]) -> list[str]:
        """Return those that were found changed when they were looked at again."""
        ...

    def is_name(self, text: str) -> bool:
        """Whether a text was the name of a file."""
        ...

    async def fetch(self, path: str) -> FileFact:
        """Return what came from an address. Raises CallError where nothing did."""
        ...

    def laid_out(self, plan: Plan, results: Results) -> dict[tuple[Uid, str], str]:
        """Return where results were laid out for people, by task and digest."""
        ...


class KeepsRules(Protocol):
    """Where a person's rules for every run are kept."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that is stored or configured, in the order in which they are looked at."""
        ...

    async def keep(self, rule: Rule) -> None:
        """Store a rule before all others. Raises config.rules.RulesError."""
        ...

    async def forget(self, key: str) -> bool:
        """Delete a stored rule; False where none has that key. Raises config.rules.RulesError."""
        ...

    async def note(self, uses: Mapping[str, int], at: datetime) -> None:
        """Count how often rules were used, by key. Raises config.rules.RulesError."""
        ...


@dataclass(frozen=True, slots=True)
class Equipment:
    """Ports and settings of a run.

    `base` is the working folder, against which paths are read. `out` is where results are laid out for people, None
    for nowhere. `approve_by` names what approves in a person's place ("--yes"), empty where a person does it.
    `attended` says whether somebody is there who can mend a failure; else a run ends with what it has.
    `task_seconds` bounds one try of a task; `sleep` waits so many seconds between two. `selector`, `responder` and `talker` are an LLM's part in choosing models,
    in writing the answer and in replying where no task is needed; None leaves it to the program.
    `controller` names that LLM and its server where they are not on this machine; `controller_spends` says in words what
    its calls use up ("credits of HF_TOKEN"), empty where that is not known. `hub` is the host and port of the Hub's
    router, empty where there is none; `profile` is the profile that says all that. `store` is where
    a model is looked for that is not among the candidates, None where there is no such place. `allowed` are folders
    (real paths) that a plan may read besides `base`. A file at an address of the web may have `download_mb`;
    `exempt_hosts` are the hosts (lower case) and ports that were configured: only they may be private; with `offline`
    nothing is fetched. `lookup` resolves a name to IP addresses, None for the system's way. `pins`
    is the candidate that a person has pinned, by task type; it shows what `pin` changes, which is given a task type and
    a candidate, None to take the pin away, and raises selection.pins.PinsError; None where pins are not kept. `lock` takes
    the right to write a run, by its name, and raises session.locks.RunInUse; None where no other process could write it.
    `results` keeps what came of tasks for whoever does the same work again, None where nothing is kept; with `fresh`
    everything runs, whatever is kept, and is kept in its place. `files` stands for the file system and the web where a
    recorded run is gone through again, None where they are looked at. `tape` keeps what comes from outside and stands in
    no other event, None where that is not kept. `rules` keeps a person's rules for every run; None where there are none.
    `votes` keeps the vote of a what-if for the runs to come.
    """

    planner: Planner
    catalogues: tuple[Catalogue, ...]
    endpoints: Mapping[str, Endpoint]
    artifacts: ArtifactStore
    journal: Appends
    recorder: Recorder
    clock: Clock
    ids: Ids
    base: Path
    out: Path | None = None
    gates: Gates = Gates.MERGED
    approve_by: str = ""
    attended: bool = True
    task_seconds: float = TASK_SECONDS
    sleep: Sleep = asyncio.sleep
    selector: Selector | None = None
    responder: Responder | None = None
    talker: Talker | None = None
    controller: str = ""
    controller_spends: str = ""
    hub: str = ""
    profile: str = ""
    store: ModelStore | None = None
    allowed: tuple[Path, ...] = ()
    download_mb: float = DOWNLOAD_MB
    exempt_hosts: frozenset[tuple[str, int]] = frozenset()
    offline: bool = False
    only_plans: bool = False
    lookup: Resolve | None = None
    pins: Mapping[str, str] = field(default_factory=dict)
    pin: Callable[[str, str | None], Awaitable[None]] | None = None
    results: KeepsResults | None = None
    fresh: bool = False
    files: KnownFiles | None = None
    tape: Tape | None = None
    rules: KeepsRules | None = None
    votes: Callable[[Vote], Awaitable[None]] | None = None

    def setup(self) -> ev.Setup:
        """Return what is noted of it for who goes through a run again."""
        return ev.Setup(
            base=str(self.base),
            out="" if self.out is None else str(self.out),
            attended=self.attended,
            approve_by=self.approve_by,
            limits={name: one.limit for name, one in self.endpoints.items()},
            selector=self.selector is not None,
            talker=self.talker is not None,
            store=self.store is not None,
            pins=dict(self.pins),
            exempt=tuple(sorted(self.exempt_hosts)),
            offline=self.offline,
            profile=self.profile,
            hub=self.hub,
            controller_spends=self.controller_spends,
            gates=self.gates,
            only_plans=self.only_plans,
        )

    lock: Callable[[str], RunLock | None] | None = None
