"""Which controller plans, decided before anything else: it stands in the first words of the workbench.

Of the project only the settings and what chooses among servers is imported here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from hgtui.cli.faults import Fault
from hgtui.config import ConfigError, Settings, config_path, load, with_offline
from hgtui.llm.errors import LLMError
from hgtui.llm.profile import Choice, client_for, resolve

if TYPE_CHECKING:
    from hgtui.llm.client import ChatClient


class Decided(NamedTuple):
    """The settings, the controller that was chosen, and its client, None for rules."""

    settings: Settings
    choice: Choice
    chat: "ChatClient | None"

    @property
    def planner_name(self) -> str:
        """Who plans: "rules" or the model, as far as it is known."""
        return planner_name(self.choice, self.chat)


def planner_name(choice: Choice, chat: "ChatClient | None") -> str:
    """Return who plans: "rules" or the model, as far as it is known."""
    return "rules" if chat is None else chat.model or choice.model or "the controller"


async def decide(environ: Mapping[str, str], profile: str | None, *, offline: bool = False) -> Decided:
    """Read the settings, choose the controller and make its client. Raises Fault."""
    environ = with_offline(environ, offline)
    try:
        settings = load(config_path(environ), environ, {"default_profile": profile})
        choice = await resolve(settings, environ)
        return Decided(settings, choice, client_for(choice, environ))
    except (ConfigError, LLMError) as error:
        raise Fault(error.message, error.hint) from None
