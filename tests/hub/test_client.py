"""The Hub's client as the rooms above see it: listings, searches, models, cards, who asks; kept, shared, offline."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hgtui.core.states import Failure
from hgtui.hub.api import CARD_BYTES
from hgtui.hub.client import HubClient
from hgtui.hub.keeping import CARD_S, LISTING_S, MODEL_S
from hgtui.hub.values import Card, HubCall, HubError, Model, Served
from tests.hub.asking import MODEL, place
from tests.servers.gate import Gate
from tests.servers.hub import MODELS, TOKEN, Dripped, Held, HubServer, Made, Redirect, as_json
from tests.servers.hub import faults as hub
from tests.servers.replies import Reset

UNSAFE = set("\x1b\x07\x00\u202e\u202c\u2066")


class Hub:
    """A server, clients of it that share a folder and a clock, and what they told."""

    def __init__(self, server: HubServer, folder: Path) -> None:
        self.server, self.folder, self.now = server, folder, 1_700_000_000.0
        self.told: list[str] = []
        self.made: list[HubCall] = []
        self.clients: list[HubClient] = []

    def client(self, cache: bool = True, **fields: Any) -> HubClient:
        where = place(self.server, self.folder / "hub" if cache else None, **fields)
        one = HubClient(where, record=self.made.append, notice=self.told.append, clock=lambda: self.now)
        self.clients.append(one)
        return one


@pytest.fixture
async def at(server: HubServer, tmp_path: Path) -> AsyncIterator[Hub]:
    one = Hub(server, tmp_path)
    yield one
    for client in one.clients:
        await client.aclose()


async def test_a_listing_is_one_request_that_brings_everything(at: Hub) -> None:
    models = await at.client().models("text-to-image", limit=3)
    (call,) = at.server.calls
    assert call.params["pipeline_tag"] == ["text-to-image"]
    assert (call.params["inference_provider"], call.params["sort"], call.params["limit"]) == (
        ["all"],
        ["downloads"],
        ["3"],
    )
    assert [model.id for model in models] == [
        "stabilityai/stable-diffusion-xl-base-1.0",
        "black-forest-labs/FLUX.1-dev",
        "black-forest-labs/FLUX.1-schnell",
    ]
    flux = models[1]
    assert (flux.downloads, flux.likes, flux.gated, flux.library, flux.licence) == (
        1_800_000,
        11_000,
        "auto",
        "diffusers",
        "other",
    )
    assert (flux.tag, flux.private, flux.languages, len(flux.revision)) == ("text-to-image", False, ("en",), 40)
    assert flux.served[1] == Served(
        provider="fal-ai", provider_id="fal-ai/flux/dev", status="live", task="text-to-image"
    )
    assert {row.status for row in flux.served} == {"live", "staging"}


async def test_a_listing_may_be_narrowed_by_tags_and_widened_to_what_no_one_serves(at: Hub) -> None:
    client = at.client()
    chats = await client.models("text-generation", filters=("conversational",))
    assert chats
    assert all("conversational" in model.tags for model in chats)
    assert await client.models("depth-estimation") == ()
    assert len(await client.models("depth-estimation", served=False)) == 2


async def test_the_size_follows_from_the_numbers_and_their_type(at: Hub) -> None:
    model = await at.client().model(MODEL)
    assert (model.parameters, model.size_mb) == (67_000_000, 268.0)


async def test_a_model_says_the_same_alone_as_in_its_listing(at: Hub) -> None:
    client = at.client()
    listed = {model.id: model for model in await client.models("text-to-image")}
    assert await client.model("black-forest-labs/FLUX.1-dev") == listed["black-forest-labs/FLUX.1-dev"]


async def test_a_search_finds_by_name_and_by_type(at: Hub) -> None:
    client = at.client()
    assert next(model.id for model in await client.search("whisper")) == "openai/whisper-large-v3"
    assert await client.search("whisper", tag="text-to-image") == ()
    assert len(await client.search("e", limit=4)) == 4


async def test_private_and_gated_models_are_shown_to_their_own(at: Hub) -> None:
    ids = {model.id: model for model in await at.client().models("text-classification")}
    assert ids["acme/internal-sentiment"].private
    assert ids["acme/gated-sentiment"].gated == "auto"
    assert "acme/internal-sentiment" not in {m.id for m in await at.client(token="").models("text-classification")}


async def test_everything_that_the_hub_says_is_cleaned(at: Hub) -> None:
    client = at.client()
    (model,) = await client.search("hostile")
    card = await client.card(model.id, model.revision)
    assert not UNSAFE & set(model.model_dump_json().encode().decode("unicode_escape"))
    assert not UNSAFE & set(card.text)
    assert "\n" not in model.licence + "".join(model.tags)


async def test_a_row_that_is_not_as_it_should_be_does_no_harm(at: Hub) -> None:
    odd = {
        "id": "acme/odd", "downloads": "many", "likes": -3, "gated": True, "tags": "one", "pipeline_tag": 7, "private": None,
        "safetensors": {"parameters": {"BF16": 10_000_000, "F8_E4M3": 5_000_000, "I64": True}, "total": None}, "sha": 5,
        "cardData": {"license": ["mit", 3], "language": {"en": 1}}, "library_name": ["x"],
        "inferenceProviderMapping": [{"provider": "new-one", "providerId": 5, "status": "warm", "task": None}],
    }  # fmt: skip
    at.server.always("listing", as_json([odd, {"id": "bad name\x1b"}, {"id": "../../etc"}]))
    (model,) = await at.client().models("text-classification")
    assert model == Model(
        id="acme/odd", downloads=None, likes=0, gated="manual", tags=("one",), licence="mit", parameters=15_000_000, size_mb=25.0,
        served=(Served(provider="new-one", provider_id="5", status="warm", task=""),),
    )  # fmt: skip


@pytest.mark.parametrize("odd", [{"error": "odd"}, [1, 2], [[]], [{"no": "id"}], 3, None])
async def test_a_listing_of_another_shape_is_unreadable(odd: Any, at: Hub) -> None:
    at.server.always("listing", as_json(odd))
    with pytest.raises(HubError) as caught:
        await at.client().models("text-classification")
    assert caught.value.failure is Failure.UNREADABLE


@pytest.mark.parametrize("id", ["a b", "a/b/c", "../x", "a/../b", "", "-x", "a/b?x", "a/b\x1b[31m", "a\nb", "x" * 300])
async def test_a_name_that_no_model_can_have_is_not_asked_for(id: str, at: Hub) -> None:
    client = at.client()
    for asking in (client.model(id), client.card(id), client.card(MODEL, "a/../b\x1b")):
        with pytest.raises(HubError) as caught:
            await asking
        assert caught.value.failure is Failure.NO_MODEL
        assert not UNSAFE & set(caught.value.message)
    assert at.server.calls == []


async def test_a_model_that_is_not_there_is_told(at: Hub) -> None:
    for token in (TOKEN, ""):
        with pytest.raises(HubError, match="acme/nothing") as caught:
            await at.client(token=token).model("acme/nothing")
        assert caught.value.failure is Failure.NO_MODEL


async def test_a_token_that_the_hub_refuses_is_told_with_where_it_is_from(at: Hub) -> None:
    with pytest.raises(HubError, match="refused the token of HF_TOKEN") as caught:
        await at.client(token="hf_wrong").models("text-classification")
    assert caught.value.failure is Failure.ACCESS


async def test_a_card_is_its_text_without_the_front_matter(at: Hub) -> None:
    card = await at.client().card(MODEL)
    assert card.text.startswith("# distilbert-base-uncased-finetuned-sst-2-english\n\nThis model does")
    assert len(card.revision) == 40


async def test_a_model_without_a_card_has_an_empty_one(at: Hub) -> None:
    assert await at.client().card("acme/no-card") == Card(id="acme/no-card")


async def test_a_card_of_a_revision_is_of_that_revision(at: Hub) -> None:
    client = at.client()
    revision = (await client.model(MODEL)).revision
    assert (await client.card(MODEL, revision)).revision == revision
    with pytest.raises(HubError, match="Invalid rev id"):
        await client.card(MODEL, "0" * 40)


async def test_a_card_behind_terms_tells_where_they_are_accepted(at: Hub) -> None:
    with pytest.raises(HubError) as caught:
        await at.client().card("acme/gated-sentiment")
    assert caught.value.failure is Failure.ACCESS
    assert f"{at.server.url}/acme/gated-sentiment" in caught.value.hint


@pytest.mark.parametrize("packed", [False, True])
async def test_a_card_that_is_too_long_is_cut_and_says_so(packed: bool, at: Hub) -> None:
    plain = b"---\nlicense: mit\n---\n# Long\n\n" + "a long line, é\n".encode() * 400_000
    coding = {"Content-Encoding": "gzip"} if packed else {}
    at.server.always("card", Made(gzip.compress(plain) if packed else plain, "text/plain", headers=coding))
    card = await at.client().card(MODEL)
    assert CARD_BYTES * 0.9 < len(card.text.encode()) < CARD_BYTES + 200
    assert card.text.startswith("# Long")
    assert card.text.endswith("only its first 200 KB were read.*")
    assert at.made[0].received < 2_000_000


async def test_a_card_may_lie_behind_a_redirect_of_the_hub(at: Hub) -> None:
    at.server.when("card", Redirect("/api/resolve-cache/card"))
    at.server.always("/api/resolve-cache/*", Made(b"# Moved", "text/plain"))
    assert (await at.client().card(MODEL)).text == "# Moved"
    assert at.server.calls[-1].token == TOKEN


async def test_who_asks_is_told(at: Hub) -> None:
    who = await at.client().whoami()
    assert (who.name, who.plan, who.role, who.may_infer, who.orgs) == ("test", "free", "fineGrained", True, ("acme",))


@pytest.mark.parametrize(
    ("token", "may"),
    [
        ({"role": "write"}, True),
        ({"role": "read"}, True),
        ({"role": "fineGrained", "fineGrained": {"global": [], "scoped": []}}, False),
        ({"role": "fineGrained", "fineGrained": {"scoped": [{"permissions": ["inference.serverless.write"]}]}}, True),
        ({}, None),
        ("odd", None),
    ],
)
async def test_whether_a_token_may_call_providers_follows_from_its_kind(token: Any, may: bool | None, at: Hub) -> None:
    at.server.always("whoami", as_json({"name": "test", "isPro": True, "auth": {"accessToken": token}}))
    who = await at.client().whoami()
    assert (who.may_infer, who.plan) == (may, "PRO")


async def test_without_a_token_no_one_asks_who_it_is(at: Hub) -> None:
    with pytest.raises(HubError, match="no token"):
        await at.client(token="").whoami()
    assert at.server.calls == []


async def test_what_is_kept_is_not_asked_for_again_not_by_another_program_either(at: Hub) -> None:
    first = at.client()
    model, card = await first.model(MODEL), await first.card(MODEL, "main")
    listed = await first.models("text-classification")
    before = len(at.server.calls)
    for client in (first, at.client()):
        assert await client.models("text-classification") == listed
        assert await client.card(MODEL, "main") == card
        assert await client.model(MODEL) == model
    assert len(at.server.calls) == before == 3


async def test_a_model_that_a_listing_told_of_is_not_asked_for_until_its_time_is_over(at: Hub) -> None:
    client = at.client()
    listed = await client.models("text-classification")
    for later, requests in ((0, 0), (MODEL_S - 1, 0), (2, 1)):
        at.now += later
        assert await client.model(MODEL) in listed
        assert len(at.server.to("info")) == requests


async def test_a_listing_is_asked_for_anew_when_its_time_is_over(at: Hub) -> None:
    client = at.client()
    for later, requests in ((0, 1), (LISTING_S - 1, 1), (2, 2)):
        at.now += later
        await client.models("text-classification")
        assert len(at.server.to("listing")) == requests


async def test_a_card_of_a_revision_is_kept_longer_than_the_newest_one(at: Hub) -> None:
    client = at.client()
    revision = (await client.model(MODEL)).revision
    await client.card(MODEL, revision), await client.card(MODEL)
    at.now += CARD_S - 1
    await client.card(MODEL, revision), await client.card(MODEL)
    assert len(at.server.to("card")) == 3


async def test_other_questions_and_other_askers_have_answers_of_their_own(at: Hub) -> None:
    await at.client().models("text-classification")
    await at.client(token="").models("text-classification")
    await at.client().models("text-classification", limit=2)
    await at.client().models("text-classification", served=False)
    await at.client().models("text-classification", filters=("en",))
    await at.client().models("summarization")
    assert len(at.server.to("listing")) == 6


async def test_nothing_is_kept_without_a_folder(at: Hub) -> None:
    client = at.client(cache=False)
    await client.models("text-classification"), await client.models("text-classification")
    assert len(at.server.calls) == 2
    assert list(at.folder.iterdir()) == []


async def test_no_token_is_kept(at: Hub) -> None:
    client = at.client()
    await client.models("text-classification"), await client.card(MODEL)
    kept = [path for path in at.folder.rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert all(TOKEN.encode() not in path.read_bytes() and TOKEN not in path.name for path in kept)


async def test_those_who_ask_at_a_time_share_one_request(at: Hub) -> None:
    gate = Gate()
    at.server.always("*", Held(gate))
    client = at.client()
    asking = [asyncio.ensure_future(client.models("text-classification")) for _ in range(20)]
    await at.server.call("listing")
    gate.release()
    answers = await asyncio.gather(*asking)
    assert len(at.server.calls) == 1
    assert all(answer == answers[0] for answer in answers)


async def test_one_who_leaves_does_not_take_the_answer_from_the_others(at: Hub) -> None:
    gate = Gate()
    at.server.always("*", Held(gate))
    client = at.client()
    leaving, staying = (asyncio.ensure_future(client.models("text-classification")) for _ in range(2))
    call = await at.server.call("listing")
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    gate.release()
    assert await staying
    assert not call.request.gone.is_set


async def test_when_all_have_left_the_request_ends(at: Hub) -> None:
    at.server.when("*", Held(Gate()))
    client = at.client()
    asking = [asyncio.ensure_future(client.models("text-classification")) for _ in range(3)]
    call = await at.server.call("listing")
    for one in asking:
        one.cancel()
    assert all(isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*asking, return_exceptions=True))
    await call.request.gone.wait()
    assert await client.models("text-classification")


async def test_those_who_share_a_request_share_its_failure(at: Hub) -> None:
    at.server.always("listing", hub.limited(None, 280))
    client = at.client()
    errors = await asyncio.gather(*(client.models("x") for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in errors] == [HubError] * 3
    assert len(at.server.calls) == 1


async def test_five_cards_come_at_a_time(at: Hub) -> None:
    gate = Gate()
    at.server.always("card", Held(gate))
    client = at.client()
    ids = [model.id for model in MODELS if not model.gated and not model.private][:5]
    asking = [asyncio.ensure_future(client.card(id)) for id in ids]
    await at.server.call("card", 5)
    gate.release()
    assert [card.id for card in await asyncio.gather(*asking)] == ids


async def test_offline_what_is_kept_is_used_however_old_and_its_age_is_told(at: Hub) -> None:
    listed = await at.client().models("text-classification")
    at.now += 3 * 24 * 3600
    before = at.server.connections
    assert await at.client(offline=True).models("text-classification") == listed
    assert at.server.connections == before
    assert at.told == [
        "The listing of text-classification is 3 days old: The Hub is not asked: this program works offline."
    ]


async def test_offline_what_is_young_needs_no_word(at: Hub) -> None:
    await at.client().models("text-classification")
    await at.client(offline=True).models("text-classification")
    assert at.told == []


async def test_offline_what_is_not_kept_is_said_to_be_missing(at: Hub) -> None:
    client = at.client(offline=True)
    for asking, what in ((client.models("summarization"), "listing of summarization"), (client.card(MODEL), "card of")):
        with pytest.raises(HubError, match=f"{what}.* is not kept on this machine") as caught:
            await asking
        assert caught.value.failure is Failure.REFUSED
    assert at.server.connections == 0


@pytest.mark.parametrize("fault", [hub.status(500), hub.limited(None, 280), Reset(), hub.body("<html>")])
async def test_where_a_refresh_fails_the_old_answer_is_taken_and_that_is_told(fault: Any, at: Hub) -> None:
    client = at.client()
    model = await client.model(MODEL)
    at.now += 2 * 3600
    at.server.always("info", fault)
    assert await client.model(MODEL) == model
    (told,) = at.told
    assert told.startswith(f"What is known of {MODEL} is 2 hours old: The Hub at {at.server.url}")


@pytest.mark.parametrize("fault", [hub.wrong_token(), hub.not_found()])
async def test_an_answer_that_says_no_is_not_papered_over_with_an_old_one(fault: Any, at: Hub) -> None:
    client = at.client()
    await client.model(MODEL)
    at.now += 2 * 3600
    at.server.always("info", fault)
    with pytest.raises(HubError):
        await client.model(MODEL)


async def test_a_failure_is_not_kept(at: Hub) -> None:
    client = at.client()
    at.server.when("info", hub.status(500))
    with pytest.raises(HubError):
        await client.model(MODEL)
    assert await client.model(MODEL)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"version":1,"saved":1,"value":[{"no":"model"}]}', b"\xff\xfe", None]
)
async def test_a_damaged_file_is_asked_for_anew(damage: bytes | None, at: Hub) -> None:
    client = at.client()
    listed = await client.models("text-classification")
    (path,) = (at.folder / "hub").iterdir()
    path.write_bytes(path.read_bytes()[:-20] if damage is None else damage)
    assert await client.models("text-classification") == listed
    assert len(at.server.calls) == 2
    assert json.loads(path.read_bytes())["version"] == 1


async def test_a_folder_that_cannot_be_written_is_told_and_the_answer_given(at: Hub) -> None:
    (at.folder / "hub").write_text("a file in the way")
    assert await at.client().models("text-classification")
    assert at.told == [f"The listing of text-classification cannot be kept in {at.folder / 'hub'}."]


async def test_a_slow_hub_is_given_up_in_total_time(at: Hub) -> None:
    at.server.always("listing", Dripped(size=1, gap_s=0.05))
    client = at.client()
    with pytest.raises(HubError, match="did not answer within") as caught:
        await client.wire.ask(lambda: _listed(client), 0.5)
    assert caught.value.failure is Failure.TIMEOUT
    await at.server.to("listing")[0].request.gone.wait()


def _listed(client: HubClient) -> object:
    from hgtui.hub.api import listed

    return listed(client.place, tag="text-classification", served=True, limit=5)


async def test_an_adapter_is_told_apart(at: Hub) -> None:
    row = {"provider": "fal-ai", "providerId": "x", "status": "live", "task": "text-to-image", "adapter": "lora"}
    row["adapterWeightsPath"] = "lora.safetensors"
    at.server.always("listing", as_json([{"id": "acme/lora", "inferenceProviderMapping": [row]}]))
    (model,) = await at.client().models("text-to-image")
    assert (model.served[0].adapter, model.served[0].weights) == (True, "lora.safetensors")
