"""The LLM and the Hub of benchmarks.hub, in a process of their own: what they cost is not ours.

Each line on standard input is JSON: ``{"planning": TEXT}`` sets the planner's reply and begins to count anew, ``{}`` asks
for the counts. Each is answered by a line ``{"llm", "hub", "listings", "cards", "at_once"}``.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any

from benchmarks.bounds import EACH, WORK_S, reply
from benchmarks.prompts import SHAPES
from hgtui.core.states import Stage as RunStage
from hgtui.selection.hub.listings import listings
from tests.servers.chat import ChatServer, Request
from tests.servers.hub import HubServer
from tests.servers.hub.models import Listed, Offer
from tests.servers.replies import Answer, Reply
from tests.session.llm_stage import stage_of

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


async def main() -> None:
    script = Script()
    async with HubServer(models(), listing_s=LISTING_S, infer_s=WORK_S) as hub, ChatServer(script) as chat:
        seen: dict[str, Any] = {"listing": 0, "card": 0, "calls": 0}
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            if "planning" in order:
                script.planning, hub.peak = reply(order["planning"]), 0
                seen = {"listing": len(hub.to("listing")), "card": len(hub.to("card")), "calls": script.calls}
            counts = {
                "llm": chat.url,
                "hub": hub.url,
                "listings": len(hub.to("listing")) - seen["listing"],
                "cards": len(hub.to("card")) - seen["card"],
                "at_once": hub.peak,
            }
            print(json.dumps(counts), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
