"""Opens the workbench: the screen in front of the same conductor. No CLI library is imported on this way."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hgtui.cli.asking import on_signals
from hgtui.cli.compose import Workplace
from hgtui.cli.controller import list_models
from hgtui.cli.faults import Fault
from hgtui.cli.folders import allowed_folders
from hgtui.cli.hubbing import LOG
from hgtui.cli.words import approve_line, say
from hgtui.config import ConfigError
from hgtui.core.commands import Submit
from hgtui.core.model import Candidate
from hgtui.core.run import Run
from hgtui.core.states import EXIT_OK, EXIT_USAGE, Stage
from hgtui.core.text import decode
from hgtui.execution.endpoints.embedded.endpoint import missing_extras
from hgtui.llm import LLMError
from hgtui.llm.profile import Choice, options
from hgtui.session.artifacts import ArtifactError
from hgtui.session.conductor import Conductor
from hgtui.ui.bridge import DeskError, Option, Options

LONGEST = 1_000_000
"""How many bytes of a kept text are read for the screen."""
LISTED_WITHIN_S = 2.0
"""How long a server may take to list its models before it stands in the list of controllers without them."""
MOST_MODELS = 40


class WorkplaceDesk:
    """What the workbench gets: new conductors, the controllers to choose from, and the words on who plans."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._choices: tuple[Choice, ...] = ()
        self.answer: str = place.settings.answer
        self.missing = missing_extras()

    @property
    def planner_name(self) -> str:
        """Who plans: "rules" or the model."""
        return self._place.planner_name

    @property
    def planner_why(self) -> str:
        """Why it is who it is."""
        return self._place.choice.describe()

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
        """Return a choice for each model where none is set and the server has several."""
        names = choice.models
        if choice.kind == "rules" or choice.model is not None:
            return (choice,)
        if not names:
            try:
                async with asyncio.timeout(LISTED_WITHIN_S):
                    names = await list_models(choice, self._place.environ)
            except (TimeoutError, LLMError, ConfigError):
                return (choice,)  # it can be taken all the same: what is wrong with it is said when it is asked
        return tuple(replace(choice, model=name) for name in names[:MOST_MODELS]) or (choice,)

    def _option(self, choice: Choice) -> Option:
        now = self._place.choice
        present = (choice.kind, choice.base_url, choice.model) == (now.kind, now.base_url, now.model)
        name = "rules" if choice.kind == "rules" else f"{choice.profile}: {choice.model or choice.address}"
        return Option(name, choice.describe(), present)

    async def switch(self, place: int) -> None:
        """Take the controller at a place of the last `options`. Raises DeskError."""
        try:
            await self._place.switch(self._choices[place])
        except Fault as error:
            raise DeskError(str(error), error.hint) from None

    @property
    def pins(self) -> Mapping[str, str]:
        """The name of the candidate that the person has pinned, by task type, as it is now."""
        return self._place.pins.by_task

    async def search(self, words: str, task: str) -> tuple[Candidate, ...]:
        """Return what the Hub has for words among the models of a task type. Raises StoreError."""
        return await self._place.hub_parts.store.search(words, task)

    async def card(self, name: str) -> str:
        """Return the whole model card of a candidate, "" where it has none. Raises StoreError."""
        return await self._place.hub_parts.store.card(name)

    async def text(self, digest: str) -> str:
        """Return a kept text, "" where it is not kept any more. Raises DeskError."""
        try:
            return decode(await self._place.artifacts.read(digest, LONGEST))
        except KeyError:
            return ""
        except ArtifactError as error:
            raise DeskError(error.message, error.hint) from None


@dataclass(frozen=True, slots=True)
class Start:
    """What the workbench begins with: a request, or a run to go on with (its name, or the latest that has not ended).

    `archive` is an exported run to look at, of which nothing is kept.
    """

    first: Submit | None = None
    archive: Path | None = None
    resume: bool = False
    run: str | None = None


async def _open(start: Start, profile: str | None, *, offline: bool, allowed: tuple[Path, ...]) -> int:
    from hgtui.cli.picking import pick_model
    from hgtui.ui.app import HgtuiApp

    no_store = start.archive is not None
    async with await Workplace.open(profile=profile, offline=offline, allowed=allowed, no_store=no_store) as place:
        await pick_model(place, verify=False)
        LOG.set(place.log)  # what is asked of the Hub for the screen is told in a run, never over the screen
        resumed = await _resumed(place, start.run) if start.resume else None
        if start.archive:
            from hgtui.session.exchange import look_into

            resumed = place.conductor(await look_into(start.archive, place.journal, place.artifacts, datetime.now(UTC)))
        app = HgtuiApp(WorkplaceDesk(place), first=start.first, resumed=resumed)
        with on_signals(lambda status: app.exit(return_code=status)):
            await app.run_async()
        for conductor in place.conductors:
            if (words := _left(conductor.run)) and not no_store:
                say(words)
        return app.return_code or EXIT_OK


async def _resumed(place: Workplace, name: str | None) -> Conductor:
    from hgtui.cli.resuming import taken

    run, lock = await taken(place, name)
    return place.conductor(run, lock=lock)


def _left(run: Run) -> str:
    """Say what became of a run that a person left: how to go on with one that waits, what is kept of one that ran."""
    if not run.id or run.ended:
        return ""
    if run.gate is not None and run.stage is Stage.SELECTION:
        return f"{run.id} waits for approval. {'To run it: ' + approve_line(run) if run.gate.approvable else 'It has errors.'}"
    return f"{run.id} was left in the middle; what was done is kept. To go on with it: hgtui resume {run.id}"


def at_a_terminal() -> bool:
    """Whether there is a terminal to draw on."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def open_workbench(
    file: str | None = None, profile: str | None = None, *, offline: bool = False, allow: tuple[Path, ...] = ()
) -> int:
    """Open the workbench, on a plan file, a raw reply or an exported run where one is given; return the exit status."""
    return _opened(lambda: _start(file), profile, offline=offline, allow=allow)


def resume_in_workbench(
    run: str | None, profile: str | None = None, *, offline: bool = False, allow: tuple[Path, ...] = ()
) -> int:
    """Open the workbench on a run that was left, without a name on the latest; return the exit status."""
    return _opened(lambda: Start(resume=True, run=run), profile, offline=offline, allow=allow)


def _opened(start: Callable[[], Start], profile: str | None, *, offline: bool, allow: tuple[Path, ...]) -> int:
    try:
        allowed = allowed_folders(allow)
        begin = start()
        if not at_a_terminal():
            raise Fault(
                "The workbench needs a terminal.", 'Without one: hgtui run "REQUEST" --yes. hgtui --help lists more.'
            )
        return asyncio.run(_open(begin, profile, offline=offline, allowed=allowed))
    except Exception as error:
        if not hasattr(error, "hint"):
            raise
        say("\n".join(filter(None, (f"hgtui: {error}", error.hint))))
        return getattr(error, "exit", EXIT_USAGE)


def _start(file: str | None) -> Start:
    if not file:
        return Start()
    from hgtui.session.archive import is_archive

    return Start(archive=Path(file)) if is_archive(Path(file)) else Start(_first(file))


def _first(file: str) -> Submit:
    from hgtui.cli.reading import read_plan_or_reply_at
    from hgtui.cli.running import submit

    return submit("", (), read_plan_or_reply_at(file))
