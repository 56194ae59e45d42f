"""A stage on which every part of an LLM is played by the real client against a loopback server, stage by stage."""

import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hgtui.core.states import Stage as RunStage
from hgtui.execution.endpoints.controller.catalogue import ControllerCatalogue
from hgtui.execution.endpoints.controller.endpoint import ControllerEndpoint
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.metered import Metered
from hgtui.llm.retry import RetryPolicy
from hgtui.llm.taped import Taped
from hgtui.llm.values import Timeouts
from hgtui.planning.chat import Talker
from hgtui.planning.llm import LLMPlanner
from hgtui.response.llm import LLMResponder
from hgtui.selection.llm import LLMSelector
from tests.selection.table import asked_for
from tests.servers.chat import ChatServer, Request
from tests.servers.replies import Answer, Reply
from tests.session.staging import FakeWork, Models, Stage, stage

KEY = "sk-very-secret-0123456789"
STAGES = {
    "Task planning": RunStage.PLANNING,
    "Model selection": RunStage.SELECTION,
    "Task execution": RunStage.EXECUTION,
    "Response generation": RunStage.RESPONSE,
}
Answers = Answer | Sequence[Answer] | Callable[[Request], Answer]


def row(number: int, text: str | list[str], *deps: int, kind: str = "summarization", **args: Any) -> dict[str, Any]:
    """One task as a planner writes it."""
    return {"task": kind, "id": number, "dep": list(deps), "args": {"text": text, **args}}


def planned(*rows: dict[str, Any]) -> Reply:
    """The planner's reply with these tasks."""
    return Reply(json.dumps({"tasks": list(rows)}))


CHAIN = (row(1, "some text"), row(2, "<GENERATED>-1", 1))


def stage_of(request: Request) -> RunStage:
    """The stage that the first line of the system prompt names."""
    return STAGES[request.system.partition("\n")[0].partition(":")[0]]


def choose(name: str = "fake:two") -> Callable[[Request], Answer]:
    """A selector's reply that takes one model for every task it is asked for."""

    def answer(request: Request) -> Answer:
        rows = [{"task": number, "model": name, "reason": "made for it"} for number in asked_for(request.last)]
        return Reply(json.dumps(rows))

    return answer


@dataclass
class Script:
    """What the server answers at each stage: one answer for all requests, answers in order, or a function."""

    planning: Answers = field(default_factory=lambda: planned(*CHAIN))
    selection: Answers = field(default_factory=choose)
    execution: Answers = field(default_factory=lambda: Reply("Made by the controller."))
    response: Answers = field(default_factory=lambda: Reply("It is done [1] [2]."))
    _queues: dict[RunStage, deque[Answer]] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        at = stage_of(request)
        answers = getattr(self, at.value)
        if isinstance(answers, Sequence):
            return self._queues.setdefault(at, deque(answers)).popleft()
        return answers(request) if callable(answers) else answers  # type: ignore[no-any-return]


async def at_once(_: float) -> None:
    """A wait that passes at once."""


@asynccontextmanager
async def llm_stage(
    folder: Path,
    url: str,
    *,
    timeouts: Timeouts | None = None,
    tries: int = 2,
    price: float | None = None,
    **more: Any,
) -> AsyncIterator[Stage]:
    """A run whose planner, selector, responder and talker ask the server at `url`, without waits between tries.

    `price` is in US dollars for a million tokens, in and out; the rest as for `equipped`.
    """
    policy = RetryPolicy(tries=tries)
    client = ChatClient(url, KEY, "test-model", timeouts, policy, at_once, price_in=price, price_out=price)
    async with client, equipped(folder, client, **more) as run:
        yield run


@asynccontextmanager
async def equipped(
    folder: Path,
    client: ChatClient,
    *,
    budget: Budget | None = None,
    controller: bool = False,
    answer: bool = True,
    **more: Any,
) -> AsyncIterator[Stage]:
    """A run of which `client` plays every part of an LLM; tasks run on FakeWork.

    With `controller` the LLM runs the tasks too. `answer` False leaves the answer to the program. What else is given is
    a field of the equipment (a `tape` keeps the calls too), `run`, `work` or `models` as on the plain stage.
    """
    metered = Metered(client, budget or Budget())
    tape = more.pop("tape", None)
    chat = metered if tape is None else Taped(metered, tape.keep)
    work = more.pop("work", None) or FakeWork()
    models = more.pop("models", None) or ((ControllerCatalogue(metered, local=True),) if controller else (Models(),))
    parts: dict[str, Any] = {
        "selector": LLMSelector(chat),
        "responder": LLMResponder(chat) if answer else None,
        "talker": Talker(chat),
        "endpoints": {"fake": work, "controller": ControllerEndpoint(metered, tape.keep_media if tape else None)},
        "sleep": at_once,
        "tape": tape,
        **more,
    }
    async with stage(folder, LLMPlanner(chat), models=models, work=work, **parts) as run:  # type: ignore[arg-type]
        yield run


def asked(server: ChatServer, at: RunStage) -> list[Request]:
    """The requests of a stage, in order."""
    return [request for request in server.requests if stage_of(request) is at]
