"""The workbench in front of a Hub that takes its time: the screen goes on, whatever the Hub is asked for."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from hgtui.core.states import Outcome
from hgtui.ui.widgets.field import Field
from tests.servers.gate import Gate
from tests.servers.hub import TOKEN, Held, HubServer
from tests.servers.replies import Hang
from tests.ui.bench import screen_text, settle, until
from tests.ui.test_whole import opened, run

TURN_S = 0.01
TURNS = 200
"""So many turns of the loop are counted while an answer is held: 2 s, if the loop is as free as it should be."""
STEPS = ["listing", "card", "info", "infer/hf-inference/*"]
REQUEST = "Translate 'Guten Morgen' to French"
PINNED = "hub:facebook/nllb-200-distilled-600M"
"""A model that no listing tells of: it is asked for by its name."""


class Pulse:
    """Counts the turns of this loop; `longest` is the longest gap between two.

    A gap is counted in the ticks of a thread beside the loop, one every `TURN_S`: a machine that stands still stops both, a call
    that blocks the loop stops the loop alone.
    """

    def __init__(self) -> None:
        self.turns, self.longest, self.ticks = 0, 0, 0
        self._end, self._there, self._over = 0, asyncio.Event(), threading.Event()

    def _tick(self) -> None:
        while not self._over.wait(TURN_S):
            self.ticks += 1

    async def _beat(self) -> None:
        last = self.ticks
        while True:
            await asyncio.sleep(TURN_S)  # the pulse that is counted
            self.turns, self.longest, last = self.turns + 1, max(self.longest, self.ticks - last), self.ticks
            if self.turns == self._end:
                self._there.set()

    @asynccontextmanager
    async def beating(self) -> AsyncIterator["Pulse"]:
        witness = threading.Thread(target=self._tick)
        witness.start()
        task = asyncio.create_task(self._beat())
        try:
            yield self
        finally:
            task.cancel()
            self._over.set()
            await asyncio.gather(task, return_exceptions=True)
            witness.join()

    async def so_many(self, turns: int) -> None:
        """Wait for so many turns more."""
        self._end = self.turns + turns
        self._there.clear()
        await self._there.wait()


@asynccontextmanager
async def with_hub(folder: Path, server: HubServer) -> AsyncIterator[Pilot[None]]:
    """The workbench as `hgtui` opens it with that Hub."""
    near = {"HF_ENDPOINT": server.url, "HGTUI_ROUTER_URL": server.router, "HF_TOKEN": TOKEN, "HGTUI_PROFILE": "rules"}
    async with opened(folder, **near) as pilot:
        await settle(pilot)
        yield pilot


async def say(pilot: Pilot[None], request: str) -> None:
    prompt = pilot.app.screen.query_one("#prompt", Field)
    prompt.focus()
    prompt.text = request
    await pilot.press("enter")


@pytest.mark.parametrize("step", STEPS)
async def test_an_answer_of_two_seconds_does_not_hold_up_the_screen(step: str, tmp_path: Path) -> None:
    (tmp_path / "pins.json").write_text(json.dumps({"version": 1, "pins": {"translation": PINNED}}))
    gate, pulse = Gate(), Pulse()
    with HubServer() as server:
        async with with_hub(tmp_path, server) as pilot:
            server.always(step, Held(gate))
            await say(pilot, REQUEST)
            if step.startswith("infer/"):
                await until(pilot, lambda: run(pilot).gate)
                await settle(pilot)
                await pilot.press("a")
            await gate.reached.wait()
            async with pulse.beating():
                await pulse.so_many(TURNS)
            assert pulse.longest < pulse.ticks / 4
            screen = pilot.app.screen
            await pilot.press("question_mark")
            await settle(pilot)
            assert pilot.app.screen is not screen, "a key is answered while the Hub is not"
            await pilot.press("escape")
            await settle(pilot)
            gate.release()
            await until(pilot, lambda: run(pilot).gate or run(pilot).ended)
            if not run(pilot).ended:
                await settle(pilot)
                await pilot.press("a")
            await until(pilot, lambda: run(pilot).ended)
            assert run(pilot).outcome is Outcome.ANSWERED
            await settle(pilot)
            assert TOKEN not in screen_text(pilot)
            assert len(server.to("info")) == 1


@pytest.mark.parametrize("step", STEPS)
async def test_a_stop_while_the_hub_says_nothing_ends_the_run_and_the_request(step: str, tmp_path: Path) -> None:
    (tmp_path / "pins.json").write_text(json.dumps({"version": 1, "pins": {"translation": PINNED}}))
    with HubServer() as server:
        async with with_hub(tmp_path, server) as pilot:
            server.always(step, Hang())
            await say(pilot, REQUEST)
            if step.startswith("infer/"):
                await until(pilot, lambda: run(pilot).gate)
                await settle(pilot)
                await pilot.press("a")
            call = await server.call(step)
            await settle(pilot)
            await pilot.press("x", "x")
            await until(pilot, lambda: run(pilot).ended)
            assert run(pilot).outcome is Outcome.INTERRUPTED
            await call.request.gone.wait()
