"""What the tests of selection share: tasks, their candidates, and a selector that is listened to."""

import json
from collections.abc import Mapping
from typing import Any

from hgtui.core.model import Candidate
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.ports import CallMade, Chosen, Noticed
from hgtui.selection.llm import LLMSelector
from tests.llm.asking import KEY, client
from tests.servers.chat import ChatServer

TYPES = ("image-to-text", "summarization", "text-to-speech", "translation")
PLACES = ("here", "hub", "worker", "llm")
WORDS = "Made for the task at hand, trained on many pages of news and fiction, with a word on how well it does it."

Picked = Chosen | CallMade | Noticed


def candidates_of(task_type: str, count: int = 5) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            name=f"hub:org/{task_type}-{number}",
            model=f"org/{task_type}-{number}",
            endpoint="hub",
            title=f"{task_type} number {number}",
            description=f"{number}. {WORDS}",
            licence="apache-2.0",
            languages=("en", "de"),
            size_mb=250.0 * (number + 1),
            place=PLACES[number % 4],
            reason=f"rank {number}",
        )
        for number in range(count)
    )


def plan_of(count: int, types: tuple[str, ...] = TYPES) -> Plan:
    tasks = [
        Task(uid=f"t{number}", id=number, task=types[number % len(types)], args={"text": Input.text(f"text {number}")})
        for number in range(1, count + 1)
    ]
    return Plan(request="Do it all", tasks=tuple(tasks))


def table(plan: Plan, each: int = 5) -> dict[Uid, tuple[Candidate, ...]]:
    return {task.uid: candidates_of(task.task, each) for task in plan}


def name(plan: Plan, uid: Uid, number: int) -> str:
    return f"hub:org/{plan[uid].task}-{number}"


def rows(plan: Plan, wanted: Mapping[Uid, int]) -> list[dict[str, Any]]:
    return [
        {"task": plan[uid].id, "model": name(plan, uid, number), "reason": f"because {number}"}
        for uid, number in wanted.items()
    ]


def reply(plan: Plan, wanted: Mapping[Uid, int]) -> str:
    return json.dumps(rows(plan, wanted))


def asked_for(text: str) -> list[int]:
    """The numbers of the tasks that a prompt asks for."""
    return [int(line.split()[1].rstrip(":")) for line in text.splitlines() if line.startswith("Task ")]


async def picked(script: Any, plan: Plan, each: int = 5, tries: int = 1) -> list[Picked]:
    async with ChatServer(script) as server, client(server.url, tries=tries) as chat:
        return await heard(LLMSelector(chat), plan, table(plan, each))


async def heard(selector: LLMSelector, plan: Plan, choices: dict[Uid, tuple[Candidate, ...]]) -> list[Picked]:
    return [item async for item in selector.select(plan.request, plan, choices)]


def chosen(items: list[Picked]) -> dict[Uid, tuple[str, str]]:
    """For each task the candidate and who chose it; each is chosen once."""
    made = [item for item in items if isinstance(item, Chosen)]
    assert len({item.uid for item in made}) == len(made)
    return {item.uid: (item.assignment.candidate, item.assignment.chosen_by) for item in made}


def notices(items: list[Picked]) -> list[str]:
    return [item.text for item in items if isinstance(item, Noticed)]


def calls(items: list[Picked]) -> list[CallMade]:
    made = [item for item in items if isinstance(item, CallMade)]
    assert KEY not in json.dumps([item.record for item in made])
    return made
