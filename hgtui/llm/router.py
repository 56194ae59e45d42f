"""The router of the Hub as a controller: where it speaks chat completions, and who pays there."""

from collections.abc import Mapping

from hgtui.config import ConfigError, Hub, hub_router

ROUTER_URL = "https://router.huggingface.co/v1"
"""Where the router speaks chat completions."""
BILL_TO = "X-HF-Bill-To"
"""The header that names who pays at the router, as huggingface_hub 2.4 sends it."""


def router(environ: Mapping[str, str], hub: Hub | None) -> str:
    """Return where the router speaks chat completions: the setting may have the /v1 or leave it out. Raises ConfigError."""
    said = hub_router(hub, environ)
    return f"{said.value}/v1" if said else ROUTER_URL


def payer(hub: Hub | None) -> str:
    """Return the organization that pays for what the router does, "" for the token's own account."""
    return (hub.bill_to or "") if hub else ""


def own_router(environ: Mapping[str, str], hub: Hub | None) -> str:
    """Return where the router is, "" where its address is broken: then no other address is the router's."""
    try:
        return router(environ, hub)
    except ConfigError:
        return ""
