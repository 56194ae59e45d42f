"""Which call a request is: its route, its model and who is asked to run it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from tests.servers.exchange import Request
from tests.servers.hub.calls import Call
from tests.servers.hub.chats import CHAT_PATHS
from tests.servers.hub.hf_inference import TASKS
from tests.servers.hub.models import Listed, Offer
from tests.servers.hub.providers import PATHS, form

PROVIDERS = {"hf-inference", "fal-ai", "replicate", "wavespeed", *CHAT_PATHS}
QUEUED = {"fal-ai", "wavespeed", "together", "zai-org"}
CHAT = "conversational"


@dataclass(frozen=True)
class Aim:
    """A call and what it needs to be answered: the provider with its row of the mapping, a job's number, a file's path."""

    call: Call
    provider: str = ""
    task: str = ""
    name: str = ""
    model: Listed | None = None
    offer: Offer | None = None
    rest: tuple[str, ...] = ()


class Routing:
    """Knows the models by their ids on the Hub and by those that providers gave them."""

    def __init__(self, models: Sequence[Listed]) -> None:
        self._models = {model.id: model for model in models}
        self._provided: dict[tuple[str, str], list[Listed]] = {}
        for model in models:
            for offer in model.offers:
                self._provided.setdefault((offer.provider, model.provider_id(offer)), []).append(model)

    def aim(self, request: Request) -> Aim:
        parts = unquote(request.path).strip("/").split("/")
        head = parts[0]
        if request.path == "/api/whoami-v2":
            return Aim(Call(request, "whoami"))
        if parts[:2] == ["api", "models"]:
            return self._of_api(request, parts[2:])
        if request.path == "/v1/models":
            return Aim(Call(request, "routed"))
        if request.path == "/v1/chat/completions":
            return self._chat(request, "auto", _named_in(request).partition(":")[0])
        if "resolve" in parts:
            at = parts.index("resolve")
            model = "/".join(parts[:at])
            revision, file = parts[at + 1], "/".join(parts[at + 2 :])
            return Aim(Call(request, "card", model), name=model, rest=(revision, file))
        if head in PROVIDERS:
            return self._of_provider(request, head, parts[1:])
        return Aim(Call(request, "file" if head == "files" else "unknown"), name=request.path)

    def _of_api(self, request: Request, parts: list[str]) -> Aim:
        if not parts:
            return Aim(Call(request, "listing"))
        name, _, revision = "/".join(parts).partition("/revision/")
        return Aim(Call(request, "info", name), name=name, rest=(revision,) if revision else ())

    def _of_provider(self, request: Request, provider: str, parts: list[str]) -> Aim:
        path = "/" + "/".join(parts)
        if request.method == "GET" and provider in QUEUED:
            kind = "result" if provider == "fal-ai" and parts[-1] != "status" else "status"
            named = [part for part in parts if part.startswith("job-")]
            return Aim(Call(request, f"{kind}/{provider}"), provider, name=named[0] if named else "")
        if provider == "hf-inference":
            return self._hf_inference(request, parts[1:])
        if path == CHAT_PATHS.get(provider):
            return self._chat(request, provider, _named_in(request))
        if provider == "replicate":
            # A prediction of a version names no model but in the version.
            version = None if "models" in parts else _field(request, "version")
            return self._run(request, provider, "/".join(parts[2:-1]), version=version)
        prefixes: Mapping[str, int] = {"fal-ai": 0, "wavespeed": 2}
        if provider in prefixes:
            return self._run(request, provider, "/".join(parts[prefixes[provider] :]))
        if provider == "novita" and parts[:2] == ["v3", "hf"]:
            return self._run(request, provider, "/".join(parts[2:]))
        return self._run(request, provider, _named_in(request), PATHS.get(provider, {}).get(path, ""))

    def _hf_inference(self, request: Request, parts: list[str]) -> Aim:
        name = "/".join(parts)
        if name.endswith("/v1/chat/completions"):
            return self._chat(request, "hf-inference", name.removesuffix("/v1/chat/completions"))
        name, _, task = name.partition("/pipeline/")
        model = self._models.get(name)
        offer = None if model is None else model.offer("hf-inference")
        if not task and model is not None:
            task = model.tag
        if task not in TASKS:
            task = task or "unknown"
        return Aim(Call(request, f"infer/hf-inference/{task}", name), "hf-inference", task, name, model, offer)

    def _chat(self, request: Request, provider: str, name: str) -> Aim:
        model = self._models.get(name)
        if provider not in ("auto", "hf-inference"):
            model = next(iter(self._provided.get((provider, name), ())), None)
        offers = () if model is None else model.offers
        fitting = (offer for offer in offers if offer.task == CHAT and provider in ("auto", offer.provider))
        offer = min(fitting, key=lambda offer: offer.status != "live", default=None)
        return Aim(
            Call(request, f"infer/{provider}/{CHAT}", model.id if model else name), provider, CHAT, name, model, offer
        )

    def _run(self, request: Request, provider: str, name: str, task: str = "", *, version: str | None = None) -> Aim:
        if version is not None:
            ids = (key[1] for key in self._provided if key[0] == provider)
            name = next((key for key in ids if key.endswith(f":{version}")), version)
        model = next(iter(self._provided.get((provider, name), ())), None)
        offer = None if model is None else model.offer(provider)
        if model is not None and offer is not None:
            task = offer.task or model.tag
        route = f"infer/{provider}/{task or 'unknown'}"
        return Aim(Call(request, route, model.id if model else name), provider, task, name, model, offer)


def _field(request: Request, name: str) -> str:
    """A field of a JSON body, "" where there is none: a redirected POST comes back as a GET."""
    return str(request.body.get(name, "")) if request.raw else ""


def _named_in(request: Request) -> str:
    if request.headers.get("content-type", "").startswith("multipart/"):
        return form(request).get("model", b"").decode()
    return _field(request, "model")
