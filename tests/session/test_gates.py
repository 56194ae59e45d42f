"""One gate, two or none: what each asks for, what approves it, and that nobody approves what they have not seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.approval import fingerprint, plan_fingerprint
from hgtui.core.model import Assignment, Candidate
from hgtui.core.reuse import Forecast
from hgtui.core.run import Run
from hgtui.core.states import Gate, Gates, Outcome, Stage, TaskState
from hgtui.core.status import TaskStatus
from hgtui.session.gates import gate
from hgtui.session.replay import replay
from tests.session.staging import CHAIN, ByHand, Models, model, plan, stage, task
from tests.session.staging import Stage as Bench

SPLIT: dict[str, Any] = {"gates": Gates.SPLIT}


class SlowModels(Models):
    """A catalogue that answers when the test lets it."""

    def __init__(self, *found: Candidate) -> None:
        super().__init__(*found)
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        self.asked.set()
        await self.go_on.wait()
        return self.found


def plan_print(run: Run) -> str:
    return plan_fingerprint(run.draft, run.files)


# Two gates


async def test_with_two_gates_no_model_is_chosen_before_the_plan_is_approved(tmp_path: Path) -> None:
    async with stage(tmp_path, **SPLIT) as here:
        first = await here.gate()
        assert (first.gate, first.approvable, here.run.stage) == (Gate.PLAN, True, Stage.PLANNING)
        assert first.fingerprint == plan_print(here.run)
        assert here.all(ev.ModelChosen) == []
        second = await here.after(cmd.Approve(fingerprint=first.fingerprint), kind=ev.GateOpened)
        assert second.gate is Gate.MODELS
        assert second.fingerprint == fingerprint(here.run.draft, here.run.files, here.run.candidates)
        assert here.work.calls == []
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED
    assert [one.fingerprint for one in here.all(ev.PlanApproved)] == [first.fingerprint]


async def test_the_second_gate_has_the_fingerprint_that_one_gate_would_have(tmp_path: Path) -> None:
    async with stage(tmp_path / "one") as one:
        merged = await one.gate()
    async with stage(tmp_path / "two", **SPLIT) as two:
        await two.gate()
        two.approve()
        await two.until(lambda: two.run.gate and two.run.gate.gate is Gate.MODELS)
        assert two.run.gate and two.run.gate.fingerprint == merged.fingerprint


async def test_a_change_at_the_gate_of_the_plan_asks_for_the_changed_plan_and_chooses_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, **SPLIT) as here:
        first = await here.gate()
        edit = cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="mine"))
        again = await here.after(edit, kind=ev.GateOpened)
        assert (again.gate, again.fingerprint == first.fingerprint) == (Gate.PLAN, False)
        refused = await here.after(cmd.Approve(fingerprint=first.fingerprint), kind=ev.Refused)
        assert "is not what would run" in refused.message
        undone = await here.after(cmd.Undo(), kind=ev.GateOpened)
        assert undone.fingerprint == first.fingerprint
        assert here.all(ev.ModelChosen) == []


async def test_a_model_that_is_chosen_at_the_gate_of_the_plan_stays(tmp_path: Path) -> None:
    async with stage(tmp_path, **SPLIT) as here:
        first = await here.gate()
        again = await here.after(cmd.ChooseModel(uid="t2", candidate="fake:two"), kind=ev.GateOpened)
        assert again.fingerprint == first.fingerprint, "a model is no part of the plan alone"
        await here.after(cmd.Approve(fingerprint=first.fingerprint), kind=ev.GateOpened)
        assert here.run.draft.assignments["t2"].candidate == "fake:two"
        assert here.run.draft.assignments["t1"].candidate == "fake:one"


async def test_a_change_at_the_gate_of_the_models_stays_there(tmp_path: Path) -> None:
    async with stage(tmp_path, **SPLIT) as here:
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.MODELS)
        edit = cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="mine"))
        assert (await here.after(edit, kind=ev.GateOpened)).gate is Gate.MODELS


async def test_a_plan_with_errors_is_not_approved_at_its_gate(tmp_path: Path) -> None:
    async with stage(tmp_path, models=(Models(model("one", missing="a key")),), **SPLIT) as here:
        first = await here.gate()
        assert (first.gate, first.approvable, first.errors) == (Gate.PLAN, False, 2)
        refused = await here.after(cmd.Approve(fingerprint=first.fingerprint), kind=ev.Refused)
        assert "errors" in refused.message


@pytest.mark.parametrize("gates", [Gates.SPLIT, Gates.MERGED])
async def test_what_approves_in_a_persons_place_approves_both(tmp_path: Path, gates: Gates) -> None:
    async with stage(tmp_path, gates=gates, approve_by="--yes") as here:
        here.send(cmd.Submit(request="go"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.all(ev.GateOpened) == []
        assert [one.by for one in here.all(ev.Approved)] == ["--yes"]


@pytest.mark.parametrize("at", [Gate.PLAN, Gate.MODELS])
async def test_a_run_is_gone_on_with_at_either_gate(tmp_path: Path, at: Gate) -> None:
    async with stage(tmp_path, **SPLIT) as first:
        await first.gate()
        if at is Gate.MODELS:
            first.approve()
            await first.until(lambda: first.run.gate and first.run.gate.gate is Gate.MODELS)
        assert first.run.gate
        seen, waiting = first.run.gate.fingerprint, await first.reopened()
    async with stage(tmp_path, run=waiting) as second:  # the setting of today is another: the run keeps its own
        opened = await second.after(cmd.Resume(), kind=ev.GateOpened)
        assert (opened.gate, opened.fingerprint) == (at, seen)
        if at is Gate.PLAN:
            await second.after(cmd.Approve(fingerprint=seen), kind=ev.GateOpened)
        second.approve()
        await second.end()
        assert second.run.outcome is Outcome.ANSWERED


async def test_a_run_that_waits_at_the_gate_of_its_plan_is_approved_by_another_process(tmp_path: Path) -> None:
    async with stage(tmp_path, **SPLIT) as first:
        opened = await first.gate()
        waiting = await first.reopened()
    async with stage(tmp_path, run=waiting) as second:
        models = await second.after(cmd.Approve(fingerprint=opened.fingerprint[:8]), kind=ev.GateOpened)
        assert models.gate is Gate.MODELS
        second.approve()
        assert (await second.end()).outcome is Outcome.ANSWERED


async def test_a_run_that_ended_right_behind_the_approval_of_its_plan_is_not_asked_for_it_again(tmp_path: Path) -> None:
    slow = SlowModels()
    async with stage(tmp_path, **SPLIT) as first:
        await first.gate()
        await first.after(cmd.Approve(fingerprint=plan_print(first.run)), kind=ev.PlanApproved)
        entries = await first.entries()
    cut = next(at for at, one in enumerate(entries) if isinstance(one.event, ev.PlanApproved)) + 1
    run = Run()
    for entry in entries[:cut]:
        run.fold(entry)
    slow.go_on.set()
    async with stage(tmp_path / "again", run=run, models=(slow,)) as second:
        assert (await second.after(cmd.Resume(), kind=ev.GateOpened)).gate is Gate.MODELS


async def test_a_request_that_needs_no_task_has_no_gate_of_its_plan(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan()), **SPLIT) as here:
        here.send(cmd.Submit(request="hello"))
        await here.end()
        assert here.all(ev.GateOpened) == []


# Before the models are chosen


@asynccontextmanager
async def choosing(folder: Path, gates: Gates = Gates.MERGED) -> AsyncIterator[tuple[Bench, SlowModels]]:
    """A run whose models are being chosen."""
    slow = SlowModels()
    async with stage(folder, ByHand(CHAIN), models=(slow,), gates=gates) as here:
        here.send(cmd.Submit(request="go"))
        await here.until(lambda: here.run.stage is Stage.SELECTION and here.run.proposed)
        yield here, slow


async def test_an_approval_before_the_models_are_chosen_is_of_the_plan_and_still_stops_for_them(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (here, slow):
        await here.after(cmd.Approve(fingerprint=plan_print(here.run)), kind=ev.PlanApproved)
        assert here.run.grant is None
        slow.go_on.set()
        await here.until(lambda: here.run.gate)
        assert here.run.gate and here.run.gate.gate is Gate.MODELS
        assert here.work.calls == []
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED
        again = await replay(await here.entries(), here.equipment.artifacts)
        assert again.differences == ()


@pytest.mark.parametrize("words", ["f" * 64, "", "12345678"])
async def test_nothing_else_is_approved_while_models_are_chosen(tmp_path: Path, words: str) -> None:
    async with choosing(tmp_path) as (here, slow):
        refused = await here.after(cmd.Approve(fingerprint=words), kind=ev.Refused)
        assert "still being chosen" in refused.message
        slow.go_on.set()
        await here.until(lambda: here.run.gate)
        assert here.run.gate and here.run.gate.gate is Gate.MERGED


async def test_an_approval_of_the_plan_that_comes_when_the_models_are_there_stops_for_them_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        merged = await here.gate()
        assert merged.gate is Gate.MERGED
        again = await here.after(cmd.Approve(fingerprint=plan_print(here.run)), kind=ev.GateOpened)
        assert (again.gate, again.fingerprint) == (Gate.MODELS, merged.fingerprint)
        refused = await here.after(cmd.Approve(fingerprint=plan_print(here.run)), kind=ev.Refused)
        assert "is not what would run" in refused.message
        assert here.run.grant is None
        assert here.work.calls == []


async def test_a_plan_that_changes_after_it_was_approved_is_asked_for_with_its_models(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        await here.after(cmd.Approve(fingerprint=plan_print(here.run)), kind=ev.GateOpened)
        edit = cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="mine"))
        assert (await here.after(edit, kind=ev.GateOpened)).gate is Gate.MERGED
        assert (await here.after(cmd.Undo(), kind=ev.GateOpened)).gate is Gate.MODELS


async def test_a_run_with_two_gates_replays_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", "two"))), **SPLIT) as here:
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.MODELS)
        here.approve()
        await here.end()
        again = await replay(await here.entries(), here.equipment.artifacts)
        assert again.differences == ()


def test_what_is_done_or_reused_is_counted_neither_as_leaving_nor_as_spending() -> None:
    far = Candidate(
        name="hub:a/b#x", model="a/b", endpoint="hub", provider="x", place="hub", leaves=True, spends="credits"
    )
    tasks = tuple(task(f"t{at}", f"text {at}") for at in (1, 2, 3))
    run = Run(proposed=plan(*tasks), candidates={"summarization": (far,)})
    chosen = {one.uid: Assignment.of(far, "ranking", "") for one in tasks}
    run.put(ed.Draft(plan=plan(*tasks), assignments=chosen))
    assert run.senders == ("t1", "t2", "t3")
    run.tasks["t1"] = TaskStatus(state=TaskState.REUSED)
    run.tasks["t2"] = TaskStatus(state=TaskState.DONE)
    assert run.senders == ("t3",)
    assert [(one.what, one.tasks) for one in run.leaving] == [(("the text given to 3",), ("t3",))]
    assert "(1 call)" in run.spends
    opened = gate(run, Forecast(reuses=("t3",)))
    assert (opened.leaves, opened.spends) == ((), "")
    run.gate = opened
    assert (run.senders, run.leaving, run.spends, run.price) == ((), (), "", "")
