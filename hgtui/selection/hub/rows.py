"""A model of the Hub as a candidate for a task type."""

import re
from collections.abc import Sequence

from hgtui.core.model import Candidate
from hgtui.core.text import one_line
from hgtui.hub.tasks import LIVE, by_provider, offers, way_of, why_not
from hgtui.hub.values import HubPlace, Model, Served

ENDPOINT = "hub"
_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9_][\w.-]{0,95}\Z", re.ASCII)
"""What huggingface_hub 2.4 takes as the id of a model (utils/_validators.py), held to ASCII."""
_PROVIDER = re.compile(r"[A-Za-z0-9][\w.-]{0,63}\Z", re.ASCII)
_CALLABLE = frozenset({LIVE, "staging"})
"""A provider that tests a model is called where a person names it."""
_MOST_LANGUAGES, _MOST_WORDS = 200, 80
NO_TOKEN = "Set HF_TOKEN to a token from https://huggingface.co/settings/tokens: models of the Hub run with it."
OFFLINE = "No provider of the Hub is asked: this program works offline."


def is_id(text: str) -> bool:
    """Say whether a text is the id of a model: ``name`` or ``owner/name``."""
    return bool(_ID.match(text)) and ".." not in text and "--" not in text and not text.endswith((".git", ".", "-"))


def live(model: Model, task: str, preferred: Sequence[str]) -> tuple[Served, ...]:
    """Return who runs a model for a task type now, in the order of preference."""
    able = offers(model, task, preferred)
    return tuple(one for one in able if one.status == LIVE and _PROVIDER.match(one.provider))


def row(model: Model, task: str, place: HubPlace, description: str = "", at: str = "") -> Candidate | None:
    """Return a model as a candidate for a task type, at the provider `at` where one is named; None for a wrong id.

    Where it cannot be called now `missing` says why.
    """
    if not is_id(model.id):
        return None
    found = live(model, task, place.providers)
    chosen = by_provider(model, task, at) if at else next(iter(found), None)
    way = way_of(task, model.tag, chosen) if chosen else None
    provider = at or (chosen.provider if chosen else None)
    return Candidate(
        name=f"{ENDPOINT}:{model.id}" + (f"#{provider}" if provider else ""),
        model=model.id,
        endpoint=ENDPOINT,
        revision=model.revision or None,
        provider=provider,
        title=model.id,
        description=description or known(model),
        licence=one_line(model.licence, _MOST_WORDS) or None,
        languages=tuple(one_line(one, 20) for one in model.languages[:_MOST_LANGUAGES]),
        place="hub",
        # Also with a router on this machine: a provider is never here, and such a router is a proxy.
        leaves=True,
        size_mb=model.size_mb,
        downloads=model.downloads,
        likes=model.likes,
        gated=model.gated,
        library=one_line(model.library, _MOST_WORDS),
        status=chosen.status if chosen else "",
        providers=tuple(one.provider for one in found if one.provider != provider),
        page=f"{place.endpoint}/{model.id}",
        via=place.via,
        spends=_spends(place),
        instructed=way is not None and way.chat,
        missing=_missing(model, task, place, chosen, at),
    )


def known(model: Model) -> str:
    """Say in a line what a listing tells of a model, for one whose card is not there."""
    words = [one_line(model.tag, _MOST_WORDS), one_line(model.library, _MOST_WORDS)]
    if model.parameters:
        words.append(f"{_count(model.parameters)} parameters")
    return ", ".join(word for word in words if word)


def _count(number: int) -> str:
    for size, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return str(number)


def _spends(place: HubPlace) -> str:
    if place.bill_to:
        return f"credits of {one_line(place.bill_to, _MOST_WORDS)}"
    return f"credits of {place.token_source or 'HF_TOKEN'}"


def _missing(model: Model, task: str, place: HubPlace, chosen: Served | None, at: str) -> str:
    if chosen is None or chosen.status not in _CALLABLE:
        return why_not(model, task, at) if task else "Its pipeline tag is none of the task types."
    if place.offline:
        return OFFLINE
    return "" if place.token else NO_TOKEN
