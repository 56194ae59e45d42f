"""The workbench on a scripted conductor, and what a test reads off its screen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import _wait
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.core.model import Candidate
from hgtui.core.plan import Plan
from hgtui.ui.app import HgtuiApp
from hgtui.ui.screens.models import Models
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.notice import Notice
from tests.ui.scripted import Scripted, ScriptedDesk, candidate

# Pilot waits for a quiet while after each key and each pause, of 20 ms each: half of the time of these tests. A shorter one
# says the same of a program whose every step is made by a key, an event or a worker.
_wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 1 / 100, 1 / 2000

SIZES = [(120, 36), (80, 24)]
SMALL = SIZES[1:]
"""Where there is less room; that it stands as well where there is more the snapshots show."""


async def settle(pilot: Pilot[None]) -> None:
    """Let everything that was told be drawn, also what the workbench gathers to draw it at once."""
    for _ in range(4):
        await pilot.pause()
    screen = pilot.app.screen
    if isinstance(screen, Workbench) and (screen._gathering or screen._pending):
        await until(pilot, lambda: not (screen._gathering or screen._pending))
        for _ in range(2):
            await pilot.pause()


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Wait for what comes by a timer or a worker of its own, and for what is painted with it."""
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause()
    await pilot.pause()


@asynccontextmanager
async def workbench(
    plan: Plan | None = None, size: tuple[int, int] = (120, 36), *candidates: Candidate
) -> AsyncIterator[tuple[Pilot[None], Scripted]]:
    """The workbench at the gate of a plan."""
    desk = ScriptedDesk()
    app = HgtuiApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*"go", "enter")
        await settle(pilot)
        conductor = desk.given[0]
        assert conductor.commands == [cmd.Submit(request="go")]
        conductor.commands.clear()
        if plan is not None:
            conductor.propose(plan, *(candidates or (candidate(), candidate("textrank"))))
            await settle(pilot)
        yield pilot, conductor


def notice(pilot: Pilot[None]) -> str:
    screen = pilot.app.screen
    return screen.said if isinstance(screen, Models) else screen.query_one(Notice).words


def keys(pilot: Pilot[None]) -> dict[str, str]:
    screen = pilot.app.screen
    assert isinstance(screen, Workbench)
    return dict(screen.working_keys())


def screen_text(pilot: Pilot[None]) -> str:
    """Return what stands on the screen, line by line, as the terminal would show it."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)
