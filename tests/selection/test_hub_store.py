"""Any model of the Hub: found by name, searched for, and its card; by the real client."""

import pytest

from hgtui.core.ports import StoreError
from hgtui.selection.hub import HubStore
from tests.selection.hubbing import hub, ids
from tests.servers.hub import Made


async def test_a_model_is_found_by_its_name_at_the_provider_that_is_named() -> None:
    async with hub(providers=("together",)) as (server, client):
        store = HubStore(client)
        found = await store.find("text-to-image", "hub:black-forest-labs/FLUX.1-schnell")
        assert found
        assert found.name == "hub:black-forest-labs/FLUX.1-schnell#together"
        named = await store.find("text-to-image", "hub:black-forest-labs/FLUX.1-schnell#replicate")
        assert named
        assert (named.provider, named.missing) == ("replicate", "")
        assert "together" in named.providers
        assert {call.route for call in server.calls} == {"info"}


async def test_what_the_hub_has_not_is_none_and_what_is_no_name_of_a_model_is_not_asked_for() -> None:
    async with hub() as (server, client):
        store = HubStore(client)
        assert await store.find("translation", "hub:no/such-model") is None
        count = len(server.calls)
        for name in ("embedded:rapidocr", "hub:../etc", "hub:a/b/c", "what is this", "hub:"):
            assert await store.find("translation", name) is None
        assert len(server.calls) == count


async def test_a_model_that_cannot_be_called_now_says_why() -> None:
    async with hub() as (_, client):
        store = HubStore(client)
        for task, name in (
            ("translation", "hub:facebook/nllb-200-distilled-600M"),
            ("translation", "hub:google-t5/t5-small#fal-ai"),
            ("text-to-image", "hub:google-t5/t5-small"),
            ("depth-estimation", "hub:Intel/dpt-large"),
        ):
            found = await store.find(task, name)
            assert found
            assert found.missing.endswith("."), name
            assert found.name == name or "#" not in name


async def test_without_a_token_what_is_public_is_found_and_says_that_one_is_needed_to_run_it() -> None:
    async with hub(token="", token_source="") as (_, client):
        store = HubStore(client)
        found = await store.find("translation", "hub:google-t5/t5-small")
        assert found
        assert "HF_TOKEN" in found.missing
        assert (await store.search("whisper"))[0].missing == found.missing
        assert await store.find("token-classification", "hub:acme/private-ner") is None


async def test_a_search_finds_by_words_most_downloads_first_and_of_one_type_where_it_is_named() -> None:
    async with hub() as (_, client):
        store = HubStore(client)
        found = await store.search("whisper")
        assert ids(found) == ["openai/whisper-large-v3", "openai/whisper-large-v3-turbo"]
        assert found[0].name.endswith("#hf-inference")
        assert ids(await store.search("whisper", "translation")) == []
        assert ids(await store.search("facebook", "translation")) == ["facebook/nllb-200-distilled-600M"]
        assert ids(await store.search("a", limit=2)) == ids(await store.search("a", limit=5))[:2]
        assert "salesforce/blip-image-captioning-base" in [
            one.lower() for one in ids(await store.search("blip", "image-to-text"))
        ]


async def test_a_whole_card_is_read_as_plain_text() -> None:
    async with hub() as (_, client):
        store = HubStore(client)
        text = await store.card("hub:openai/whisper-large-v3")
        assert len(text) > 100
        assert await store.card("openai/whisper-large-v3") == text
        assert await store.card("hub:acme/no-card") == ""
        assert "\x1b" not in await store.card("hub:hostile/markup-in-everything#hf-inference")
        with pytest.raises(StoreError, match="is no model of the Hub"):
            await store.card("embedded:rapid ocr")
        with pytest.raises(StoreError):
            await store.card("no/such-model")


async def test_a_hub_that_is_down_is_told_in_a_sentence() -> None:
    async with hub() as (server, client):
        server.always("*", Made(b"{}", "application/json", 418))
        store = HubStore(client)
        for asked in (store.find("translation", "hub:a/b"), store.search("x"), store.card("a/b")):
            with pytest.raises(StoreError) as caught:
                await asked
            assert caught.value.message[-1] == "."
