"""The calls pane on a run of many calls, a call with a long reply, and the timeline of a large plan.

python -m benchmarks.calls [CALLS]

Bounds: the pane opens on a run of 500 calls in 100 ms; a reply of 200 KB scrolls without a frame over 50 ms.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from benchmarks.log import painted, row
from hgtui.core import events as ev
from hgtui.core.imports import seldom_collected
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.states import Stage
from hgtui.session.artifacts import Artifacts
from hgtui.session.recalled import recalled
from hgtui.session.store import Records
from hgtui.ui.app import HgtuiApp
from hgtui.ui.screens.call import CallScreen
from hgtui.ui.widgets.log import LogPane
from hgtui.ui.widgets.reader import Reader
from tests.ui.bench import settle, until
from tests.ui.scripted import Scripted, ScriptedDesk, candidate

CALLS, REPLY, TASKS, TIMES, SCROLLS = 500, 200_000, 100, 12, 400
SIZES = ((120, 36), (80, 24))
OPEN_MS, FRAME_MS = 100, 50
START = datetime(2026, 11, 21, 10, tzinfo=UTC)


class Desk(ScriptedDesk):
    """Finds calls in real artifacts."""

    def __init__(self, artifacts: Artifacts) -> None:
        super().__init__()
        self.store = artifacts

    async def call(self, run: str, number: int):  # type: ignore[no-untyped-def]
        """Return a call."""
        one = next(one for one in self.given if one.run.id == run)
        return await recalled(one.entries, self.store, number)


def plan() -> Plan:
    """A plan of many tasks, each fifth of which reads the one before."""
    tasks = []
    for at in range(TASKS):
        text = Input.of(f"t{at - 1}") if at % 5 else Input.text(f"text {at}")
        tasks.append(Task(uid=f"t{at}", id=at, task="summarization", args={"text": text}))
    return Plan(request="go", planner="rules", tasks=tuple(tasks))


def record(reply: str) -> bytes:
    """What is kept of a call with such a reply."""
    made = {
        "base_url": "http://127.0.0.1:1/v1", "model": "m", "messages": [{"role": "user", "content": "Say it. " * 200}],
        "params": {"model": "m", "temperature": 0}, "refused": [], "reply": reply, "reasoning": "", "raw": "",
        "finish_reason": "stop", "request_id": None, "usage": {"tokens_in": 900, "tokens_out": 50, "estimated": False, "cached": 0},
        "first_s": 0.2, "total_s": 1.0, "tries": 1, "usd": 0.001, "rung": None, "ignored": [],
    }  # fmt: skip
    return json.dumps(made).encode()


async def went(conductor: Scripted, artifacts: Artifacts, calls: int) -> None:
    """Let a run make its calls, each for a task, the last with a long reply."""
    conductor.propose(plan(), candidate())
    conductor.approve()
    records = Records(artifacts, {})
    short = await records.keep("llm", {}, record("It is done."))
    words = "A reply is long where a model has much to say; wide letters (漢字) are in it too. "
    long = await records.keep("llm", {}, record((words * (REPLY // len(words) + 1))[:REPLY].replace("too. ", "too.\n")))
    events: list[ev.Event] = []
    for at in range(calls):
        uid, digest = f"t{at % TASKS}", long if at == calls - 1 else short
        events.append(ev.TaskStarted(uid=uid, candidate="controller:m"))
        figures = {"tokens_in": 900, "tokens_out": 50, "total_s": 1.0, "usd": 0.001}
        events.append(ev.Called(stage=Stage.EXECUTION, uid=uid, model="m", record=digest, **figures))
        events.append(ev.TaskDone(uid=uid, results=(), seconds=1.0))
    for at, event in enumerate(events):
        conductor.clock = lambda at=at: START + timedelta(seconds=at / 3)
        conductor.tell(event)


def within(times: list[float], bound: float) -> str:
    return f"  {'within' if max(times) <= bound else 'OVER'} {bound} ms"


async def measured(pilot: Pilot[None], app: HgtuiApp, calls: int) -> list[str]:
    """Measure the pane and a call on a screen."""
    pane = app.screen.query_one(LogPane)

    async def turned(tab: str, away: str) -> list[float]:
        times = []
        for _ in range(TIMES):
            pane.turn_to(away)  # type: ignore[arg-type]
            await settle(pilot)
            times.append(await painted(app, lambda: pane.turn_to(tab)))  # type: ignore[arg-type]
        return times

    app.screen.action_calls()  # type: ignore[attr-defined]
    await settle(pilot)
    opened = await turned("calls", "log")
    rows = [row(f"the calls open, {calls} of them", opened) + within(opened, OPEN_MS)]
    rows.append(row("a page up", [await painted(app, lambda: pane.action_page(-1)) for _ in range(TIMES)]))
    found = [
        await painted(app, lambda words=words: pane.show_calls(words)) for words in ("t", "9", "97 summarization", "")
    ]
    rows.append(row("the words that are searched for", found))
    rows.append(row(f"the timeline of {TASKS} tasks opens", await turned("timeline", "calls")))
    rows.append(row("the timeline a second later", [await painted(app, pane.look) for _ in range(TIMES)]))
    rows += await _long(pilot, app, calls)
    return rows


async def _long(pilot: Pilot[None], app: HgtuiApp, number: int) -> list[str]:
    times = []
    for _ in range(4):
        begin = time.perf_counter()
        app.screen.open_call(number)  # type: ignore[attr-defined]
        await until(pilot, lambda: isinstance(app.screen, CallScreen) and app.screen.found)
        await painted(app, lambda: None)
        times.append((time.perf_counter() - begin) * 1e3)
        await pilot.press("escape")
        await settle(pilot)
    app.screen.open_call(number)  # type: ignore[attr-defined]
    await until(pilot, lambda: isinstance(app.screen, CallScreen) and app.screen.found)
    await pilot.press("]")
    reader = app.screen.query_one(Reader)
    await until(pilot, lambda: reader.text is not None and len(reader.text) > 500)
    await settle(pilot)
    frames = [await painted(app, lambda: reader.action_scroll_by(1)) for _ in range(SCROLLS)]
    pages = [await painted(app, lambda: reader.action_scroll_page(1)) for _ in range(SCROLLS // 8)]
    ends: list[Callable[[], object]] = [reader.action_scroll_end, reader.action_scroll_home]
    jumps = [await painted(app, ends[at % 2]) for at in range(10)]
    return [
        row(f"a call with a reply of {REPLY // 1000} KB opens", times),
        row("its reply, a line down", frames) + within(frames, FRAME_MS),
        row("a page down", pages) + within(pages, FRAME_MS),
        row("to the end, to the beginning", jumps) + within(jumps, FRAME_MS),
    ]


async def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    seldom_collected()  # as the program does
    for size in SIZES:
        print(f"{f'until it is painted, at {size[0]}x{size[1]}':52}{'median':>8}{'p95':>8}{'worst':>8}")
        with tempfile.TemporaryDirectory() as folder:
            artifacts = Artifacts(Path(folder))
            app = HgtuiApp(Desk(artifacts))
            async with app.run_test(size=size) as pilot:
                await pilot.press(*"go", "enter")
                await settle(pilot)
                await went(_conductor(app), artifacts, calls)
                await settle(pilot)
                print("\n".join(await measured(pilot, app, calls)))
            await artifacts.aclose()


def _conductor(app: HgtuiApp) -> Scripted:
    conductor = app.screen.conductor  # type: ignore[attr-defined]
    assert isinstance(conductor, Scripted)
    return conductor


if __name__ == "__main__":
    asyncio.run(main())
