"""What goes wrong goes wrong in the way the client knows: every fault as the real client raises it."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from huggingface_hub.errors import BadRequestError, GatedRepoError, HfHubHTTPError
from huggingface_hub.utils import parse_ratelimit_headers
from PIL import Image

from tests.servers.gate import Gate
from tests.servers.hub import (
    HOSTILE,
    RIGHT,
    Cut,
    Dripped,
    Endless,
    Held,
    HubServer,
    Lying,
    Redirect,
    faults,
    picture_bomb,
)
from tests.servers.replies import Hang, Reset

SST = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
FLUX = "black-forest-labs/FLUX.1-schnell"
TASK = "infer/hf-inference/*"


async def _raised(clients: Any, kind: type[BaseException]) -> Any:
    with pytest.raises(kind) as raised:
        await clients().text_classification("I love it", model=SST)
    return raised.value


async def test_a_loading_model_says_for_how_long_and_then_answers(clients: Any, led: HubServer) -> None:
    led.when(TASK, faults.loading(12.5))
    error = await _raised(clients, HfHubHTTPError)
    assert error.response.status_code == 503 and error.response.json()["estimated_time"] == 12.5
    assert (await clients().text_classification("I love it", model=SST))[0].label == "POSITIVE"


async def test_the_nth_request_fails_and_no_other(clients: Any, led: HubServer) -> None:
    led.when(TASK, RIGHT, faults.status(500), RIGHT)
    client = clients()
    await client.text_classification("one", model=SST)
    assert (await _raised(clients, HfHubHTTPError)).response.status_code == 500
    await client.text_classification("three", model=SST)
    await client.text_classification("four", model=SST)
    assert [call.body["inputs"] for call in led.to(TASK)] == ["one", "I love it", "three", "four"]


async def test_too_many_requests_say_when_to_come_again(clients: Any, led: HubServer) -> None:
    led.when(TASK, faults.limited(9), faults.limited(None, 7))
    assert (await _raised(clients, HfHubHTTPError)).response.headers["Retry-After"] == "9"
    said = parse_ratelimit_headers((await _raised(clients, HfHubHTTPError)).response.headers)
    assert said is not None and (said.remaining, said.reset_in_seconds) == (0, 7)


@pytest.mark.parametrize("code", [401, 402, 403, 404, 422, 500, 502, 504])
async def test_a_status_is_raised_as_it_is(clients: Any, led: HubServer, code: int) -> None:
    fault = faults.html(code) if code in (502, 504) else faults.BY_NAME[str(code)]
    led.always(TASK, fault)
    error = await _raised(clients, HfHubHTTPError)
    assert error.response.status_code == code


async def test_bad_arguments_and_terms_have_errors_of_their_own(clients: Any, led: HubServer) -> None:
    led.when(TASK, faults.hostile(), faults.gated(SST))
    assert HOSTILE in (await _raised(clients, BadRequestError)).response.json()["error"]
    await _raised(clients, GatedRepoError)


async def test_terms_that_were_not_accepted_keep_a_model_closed_for_callers() -> None:
    async with HubServer() as strict, httpx2.AsyncClient(headers={"Authorization": "Bearer hf_test_x"}) as client:
        answer = await client.post(f"{strict.url}/hf-inference/models/acme/gated-sentiment", json={"inputs": "x"})
        assert (answer.status_code, answer.headers["X-Error-Code"]) == (403, "GatedRepo")
        assert strict.calls[0].model == "acme/gated-sentiment"


async def test_nobody_without_the_token_has_a_task_run(hub: HubServer) -> None:
    async with httpx2.AsyncClient() as client, HubServer(token=None) as open_to_all:
        for headers in ({}, {"Authorization": "Bearer hf_other"}):
            answer = await client.post(f"{hub.url}/hf-inference/models/{SST}", json={"inputs": "x"}, headers=headers)
            assert answer.status_code == 401
        assert (
            await client.get(f"{hub.url}/api/models", headers={"Authorization": "Bearer hf_other"})
        ).status_code == 401
        assert (await client.get(f"{hub.url}/api/models")).status_code == 200
        answer = await client.post(f"{open_to_all.url}/hf-inference/models/{SST}", json={"inputs": "x"})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Cut(), httpx2.RemoteProtocolError),
        (Lying(100), httpx2.RemoteProtocolError),
        (Lying(-10), json.JSONDecodeError),
        (Cut(reset=True), httpx2.TransportError),
        (Reset(), httpx2.TransportError),
        (faults.body('{"label": '), json.JSONDecodeError),
        (faults.body(b""), json.JSONDecodeError),
        (faults.body("3"), ValueError),
        (faults.body([]), IndexError),
        (Redirect(), httpx2.TooManyRedirects),
    ],
)
async def test_a_broken_answer_breaks_where_it_is_broken(
    clients: Any, led: HubServer, fault: Any, kind: type[Exception]
) -> None:
    led.always(TASK, fault)
    await _raised(clients, kind)


async def test_drips_are_an_answer_in_the_end(clients: Any, led: HubServer) -> None:
    led.always(TASK, Dripped())
    assert (await clients().text_classification("I love it", model=SST))[0].label == "POSITIVE"


async def test_an_answer_is_held_until_the_test_lets_it_go(clients: Any, led: HubServer) -> None:
    gate = Gate()
    led.always(TASK, Held(gate))
    client = clients()
    asked = [asyncio.ensure_future(client.text_classification("I love it", model=SST)) for _ in range(5)]
    await led.call(TASK, 5)
    assert not any(task.done() for task in asked)
    gate.release()
    assert [rows[0].label for rows in await asyncio.gather(*asked)] == ["POSITIVE"] * 5
    assert led.peak == 5


async def test_a_server_that_says_nothing_learns_that_the_client_left(clients: Any, led: HubServer) -> None:
    led.always(TASK, Hang())
    asked = asyncio.ensure_future(clients().text_classification("I love it", model=SST))
    call = await led.call(TASK)
    asked.cancel()
    await call.request.gone.wait()


async def test_a_result_can_be_a_bomb_no_picture_or_without_end(clients: Any, led: HubServer) -> None:
    led.when("file", faults.body(picture_bomb(), "image/png"), faults.body("no picture", "image/png"))
    client = clients("fal-ai")
    with pytest.raises(Image.DecompressionBombError):
        await client.text_to_image("a ship", model=FLUX)
    with pytest.raises(OSError):
        await client.text_to_image("a ship", model=FLUX)
    url = led.put("x.png", Endless())
    got = 0
    async with httpx2.AsyncClient() as plain, plain.stream("GET", url) as answer:
        async for chunk in answer.aiter_raw():
            if (got := got + len(chunk)) > 1_000_000:
                break
    assert got > 1_000_000


async def test_a_result_can_lead_to_another_place(clients: Any, led: HubServer) -> None:
    led.when("file", Redirect("http://127.0.0.1:9/metadata"))
    with pytest.raises(httpx2.ConnectError):
        await clients("fal-ai").text_to_image("a ship", model=FLUX)


async def test_a_rule_can_be_for_one_model_or_a_path(clients: Any, led: HubServer) -> None:
    led.always("infer/*@cardiffnlp/*", faults.no_credits())
    led.always("/hf-inference/models/j-hartmann/*", faults.no_permission())
    client = clients()
    codes = []
    for model in ("cardiffnlp/twitter-roberta-base-sentiment-latest", "j-hartmann/emotion-english-distilroberta-base"):
        with pytest.raises(HfHubHTTPError) as raised:
            await client.text_classification("x", model=model)
        codes.append(raised.value.response.status_code)
    assert codes == [402, 403]
    await client.text_classification("x", model=SST)
    led.well()
    await client.text_classification("x", model="cardiffnlp/twitter-roberta-base-sentiment-latest")


async def test_what_goes_wrong_in_the_server_itself_fails_the_test() -> None:
    with pytest.raises(ExceptionGroup):
        async with HubServer() as broken:
            broken.always("listing", lambda call: 1 / 0)  # type: ignore[arg-type, return-value]
            async with httpx2.AsyncClient() as client:
                with pytest.raises(httpx2.TransportError):
                    await client.get(f"{broken.url}/api/models")


async def test_a_stream_can_be_cut_and_dripped_as_well(clients: Any, led: HubServer) -> None:
    led.when("infer/auto/*", Dripped(), Cut(0.9))
    client, model, asked = clients("auto"), "Qwen/Qwen3-8B", [{"role": "user", "content": "a b c d e"}]
    stream = await client.chat_completion(asked, model=model, stream=True)
    said = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    assert "".join(said) == "You said: a b c d e"
    with pytest.raises(httpx2.RemoteProtocolError):
        async for _ in await client.chat_completion(asked, model=model, stream=True):
            pass


async def test_a_job_can_fail_in_the_queue_or_take_too_long(clients: Any, led: HubServer) -> None:
    led.always("status/wavespeed", faults.job_failed("wavespeed", "no ships today"))
    with pytest.raises(ValueError, match="no ships today"):
        await clients("wavespeed").text_to_image("a ship", model=FLUX)
    led.always("infer/replicate/*", faults.not_done())
    with pytest.raises(TimeoutError):
        await clients("replicate").text_to_image("a ship", model=FLUX)
    led.always("infer/together/*", faults.job_failed("together", "no waves today"))
    with pytest.raises(RuntimeError, match="no waves today"):
        await clients("together").text_to_video("waves", model="Wan-AI/Wan2.2-T2V-A14B")
