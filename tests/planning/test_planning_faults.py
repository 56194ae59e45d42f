"""Each fault of a server while it plans: what the person is told, and that nothing that came is lost."""

import json

import pytest

from hgtui.core.ports import CallMade, Context, Drafted, Noticed, PlanningError, Proposed, Said, Step, Turn
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import Failure
from hgtui.llm.client import ChatClient
from hgtui.llm.retry import RetryPolicy
from hgtui.llm.values import Timeouts
from hgtui.planning.llm import LLMPlanner
from tests.llm.test_faults import CASES
from tests.planning.shown import lines, proposed
from tests.servers import wire
from tests.servers.chat import ChatServer, Script, closed_port_url
from tests.servers.replies import Answer, Drip, Events, Hang, Reply, Reset, Status

FILES = {"page.png": FileFact(path="page.png", kind=Kind.IMAGE)}
READ = {"task": "image-to-text", "id": 0, "dep": [], "args": {"image": "page.png"}}
WRONG = json.dumps([READ, {"task": "sumarization", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}}])
BRIEF = Timeouts(connect=5, silence=0.2, total=0.5)
"""Short, for the servers that never answer: the test ends when the time is over."""


async def at_once(_: float) -> None:
    """A wait that passes at once."""


async def plan(script: Script, steps: list[Step], timeouts: Timeouts | None = None) -> None:
    async with ChatServer(script) as server:
        chat = ChatClient(server.url, "sk-secret-key-000", "m", timeouts, RetryPolicy(tries=1), at_once)
        async with chat:
            async for step in LLMPlanner(chat).plan("Read page.png", FILES):
                steps.append(step)


@pytest.mark.parametrize("name", CASES)
async def test_a_fault_before_any_task_is_one_sentence_with_a_hint_and_keeps_what_was_said(name: str) -> None:
    case = CASES[name]
    with pytest.raises(PlanningError) as caught:
        await plan(case.answer, [])
    error = caught.value
    assert error.failure is case.failure
    assert case.sentence in error.message
    assert error.message.endswith(".")
    assert error.hint.endswith((".", "?"))
    assert error.raw == case.partial
    assert "sk-secret" not in error.message + error.hint + error.raw


@pytest.mark.parametrize("answer", [Hang(), Drip(), Drip(delta={"reasoning_content": "hm "})])
async def test_a_server_that_never_comes_to_a_reply_is_given_up(answer: Answer) -> None:
    with pytest.raises(PlanningError) as caught:
        await plan(answer, [], BRIEF)
    assert caught.value.failure is Failure.TIMEOUT


async def test_a_closed_port_is_told() -> None:
    async with ChatClient(closed_port_url(), None, "m", retries=RetryPolicy(tries=1)) as chat:
        with pytest.raises(PlanningError, match="cannot be reached"):
            async for _ in LLMPlanner(chat).plan("Read page.png", FILES):
                pass


@pytest.mark.parametrize(
    "events",
    [
        Events([wire.chunk("m", {"content": f"[{json.dumps(READ)}, {{"})], cut=True),
        Events([wire.chunk("m", {"content": f"[{json.dumps(READ)}, {{"})], done=False),
        Events([wire.chunk("m", {"content": f"[{json.dumps(READ)}, {{"}), wire.error("slow down", code=429)]),
    ],
)
async def test_the_tasks_before_a_fault_are_proposed_and_the_fault_is_noted(events: Events) -> None:
    steps: list[Step] = []
    await plan(events, steps)
    made = proposed(steps)
    assert (lines(made.plan), made.how) == (["image-to-text(image='page.png')"], "cut off")
    assert made.notes[0].endswith(".")
    assert {type(step) for step in steps} == {Said, Drafted, CallMade, Proposed}


@pytest.mark.parametrize(
    "answer", [Reset(), Status(401), Status(429), Status(502, body="<html>"), Events([], done=False), Reply(" ")]
)
async def test_a_fault_of_the_second_call_leaves_the_first_plan(answer: Answer) -> None:
    steps: list[Step] = []
    await plan([Reply(WRONG), answer], steps)
    made = proposed(steps)
    assert [task.task for task in made.plan] == ["image-to-text", "sumarization"]
    assert any(note.startswith("Asked once more, the model gave no plan: ") for note in made.notes)


async def test_the_results_of_an_earlier_turn_are_files_that_a_plan_may_read() -> None:
    row = {"task": "summarization", "id": 0, "dep": [], "args": {"text": "hgtui-out/r1/0-image-to-text.txt"}}
    path = row["args"]["text"]  # type: ignore[index]
    files = {path: FileFact(path=path, kind=Kind.TEXT)}
    context = Context(earlier=(Turn(request="Read page.png", answer="It is a letter.", files=(path,)),))
    async with ChatServer(Reply(json.dumps({"tasks": [row]}))) as server, ChatClient(server.url, None, "m") as chat:
        steps = [step async for step in LLMPlanner(chat).plan("now summarize that in one sentence", files, context)]
        asked = await server.request()
    assert "Earlier request: Read page.png\nAnswer: It is a letter." in asked.last
    assert f'Files: "{path}" (text)' in asked.last
    assert lines(proposed(steps).plan) == [f"summarization(text='{path}')"]
    assert not [step for step in steps if isinstance(step, Noticed)]
