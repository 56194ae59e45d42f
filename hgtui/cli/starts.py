"""Who runs which task type from each start: with nothing, an OpenAI key, a token of Hugging Face, a vLLM server."""

import json
import sys
from typing import Literal, get_args

from hgtui.cli.tables import table
from hgtui.core.states import EXIT_OK
from hgtui.core.task import TASKS
from hgtui.execution.endpoints.controller.media import MEDIA
from hgtui.execution.endpoints.embedded.cards import CARDS, installed
from hgtui.execution.instructions import INSTRUCTIONS
from hgtui.hub.tasks import WAYS

Start = Literal["nothing", "openai", "hub", "vllm"]
STARTS: tuple[Start, ...] = get_args(Start)
TITLES: dict[Start, str] = {
    "nothing": "nothing",
    "openai": "an OpenAI key",
    "hub": "an HF token",
    "vllm": "a vLLM server",
}

EMBEDDED = "embedded"
CONTROLLER = "controller"
SEES = "controller that sees"
SERVER = "model of its server"
HUB = "Hub"


def embedded(task: str) -> tuple[str, ...]:
    """Return the names of the embedded engines for a task type, as they stand behind ``embedded:``."""
    return tuple(card.model for card in CARDS if task in card.tasks)


def who_runs(task: str) -> dict[Start, tuple[str, ...]]:
    """Return for each start who can run a task type, from the registries of the endpoints themselves.

    "nothing" names the embedded engines, which the other starts have too. A "controller" does it by chat; one "that
    sees" only where its model takes pictures; a "model of its server" where the server lists one for that route; "Hub"
    where the Hub's client can ask a provider for it. KeyError for what is no task type.
    """
    spec = TASKS[task]
    here = embedded(spec.name)
    first = (EMBEDDED,) if here else ()
    chat = _chat(spec.name)
    routed = (SERVER,) if spec.name in MEDIA else ()
    hub = (HUB,) if WAYS.get(spec.name) else ()
    return {
        "nothing": here,
        "openai": (*first, *chat, *routed),
        "hub": (*first, *chat, *hub),
        "vllm": (*first, *chat, *routed),
    }


def _chat(task: str) -> tuple[str, ...]:
    instruction = INSTRUCTIONS.get(task)
    if instruction is None:
        return ()
    return (SEES if instruction.sees else CONTROLLER,)


def may_run(controller: bool, hub: bool) -> frozenset[str]:
    """Return the task types that what is installed here can run, and with a controller or the Hub those that these may."""
    found = {task for card in CARDS if installed(card) for task in card.tasks}
    if controller:
        found |= {task for task in TASKS if _chat(task) or task in MEDIA}
    return frozenset(found | ({task for task in TASKS if WAYS.get(task)} if hub else set()))


def rows() -> list[tuple[str, ...]]:
    """Return the table: a head, then for each task type who runs it from each start, "-" where nobody does."""
    head = ("task", *(TITLES[start] for start in STARTS))
    return [head, *((task, *(", ".join(who) or "-" for who in who_runs(task).values())) for task in TASKS)]


def show_who(*, as_json: bool) -> int:
    """Print the table, or as JSON for each task type the lists of who runs it."""
    if as_json:
        text = json.dumps({task: who_runs(task) for task in TASKS}, indent=2, ensure_ascii=False)
    else:
        text = table(rows())
    sys.stdout.write(text + "\n")
    return EXIT_OK
