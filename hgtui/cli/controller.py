"""The controller LLM: which one a profile means, its models, and its part in each stage of a run, under one budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hgtui.config import AUTO, config_path
from hgtui.core.ports import Catalogue, Endpoint, Planner, Responder, Selector, Talker
from hgtui.core.text import one_line
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.profile import Choice, client_for
from hgtui.llm.retry import RetryPolicy
from hgtui.llm.values import Timeouts
from hgtui.session.tape import Tape

ONE_LOOK = RetryPolicy(tries=1)
SHORT = Timeouts(connect=3.0, silence=10.0, total=10.0)
"""For a look at what a server has: the call that needs the model tries again, and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The parts of an LLM in a run; without one, rules plan and the rest is left to the program."""

    planner: Planner
    selector: Selector | None = None
    responder: Responder | None = None
    talker: Talker | None = None
    catalogues: tuple[Catalogue, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    budget: Budget | None = None


async def list_models(choice: Choice, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the models of a controller's server: those that were found with it, else asked for once, for 10 s at most.

    Raises LLMError, ConfigError.
    """
    if choice.models:
        return choice.models
    chat = client_for(choice, environ, timeouts=SHORT, retries=ONE_LOOK)
    if chat is None:
        return ()
    async with chat:
        return tuple(dict.fromkeys(info.name for info in await chat.models()))


def how_to_set(choice: Choice, environ: Mapping[str, str]) -> str:
    """Say what to set so that a model of the controller's server is used."""
    name = "auto" if choice.profile == choice.kind else choice.profile
    key = f"model in [profiles.{name}.controller] of {config_path(environ)}"
    return f"Set OPENAI_MODEL, or {key}." if choice.kind in {"openai", "hub"} and name == "auto" else f"Set {key}."


def may_fall_back(choice: Choice) -> bool:
    """Whether rules plan where nobody can say which model: the router was found with a token, and nobody asked for it."""
    return choice.profile == AUTO and choice.kind == "hub"


def rules_instead(choice: Choice, why: str) -> Choice:
    """Return rules in the place of a controller of which nobody has said which model it is."""
    return Choice(choice.profile, "rules", why, limits=choice.limits, also=choice.also)


def several(choice: Choice, names: tuple[str, ...], shown: int = 8) -> str:
    """Return the sentence that names the models of a server."""
    told = ", ".join(one_line(name, 80) for name in names[:shown])
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"The server at {choice.address} has {len(names)} models: {told}{more}."


def stages(chat: ChatClient | None, choice: Choice, environ: Mapping[str, str], tape: Tape | None = None) -> Stages:
    """Return the parts for one run, with a budget of its own; `tape` keeps what came of calls that went wrong, and requests to
    media routes."""
    if chat is None:
        from hgtui.planning import RulePlanner

        return Stages(RulePlanner())
    from hgtui.execution.endpoints.controller.catalogue import ControllerCatalogue
    from hgtui.execution.endpoints.controller.endpoint import ControllerEndpoint
    from hgtui.llm.metered import Metered
    from hgtui.llm.prompts import Prompts
    from hgtui.llm.taped import Taped
    from hgtui.planning import chat as talking
    from hgtui.planning import llm as planning
    from hgtui.planning import prompt as planning_prompt
    from hgtui.response import llm as response
    from hgtui.response import prompt as response_prompt
    from hgtui.selection import llm as selection
    from hgtui.selection import prompt as selection_prompt

    limits = choice.limits
    budget = Budget(limits.tokens, limits.seconds, limits.usd)
    bare = Metered(chat, budget, choice.temperature)
    metered = Taped(bare, tape.keep) if tape is not None else bare
    overrides = config_path(environ).parent / "templates"

    def prompts(folder: Path) -> Prompts:
        return Prompts(folder, overrides)

    return Stages(
        planner=planning.LLMPlanner(metered, prompts(planning_prompt.TEMPLATES)),
        selector=selection.LLMSelector(metered, prompts(selection_prompt.TEMPLATES)),
        responder=response.LLMResponder(metered, prompts(response_prompt.TEMPLATES)),
        talker=talking.Talker(metered, prompts(planning_prompt.TEMPLATES)),
        catalogues=(ControllerCatalogue(bare, local=choice.here, spends=choice.spends),),
        endpoints=(ControllerEndpoint(bare, tape.keep_media if tape is not None else None),),
        budget=budget,
    )
