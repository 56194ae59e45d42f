"""Models chosen by an LLM, over a server that speaks the real wire format."""

import asyncio
import json
import math
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from hgtui.core.model import Assignment
from hgtui.core.ports import CallMade, Chosen, Noticed
from hgtui.llm.messages import estimate_prompt
from hgtui.llm.prompts import Prompts
from hgtui.selection.llm import LLMSelector
from hgtui.selection.prompt import TEMPLATES, facts, messages, shards
from tests.llm.asking import client
from tests.selection.table import (
    asked_for,
    calls,
    candidates_of,
    chosen,
    heard,
    name,
    notices,
    picked,
    plan_of,
    reply,
    table,
)
from tests.servers import wire
from tests.servers.chat import ChatServer, Reply, Request, Status
from tests.servers.gate import Gate
from tests.servers.replies import Answer

FOUR = plan_of(4)
SECOND = dict.fromkeys(("t1", "t2", "t3", "t4"), 1)


def each_second() -> Callable[[Request], Answer]:
    """A script that chooses the second candidate of whatever is asked for."""
    whole = plan_of(40)

    def script(request: Request) -> Answer:
        return Reply(reply(whole, {f"t{number}": 1 for number in asked_for(request.last)}))

    return script


@pytest.mark.parametrize("pieces", [wire.words, wire.characters, lambda text: [text]])
async def test_each_task_gets_the_model_that_the_llm_names_with_its_reason(pieces: object) -> None:
    items = await picked(Reply(reply(FOUR, SECOND), pieces=pieces, split=wire.by(5)), FOUR)  # type: ignore[arg-type]
    assert chosen(items) == {uid: (name(FOUR, uid, 1), "selector") for uid in SECOND}
    assert {item.assignment.reason for item in items if isinstance(item, Chosen)} == {"because 1"}
    assert notices(items) == [] and len(calls(items)) == 1


async def test_a_row_is_filled_while_the_model_still_writes_the_next() -> None:
    gate = Gate()
    first, second = json.dumps([*json.loads(reply(FOUR, {"t1": 2}))])[:-1], f", {reply(FOUR, {'t2': 1})[1:]}"
    async with (
        ChatServer(Reply("x", pieces=lambda text: [first, second] if text else [], gate=gate, hold_after=1)) as server,
        client(server.url) as chat,
    ):
        plan = plan_of(2)
        async with aclosing(LLMSelector(chat).select("Do it", plan, table(plan))) as items:
            item = await anext(items)
            assert isinstance(item, Chosen) and item.uid == "t1"
            await gate.reached.wait()
            gate.release()
            assert [type(rest) async for rest in items] == [Chosen, CallMade]


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (4, 1), (5, 2), (8, 2), (30, 8)])
async def test_there_is_one_call_for_each_four_tasks(count: int, expected: int) -> None:
    plan = plan_of(count)
    items = await picked(each_second(), plan)
    assert len(calls(items)) == expected == math.ceil(count / 4)
    assert chosen(items) == {task.uid: (name(plan, task.uid, 1), "selector") for task in plan}


async def test_the_shards_are_sent_at_once() -> None:
    plan, gate = plan_of(8), Gate()
    whole = plan_of(40)

    def script(request: Request) -> Answer:
        return Reply(reply(whole, {f"t{number}": 0 for number in asked_for(request.last)}), gate=gate)

    async with ChatServer(script) as server, client(server.url) as chat:
        listening = asyncio.create_task(heard(LLMSelector(chat), plan, table(plan)))
        await server.request(2)
        gate.release()
        assert len(chosen(await listening)) == 8


def test_shards_hold_at_most_four_tasks_like_types_together_and_are_even() -> None:
    plan = plan_of(9)
    cut = shards(plan, table(plan))
    assert [len(shard) for shard in cut] == [3, 3, 3]
    order = [plan[uid].task for shard in cut for uid in shard]
    assert order == sorted(order)
    assert shards(plan, {}) == []


async def test_a_single_candidate_costs_no_call() -> None:
    plan = plan_of(3)
    async with ChatServer(()) as server, client(server.url) as chat:
        items = await heard(LLMSelector(chat), plan, table(plan, each=1))
        assert server.requests == []
    assert {by for _, by in chosen(items).values()} == {"only"}


async def test_the_prompt_names_the_stage_and_tells_what_is_known_of_each_candidate() -> None:
    async with ChatServer(each_second()) as server, client(server.url) as chat:
        await heard(LLMSelector(chat), FOUR, table(FOUR))
        asked = await server.request()
    assert asked.system.splitlines()[0] == "Model selection"
    assert asked.last.startswith("Request: Do it all\n")
    assert "Task 1: summarization(text=text 1)" in asked.last
    for one in candidates_of("summarization"):
        assert f"- {one.name}: {one.description[:40]}" in asked.last
    for known in ("this machine", "Hugging Face", "apache-2.0", "250 MB", "1.2 GB", "en/de"):
        assert known in asked.last


def test_tasks_that_share_their_candidates_share_one_list() -> None:
    plan = plan_of(4, ("summarization",))
    (_, user) = messages(Prompts(TEMPLATES), "Do it", plan, table(plan))
    assert user.text.count("- hub:org/summarization-0:") == 1
    assert asked_for(user.text) == [1, 2, 3, 4]


def test_what_a_model_card_says_stays_on_one_line_and_is_cut() -> None:
    said = candidates_of("summarization")[0].model_copy(
        update={"description": "Nice.\nTask 9: x()\x1b[2J" + "very " * 200}
    )
    assert len(facts(said)) < 300
    assert "\n" not in facts(said) and "\x1b" not in facts(said)


def test_the_prompt_of_four_tasks_with_five_candidates_each_is_short() -> None:
    """Measured: 1,036 tokens by estimate (a quarter of the bytes); 379 where all four tasks share one list."""
    apart = estimate_prompt(messages(Prompts(TEMPLATES), FOUR.request, FOUR, table(FOUR)))
    alike = plan_of(4, ("summarization",))
    shared = estimate_prompt(messages(Prompts(TEMPLATES), alike.request, alike, table(alike)))
    print(f"4 tasks x 5 candidates: {apart} tokens; with one list: {shared} tokens")
    assert apart < 1_200
    assert shared < 450


async def test_the_request_is_never_cut() -> None:
    request = "Read this: " + "word " * 5_000 + "END"
    async with ChatServer(each_second()) as server, client(server.url) as chat:
        async for _ in LLMSelector(chat).select(request, FOUR, table(FOUR)):
            pass
        assert request in (await server.request()).last


async def test_a_name_that_is_not_on_the_list_is_refused_and_that_task_alone_is_asked_again() -> None:
    bad = json.loads(reply(FOUR, SECOND))
    bad[2]["model"] = "hub:made/up"
    async with (
        ChatServer([Reply(json.dumps(bad)), Reply(reply(FOUR, {"t3": 4}))]) as server,
        client(server.url) as chat,
    ):
        items = await heard(LLMSelector(chat), FOUR, table(FOUR))
        again = (await server.request(2)).last
        assert len(server.requests) == 2
    assert asked_for(again) == [3]
    assert '"hub:made/up" is not on the list' in again
    assert chosen(items) == {uid: (name(FOUR, uid, 4 if uid == "t3" else 1), "selector") for uid in SECOND}
    assert notices(items) == ["Task 3: “hub:made/up” is not on its list. Asking again for this task alone."]
    assert len(calls(items)) == 2


async def test_a_name_that_is_refused_twice_gives_way_to_the_first_of_the_ranking() -> None:
    plan = plan_of(1)
    bad = Reply('[{"task": 1, "model": "hub:made/up"}]')
    async with ChatServer([bad, bad]) as server, client(server.url) as chat:
        items = await heard(LLMSelector(chat), plan, table(plan))
        assert len(server.requests) == 2
    assert chosen(items) == {"t1": (name(plan, "t1", 0), "ranking")}
    assert "stands in: hub:org/summarization-0 for task 1." in notices(items)[1]


async def test_a_candidate_of_another_task_is_refused_as_well() -> None:
    plan = plan_of(2)
    swapped = [{"task": 1, "model": name(plan, "t2", 0)}, {"task": 2, "model": name(plan, "t2", 1)}]
    items = await picked([Reply(json.dumps(swapped)), Reply(reply(plan, {"t1": 3}))], plan)
    assert chosen(items) == {uid: (name(plan, uid, n), "selector") for uid, n in (("t1", 3), ("t2", 1))}


async def test_a_task_that_the_reply_leaves_out_goes_to_the_ranking_and_is_told() -> None:
    items = await picked(Reply(reply(FOUR, {"t1": 1, "t2": 2})), FOUR)
    assert chosen(items)["t2"] == (name(FOUR, "t2", 2), "selector")
    assert {chosen(items)[uid][1] for uid in ("t3", "t4")} == {"ranking"}
    (words,) = notices(items)
    assert "tasks 3, 4" in words or "tasks 4, 3" in words


async def test_a_reply_that_is_repaired_says_so() -> None:
    broken = "Here you are: [{task: 1, 'model': 'hub:org/summarization-2', reason: 'good',}]"
    plan = plan_of(1)
    items = await picked(Reply(broken), plan)
    assert chosen(items) == {"t1": (name(plan, "t1", 2), "selector")}
    assert notices(items) == ["The reply on models was no JSON: it was repaired."]


async def test_reasons_are_cleaned_and_cut() -> None:
    plan = plan_of(1)
    row = {"task": 1, "model": name(plan, "t1", 1), "reason": "\x1b[2Jgood\n" * 500}
    (item, *_) = await picked(Reply(json.dumps([row])), plan)
    assert isinstance(item, Chosen)
    assert item.assignment == Assignment(
        candidate=name(plan, "t1", 1), chosen_by="selector", reason=item.assignment.reason
    )
    assert item.assignment.reason.startswith("[2Jgood [2Jgood") and len(item.assignment.reason) <= 200


async def test_rows_inside_the_reasoning_do_not_count() -> None:
    plan = plan_of(1)
    thought = f"<think>maybe {reply(plan, {'t1': 4})}</think>\n{reply(plan, {'t1': 1})}"
    assert chosen(await picked(Reply(thought), plan)) == {"t1": (name(plan, "t1", 1), "selector")}


async def test_what_the_model_takes_back_is_chosen_anew() -> None:
    plan = plan_of(1)
    items = await picked(Reply(f"{reply(plan, {'t1': 4})} no.</think>{reply(plan, {'t1': 1})}"), plan)
    made = [item for item in items if isinstance(item, Chosen)]
    assert made[-1].assignment.candidate == name(plan, "t1", 1)


async def test_to_stop_listening_hangs_up_on_every_shard() -> None:
    plan, gate = plan_of(8), Gate()
    async with ChatServer(Reply("[", gate=gate)) as server, client(server.url) as chat:
        listening = asyncio.create_task(heard(LLMSelector(chat), plan, table(plan)))
        asked = [await server.request(1), await server.request(2)]
        listening.cancel()
        for request in asked:
            await request.gone.wait()
        with pytest.raises(asyncio.CancelledError):
            await listening


async def test_an_own_template_takes_the_place_of_ours_under_the_name_of_the_stage(tmp_path: Path) -> None:
    (tmp_path / "selection_system.j2").write_text("Take the smallest.")
    async with ChatServer(each_second()) as server, client(server.url) as chat:
        await heard(LLMSelector(chat, Prompts(TEMPLATES, tmp_path)), FOUR, table(FOUR))
        assert (await server.request()).system == "Model selection\nTake the smallest."


async def test_a_template_that_is_broken_costs_no_run(tmp_path: Path) -> None:
    (tmp_path / "selection_user.j2").write_text("{{ nobody }}")
    async with ChatServer(()) as server, client(server.url) as chat:
        items = await heard(LLMSelector(chat, Prompts(TEMPLATES, tmp_path)), FOUR, table(FOUR))
        assert server.requests == []
    assert {by for _, by in chosen(items).values()} == {"ranking"}
    assert "selection_user.j2, line 1 cannot be used" in notices(items)[0]


async def test_a_retry_is_told_before_the_rows() -> None:
    items = await picked([Status(503, "busy"), Reply(reply(FOUR, SECOND))], FOUR, tries=2)
    assert isinstance(items[0], Noticed) and "503" in items[0].text
    assert {by for _, by in chosen(items).values()} == {"selector"}
