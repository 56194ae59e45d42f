"""What goes wrong at a provider, at the call, and the class and the sentence that come of it."""

import asyncio
import base64
import json
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hgtui.core.ports import Given
from hgtui.core.resource import Kind
from hgtui.core.states import Failure
from tests.execution.hub_bench import Bench, opened, picture, text
from tests.servers.hub import HOSTILE, Cut, Dripped, Endless, HubServer, Lying, Made
from tests.servers.hub.faults import BY_NAME, Fault, body, gated, hostile, html, limited, loading, status
from tests.servers.replies import Hang, Reset

MOODS = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
FLUX = "black-forest-labs/FLUX.1-schnell"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with opened(tmp_path, answer_mb=2.0) as one:
        yield one


@pytest.mark.parametrize(
    ("fault", "failure", "words"),
    [
        (BY_NAME["400"], Failure.BAD_INPUT, "hf-inference refused the input (400)"),
        (BY_NAME["401"], Failure.ACCESS, "hf-inference refused the token of HF_TOKEN"),
        (BY_NAME["402"], Failure.CREDITS, "The credits of HF_TOKEN for hf-inference are used up"),
        (BY_NAME["403"], Failure.ACCESS, "hf-inference does not allow this"),
        (gated(MOODS), Failure.ACCESS, f"{MOODS} is gated"),
        (BY_NAME["404"], Failure.NO_MODEL, "hf-inference"),
        (BY_NAME["422"], Failure.BAD_INPUT, "hf-inference refused the input (422)"),
        (BY_NAME["500"], Failure.TRANSPORT, "hf-inference failed (500)"),
        (html(502), Failure.TRANSPORT, "hf-inference failed (502)."),
        (html(504), Failure.TRANSPORT, "hf-inference failed (504)."),
        (Cut(), Failure.TRANSPORT, "hf-inference broke off the connection."),
        (Cut(reset=True), Failure.TRANSPORT, "hf-inference broke off the connection."),
        (Reset(), Failure.TRANSPORT, "hf-inference broke off the connection."),
        (Lying(100), Failure.TRANSPORT, "hf-inference broke off the connection."),
        (BY_NAME["malformed"], Failure.UNREADABLE, "hf-inference answered with something that is not JSON."),
        (body({"what": "is this"}), Failure.UNREADABLE, "hf-inference"),
        (body("7"), Failure.UNREADABLE, "hf-inference"),
        (body(json.dumps([[[[["deep"]]]]])), Failure.UNREADABLE, "hf-inference"),
        (body("[" * 100_000), Failure.UNREADABLE, "hf-inference"),
        (body([[{"score": 0.5}]]), Failure.UNREADABLE, "hf-inference gave an answer of another form"),
        (body([[]]), Failure.EMPTY, "hf-inference gave no label."),
        (Made(b" " * 3_000_000), Failure.UNREADABLE, "The answer of hf-inference is larger than 2 MB"),
        (Endless("application/json"), Failure.UNREADABLE, "The answer of hf-inference is larger than 2 MB"),
    ],
)  # fmt: skip
async def test_a_failure_has_its_class_and_a_sentence(bench: Bench, fault: Fault, failure: Failure, words: str) -> None:
    bench.server.always("infer/*", fault)
    error = await bench.fails("text-classification", MOODS, text=text("good"))
    assert (error.failure, error.retry_after) == (failure, None)
    assert error.message.startswith(words), error.message
    assert len(bench.server.to("infer/*")) == 1, "who made the plan decides about another try"


@pytest.mark.parametrize(
    ("fault", "failure", "seconds"),
    [
        (loading(12.5), Failure.LOADING, 12.5),
        (limited(7), Failure.QUOTA, 7),
        (limited(None, 9), Failure.QUOTA, 9),
        (status(503, "Service Unavailable"), Failure.TRANSPORT, None),
    ],
)
async def test_a_wait_that_is_named_is_told(
    bench: Bench, fault: Fault, failure: Failure, seconds: float | None
) -> None:
    bench.server.always("infer/*", fault)
    error = await bench.fails("text-classification", MOODS, text=text("good"))
    assert (error.failure, error.retry_after) == (failure, seconds)


@pytest.mark.parametrize(
    ("fault", "page"), [("402", "/settings/billing"), ("403", "/settings/tokens"), ("401", "/settings/tokens")]
)
async def test_what_a_person_has_to_do_is_told_with_its_page(bench: Bench, fault: str, page: str) -> None:
    bench.server.always("infer/*", BY_NAME[fault])
    error = await bench.fails("text-classification", MOODS, text=text("good"))
    assert f"https://huggingface.co{page}" in error.hint


async def test_the_words_of_a_failure_are_not_told_as_a_result_that_comes(bench: Bench) -> None:
    bench.server.when("infer/*", BY_NAME["500"])
    await bench.fails("text-classification", MOODS, text=text("good"))
    assert [note for note in bench.told if "came from" in note] == []
    await bench.run("text-classification", MOODS, text=text("good"))
    assert any(note.endswith("came from hf-inference") for note in bench.told)


async def test_a_gated_model_is_told_with_the_page_where_its_terms_are_accepted(tmp_path: Path) -> None:
    async with opened(tmp_path, HubServer(granted=())) as bench:
        error = await bench.fails("text-classification", "acme/gated-sentiment", text=text("good"))
        assert error.failure is Failure.ACCESS
        assert f"{bench.server.url}/acme/gated-sentiment" in error.hint


@pytest.mark.parametrize("fault", [Hang(), Dripped(size=1, gap_s=0.05)])
async def test_the_time_of_a_call_is_its_total(fault: Fault, tmp_path: Path) -> None:
    async with opened(tmp_path, seconds=0.3) as bench:
        await bench.client.model(MOODS)
        bench.server.always("infer/*", fault)
        error = await bench.fails("text-classification", MOODS, text=text("good"))
        assert error.failure is Failure.TIMEOUT
        assert error.message == "hf-inference did not answer within 0.3 s."


@pytest.mark.parametrize(
    ("data", "failure", "words"),
    [
        (b"no picture at all", Failure.UNREADABLE, "together answered with something that is no picture."),
        (b"<html>404</html>", Failure.UNREADABLE, "together answered with something that is no picture."),
        (b"", Failure.UNREADABLE, "together answered with something that is no picture."),
    ],
)
async def test_a_picture_that_is_none_is_no_result(bench: Bench, data: bytes, failure: Failure, words: str) -> None:
    encoded = base64.b64encode(data).decode()
    bench.server.always("infer/*", body({"data": [{"b64_json": encoded}]}))
    error = await bench.fails("text-to-image", f"{FLUX}#together", text=text("a cat"))
    assert (error.failure, error.message) == (failure, words)


@pytest.mark.parametrize(
    ("data", "failure", "words"),
    [
        (b"<!DOCTYPE html><p>gone</p>", Failure.UNREADABLE, "deepinfra gave no sound but a web page."),
        (b'{"error": "gone"}', Failure.UNREADABLE, "deepinfra gave no sound but JSON."),
        (b"\x89PNG\r\n\x1a\n", Failure.UNREADABLE, "deepinfra gave no sound but a picture."),
        (b"RIFF\x24\0\0\0WAVEjunk", Failure.UNREADABLE, "deepinfra gave a WAV file that is damaged."),
        (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(16) + b"data\0\0\0\0", Failure.EMPTY, "deepinfra gave a WAV file without any sound."),
        (b"", Failure.EMPTY, "deepinfra gave an empty sound."),
    ],
)  # fmt: skip
async def test_a_sound_that_is_none_is_no_result(bench: Bench, data: bytes, failure: Failure, words: str) -> None:
    bench.server.always("infer/*", Made(data, "audio/wav"))
    error = await bench.fails("text-to-speech", "hexgrad/Kokoro-82M#deepinfra", text=text("hello"))
    assert (error.failure, error.message) == (failure, words)


async def test_a_file_that_an_answer_names_may_be_gone(bench: Bench) -> None:
    bench.server.always("file", html(404))
    error = await bench.fails("text-to-speech", "hexgrad/Kokoro-82M#fal-ai", text=text("hello"))
    assert (error.failure, error.message) == (Failure.UNREADABLE, "fal-ai named a file that cannot be fetched (404).")
    error = await bench.fails("text-to-image", f"{FLUX}#fal-ai", text=text("hello"))
    assert error.failure is Failure.UNREADABLE


@pytest.mark.parametrize("fault", ["500", "malformed", "shape", "402", "reset"])
async def test_a_queue_may_fail_at_each_poll_and_at_its_result(bench: Bench, fault: str) -> None:
    for route in ("status/fal-ai", "result/fal-ai"):
        bench.server.well()
        if (fault, route) == ("shape", "status/fal-ai"):
            continue  # a state that is none is polled on
        bench.server.always(route, BY_NAME[fault])
        error = await bench.fails("text-to-video", "tencent/HunyuanVideo#fal-ai", text=text("waves"))
        assert error.failure in {Failure.TRANSPORT, Failure.UNREADABLE, Failure.CREDITS}


async def test_a_job_that_the_provider_gives_up_is_told_in_its_words(bench: Bench) -> None:
    bench.server.always("status/wavespeed", body({"data": {"status": "failed", "error": f"no GPU {HOSTILE}"}}))
    error = await bench.fails("text-to-image", f"{FLUX}#wavespeed", text=text("a cat"))
    assert error.failure is Failure.TRANSPORT
    assert error.message.startswith("wavespeed gave the job up: ") and "no GPU" in error.message
    assert "\x1b" not in error.message


async def test_words_of_a_server_do_not_drive_the_terminal(bench: Bench) -> None:
    bench.server.always("infer/*", hostile())
    error = await bench.fails("text-classification", MOODS, text=text("good"))
    assert "The model says:" in error.message
    assert not set("\x1b\x07\x00\u202e") & set(error.message)


async def test_a_call_that_is_cancelled_in_a_queue_makes_no_further_request(tmp_path: Path) -> None:
    async with opened(tmp_path, HubServer(granted=("*",), polls=10_000)) as bench:
        running = asyncio.create_task(bench.run("text-to-video", "tencent/HunyuanVideo#fal-ai", text=text("waves")))
        await bench.server.call("status/fal-ai", 1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        polled = len(bench.server.to("status/fal-ai"))
        pollers = [one for one in threading.enumerate() if one.name == "hgtui-hub-call"]
        for one in pollers:
            await asyncio.to_thread(one.join, 20)
            assert not one.is_alive()
        assert len(bench.server.to("status/fal-ai")) == polled


async def test_a_queue_that_has_no_end_runs_out_of_time(tmp_path: Path) -> None:
    async with opened(tmp_path, HubServer(granted=("*",), polls=10_000), seconds=1.2) as bench:
        error = await bench.fails("text-to-video", "tencent/HunyuanVideo#fal-ai", text=text("waves"))
        assert (error.failure, error.message) == (Failure.TIMEOUT, "fal-ai did not answer within 1.2 s.")


@pytest.mark.parametrize(
    ("candidate", "words"),
    [
        ("acme/no-such-model", "does not have acme/no-such-model"),
        (f"{FLUX}#groq", f"groq does not run {FLUX}; "),
        ("ProsusAI/finbert", "No provider runs ProsusAI/finbert now (hf-inference: error)."),
        ("nlptown/bert-base-multilingual-uncased-sentiment", "No provider of the Hub runs nlptown/"),
        ("openai/gpt-oss-20b", "openai/gpt-oss-20b is not run for text-classification ("),
    ],
)
async def test_a_model_that_cannot_be_run_is_told_with_the_reason(bench: Bench, candidate: str, words: str) -> None:
    error = await bench.fails("text-classification", candidate, text=text("good"))
    assert error.failure is Failure.NO_MODEL
    assert words in error.message
    assert bench.server.to("infer/*") == []


async def test_a_provider_that_a_person_names_is_asked_whatever_its_state(bench: Bench) -> None:
    error = await bench.fails("text-classification", "ProsusAI/finbert#hf-inference", text=text("good"))
    assert error.failure is Failure.TRANSPORT
    assert len(bench.server.to("infer/hf-inference/*")) == 1


async def test_without_a_token_nothing_is_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, token="", token_source="") as bench:
        error = await bench.fails("text-classification", MOODS, text=text("good"))
        assert (error.failure, error.message) == (Failure.ACCESS, "hf-inference asks for a token.")
        assert "HF_TOKEN" in error.hint
        assert bench.server.to("infer/*") == []


async def test_offline_nothing_is_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, offline=True) as bench:
        error = await bench.fails("text-classification", MOODS, text=text("good"))
        assert error.failure is Failure.REFUSED
        assert bench.server.calls == []


@pytest.mark.parametrize(
    ("task", "candidate", "given", "words"),
    [
        ("text-classification", MOODS, {"text": "  "}, "There is no text in “text”."),
        ("text-classification", MOODS, {"text": "x" * 1_000_001}, "The text has 1,000,001 characters"),
        ("zero-shot-classification", "facebook/bart-large-mnli", {"text": "a", "labels": "one"}, "At least two labels"),
        ("tabular-classification", "scikit-learn/wine-quality", {"table": "a,b"}, "The table has no rows"),
        ("tabular-classification", "scikit-learn/wine-quality", {"table": '[{"a": 1'}, "The table is no JSON"),
        ("conversational", "Qwen/Qwen3-8B", {"text": ""}, "There is no text in “text”."),
    ],
)
async def test_an_input_that_cannot_be_used_is_not_sent(
    bench: Bench, task: str, candidate: str, given: dict[str, str], words: str
) -> None:
    error = await bench.fails(task, candidate, **{name: text(value) for name, value in given.items()})
    assert error.failure is Failure.BAD_INPUT
    assert error.message.startswith(words)
    assert bench.server.to("infer/*") == []


async def test_a_file_that_cannot_be_sent_is_not_sent(bench: Bench, tmp_path: Path) -> None:
    large = picture(tmp_path / "large.png")
    os.truncate(large.path or "", 20_000_001)
    gone = Given(kind=Kind.IMAGE, path=str(tmp_path / "gone.png"), name="gone.png")
    (tmp_path / "notes.txt").write_text("no picture")
    words = Given(kind=Kind.IMAGE, path=str(tmp_path / "notes.txt"), name="notes.txt")
    for given, said in (
        (large, "Large.png is larger than the 20 MB"),
        (gone, "Gone.png cannot be read"),
        (words, "notes.txt is neither"),
    ):
        error = await bench.fails("image-classification", "google/vit-base-patch16-224", image=given)
        assert error.failure is Failure.BAD_INPUT
        assert error.message.startswith(said), error.message
    sound = words.model_copy(update={"kind": Kind.AUDIO})
    error = await bench.fails("audio-classification", "MIT/ast-finetuned-audioset-10-10-0.4593", audio=sound)
    assert error.message == "Notes.txt is not a sound that can be sent."
    assert bench.server.to("infer/*") == []
