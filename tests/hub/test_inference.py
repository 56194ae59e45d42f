"""One call of the real client: its mapping is ours, and it neither asks the Hub nor keeps anything."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest

from hgtui.core.states import Failure
from hgtui.hub.inference import infer
from hgtui.hub.inference_plain import Blob, plain
from hgtui.hub.tasks import PROVIDERS, WAYS, by_provider, choose_provider, offers, serves, tags, why_not
from hgtui.hub.values import Ask, HubError, Model, Served
from hgtui.hub.wire import Wire
from tests.servers.hub import HubServer, picture

MOODS = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
FLUX = "black-forest-labs/FLUX.1-schnell"


def ask(method: str, provider: str, model: str, provider_id: str = "", task: str = "", **arguments: Any) -> Ask:
    served = Served(provider=provider, provider_id=provider_id or model, status="live", task=task or "any")
    return Ask(model=model, provider=provider, served=served, method=method, arguments=arguments)


def paint(provider_id: str) -> Ask:
    return ask("text_to_image", "fal-ai", FLUX, provider_id, "text-to-image", prompt="a cat")


async def test_a_call_is_one_request_and_the_hub_is_not_asked_for_a_mapping(server: HubServer, wire: Wire) -> None:
    found = await infer(wire, ask("text_classification", "hf-inference", MOODS, text="good"), 20)
    assert found
    assert [call.route for call in server.calls] == ["infer/hf-inference/text-classification"]


async def test_a_mapping_that_has_changed_is_used_at_once(server: HubServer, wire: Wire) -> None:
    await infer(wire, paint("fal-ai/flux/schnell"), 20)
    with pytest.raises(HubError):
        await infer(wire, paint("fal-ai/moved/away"), 20)
    assert [call.path for call in server.calls if call.route != "file"] == [
        "/fal-ai/fal-ai/flux/schnell",
        "/fal-ai/fal-ai/moved/away",
    ]
    assert server.to("info") == []


async def test_nothing_of_the_mapping_is_seen_by_the_rest_of_the_process(server: HubServer, wire: Wire) -> None:
    from huggingface_hub.inference._providers._common import HARDCODED_MODEL_INFERENCE_MAPPING as TABLE

    await infer(wire, paint("fal-ai/flux/schnell"), 20)
    assert not any(TABLE[provider].get(FLUX) for provider in TABLE)


async def test_pictures_come_as_the_bytes_that_were_sent_and_bytes_go_with_their_type(
    server: HubServer, wire: Wire
) -> None:
    made = await infer(wire, paint("fal-ai/flux/schnell"), 20)
    assert (made.data, made.media_type) == (picture(said="a cat"), "image/png")
    given = Blob(made.data, "image/png")
    await infer(wire, ask("image_classification", "hf-inference", "microsoft/resnet-50", image=given), 20)
    assert server.to("infer/hf-inference/*")[0].headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("wrong", "failure"),
    [
        (ask("text_classification", "hf-inference", "../../etc/passwd", text="x"), Failure.NO_MODEL),
        (ask("text_classification", "hf-inference", "http://elsewhere/model", text="x"), Failure.NO_MODEL),
        (ask("text_classification", "groq", "a/b", text="x"), Failure.NO_MODEL),
        (ask("get_endpoint_info", "hf-inference", "a/b"), Failure.NO_MODEL),
    ],
)
async def test_what_is_no_call_is_not_made(server: HubServer, wire: Wire, wrong: Ask, failure: Failure) -> None:
    with pytest.raises(HubError) as caught:
        await infer(wire, wrong, 20)
    assert caught.value.failure is failure
    assert server.calls == []


async def test_where_numpy_is_not_installed_a_vector_is_refused_before_it_is_paid_for(
    server: HubServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(HubError) as caught:
        await infer(wire, ask("feature_extraction", "hf-inference", "BAAI/bge-m3", text="x"), 20)
    assert (caught.value.failure, caught.value.hint) == (
        Failure.NO_MODEL,
        "pip install 'hgtui[embedded]' brings it.",
    )
    assert server.calls == []


async def test_a_call_of_one_place_does_not_know_of_another(server: HubServer, wired: Callable[..., Wire]) -> None:
    one, two = wired(token="hf_test_one"), wired(token="hf_test_two", bill_to="acme")
    await asyncio.gather(*(infer(wire, paint("fal-ai/flux/schnell"), 20) for wire in (one, two)))
    sent = {call.token: call.headers.get("x-hf-bill-to", "") for call in server.to("infer/*")}
    assert sent == {"hf_test_one": "", "hf_test_two": "acme"}


def test_what_comes_of_the_client_has_a_bound_in_depth() -> None:
    deep: Any = []
    for _ in range(50):
        deep = [deep]
    with pytest.raises(HubError) as caught:
        plain(deep)
    assert caught.value.failure is Failure.UNREADABLE


def test_the_table_has_every_task_and_provider_of_the_installed_client() -> None:
    from huggingface_hub.inference._providers import PROVIDERS as theirs

    ours = {(provider, task) for task, providers in PROVIDERS.items() for provider in providers}
    assert ours == {(provider, task) for provider, rows in theirs.items() for task in rows}


# Which provider


def offer(provider: str, task: str, status: str = "live", **more: Any) -> Served:
    return Served(provider=provider, provider_id="x", status=status, task=task, **more)


def model(tag: str, *served: Served) -> Model:
    return Model(id="acme/model", tag=tag, served=served)


def test_a_provider_that_is_live_comes_before_one_that_is_preferred_and_is_not() -> None:
    one = model("text-to-image", offer("fal-ai", "text-to-image", "error"), offer("replicate", "text-to-image", "staging"), offer("together", "text-to-image"), offer("nscale", "text-to-image"))  # fmt: skip
    assert [row.provider for row in offers(one, "text-to-image", ("fal-ai", "nscale"))] == ["nscale", "together", "replicate", "fal-ai"]  # fmt: skip
    chosen = choose_provider(one, "text-to-image", ("fal-ai", "nscale"))
    assert chosen is not None and chosen.provider == "nscale"
    named = by_provider(one, "text-to-image", "fal-ai")
    assert named is not None and named.status == "error"
    assert choose_provider(model("text-to-image", offer("fal-ai", "text-to-image", "error")), "text-to-image") is None


@pytest.mark.parametrize(
    ("task", "tag", "served", "able"),
    [
        ("summarization", "summarization", offer("hf-inference", "summarization"), True),
        ("summarization", "text-generation", offer("groq", "conversational"), True),
        ("summarization", "summarization", offer("groq", "summarization"), False),
        ("image-to-text", "image-text-to-text", offer("novita", "conversational"), True),
        ("image-to-text", "text-generation", offer("novita", "conversational"), False),
        ("image-to-text", "image-to-text", offer("hf-inference", "image-to-text"), True),
        ("text-to-image", "text-to-image", offer("unheard-of", "text-to-image"), False),
        ("text-to-image", "text-to-image", offer("fal-ai", "text-to-image", adapter=True), False),
        ("text-to-image", "text-to-image", offer("fal-ai", "text-to-image", adapter=True, weights="w.safetensors"), True),
        ("text-to-image", "text-to-image", offer("nscale", "text-to-image", adapter=True, weights="w.safetensors"), False),
        ("canny-text-to-image", "text-to-image", offer("fal-ai", "text-to-image"), False),
        ("depth-estimation", "depth-estimation", offer("hf-inference", "depth-estimation"), False),
        ("feature-extraction", "sentence-similarity", offer("hf-inference", "sentence-similarity"), True),
        ("feature-extraction", "sentence-similarity", offer("together", "sentence-similarity"), False),
        ("text-classification", "text-generation", offer("groq", "conversational"), False),
        ("text-to-speech", "text-to-speech", offer("deepinfra", "text-to-speech"), True),
        ("text-to-speech", "text-to-speech", offer("together", "text-to-speech"), False),
    ],
)  # fmt: skip
def test_a_provider_serves_a_task_type_by_what_its_mapping_says(
    task: str, tag: str, served: Served, able: bool
) -> None:
    assert serves(task, tag, served) is able
    assert why_not(model(tag, served), task).endswith((".", ")."))


def test_who_asks_for_a_voice_that_nobody_knows_is_not_chosen_to_speak_and_the_reason_is_told() -> None:
    one = model("text-to-speech", offer("together", "text-to-speech"), offer("deepinfra", "text-to-speech"))
    chosen = choose_provider(one, "text-to-speech", ("together",))
    assert chosen is not None and chosen.provider == "deepinfra"
    assert by_provider(one, "text-to-speech", "together") is None
    assert why_not(one, "text-to-speech", "together") == (
        "together runs acme/model only with the name of a voice of its own, which the Hub does not tell."
    )


def test_a_task_type_is_listed_under_its_own_tag_first() -> None:
    assert tags("image-to-text") == ("image-to-text", "image-text-to-text")
    assert tags("conversational") == ("text-generation",)
    assert all(tags(task) for task in WAYS)
