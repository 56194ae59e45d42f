"""The calls to the Hub's API, made with huggingface_hub on a thread that may block, and what they give as values."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hgtui.core.states import Failure
from hgtui.core.text import CUT, clean, decode, one_line
from hgtui.hub.cards import body
from hgtui.hub.values import Card, HubError, HubPlace, Model, Served, Who
from hgtui.hub.wire import STAND_IN

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ExpandModelProperty_T, ModelInfo

CARD_BYTES = 200_000
"""A card is read so far; 99 in 100 are shorter than 50 KB."""
CARD_CUT = f"\n\n*{CUT} The card goes on: only its first {CARD_BYTES // 1000} KB were read.*"
_EXPAND: "list[ExpandModelProperty_T]" = [
    "downloads", "likes", "gated", "private", "sha", "library_name", "pipeline_tag", "safetensors", "cardData", "tags",
    "inferenceProviderMapping",
]  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[\w.-]{1,96})?", re.ASCII)
_REVISION = re.compile(r"[\w.-]{1,100}(?:/[\w.-]{1,100}){0,4}", re.ASCII)
_BYTES = {"64": 8.0, "32": 4.0, "16": 2.0, "8": 1.0, "4": 0.5, "BOOL": 1.0}
_MOST_TAGS = 100
_MAY_INFER = "inference.serverless.write"


def listed(
    place: HubPlace, *, tag: str = "", filters: Sequence[str] = (), words: str = "", served: bool, limit: int
) -> tuple[Model, ...]:
    """Ask for one listing, most downloads first."""
    rows = _api(place).list_models(
        pipeline_tag=tag or None,
        filter=list(filters) or None,
        search=words or None,
        inference_provider="all" if served else None,
        sort="downloads",
        limit=limit,
        expand=_EXPAND,
    )
    return tuple(model_of(row) for row in rows if _ID.fullmatch(str(row.id)))


def found(place: HubPlace, id: str) -> Model:
    """Ask for one model."""
    return model_of(_api(place).model_info(id, expand=_EXPAND))


def asker(place: HubPlace) -> Who:
    """Ask whose the token is."""
    return who_of(_api(place).whoami())


async def read_card(place: HubPlace, id: str, revision: str) -> Card:
    """Fetch README.md of a revision, up to CARD_BYTES, and not through the Hub's own cache; on the hub's loop."""
    from hgtui.hub.transport import client

    headers = {"Authorization": f"Bearer {STAND_IN}"} if place.token else {}
    url = f"{place.endpoint}/{id}/resolve/{(revision or 'main').replace('/', '%2F')}/README.md"
    data = bytearray()
    async with client() as http, http.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 404 and answer.headers.get("X-Error-Code") == "EntryNotFound":
            return Card(id=id, revision=revision)
        answer.raise_for_status()
        async for piece in answer.aiter_bytes():
            data += piece
            if len(data) > CARD_BYTES:
                break
        commit = one_line(answer.headers.get("X-Repo-Commit", ""), 64)
    text = decode(bytes(data[:CARD_BYTES]))
    text = f"{body(text)}{CARD_CUT}" if len(data) > CARD_BYTES else body(text)
    return Card(id=id, revision=commit or revision, text=text)


def checked(id: str, revision: str = "") -> None:
    """Raise HubError where a name or a revision has not the form that the Hub gives."""
    if not _ID.fullmatch(id) or ".." in id or (revision and (not _REVISION.fullmatch(revision) or ".." in revision)):
        name = one_line(f"{id}@{revision}" if revision else id, 120)
        raise HubError(Failure.NO_MODEL, f"{name!r} is no name of a model of the Hub.", "It has the form owner/name.")


def model_of(info: "ModelInfo") -> Model:
    """Return what the Hub says of a model, each text cleaned, each number one."""
    card: Any = info.card_data
    facts = card.to_dict() if hasattr(card, "to_dict") else {}
    tags = tuple(one_line(tag, 100) for tag in _texts(info.tags)[:_MOST_TAGS])
    parameters, size = _weights(info.safetensors)
    return Model(
        id=clean(info.id),
        revision=one_line(info.sha, 64) if isinstance(info.sha, str) else "",
        tag=_word(info.pipeline_tag),
        downloads=_number(info.downloads),
        likes=_number(info.likes),
        gated=info.gated if info.gated in ("auto", "manual") else "manual" if info.gated else "",
        private=bool(info.private),
        library=_word(info.library_name),
        licence=_licence(facts, tags),
        languages=tuple(dict.fromkeys(one_line(each, 40) for each in _texts(facts.get("language"))[:_MOST_TAGS])),
        parameters=parameters,
        size_mb=size,
        served=tuple(_served(row) for row in info.inference_provider_mapping or ()),
        tags=tags,
    )


def who_of(said: Any) -> Who:
    """Return what whoami-v2 tells. A classic token (read, write) may call providers, a fine-grained one if it says so."""
    if not isinstance(said, dict):
        raise ValueError("whoami-v2 gave something else than an object")
    auth = said.get("auth")
    token = auth.get("accessToken") if isinstance(auth, dict) else None
    token = token if isinstance(token, dict) else {}
    role = _word(token.get("role"))
    may = None if not role else role != "fineGrained" or _MAY_INFER in _scopes(token.get("fineGrained"))
    orgs = said.get("orgs")
    names = [one.get("name") for one in orgs if isinstance(one, dict)] if isinstance(orgs, list) else []
    return Who(
        name=_word(said.get("name")),
        plan="PRO" if said.get("isPro") is True else "free",
        token_name=_word(token.get("displayName")),
        role=role,
        may_infer=may,
        orgs=tuple(one_line(name, 100) for name in _texts(names)),
    )


def _api(place: HubPlace) -> "HfApi":
    from huggingface_hub import HfApi

    return HfApi(endpoint=place.endpoint, token=STAND_IN if place.token else False)


def _served(row: Any) -> Served:
    return Served(
        provider=_word(row.provider),
        provider_id=one_line(str(row.provider_id), 300),
        status=_word(row.status),
        task=_word(row.task),
        adapter=bool(row.adapter) or row.type == "tag-filter",
        weights=one_line(str(row.adapter_weights_path), 300) if row.adapter_weights_path else "",
    )


def _weights(found: Any) -> tuple[int | None, float | None]:
    """Return the number of parameters and what they take in MB, from safetensors {parameters: {dtype: n}, total: n}."""
    kinds = getattr(found, "parameters", None)
    counts = (
        {str(kind): count for kind, value in kinds.items() if (count := _number(value)) is not None}
        if isinstance(kinds, Mapping)
        else {}
    )
    total = _number(getattr(found, "total", None)) or sum(counts.values()) or None
    size = sum(count * _width(kind) for kind, count in counts.items())
    return total, round(size / 1e6, 1) if size else None


def _width(kind: str) -> float:
    """Return the bytes of a number of a type of safetensors (F32, BF16, F8_E4M3, I64, BOOL); of an unknown one 2."""
    bits = re.match(r"[A-Z]+?(64|32|16|8|4)(?!\d)|(BOOL)", kind)
    return _BYTES[bits[1] or bits[2]] if bits else 2.0


def _licence(facts: Mapping[str, Any], tags: Sequence[str]) -> str:
    """Return the licence; for "other" the name that the card gives it."""
    said = _texts(facts.get("license")) or [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    named = _texts(facts.get("license_name"))
    licence = ", ".join(said[:3])
    return one_line(named[0] if licence in ("", "other") and named else licence, 100)


def _scopes(found: Any) -> list[str]:
    """Every permission of a fine-grained token: those for all, and those for one account or organization."""
    if not isinstance(found, dict):
        return []
    scoped = found.get("scoped")
    rows = [row.get("permissions") for row in scoped if isinstance(row, dict)] if isinstance(scoped, list) else []
    return [name for row in (found.get("global"), *rows) for name in _texts(row)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _word(value: Any) -> str:
    return one_line(value, 100) if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return max(0, int(value))
