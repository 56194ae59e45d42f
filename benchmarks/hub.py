"""A whole run with an LLM and the Hub against its ideal: wall time, requests to the Hub, inferences at once.

In process after imports; the real clients of openai and huggingface_hub over loopback. The LLM takes 300 ms to the first
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
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bounds import EACH, FIRST_S, PICTURE, RUNS, WALL, WORK_S, depth, reply, reply_of, request_of
from benchmarks.prompts import SHAPES
from hgtui.core import commands as cmd
from hgtui.core.states import Gates, Outcome
from hgtui.core.states import Stage as RunStage
from hgtui.execution.endpoints.hub.endpoint import HubEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.hub.client import HubClient
from hgtui.hub.values import HubPlace
from hgtui.llm import ChatClient
from hgtui.selection.hub.catalogue import HubCatalogue
from hgtui.selection.hub.listings import listings
from tests.inputs import draw_page
from tests.servers.chat import ChatServer, Request
from tests.servers.hub import TOKEN, HubServer
from tests.servers.hub.models import Listed, Offer
from tests.servers.replies import Answer, Reply
from tests.session.llm_stage import equipped, stage_of

LISTING_S = 0.05
TYPES = sorted({kind for shape in SHAPES.values() for kind, _ in shape})


def models() -> tuple[Listed, ...]:
    """Return EACH models for every task type that the shapes need, as the Hub has them today; all by one provider."""
    tags = {kind: listings(kind)[0].tag for kind in TYPES}
    chats = {kind for kind, tag in tags.items() if tag in {"text-generation", "image-text-to-text"}}
    offers = {kind: (Offer("hf-inference", task="conversational" if kind in chats else ""),) for kind in TYPES}
    return tuple(
        Listed(f"organisation/{kind}-model-{number}", tags[kind], 1_000 * (EACH - number), 10, offers[kind], tags=("conversational",))
        for kind in {tag: kind for kind, tag in tags.items()}.values()
        for number in range(EACH)
    )  # fmt: skip


@dataclass
class Script:
    """A planner, a selector that takes the second model of each list, and a responder, each FIRST_S to its first token."""

    planning: Answer = field(default_factory=lambda: Reply("[]"))
    calls: int = 0

    def __call__(self, request: Request) -> Answer:
        self.calls += 1
        at = stage_of(request)
        if at is RunStage.PLANNING:
            return self.planning
        if at is RunStage.SELECTION:
            return reply(json.dumps(_second(request.last)))
        return reply("The page says that the meeting is moved to Thursday at ten [0].")


def _second(prompt: str) -> list[dict[str, object]]:
    """Choose for each ``Task 3: …`` of a prompt the second of the models that are listed behind it."""
    rows: list[dict[str, object]] = []
    waiting: list[int] = []
    names: list[str] = []
    for line in [*prompt.splitlines(), "Task end"]:
        if line.startswith("Task "):
            if names:
                rows += [{"task": number, "model": names[1], "reason": "made for it"} for number in waiting]
                waiting, names = [], []
            number = line[len("Task ") :].partition(":")[0]
            waiting += [int(number)] if number.isdigit() else []
        elif line.startswith("- "):
            names.append(line[2:].partition(": ")[0])
    return rows


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Script, ChatClient, HubServer]]:
    """Serve an LLM and a Hub after one run of a single task: everything is imported."""
    script = Script()
    hub = HubServer(models(), listing_s=LISTING_S, infer_s=WORK_S)
    async with hub, ChatServer(script) as server, ChatClient(server.url, None, "m") as chat:
        with tempfile.TemporaryDirectory() as folder:
            script.planning = reply(reply_of(SHAPES["one task"]))
            await whole(chat, hub, "one task", Path(folder))
        yield script, chat, hub


async def whole(chat: ChatClient, hub: HubServer, name: str, cache: Path) -> tuple[float, int, int, int]:
    """Run a shape without gates; return its seconds, the listings and the cards that it asked for, and the inferences at once."""
    before, hub.peak = {route: len(hub.to(route)) for route in ("listing", "card")}, 0
    place = HubPlace(endpoint=hub.url, router=hub.router, token=TOKEN, token_source="HF_TOKEN", cache=cache)
    client, lanes = HubClient(place), Lanes()
    try:
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder) / "here"
            here.mkdir()
            draw_page(here / PICTURE, "The meeting is moved")
            parts = {"endpoints": {"hub": HubEndpoint(client, lanes)}, "gates": Gates.NONE, "attended": False}
            catalogue = (HubCatalogue(client),)
            async with equipped(Path(folder), chat, models=catalogue, out=here / "out", **parts) as run:
                begun = time.perf_counter()
                run.send(cmd.Submit(request=request_of(SHAPES[name])))
                ended = await run.end()
                took = time.perf_counter() - begun
                assert ended.outcome is Outcome.ANSWERED, run.heard
    finally:
        await client.aclose()
        await lanes.aclose()
    asked = [len(hub.to(route)) - before[route] for route in ("listing", "card")]
    return took, asked[0], asked[1], hub.peak


async def measure(name: str) -> None:
    """Print the rows of a shape: with nothing kept, and with what the run before it kept."""
    shape = SHAPES[name]
    kinds = len({listings(kind)[0] for kind, _ in shape})
    async with served() as (script, chat, hub):
        script.planning = reply(reply_of(shape))
        fresh, kept = [], []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as cache:
                fresh.append(await whole(chat, hub, name, Path(cache)))
                kept.append(await whole(chat, hub, name, Path(cache)))
    for what, runs, most in (("nothing", fresh, (kinds, kinds * EACH)), ("all", kept, (0, 0))):
        took = statistics.median(one[0] for one in runs)
        ideal = FIRST_S * 3 + depth(shape) * WORK_S + (2 * LISTING_S if what == "nothing" else 0)
        asked, cards, at_once = runs[-1][1:]
        wide = max(sum(1 for one in shape if not one[1]), 1)
        good = took <= WALL * ideal and (asked, cards) == most and at_once >= wide
        print(f"{name:16}{what:>9}{took:8.3f}s{ideal:7.2f}s{took / ideal:7.3f}{asked:10}{most[0]:6}"
              f"{cards:7}{most[1]:6}{at_once:9}{'' if good else '   OVER THE BOUND'}")  # fmt: skip


async def main() -> None:
    print(f"{'shape':16}{'kept':>9}{'wall':>9}{'ideal':>8}{'ratio':>7}{'listings':>10}{'most':>6}{'cards':>7}"
          f"{'most':>6}{'at once':>9}")  # fmt: skip
    for name in SHAPES:
        await measure(name)
    print(f"bounds: wall {WALL:.2f} of the ideal; listings and cards at most as said; all independent tasks at once")


if __name__ == "__main__":
    asyncio.run(main())
