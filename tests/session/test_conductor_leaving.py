"""What a run says of where its words go, and how it ends where little came of it."""

from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.plan import Input
from hgtui.core.problem import Code
from hgtui.core.states import Gate, Outcome, TaskState
from tests.session.staging import ByHand, plan, stage, task


async def test_a_run_says_what_a_controller_that_is_not_on_this_machine_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path, controller="gpt at https://llm.example") as here:
        await here.gate()
        assert here.run.told == "the request goes to gpt at https://llm.example"
        assert (await here.reopened()).told == here.run.told


async def test_with_a_controller_on_this_machine_nothing_of_it_is_said_to_leave(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        assert here.run.told == ""


async def test_a_plan_of_which_everything_is_skipped_cannot_be_approved(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1")))) as here:
        await here.gate()
        opened = await here.after(cmd.EditPlan(edit=ed.Skip(uid="t1")), kind=ev.GateOpened)
        assert not opened.approvable
        assert [one.code for one in opened.problems] == [Code.NOTHING_RUNS]
        here.approve()
        await here.until(lambda: here.all(ev.Refused))
        await here.after(cmd.EditPlan(edit=ed.Skip(uid="t1", skip=False)), kind=ev.GateOpened)
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_a_task_that_came_after_a_failure_is_approved_and_not_merely_allowed(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1")))) as here:
        here.work.fails = ["t1"]
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        here.send(cmd.EditPlan(edit=ed.Add(task=task("t2", "more"))))
        await here.state("t2", TaskState.ASKING)
        refused = await here.after(cmd.Allow(uid="t2"), kind=ev.Refused)
        assert "beyond what was approved" in refused.message
        here.approve()
        await here.state("t2", TaskState.DONE)
        here.send(cmd.Retry(uid="t1"))
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_other_words_for_a_task_that_failed_are_no_more_than_was_approved(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1")))) as here:
        here.work.fails = ["t1"]
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        here.send(cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="another text")))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.run.plan["t1"].args["text"] == Input.text("another text")
    assert here.all(ev.TaskAsking) == []
