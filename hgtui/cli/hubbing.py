"""The Hub of a profile: where it is, whose token is sent, whether its models are candidates; and its client."""

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from hgtui.cli.words import say
from hgtui.config import (
    ConfigError,
    Hub,
    KeySource,
    Settings,
    cache_dir,
    hub_endpoint,
    hub_offline,
    hub_router,
    hub_token,
    with_offline,
)
from hgtui.core.text import one_line
from hgtui.hub.values import HUB_URL, ROUTER_URL, HubCall, HubPlace

if TYPE_CHECKING:
    from hgtui.core.ports import Endpoint
    from hgtui.execution.endpoints.hub.endpoint import Keep
    from hgtui.execution.lanes import Lanes
    from hgtui.hub.client import HubClient
    from hgtui.selection.hub import HubCatalogue, HubStore

Made = TypeVar("Made")
Level = Literal["debug", "warning"]

FOLDER = "hub"
"""In the folder for what can be fetched again: listings and cards."""


@dataclass(frozen=True, slots=True)
class HubUse:
    """The Hub for the runs of a profile: `used` says whether its models are candidates, `why` why or why not.

    `enabled` False turns it off altogether; without a token it is only said what a token would do. `endpoint_by` and `router_by` name what said the address, "" for the Hub's own; `offline_by` what forbids every
    request, "" where nothing does; `note` tells of a stored login that cannot be read.
    """

    place: HubPlace
    used: bool
    why: str
    enabled: bool = True
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
    used, why = _wanted(hub, source)
    return HubUse(place, used, why, not unused, endpoint.by, router.by, offline_by, note)


def hub_place(
    settings: Settings, profile: str | None, environ: Mapping[str, str], *, offline: bool = False
) -> HubPlace:
    """Return where the Hub of a profile is and who asks. Raises ConfigError, as `hub_use`."""
    return hub_use(settings, profile, environ, offline=offline).place


def _wanted(hub: Hub | None, source: str) -> tuple[bool, str]:
    """Say whether the Hub's models are candidates. Without a token none of them can be run, so that nothing is asked."""
    if hub is not None and hub.enabled is False:
        return False, "the profile's hub table says enabled = false"
    if source:
        return True, f"a token is in {source}"
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
    """Return the client of a place, whose exchanges go into the log of the run that they are made for.

    Nothing of huggingface_hub is imported before its first request.
    """
    from hgtui.hub.client import HubClient

    return HubClient(place, record=_logged, notice=_noticed)


@dataclass(frozen=True, slots=True)
class HubParts:
    """What stands on one client: the candidates of a task type, any other model, and who runs them."""

    client: "HubClient"
    catalogue: "HubCatalogue"
    store: "HubStore"

    @classmethod
    def at(cls, place: HubPlace, pins: Mapping[str, str]) -> "HubParts":
        """Make them for a place; `pins` are looked at again at each question."""
        from hgtui.selection.hub import HubCatalogue, HubStore

        client = hub_client(place)
        return cls(client, HubCatalogue(client, pins), HubStore(client))

    def endpoint(self, lanes: "Lanes", seconds: float, keep: "Keep | None" = None) -> "Endpoint":
        """Return what runs tasks there, each for so long at the most; pictures are drawn in the lanes.

        `keep` keeps each request with its answer.
        """
        from hgtui.execution.endpoints.hub.endpoint import HubEndpoint

        return HubEndpoint(self.client, lanes, seconds=seconds, keep=keep)


LOG: ContextVar[Callable[[str, Level], None] | None] = ContextVar("hgtui_hub_log", default=None)
"""What takes the lines on the exchanges of the code that runs; a run's conductor has its own, in a context of its own."""


def _logged(call: HubCall) -> None:
    if (log := LOG.get()) is not None:
        log(call_words(call), "debug")


def _noticed(text: str) -> None:
    if (log := LOG.get()) is not None:
        log(text, "warning")
    else:
        say(f"note: {text}")


def logging(make: Callable[[], Made], log: Callable[[Made, str, Level], None]) -> Made:
    """Make something whose own tasks, and all that they start, have their exchanges with the Hub told to `log`."""
    made: list[Made] = []
    context = copy_context()
    context.run(LOG.set, lambda line, level: log(made[0], line, level))
    made.append(context.run(make))
    return made[0]


def call_words(call: HubCall) -> str:
    """Return an exchange as a line for the log: what was asked, what came, how long it took, how much went each way."""
    # Which fields of a model are asked for is the same each time, and longer than all else.
    url = re.sub(r"expand=[^&]*&?", "", call.url).rstrip("?&")
    came = "no answer" if call.status is None else str(call.status)
    words = f"{call.method} {url}: {came}, {call.seconds * 1000:.0f} ms, {call.sent:,} bytes out, {call.received:,} in"
    return one_line(f"{words}; {call.error}" if call.error else words, 500)
