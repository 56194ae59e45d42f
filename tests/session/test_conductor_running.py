"""The conductor while a plan runs: failures that a person mends, changes, stops, a run gone on with elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.plan import Input
from hgtui.core.states import Gate, Outcome, TaskState
from tests.session.staging import CHAIN, FAR, SIDE_BY_SIDE, ByHand, FakeWork, Models, Stage, model, plan, stage, task


async def failed(here: Stage, uid: str = "t1") -> None:
    """Run up to the gate that a failure opens."""
    here.work.fails = [uid]
    await here.gate()
    here.approve()
    await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
    assert here.run.state(uid) is TaskState.FAILED


# A failure waits for a person


async def test_a_failure_waits_for_a_person_and_a_retry_goes_on_from_there(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await failed(here)
        assert here.states() == {"t1": "failed", "t2": "blocked"}
        assert not here.run.ended
        here.send(cmd.Retry(uid="t1"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.states() == {"t1": "done", "t2": "done"}


async def test_a_result_given_by_hand_lets_the_rest_run(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await failed(here)
        here.send(cmd.Supply(uid="t1", text="my own \x1b[31mwords"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.work.calls[-1].inputs["text"][0].text == "my own [31mwords"
        assert here.run.tasks["t1"].supplied


async def test_a_file_given_by_hand_is_the_result(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await failed(here)
        (tmp_path / "mine.txt").write_text("from a file")
        here.send(cmd.Supply(uid="t1", path=str(tmp_path / "mine.txt")))
        await here.end()
        assert here.work.calls[-1].inputs["text"][0].text == "from a file"


@pytest.mark.parametrize("path", ["", "missing.txt", "https://example.org/x.txt"])
async def test_what_cannot_be_a_result_is_refused(tmp_path: Path, path: str) -> None:
    async with stage(tmp_path) as here:
        await failed(here)
        refused = await here.after(cmd.Supply(uid="t1", path=path), kind=ev.Refused)
        assert "file" in refused.message
        assert here.states()["t1"] == "failed"


async def test_skipping_a_failure_blocks_for_good_what_reads_it_and_the_answer_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await failed(here)
        here.send(cmd.SkipTask(uid="t1"))
        ended = await here.end()
        assert (ended.outcome, ended.exit) == (Outcome.FAILED, 1)
        assert here.states() == {"t1": "skipped", "t2": "blocked"}
        assert here.run.answer
        assert "skipped after it failed (bad_input): It cannot be read" in here.run.answer.text


async def test_finishing_answers_with_what_there_is(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(SIDE_BY_SIDE)) as here:
        await failed(here)
        here.send(cmd.Finish())
        assert (await here.end()).exit == 1
        assert here.run.answer
        assert "> TWO" in here.run.answer.text
        assert "It cannot be read" in here.run.answer.text


async def test_finishing_gives_up_what_asks_too(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", policy="ask")))) as here:
        await here.gate()
        here.approve()
        await here.state("t1", TaskState.DONE)
        await here.state("t2", TaskState.ASKING)
        here.send(cmd.Finish())
        await here.end()
        assert here.states() == {"t1": "done", "t2": "cancelled"}


async def test_where_nobody_is_there_a_failure_ends_the_run(tmp_path: Path) -> None:
    async with stage(tmp_path, attended=False) as here:
        here.work.fails = ["t1"]
        await here.gate()
        here.approve()
        assert (await here.end()).exit == 1


async def test_a_task_that_asks_starts_once_it_is_allowed(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1", policy="ask")))) as here:
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        assert here.work.calls == []
        here.send(cmd.Allow(uid="t1"))
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_to_undo_that_a_task_asks_lets_it_not_start(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1")))) as here:
        await here.gate()
        here.send(cmd.EditPlan(edit=ed.SetPolicy(uid="t1", policy="ask")))
        await here.until(lambda: here.run.undos and here.run.gate)
        here.approve()
        await here.state("t1", TaskState.ASKING)
        here.send(cmd.Undo())
        await here.until(lambda: here.all(ev.Refused))
        assert "task 1 would start" in here.all(ev.Refused)[0].message
        assert (here.work.calls, here.run.state("t1")) == ([], TaskState.ASKING)
        here.send(cmd.Allow(uid="t1"))
        assert (await here.end()).outcome is Outcome.ANSWERED


# Changes while it runs


async def test_a_change_within_the_grant_carries_the_approval(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", "two"), task("t3", "three")))) as here:
        here.work.holding("t1")
        here.work.limit = 1
        await here.gate()
        here.approve()
        await here.began()
        carried = await here.after(cmd.EditPlan(edit=ed.Skip(uid="t2")), kind=ev.ApprovalCarried)
        assert carried.words == "skip 2 summarization"
        assert here.run.gate is None
        here.work.let("t1")
        await here.end()
        assert [call.task.uid for call in here.work.calls] == ["t1", "t3"]


WIDE = (Models(model("one"), model("two"), FAR),)


async def test_a_wider_change_asks_again_and_holds_only_what_it_touches(tmp_path: Path) -> None:
    three = plan(task("t1"), task("t2", "", "t1"), task("t3", "", "t1"))
    async with stage(tmp_path, ByHand(three), models=WIDE) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        opened = await here.after(cmd.ChooseModel(uid="t2", candidate=FAR.name), kind=ev.GateOpened)
        assert opened.approvable
        here.work.let("t1")
        await here.state("t3", TaskState.DONE)
        await here.state("t2", TaskState.ASKING)
        here.approve()
        await here.end()
        assert here.states() == {"t1": "done", "t2": "done", "t3": "done"}
        assert here.run.tasks["t2"].candidate == FAR.name


async def test_a_change_that_widens_nothing_carries_the_approval_and_is_what_runs(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        edit = ed.Set(uid="t2", name="text", value=["<GENERATED>-1", "and more"])
        await here.after(cmd.EditPlan(edit=edit), kind=ev.ApprovalCarried)
        await here.after(cmd.ChooseModel(uid="t2", candidate="fake:two"), kind=ev.ApprovalCarried)
        here.work.let("t1")
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert [one.text for one in here.work.calls[-1].inputs["text"]] == ["SOME TEXT", "and more"]
        assert here.run.tasks["t2"].candidate == "fake:two"
        assert len(here.all(ev.GateOpened)) == 1


async def test_a_file_that_would_leave_by_a_change_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "private.txt").write_text("my own")
    async with stage(tmp_path, ByHand(SIDE_BY_SIDE), models=WIDE) as here:
        here.work.holding("t1", "t2")
        here.work.limit = 1
        await here.gate()
        await here.after(cmd.ChooseModel(uid="t2", candidate=FAR.name), kind=ev.GateOpened)
        here.approve()
        await here.began()
        await here.after(
            cmd.EditPlan(edit=ed.Set(uid="t2", name="text", value="more of mine")), kind=ev.ApprovalCarried
        )
        edit = ed.Set(uid="t2", name="text", value="private.txt")
        opened = await here.after(cmd.EditPlan(edit=edit), kind=ev.GateOpened)
        assert any("private.txt" in one for one in opened.leaves)
        await here.state("t2", TaskState.ASKING)
        here.send(cmd.Stop())
        await here.end()
        assert [call.task.uid for call in here.work.calls] == ["t1"]


async def test_a_wider_change_that_is_taken_back_goes_on_without_asking(tmp_path: Path) -> None:
    async with stage(tmp_path, models=WIDE) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        await here.after(cmd.ChooseModel(uid="t2", candidate=FAR.name), kind=ev.GateOpened)
        await here.after(cmd.Undo(), kind=ev.ApprovalCarried)
        here.work.let("t1")
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert len(here.all(ev.Approved)) == 1


async def test_what_has_started_is_not_changed_and_the_draft_stays_as_it_is(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        for command in (
            cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="late")),
            cmd.EditPlan(edit=ed.Delete(uid="t1")),
            cmd.ChooseModel(uid="t1", candidate="fake:two"),
        ):
            assert "has started" in (await here.after(command, kind=ev.Refused)).message
        assert here.all(ev.PlanEdited) == []
        here.work.let("t1")
        await here.end()


async def test_another_model_elsewhere_for_a_failure_runs_once_it_is_approved(tmp_path: Path) -> None:
    async with stage(tmp_path, models=WIDE) as here:
        await failed(here)
        await here.after(cmd.ChooseModel(uid="t1", candidate=FAR.name), kind=ev.GateOpened)
        await here.state("t1", TaskState.ASKING)
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.run.tasks["t1"].candidate == FAR.name


async def test_another_model_here_for_a_failure_runs_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await failed(here)
        await here.after(cmd.ChooseModel(uid="t1", candidate="fake:two"), kind=ev.ApprovalCarried)
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.run.tasks["t1"].candidate == "fake:two"


async def test_a_task_added_while_it_runs_waits_for_approval(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        await here.after(cmd.EditPlan(edit=ed.Add(task=task("t7", "new"))), kind=ev.GateOpened)
        await here.state("t7", TaskState.ASKING)
        here.approve()
        assert await here.began() == "t7"
        here.work.let("t1")
        await here.end()
        assert set(here.states().values()) == {"done"}


# Stopping


async def test_stopping_one_task_leaves_the_others(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(SIDE_BY_SIDE)) as here:
        here.work.holding("t1", "t2")
        await here.gate()
        here.approve()
        assert {await here.began(), await here.began()} == {"t1", "t2"}
        here.send(cmd.Stop(uid="t1"))
        await here.state("t1", TaskState.CANCELLED)
        here.work.let("t2")
        await here.state("t2", TaskState.DONE)
        assert here.work.stopped == ["t1"]
        here.send(cmd.Finish())
        await here.end()


async def test_stopping_a_run_stops_the_work_and_answers_with_what_there_is(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.holding("t2")
        await here.gate()
        here.approve()
        while await here.began() != "t2":  # that it runs is told before its work begins
            pass
        here.send(cmd.Stop())
        ended = await here.end()
        assert (ended.outcome, ended.exit) == (Outcome.INTERRUPTED, 130)
        assert here.states() == {"t1": "done", "t2": "cancelled"}
        assert here.work.stopped == ["t2"]
        assert here.run.answer
        assert "SOME TEXT" in here.run.answer.text


# Elsewhere, later


async def test_a_run_that_waits_at_the_gate_is_approved_by_another_process(tmp_path: Path) -> None:
    async with stage(tmp_path) as first:
        opened = await first.gate()
        waiting = await first.reopened()
    async with stage(tmp_path, run=waiting) as second:
        second.send(cmd.Approve(fingerprint=opened.fingerprint))
        assert (await second.end()).outcome is Outcome.ANSWERED
        assert second.states() == {"t1": "done", "t2": "done"}
        entries = await second.entries()
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


async def test_approving_elsewhere_a_task_that_asks_lets_it_start_and_runs_nothing_twice(tmp_path: Path) -> None:
    asking = ByHand(plan(task("t1"), task("t2", "", "t1", policy="ask")))
    async with stage(tmp_path, asking, attended=False) as first:
        await first.gate()
        first.approve()
        await first.until(lambda: first.run.gate and first.run.gate.gate is Gate.TASK)
        waiting = await first.reopened()
        fingerprint = first.run.gate.fingerprint if first.run.gate else ""
    work = FakeWork()
    async with stage(tmp_path, run=waiting, work=work, attended=False) as second:
        second.send(cmd.Approve(fingerprint=fingerprint))
        assert (await second.end()).outcome is Outcome.ANSWERED
        assert [call.task.uid for call in work.calls] == ["t2"]


async def test_what_failed_before_begins_anew_elsewhere(tmp_path: Path) -> None:
    async with stage(tmp_path) as first:
        await failed(first)
        waiting = await first.reopened()
        fingerprint = first.run.gate.fingerprint if first.run.gate else ""
    async with stage(tmp_path, run=waiting) as second:
        second.work.holding("t1")
        second.send(cmd.Approve(fingerprint=fingerprint))
        await second.state("t1", TaskState.RUNNING)
        assert second.states() == {"t1": "running", "t2": "waiting"}
        assert second.run.tasks["t1"].message == ""
        second.work.let("t1")
        assert (await second.end()).outcome is Outcome.ANSWERED


async def test_a_file_typed_into_the_plan_is_still_allowed_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "far.txt").write_text("far away")
    pages = plan(task("t1", args={"text": Input.text("x")}))
    async with stage(tmp_path, ByHand(pages)) as first:
        await first.gate(files=(str(tmp_path / "far.txt"),))
        edit = ed.Set(uid="t1", name="text", value=str(tmp_path / "far.txt"))
        opened = await first.after(cmd.EditPlan(edit=edit), kind=ev.GateOpened)
        waiting = await first.reopened()
    async with stage(tmp_path, run=waiting) as second:
        second.send(cmd.Approve(fingerprint=opened.fingerprint))
        await second.end()
        assert second.work.calls[0].inputs["text"][0].text == "far away"


# Trouble of our own


async def test_results_that_cannot_be_laid_out_are_still_answered(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    async with stage(tmp_path, out=tmp_path / "out") as here:
        await here.gate()
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED
        errors = [one.text for one in here.all(ev.Logged) if one.level == "error"]
        assert len(errors) == 1
        assert errors[0].count("could not be written") <= 1
        assert here.run.answer
        assert "SOME TEXT" in here.run.answer.text


async def test_the_files_of_an_answer_stand_in_the_order_of_the_plan_whichever_task_began_first(tmp_path: Path) -> None:
    backwards = plan(task("t1", "", "t2", "t3"), task("t2", "two"), task("t3", "three"))
    async with stage(tmp_path, ByHand(backwards), out=tmp_path / "out") as here:
        await here.gate()
        here.approve()
        await here.end()
        assert [one.uid for one in here.all(ev.TaskStarted)] == ["t2", "t3", "t1"]
        (answer,) = here.all(ev.Answered)
    assert [Path(one).name[0] for one in answer.files] == ["1", "2", "3"]


async def test_a_result_that_is_gone_from_the_store_does_not_hold_up_the_answer(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(CHAIN)) as here:
        await failed(here, "t2")
        digest = here.run.tasks["t1"].results[0].digest
        here.equipment.artifacts.path(digest).unlink()
        here.send(cmd.Finish())
        await here.end()
        assert here.run.answer
        assert "SOME TEXT" in here.run.answer.text, "its preview is in the journal"
        assert "not kept any more" in here.all(ev.Logged)[-1].text


def test_a_journal_that_breaks_in_the_middle_stops_the_run_and_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.session.child_conductor", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    words = done.stdout.splitlines()
    assert "disk is full" in words[0]
    assert words[1:] == ["refused: journal", "stopped: t1", "refused: undo"]
