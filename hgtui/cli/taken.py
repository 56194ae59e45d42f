"""The controller and the Hub that the runs get which begin now, and how others are taken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

from hgtui.cli.deciding import planner_name
from hgtui.cli.faults import Fault
from hgtui.cli.hubbing import HubParts, HubUse
from hgtui.cli.sources import hub_of
from hgtui.config import AUTO, ConfigError, Settings
from hgtui.hub.values import HubPlace
from hgtui.llm.client import ChatClient
from hgtui.llm.errors import LLMError
from hgtui.llm.profile import Choice, client_for
from hgtui.selection.pins import Pins


@dataclass(kw_only=True)
class Taken:
    """The controller of a profile with its client, and the Hub as that profile has it.

    Clients that were taken before stay open for the runs that use them, until `close_clients`.
    """

    settings: Settings
    environ: Mapping[str, str]
    choice: Choice
    hub: HubUse
    pins: Pins
    chat: ChatClient | None = None
    _old: list[ChatClient] = field(default_factory=list)
    _hubs: dict[HubPlace, HubParts] = field(default_factory=dict)

    @property
    def planner_name(self) -> str:
        """Who plans: "rules" or the model, as far as it is known."""
        return planner_name(self.choice, self.chat)

    @property
    def picked_before(self) -> bool:
        """Whether the model is neither set nor the only one, but was picked by a person in an earlier run."""
        return self.choice.model is not None and not self.is_set(self.choice) and not self.choice.models

    def is_set(self, choice: Choice) -> bool:
        """Whether the configuration or the environment says which model a controller is."""
        own = {self.settings.profile(name).controller.model for name in (choice.profile, AUTO)}
        return choice.model is not None and choice.model in {self.environ.get("OPENAI_MODEL", "").strip(), *own}

    def use_model(self, name: str | None) -> None:
        """Take this model of the controller's server for the runs that begin from now on; None leaves it open."""
        self.choice = replace(self.choice, model=name)
        if self.chat is not None:
            self.chat.model = name

    @property
    def remote(self) -> str:
        """The model and its server where they are not on this machine, else an empty text."""
        if self.chat is None or self.choice.here:
            return ""
        return f"{self.planner_name} at {self.choice.address}"

    async def switch(self, choice: Choice) -> None:
        """Take another controller for the runs that begin from now on. Raises Fault."""
        hub = await asyncio.to_thread(hub_of, self.settings, choice, self.environ)
        try:
            chat = client_for(choice, self.environ)
        except (ConfigError, LLMError) as error:
            raise Fault(error.message, error.hint) from None
        # The old client stays open for the runs that use it.
        if self.chat is not None:
            self._old.append(self.chat)
        self.choice, self.chat, self.hub = choice, chat, hub

    @contextlib.asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Let another controller be taken for what is equipped within, and for nothing that begins later."""
        choice, chat, hub = self.choice, self.chat, self.hub
        try:
            yield
        finally:
            if chat is not self.chat:
                if self.chat is not None:
                    self._old.append(self.chat)
                self._old = [one for one in self._old if one is not chat]
            self.choice, self.chat, self.hub = choice, chat, hub

    @property
    def hub_parts(self) -> HubParts:
        """The client of the Hub of the profile that is taken now, and what stands on it; one for each place."""
        place = self.hub.place
        if place not in self._hubs:
            self._hubs[place] = HubParts.at(place, self.pins.by_task)
        return self._hubs[place]

    def keys(self) -> tuple[str, ...]:
        """The key of the controller and the token of the Hub, which may come from a file or a variable of any name."""
        try:
            key = self.choice.key.read(self.environ) if self.choice.key is not None else ""
        except ConfigError:  # gone since the client was made, which has said so
            key = ""
        return tuple(filter(None, (key, self.hub.place.token)))

    async def close_clients(self) -> None:
        """Close every client of a controller and of the Hub."""
        for chat in (self.chat, *self._old):
            if chat is not None:
                await chat.aclose()
        for hub in self._hubs.values():
            await hub.client.aclose()
