"""The Hub's own API: listings with filters and pages, a model, its card, and who asks."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from tests.servers.hub import cards
from tests.servers.hub.faults import gated, not_found
from tests.servers.hub.made import Made, as_json, refusal
from tests.servers.hub.models import Listed, Offer

Params = Mapping[str, list[str]]
KNOWN = {
    "pipeline_tag", "filter", "inference_provider", "inference", "search", "author", "sort", "limit", "gated", "expand",
    "full", "cardData", "config", "cursor", "direction",
}  # fmt: skip
SHORT = ("likes", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt", "modelId")
SORTS = ("downloads", "likes", "lastModified", "createdAt", "trendingScore")


def mapping_row(model: Listed, offer: Offer) -> dict[str, Any]:
    return {"status": offer.status, "providerId": model.provider_id(offer), "task": offer.task or model.tag}


def tags(model: Listed) -> list[str]:
    names = [model.library, "safetensors" if model.parameters else None, *model.tags, *model.languages, model.tag]
    return [name for name in names if name] + [f"license:{model.licence}", "region:us"]


def facts(model: Listed) -> dict[str, Any]:
    """Every field of a model but its mapping, which the two calls write in two ways."""
    return {
        "likes": model.likes, "private": model.private, "downloads": model.downloads, "tags": tags(model),
        "pipeline_tag": model.tag, "library_name": model.library, "createdAt": "2024-03-02T23:29:04.000Z",
        "modelId": model.id, "author": model.id.partition("/")[0], "sha": model.revision, "gated": model.gated,
        "lastModified": "2025-06-01T10:00:00.000Z", "disabled": False, "cardData": cards.data(model),
        "downloadsAllTime": model.downloads * 9, "trendingScore": model.likes // 10, "config": {"model_type": "test"},
        "inference": "warm" if any(offer.status == "live" for offer in model.offers) else None,
        "safetensors": None if model.parameters is None else {"parameters": {"F32": model.parameters}, "total": model.parameters},
        "siblings": [{"rfilename": name} for name in ("README.md", "config.json")], "spaces": [],
        "usedStorage": (model.parameters or 1_000) * 4, "model-index": None, "mask_token": None, "widgetData": [],
        "transformersInfo": None, "evalResults": None, "gguf": None, "resourceGroup": None,
        "securityRepoStatus": None, "baseModels": None, "childrenModelCount": 0,
    }  # fmt: skip


class HubApi:
    """Answers about `models`. `granted` are the gated ones whose terms the token's owner accepted (``*`` for all)."""

    def __init__(self, models: Sequence[Listed], granted: Sequence[str], page_size: int) -> None:
        self.models = {model.id: model for model in models}
        self._granted = set(granted)
        self._page_size = page_size

    def model(self, name: str, *, known: bool) -> Listed | None:
        """The model that an asker with (`known`) or without a token sees."""
        model = self.models.get(name)
        return None if model is None or (model.private and not known) else model

    def may_use(self, model: Listed) -> bool:
        return not model.gated or bool(self._granted & {model.id, "*"})

    def listing(self, url: str, params: Params, *, known: bool) -> Made:
        if unknown := set(params) - KNOWN:
            return refusal(400, f'"{unknown.pop()}" is not allowed')
        sort = params.get("sort", ["trendingScore"])[0]
        if sort not in SORTS:
            return refusal(400, '"sort" must be one of [' + ", ".join(SORTS) + "]")
        found = [model for model in self.models.values() if (known or not model.private) and _fits(model, params)]
        found.sort(key=lambda model: facts(model)[sort], reverse=True)
        start = int(params.get("cursor", ["0"])[0])
        end = start + min(int(params.get("limit", ["1000"])[0]), self._page_size)
        headers = {}
        if end < len(found):
            query = urlencode({**params, "cursor": [str(end)]}, doseq=True)
            headers["Link"] = f'<{url}/api/models?{query}>; rel="next"'
        return as_json([_row(model, params) for model in found[start:end]], headers=headers)

    def info(self, name: str, revision: str | None, params: Params, *, known: bool) -> Made:
        model = self.model(name, known=known)
        if model is None:
            return _unknown(name, known=known)
        if revision not in (None, "main", model.revision):
            return refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        every = {**facts(model), "inferenceProviderMapping": {o.provider: mapping_row(model, o) for o in model.offers}}
        wanted = params.get("expand")
        if wanted is None:
            every = {
                key: value for key, value in every.items() if value is not None and key != "inferenceProviderMapping"
            }
        else:
            every = {key: every[key] for key in wanted if every.get(key) is not None}
        return as_json({"_id": model.revision[:24], "id": model.id, **every})

    def file(self, name: str, revision: str, file: str, *, known: bool) -> Made:
        """README.md, as HEAD and GET of `resolve` give it."""
        model = self.model(name, known=known)
        if model is None:
            return _unknown(name, known=known)
        if not self.may_use(model):
            return gated(name, 403 if known else 401)
        if revision not in ("main", model.revision):
            return refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        if file != "README.md" or model.card is None:
            return refusal(404, "Entry not found", "EntryNotFound", {"X-Repo-Commit": model.revision})
        content = cards.text(model).encode()
        etag = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": model.revision, "Accept-Ranges": "bytes"}
        return Made(content, "text/plain; charset=utf-8", headers=headers)

    def routed(self) -> Made:
        """/v1/models of the router: who answers chats, and where."""
        rows = [
            {"id": model.id, "object": "model", "owned_by": model.id.partition("/")[0], "providers": providers}
            for model in self.models.values()
            if (
                providers := [
                    {"provider": o.provider, "status": o.status} for o in model.offers if o.task == "conversational"
                ]
            )
        ]
        return as_json({"object": "list", "data": rows})


def whoami() -> Made:
    token = {
        "displayName": "test",
        "role": "fineGrained",
        "fineGrained": {"scoped": [], "global": ["inference.serverless.write"]},
    }
    return as_json(
        {
            "type": "user", "id": "0" * 24, "name": "test", "fullname": "A Tester", "isPro": False, "canPay": False,
            "orgs": [{"type": "org", "name": "acme"}], "auth": {"type": "access_token", "accessToken": token},
        }
    )  # fmt: skip


def _unknown(name: str, *, known: bool) -> Made:
    """Without a token the Hub does not say whether a model is private or not there."""
    return not_found(name) if known else refusal(401, "Repository not found", "RepoNotFound")


def _row(model: Listed, params: Params) -> dict[str, Any]:
    rows = [{"provider": offer.provider, **mapping_row(model, offer)} for offer in model.offers]
    every = {**facts(model), "inferenceProviderMapping": rows}
    wanted: Sequence[str] = params.get("expand") or SHORT
    if "full" in params and "expand" not in params:
        wanted = (*SHORT, "author", "sha", "gated", "lastModified", "disabled", "siblings")
    if "cardData" in params and "expand" not in params:
        wanted = (*wanted, "cardData")
    named = {key: every[key] for key in wanted if every.get(key) is not None}
    return {"_id": model.revision[:24], "id": model.id, **named}


def _fits(model: Listed, params: Params) -> bool:
    def said(key: str) -> str:
        return params.get(key, [""])[0]

    providers = set(params.get("inference_provider", ()))
    offered = {offer.provider for offer in model.offers}
    return (
        said("pipeline_tag") in ("", model.tag)
        and set(params.get("filter", ())) <= set(tags(model))
        and (not providers or bool(offered & providers) or ("all" in providers and bool(offered)))
        and (said("inference") == "" or facts(model)["inference"] == said("inference"))
        and said("search").lower() in model.id.lower()
        and said("author") in ("", model.id.partition("/")[0])
        and ("gated" not in params or bool(model.gated) == (said("gated").lower() == "true"))
    )
