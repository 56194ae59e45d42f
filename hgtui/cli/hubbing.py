"""The Hub of a profile: where it is, whose token is sent, whether its models are candidates; and its client."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hgtui.config import (
    ConfigError,
    Hub,
    KeySource,
    Said,
    Settings,
    cache_dir,
    hub_endpoint,
    hub_offline,
    hub_router,
    hub_token,
    with_offline,
)
from hgtui.hub.values import HUB_URL, ROUTER_URL, HubPlace

if TYPE_CHECKING:
    from hgtui.hub.client import HubClient

FOLDER = "hub"
"""In the folder for what can be fetched again: listings and cards."""


@dataclass(frozen=True, slots=True)
class HubUse:
    """The Hub for the runs of a profile: `used` says whether its models are candidates, `why` why or why not.

    `endpoint_by` and `router_by` name what said the address, "" for the Hub's own; `offline_by` what forbids every
    request, "" where nothing does; `note` tells of a stored login that cannot be read.
    """

    place: HubPlace
    used: bool
    why: str
    endpoint_by: str = ""
    router_by: str = ""
    offline_by: str = ""
    note: str = ""


def hub_use(settings: Settings, profile: str | None, environ: Mapping[str, str], *, offline: bool = False) -> HubUse:
    """Return how the Hub is used with a profile, `settings.default_profile` for None: a flag, the environment, the file.

    Raises ConfigError for a profile that there is not, an address that is none, and a token that cannot be sent or is
    not where the profile says.
    """
    hub = settings.hub(profile)
    endpoint, router = hub_endpoint(hub, environ), hub_router(hub, environ)
    offline_by = hub_offline(hub, with_offline(environ, offline))
    unused = hub is not None and hub.enabled is False
    token, source, note = _token(hub, environ, needed=not (offline_by or unused))
    place = HubPlace(
        endpoint=endpoint.value or HUB_URL,
        router=router.value or ROUTER_URL,
        token=token,
        token_source=source,
        providers=hub.providers if hub else (),
        bill_to=(hub.bill_to or "") if hub else "",
        offline=bool(offline_by),
        cache=cache_dir(environ) / FOLDER,
    )
    used, why = _wanted(hub, endpoint, source)
    return HubUse(place, used, why, endpoint.by, router.by, offline_by, note)


def hub_place(
    settings: Settings, profile: str | None, environ: Mapping[str, str], *, offline: bool = False
) -> HubPlace:
    """Return where the Hub of a profile is and who asks. Raises ConfigError, as `hub_use`."""
    return hub_use(settings, profile, environ, offline=offline).place


def _wanted(hub: Hub | None, endpoint: Said, source: str) -> tuple[bool, str]:
    """Say whether the Hub's models are candidates. Who has set nothing of it has no request sent to it."""
    if hub is not None and hub.enabled is False:
        return False, "the profile's hub table says enabled = false"
    if source:
        return True, f"a token is in {source}"
    if hub is not None:
        return True, "the profile has a hub table"
    if endpoint.by:
        return True, f"{endpoint.by} is set"
    return False, "there is no token of Hugging Face"


def _token(hub: Hub | None, environ: Mapping[str, str], *, needed: bool) -> tuple[str, str, str]:
    """Return the token, where it is from, and a note. A login that nobody named stops nothing by being unreadable."""
    try:
        key = hub_token(hub, environ)
        token = key.read(environ) if key is not None else ""
    except ConfigError as error:
        if needed and hub is not None and hub.token_env is not None:
            raise
        return "", "", f"{error.message} {error.hint}"
    if not all("!" <= character <= "~" for character in token):
        return _unsendable(key, needed=needed)
    return token, str(key) if token else "", ""


def _unsendable(key: KeySource | None, *, needed: bool) -> tuple[str, str, str]:
    message = f"The token of Hugging Face in {key} holds a character that cannot be sent."
    hint = f"Check {key}: a token is plain ASCII without blanks."
    if needed:
        raise ConfigError(message, hint)
    return "", "", f"{message} {hint}"


def hub_client(place: HubPlace) -> "HubClient":
    """Return the client of a place. Nothing of huggingface_hub is imported before its first request."""
    from hgtui.hub.client import HubClient

    return HubClient(place)
