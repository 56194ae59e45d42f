"""Which controller a profile means, and why: its own server, else OPENAI_*, else the router, else one on this machine."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hgtui.config import (
    AUTO,
    FOUND,
    RULES,
    ConfigError,
    Controller,
    Hub,
    KeySource,
    Limits,
    Profile,
    Settings,
    hub_offline,
    hub_token,
)
from hgtui.core.text import one_line
from hgtui.llm.address import DEFAULT_BASE_URL, is_loopback, shown
from hgtui.llm.detect import PLACES, WITHIN_S, Place, Server, servers
from hgtui.llm.errors import LLMError
from hgtui.llm.found import Found, Kind, address_of, look, spends_at
from hgtui.llm.remembered import remembered_model
from hgtui.llm.router import BILL_TO, own_router, payer

if TYPE_CHECKING:
    from hgtui.llm.client import ChatClient
    from hgtui.llm.retry import RetryPolicy
    from hgtui.llm.values import Timeouts


@dataclass(frozen=True, slots=True)
class Choice:
    """The controller of a profile, or "rules" for none.

    `base_url` may hold a password and is not in the repr; `address` is how it is shown. `key` says where the key is,
    None for a server that gets none. `model` None takes the only one of the server; `models` are those that it listed
    when it was found here, () where it was not asked. `context` (tokens), `temperature`, `price_in` and `price_out` (US
    dollars for a million tokens) are as set, None where they are not. `why` and `also` are words for a person: why this
    one, and what else was found. `bill_to` is the organization of the Hub that pays, "" for the token's own account. `spends` says in words what calls use up at the router of the
    Hub ("credits of HF_TOKEN"), "" elsewhere.
    """

    profile: str
    kind: Kind
    why: str
    base_url: str = field(default="", repr=False)
    key: KeySource | None = None
    model: str | None = None
    models: tuple[str, ...] = ()
    context: int | None = None
    temperature: float | None = None
    price_in: float | None = None
    price_out: float | None = None
    limits: Limits = field(default_factory=Limits)
    bill_to: str = ""
    spends: str = ""
    also: tuple[str, ...] = ()

    @property
    def here(self) -> bool:
        """Whether what it is told stays on this machine: rules, or a server here that is no proxy of the Hub's router."""
        return self.kind == RULES or (is_loopback(self.base_url) and not self.spends)

    @property
    def address(self) -> str:
        """The base URL without credentials, "" for rules."""
        return shown(self.base_url) if self.base_url else ""

    def describe(self) -> str:
        """Return one line: who plans, where, and why."""
        if self.kind == RULES:
            return f"plans are made by rules: {self.why}"
        several = f"one of {len(self.models)} models" if self.models else "a model"
        model = one_line(self.model, 60) if self.model else several
        return f"plans are made by {model} at {self.address}: {self.why}"


@dataclass(frozen=True, slots=True)
class Options:
    """Every choice that one can switch to, and a sentence for each profile that cannot be used."""

    choices: tuple[Choice, ...]
    unusable: tuple[str, ...]


async def resolve(
    settings: Settings,
    environ: Mapping[str, str],
    profile: str | None = None,
    *,
    places: tuple[Place, ...] = PLACES,
    within_s: float = WITHIN_S,
) -> Choice:
    """Return the controller of a profile, of `settings.default_profile` for None.

    A profile with a server of its own is taken as it is; any other is found: OPENAI_BASE_URL or OPENAI_API_KEY, the
    Hugging Face router where there is a token, a server that answers at one of `places` within `within_s` seconds, rules. "openai", "hub" and
    "loopback" ask for one of these. Raises ConfigError for a profile that does not exist or cannot be used.
    """
    name = profile or settings.default_profile
    probed = await _probed(settings, places, within_s) if _is_found(settings.profile(name), name) else ()
    return await asyncio.to_thread(_resolved, settings, environ, name, probed)


async def options(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    places: tuple[Place, ...] = PLACES,
    within_s: float = WITHIN_S,
) -> Options:
    """Return the profiles of the file, what was found besides, and rules. Raises nothing for what cannot be used."""
    probed = await _probed(settings, places, within_s)
    return await asyncio.to_thread(_options, settings, environ, probed)


def client_for(
    choice: Choice,
    environ: Mapping[str, str],
    *,
    timeouts: "Timeouts | None" = None,
    retries: "RetryPolicy | None" = None,
) -> "ChatClient | None":
    """Return the client of a choice, None for rules. Raises ConfigError for a key that cannot be read or sent."""
    if choice.kind == RULES:
        return None
    from hgtui.llm.client import ChatClient  # the screen says who plans before anything else: rules need no client

    key = choice.key.read(environ) if choice.key is not None else ""
    try:
        return ChatClient(
            choice.base_url,
            key or None,
            choice.model,
            timeouts,
            retries,
            price_in=choice.price_in,
            price_out=choice.price_out,
            context=choice.context,
            headers={BILL_TO: choice.bill_to} if choice.bill_to else None,
        )
    except LLMError as error:
        raise ConfigError(error.message, f"Check {choice.key or choice.address}.") from None


def _is_found(profile: Profile, name: str) -> bool:
    return name != RULES and not profile.controller.base_url and not profile.controller.api_key_env


async def _probed(settings: Settings, places: tuple[Place, ...], within_s: float) -> tuple[Server, ...]:
    return await servers(places, within_s) if settings.probe else ()


def _resolved(settings: Settings, environ: Mapping[str, str], name: str, probed: tuple[Server, ...]) -> Choice:
    own, hub = settings.profile(name), settings.hub(name)
    if name == RULES:
        return Choice(name, "rules", "profile 'rules' uses no controller", limits=own.limits)
    if not _is_found(own, name):
        return _named(name, own, hub, environ)
    found, notes = look(environ, hub, probed)
    fitting = [one for one in found if name not in FOUND or one.kind == name]
    words = [one.words for one in found if one not in fitting[:1]] + notes
    if fitting:
        return replace(_taken(name, own, fitting[0], environ), also=tuple(words))
    missing = _MISSING if settings.probe else {**_MISSING, "loopback": _UNPROBED}
    if name in FOUND:
        raise ConfigError(f"Profile {name!r} finds no controller: {missing[name]}.", "; ".join(words) or _HINT)
    why = "no controller was found: " + ", ".join(missing.values())
    return Choice(name, "rules", why, limits=own.limits, also=tuple(words))


_MISSING = {
    "openai": "neither OPENAI_BASE_URL nor OPENAI_API_KEY is set",
    "hub": "there is no token of Hugging Face to use",
    "loopback": "no server on this machine lists a model",
}
_UNPROBED = "servers on this machine are not looked for"
_HINT = "hgtui doctor says what was found."


def _options(settings: Settings, environ: Mapping[str, str], probed: tuple[Server, ...]) -> Options:
    choices, unusable = [], []
    for name in settings.profiles:
        if name not in {AUTO, RULES}:
            try:
                choices.append(replace(_resolved(settings, environ, name, probed), also=()))
            except ConfigError as error:
                unusable.append(error.message)
    try:
        found, notes = look(environ, settings.hub(AUTO), probed)
    except ConfigError as error:
        found, notes = [], [error.message]
    own = [one for one in found if one.kind not in settings.profiles]
    choices += [_taken(one.kind, settings.profile(AUTO), one, environ) for one in own]
    choices.append(_resolved(settings, environ, RULES, ()))
    return Options(tuple(choices), (*unusable, *notes))


def _named(name: str, own: Profile, hub: Hub | None, environ: Mapping[str, str]) -> Choice:
    """The choice of a profile with a server of its own, or with the key of one."""
    asked = own.controller
    from_environment = environ.get("OPENAI_BASE_URL", "").strip() or DEFAULT_BASE_URL
    url = asked.base_url or address_of(from_environment, "OPENAI_BASE_URL")
    if url == own_router(environ, hub) and (offline := hub_offline(hub, environ)):
        message = f"Profile {name!r} plans at the router of the Hub, which {offline} does not allow."
        raise ConfigError(message, "Take another profile, or ask the Hub.")
    key = _key(asked, url, hub, environ)
    if asked.api_key_env and not environ.get(asked.api_key_env, "").strip():
        message = f"Profile {name!r} takes its key from {asked.api_key_env}, which is not set."
        raise ConfigError(message, f"Set {asked.api_key_env}, or take another profile.")
    at_router = url == own_router(environ, hub)
    pays, spends = (payer(hub), spends_at(hub, key)) if at_router else ("", "")
    found = Found("openai", url, key, f"profile {name!r} names it", "", bill_to=pays, spends=spends)
    return _taken(name, own, found, environ)


def _key(asked: Controller, url: str, hub: Hub | None, environ: Mapping[str, str]) -> KeySource | None:
    """Where the key of a server is. Without api_key_env a key goes only to the server that it belongs to."""
    if asked.api_key_env:
        return KeySource(variable=asked.api_key_env)
    own = environ.get("OPENAI_BASE_URL", "").strip().rstrip("/") or DEFAULT_BASE_URL
    if url == own and environ.get("OPENAI_API_KEY", "").strip():
        return KeySource(variable="OPENAI_API_KEY")
    return hub_token(hub, environ) if url == own_router(environ, hub) else None


def _taken(name: str, own: Profile, found: Found, environ: Mapping[str, str]) -> Choice:
    """Lay what the profile says over what was found."""
    asked = own.controller
    # A named profile was asked for by its name; with "auto" the environment goes before the file.
    first, second = (found.model, asked.model) if name in {AUTO, *FOUND} else (asked.model, found.model)
    return Choice(
        profile=name,
        kind=found.kind,
        why=found.why,
        base_url=found.base_url,
        key=found.key,
        model=first or second or _model(found, environ),
        models=found.models,
        context=asked.context,
        temperature=asked.temperature,
        price_in=asked.price_in,
        price_out=asked.price_out,
        limits=own.limits,
        bill_to=found.bill_to,
        spends=found.spends,
    )


def _model(found: Found, environ: Mapping[str, str]) -> str | None:
    """The only model, else the one that was chosen before and is still there."""
    if len(found.models) == 1:
        return found.models[0]
    kept = remembered_model(environ, found.base_url)
    return kept if not found.models or kept in found.models else None
