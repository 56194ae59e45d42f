"""A controller on the wire for tests of the workbench: what it says at each stage, and plans in its form."""

import json
from collections import deque
from collections.abc import Iterable
from typing import Any

from tests.servers.chat import Reply, Request, Status
from tests.servers.replies import Answer

REQUEST = "Tell me what language this greeting is in: Guten Morgen zusammen"


def row(id: int, text: str, task: str = "text-classification", **args: str) -> dict[str, Any]:
    """Return a task as a planner writes it."""
    question = {"question": "Which language is it?"} if task == "text-classification" else {}
    return {"task": task, "id": id, "dep": [-1], "args": {"text": text, **question, **args}}


def plan(*rows: dict[str, Any]) -> Reply:
    """Return the reply that is this plan."""
    return Reply(json.dumps(list(rows or [row(0, "Guten Morgen zusammen")])))


class Controller:
    """Answers each stage from its own queue; a stage that has no more answers gets an error."""

    def __init__(self, *plans: Answer, answers: Iterable[Answer] = ()) -> None:
        self.plans, self.answers = deque(plans), deque(answers)
        self.planned: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        stage = request.system.splitlines()[0]
        if stage == "Task planning":
            self.planned.append(request)
            return self.plans.popleft() if self.plans else Status(400, "no more plans")
        if stage == "Model selection":
            return Reply("{}")
        return self.answers.popleft() if self.answers else Reply("It is **German** [0].")
