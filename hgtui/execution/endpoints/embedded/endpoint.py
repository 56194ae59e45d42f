"""The endpoint `embedded`: engines that hgtui brings or an extra installs, run in lanes; and the catalogue of them."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from hgtui.core.model import Assignment, Candidate, CandidateName
from hgtui.core.plan import Task
from hgtui.core.ports import Call, CallError, Given, Produced, Tell
from hgtui.core.resource import FILE_KINDS, Kind
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.execution.endpoints.embedded import cards
from hgtui.execution.endpoints.embedded.cards import CARDS, ENDPOINT, Card
from hgtui.execution.lanes import EngineCall, EngineError, Lanes, Output
from hgtui.hub.tasks import UNSERVED

_UNSAFE = re.compile(r"[^\w .()+-]+")


class EmbeddedEndpoint:
    """Runs tasks on the embedded engines."""

    name = ENDPOINT

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    @property
    def limit(self) -> int:
        """How many calls it takes at once: one for each lane."""
        return self._lanes.limit

    def settings(self, task: str, assignment: Assignment) -> dict[str, str | None]:
        """Return the version of the engine that is installed, which may be newer than the one that was chosen."""
        try:
            card = cards.card(CandidateName.parse(assignment.candidate).model)
        except (KeyError, ValueError):
            return {}
        return {"version": cards.revision(card)}

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        """Run a call in a lane; cancelling kills the lane. Raises CallError."""
        model = CandidateName.parse(call.assignment.candidate).model
        try:
            card = cards.card(model)
        except KeyError:
            raise CallError(Failure.NO_MODEL, f"hgtui has no embedded engine {model}.") from None
        if not cards.installed(card):
            raise CallError(Failure.NO_MODEL, f"{card.title} is not installed.", install_hint(card))
        inputs = await asyncio.to_thread(_named, call.inputs, work / "inputs")
        request = EngineCall(
            engine=card.engine,
            task=call.task.task,
            model=card.model,
            inputs={name: _argument(call.task, name, given) for name, given in inputs.items()},
            out=str(work),
        )
        try:
            outputs = await self._lanes.run(request, on_progress=tell)
        except EngineError as error:
            raise CallError(error.failure, error.message, error.hint) from error
        return tuple(_produced(output) for output in outputs)


class EmbeddedCatalogue:
    """The embedded engines as candidates, those that would have to be installed too."""

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return the engines for a task type, in the catalogue's order: the most general first."""
        return tuple(_candidate(card) for card in CARDS if task in card.tasks)

    def help(self, task: str) -> str:
        """Say what would make a task type run."""
        absent = [card for card in CARDS if task in card.tasks and not cards.installed(card)]
        if absent:
            return f"{install_hint(absent[0])} brings {absent[0].title}."
        if task in TASKS and not any(task in card.tasks for card in CARDS):
            # Where the Hub has no model for it either, its catalogue says so beside this.
            way = "" if task in UNSERVED else "; it takes a model of the Hugging Face Hub"
            return f"No engine that hgtui brings does this{way}."
        return ""


def install_hint(card: Card) -> str:
    """Return the command that installs what an engine needs."""
    return f"pip install 'hgtui[{card.extra}]'"


def missing_extras() -> tuple[str, ...]:
    """Say for each extra that is not installed which task types it would run."""
    found: dict[str, dict[str, None]] = {}
    for card in CARDS:
        if card.extra and not cards.installed(card):
            found.setdefault(card.extra, {}).update(dict.fromkeys(card.tasks))
    return tuple(f"pip install 'hgtui[{extra}]' would run {', '.join(tasks)}" for extra, tasks in found.items())


def _candidate(card: Card) -> Candidate:
    return Candidate(
        name=card.name,
        model=card.model,
        endpoint=ENDPOINT,
        revision=cards.revision(card),
        title=card.title,
        description=card.quality,
        licence=card.licence,
        languages=card.languages,
        labels=card.labels,
        place="here",
        size_mb=card.size_mb,
        usd=0.0,
        missing="" if cards.installed(card) else install_hint(card),
    )


def _named(inputs: Mapping[str, tuple[Given, ...]], folder: Path) -> dict[str, tuple[Given, ...]]:
    """Lay links to the files into a folder, under the names that a person knows: engines speak of files by name."""
    found: dict[str, tuple[Given, ...]] = {}
    for argument, given in inputs.items():
        rows = []
        for number, one in enumerate(given):
            if one.path is None:
                rows.append(one)
                continue
            place = folder / f"{argument}-{number}"
            place.mkdir(parents=True, exist_ok=True)
            link = place / (_UNSAFE.sub("_", Path(one.name).name)[-80:].lstrip(".") or "file")
            link.symlink_to(one.path)
            rows.append(one.model_copy(update={"path": str(link)}))
        found[argument] = tuple(rows)
    return found


def _argument(task: Task, name: str, given: tuple[Given, ...]) -> object:
    spec = TASKS[task.task].arg(name)
    rows = [_given(one, is_file=bool(spec and spec.kind in FILE_KINDS)) for one in given]
    return rows if len(rows) != 1 or (spec and spec.many) else rows[0]


def _given(one: Given, *, is_file: bool) -> dict[str, str]:
    row = {"path": one.path or ""} if is_file else {"text": one.text or ""}
    if one.name:
        row["name"] = one.name
    if one.language:
        row["language"] = one.language
    return row


def _produced(output: Output) -> Produced:
    return Produced(
        kind=Kind(output.kind),
        media_type=output.media_type,
        text=output.text,
        path=output.path,
        data=output.data,
        language=output.language,
        name=output.name or "",
        note=" ".join(output.notes),
        memory_mb=output.memory_mb,
    )
