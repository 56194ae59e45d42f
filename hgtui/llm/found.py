"""Controllers that are there without being configured: OPENAI_*, the router with a token, servers on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hgtui.config import ConfigError, Hub, KeySource, hub_offline, hub_token
from hgtui.core.text import one_line, plural
from hgtui.llm.address import DEFAULT_BASE_URL, checked, shown
from hgtui.llm.detect import Server
from hgtui.llm.errors import LLMError
from hgtui.llm.router import own_router, payer, router

Kind = Literal["openai", "hub", "loopback", "rules"]


@dataclass(frozen=True, slots=True)
class Found:
    """A controller that was found and not configured; `words` tells of it where another one is taken."""

    kind: Kind
    base_url: str
    key: KeySource | None
    why: str
    words: str
    model: str | None = None
    models: tuple[str, ...] = ()
    bill_to: str = ""
    spends: str = ""


def look(environ: Mapping[str, str], hub: Hub | None, probed: tuple[Server, ...]) -> tuple[list[Found], list[str]]:
    """What is there without being configured, the first to be taken first; and notes on what cannot be used.

    Raises ConfigError where OPENAI_BASE_URL is no address.
    """
    found, notes = [], []
    offline = hub_offline(hub, environ)
    if (openai := _openai(environ)) is not None and offline and openai.base_url == own_router(environ, hub):
        notes.append(f"{openai.words}, not used because {offline} allows no request to the Hub")
    elif openai is not None:
        at_router = openai.base_url == own_router(environ, hub)
        found.append(replace(openai, spends=spends_at(hub, openai.key)) if at_router else openai)
    try:
        key, url = hub_token(hub, environ), router(environ, hub)
    except ConfigError as error:
        # What the router needs is broken: that is told, and does not stand in the way of another controller.
        key, url, notes = None, "", [*notes, error.message.rstrip(".")]
    if key is not None and offline:
        notes.append(f"a token of Hugging Face ({key}), not used because {offline} allows no request to the Hub")
    elif key is not None:
        why = f"{key} is set" if key.variable else f"a login of Hugging Face is stored in {key}"
        words = f"the router at {shown(url)}: {why}"
        # Beside a server of OPENAI_* the model is that server's.
        model = environ.get("OPENAI_MODEL", "").strip() or None if openai is None else None
        at = Found("hub", url, key, why, words, model, bill_to=payer(hub), spends=spends_at(hub, key))
        found.append(at)
    for server in probed:
        where = f"a server at {server.place.base_url} (the port of {server.place.name})"
        if server.models:
            words = f"{where} with {plural(len(server.models), 'model')}"
            why = f"it answers at the port of {server.place.name} on this machine"
            found.append(Found("loopback", server.place.base_url, None, why, words, models=server.models))
        else:
            notes.append(f"{where} without a model")
    return found, notes


def spends_at(hub: Hub | None, key: KeySource | None) -> str:
    """Say what a call at the router uses up."""
    whose = payer(hub) or (str(key) if key is not None else "")
    return f"credits of {one_line(whose, 80)}" if whose else ""


def _openai(environ: Mapping[str, str]) -> Found | None:
    url, key = environ.get("OPENAI_BASE_URL", "").strip(), environ.get("OPENAI_API_KEY", "").strip()
    if not url and not key:
        return None
    why = "OPENAI_BASE_URL is set" if url else "OPENAI_API_KEY is set"
    base_url = address_of(url or DEFAULT_BASE_URL, "OPENAI_BASE_URL")
    source = KeySource(variable="OPENAI_API_KEY") if key else None
    words = f"the server at {shown(base_url)}: {why}"
    return Found("openai", base_url, source, why, words, environ.get("OPENAI_MODEL", "").strip() or None)


def address_of(url: str, variable: str) -> str:
    """Return an address as it is called, from a variable. Raises ConfigError where it is none."""
    try:
        return checked(url)
    except LLMError:
        message = f"{variable} is not an http or https address."
        raise ConfigError(message, f"Set {variable} to something like http://127.0.0.1:8000/v1.") from None
