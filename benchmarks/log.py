"""The log and the list of runs in the workbench: 50,000 lines added and scrolled, 10,000 runs opened.

python -m benchmarks.log [LINES]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from benchmarks.journal import RUNS
from hgtui.cli.compose import Workplace
from hgtui.cli.desk import WorkplaceDesk
from hgtui.core import events as ev
from hgtui.core.imports import seldom_collected
from hgtui.core.states import Outcome
from hgtui.session.journal import Journal, RunRow
from hgtui.ui.app import HgtuiApp
from hgtui.ui.screens.listing import FIRST, RunRows
from hgtui.ui.screens.runs import Runs
from hgtui.ui.widgets.log import LogPane
from tests.ui.bench import settle, until
from tests.ui.scripted import ScriptedDesk, candidate, chain

LINES, BURST, SCROLLS = 50_000, 100, 300
SIZE = (120, 36)


async def painted(app: HgtuiApp, do: Callable[[], object]) -> float:
    """Do something and wait until it stands on the screen: milliseconds."""
    done = asyncio.Event()
    begin = time.perf_counter()
    do()
    app.screen.call_after_refresh(done.set)
    await done.wait()
    return (time.perf_counter() - begin) * 1e3


def row(name: str, times: list[float]) -> str:
    late = sorted(times)[int(0.95 * len(times))]
    return f"{name:52}{statistics.median(times):8.1f}{late:8.1f}{max(times):8.1f} ms"


async def log(lines: int) -> list[str]:
    """Add lines to the real pane through the real screen while it is read, then go through them."""
    desk = ScriptedDesk()
    app = HgtuiApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*"go", "enter")
        await settle(pilot)
        conductor = desk.given[0]
        conductor.propose(chain(), candidate())
        conductor.approve()
        await pilot.press("4")
        pane, rows = app.screen.query_one(LogPane), []
        words = [f"line {at}: the model answered within its time, and what it gave was kept" for at in range(lines)]
        begin = time.perf_counter()
        frames = []
        for first in range(0, lines, BURST):
            events = [ev.Logged(text=text, uid="t1") for text in words[first : first + BURST]]
            frames.append(await painted(app, lambda events=events: conductor.tell(*events)))
        await until(pilot, lambda: pane.count >= lines)
        took = time.perf_counter() - begin
        rows.append(f"{f'{lines:,} lines added, {BURST} at once':52}{took:8.2f} s in all")
        rows.append(row(f"a frame with {BURST} more lines, followed", frames))
        rows.append(row("a line up", [await painted(app, lambda: pane.action_move(-1)) for _ in range(SCROLLS)]))
        rows.append(row("a page up", [await painted(app, lambda: pane.action_page(-1)) for _ in range(SCROLLS)]))
        there_and_back = [await painted(app, lambda at=at: pane.action_go(at)) for at in (0, -1) * 20]
        rows.append(row("to the first line, to the last", there_and_back))
        rows.append(await _searched(app, pilot))
    return rows


async def _searched(app: HgtuiApp, pilot: Pilot[None]) -> str:
    await pilot.press("slash")
    await settle(pilot)
    field = app.screen.query_one("#find-field")
    words = ["line 4", "line 49", "line 499", "line 4999", ""]
    times = [await painted(app, lambda text=text: setattr(field, "text", text)) for text in words]
    return row("the words that are searched for, a letter more", times)


class Timed(WorkplaceDesk):
    """Keeps when all runs are asked for: the first of them are painted then."""

    painted_at = 0.0

    async def runs(self, search: str = "", limit: int = 100) -> Sequence[RunRow]:
        """Return the runs."""
        self.painted_at = time.perf_counter() if limit > FIRST else self.painted_at
        return await super().runs(search, limit)


async def runs(folder: Path) -> list[str]:
    """Open the list of a journal with many runs: from the key to its first rows, and to all of them."""
    start = datetime.now(UTC)
    request = "Read the text in page.png, translate it into German and read it aloud. " * 3
    events = (ev.RunStarted(request=request, planner="rules"), ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
    async with Journal.open(folder / "data") as journal:
        for number in range(RUNS):
            at = start + timedelta(seconds=number)
            waiting = [journal.append(f"20261121-100000-{number:06x}", event, at) for event in events]
            if number % 1000 == 999:
                await asyncio.gather(*waiting)
    environ = {"HGTUI_DATA_DIR": str(folder / "data"), "HGTUI_CONFIG": str(folder / "none.toml"), "HGTUI_NO_PROBE": "1"}
    first, whole, searched = [], [], []
    async with await Workplace.open(environ, base=folder) as place:
        desk = Timed(place)
        app = HgtuiApp(desk)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("escape")
            for _ in range(6):
                begin = time.perf_counter()
                app.screen.action_runs()  # type: ignore[attr-defined]
                while not (isinstance(app.screen, Runs) and app.screen.query(RunRows)):
                    await pilot.pause()
                rows = app.screen.query_one(RunRows)
                await _listed(app, rows, RUNS)
                first.append((desk.painted_at - begin) * 1e3)
                whole.append((time.perf_counter() - begin) * 1e3)
                begin = time.perf_counter()
                app.screen.words = "0003e8"
                app.screen.reload()
                await _listed(app, rows, 1, most=1)
                searched.append((time.perf_counter() - begin) * 1e3)
                await pilot.press("escape", "escape")
                await settle(pilot)
    return [
        row(f"L until the first rows of {RUNS:,} runs are painted", first[1:]),
        row(f"L until all {RUNS:,} are there", whole[1:]),
        row("a search among them", searched[1:]),
    ]


async def _listed(app: HgtuiApp, rows: RunRows, least: int, most: int = RUNS) -> None:
    """Wait until so many runs are listed and painted."""
    done = asyncio.Event()
    app.watch(rows, "count", lambda count: done.set() if least <= count <= most else None)
    await done.wait()
    await painted(app, lambda: None)


async def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    seldom_collected()  # as the program does
    print(f"{'until it is painted, at 120x36':52}{'median':>8}{'p95':>8}{'worst':>8}")
    print("\n".join(await log(lines)))
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(await runs(Path(folder))))


if __name__ == "__main__":
    asyncio.run(main())
