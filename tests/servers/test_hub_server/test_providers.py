"""The other providers' own replies through the real client."""

from typing import Any

import pytest

from tests.servers.hub import TOKEN, HubServer, made, picture
from tests.servers.hub.chats import CHAT_PATHS
from tests.servers.hub.models import MODELS
from tests.servers.media import wav

# The client hands raw bytes over in a way that its HTTP library would have otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

PICTURE, SOUND = picture(80, 60), wav(0.5)
SCHNELL, WAN, WAN_I2V, KOKORO = (
    "black-forest-labs/FLUX.1-schnell",
    "Wan-AI/Wan2.2-T2V-A14B",
    "Wan-AI/Wan2.2-I2V-A14B",
    "hexgrad/Kokoro-82M",
)


@pytest.mark.parametrize("provider", sorted(CHAT_PATHS))
async def test_every_provider_of_chats_takes_them_where_the_client_sends_them(
    clients: Any, led: HubServer, provider: str
) -> None:
    live = (
        m
        for m in MODELS
        for o in m.offers
        if (o.provider, o.task) == (provider, "conversational") and o.status == "live"
    )
    model = next(live).id
    reply = await clients(provider).chat_completion([{"role": "user", "content": "hi"}], model=model)
    assert reply.choices[0].message.content == "You said: hi"
    assert led.to("infer/*")[0].route == f"infer/{provider}/conversational" and led.to("infer/*")[0].model == model


@pytest.mark.parametrize("provider", ["fal-ai", "replicate", "together", "nscale", "wavespeed"])
async def test_a_picture_comes_from_every_provider(clients: Any, provider: str) -> None:
    image = await clients(provider).text_to_image("a ship", model=SCHNELL, width=32, height=16)
    assert image.size == (32, 16) and image.info["prompt"] == "a ship"


async def test_a_picture_comes_from_the_queue_of_zai(clients: Any) -> None:
    image = await clients("zai-org").text_to_image("a ship", model="zai-org/GLM-Image", width=32, height=16)
    assert image.size == (32, 16)


async def test_a_version_of_a_model_is_found_at_replicate(clients: Any, led: HubServer) -> None:
    image = await clients("replicate").text_to_image("a ship", model="stabilityai/stable-diffusion-xl-base-1.0")
    assert image.info["prompt"] == "a ship" and led.to("infer/*")[0].headers["prefer"] == "wait"


@pytest.mark.parametrize("provider", ["fal-ai", "replicate", "together", "wavespeed"])
async def test_a_picture_is_changed_by_every_provider(clients: Any, provider: str) -> None:
    image = await clients(provider).image_to_image(PICTURE, prompt="older", model="Qwen/Qwen-Image-Edit")
    assert image.size == (80, 60)


@pytest.mark.parametrize("provider", ["fal-ai", "replicate", "together", "novita", "wavespeed"])
async def test_a_video_comes_from_every_provider(clients: Any, provider: str) -> None:
    data = await clients(provider).text_to_video("waves", model=WAN)
    assert data[4:8] == b"ftyp" and data.endswith(b"waves")


@pytest.mark.parametrize("provider", ["fal-ai", "together", "wavespeed"])
async def test_a_picture_becomes_a_video(clients: Any, provider: str) -> None:
    data = await clients(provider).image_to_video(PICTURE, prompt="waves", model=WAN_I2V)
    assert data.endswith(b"waves from 80 x 60")


@pytest.mark.parametrize("provider", ["fal-ai", "replicate", "together", "deepinfra"])
async def test_speech_comes_from_every_provider(clients: Any, provider: str) -> None:
    data = await clients(provider).text_to_speech("ten chars!", model=KOKORO)
    assert made.seconds_of(data) == 0.5


@pytest.mark.parametrize("provider", ["fal-ai", "replicate", "deepinfra"])
async def test_speech_is_recognized_by_every_provider(clients: Any, provider: str) -> None:
    heard = await clients(provider).automatic_speech_recognition(SOUND, model="openai/whisper-large-v3")
    assert heard.text == "a recording of 0.50 seconds"


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("together", "intfloat/multilingual-e5-large"),
        ("deepinfra", "intfloat/multilingual-e5-large"),
        ("scaleway", "Qwen/Qwen3-Embedding-8B"),
    ],
)
async def test_vectors_come_from_every_provider(clients: Any, provider: str, model: str) -> None:
    assert (await clients(provider).feature_extraction("red car", model=model)).shape == (1, 8)


@pytest.mark.parametrize("provider", ["together", "novita", "deepinfra", "featherless-ai"])
async def test_a_text_is_completed_by_every_provider(clients: Any, provider: str) -> None:
    assert await clients(provider).text_generation("Once upon", model="acme/completer-1b") == "upon and so on."


async def test_a_mask_comes_out_of_the_queue_as_data(clients: Any) -> None:
    masks = await clients("fal-ai").image_segmentation(PICTURE, model="ZhengPeng7/BiRefNet")
    assert [(row.label, row.mask.size) for row in masks] == [("mask", (80, 60))]


async def test_a_queued_job_is_done_at_the_poll_that_was_set(clients: Any, led: HubServer) -> None:
    led.polls = 2
    await clients("fal-ai").text_to_video("waves", model=WAN)
    first, second = led.to("status/fal-ai")
    assert first.params["_subdomain"] == ["queue"] and first.token == TOKEN and first.path == second.path
    assert [call.route for call in led.calls][-2:] == ["result/fal-ai", "file"]


async def test_a_result_is_fetched_from_where_the_test_says_without_the_token(clients: Any, led: HubServer) -> None:
    led.result_url = led.put("elsewhere.png", made.Made(picture(7, 7), "image/png"))
    assert (await clients("fal-ai").text_to_image("a ship", model=SCHNELL)).size == (7, 7)
    assert led.to("file")[0].token == ""
