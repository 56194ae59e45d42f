"""What a controller LLM does in a run: each stage's part over one client, under one budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hgtui.config import config_path
from hgtui.core.ports import Catalogue, Endpoint, Planner, Responder, Selector, Talker
from hgtui.llm import Budget, ChatClient
from hgtui.llm.address import is_loopback
from hgtui.llm.profile import Choice


@dataclass(frozen=True, slots=True)
class Stages:
    """The parts of an LLM in a run; without one, rules plan and the rest is left to the program."""

    planner: Planner
    selector: Selector | None = None
    responder: Responder | None = None
    talker: Talker | None = None
    catalogues: tuple[Catalogue, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()


def stages(chat: ChatClient | None, choice: Choice, environ: Mapping[str, str]) -> Stages:
    """Return the parts for one run, with a budget of its own."""
    if chat is None:
        from hgtui.planning import RulePlanner

        return Stages(RulePlanner())
    from hgtui.execution.endpoints.controller.catalogue import ControllerCatalogue
    from hgtui.execution.endpoints.controller.endpoint import ControllerEndpoint
    from hgtui.llm.metered import Metered
    from hgtui.llm.prompts import Prompts
    from hgtui.planning import chat as talking
    from hgtui.planning import llm as planning
    from hgtui.planning import prompt as planning_prompt
    from hgtui.response import llm as response
    from hgtui.response import prompt as response_prompt
    from hgtui.selection import llm as selection
    from hgtui.selection import prompt as selection_prompt

    limits = choice.limits
    metered = Metered(chat, Budget(limits.tokens, limits.seconds, limits.usd), choice.temperature)
    overrides = config_path(environ).parent / "templates"

    def prompts(folder: Path) -> Prompts:
        return Prompts(folder, overrides)

    return Stages(
        planner=planning.LLMPlanner(metered, prompts(planning_prompt.TEMPLATES)),
        selector=selection.LLMSelector(metered, prompts(selection_prompt.TEMPLATES)),
        responder=response.LLMResponder(metered, prompts(response_prompt.TEMPLATES)),
        talker=talking.Talker(metered, prompts(planning_prompt.TEMPLATES)),
        catalogues=(ControllerCatalogue(metered, local=is_loopback(choice.base_url)),),
        endpoints=(ControllerEndpoint(metered),),
    )
