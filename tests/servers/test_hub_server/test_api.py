"""The Hub's API through HfApi."""

from pathlib import Path

import pytest
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.servers.hub import HOSTILE, HOSTILE_MODELS, MODELS, TOKEN, HubServer
from tests.servers.hub.cards import LONG_BYTES

SST = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"


def _api(server: HubServer, token: str | bool = TOKEN) -> HfApi:
    return HfApi(endpoint=server.url, token=token)


def test_a_listing_is_filtered_sorted_and_has_only_what_was_asked_for(hub: HubServer) -> None:
    found = list(
        _api(hub).list_models(
            pipeline_tag="text-classification",
            inference_provider=["hf-inference", "fal-ai"],
            sort="downloads",
            gated=False,
            limit=3,
            expand=["downloads", "inferenceProviderMapping", "safetensors", "cardData"],
        )
    )
    assert [model.id.rpartition("/")[2] for model in found] == [
        "distilbert-base-uncased-finetuned-sst-2-english",
        "twitter-roberta-base-sentiment-latest",
        "finbert",
    ]
    first = found[0]
    assert first.likes is None and first.pipeline_tag is None
    assert first.downloads == 4_800_000 and first.safetensors and first.safetensors.total == 67_000_000
    assert first.card_data and first.card_data.license == "apache-2.0"
    rows = found[2].inference_provider_mapping
    assert rows is not None and [(row.provider, row.status, row.task) for row in rows] == [
        ("hf-inference", "error", "text-classification")
    ]
    assert hub.calls[0].params["inference_provider"] == ["hf-inference", "fal-ai"]
    assert hub.calls[0].token == TOKEN


def test_pages_are_linked_until_the_last(hub: HubServer) -> None:
    with HubServer(page_size=4) as paged:
        found = [model.id for model in _api(paged).list_models(sort="likes", filter="license:mit")]
        assert len(paged.to("listing")) == -(-len(found) // 4) > 2
    assert sorted(found) == sorted(model.id for model in MODELS if model.licence == "mit")


def test_a_search_and_an_author_find_by_the_name(hub: HubServer) -> None:
    assert [m.id for m in _api(hub).list_models(search="WHISPER-large", sort="downloads")] == [
        "openai/whisper-large-v3",
        "openai/whisper-large-v3-turbo",
    ]
    assert {m.id for m in _api(hub).list_models(author="speechbrain")} == {
        "speechbrain/sepformer-wham",
        "speechbrain/metricgan-plus-voicebank",
    }


def test_a_private_model_is_there_for_its_owner_alone(hub: HubServer) -> None:
    assert _api(hub).model_info("acme/private-ner").private
    assert "acme/private-ner" in [model.id for model in _api(hub).list_models(author="acme")]
    with pytest.raises(RepositoryNotFoundError):
        _api(hub, token=False).model_info("acme/private-ner")
    assert "acme/private-ner" not in [model.id for model in _api(hub, token=False).list_models(author="acme")]


def test_a_model_has_its_mapping_by_provider_and_its_revision(hub: HubServer) -> None:
    info = _api(hub).model_info("black-forest-labs/FLUX.1-dev", expand=["inferenceProviderMapping", "gated", "sha"])
    assert info.inference_provider_mapping is not None and info.gated == "auto"
    fal = next(row for row in info.inference_provider_mapping if row.provider == "fal-ai")
    assert (fal.provider_id, fal.status, fal.task) == ("fal-ai/flux/dev", "live", "text-to-image")
    assert _api(hub).model_info(SST, revision=_api(hub).model_info(SST).sha).id == SST


def test_what_is_not_there_is_said_in_the_hubs_own_errors(hub: HubServer, tmp_path: Path) -> None:
    with pytest.raises(RepositoryNotFoundError):
        _api(hub).model_info("nobody/nothing")
    with pytest.raises(RevisionNotFoundError):
        _api(hub).model_info(SST, revision="v9")
    with pytest.raises(EntryNotFoundError):
        hf_hub_download("acme/no-card", "README.md", endpoint=hub.url, cache_dir=tmp_path, token=TOKEN)
    with pytest.raises(HfHubHTTPError, match="Invalid user token"):
        _api(hub, "hf_other").whoami()
    assert _api(hub).whoami()["name"] == "test"


def test_a_card_is_downloaded_through_the_cache_of_the_client(hub: HubServer, tmp_path: Path) -> None:
    for _ in range(2):
        path = hf_hub_download(
            "facebook/bart-large-cnn", "README.md", endpoint=hub.url, cache_dir=tmp_path, token=TOKEN
        )
    text = Path(path).read_text("utf-8")
    assert text.startswith("---\nlicense: mit\n") and len(text) > LONG_BYTES * 0.9
    assert [call.method for call in hub.to("card@facebook/*")] == ["HEAD", "GET", "HEAD"]


def test_a_hostile_card_and_hostile_tags_arrive_as_they_are(hub: HubServer, tmp_path: Path) -> None:
    path = hf_hub_download(
        "hostile/markup-in-everything", "README.md", endpoint=hub.url, cache_dir=tmp_path, token=TOKEN
    )
    assert HOSTILE in Path(path).read_text("utf-8")
    assert HOSTILE in (_api(hub).model_info("hostile/markup-in-everything").tags or [])


def test_terms_that_were_not_accepted_keep_a_card_closed(tmp_path: Path) -> None:
    with HubServer() as strict, pytest.raises(GatedRepoError):
        hf_hub_download("acme/gated-sentiment", "README.md", endpoint=strict.url, cache_dir=tmp_path, token=TOKEN)


def test_every_model_of_the_catalogue_can_be_read_by_the_client(hub: HubServer) -> None:
    listed = list(_api(hub).list_models(full=True, cardData=True))
    assert {model.id for model in listed} == {model.id for model in MODELS}
    assert all(_api(hub).model_info(model.id).sha == model.revision for model in MODELS)


def test_a_listing_can_name_models_by_what_no_id_is() -> None:
    with HubServer((*MODELS, *HOSTILE_MODELS)) as bad:
        found = list(_api(bad).list_models(pipeline_tag="text-classification", sort="downloads", limit=3))
    assert [model.id for model in found] == [model.id for model in HOSTILE_MODELS]
