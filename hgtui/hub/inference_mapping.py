"""Has the Hub's client use the mapping that was chosen here, so that it asks the Hub for none.

By itself the client fetches the mapping of a model inside its coroutine, blocking, without the token that it was given,
and keeps it until the process ends (huggingface_hub 2.4, inference/_providers/_common.py). It looks into a table first,
HARDCODED_MODEL_INFERENCE_MAPPING, which is documented for models that are not registered yet. There an entry for each
provider reads a context variable: what it tells belongs to one call, is never stale and needs no lock, however many
calls run at once, and the rest of the process sees an empty table. An answer of our transport in the place of the Hub's
would go through the client's cache, which knows neither the call nor the token.

hf-inference does not look into that table. Its documented form for it is the address of the model in the place of its id.
"""

import threading
from contextvars import ContextVar
from typing import Any

from hgtui.hub.values import HF_INFERENCE, Ask

_NOW: ContextVar[Any] = ContextVar("hgtui_hub_mapping", default=None)
_PIPELINES = frozenset({"feature-extraction", "sentence-similarity"})
"""The tasks whose models do several, so that hf-inference is told which (HFInferenceTask._prepare_url)."""
_installing = threading.Lock()


class _OfThisCall(dict[str, Any]):
    """One provider's entry in the client's table."""

    def get(self, model: str, default: Any = None) -> Any:
        mapping = _NOW.get()
        return mapping if mapping is not None and mapping.hf_model_id == model else super().get(model, default)

    def __getitem__(self, model: str) -> Any:
        mapping = self.get(model)
        return super().__getitem__(model) if mapping is None else mapping


def use(ask: Ask, task: str) -> str:
    """Lay the mapping of `ask` down for the running task (of asyncio) and return the model as the client is to be told it.

    `task` is the Hub's word for what is done, which hf-inference wants in the address of some models.
    """
    from huggingface_hub import constants, hf_api
    from huggingface_hub.inference._providers._common import HARDCODED_MODEL_INFERENCE_MAPPING as TABLE

    if ask.provider == HF_INFERENCE:
        address = constants.INFERENCE_PROXY_TEMPLATE.format(provider=HF_INFERENCE)
        return f"{address}/models/{ask.model}" + (f"/pipeline/{task}" if task in _PIPELINES else "")
    with _installing:
        if not isinstance(TABLE.get(ask.provider), _OfThisCall):
            TABLE[ask.provider] = _OfThisCall(TABLE.get(ask.provider, {}))
    weights = {"adapter": "lora", "adapterWeightsPath": ask.served.weights} if ask.served.weights else {}
    make: Any = hf_api.InferenceProviderMapping
    _NOW.set(
        make(
            provider=ask.provider,
            hf_model_id=ask.model,
            providerId=ask.served.provider_id,
            status=ask.served.status,
            task=task,
            **weights,
        )
    )
    return ask.model
