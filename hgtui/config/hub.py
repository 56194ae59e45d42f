"""The Hugging Face Hub in the configuration: where it is, whose token is sent, whether it is used and asked at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from hgtui.config import checks
from hgtui.config.errors import ConfigError
from hgtui.config.keys import KeySource, hub_key, true
from hgtui.core.base import Value

ENDPOINT_VARIABLE = "HF_ENDPOINT"
ROUTER_VARIABLE = "HGTUI_ROUTER_URL"
OFFLINE_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Either turns every request to the Hub off, as huggingface_hub has it; the first that is set is read."""
OFFLINE_FLAG = "--offline"
"""A flag is laid over the environment under its own name, which is no name of a variable."""
CHAT = "/v1"
"""Where the router speaks chat completions. An address of the router is taken with it and without it."""


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Text = Annotated[str, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]


class Hub(Value):
    """The Hub for the runs of a profile; None leaves it to the environment, and to what the Hub has by itself.

    `enabled` False: its models are no candidates. `endpoint` and `router` are addresses, `token_env` the name of an
    environment variable, `providers` those to prefer, the first most, `bill_to` the organization that pays, `offline`
    whether nothing is asked and only what is kept is used.
    """

    enabled: Switch | None = None
    endpoint: Text | None = None
    router: Text | None = None
    token_env: Text | None = None
    providers: Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(max_length=50)] = ()
    bill_to: Text | None = None
    offline: Switch | None = None

    @field_validator("endpoint")
    @classmethod
    def _endpoint(cls, url: str | None) -> str | None:
        return checks.address(url, "https://huggingface.co", "token_env")

    @field_validator("router")
    @classmethod
    def _router(cls, url: str | None) -> str | None:
        found = checks.address(url, "https://router.huggingface.co", "token_env")
        return found.removesuffix(CHAT).rstrip("/") if found else None

    @field_validator("token_env")
    @classmethod
    def _variable(cls, name: str | None) -> str | None:
        return checks.variable(name)

    @field_validator("providers")
    @classmethod
    def _providers(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return checks.providers(names)

    @field_validator("bill_to")
    @classmethod
    def _organization(cls, name: str | None) -> str | None:
        return checks.organization(name)


@dataclass(frozen=True, slots=True)
class Said:
    """A setting and what said it: a flag, a variable, the profile's table; both are empty where all are silent."""

    value: str = ""
    by: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)


def hub_endpoint(hub: Hub | None, environ: Mapping[str, str]) -> Said:
    """Return the address of the Hub: HF_ENDPOINT, else the profile's. Raises ConfigError for what is no address."""
    return _address(ENDPOINT_VARIABLE, environ, hub.endpoint if hub else None, "https://huggingface.co")


def hub_router(hub: Hub | None, environ: Mapping[str, str]) -> Said:
    """Return the address of the router without /v1: HGTUI_ROUTER_URL, else the profile's. Raises ConfigError."""
    said = _address(ROUTER_VARIABLE, environ, hub.router if hub else None, "https://router.huggingface.co")
    return Said(said.value.removesuffix(CHAT).rstrip("/"), said.by)


def with_offline(environ: Mapping[str, str], offline: bool = True) -> Mapping[str, str]:
    """Return the environment with the flag --offline laid over it, where it was given."""
    return {**environ, OFFLINE_FLAG: "1"} if offline else environ


def hub_offline(hub: Hub | None, environ: Mapping[str, str]) -> str:
    """Return what forbids every request to the Hub, "" where nothing does: the flag, the environment, the profile."""
    if OFFLINE_FLAG in environ:
        return OFFLINE_FLAG
    for name in OFFLINE_VARIABLES:
        if environ.get(name, "").strip():
            return name if true(environ, name) else ""
    return "the profile's hub table" if hub is not None and hub.offline else ""


def hub_token(hub: Hub | None, environ: Mapping[str, str]) -> KeySource | None:
    """Return where the token is: in the profile's `token_env`, else where `hub_key` finds one. Raises ConfigError."""
    if hub is None or hub.token_env is None:
        return hub_key(environ)
    if not environ.get(hub.token_env, "").strip():
        message = f"The profile takes the token of Hugging Face from {hub.token_env}, which is not set."
        raise ConfigError(message, f"Set {hub.token_env}, or take token_env out of the profile's hub table.")
    return KeySource(variable=hub.token_env)


def _address(variable: str, environ: Mapping[str, str], own: str | None, example: str) -> Said:
    url = environ.get(variable, "").strip().rstrip("/")
    if not url:
        return Said(own, "the profile's hub table") if own else Said()
    if not checks.is_address(url):
        raise ConfigError(
            f"{variable} is not an http or https address.", f"Set {variable} to something like {example}."
        )
    return Said(url, variable)
