"""Opens the workbench: the screen in front of the same conductor.

Nothing heavy is imported on this way, nor a CLI library: what the first frame does not need comes behind it.
"""

import asyncio
import gc
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hgtui.cli.faults import Fault
from hgtui.cli.folders import allowed_folders
from hgtui.cli.looks import looks_of
from hgtui.cli.signals import gone_with_terminal, keys_kept, on_signals, write_to_terminal
from hgtui.core.imports import seldom_collected
from hgtui.core.states import EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE

if TYPE_CHECKING:
    from hgtui.core.commands import Submit
    from hgtui.ui.bridge import Opened
    from hgtui.ui.looks import Looks


@dataclass(frozen=True, slots=True)
class Start:
    """What the workbench begins with: a request, or a run to go on with (its name, or the latest that has not ended).

    `archive` is an exported run to look at, of which nothing is kept; `profile` the one that was named for the run.
    `text` is the form in which a plan is edited as a text, None where the settings say it.
    """

    first: "Submit | None" = None
    archive: Path | None = None
    resume: bool = False
    run: str | None = None
    text: Literal["toml", "json"] | None = None
    profile: str | None = None


async def _open(
    start: Start,
    profile: str | None,
    restore: Callable[[], None],
    looks: "Looks",
    *,
    offline: bool,
    allowed: tuple[Path, ...],
) -> int:
    from hgtui.ui.app import TAKE_BACK, HgtuiApp

    left: list[str] = []
    async with AsyncExitStack() as stack:

        async def behind(app: HgtuiApp) -> "Opened":
            # In threads: it takes longer than all until the first frame, and keys are taken meanwhile.
            deciding = await asyncio.to_thread(import_module, "hgtui.cli.deciding")
            decided = await deciding.decide(os.environ, profile, offline=offline)
            await app.tell_planner(decided.planner_name, decided.choice.describe())
            desk = await asyncio.to_thread(import_module, "hgtui.cli.desk")
            place = await stack.enter_async_context(
                await desk.place(decided, offline=offline, allowed=allowed, no_store=start.archive is not None)
            )
            stack.callback(lambda: left.extend(desk.left(place)))
            if not start.resume:  # a run has a profile of its own, which is known once it is read
                await desk.settle_model(place, app.ask_model)
            seldom_collected()
            return await desk.opened(place, start, app.ask_model)  # type: ignore[no-any-return]  # imported by its name

        app = HgtuiApp(opening=behind, looks=looks)

        def stop(status: int) -> None:
            if status != EXIT_INTERRUPTED or not app.away:  # Ctrl+C in an editor is the editor's
                app.exit(return_code=status)

        # First in, last out: closing what is open is part of it.
        stack.enter_context(gone_with_terminal(stop))
        with on_signals(stop):
            try:
                await app.run_async()
            finally:
                if app.told_title:
                    write_to_terminal(TAKE_BACK)
                restore()  # at once: to close what is open may take a while, and no signal is taken then
        if app.failure:
            raise app.failure
    if left:
        from hgtui.cli.words import say

        say("\n".join(left))
    return app.return_code or EXIT_OK


def at_a_terminal() -> bool:
    """Whether there is a terminal to draw on."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def open_workbench(
    file: str | None = None, profile: str | None = None, *, offline: bool = False, allow: tuple[Path, ...] = ()
) -> int:
    """Open the workbench, on a plan file, a raw reply or an exported run where one is given; return the exit status."""
    return _opened(lambda: _start(file), profile, offline=offline, allow=allow, file=file)


def resume_in_workbench(
    run: str | None, profile: str | None = None, *, offline: bool = False, allow: tuple[Path, ...] = ()
) -> int:
    """Open the workbench on a run that was left, without a name on the latest; return the exit status."""
    return _opened(lambda: Start(resume=True, run=run, profile=profile), profile, offline=offline, allow=allow)


def _opened(
    start: Callable[[], Start], profile: str | None, *, offline: bool, allow: tuple[Path, ...], file: str | None = None
) -> int:
    try:
        allowed = allowed_folders(allow)
        begin = start()
        if not at_a_terminal():
            raise Fault("The workbench needs a terminal.", f"Without one: {_without(begin, file)}")
        looks = looks_of(os.environ)
        if looks.pixels and not os.environ.get("NO_COLOR"):
            from hgtui.ui.graphics import GRAPHICS

            GRAPHICS.ask()  # before the keys are kept: the terminal answers on standard input
        # What is imported stays: looking through it for garbage, again and again, takes a tenth of the start.
        gc.disable()
        with keys_kept() as restore:
            return asyncio.run(_open(begin, profile, restore, looks, offline=offline, allowed=allowed))
    except Exception as error:
        if not hasattr(error, "hint"):
            raise
        from hgtui.cli.words import say

        say("\n".join(filter(None, (f"hgtui: {error}", error.hint))))
        return getattr(error, "exit", EXIT_USAGE)


def _without(start: Start, file: str | None) -> str:
    """Say how to come to the same without a terminal."""
    name = "" if file is None else shlex.quote(file)
    if start.archive is not None:
        return f"hgtui import {name}, then hgtui show RUN; hgtui run --replay {name} goes through it again."
    if start.first is not None:
        return f"hgtui check {name} says what is wrong with it, hgtui run --plan {name} --yes runs it."
    if start.resume:
        return f"hgtui resume {start.run + ' ' if start.run else ''}--yes"
    return 'hgtui run "REQUEST" --yes. hgtui --help lists more.'


def _start(file: str | None) -> Start:
    if not file:
        return Start()
    from hgtui.session.archive import is_archive

    return Start(archive=Path(file)) if is_archive(Path(file)) else Start(_first(file), text=_form(file))


def _form(file: str) -> Literal["toml", "json"] | None:
    """Return the form of text that the name of a plan file ends in."""
    return "json" if file.lower().endswith(".json") else "toml" if file.lower().endswith(".toml") else None


def _first(file: str) -> "Submit":
    from hgtui.cli.beginning import submit
    from hgtui.cli.reading import read_plan_or_reply_at

    return submit("", (), read_plan_or_reply_at(file))
