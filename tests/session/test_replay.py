"""Replay: a recorded run is gone through again by the same engine, with nobody to ask, and the same events come of it."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.edits import Set
from hgtui.core.ports import CallError, StoreError
from hgtui.core.states import Failure
from hgtui.planning import RulePlanner
from hgtui.planning.prompt import TEMPLATES
from hgtui.session.artifacts import Artifacts
from hgtui.session.replay import Replayed, replay
from hgtui.session.results import ResultStore
from hgtui.session.sealed import sealed
from hgtui.session.tape import Tape
from tests.servers.chat import ChatServer
from tests.servers.replies import Hang, Reply, Status
from tests.session.llm_stage import CHAIN, Script, at_once, llm_stage, planned, row
from tests.session.staging import CHAIN as BY_HAND
from tests.session.staging import ByHand, FakeWork, Models, Stage, model, plan, stage, task

YES = {"approve_by": "--yes", "attended": False}
SHORTER = planned(row(1, "another text"), row(2, "<GENERATED>-1", 1, kind="translation"))


async def again(folder: Path, run: Stage, **more: Any) -> Replayed:
    """Replay the run of a stage with the network blocked."""
    artifacts = Artifacts(folder)
    try:
        with sealed():
            return await replay(await run.entries(), artifacts, **more)
    finally:
        await artifacts.aclose()


async def same(folder: Path, run: Stage) -> Replayed:
    """Replay the run of a stage and check that the same came of it."""
    found = await again(folder, run)
    assert not found.differences, "\n".join(found.differences)
    assert found.events >= 3
    assert {one.event.type for one in found.entries} >= {"run_started"}
    assert not found.new
    return found


class Trouble(FakeWork):
    """Work that fails with what the test says, task by task, before it succeeds."""

    def __init__(self, **errors: list[CallError]) -> None:
        super().__init__()
        self.errors = errors

    async def run(self, call: Any, work: Path, tell: Any) -> Any:
        waiting = self.errors.get(call.task.uid)
        if waiting:
            raise waiting.pop(0)
        return await super().run(call, work, tell)


async def test_a_run_by_rules_is_the_same_again(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    await asyncio.to_thread((here / "notes.txt").write_text, "A long story. It has an end.")
    async with stage(tmp_path, RulePlanner(), **YES) as run:  # type: ignore[arg-type]
        run.send(cmd.Submit(request="Summarize notes.txt"))
        assert (await run.end()).exit == 0
        await asyncio.to_thread((here / "notes.txt").unlink)
        found = await same(tmp_path, run)
        assert [one.event for one in found.entries] == [one.event for one in await run.entries()]


async def test_every_stage_of_an_llm_is_the_same_again_with_its_server_gone(tmp_path: Path) -> None:
    async with (
        ChatServer(Script()) as server,
        llm_stage(tmp_path, server.url, tape=Tape(), out=tmp_path / "out", **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        assert (await run.end()).exit == 0
        recorded = await run.entries()
    found = await _again(tmp_path, recorded)
    assert not found.differences
    assert sorted(map(repr, (one.event for one in found.entries))) == sorted(repr(one.event) for one in recorded)


async def _again(folder: Path, entries: list[ev.Entry], **more: Any) -> Replayed:
    artifacts = Artifacts(folder)
    try:
        with sealed():
            return await replay(entries, artifacts, **more)
    finally:
        await artifacts.aclose()


async def test_tasks_that_the_controller_does_are_asked_for_in_the_same_words(tmp_path: Path) -> None:
    async with (
        ChatServer(Script()) as server,
        llm_stage(tmp_path, server.url, tape=Tape(), controller=True, **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        await run.end()
        await same(tmp_path, run)


async def test_retries_a_stand_in_and_a_failure_come_again(tmp_path: Path) -> None:
    passing = [
        CallError(Failure.TRANSPORT, "The line broke.", "Look at it."),
        CallError(Failure.LOADING, "It loads.", retry_after=3),
    ]
    work = Trouble(t1=passing, t2=[CallError(Failure.CRASHED, "It fell over.", "Its log says why.")])
    rows = Models(model("one", place="here"), model("two", place="here"))
    async with stage(
        tmp_path,
        ByHand(plan(task("t1"), task("t2", "b"), task("t3", "c"))),
        work=work,
        models=(rows,),
        sleep=at_once,
        **YES,
    ) as run:
        work.errors["t3"] = [CallError(Failure.BAD_INPUT, "It cannot be read.", "Give another.")]
        run.send(cmd.Submit(request="go"))
        assert (await run.end()).exit == 1
        assert len(run.all(ev.TaskRetrying)) == 3
        found = await same(tmp_path, run)
    assert [one.event for one in found.entries if isinstance(one.event, ev.TaskRetrying)] == run.all(ev.TaskRetrying)


async def test_what_a_person_edits_and_approves_is_done_again_at_the_same_gate(tmp_path: Path) -> None:
    async with (
        ChatServer(Script(planning=[planned(*CHAIN), SHORTER])) as server,
        llm_stage(tmp_path, server.url, tape=Tape()) as run,
    ):
        await run.gate()
        await run.after(cmd.EditPlan(edit=Set(uid="t1", name="text", value="mine")), kind=ev.GateOpened)
        await run.after(cmd.Undo(), kind=ev.GateOpened)
        await run.after(cmd.ChooseModel(uid="t2", candidate="fake:one"), kind=ev.GateOpened)
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionProposed)
        await run.after(cmd.TakeRevision(without=("t2",)), kind=ev.GateOpened)
        run.send(cmd.Mark(uid="t1"))
        run.approve()
        assert (await run.end()).exit == 0
        recorded = await run.entries()
    found = await _again(tmp_path, recorded)
    assert not found.differences, "\n".join(found.differences)


async def test_calls_that_fail_and_are_made_again_come_again_with_their_notes(tmp_path: Path) -> None:
    script = Script(
        planning=[Status(503), planned(*CHAIN)],
        selection=[Status(500), Status(500)],
        response=Status(400),
    )
    async with ChatServer(script) as server, llm_stage(tmp_path, server.url, tape=Tape(), **YES) as run:
        run.send(cmd.Submit(request="Sum up my letter"))
        await run.end()
        assert any(one.level == "warning" for one in run.all(ev.Logged))
        assert run.all(ev.Recorded)
        await same(tmp_path, run)


async def test_a_request_for_which_no_plan_came_fails_again_as_it_did(tmp_path: Path) -> None:
    async with (
        ChatServer(Script(planning=[Reply("no plan"), Reply("none")])) as server,
        llm_stage(tmp_path, server.url, tape=Tape(), **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        assert (await run.end()).exit == 1
        await same(tmp_path, run)


async def test_a_stop_in_the_middle_of_planning_comes_again_where_it_came(tmp_path: Path) -> None:
    async with ChatServer(Script(planning=Hang())) as server, llm_stage(tmp_path, server.url, tape=Tape()) as run:
        run.send(cmd.Submit(request="Sum up my letter"))
        await server.request(1)
        run.send(cmd.Stop())
        assert (await run.end()).exit == 130
        await same(tmp_path, run)


async def test_what_a_person_does_to_tasks_while_they_run_is_done_again(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", "b"), task("t3", "", "t1")))) as run:
        run.work.fails.append("t1")
        run.work.holding("t2")
        await run.gate()
        run.approve()
        await run.until(lambda: run.run.state("t1") == "failed" and run.run.state("t2") == "running")
        await run.after(cmd.Stop(uid="t2"), kind=ev.TaskCancelled)
        await run.until(lambda: any(one.gate == "task" for one in run.all(ev.GateOpened)))
        await run.after(cmd.Supply(uid="t1", text="by hand"), kind=ev.TaskDone)
        await run.until(lambda: run.run.state("t3") == "done")
        run.work.hold.clear()
        await run.after(cmd.Retry(uid="t2"), kind=ev.TaskReset)
        await run.end()
        await same(tmp_path, run)


async def test_what_is_given_up_and_skipped_is_again(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", "b"), task("t3", "", "t1")))) as run:
        run.work.fails += ["t1", "t2"]
        await run.gate()
        run.approve()
        await run.until(lambda: any(one.gate == "task" for one in run.all(ev.GateOpened)))
        await run.after(cmd.SkipTask(uid="t2"), kind=ev.TaskSkipped)
        run.send(cmd.Finish())
        await run.end()
        await same(tmp_path, run)


async def test_a_run_that_waits_at_its_gate_is_replayed_to_there(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(BY_HAND)) as run:
        await run.gate()
        found = await same(tmp_path, run)
    assert isinstance(found.entries[-1].event, ev.GateOpened)


async def test_a_catalogue_that_could_not_be_asked_fails_again(tmp_path: Path) -> None:
    both = (Models(), Models(error=CallError(Failure.TRANSPORT, "Nobody is there.")))
    async with stage(tmp_path, ByHand(BY_HAND), models=both, **YES) as run:
        run.send(cmd.Submit(request="go"))
        await run.end()
        await same(tmp_path, run)


async def test_a_template_of_ones_own_is_a_miss_that_says_where_the_words_differ(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    async with ChatServer(Script()) as server, llm_stage(tmp_path, server.url, tape=Tape(), **YES) as run:
        run.send(cmd.Submit(request="Sum up my letter"))
        await run.end()
        text = await asyncio.to_thread((TEMPLATES / "planning_system.j2").read_text)
        await asyncio.to_thread((templates / "planning_system.j2").write_text, "Be quick about it. " + text)
        found = await again(tmp_path, run, templates=templates)
    assert "asked what it was not asked" in found.differences[0]
    assert "message 1 (system) differs at character" in found.differences[0]
    assert "Be quick about it" in found.differences[0]


async def test_an_effect_that_is_gone_is_told_and_the_recorded_run_is_left_as_it_is(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(BY_HAND), **YES) as run:
        run.send(cmd.Submit(request="go"))
        await run.end()
        (done, _) = run.all(ev.TaskDone)
        artifacts = Artifacts(tmp_path)
        path = artifacts.path(done.results[0].digest)
        await asyncio.to_thread(path.unlink)
        await artifacts.aclose()
        before = await run.entries()
        found = await again(tmp_path, run)
        assert before == await run.entries()
        assert not path.exists()
    assert "not kept any more" in found.differences[0]


def test_a_sealed_process_reaches_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with sealed(), pytest.raises(ConnectionRefusedError, match="blocked"):
            socket.create_connection(server.getsockname())
        socket.create_connection(server.getsockname()).close()


async def test_a_run_that_other_processes_went_on_with_is_replayed_part_by_part(tmp_path: Path) -> None:
    chain = ByHand(plan(task("t1"), task("t2", "", "t1"), task("t3", "", "t2")))
    async with stage(tmp_path, chain) as first:
        first.work.holding("t2")
        await first.gate()
        first.approve()
        await first.until(lambda: first.run.state("t2") == "running")
        left = await first.reopened()
    async with stage(tmp_path, chain, left, **YES) as second:
        second.send(cmd.Resume())
        assert (await second.end()).exit == 0
        found = await same(tmp_path, second)
    assert sum(isinstance(one.event, ev.Resumed) for one in found.entries) == 1


async def test_results_that_were_reused_are_taken_again_and_what_was_run_anew_is_run(tmp_path: Path) -> None:
    kept = ResultStore(tmp_path, Artifacts(tmp_path))
    async with stage(tmp_path, ByHand(plan(task("t1"))), results=kept, **YES) as first:
        first.send(cmd.Submit(request="go"))
        await first.end()
    longer = ByHand(plan(task("t1"), task("t2", "", "t1")))
    async with stage(tmp_path, longer, results=kept) as second:
        await second.gate()
        second.approve()
        assert (await second.end()).exit == 0
        assert [one.reused for one in second.all(ev.TaskDone)] == [True, False]
        await same(tmp_path, second)
    await kept.aclose()


async def test_the_order_of_what_ran_side_by_side_comes_again(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(*(task(f"t{n}", f"text {n}") for n in range(1, 5)))), **YES) as run:
        run.work.holding("t1", "t2", "t3", "t4")
        run.send(cmd.Submit(request="go"))
        for uid in ("t3", "t1", "t4", "t2"):
            await run.until(lambda uid=uid: run.run.state(uid) == "running")
            run.work.let(uid)
            await run.until(lambda uid=uid: run.run.state(uid) == "done")
        await run.end()
        found = await same(tmp_path, run)
    assert [one.event.uid for one in found.entries if isinstance(one.event, ev.TaskDone)] == ["t3", "t1", "t4", "t2"]


async def test_a_stop_while_a_task_waits_for_its_next_try_comes_again_there(tmp_path: Path) -> None:
    waits = asyncio.Event()

    async def for_ever(_: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    work = Trouble(t1=[CallError(Failure.LOADING, "It loads.", retry_after=3)])
    async with stage(tmp_path, ByHand(plan(task("t1"))), work=work, sleep=for_ever, **YES) as run:
        run.send(cmd.Submit(request="go"))
        await waits.wait()
        run.send(cmd.Stop())
        assert (await run.end()).exit == 130
        await same(tmp_path, run)


async def test_a_revision_that_an_approval_broke_off_is_broken_off_again(tmp_path: Path) -> None:
    script = Script(planning=[planned(*CHAIN), Hang()])
    async with ChatServer(script) as server, llm_stage(tmp_path, server.url, tape=Tape()) as run:
        await run.gate()
        await run.after(cmd.Comment(text="Translate it"), kind=ev.RevisionBegun)
        await server.request(3)
        run.approve()
        assert (await run.end()).exit == 0
        await same(tmp_path, run)


async def test_where_a_catalogue_could_not_be_asked_it_is_asked_again_at_the_gate_and_so_in_a_replay(
    tmp_path: Path,
) -> None:
    hub = Models(error=StoreError(Failure.TRANSPORT, "The Hub cannot be reached.", "Check the network."))
    async with stage(tmp_path, ByHand(plan(task("t1"))), models=(hub,)) as run:
        await run.gate()
        assert "t1" not in run.run.draft.assignments
        refused = await run.after(cmd.Retry(uid="t9"), kind=ev.Refused)
        assert refused.message == "The plan has no such task."
        await run.after(cmd.Retry(uid="t1"), kind=ev.GateOpened)  # it is still away
        assert set(run.run.unasked) == {"summarization", "text-generation"}  # what else could do it, too
        hub.error, hub.found = None, (model("one"),)
        await run.after(cmd.Retry(uid="t1"), kind=ev.GateOpened)
        assert run.run.draft.assignments["t1"].candidate == "fake:one"
        assert not run.run.unasked
        refused = await run.after(cmd.Retry(uid="t1"), kind=ev.Refused)
        assert refused.message == "Task 1 has not run, and every catalogue could be asked."
        run.approve()
        assert (await run.end()).exit == 0
        await same(tmp_path, run)
