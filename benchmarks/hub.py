"""A whole run with an LLM and the Hub against its ideal: wall time, requests to the Hub, inferences at once.

In process after imports; the real clients of openai and huggingface_hub over loopback, the servers in another process. The LLM takes 300 ms to the first
token of each reply, whose rest comes with it; each answer of the Hub takes 50 ms, each inference 500 ms. Journal,
artifacts and laid-out results on the disk; no gates; the median of three runs.

Ideal = plan + listing + card + selection + depth x inference + answer; listing and card only where they are not kept.
The reply of the planner comes whole, so nothing of the Hub can be asked while it still streams.
Bounds: wall within 1.10 of it; one listing for each task type and one card for each candidate shown, none where they are
kept; 30 independent inferences at once.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bounds import EACH, FIRST_S, PICTURE, RUNS, WALL, WORK_S, depth, reply_of, request_of
from benchmarks.hub_servers import LISTING_S
from benchmarks.prompts import SHAPES
from hgtui.core import commands as cmd
from hgtui.core.states import Gates, Outcome
from hgtui.execution.endpoints.hub.endpoint import HubEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.hub.client import HubClient
from hgtui.hub.values import HubPlace
from hgtui.llm.client import ChatClient
from hgtui.selection.hub.catalogue import HubCatalogue
from hgtui.selection.hub.listings import listings
from tests.inputs import draw_page
from tests.servers.hub import TOKEN
from tests.session.llm_stage import equipped


@dataclass(slots=True)
class Servers:
    """The servers of benchmarks.hub_servers, in a process of their own."""

    child: asyncio.subprocess.Process
    chat: ChatClient | None = None

    async def ask(self, planning: str | None = None) -> dict[str, Any]:
        """Return the counts since the planner's reply was set last; set it where one is given."""
        assert self.child.stdin is not None and self.child.stdout is not None
        self.child.stdin.write(json.dumps({} if planning is None else {"planning": planning}).encode() + b"\n")
        counts: dict[str, Any] = json.loads(await self.child.stdout.readline())
        return counts


@asynccontextmanager
async def served() -> AsyncIterator[Servers]:
    """Serve an LLM and a Hub after one run of a single task: everything is imported."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.hub_servers", stdin=pipe, stdout=pipe, limit=1 << 20
    )
    servers = Servers(child)
    try:
        async with ChatClient((await servers.ask())["llm"], None, "m") as servers.chat:
            with tempfile.TemporaryDirectory() as folder:
                await whole(servers, "one task", Path(folder))
            yield servers
    finally:
        assert child.stdin is not None
        child.stdin.close()
        await child.wait()


async def whole(servers: Servers, name: str, cache: Path) -> tuple[float, dict[str, Any]]:
    """Run a shape without gates; return its seconds and what the servers counted."""
    began = await servers.ask(reply_of(SHAPES[name]))
    place = HubPlace(endpoint=began["hub"], router=began["hub"], token=TOKEN, token_source="HF_TOKEN", cache=cache)
    client, lanes = HubClient(place), Lanes()
    assert servers.chat is not None
    try:
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder) / "here"
            here.mkdir()
            draw_page(here / PICTURE, "The meeting is moved")
            parts = {"endpoints": {"hub": HubEndpoint(client, lanes)}, "gates": Gates.NONE, "attended": False}
            catalogue = (HubCatalogue(client),)
            async with equipped(Path(folder), servers.chat, models=catalogue, out=here / "out", **parts) as run:
                begun = time.perf_counter()
                run.send(cmd.Submit(request=request_of(SHAPES[name])))
                ended = await run.end()
                took = time.perf_counter() - begun
                assert ended.outcome is Outcome.ANSWERED, run.heard
    finally:
        await client.aclose()
        await lanes.aclose()
    return took, await servers.ask()


async def measure(name: str) -> None:
    """Print the rows of a shape: with nothing kept, and with what the run before it kept."""
    shape = SHAPES[name]
    kinds = len({listings(kind)[0] for kind, _ in shape})
    async with served() as servers:
        fresh, kept = [], []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as cache:
                fresh.append(await whole(servers, name, Path(cache)))
                kept.append(await whole(servers, name, Path(cache)))
    for kept_before, runs, most in (("nothing", fresh, (kinds, kinds * EACH)), ("all", kept, (0, 0))):
        took = statistics.median(one[0] for one in runs)
        ideal = FIRST_S * 3 + depth(shape) * WORK_S + (2 * LISTING_S if kept_before == "nothing" else 0)
        asked, cards, at_once = (runs[-1][1][what] for what in ("listings", "cards", "at_once"))
        wide = max(sum(1 for one in shape if not one[1]), 1)
        good = took <= WALL * ideal and (asked, cards) == most and at_once >= wide
        print(f"{name:16}{kept_before:>9}{took:8.3f}s{ideal:7.2f}s{took / ideal:7.3f}{asked:10}{most[0]:6}"
              f"{cards:7}{most[1]:6}{at_once:9}{'' if good else '   OVER THE BOUND'}")  # fmt: skip


async def main() -> None:
    print(f"{'shape':16}{'kept':>9}{'wall':>9}{'ideal':>8}{'ratio':>7}{'listings':>10}{'most':>6}{'cards':>7}"
          f"{'most':>6}{'at once':>9}")  # fmt: skip
    for name in SHAPES:
        await measure(name)
    print(f"bounds: wall {WALL:.2f} of the ideal; listings and cards at most as said; all independent tasks at once")


if __name__ == "__main__":
    asyncio.run(main())
