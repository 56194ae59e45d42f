"""What the tests of the Hub's room share: places, and one call of a model with the real client."""

from pathlib import Path
from typing import Any

from hgtui.hub.values import HubPlace
from hgtui.hub.wire import STAND_IN, Wire
from tests.servers.hub import TOKEN, HubServer

MODEL = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"


def place(server: HubServer, cache: Path | None = None, **fields: Any) -> HubPlace:
    """The Hub of a test, asked with its token."""
    given = {"token": TOKEN, "token_source": "HF_TOKEN", **fields}
    return HubPlace(endpoint=server.url, router=server.router, cache=cache, **given)


def listing(url: str, tag: str = "text-classification", limit: int = 5) -> list[str]:
    """Blocks: ids of a listing."""
    from huggingface_hub import HfApi

    return [info.id for info in HfApi(endpoint=url, token=STAND_IN).list_models(pipeline_tag=tag, limit=limit)]


async def classify(wire: Wire, seconds: float = 20, text: str = "I am glad", **bounds: Any) -> str:
    """Have hf-inference classify a text; the label."""

    async def work() -> str:
        from huggingface_hub import AsyncInferenceClient

        url = f"https://router.huggingface.co/hf-inference/models/{MODEL}"
        async with AsyncInferenceClient(provider="hf-inference", api_key=STAND_IN) as client:
            return str((await client.text_classification(text, model=url))[0].label)

    return await wire.run(work, seconds, provider="hf-inference", model=MODEL, **bounds)
