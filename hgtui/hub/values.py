"""What crosses the door of this room: where the Hub is, its models and their cards, a request to a provider, and errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from hgtui.core.base import Value
from hgtui.core.states import Failure

HUB_URL = "https://huggingface.co"
ROUTER_URL = "https://router.huggingface.co"
HF_INFERENCE = "hf-inference"
"""The provider that Hugging Face runs itself; every other is another company."""


@dataclass(frozen=True, slots=True)
class HubPlace:
    """Where the Hub and its router are and who asks.

    `endpoint` and `router` are base URLs without a slash at the end; `token` is not in the repr and `token_source` names
    where it comes from; `providers` are those that a person prefers, in order (empty: any that is live); `bill_to` is the
    organization that pays; `offline` allows no request at all: what is kept is used, however old. `cache` is the folder
    where listings and cards are kept, None for nowhere; `answer_mb` bounds one answer of a provider, in MB.
    """

    endpoint: str = HUB_URL
    router: str = ROUTER_URL
    token: str = field(default="", repr=False)
    token_source: str = ""
    providers: tuple[str, ...] = ()
    bill_to: str = ""
    offline: bool = False
    cache: Path | None = None
    answer_mb: float = 200.0

    @property
    def via(self) -> str:
        """The host of the router, with its port where it has one: whatever goes to a provider goes there first."""
        return urlsplit(self.router).netloc.rpartition("@")[2]


class Served(Value):
    """A provider's offer to run a model: `status` live, staging or error, `task` in the provider's words.

    `adapter` says that the model is an adapter (a LoRA) of another; `weights` is then the file of it, for the provider.
    """

    provider: str
    provider_id: str
    status: str
    task: str
    adapter: bool = False
    weights: str = ""


class Model(Value):
    """What a listing of the Hub says of a model; every text is cleaned. `parameters` is their number, `size_mb` by it."""

    id: str
    revision: str = ""
    tag: str = ""
    downloads: int | None = None
    likes: int | None = None
    gated: Literal["", "auto", "manual"] = ""
    private: bool = False
    library: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    parameters: int | None = None
    size_mb: float | None = None
    served: tuple[Served, ...] = ()
    tags: tuple[str, ...] = ()


class Card(Value):
    """A model card: `text` is its Markdown without the front matter, cleaned; empty where the model has none."""

    id: str
    revision: str = ""
    text: str = ""


class Who(Value):
    """Whose a token is: `plan` free or PRO, `role` read, write or fineGrained, `orgs` who else may pay.

    `may_infer` says whether it may make calls to Inference Providers, None where the Hub does not tell.
    """

    name: str
    plan: str = ""
    token_name: str = ""
    role: str = ""
    may_infer: bool | None = None
    orgs: tuple[str, ...] = ()


class Ask(Value):
    """One request to a provider: a model, a task in the Hub's words, the arguments of the client's method for it.

    `method` is a method of huggingface_hub.AsyncInferenceClient; `arguments` its keyword arguments but for `model`.
    """

    model: str
    provider: str
    served: Served
    method: str
    arguments: Mapping[str, Any]


class HubCall(Value):
    """One HTTP exchange with the Hub, the router or where they point: for the log and the record. No secret is in it."""

    method: str
    url: str
    status: int | None = None
    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    error: str = ""


class HubError(Exception):
    """The Hub or a provider did not do what it was asked. `message` and `hint` are for a person.

    `failure` is the class; `retry_after` in seconds where the server named it (the estimate of a model that is loading,
    Retry-After); `status` the HTTP status where there was one.
    """

    def __init__(
        self,
        failure: Failure,
        message: str,
        hint: str = "",
        *,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.failure, self.message, self.hint = failure, message, hint
        self.retry_after, self.status = retry_after, status
