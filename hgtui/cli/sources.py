"""Where candidates come from: with the controller, the Hub and the pins of a profile, without opening the data folder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from hgtui.cli.controller import how_to_set, list_models, several, stages
from hgtui.cli.deciding import decide
from hgtui.cli.faults import Fault
from hgtui.cli.hubbing import HubParts, HubUse, hub_use
from hgtui.cli.standing_rules import StandingRules
from hgtui.cli.words import say
from hgtui.config import ConfigError, Settings, config_path, with_offline
from hgtui.core.addresses import exemptions
from hgtui.core.policy import Rule
from hgtui.core.ports import Catalogue
from hgtui.execution.endpoints.embedded.endpoint import EmbeddedCatalogue
from hgtui.hub.values import HubPlace
from hgtui.llm.errors import LLMError
from hgtui.llm.profile import Choice
from hgtui.selection.pins import FILE as PINS
from hgtui.selection.pins import Pins, PinsError


@dataclass(frozen=True, slots=True)
class Sources:
    """Where candidates come from; `exempt` are the hosts and ports of a person's own settings, which may be private.

    `rules` are those that hold for every run, the first first.
    """

    catalogues: tuple[Catalogue, ...]
    exempt: frozenset[tuple[str, int]]
    rules: tuple[Rule, ...] = ()


@contextlib.asynccontextmanager
async def catalogues(
    environ: Mapping[str, str], profile: str | None = None, *, offline: bool = False
) -> AsyncIterator[Sources]:
    """Yield where candidates come from, without opening the data folder. Raises Fault.

    A controller whose model is not known, or cannot be asked for, is left out, and that is said.
    """
    environ = with_offline(environ, offline)
    settings, choice, chat = await decide(environ, profile)
    hub = await asyncio.to_thread(hub_of, settings, choice, environ)
    if hub.note:
        say(f"note: {hub.note}")
    rules = await asyncio.to_thread(StandingRules.read, environ, settings.policy, counts=False)
    parts = HubParts.at(hub.place, (await asyncio.to_thread(pins_of, environ)).by_task)
    try:
        if chat is not None and chat.model is None:
            chat.model = await _only_model(choice, environ)
        known = chat if chat is not None and chat.model is not None else None
        own = stages(known, choice, environ).catalogues if known else ()
        found = (EmbeddedCatalogue(), *own, *((parts.catalogue,) if hub.enabled else ()))
        yield Sources(found, exemptions(configured(hub.place, choice)), rules.rules)
    finally:
        await parts.client.aclose()
        if chat is not None:
            await chat.aclose()


def configured(place: HubPlace, choice: Choice) -> tuple[str, ...]:
    """Return where a person's own settings lead: these may be on this machine or in its network."""
    return tuple(filter(None, (place.endpoint, place.router, choice.base_url)))


def hub_of(settings: Settings, choice: Choice, environ: Mapping[str, str]) -> HubUse:
    """Say how the Hub is used with a controller's profile. Raises Fault."""
    try:
        use = hub_use(settings, choice.profile, environ)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    return use


def pins_of(environ: Mapping[str, str]) -> Pins:
    """Read what a person has pinned. Raises Fault."""
    try:
        return Pins.read(config_path(environ).parent / PINS)
    except PinsError as error:
        raise Fault(error.message, error.hint) from None


async def _only_model(choice: Choice, environ: Mapping[str, str]) -> str | None:
    try:
        names = await list_models(choice, environ)
    except (ConfigError, LLMError) as error:
        say(f"note: the controller is left out: {error.message} {error.hint}".rstrip())
        return None
    if len(names) == 1:
        return names[0]
    words = several(choice, names) if names else f"The server at {choice.address} has no model."
    say(f"note: the controller is left out: {words} {how_to_set(choice, environ)}")
    return None
