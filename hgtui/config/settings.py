"""What can be set: profiles (a controller, the Hub and limits), gates and rules, whether servers on this machine are looked
for, and how the workbench looks.
"""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from hgtui.config import checks
from hgtui.config.errors import ConfigError, nearest
from hgtui.config.hub import Hub
from hgtui.core.base import Value
from hgtui.core.policy import Match, Rule
from hgtui.core.text import one_line

AUTO = "auto"
RULES = "rules"
FOUND = ("openai", "hub", "loopback")
"""Profiles that need no table: a controller of that kind as it is found. "auto" takes the first of them, else "rules"."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")

Amount = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, gt=0)]
Price = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]


class Controller(Value):
    """Which LLM plans, selects and answers.

    `base_url` ends where ``/chat/completions`` is appended; without one (and without `api_key_env`) the controller is
    found as with "auto". `api_key_env` is the name of an environment variable, `context` a number of tokens, `price_in`
    and `price_out` US dollars for a million tokens.
    """

    base_url: Annotated[str, Field(strict=True)] | None = None
    model: Annotated[str, Field(strict=True, min_length=1, max_length=300)] | None = None
    api_key_env: Annotated[str, Field(strict=True)] | None = None
    temperature: Annotated[float, Field(strict=True, ge=0, le=2, allow_inf_nan=False)] | None = None
    context: Annotated[int, Field(strict=True, ge=512, le=100_000_000)] | None = None
    price_in: Price | None = None
    price_out: Price | None = None

    @field_validator("base_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        return checks.address(url, "http://127.0.0.1:8000/v1", "api_key_env")

    @field_validator("model")
    @classmethod
    def _plain(cls, name: str | None) -> str | None:
        return checks.plain(name)

    @field_validator("api_key_env")
    @classmethod
    def _variable(cls, name: str | None) -> str | None:
        return checks.variable(name)

    @model_validator(mode="after")
    def _both_prices(self) -> "Controller":
        if (self.price_in is None) != (self.price_out is None):
            raise PydanticCustomError("prices", "needs price_in and price_out, or neither")
        return self


class Limits(Value):
    """Bounds of a run: `tokens`, `seconds` and `usd` of the controller together (None: no bound), `task_seconds` for one
    try of a task, `download_mb` (millions of bytes) for one file that is fetched from an address.
    """

    tokens: Count | None = None
    seconds: Amount | None = None
    usd: Amount | None = None
    task_seconds: Annotated[float, Field(strict=True, gt=0, le=86_400)] = 600.0
    download_mb: Annotated[float, Field(strict=True, gt=0, le=100_000)] = 100.0


class Profile(Value):
    """A controller, the Hub and the bounds of its runs. `hub` None leaves the Hub to the environment."""

    controller: Controller = Field(default_factory=Controller)
    hub: Hub | None = None
    limits: Limits = Field(default_factory=Limits)


class Settings(Value):
    """What flags, environment and file say together; where all are silent, the defaults.

    `gates`: "merged" for one gate before anything runs, "split" for one for the plan and one for the models, "none" to
    run a plan without errors at once. `policy` has the rules of the file, the first first. `answer`:
    "program" keeps every result from the LLM and gives the program's report. `edit_as`: the form of the text in which a
    whole plan is edited. `probe`: whether "auto" looks for a server
    on this machine. `theme`, `bell`, `pictures` and `keys` are of the workbench: its colours, whether it rings when it waits
    for the person, whether a picture is shown in coloured cells or in the graphics of the terminal, and the keys of actions
    by their names; which actions there are the workbench knows.
    """

    default_profile: Annotated[str, Field(strict=True)] = AUTO
    gates: Literal["merged", "split", "none"] = "merged"
    answer: Literal["llm", "program"] = "llm"
    edit_as: Literal["toml", "json"] = "toml"
    probe: bool = True
    theme: Literal["dark", "light", "ansi-dark", "ansi-light"] = "dark"
    bell: Annotated[bool, Field(strict=True)] = True
    pictures: Literal["cells", "graphics"] = "cells"
    keys: dict[str, Annotated[str, Field(strict=True, min_length=1, max_length=100)]] = Field(default_factory=dict)
    profiles: dict[str, Profile] = Field(default_factory=dict)
    policy: tuple[Rule, ...] = ()

    @field_validator("profiles")
    @classmethod
    def _names(cls, profiles: dict[str, Profile]) -> dict[str, Profile]:
        for name, profile in profiles.items():
            if not _NAME.fullmatch(name):
                shown = one_line(name, 40)
                raise PydanticCustomError(
                    "name", "holds the name {name}: take letters, digits, _, - and .", {"name": repr(shown)}
                )
            asked = profile.controller
            if name == AUTO and (asked.base_url or asked.api_key_env):
                raise PydanticCustomError(
                    "auto", "holds a server for auto, which finds its own: give that profile another name"
                )
            if name == RULES and asked != Controller():
                raise PydanticCustomError("rules", "holds a controller for rules, which uses none")
        return profiles

    @property
    def names(self) -> tuple[str, ...]:
        """Every profile that can be asked for: those of the file, then those that need no table."""
        return tuple(dict.fromkeys((*self.profiles, AUTO, *FOUND, RULES)))

    def profile(self, name: str | None = None) -> Profile:
        """Return a profile, `default_profile` for None. Raises ConfigError where there is none of that name."""
        name = name or self.default_profile
        if name not in self.names:
            near = nearest(name, self.names)
            end = f"; the nearest is {near!r}." if near else "."
            raise ConfigError(f"There is no profile {one_line(name, 40)!r}{end}", f"There are {', '.join(self.names)}.")
        return self.profiles.get(name, Profile())

    def hub(self, name: str | None = None) -> Hub | None:
        """Return what a profile says of the Hub; one of `FOUND` without a table is as auto has it. Raises ConfigError."""
        own = self.profile(name)
        found = (name or self.default_profile) in FOUND and (name or self.default_profile) not in self.profiles
        return self.profile(AUTO).hub if found else own.hub


TABLES: dict[tuple[int | str, ...], list[str]] = {
    (): list(Settings.model_fields),
    ("profiles", "*"): list(Profile.model_fields),
    ("profiles", "*", "controller"): list(Controller.model_fields),
    ("profiles", "*", "hub"): list(Hub.model_fields),
    ("profiles", "*", "limits"): list(Limits.model_fields),
    ("policy", "*"): list(Rule.model_fields),
    ("policy", "*", "match"): list(Match.model_fields),
}
"""The known keys of each table of the file."""
