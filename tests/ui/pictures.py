"""Draws the pictures of the workbench in screenshots/ from recorded runs. Run: python -m tests.ui.pictures"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from hgtui.core import events as ev
from hgtui.session.archive import Archive
from hgtui.ui.app import HgtuiApp
from hgtui.ui.screens.call import CallScreen
from hgtui.ui.screens.whatif import WhatIfScreen
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.form import FormField, TaskForm
from hgtui.ui.widgets.showpiece import Showpiece
from tests.ui.bench import screen_text, settle, until
from tests.ui.scripted import ScriptedDesk

RECORDED = Path(__file__).parent / "recorded"
SIZES = {"120x36": (120, 36), "80x24": (80, 24)}


class Recorded:
    """A recorded run: what happened, and a desk that has its results."""

    def __init__(self, name: str, folder: Path) -> None:
        """Open a run and lay its results out in a folder. Raises ArchiveError."""
        self.desk = ScriptedDesk()
        self.desk.base, self.desk.missing = folder, ()
        with contextlib.closing(Archive(RECORDED / f"{name}.zip")) as archive:
            self.entries = archive.entries
            planner = next(one.event.planner for one in self.entries if isinstance(one.event, ev.RunStarted))
            if planner != "rules":
                self.desk.planner_name, self.desk.planner_why = planner, f"plans are made by {planner}"
            for digest in archive.digests:
                self.desk.artifacts[digest] = folder / digest
                self.desk.artifacts[digest].write_bytes(b"".join(archive.blocks(digest)))

    def upto(self, last: Callable[[ev.Event], bool] | None = None) -> list[ev.Entry]:
        """Return what happened up to the first event of which `last` is true; everything without it."""
        for at, entry in enumerate(self.entries):
            if last and last(entry.event):
                return self.entries[: at + 1]
        assert last is None
        return self.entries


def at_gate(event: ev.Event) -> bool:
    return isinstance(event, ev.GateOpened)


@contextlib.asynccontextmanager
async def played(
    name: str, size: tuple[int, int], last: Callable[[ev.Event], bool] | None = None
) -> AsyncIterator[Pilot[None]]:
    """The workbench when a recorded run had come so far, at the time of its last event."""
    with tempfile.TemporaryDirectory() as folder:
        recorded = Recorded(name, Path(folder))
        entries = recorded.upto(last)
        async with HgtuiApp(recorded.desk).run_test(size=size) as pilot:
            screen = pilot.app.screen
            assert isinstance(screen, Workbench)
            screen.view.clock = lambda: entries[-1].at
            screen.query_one(Chat).prompt.text = "go"
            await pilot.press("enter")
            await until(pilot, lambda: recorded.desk.given)
            await settle(pilot)
            recorded.desk.given[0].play(entries)
            await settle(pilot)
            yield pilot


async def gate(pilot: Pilot[None]) -> None:
    """The plan with its models, before anything runs."""


async def boxes(pilot: Pilot[None]) -> None:
    """The plan as a drawn graph."""
    await pilot.press("2", "v", "plus", "j")
    await settle(pilot)


async def edit(pilot: Pilot[None]) -> None:
    """The form of a task, while what is typed is checked."""
    await pilot.press("j", "j", "j", "j", "e")
    await until(pilot, lambda: pilot.app.screen.query(TaskForm) and isinstance(pilot.app.focused, FormField))
    await settle(pilot)
    await pilot.press("#")
    await settle(pilot)


async def failure(pilot: Pilot[None]) -> None:
    """A provider that cannot, and the ways on."""
    await pilot.press("exclamation_mark")
    await settle(pilot)


async def answer(pilot: Pilot[None]) -> None:
    """The answer with a picture."""
    await pilot.press("1")
    pieces = pilot.app.screen.query(Showpiece)
    await until(pilot, lambda: len(pieces) and all(len(one.lines) > 1 for one in pieces))
    await settle(pilot)
    pilot.app.screen.query_one("#talk").scroll_to_widget(pieces.first(), top=True, animate=False, immediate=True)
    await settle(pilot)


def revised(event: ev.Event) -> bool:
    return isinstance(event, ev.RevisionProposed)


async def revision(pilot: Pilot[None]) -> None:
    """What a revision changes, and what was changed by hand."""
    await pilot.press("2")
    await settle(pilot)


async def whatif(pilot: Pilot[None]) -> None:
    """Two models on the same input, side by side."""
    await pilot.press("2", "g", "w")
    await until(pilot, lambda: isinstance(pilot.app.screen, WhatIfScreen))
    await settle(pilot)
    await until(pilot, lambda: "nobody had ever" in " ".join(screen_text(pilot).replace("│", " ").split()))
    await settle(pilot)


async def timeline(pilot: Pilot[None]) -> None:
    """When each task ran."""
    pilot.app.screen.action_timeline()  # type: ignore[attr-defined]
    await settle(pilot)


async def call(pilot: Pilot[None]) -> None:
    """A call in full."""
    screen = pilot.app.screen
    assert isinstance(screen, Workbench)
    screen.open_call(2)
    await until(pilot, lambda: isinstance(pilot.app.screen, CallScreen) and pilot.app.screen.found)
    await settle(pilot)


Scene = Callable[[Pilot[None]], Awaitable[None]]
SCENES: dict[str, tuple[str, Callable[[ev.Event], bool] | None, Scene]] = {
    "gate": ("portrait", at_gate, gate),
    "boxes": ("portrait", at_gate, boxes),
    "edit": ("portrait", at_gate, edit),
    "failure": ("failure", None, failure),
    "answer": ("portrait", None, answer),
    "revision": ("revision", revised, revision),
    "whatif": ("revision", None, whatif),
    "timeline": ("portrait", None, timeline),
    "call": ("controller", None, call),
}


async def draw(scene: str, size: tuple[int, int]) -> str:
    """Return a picture as SVG."""
    name, last, act = SCENES[scene]
    async with played(name, size, last) as pilot:
        await act(pilot)
        return pilot.app.export_screenshot(title="hgtui")


async def draw_all(folder: Path) -> None:
    for scene in SCENES:
        for name, size in SIZES.items():
            path = folder / f"{scene}-{name}.svg"
            path.write_text(await draw(scene, size), "utf-8")
            print(path)


if __name__ == "__main__":
    to = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    to.mkdir(exist_ok=True)
    asyncio.run(draw_all(to))
