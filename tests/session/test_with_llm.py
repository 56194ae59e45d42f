"""A whole run with an LLM at every stage: revisions, rounds, requests without a task, calls as they are kept, limits."""

import json
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.edits import Set
from hgtui.core.ports import Turn
from hgtui.core.run import fold
from hgtui.core.states import Failure, Outcome
from hgtui.core.states import Stage as RunStage
from hgtui.llm.budget import Budget
from hgtui.session.journal import Journal
from hgtui.session.store import Records
from tests.servers.chat import ChatServer, Reply, Request
from tests.servers.gate import Gate
from tests.servers.replies import Answer, Hang
from tests.session.llm_stage import CHAIN, KEY, Script, asked, llm_stage, planned, row, stage_of
from tests.session.staging import Stage

YES = {"approve_by": "--yes", "attended": False}
SHORTER = planned(row(1, "another text"), row(2, "<GENERATED>-1", 1, kind="translation"))


def revising(*answers: Answer) -> Script:
    return Script(planning=[planned(*CHAIN), *answers])


def content(path: Path) -> bytes:
    return path.read_bytes()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def rows(plan: Any) -> list[str]:
    return [canonical(task.model_dump(mode="json")) for task in plan]


async def test_a_revision_stands_beside_the_plan_until_it_is_taken_and_can_be_undone(tmp_path: Path) -> None:
    async with ChatServer(revising(SHORTER)) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate()
        before = run.run.draft
        proposed = await run.after(cmd.Comment(text="Translate it instead"), kind=ev.RevisionProposed)
        assert run.run.draft == before
        assert "Translate it instead" in asked(server, RunStage.PLANNING)[1].last
        assert [task.task for task in proposed.plan] == ["summarization", "translation"]
        opened = await run.after(cmd.TakeRevision(), kind=ev.GateOpened)
        assert opened.approvable
        assert rows(run.run.draft.plan) == rows(proposed.plan)
        await run.after(cmd.Undo(), kind=ev.GateOpened)
        assert rows(run.run.draft.plan) == rows(before.plan)
        await run.after(cmd.Redo(), kind=ev.GateOpened)
        assert rows(run.run.draft.plan) == rows(proposed.plan)
        run.approve()
        assert (await run.end()).exit == 0
        assert run.states() == {"t1": "done", "t2": "done"}


async def test_a_revision_that_is_dropped_leaves_the_plan_and_its_gate(tmp_path: Path) -> None:
    async with ChatServer(revising(SHORTER)) as server, llm_stage(tmp_path, server.url) as run:
        opened = await run.gate()
        before = rows(run.run.draft.plan)
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionProposed)
        await run.after(cmd.DropRevision(), kind=ev.RevisionClosed)
        assert (run.run.revision, run.run.gate, rows(run.run.draft.plan)) == (None, opened, before)


async def test_what_a_person_set_comes_back_byte_for_byte(tmp_path: Path) -> None:
    async with ChatServer(revising(SHORTER)) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate()
        mine = "Mine, “exactly”\tas I wrote it."
        await run.after(cmd.EditPlan(edit=Set(uid="t1", name="text", value=mine)), kind=ev.GateOpened)
        before = rows(run.run.draft.plan)
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionProposed)
        await run.after(cmd.TakeRevision(), kind=ev.GateOpened)
        after = rows(run.run.draft.plan)
        assert after[0] == before[0]
        assert after[1] != before[1]
        assert run.run.draft.plan["t1"].args["text"].literal == mine


async def test_what_a_person_sets_while_the_planner_revises_holds_too(tmp_path: Path) -> None:
    gate = Gate()
    held = Reply(SHORTER.text, gate=gate)
    async with ChatServer(revising(held)) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate()
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionBegun)
        await gate.reached.wait()
        await run.after(cmd.EditPlan(edit=Set(uid="t1", name="text", value="mine")), kind=ev.GateOpened)
        gate.release()
        await run.until(lambda: run.run.revision)
        await run.after(cmd.EditPlan(edit=Set(uid="t2", name="text", value="mine too")), kind=ev.GateOpened)
        await run.after(cmd.TakeRevision(), kind=ev.GateOpened)
        texts = [task.args["text"].literal for task in run.run.draft.plan]
    assert texts == ["mine", "mine too"]


async def test_stop_during_a_revision_ends_the_revision_alone(tmp_path: Path) -> None:
    async with ChatServer(revising(Hang())) as server, llm_stage(tmp_path, server.url) as run:
        opened = await run.gate()
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionBegun)
        request = await server.request(3)
        closed = await run.after(cmd.Stop(), kind=ev.RevisionClosed)
        await request.gone.wait()
        assert (closed.taken, closed.message) == (False, "The revision was stopped.")
        assert (run.run.gate, run.run.ended) == (opened, False)
        run.approve()
        assert (await run.end()).exit == 0


async def test_an_approval_lets_a_revision_under_way_go_and_runs_what_was_seen(tmp_path: Path) -> None:
    async with ChatServer(revising(Hang())) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate()
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionBegun)
        request = await server.request(3)
        run.approve()
        assert (await run.end()).exit == 0
        await request.gone.wait()
        assert [one.taken for one in run.all(ev.RevisionClosed)] == [False]
        assert [task.task for task in run.run.draft.plan] == ["summarization"] * 2


async def test_an_approval_lets_a_revision_that_was_not_taken_go(tmp_path: Path) -> None:
    async with ChatServer(revising(SHORTER)) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate()
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionProposed)
        run.approve()
        assert (await run.end()).exit == 0
        assert [one.message for one in run.all(ev.RevisionClosed)] == ["The plan was approved as it stood."]
        assert run.run.revision is None


async def test_a_revision_that_a_killed_process_left_open_does_not_bar_the_next(tmp_path: Path) -> None:
    other = tmp_path / "other"
    async with ChatServer(revising(Hang(), SHORTER)) as server:
        async with llm_stage(tmp_path, server.url) as run:
            await run.gate()
            await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionBegun)
            await server.request(3)
            left = await run.entries()
        async with Journal.open(other) as journal:
            for entry in left:
                await journal.append(entry.run, entry.event, entry.at)
        assert fold(left).comment == "Translate it"
        async with llm_stage(other, server.url, run=fold(left)) as again:
            await again.until(lambda: again.all(ev.RevisionClosed))
            proposed = await again.after(cmd.Comment(text="Translate it"), kind=ev.RevisionProposed)
    assert [task.task for task in proposed.plan] == ["summarization", "translation"]


async def test_the_next_round_works_on_the_turn_before(tmp_path: Path) -> None:
    out = tmp_path / "here" / "hgtui-out"
    async with ChatServer(Script()) as server, llm_stage(tmp_path, server.url, out=out, **YES) as first:
        first.send(cmd.Submit(request="Sum up my letter"))
        await first.end()
        (turn,) = first.run.turns
    (path, *_) = turn.files
    assert content(Path(path)) == b"SOME TEXT"
    script = Script(planning=planned(row(1, path)))
    async with ChatServer(script) as server, llm_stage(tmp_path, server.url, **YES) as second:
        second.send(cmd.Submit(request="now summarize that in one sentence", earlier=(turn,)))
        ended = await second.end()
        (planning,), (answering,) = asked(server, RunStage.PLANNING), asked(server, RunStage.RESPONSE)
        assert ended.exit == 0
        assert [given.text for given in second.work.calls[0].inputs["text"]] == ["SOME TEXT"]
        for told in (planning.last, answering.last):
            assert "Sum up my letter" in told and "It is done" in told
        assert path in planning.last
        assert [one.request for one in second.run.turns] == ["Sum up my letter", "now summarize that in one sentence"]


async def test_a_request_without_a_task_gets_a_plain_reply_and_no_gate(tmp_path: Path) -> None:
    script = Script(planning=planned(), response=Reply("You are welcome."))
    async with ChatServer(script) as server, llm_stage(tmp_path, server.url) as run:
        earlier = (Turn(request="Sum it up", answer="It is short."),)
        run.send(cmd.Submit(request="Thanks, that was all", earlier=earlier))
        ended = await run.end()
        assert (ended.outcome, ended.exit) == (Outcome.ANSWERED, 0)
        assert [(one.text, one.by) for one in run.all(ev.Answered)] == [("You are welcome.", "test-model")]
        assert not run.all(ev.GateOpened) and not run.all(ev.Approved)
        assert len(server.requests) == 2
        assert "It is short." in json.dumps(server.requests[1].messages)
        assert [call.stage for call in run.run.calls] == [RunStage.PLANNING, RunStage.RESPONSE]


async def test_each_call_is_kept_with_its_exact_messages_and_without_the_key(tmp_path: Path) -> None:
    async with ChatServer(Script()) as server, llm_stage(tmp_path, server.url, controller=True, **YES) as run:
        run.send(cmd.Submit(request="Sum up my letter"))
        await run.end()
        calls = run.all(ev.Called)
        records = Records(run.equipment.artifacts, {})
        kept = [json.loads((await records.load(call.record))[2]) for call in calls]
        stages = [call.stage for call in calls]
    assert stages == [RunStage.PLANNING, RunStage.EXECUTION, RunStage.EXECUTION, RunStage.RESPONSE]
    assert [call.uid for call in calls] == [None, "t1", "t2", None]
    for call, record, request in zip(calls, kept, server.requests, strict=True):
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert [(one["role"], one["content"]) for one in record["messages"]] == [
            (one["role"], one["content"]) for one in request.messages
        ]
        body = {name: value for name, value in request.body.items() if name != "messages"}
        assert record["params"] == body
        assert (call.tokens_in > 0, call.tokens_out > 0, call.estimated) == (True, True, False)
    assert [record["reply"] for record in kept][1:] == ["Made by the controller."] * 2 + ["It is done [1] [2]."]
    assert len(files_in(tmp_path)) > 8
    assert not [path for path in files_in(tmp_path) if KEY.encode() in content(path)]


async def test_an_answer_by_the_program_keeps_every_result_from_the_server(tmp_path: Path) -> None:
    async with ChatServer(Script()) as server, llm_stage(tmp_path, server.url, answer=False, **YES) as run:
        run.send(cmd.Submit(request="Sum up my letter"))
        ended = await run.end()
    assert (ended.outcome, ended.exit) == (Outcome.ANSWERED, 0)
    assert {stage_of(request) for request in server.requests} == {RunStage.PLANNING, RunStage.SELECTION}
    assert not [request for request in server.requests if b"SOME TEXT" in request.raw]
    (answered,) = run.all(ev.Answered)
    assert (answered.by, "SOME TEXT" in answered.text) == ("program", True)


# Limits

PRICE = 2.0
"""US dollars for a million tokens."""
AT = [RunStage.PLANNING, RunStage.SELECTION, RunStage.EXECUTION, RunStage.RESPONSE]


def lives_on(run: Stage, ended: ev.RunEnded, at: RunStage, name: str) -> None:
    """Check how a run goes on whose limit was reached at a stage, and that it says what to do."""
    way_out = f'Raise "{name}" under limits in the configuration'
    logged = " ".join(one.text for one in run.all(ev.Logged))
    if at is RunStage.PLANNING:
        (failed,) = run.all(ev.PlanningFailed)
        assert (ended.exit, failed.failure) == (1, Failure.REFUSED)
        assert way_out in failed.hint and failed.message.endswith(".")
        return
    if at is RunStage.EXECUTION:
        (task,) = run.all(ev.TaskFailed)
        assert (ended.exit, task.failure) == (1, Failure.REFUSED)
        assert way_out in task.hint and task.message.endswith(".")
    else:
        assert (ended.outcome, ended.exit) == (Outcome.DEGRADED, 0)
        assert {one.chosen_by for one in run.run.draft.assignments.values()} <= (
            {"ranking"} if at is RunStage.SELECTION else {"selector", "only"}
        )
    assert way_out in logged
    assert run.all(ev.Answered)[0].by == "program"


async def spent_before(at: RunStage, tmp_path: Path) -> int:
    """Return the tokens that a run takes before a stage."""
    async with (
        ChatServer(Script()) as server,
        llm_stage(tmp_path, server.url, controller=at is RunStage.EXECUTION, **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        await run.end()
        before = [call for call in run.run.calls if AT.index(call.stage) < AT.index(at)]
        return sum(call.tokens_in + call.tokens_out for call in before)


@pytest.mark.parametrize("name", ["tokens", "usd"])
@pytest.mark.parametrize("at", AT)
async def test_a_limit_ends_in_a_sentence_with_the_way_out_at_each_stage(
    at: RunStage, name: str, tmp_path: Path
) -> None:
    tokens = await spent_before(at, tmp_path) + 20
    budget = Budget(tokens=tokens) if name == "tokens" else Budget(usd=tokens * PRICE / 1e6)
    async with (
        ChatServer(Script()) as server,
        llm_stage(tmp_path, server.url, budget=budget, price=PRICE, controller=at is RunStage.EXECUTION, **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        lives_on(run, await run.end(), at, name)
        assert not asked(server, at)
        assert budget.spent.tokens <= tokens


@pytest.mark.parametrize("at", AT[1:])
async def test_a_limit_of_seconds_ends_in_a_sentence_with_the_way_out(at: RunStage, tmp_path: Path) -> None:
    clock = [0.0]
    # The call right before: the controller as a candidate leaves nothing to choose.
    before = {RunStage.RESPONSE: RunStage.SELECTION}.get(at, RunStage.PLANNING)

    def late(request: Request) -> Answer:
        if stage_of(request) is before:
            clock[0] += 100
        return Script()(request)

    budget = Budget(seconds=60, clock=lambda: clock[0])
    async with (
        ChatServer(late) as server,
        llm_stage(tmp_path, server.url, budget=budget, controller=at is RunStage.EXECUTION, **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        lives_on(run, await run.end(), at, "seconds")
        assert not asked(server, at)


async def test_a_call_that_takes_longer_than_the_limit_of_seconds_is_cut_off(tmp_path: Path) -> None:
    async with (
        ChatServer(Script(planning=Hang())) as server,
        llm_stage(tmp_path, server.url, budget=Budget(seconds=0.05), **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        lives_on(run, await run.end(), RunStage.PLANNING, "seconds")
        await (await server.request()).gone.wait()
