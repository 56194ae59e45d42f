"""A conductor that keeps results: what a second run takes from the first, what is told at the gate, and a re-run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.plan import Plan
from hgtui.core.run import fold
from hgtui.core.states import Gate, Outcome, TaskState
from hgtui.session.artifacts import Artifacts
from hgtui.session.replay import replay
from hgtui.session.results import ResultStore
from hgtui.session.sealed import sealed
from tests.session.staging import CHAIN, ByHand, FakeWork, Models, Stage, model, plan, stage, task

THREE = plan(task("t1", "one"), task("t2", "", "t1"), task("t3", "three"))


@asynccontextmanager
async def reusing(folder: Path, what: Plan = CHAIN, **more: Any) -> AsyncIterator[Stage]:
    """A stage whose results are kept in its folder, from one to the next."""
    artifacts = Artifacts(folder)
    store = ResultStore(folder, artifacts)
    try:
        async with stage(folder, ByHand(what), results=store, **more) as here:
            yield here
    finally:
        await store.aclose()
        await artifacts.aclose()


async def through(here: Stage) -> ev.RunEnded:
    """Run to the end, approved by a person."""
    await here.gate()
    here.approve()
    return await here.end()


def called(here: Stage) -> list[str]:
    return [call.task.uid for call in here.work.calls]


def shown(gate: ev.GateOpened) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return gate.reuses, gate.reruns


async def test_a_second_run_of_the_same_work_calls_nothing_and_says_from_where_it_has_it(tmp_path: Path) -> None:
    async with reusing(tmp_path) as first:
        await through(first)
    async with reusing(tmp_path) as here:
        ended = await through(here)
        assert (ended.outcome, called(here)) == (Outcome.ANSWERED, [])
        assert here.states() == {"t1": "reused", "t2": "reused"}
        assert here.all(ev.TaskStarted) == []
        status = here.run.status("t1")
        assert status.kept_from == first.run.id
        assert status.kept(here.run.id).startswith(f"kept from run {first.run.id}, took ")
        assert status.kept(first.run.id).startswith("kept from before in this run, took ")
        assert here.run.answer and f"Kept from run {first.run.id}" in here.run.answer.text.replace("\\", "")
        assert "| kept |" in here.run.answer.text
        assert here.run.answer.text.split("> ")[1].startswith("SOME TEXT")
        assert (await here.reopened()).tasks == here.run.tasks


async def test_the_gate_says_what_is_reused_and_its_fingerprint_is_the_same(tmp_path: Path) -> None:
    async with reusing(tmp_path) as here:
        first = await here.gate()
        assert (shown(first), first.forecast) == (((), ()), "")
        here.approve()
        await here.end()
    async with reusing(tmp_path) as here:
        second = await here.gate()
        assert shown(second) == (("t1", "t2"), ())
        assert second.forecast == "re-runs 0, reuses 2"
        assert second.fingerprint == first.fingerprint


async def test_what_is_foreseen_as_reused_neither_leaves_nor_spends_at_the_gate(tmp_path: Path) -> None:
    paid = model("a").model_copy(update={"leaves": True, "place": "hub", "spends": "credits of HF_TOKEN"})
    async with reusing(tmp_path, models=(Models(paid),)) as first:
        assert (await first.gate()).spends == "spends credits of HF_TOKEN (2 calls)"
        first.approve()
        await first.end()
    async with reusing(tmp_path, models=(Models(paid),)) as here:
        gate = await here.gate()
        assert (gate.leaves, gate.spends, len(gate.reuses)) == ((), "", 2)
        assert (here.run.leaving, here.run.spends) == ((), "")
        here.approve()
        await here.end()
        (approved,) = here.all(ev.Approved)
        assert approved.spends == "spends credits of HF_TOKEN (2 calls)", "a kept result may turn out to be damaged"
    async with reusing(tmp_path, models=(Models(paid),), fresh=True) as again:
        assert (await again.gate()).spends == "spends credits of HF_TOKEN (2 calls)"


async def test_an_edit_runs_that_task_and_what_is_below_it_again_and_nothing_else(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE) as here:
        await through(here)
    async with reusing(tmp_path, THREE) as here:
        await here.gate()
        edit = cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="another"))
        opened = await here.after(edit, kind=ev.GateOpened)
        assert shown(opened) == (("t3",), ("t1", "t2"))
        assert opened.about_s is not None
        assert opened.forecast == "re-runs 2, reuses 1, under 0.1 s"
        here.approve()
        await here.end()
        assert called(here) == ["t1", "t2"]
        assert here.states() == {"t1": "done", "t2": "done", "t3": "reused"}


async def test_an_edit_that_makes_the_same_result_runs_nothing_below(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE) as here:
        await through(here)
    async with reusing(tmp_path, THREE) as here:
        await here.gate()
        # The endpoint writes capitals: what comes of it is the same, and t2 reads what it read before.
        opened = await here.after(cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="oNe")), kind=ev.GateOpened)
        assert shown(opened) == (("t3",), ("t1", "t2"))
        here.approve()
        await here.end()
        assert called(here) == ["t1"]
        assert here.states() == {"t1": "done", "t2": "reused", "t3": "reused"}


async def test_another_model_runs_that_task_again(tmp_path: Path) -> None:
    async with reusing(tmp_path) as here:
        await through(here)
    async with reusing(tmp_path) as here:
        await here.gate()
        opened = await here.after(cmd.ChooseModel(uid="t1", candidate="fake:two"), kind=ev.GateOpened)
        assert shown(opened) == ((), ("t1", "t2"))
        assert opened.untimed == 1  # nothing is known of the other model
        here.approve()
        await here.end()
        assert called(here) == ["t1"]


async def test_a_model_of_another_revision_runs_again(tmp_path: Path) -> None:
    async with reusing(tmp_path, models=(Models(model("one", revision="1")),)) as here:
        await through(here)
    async with reusing(tmp_path, models=(Models(model("one", revision="2")),)) as here:
        await through(here)
        assert called(here) == ["t1", "t2"]


async def test_fresh_runs_everything_and_the_gate_says_so(tmp_path: Path) -> None:
    async with reusing(tmp_path) as here:
        await through(here)
    async with reusing(tmp_path, fresh=True) as here:
        opened = await here.gate()
        assert shown(opened) == ((), ("t1", "t2"))
        here.approve()
        await here.end()
        assert called(here) == ["t1", "t2"]


async def test_a_run_that_began_fresh_stays_so_for_whoever_goes_on_with_it(tmp_path: Path) -> None:
    async with reusing(tmp_path) as here:
        await through(here)
    async with reusing(tmp_path, fresh=True) as here:
        await here.gate()
        run = fold(await here.entries())
    async with reusing(tmp_path, run=run) as here:
        here.approve()
        await here.end()
        assert called(here) == ["t1", "t2"]


async def test_a_failure_is_not_kept_and_what_was_done_beside_it_is(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE, attended=False) as here:
        here.work.fails = ["t1"]
        assert (await through(here)).outcome is Outcome.FAILED
    async with reusing(tmp_path, THREE, attended=False) as here:
        await through(here)
        assert called(here) == ["t1", "t2"]


async def test_what_a_person_gave_is_not_kept_for_the_model_that_did_not_make_it(tmp_path: Path) -> None:
    async with reusing(tmp_path) as here:
        here.work.fails = ["t1"]
        await here.gate()
        here.approve()
        await here.state("t2", TaskState.BLOCKED)
        here.send(cmd.Supply(uid="t1", text="SOME TEXT"))
        await here.end()
    async with reusing(tmp_path) as here:
        await through(here)
        # What read it is kept by the words that it read, whoever wrote them.
        assert called(here) == ["t1"]
        assert here.states() == {"t1": "done", "t2": "reused"}


async def test_a_damaged_artifact_runs_its_task_again(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE) as here:
        await through(here)
        place = here.equipment.artifacts.path(here.run.status("t3").results[0].digest)
    place.write_bytes(b"THREX")
    async with reusing(tmp_path, THREE) as here:
        await through(here)
        assert called(here) == ["t3"]
        assert place.read_bytes() == b"THREE"


async def test_without_a_store_nothing_is_kept_and_nothing_is_told(tmp_path: Path) -> None:
    for _ in range(2):
        async with stage(tmp_path, ByHand(CHAIN)) as here:
            opened = await here.gate()
            assert opened.forecast == ""
            here.approve()
            await here.end()
            assert called(here) == ["t1", "t2"]


# A re-run


@asynccontextmanager
async def half_way(folder: Path, work: FakeWork | None = None) -> AsyncIterator[Stage]:
    """A run whose t1 and t2 are done and whose t3 is still at it."""
    async with reusing(folder, THREE, work=work) as here:
        here.work.holding("t3")
        await here.gate()
        here.approve()
        await here.state("t2", TaskState.DONE)
        yield here


async def test_a_rerun_calls_the_model_again_and_reuses_below_it_what_comes_out_the_same(tmp_path: Path) -> None:
    async with half_way(tmp_path) as here:
        here.send(cmd.Rerun(uid="t1"))
        await here.state("t2", TaskState.REUSED)
        here.work.let("t3")
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert sorted(called(here)) == ["t1", "t1", "t2", "t3"]
        assert here.states() == {"t1": "done", "t2": "reused", "t3": "done"}
        assert [one.uid for one in here.all(ev.TaskReset)] == ["t1", "t2"]
        assert any(one.text == "Task 1 runs again, with 1 below it." for one in here.all(ev.Logged))
        assert len(here.all(ev.Approved)) == 1


async def test_what_comes_out_different_runs_below_it_too(tmp_path: Path) -> None:
    class Counting(FakeWork):
        async def run(self, call: Any, work: Path, tell: Any) -> Any:
            (one,) = await super().run(call, work, tell)
            return (one.model_copy(update={"text": f"{one.text} {len(self.calls)}"}),)

    async with half_way(tmp_path, Counting()) as here:
        before = here.run.status("t2").results
        here.send(cmd.Rerun(uid="t1"))
        await here.until(lambda: here.run.state("t2") is TaskState.DONE and here.run.status("t2").results != before)
        here.work.let("t3")
        await here.end()
        assert sorted(called(here)) == ["t1", "t1", "t2", "t2", "t3"]


async def test_a_reused_task_is_run_again_by_a_rerun(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE) as here:
        await through(here)
    async with reusing(tmp_path, plan(*THREE.tasks[:2], task("t3", "new"))) as here:
        here.work.holding("t3")
        await here.gate()
        here.approve()
        await here.state("t2", TaskState.REUSED)
        here.send(cmd.Rerun(uid="t2"))
        await here.state("t2", TaskState.DONE)
        assert called(here) == ["t3", "t2"]
        here.work.let("t3")
        await here.end()


async def test_what_a_person_gave_below_a_rerun_stays(tmp_path: Path) -> None:
    async with half_way(tmp_path) as here:
        here.send(cmd.Supply(uid="t2", text="my own"))
        await here.until(lambda: here.run.status("t2").supplied)
        here.send(cmd.Rerun(uid="t1"))
        await here.until(lambda: len(called(here)) == 4)
        here.work.let("t3")
        await here.end()
        assert here.run.status("t2").supplied
        assert "my own" in (here.run.answer.text if here.run.answer else "")


async def test_a_rerun_is_previewed_without_doing_anything(tmp_path: Path) -> None:
    async with half_way(tmp_path) as here:
        seen = await here.after(cmd.Rerun(uid="t1", preview=True), kind=ev.RerunForeseen)
        assert (seen.uid, seen.reruns, seen.untimed) == ("t1", ("t1", "t2"), 0)
        assert seen.words == "runs 2, under 0.1 s"
        assert here.all(ev.TaskReset) == []
        assert all(entry.event.type != "rerun_foreseen" for entry in await here.entries())
        here.work.let("t3")
        await here.end()
        assert sorted(called(here)) == ["t1", "t2", "t3"]


async def test_a_failure_at_its_gate_is_run_again_by_a_rerun(tmp_path: Path) -> None:
    async with reusing(tmp_path) as here:
        here.work.fails = ["t1"]
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        here.send(cmd.Rerun(uid="t1"))
        assert (await here.end()).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("preview", [True, False])
async def test_a_rerun_that_does_not_fit_is_refused(tmp_path: Path, preview: bool) -> None:
    async with half_way(tmp_path) as here:
        running = await here.after(cmd.Rerun(uid="t3", preview=preview), kind=ev.Refused)
        assert running.message == "Task 3 is running: only one that is over is run again."
        unknown = await here.after(cmd.Rerun(uid="t9", preview=preview), kind=ev.Refused)
        assert "no task t9" in unknown.message
        here.work.let("t3")
        await here.end()
        over = await here.after(cmd.Rerun(uid="t1", preview=preview), kind=ev.Refused)
        assert over.message == "Nothing runs now."


async def test_at_the_gate_a_task_is_let_run_though_its_result_is_kept(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE) as first:
        await through(first)
    async with reusing(tmp_path, THREE) as here:
        seen = await here.gate()
        assert shown(seen) == (("t1", "t3", "t2"), ())
        foreseen = await here.after(cmd.Rerun(uid="t1", preview=True), kind=ev.RerunForeseen)
        assert (foreseen.uid, foreseen.reruns) == ("t1", ("t1", "t2"))
        assert here.run.anew == set()
        anew = await here.after(cmd.Rerun(uid="t1"), kind=ev.GateOpened)
        assert (shown(anew), anew.fingerprint) == ((("t3",), ("t1", "t2")), seen.fingerprint)
        assert anew.forecast == "re-runs 2, reuses 1, under 0.1 s"
        assert any(one.text == "Task 1 runs though its result is kept." for one in here.all(ev.Logged))
        back = await here.after(cmd.Rerun(uid="t1"), kind=ev.GateOpened)
        assert shown(back) == shown(seen)
        await here.after(cmd.Rerun(uid="t1"), kind=ev.GateOpened)
        assert (await here.reopened()).anew == {"t1"}
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert called(here) == ["t1"]
        assert here.states() == {"t1": "done", "t2": "reused", "t3": "reused"}
        with sealed():
            assert not (await replay(await here.entries(), here.equipment.artifacts)).differences
    async with reusing(tmp_path, THREE) as later:
        await through(later)
        assert called(later) == []
        assert later.run.status("t1").kept_from == here.run.id


async def test_who_goes_on_from_the_gate_knows_what_runs_anew(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE) as first:
        await through(first)
    async with reusing(tmp_path, THREE) as second:
        await second.gate()
        await second.after(cmd.Rerun(uid="t3"), kind=ev.GateOpened)
        left = await second.reopened()
    async with reusing(tmp_path, THREE, run=left) as here:
        opened = await here.after(cmd.Resume(), kind=ev.GateOpened)
        assert shown(opened) == (("t1", "t2"), ("t3",))
        here.approve()
        await here.end()
        assert called(here) == ["t3"]


async def test_at_the_gate_only_a_task_of_the_plan_is_let_run_anew(tmp_path: Path) -> None:
    async with reusing(tmp_path, THREE) as here:
        await here.gate()
        refused = await here.after(cmd.Rerun(uid="t9"), kind=ev.Refused)
        assert refused.message == "The plan has no such task."
