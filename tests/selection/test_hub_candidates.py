"""Candidates from the Hub, by the real client: one listing for a task type, one card for each that is shown."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hgtui.core.ports import StoreError
from hgtui.core.task import TASKS
from hgtui.core.text import clean
from hgtui.execution.endpoints.embedded.endpoint import EmbeddedCatalogue
from hgtui.hub.client import HubClient
from hgtui.hub.tasks import UNSERVED
from hgtui.selection.hub import HubCatalogue
from hgtui.selection.hub.listings import listings
from hgtui.selection.hub.rows import is_id
from tests.selection.hubbing import hub, ids, place_of
from tests.servers.gate import Gate
from tests.servers.hub import Held, HubServer, Listed, Made, Offer

LIVE = (Offer("hf-inference"),)


def listed(name: str, downloads: int = 100, offers: tuple[Offer, ...] = LIVE, **more: object) -> Listed:
    return Listed(name, "text-classification", downloads, 1, offers, **more)  # type: ignore[arg-type]


async def test_one_listing_and_one_card_for_each_that_is_shown_and_none_when_they_are_kept(tmp_path: Path) -> None:
    async with hub(cache=tmp_path) as (server, client):
        found = await HubCatalogue(client, shown=3).candidates("text-classification")
        assert (len(server.to("listing")), len(server.to("card")), len(server.calls)) == (1, 3, 4)
        again = await HubCatalogue(client, shown=3).candidates("text-classification")
        assert again == found
        assert len(server.calls) == 4


async def test_a_candidate_says_all_that_the_hub_says_of_a_model() -> None:
    async with hub() as (server, client):
        found = await HubCatalogue(client).candidates("automatic-speech-recognition")
        first = found[0]
        assert (first.name, first.provider) == ("hub:openai/whisper-large-v3#hf-inference", "hf-inference")
        assert first.providers == ("fal-ai", "replicate", "deepinfra")
        assert (first.status, first.downloads, first.likes) == ("live", 4_700_000, 4_700)
        assert (first.licence, first.library, first.languages) == ("apache-2.0", "transformers", ("en", "de", "fr"))
        assert first.size_mb == pytest.approx(6_200, rel=0.01)
        assert (first.place, first.endpoint, first.missing, first.gated) == ("hub", "hub", "", "")
        assert first.revision == server.api.models[first.model].revision
        assert first.page == f"{server.url}/openai/whisper-large-v3"
        assert first.spends == "credits of HF_TOKEN"
        assert first.description
        assert first.leaves, "also with a router on this machine: the provider is elsewhere"
        assert first.via == urlsplit(server.router).netloc
        assert "facebook/wav2vec2-base-960h" not in ids(found), "nobody runs it"


async def test_a_person_s_order_of_providers_decides_and_an_organization_pays() -> None:
    async with hub(providers=("deepinfra", "fal-ai"), bill_to="acme") as (_, client):
        first = (await HubCatalogue(client).candidates("automatic-speech-recognition"))[0]
        assert (first.provider, first.providers[0], first.spends) == ("deepinfra", "fal-ai", "credits of acme")


async def test_terms_to_accept_stand_behind_none_and_what_nobody_runs_now_is_left_out() -> None:
    models = (
        listed("a/gated", 10_000, gated="auto"),
        listed("a/few", 10),
        listed("a/many", 1_000),
        listed("a/down", 99_999, (Offer("hf-inference", "error"),)),
        listed("a/tested", 99_999, (Offer("hf-inference", "staging"),)),
        listed("a/other-task", 99_999, (Offer("together", task="conversational"),)),
    )
    async with hub(models) as (_, client):
        found = await HubCatalogue(client).candidates("text-classification")
        assert ids(found) == ["a/many", "a/few", "a/gated"]
        assert found[2].gated == "auto"


async def test_pictures_are_asked_of_chat_models_that_see_and_the_old_tag_comes_only_where_there_is_none() -> None:
    async with hub() as (server, client):
        found = await HubCatalogue(client).candidates("image-to-text")
        assert ids(found)[0] == "Qwen/Qwen2.5-VL-7B-Instruct"
        assert len(server.to("listing")) == 1
    old = (Listed("a/captioner", "image-to-text", 9, 1, LIVE),)
    async with hub(old) as (server, client):
        assert ids(await HubCatalogue(client).candidates("image-to-text")) == ["a/captioner"]
        assert [call.params["pipeline_tag"] for call in server.to("listing")] == [
            ["image-text-to-text"],
            ["image-to-text"],
        ]


async def test_every_type_that_the_hub_runs_has_candidates_in_one_listing_but_those_that_nobody_runs() -> None:
    async with hub() as (server, client):
        catalogue = HubCatalogue(client, shown=1)
        for task in TASKS:
            before = len(server.to("listing"))
            found = await catalogue.candidates(task)
            if task in UNSERVED:
                assert not found
                assert UNSERVED[task] in catalogue.help(task)
                assert "takes a model" not in EmbeddedCatalogue().help(task)
                assert len(server.to("listing")) == before
            elif listings(task):
                assert found, task
                assert len(server.to("listing")) - before == 1, task
                assert not found[0].missing


async def test_without_a_token_nothing_is_asked_and_the_help_says_what_to_set() -> None:
    async with hub(token="", token_source="") as (server, client):
        catalogue = HubCatalogue(client)
        assert await catalogue.candidates("translation") == ()
        assert "HF_TOKEN" in catalogue.help("translation")
        assert server.calls == []


async def test_where_nobody_serves_a_type_today_the_help_says_so() -> None:
    async with hub((listed("a/down", offers=(Offer("hf-inference", "error"),)),)) as (_, client):
        catalogue = HubCatalogue(client)
        assert await catalogue.candidates("text-classification") == ()
        assert catalogue.help("text-classification") == "No provider of the Hub runs text-classification today."


async def test_a_hub_that_is_down_is_told_in_a_sentence_and_is_asked_anew_the_next_time() -> None:
    async with hub() as (server, client):
        catalogue = HubCatalogue(client)
        server.always("listing", Made(b"<html>oops", "text/html", 404))
        with pytest.raises(StoreError) as caught:
            await catalogue.candidates("translation")
        assert caught.value.message[-1] == "."
        assert caught.value.message in catalogue.help("translation")
        server.well()
        assert await catalogue.candidates("translation")
        assert catalogue.help("translation") == ""


async def test_a_hub_that_nobody_listens_at_is_told_too() -> None:
    with HubServer(()) as server:
        place = place_of(server)
    client = HubClient(place)
    try:
        with pytest.raises(StoreError) as caught:
            await HubCatalogue(client).candidates("translation")
        assert caught.value.hint
    finally:
        await client.aclose()


async def test_offline_what_is_kept_is_shown_and_what_is_not_is_told(tmp_path: Path) -> None:
    async with hub(cache=tmp_path) as (server, client):
        found = await HubCatalogue(client).candidates("translation")
        away = HubClient(place_of(server, tmp_path, offline=True))
        try:
            count, catalogue = len(server.calls), HubCatalogue(away)
            kept = await catalogue.candidates("translation")
            assert tuple(one.model_copy(update={"missing": ""}) for one in kept) == found
            assert all("offline" in one.missing for one in kept)
            assert await catalogue.candidates("summarization") == ()
            assert catalogue.help("summarization") == (
                "The Hub's models for summarization are not kept on this machine, and it is not asked offline: "
                "leave out --offline once."
            )
            assert len(server.calls) == count
        finally:
            await away.aclose()


async def test_a_card_that_is_slow_missing_or_broken_neither_holds_up_nor_spoils_the_listing() -> None:
    models = (listed("a/slow", 3, parameters=7_600_000_000), listed("a/none", 2, card=None), listed("a/broken", 1))
    async with hub(models) as (server, client):
        server.always("card@a/slow", Held(Gate()))
        server.always("card@a/broken", Made(b"no", "text/plain", 500))
        found = await HubCatalogue(client, card_s=0.3).candidates("text-classification")
        assert ids(found) == ["a/slow", "a/none", "a/broken"]
        assert found[0].description == "text-classification, transformers, 7.6B parameters"
        assert all(one.description and not one.missing for one in found)


async def test_cards_are_fetched_at_once() -> None:
    gate = Gate()
    models = tuple(listed(f"a/m{number}", number) for number in range(5))
    async with hub(models) as (server, client):
        server.always("card", Held(gate))
        asking = asyncio.create_task(HubCatalogue(client, card_s=20).candidates("text-classification"))
        await server.call("card", 5)
        gate.release()
        assert len(await asking) == 5


async def test_a_hostile_card_ids_and_names_come_out_as_plain_words() -> None:
    bad = ("../../etc", "a b/c", "a/b#c", "a/b@c", "a/[bold]", "-/x")
    offers = (Offer("hf-inference"), Offer("evil provider\x1b[31m"))
    models = (
        *(listed(name, 9) for name in bad),
        Listed("hostile/model", "text-classification", 5, 1, offers, "mit\x1b[31m\u202e", "lib\x07", ("en\x1b",), card="hostile"),
        listed("a/fine", 4),
    )  # fmt: skip
    async with hub(models) as (_, client):
        found = await HubCatalogue(client).candidates("text-classification")
        assert set(ids(found)) == {"hostile/model", "a/fine"}
        for one in found:
            text = one.model_dump_json()
            assert "\\u001b" not in text
            assert all(
                clean(value) == value for value in (one.description, one.licence or "", one.library, *one.languages)
            )
            assert one.providers == ()


@pytest.mark.parametrize("name", ["gpt2", "openai/whisper-large-v3", "a/b.c_d-e", "MIT/ast-finetuned-10-0.4593"])
def test_an_id_as_the_hub_gives_it_is_one(name: str) -> None:
    assert is_id(name)


@pytest.mark.parametrize(
    "name", ["", "/", "a/", "/a", "a/b/c", "a b", "a#b", "a@b", "..", "a/..", "a/b\n", "é/a", "x.git"]
)
def test_what_cannot_be_the_id_of_a_model_is_none(name: str) -> None:
    assert not is_id(name)


async def test_a_pinned_model_is_there_although_it_is_not_among_the_best_at_the_provider_that_was_named() -> None:
    pins = {"automatic-speech-recognition": "hub:openai/whisper-large-v3-turbo#fal-ai"}
    async with hub() as (server, client):
        found = await HubCatalogue(client, pins, shown=1).candidates("automatic-speech-recognition")
        assert [one.name for one in found] == [
            pins["automatic-speech-recognition"],
            "hub:openai/whisper-large-v3#hf-inference",
        ]
        assert (found[0].provider, found[0].missing) == ("fal-ai", "")
        assert len(server.to("info")) == 1


async def test_a_pinned_model_that_is_gone_or_that_nobody_runs_says_so_and_spoils_nothing() -> None:
    async with hub() as (_, client):
        for pin, words in (("hub:no/such-model", "no"), ("hub:facebook/nllb-200-distilled-600M", "No provider")):
            found = await HubCatalogue(client, {"translation": pin}).candidates("translation")
            assert words in found[0].missing
            assert ids(found)[1] == "google-t5/t5-small"
