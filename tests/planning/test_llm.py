"""The planner that asks an LLM, against a server that speaks the real wire format."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from hgtui.core.plan import MISSING
from hgtui.core.ports import CallMade, Drafted, Noticed, PlanningError, Proposed, Said, Step, Withdrawn
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import Failure
from hgtui.llm.client import ChatClient
from hgtui.llm.retry import RetryPolicy
from hgtui.planning.asking import Unreadable
from hgtui.planning.llm import LLMPlanner
from tests.planning.shown import drafted, lines, proposed
from tests.servers import wire
from tests.servers.chat import ChatServer, Reply, Status, closed_port_url
from tests.servers.gate import Gate
from tests.servers.replies import Events

READ = {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "page.png"}}
SUM = {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}}
FILES = {"page.png": FileFact(path="page.png", kind=Kind.IMAGE)}
EXPECTED = ["image-to-text(image='page.png')", "summarization(text='<0>')"]
KEY = "sk-very-secret-0123456789"


async def at_once(_: float) -> None:
    """A wait that passes at once."""


def client(url: str, tries: int = 1) -> ChatClient:
    return ChatClient(url, KEY, "test-model", retries=RetryPolicy(tries=tries), sleep=at_once)


async def ask(script: Any, request: str = "Read page.png and summarize it", tries: int = 1) -> list[Step]:
    async with ChatServer(script) as server, client(server.url, tries) as chat:
        return [step async for step in LLMPlanner(chat).plan(request, FILES)]


async def refused(script: Any) -> PlanningError:
    with pytest.raises(PlanningError) as caught:
        await ask(script)
    return caught.value


@pytest.mark.parametrize("pieces", [wire.words, wire.characters, lambda text: [text]])
@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_reply_becomes_a_plan_wherever_it_is_cut(pieces: Any, wrapped: bool) -> None:
    data = {"tasks": [READ, SUM]} if wrapped else [READ, SUM]
    steps = await ask(Reply(json.dumps(data, indent=1), pieces=pieces, split=wire.by(7)))
    made = proposed(steps)
    assert lines(made.plan) == EXPECTED
    assert made.notes == ()
    assert tuple(step.task for step in drafted(steps)) == made.plan.tasks
    assert (made.plan.request, made.plan.planner) == ("Read page.png and summarize it", "test-model")
    assert "".join(step.text for step in steps if isinstance(step, Said)) == json.dumps(data, indent=1)


async def test_a_task_is_drafted_while_the_model_is_still_writing() -> None:
    gate = Gate()
    first = f"[{json.dumps(READ)}"
    reply = Reply(
        pieces=lambda text: [first, f", {json.dumps(SUM)}]"] if text else [], text=".", gate=gate, hold_after=1
    )
    async with ChatServer(reply) as server, client(server.url) as chat:
        steps: list[Step] = []
        async for step in LLMPlanner(chat).plan("Read page.png", FILES):
            steps.append(step)
            if isinstance(step, Drafted) and not gate.reached.is_set:
                await gate.reached.wait()
            if isinstance(step, Drafted) and len(drafted(steps)) == 1:
                gate.release()
    assert [type(step) for step in steps] == [Said, Drafted, Said, Drafted, CallMade, Proposed]


async def test_a_reference_to_a_task_that_comes_later_is_right_in_the_end() -> None:
    steps = await ask(Reply(json.dumps([SUM, READ])))
    first = drafted(steps)[0].task
    assert first.args["text"].refs[0].uid == f"{MISSING}0"
    made = proposed(steps).plan
    assert [task.uid for task in made] == [step.task.uid for step in drafted(steps)]
    assert made.tasks[0].args["text"].refs[0].uid == made.tasks[1].uid


async def test_an_empty_list_is_a_plan_without_tasks_and_says_so() -> None:
    made = proposed(await ask(Reply("[]")))
    assert not made.plan.tasks
    assert made.notes == ("The model found no task in the request.",)


async def test_what_the_model_thinks_aloud_is_said_apart_and_not_read() -> None:
    steps = await ask(Reply(json.dumps([READ]), reasoning="[{ I think"))
    assert "".join(step.text for step in steps if isinstance(step, Said) and step.reasoning) == "[{ I think"
    assert lines(proposed(steps).plan) == EXPECTED[:1]


async def test_the_call_is_recorded_with_its_tokens_and_without_the_key() -> None:
    steps = await ask(Reply(json.dumps([READ]), prompt_tokens=321))
    (made,) = [step for step in steps if isinstance(step, CallMade)]
    assert (made.model, made.tokens_in, made.estimated) == ("test-model", 321, False)
    assert json.loads(made.record["reply"]) == [READ]
    assert KEY not in json.dumps(made.record)


async def test_the_request_and_the_files_go_to_the_model_under_the_name_of_the_stage() -> None:
    async with ChatServer(Reply("[]")) as server, client(server.url) as chat:
        async for _ in LLMPlanner(chat).plan("Read page.png", FILES):
            pass
        asked = await server.request()
    assert asked.system.startswith("Task planning\n")
    assert asked.last == 'Files: "page.png" (image)\nRequest: Read page.png'


async def test_a_retry_is_noticed_before_the_reply() -> None:
    steps = await ask([Status(503, "busy"), Reply(json.dumps([READ]))], tries=2)
    assert isinstance(steps[0], Noticed)
    assert "503" in steps[0].text
    assert lines(proposed(steps).plan) == EXPECTED[:1]


@pytest.mark.parametrize(
    "reply",
    [
        f"Sure! Here is the plan:\n{json.dumps([READ, SUM])}\nAnything else?",
        f"```json\n{json.dumps([READ, SUM], indent=2)}\n```",
        f"{json.dumps(READ)}\n{json.dumps(SUM)}",
        json.dumps({"plan": [READ, SUM]}),
    ],
)
@pytest.mark.parametrize("pieces", [wire.words, wire.characters, lambda text: [text]])
async def test_a_plan_in_anything_is_drafted_and_read(reply: str, pieces: Any) -> None:
    steps = await ask(Reply(reply, pieces=pieces))
    assert lines(proposed(steps).plan) == EXPECTED
    assert tuple(step.task for step in drafted(steps)) == proposed(steps).plan.tasks


async def test_taskbench_form_is_drafted_as_it_comes() -> None:
    nodes = [
        {"task": "Image-to-Text", "arguments": ["page.png"]},
        {"task": "Summarization", "arguments": ["<node-0>"]},
    ]
    steps = await ask(Reply(json.dumps({"task_steps": ["a", "b"], "task_nodes": nodes, "task_links": []})))
    assert lines(proposed(steps).plan) == EXPECTED
    assert tuple(step.task for step in drafted(steps)) == proposed(steps).plan.tasks


async def test_a_broken_reply_is_repaired_and_says_so() -> None:
    made = proposed(await ask(Reply(f"[{json.dumps(READ)} {json.dumps(SUM)},]")))
    assert (lines(made.plan), made.how) == (EXPECTED, "repaired")


@pytest.mark.parametrize(
    ("reply", "line", "column"),
    [("I cannot do that.", 1, 1), ('Well:\n  {"answer": 42}', 2, 3), ('[{"id": 1}, {"id": 2}]', 1, 1)],
)
async def test_a_reply_with_no_plan_is_asked_for_once_more_and_then_unreadable_with_its_place(
    reply: str, line: int, column: int
) -> None:
    steps: list[Step] = []
    async with ChatServer([Reply("first"), Reply(reply)]) as server, client(server.url) as chat:
        with pytest.raises(Unreadable) as caught:
            async for step in LLMPlanner(chat).plan("Read page.png", FILES):
                steps.append(step)
        assert len(server.requests) == 2
    error = caught.value
    assert (error.failure, error.raw, error.line, error.column) == (Failure.UNREADABLE, reply, line, column)
    assert f"line {line}, column {column}" in error.message
    assert error.hint
    assert [type(step) for step in steps if not isinstance(step, Said)] == [CallMade, Noticed, Withdrawn, CallMade]


async def test_what_is_wrong_with_a_reply_is_quoted_to_the_model() -> None:
    replies = [Reply("Read it, then sum it up."), Reply(json.dumps([READ, SUM]))]
    async with ChatServer(replies) as server, client(server.url) as chat:
        steps = [step async for step in LLMPlanner(chat).plan("Read page.png", FILES)]
        again = await server.request(2)
    assert lines(proposed(steps).plan) == EXPECTED
    assert [message["role"] for message in again.messages] == ["system", "user", "assistant", "user"]
    assert again.messages[2]["content"] == "Read it, then sum it up."
    assert "There is no list of tasks in the reply" in again.last
    (noticed,) = [step for step in steps if isinstance(step, Noticed)]
    assert "Asking the model once more" in noticed.text


async def test_errors_of_the_plan_are_quoted_once_and_the_better_plan_is_proposed() -> None:
    wrong = {**SUM, "task": "sumarization"}
    replies = [Reply(json.dumps([READ, wrong])), Reply(json.dumps([READ, SUM]))]
    async with ChatServer(replies) as server, client(server.url) as chat:
        steps = [step async for step in LLMPlanner(chat).plan("Read page.png", FILES)]
        again = await server.request(2)
    assert "There is no task type “sumarization”" in again.last
    assert lines(proposed(steps).plan) == EXPECTED
    assert [type(step) for step in steps if not isinstance(step, Said)] == [
        Drafted, Drafted, CallMade, Noticed, Withdrawn, Drafted, Drafted, CallMade, Proposed,
    ]  # fmt: skip


@pytest.mark.parametrize("second", [Reply("no"), Status(500), Reply("[{'task': 'x'}, {'task': 'y'}]")])
async def test_a_plan_with_errors_stays_where_the_second_reply_is_worse(second: Any) -> None:
    wrong = json.dumps([READ, {**SUM, "task": "sumarization"}])
    made = proposed(await ask([Reply(wrong), second]))
    assert [task.task for task in made.plan] == ["image-to-text", "sumarization"]
    assert any(note.startswith("Asked once more") for note in made.notes)


async def test_errors_that_lie_in_files_are_for_the_person_and_cost_no_second_call() -> None:
    missing = {**READ, "args": {"image": "other.png"}}
    async with ChatServer(Reply(json.dumps([missing]))) as server, client(server.url) as chat:
        async for _ in LLMPlanner(chat).plan("Read page.png", FILES):
            pass
        assert len(server.requests) == 1


async def test_a_reply_that_is_cut_at_the_limit_of_tokens_gives_its_tasks_and_says_so() -> None:
    made = proposed(await ask(Reply(f"[{json.dumps(READ)}, {json.dumps(SUM)[:30]}", finish="length")))
    assert (lines(made.plan), made.how) == (EXPECTED[:1], "cut off")
    assert "limit of tokens" in made.notes[0]
    assert made.notes[1].startswith("The reply ends in the middle of: ")


async def test_a_reply_cut_before_its_first_task_is_not_asked_for_again() -> None:
    async with ChatServer(Reply('[{"task": "image', finish="length")) as server, client(server.url) as chat:
        with pytest.raises(Unreadable, match="limit of tokens"):
            async for _ in LLMPlanner(chat).plan("Read page.png", FILES):
                pass
        assert len(server.requests) == 1


async def test_reasoning_before_a_lone_end_tag_is_taken_back() -> None:
    thought, plan = f"I could [{json.dumps(SUM)}]", json.dumps([READ, SUM])
    steps = await ask(Reply(f"{thought}\n</think>\n{plan}"))
    assert lines(proposed(steps).plan) == EXPECTED
    withdrawn = next(number for number, step in enumerate(steps) if isinstance(step, Withdrawn))
    assert tuple(step.task for step in drafted(steps[withdrawn:])) == proposed(steps).plan.tasks
    assert any(isinstance(step, Said) and step.reasoning for step in steps)


async def test_the_reply_is_asked_for_in_the_form_of_a_plan_and_a_server_that_refuses_is_asked_without() -> None:
    refusal = Status(400, "response_format is not supported")
    replies = [refusal, refusal, Reply(json.dumps([READ, SUM]))]
    async with ChatServer(replies) as server, client(server.url) as chat:
        steps = [step async for step in LLMPlanner(chat).plan("Read page.png", FILES)]
        asked = [request.body.get("response_format") for request in server.requests]
    assert lines(proposed(steps).plan) == EXPECTED
    assert [form and form["type"] for form in asked] == ["json_schema", "json_object", None]
    assert asked[0]["json_schema"]["schema"]["required"] == ["tasks"]


async def test_a_model_that_says_nothing_is_told() -> None:
    error = await refused(Reply("  "))
    assert error.failure is Failure.EMPTY


async def test_a_connection_that_breaks_keeps_the_whole_tasks_that_came() -> None:
    begun = f"[{json.dumps(READ)}, "
    made = proposed(await ask(Events([wire.chunk("test-model", {"content": begun})], cut=True)))
    assert (lines(made.plan), made.how) == (EXPECTED[:1], "cut off")
    assert "broke off" in made.notes[0]


async def test_a_connection_that_breaks_before_the_first_task_keeps_what_was_said() -> None:
    error = await refused(Events([wire.chunk("test-model", {"content": '[{"task": "i'})], cut=True))
    assert (error.failure, error.raw) == (Failure.TRANSPORT, '[{"task": "i')
    assert error.hint


@pytest.mark.parametrize(
    ("status", "failure"), [(401, Failure.ACCESS), (402, Failure.CREDITS), (404, Failure.NO_MODEL)]
)
async def test_what_the_server_refuses_is_told_in_its_own_class(status: int, failure: Failure) -> None:
    error = await refused(Status(status))
    assert error.failure is failure
    assert error.message.endswith(".")
    assert KEY not in error.message + error.hint + error.raw


async def test_a_server_that_is_not_there_is_a_failure_of_transport() -> None:
    async with client(closed_port_url()) as chat:
        with pytest.raises(PlanningError) as caught:
            async for _ in LLMPlanner(chat).plan("Read page.png", {}):
                pass
    assert caught.value.failure is Failure.TRANSPORT


async def test_what_the_model_says_is_cleaned_and_cannot_set_what_is_the_persons() -> None:
    row = {
        **READ,
        "args": {"image": "pa\x1b]52;c;ge.png\u202e"},
        "policy": "auto",
        "locked": ["task"],
        "uid": "t9",
        "why": 1,
    }
    steps = await ask(Reply(json.dumps([row], ensure_ascii=False).replace("\\u001b", "\x1b")))
    made = proposed(steps)
    (task,) = made.plan.tasks
    assert (task.uid, task.locked) == ("t1", ())
    assert task.args["image"].literal == "pa]52;c;ge.png"
    assert sum("not for a model to set" in note for note in made.notes) == 3
    assert any("“why” is not read" in note for note in made.notes)
    assert not any("\x1b" in step.text for step in steps if isinstance(step, Said))


async def test_to_stop_listening_hangs_up() -> None:
    gate = Gate()
    async with (
        ChatServer(Reply(json.dumps([READ, SUM]), gate=gate, hold_after=3)) as server,
        client(server.url) as chat,
    ):
        async with aclosing(LLMPlanner(chat).plan("Read page.png", FILES)) as steps:
            await anext(steps)
            await gate.reached.wait()  # the server listens for the end of the connection from here on
        await asyncio.wait_for((await server.request()).gone.wait(), 30)


async def test_an_empty_request_never_reaches_the_server() -> None:
    async with ChatServer(Reply("[]")) as server, client(server.url) as chat:
        with pytest.raises(PlanningError) as caught:
            async for _ in LLMPlanner(chat).plan(" \n", {}):
                pass
        assert server.requests == []
    assert caught.value.failure is Failure.BAD_INPUT
