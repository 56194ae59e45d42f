"""Many calls at once, on a loop that stays free, and the choice of provider."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hgtui.core.ports import CallError
from hgtui.hub.values import HubCall
from tests.execution.hub_bench import TOKEN, Bench, opened, picture, text
from tests.servers.gate import Gate, Signal
from tests.servers.hub import Call, Held, HubServer
from tests.servers.hub.faults import Fault

MOODS = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
FLUX = "black-forest-labs/FLUX.1-schnell"


class Barrier:
    """Holds every call until so many are there."""

    def __init__(self, count: int) -> None:
        self.gate, self.full, self._left = Gate(), Signal(), count
        self._lock = threading.Lock()

    def __call__(self, _: Call) -> Fault:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self.gate.release()
                self.full.set()
        return Held(self.gate)


@asynccontextmanager
async def beating() -> AsyncIterator[Callable[[], float]]:
    """Measure the longest gap, in seconds, between two turns of this loop."""
    longest, last, on = 0.0, time.monotonic(), True

    async def beat() -> None:
        nonlocal longest, last
        while on:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    beats = asyncio.create_task(beat())
    try:
        yield lambda: longest
    finally:
        on = False
        await beats


@pytest.mark.parametrize("candidate", [MOODS, f"{FLUX}#fal-ai", f"{FLUX}#together"])
async def test_thirty_calls_are_under_way_at_once(candidate: str, tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        assert bench.endpoint.limit >= 30
        barrier = Barrier(30)
        bench.server.always("infer/*", barrier)
        task = "text-classification" if candidate == MOODS else "text-to-image"
        # None is answered before all are there: with a bound below 30 this would not end.
        found = await asyncio.gather(*(bench.run(task, candidate, text=text(f"good {n}")) for n in range(30)))
        assert barrier.full.is_set and len(found) == 30
        assert bench.server.peak == 30
        if candidate != MOODS:
            said = [f"good {n}".encode() in bench.bytes_of(one) for n, (one,) in enumerate(found)]
            assert all(said), "each call has its own answer"


async def test_thirty_jobs_wait_in_queues_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        barrier = Barrier(30)
        bench.server.always("status/*", barrier)
        candidates = ["tencent/HunyuanVideo#fal-ai", "Wan-AI/Wan2.2-T2V-A14B#wavespeed"]
        found = await asyncio.gather(
            *(bench.run("text-to-video", candidates[n % 2], text=text(f"sea {n}")) for n in range(30))
        )
        assert [f"sea {n}".encode() in bench.bytes_of(one) for n, (one,) in enumerate(found)] == [True] * 30


async def test_different_models_and_providers_at_once_keep_to_their_own_mapping(tmp_path: Path) -> None:
    rows = [
        ("text-to-image", f"{FLUX}#fal-ai"),
        ("text-to-image", f"{FLUX}#together"),
        ("text-to-image", f"{FLUX}#replicate"),
        ("text-to-image", "black-forest-labs/FLUX.1-dev#fal-ai"),
        ("text-to-video", "tencent/HunyuanVideo#fal-ai"),
        ("conversational", "openai/gpt-oss-20b#together"),
        ("conversational", "openai/gpt-oss-20b#groq"),
        ("feature-extraction", "intfloat/multilingual-e5-large#together"),
    ]
    async with opened(tmp_path) as bench:
        barrier = Barrier(len(rows) * 3)
        bench.server.always("infer/*", barrier)
        await asyncio.gather(*(bench.run(task, candidate, text=text("a")) for task, candidate in rows * 3))
        came = sorted((call.route.split("/")[1], call.model) for call in bench.server.to("infer/*"))
        assert came == sorted((c.partition("#")[2], c.partition("#")[0]) for _, c in rows * 3)
        assert bench.server.errors == []


async def test_a_model_that_a_listing_told_of_is_not_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        await bench.client.models("text-to-image")
        await bench.run("text-to-image", FLUX, text=text("a"))
        assert [call.route for call in bench.server.calls if call.route != "file"] == [
            "listing",
            "infer/together/text-to-image",
        ]


async def test_no_mapping_is_asked_for_and_the_model_only_once(tmp_path: Path) -> None:
    made: list[HubCall] = []
    async with opened(tmp_path, record=made) as bench:
        for candidate in (f"{FLUX}#fal-ai", f"{FLUX}#together", FLUX):
            await bench.run("text-to-image", candidate, text=text("a"))
        assert len(bench.server.to("info")) == 1
        assert all(call.token == TOKEN for call in bench.server.to("infer/*") + bench.server.to("info"))
        assert TOKEN not in repr(made)


@pytest.mark.parametrize(
    ("preferred", "asked"),
    [((), "together"), (("replicate", "fal-ai"), "replicate"), (("groq", "wavespeed"), "wavespeed")],
)
async def test_the_provider_is_the_first_live_one_in_the_persons_order(
    preferred: tuple[str, ...], asked: str, tmp_path: Path
) -> None:
    async with opened(tmp_path, providers=preferred) as bench:
        (found,) = await bench.run("text-to-image", FLUX, text=text("a"))
        assert [call.route for call in bench.server.to("infer/*")] == [f"infer/{asked}/text-to-image"]
        assert found.note == f"Run by {asked}; it used credits of HF_TOKEN."


async def test_one_that_only_stages_is_not_chosen_over_a_live_one(tmp_path: Path) -> None:
    async with opened(tmp_path, providers=("wavespeed", "cohere")) as bench:
        await bench.run("text-to-image", "black-forest-labs/FLUX.1-dev", text=text("a"))
        await bench.run("conversational", "openai/gpt-oss-20b", text=text("a"))
        asked = [call.route.split("/")[1] for call in bench.server.to("infer/*")]
        assert asked == ["hf-inference", "together"]


async def test_a_token_of_any_form_goes_to_the_router_and_nowhere_else(tmp_path: Path) -> None:
    token = "abc-no-hub-form"
    async with opened(tmp_path, HubServer(granted=("*",), token="abc"), token=token, bill_to="acme") as bench:
        await bench.run("text-to-image", f"{FLUX}#fal-ai", text=text("a"))
        (call,), (file,) = bench.server.to("infer/*"), bench.server.to("file")
        assert (call.token, call.headers["x-hf-bill-to"]) == (token, "acme")
        assert call.path.startswith("/fal-ai/")
        (found,) = await bench.run("text-to-image", f"{FLUX}#together", text=text("a"))
        assert found.note.endswith("it used credits of acme.")
        assert file.token == ""


async def test_the_callers_loop_stays_free_while_a_provider_is_slow(tmp_path: Path) -> None:
    async with opened(tmp_path, HubServer(granted=("*",), infer_s=1.0)) as bench:
        image = picture(tmp_path / "a.png", (2_000, 2_000))
        async with beating() as longest:
            await asyncio.gather(
                bench.run("text-to-image", f"{FLUX}#fal-ai", text=text("a")),
                bench.run("text-to-video", "tencent/HunyuanVideo#fal-ai", text=text("a")),
                bench.run("image-to-image", "Qwen/Qwen-Image-Edit#fal-ai", image=image),
            )
        assert longest() < 0.45, "a request takes a second, and the queue is slept on for half a second at a time"


async def test_a_call_that_fails_leaves_the_others_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.server.always(f"infer/*@{MOODS}", Held(Gate()))
        held = asyncio.create_task(bench.run("text-classification", MOODS, text=text("a")))
        await bench.server.call("infer/hf-inference/*", 1)
        held.cancel()
        (found,) = await bench.run(
            "text-classification", "cardiffnlp/twitter-roberta-base-sentiment-latest", text=text("good")
        )
        assert found.text
        with pytest.raises(asyncio.CancelledError):
            await held


async def test_a_bench_whose_hub_is_closed_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        await bench.run("text-classification", MOODS, text=text("a"))
        stays: Bench = bench
    with pytest.raises(CallError) as caught:
        await stays.run("text-classification", MOODS, text=text("a"))
    assert caught.value.message.endswith(".")
