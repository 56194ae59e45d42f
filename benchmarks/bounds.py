"""A whole run with an LLM against its ideal: wall time, calls, prompt tokens; and how soon what a person waits for is there.

In process after imports, the real client over loopback: 300 ms to the first token of each reply, whose rest comes with
it; tasks of 500 ms at an endpoint that takes 30 of them; one picture is read; journal, artifacts and laid-out results on
the disk; no gates; the median of three runs. Ideal = plan + selection + depth x inference + answer.
Bounds: wall within 1.10 of it; 2 + ceil(n / 4) calls, 2 where nothing is to be chosen (the original: 2 + n); prompts at
most 0.6 of the original's tokens (see benchmarks.prompts); a task heard 50 ms after its last token (of a reply of 100
tokens a second); the first inference 20 ms after the approval; Enter to gate = plan + one selection call, which is read
here as within 1.10 of these.
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

from benchmarks.prompts import BOUND, RESULT, SHAPES, candidates, original, plan_of
from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Candidate
from hgtui.core.plan import Input, Plan, Uid
from hgtui.core.planfile import wire_names, write_task
from hgtui.core.ports import Call, Produced, Tell
from hgtui.core.resource import Kind
from hgtui.core.states import Gates, Outcome
from hgtui.core.states import Stage as RunStage
from hgtui.core.task import TASKS
from hgtui.llm.client import ChatClient
from hgtui.llm.messages import Message, estimate_prompt
from tests.inputs import draw_page
from tests.servers import wire
from tests.servers.chat import ChatServer, Request
from tests.servers.exchange import Exchange
from tests.servers.replies import EVENTS, Answer, Reply
from tests.session.llm_stage import equipped, stage_of
from tests.session.staging import Stage

FIRST_S, WORK_S, AT_ONCE = 0.3, 0.5, 30
WALL, DRAFTED_MS, APPROVED_MS, GATE_MS = 1.10, 50, 20, 60
TOKEN_S = 0.01
"""Seconds between two tokens where the time of single tasks is measured: a reply of 100 tokens a second."""
EACH = 5
PICTURE = "page.png"
RUNS, TIMES = 3, 15
Shape = list[tuple[str, list[int]]]


class Work:
    """An endpoint of which every task takes WORK_S seconds; `begun` is when the first call came."""

    name, limit = "hub", AT_ONCE

    def __init__(self) -> None:
        self.begun = 0.0
        self.first = asyncio.Event()

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        self.begun = self.begun or time.perf_counter()
        self.first.set()
        await asyncio.sleep(WORK_S)
        kind = TASKS[call.task.task].output
        if kind is Kind.TEXT:
            return (Produced(kind=kind, media_type="text/plain", text=f"{call.task.uid}: {RESULT}"),)
        sound = b"RIFF" + call.task.uid.encode()
        await asyncio.to_thread((work / "out.wav").write_bytes, sound)
        return (Produced(kind=kind, media_type="audio/wav", path="out.wav"),)


class Catalogue:
    """So many candidates of each task type."""

    def __init__(self, count: int) -> None:
        self._count = count

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        return candidates(task)[: self._count]

    def help(self, task: str) -> str:
        return ""


def planned(shape: Shape) -> Plan:
    """Return the plan of a shape, all on one picture."""
    plan = plan_of(shape)
    picture = Input.text(PICTURE)
    return plan.with_tasks(
        task.update(args={**task.args, "image": picture}) if "image" in task.args else task for task in plan
    )


def reply_of(shape: Shape) -> str:
    """Return what a planner replies for a shape."""
    plan = planned(shape)
    rows = [write_task(task, wire_names(plan), bare=True) for task in plan]
    return json.dumps({"tasks": [{**one, "dep": [dep for dep in one["dep"] if dep >= 0]} for one in rows]})


def reply(text: str) -> Reply:
    """Return a reply in one piece after FIRST_S."""
    return Reply(text, first_s=FIRST_S, pieces=lambda whole: [whole])


def request_of(shape: Shape) -> str:
    kinds = ", ".join(kind for kind, _ in shape)
    return f"Read {PICTURE}, translate it, sum it up and read that to me, by {kinds}"


def depth(shape: Shape) -> int:
    depths: list[int] = []
    for _, reads in shape:
        depths.append(1 + max((depths[one] for one in reads), default=0))
    return max(depths)


@dataclass
class Script:
    """A planner, a selector that takes the second candidate, and a responder, each FIRST_S to its first token."""

    planning: Answer
    calls: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        self.calls.append(request)
        at = stage_of(request)
        if at is RunStage.PLANNING:
            return self.planning
        if at is RunStage.SELECTION:
            return reply(json.dumps(_chosen(request.last)))
        return reply("The page says that the meeting is moved to Thursday at ten [0].")


def _chosen(prompt: str) -> list[dict[str, object]]:
    """Choose for each line ``Task 3: image-to-text(…)`` of a prompt."""
    rows = []
    for line in prompt.splitlines():
        if line.startswith("Task "):
            number, kind = line[len("Task ") :].partition("(")[0].split(": ")
            rows.append({"task": int(number), "model": candidates(kind)[1].name, "reason": "made for it"})
    return rows


class Timed:
    """Sends a plan token by token and notes when the last token of each task has gone out."""

    def __init__(self, text: str) -> None:
        self.text, self.sent = text, list[float]()
        decoder, at, self._ends = json.JSONDecoder(), text.index("[") + 1, list[int]()
        while (at := text.find("{", at)) >= 0:
            _, at = decoder.raw_decode(text, at)
            self._ends.append(at)

    async def send(self, exchange: Exchange) -> None:
        model, said, ends = exchange.request.body["model"], 0, iter(self._ends)
        end = next(ends)
        await exchange.start(200, EVENTS)
        for piece in wire.words(self.text):
            await asyncio.sleep(TOKEN_S)
            await exchange.data(wire.event(wire.chunk(model, {"content": piece})))
            said += len(piece)
            while said >= end:
                self.sent.append(time.perf_counter())
                end = next(ends, len(self.text) + 1)
        await exchange.data(wire.event(wire.chunk(model, {}, "stop")) + wire.DONE)
        await exchange.end()


@asynccontextmanager
async def staged(client: ChatClient, shape: Shape, each: int, gates: Gates) -> AsyncIterator[tuple[Stage, Work]]:
    """Set a run up in a folder of its own, with the picture that the shape reads."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "here"
        here.mkdir()
        draw_page(here / PICTURE, "The meeting is moved")
        work = Work()
        parts = {"endpoints": {"hub": work}, "gates": gates, "attended": gates is not Gates.NONE, "out": here / "out"}
        async with equipped(Path(folder), client, models=(Catalogue(each),), **parts) as run:
            yield run, work


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Script, ChatClient]]:
    """Serve a script after one run of a single task: everything is imported, and the connection is open."""
    script = Script(Reply(reply_of(SHAPES["one task"])))
    async with ChatServer(script) as server, ChatClient(server.url, None, "m") as client:
        await whole_s(client, SHAPES["one task"], EACH)
        script.calls.clear()
        yield script, client


async def whole_s(client: ChatClient, shape: Shape, each: int) -> float:
    """Run a shape without gates; return the seconds from the request to the end."""
    async with staged(client, shape, each, Gates.NONE) as (run, _):
        begun = time.perf_counter()
        run.send(cmd.Submit(request=request_of(shape)))
        ended = await run.end()
        took = time.perf_counter() - begun
        assert ended.outcome is Outcome.ANSWERED, run.heard
        return took


def prompt_tokens(calls: list[Request]) -> int:
    """Return the tokens of all prompts, estimated as in benchmarks.prompts."""
    return sum(estimate_prompt([Message(one["role"], one["content"]) for one in call.messages]) for call in calls)


async def walls() -> None:
    print(f"{'shape':16}{'models':>7}{'wall':>8}{'ideal':>7}{'ratio':>7}{'calls':>7}{'2+n/4':>7}{'orig.':>7}"
          f"{'prompts':>9}{'orig.':>8}{'ratio':>7}")  # fmt: skip
    for name, shape in SHAPES.items():
        for each in (EACH, 1):
            async with served() as (script, client):
                script.planning = reply(reply_of(shape))
                times = []
                for _ in range(RUNS):
                    script.calls.clear()
                    times.append(await whole_s(client, shape, each))
                took, tokens = statistics.median(times), prompt_tokens(script.calls)
            n = len(shape)
            ideal = FIRST_S * (3 if each > 1 else 2) + depth(shape) * WORK_S
            most = 2 + (-(-n // 4) if each > 1 else 0)
            plan = planned(shape)
            theirs = original(request_of(shape), plan, {task.uid: candidates(task.task)[:each] for task in plan})
            good = took <= WALL * ideal and len(script.calls) == most and tokens <= BOUND * theirs
            print(f"{name:16}{each:7}{took:7.3f}s{ideal:6.1f}s{took / ideal:7.3f}{len(script.calls):7}{most:7}{2 + n:7}"
                  f"{tokens:9,}{theirs:8,}{tokens / theirs:7.2f}{'' if good else '   OVER THE BOUND'}")  # fmt: skip
    print(f"bounds: wall {WALL:.2f} of the ideal, prompts {BOUND} of the original's\n")


async def drafted_ms(shape: Shape) -> list[float]:
    """Return the milliseconds from the last token of each task to its TaskDrafted at a listener."""
    timed = Timed(reply_of(shape))
    heard: dict[Uid, float] = {}
    async with served() as (script, client):
        script.planning = timed
        async with staged(client, shape, 1, Gates.MERGED) as (run, _):
            run.conductor.listen(lambda entry, _: _note(heard, entry.event))
            await run.gate(request_of(shape))
    assert len(heard) == len(timed.sent) == len(shape)
    return [(at - sent) * 1000 for at, sent in zip(heard.values(), timed.sent, strict=True)]


def _note(heard: dict[Uid, float], event: ev.Event) -> None:
    if isinstance(event, ev.TaskDrafted):
        heard[event.task.uid] = time.perf_counter()


async def gated_ms(shape: Shape) -> tuple[float, float]:
    """Return the milliseconds from Enter to the gate beyond the two calls, and from the approval to the first call."""
    async with served() as (script, client):
        script.planning = reply(reply_of(shape))
        async with staged(client, shape, EACH, Gates.MERGED) as (run, work):
            begun = time.perf_counter()
            await run.gate(request_of(shape))
            ready = time.perf_counter() - begun - 2 * FIRST_S
            begun = time.perf_counter()
            run.approve()
            await work.first.wait()
            return ready * 1000, (work.begun - begun) * 1000


def told(what: str, times: list[float], bound: float) -> None:
    verdict = "ok" if max(times) <= bound else "OVER THE BOUND"
    print(
        f"{what:44}median {statistics.median(times):6.1f} ms   worst {max(times):6.1f} ms   bound {bound} ms   {verdict}"
    )


async def main() -> None:
    await walls()
    for name in ("8 independent", "30 independent"):
        told(f"last token to task heard, {name}", await drafted_ms(SHAPES[name]), DRAFTED_MS)
    for name in ("one task", "8 independent", "30 independent"):
        both = [await gated_ms(SHAPES[name]) for _ in range(TIMES)]
        told(f"approval to first inference, {name}", [one for _, one in both], APPROVED_MS)
        told(f"Enter to gate beyond 2 calls, {name}", [one for one, _ in both], GATE_MS)


if __name__ == "__main__":
    asyncio.run(main())
