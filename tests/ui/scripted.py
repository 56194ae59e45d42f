"""A conductor that a test drives by hand: it folds real events into a real Run and keeps the commands that came."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal

from hgtui.config.rules import Kept, Listed, listed
from hgtui.core import events as ev
from hgtui.core.approval import grant
from hgtui.core.commands import Command, Mark, Submit, Supply
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.policy import Rule
from hgtui.core.ports import StoreError
from hgtui.core.resource import FileFact
from hgtui.core.run import Run
from hgtui.core.states import Stage
from hgtui.core.trials import Tally
from hgtui.session import saving
from hgtui.session.files import inspect
from hgtui.session.gates import gate
from hgtui.session.recalled import Recalled, recalled
from hgtui.session.rows import RunRow
from hgtui.ui.bridge import Again, DeskError, Found, Listener, Option, Options, Taken
from hgtui.ui.view import utc


class Scripted:
    """Stands for the port Conductor: nothing happens but what the test tells."""

    def __init__(self, run_id: str = "run-1") -> None:
        self.run = Run()
        self.clock = utc
        self.commands: list[Command] = []
        self.closed = False
        self.entries: list[ev.Entry] = []
        self._id = run_id
        self._listeners: list[Listener] = []

    def send(self, command: Command) -> None:
        if not isinstance(command, Mark):  # what is selected comes by a timer, and asks for nothing
            self.commands.append(command)

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def aclose(self) -> None:
        self.closed = True

    def tell(self, *events: ev.Event) -> None:
        """Let events happen."""
        for event in events:
            seq = None if isinstance(event, ev.PASSING_EVENTS) else self.run.seq + 1
            self.play([ev.Entry(run=self._id, seq=seq, at=self.clock(), event=event)])

    def play(self, entries: Iterable[ev.Entry]) -> None:
        """Let happen what was recorded."""
        for entry in entries:
            self.entries.append(entry)
            changed = self.run.fold(entry)
            for listener in list(self._listeners):
                listener(entry, changed)

    def gate(self) -> None:
        """Open the gate for the draft as it stands."""
        self.tell(gate(self.run))

    def propose(self, plan: Plan, *candidates: Candidate) -> None:
        """Let a request be planned, models be chosen and the gate open."""
        self.tell(
            ev.RunStarted(request=plan.request, planner=plan.planner or "rules"),
            ev.StageEntered(stage=Stage.PLANNING),
            *(ev.TaskDrafted(task=task) for task in plan),
            ev.PlanProposed(plan=plan),
            ev.StageEntered(stage=Stage.SELECTION),
        )
        for name in dict.fromkeys(task.task for task in plan):
            self.tell(ev.CandidatesFound(task=name, candidates=candidates))
        for task in plan:
            if candidates:
                assignment = Assignment.of(candidates[0], "ranking", "first")
                self.tell(ev.ModelChosen(uid=task.uid, assignment=assignment))
        self.gate()

    def approve(self) -> None:
        """Let the draft be approved and the run begin."""
        given = grant(self.run.draft, self.run.files, self.run.candidates)
        self.tell(ev.Approved(grant=given), ev.StageEntered(stage=Stage.EXECUTION))


class ScriptedDesk:
    """Gives out scripted conductors and keeps them."""

    planner_name = "rules"
    answer = "llm"
    edit_as: Literal["toml", "json"] = "toml"
    planner_why = "no OPENAI_BASE_URL: plans are made by rules"
    stores = True
    missing: tuple[str, ...] = ("hgtui[speech] would run text-to-speech.",)

    def __init__(self, broken: DeskError | None = None) -> None:
        self.given: list[Scripted] = []
        self.pins: dict[str, str] = {}
        self.found: tuple[Candidate, ...] = ()
        self.card_text = ""
        self.store_error: StoreError | None = None
        self.gate: asyncio.Event | None = None
        """Where there is one, the store answers when it is set."""
        self.folder = Path.cwd()
        self.artifacts: dict[str, Path] = {}
        self.times: dict[tuple[str, str], float] = {}
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.searches: list[tuple[str, str]] = []
        self.cards: list[str] = []
        self.broken = broken
        self.stored: list[Rule] = []
        self.configured: tuple[Rule, ...] = ()

        self.base = Path.cwd()
        self.earlier: tuple[str, ...] = ()
        self.themes: list[str] = []

    async def requests(self) -> tuple[str, ...]:
        return self.earlier

    async def keep_theme(self, name: str) -> None:
        self.themes.append(name)

    async def new(self) -> Scripted:
        if self.broken:
            raise self.broken
        self.given.append(Scripted(f"run-{len(self.given) + 1}"))
        return self.given[-1]

    async def options(self) -> Options:
        return Options((Option("rules", "plans are made by rules", present=self.planner_name == "rules"),))

    async def switch(self, place: int) -> None:
        raise DeskError(f"There is no other controller than {place}.")

    async def search(self, words: str, task: str) -> tuple[Candidate, ...]:
        self.searches.append((words, task))
        if self.gate:
            await self.gate.wait()
        if self.store_error:
            raise self.store_error
        return self.found

    async def card(self, name: str) -> str:
        self.cards.append(name)
        if self.gate:
            await self.gate.wait()
        if self.store_error:
            raise self.store_error
        return self.card_text

    async def rules(self) -> tuple[Listed, ...]:
        return listed(Kept(rules=tuple(self.stored)), self.configured)

    async def forget_rule(self, key: str) -> bool:
        before = len(self.stored)
        self.stored = [one for one in self.stored if one.key != key]
        return len(self.stored) < before

    async def text(self, digest: str) -> str:
        return digest

    async def call(self, run: str, number: int) -> Recalled:
        """Return a call of a run as far as its events tell of it."""
        one = next(one for one in self.given if one.run.id == run)
        return await recalled(one.entries, self, number)

    async def read(self, digest: str, limit: int | None = None) -> bytes:
        """Return the bytes of a result, as a store of artifacts does."""
        return self.artifacts[digest].read_bytes()[:limit]

    def path(self, digest: str) -> Path:
        """Return where a result is."""
        return self.artifacts[digest]

    async def send_again(self, *_: object) -> int:
        raise DeskError("There is no LLM to send it to: rules plan.")

    async def runs(self, search: str = "", limit: int = 100) -> list[RunRow]:
        return []

    async def open_run(self, name: str, *, look: bool = False) -> Found:
        raise DeskError(f"There is no run {name}.")

    async def plan_of(self, name: str) -> Submit:
        raise DeskError(f"There is no run {name}.")

    async def again(self, run: Run, uid: Uid, given: Supply | None = None) -> Again:
        raise DeskError(f"The run {run.id} is not kept.")

    async def delete_run(self, name: str) -> str:
        raise DeskError(f"There is no run {name}.")

    async def export_run(self, name: str, path: str, *, over: bool = False) -> str:
        raise DeskError(f"There is no run {name}.")

    def kept(self, digest: str) -> Path:
        if digest not in self.artifacts:
            raise DeskError("This result is not kept any more.", "Run the task again.")
        return self.artifacts[digest]

    async def save(self, digest: str, typed: str, name: str, *, replace: bool = False) -> Path:
        try:
            return await saving.save(self.kept(digest), digest, typed, self.folder, name, replace=replace)
        except saving.Taken as error:
            raise Taken(error.message) from None
        except saving.SavingError as error:
            raise DeskError(error.message, error.hint) from None

    async def look(self, path: str) -> FileFact:
        return await inspect(path, self.folder)

    async def votes(self, task: str, names: Iterable[str]) -> Mapping[str, Tally]:
        return {name: tally for name in names if (tally := self.tallies.get((task, name)))}

    def runnable(self) -> frozenset[str]:
        return frozenset(
            {"summarization", "text-classification", "text-to-speech", "image-to-text", "object-detection"}
        )

    async def seconds(self, task: str, names: Iterable[str]) -> Mapping[str, float]:
        return {name: took for name in names if (took := self.times.get((task, name)))}


def candidate(model: str = "lexrank", **more: object) -> Candidate:
    """Make a candidate that runs here."""
    fields = {"name": f"embedded:{model}", "model": model, "endpoint": "embedded", "licence": "MIT", "size_mb": 12.0}
    return Candidate.model_validate({**fields, "reason": "small and here", **more})


def chain() -> Plan:
    """A plan of three: classify a text and summarize it, then read both aloud."""
    return Plan(
        request="Summarize this, tell me how it sounds and read it aloud",
        planner="rules",
        tasks=(
            Task(uid="t1", id=0, task="summarization", args={"text": Input.text("A long text about bees.")}),
            Task(uid="t2", id=1, task="text-classification", args={"text": Input.text("A long text about bees.")}),
            Task(uid="t3", id=2, task="text-to-speech", args={"text": Input.of("t1")}),
        ),
    )


def hub_candidate(model: str, provider: str = "fal-ai", **more: object) -> Candidate:
    """Make a candidate of the Hub, run by a provider."""
    fields = {
        "name": f"hub:{model}#{provider}", "model": model, "endpoint": "hub", "provider": provider, "place": "hub",
        "leaves": True, "licence": "apache-2.0", "downloads": 12_000, "likes": 340, "status": "live",
        "spends": "credits of HF_TOKEN", "description": "A voice for everyone.",
    }  # fmt: skip
    return Candidate.model_validate({**fields, **more})
