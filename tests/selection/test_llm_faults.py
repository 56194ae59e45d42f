"""Every fault of a server at the stage of model selection: the ranking stands in, and the person is told why."""

import json

import pytest

from hgtui.core.ports import Chosen
from hgtui.llm.values import Timeouts
from hgtui.selection.llm import MOST_REPLY, LLMSelector
from tests.llm.asking import KEY, client
from tests.llm.test_faults import CASES, SOME
from tests.selection.table import asked_for, calls, chosen, heard, name, notices, picked, plan_of, reply, rows, table
from tests.servers import wire
from tests.servers.chat import ChatServer, Reply, Request, Status, closed_port_url
from tests.servers.replies import Answer, Body, Drip, Events, Hang

PLAN = plan_of(3)


def by_ranking(items: list[object]) -> None:
    assert chosen(items) == {task.uid: (name(PLAN, task.uid, 0), "ranking") for task in PLAN}  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", CASES)
async def test_each_fault_leaves_the_choice_to_the_ranking_and_is_told(fault: str) -> None:
    items = await picked(CASES[fault].answer, PLAN)
    by_ranking(items)  # type: ignore[arg-type]
    words = notices(items)[-1]
    assert CASES[fault].sentence.rstrip(".") in words
    assert "The first of the ranking stands in: hub:org/summarization-0 for task 1" in words
    assert KEY not in words and "Traceback" not in words and "\n" not in words


async def test_a_server_that_is_not_there_leaves_the_choice_to_the_ranking() -> None:
    async with client(closed_port_url()) as chat:
        items = await heard(LLMSelector(chat), PLAN, table(PLAN))
    by_ranking(items)  # type: ignore[arg-type]
    assert "cannot be reached" in notices(items)[-1]


@pytest.mark.parametrize(
    ("answer", "limits", "sentence"),
    [
        (Hang(), Timeouts(silence=0.05), "said nothing for 0.05 s"),
        (Drip(), Timeouts(total=0.3), "did not finish within 0.3 s"),
        (Drip(delta={"content": "x"}), Timeouts(total=0.3), "did not finish within 0.3 s"),
    ],
)
async def test_a_server_that_never_ends_is_given_up(answer: Answer, limits: Timeouts, sentence: str) -> None:
    async with ChatServer(answer) as server, client(server.url, timeouts=limits) as chat:
        items = await heard(LLMSelector(chat), PLAN, table(PLAN))
        await (await server.request()).gone.wait()
    by_ranking(items)  # type: ignore[arg-type]
    assert sentence in notices(items)[-1]


async def test_rows_that_came_before_the_stream_broke_off_are_kept() -> None:
    begun = reply(PLAN, {"t1": 2, "t2": 3})[:-1] + ', {"task": 3, "model": "hub:org/'
    items = await picked(Events([wire.chunk("m", {"content": begun})], cut=True), PLAN)
    assert chosen(items) == {
        "t1": (name(PLAN, "t1", 2), "selector"),
        "t2": (name(PLAN, "t2", 3), "selector"),
        "t3": (name(PLAN, "t3", 0), "ranking"),
    }
    assert "broke off" in notices(items)[-1] and "task 3" in notices(items)[-1]
    assert len(calls(items)) == 1


async def test_an_error_after_the_last_row_loses_nothing_and_is_told() -> None:
    whole = reply(PLAN, {"t1": 1, "t2": 1, "t3": 1})
    items = await picked(Events([wire.chunk("m", {"content": whole})], cut=True), PLAN)
    assert {by for _, by in chosen(items).values()} == {"selector"}
    assert "broke off" in notices(items)[-1]


async def test_one_shard_that_fails_does_not_touch_the_other() -> None:
    plan = plan_of(8)

    def script(request: Request) -> Answer:
        numbers = asked_for(request.last)
        if 1 in numbers:
            return Status(500, "boom")
        return Reply(reply(plan, {f"t{number}": 1 for number in numbers}))

    made = chosen(await picked(script, plan))
    assert len(made) == 8
    assert sorted(by for _, by in made.values()) == ["ranking"] * 4 + ["selector"] * 4


async def test_a_reply_cut_at_the_limit_of_tokens_keeps_its_rows_and_says_so() -> None:
    items = await picked(Reply(reply(PLAN, {"t1": 1, "t2": 2})[:-1] + ', {"task": 3, "mo', finish="length"), PLAN)
    assert {uid: by for uid, (_, by) in chosen(items).items()} == {"t1": "selector", "t2": "selector", "t3": "ranking"}
    assert "The reply on models was cut off." in notices(items)


async def test_a_name_that_is_cut_off_is_not_taken_for_a_shorter_one() -> None:
    plan = plan_of(1)
    few = table(plan)["t1"]
    longer = few[1].model_copy(update={"name": f"{few[0].name}5", "model": f"{few[0].model}5"})
    cut = json.dumps(rows(plan, {"t1": 0}))[: -len('", "reason": "because 0"}]')]
    async with ChatServer([Reply(cut, finish="length"), Status(500)]) as server, client(server.url) as chat:
        items = await heard(LLMSelector(chat), plan, {"t1": (longer, few[0])})
    assert chosen(items) == {"t1": (longer.name, "ranking")}


@pytest.mark.parametrize(
    "text",
    [
        "I cannot choose.",
        "[]",
        "{}",
        "null",
        '"hub:org/summarization-0"',
        "[1, 2, 3]",
        '[{"task": 9, "model": "x"}]',
        "[" * 50_000,
    ],
)
async def test_right_json_of_the_wrong_shape_and_prose_leave_the_choice_to_the_ranking(text: str) -> None:
    items = await picked(Reply(text, pieces=lambda whole: [whole]), PLAN)
    by_ranking(items)  # type: ignore[arg-type]
    assert "says nothing that can be read of tasks" in notices(items)[-1]


async def test_a_reply_without_end_is_given_up() -> None:
    items = await picked(Reply("x" * (MOST_REPLY + 1), pieces=lambda text: [text[:60_000], text[60_000:]]), PLAN)
    by_ranking(items)  # type: ignore[arg-type]
    assert "is longer than 100,000 characters" in notices(items)[-1]


async def test_a_fault_when_a_task_is_asked_again_leaves_that_task_to_the_ranking() -> None:
    bad = [*rows(PLAN, {"t1": 1, "t2": 1}), {"task": 3, "model": "hub:made/up"}]
    items = await picked([Reply(json.dumps(bad)), Body(b"{")], PLAN)
    assert {uid: by for uid, (_, by) in chosen(items).items()} == {"t1": "selector", "t2": "selector", "t3": "ranking"}
    assert "not the JSON" in notices(items)[-1]


async def test_a_prompt_that_the_server_cut_is_told() -> None:
    items = await picked(Reply(reply(PLAN, {"t1": 1, "t2": 1, "t3": 1}), prompt_tokens=12), PLAN)
    assert any("it has cut it" in words for words in notices(items))
    assert all(isinstance(item, Chosen) for item in items[:3])


def test_the_faults_are_those_of_the_client() -> None:
    assert len(CASES) > 30 and SOME
