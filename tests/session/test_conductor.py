"""The conductor from a request to an answer: the gate, changes at it, and what stops a run before it starts."""

import asyncio
from pathlib import Path

import pytest

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.edit import Draft
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan
from hgtui.core.ports import PlanningError
from hgtui.core.problems import errors, problems
from hgtui.core.run import fold
from hgtui.core.states import Failure, Gate, Gates, Outcome, Stage, TaskState
from hgtui.session.journal import Journal
from tests.session.staging import CHAIN, ByHand, Models, model, plan, stage, task


def contents(answer: ev.Answered) -> list[str]:
    return [Path(path).read_text() for path in answer.files]


async def test_a_request_waits_at_the_gate_is_approved_and_answered(tmp_path: Path) -> None:
    async with stage(tmp_path, out=tmp_path / "out") as here:
        opened = await here.gate("Summarize it twice")
        assert (opened.approvable, opened.errors, opened.gate) == (True, 0, Gate.MERGED)
        assert here.work.calls == [], "nothing runs before it is approved"
        here.approve()
        ended = await here.end()
        assert (ended.outcome, ended.exit) == (Outcome.ANSWERED, 0)
        assert here.states() == {"t1": "done", "t2": "done"}
        assert here.run.answer
        assert "> SOME TEXT" in here.run.answer.text
        assert contents(here.run.answer) == ["SOME TEXT"] * 2, "each task has a file of its own"
        kinds = [event.type for event in here.heard if not isinstance(event, ev.PASSING_EVENTS)]
        assert (kinds[0], kinds[-1]) == ("run_started", "run_ended")


async def test_every_prefix_of_a_journal_folds_and_its_problems_can_be_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.fails = ["t1"]
        await here.gate()
        await here.after(cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="other")), kind=ev.GateOpened)
        await here.after(cmd.Undo(), kind=ev.GateOpened)
        await here.after(cmd.ChooseModel(uid="t1", candidate="fake:two"), kind=ev.GateOpened)
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        here.send(cmd.Retry(uid="t1"))
        await here.end()
        entries = await here.entries()
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        for count in range(len(entries) + 1):
            run = fold(entries[:count])
            problems(run.plan, run.facts)
        assert fold(entries) == here.run


# Changes at the gate


async def test_each_change_opens_the_gate_anew_and_undo_gives_the_fingerprint_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        first = await here.gate()
        edited = await here.after(cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="other")), kind=ev.GateOpened)
        assert edited.fingerprint != first.fingerprint
        undone = await here.after(cmd.Undo(), kind=ev.GateOpened)
        assert undone.fingerprint == first.fingerprint
        redone = await here.after(cmd.Redo(), kind=ev.GateOpened)
        assert redone.fingerprint == edited.fingerprint
        here.approve()
        await here.end()
        assert here.work.calls[0].inputs["text"][0].text == "other"


async def test_undo_and_redo_say_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        assert "nothing to undo" in (await here.after(cmd.Undo(), kind=ev.Refused)).message
        assert "nothing to redo" in (await here.after(cmd.Redo(), kind=ev.Refused)).message


async def test_the_model_that_a_person_chose_runs_and_stays_chosen(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        await here.after(cmd.ChooseModel(uid="t1", candidate="fake:two"), kind=ev.GateOpened)
        await here.after(cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="x")), kind=ev.GateOpened)
        assert here.run.draft.assignments["t1"].candidate == "fake:two"
        assert "no candidate" in (await here.after(cmd.ChooseModel(uid="t1", candidate="a:b"), kind=ev.Refused)).message
        here.approve()
        await here.end()
        assert [call.assignment.candidate for call in here.work.calls] == ["fake:two", "fake:one"]


async def test_a_model_that_is_not_installed_is_refused_with_what_installs_it(tmp_path: Path) -> None:
    absent = model("big", missing="pip install big")
    async with stage(tmp_path, models=(Models(model("one"), absent),)) as here:
        await here.gate()
        refused = await here.after(cmd.ChooseModel(uid="t1", candidate="fake:big"), kind=ev.Refused)
        assert refused.hint == "pip install big"


@pytest.mark.parametrize("typed", ["", "0" * 8, "0" * 64, "1234567"])
async def test_a_wrong_fingerprint_approves_nothing(tmp_path: Path, typed: str) -> None:
    async with stage(tmp_path) as here:
        opened = await here.gate()
        refused = await here.after(cmd.Approve(fingerprint=typed), kind=ev.Refused)
        assert opened.fingerprint[:8] in refused.message
        assert here.run.grant is None
        here.send(cmd.Approve(fingerprint=opened.fingerprint[:8].upper()))
        await here.end()


async def test_an_error_in_the_plan_disables_approval_until_it_is_mended(tmp_path: Path) -> None:
    wrong = plan(task("t1"), task("t2", "", "t2"))
    async with stage(tmp_path, ByHand(wrong)) as here:
        opened = await here.gate()
        assert (opened.approvable, opened.errors) == (False, 1)
        refused = await here.after(cmd.Approve(fingerprint=opened.fingerprint), kind=ev.Refused)
        assert "errors" in refused.message
        mended = await here.after(cmd.EditPlan(edit=ed.Set(uid="t2", name="text", value="x")), kind=ev.GateOpened)
        assert mended.approvable


async def test_nothing_that_can_run_a_task_is_an_error_that_says_what_would_help(tmp_path: Path) -> None:
    async with stage(tmp_path, models=(Models(model("big", missing="pip install big")),)) as here:
        assert not (await here.gate()).approvable
        assert "Another machine would help." in problems(here.run.plan, here.run.facts)[0].message


async def test_a_catalogue_that_breaks_leaves_the_others(tmp_path: Path) -> None:
    async with stage(tmp_path, models=(Models(error=OSError("no route")), Models())) as here:
        assert (await here.gate()).approvable
        assert "no route" in here.all(ev.Logged)[0].text


# Files


async def test_the_bytes_that_were_approved_run_though_the_file_changes_while_it_waits(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1", "notes.txt")))) as here:
        file = here.equipment.base / "notes.txt"
        file.write_text("before")
        here.work.holding("t1")
        await here.gate("Summarize notes.txt")
        here.approve()
        assert await here.began() == "t1"
        file.write_text("after")
        here.work.let("t1")
        await here.end()
        assert here.work.calls[0].inputs["text"][0].text == "before"


async def test_a_file_that_changes_at_the_gate_asks_again(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1", "notes.txt")))) as here:
        file = here.equipment.base / "notes.txt"
        file.write_text("before")
        first = await here.gate("Summarize notes.txt")
        file.write_text("after")
        again = await here.after(cmd.Approve(fingerprint=first.fingerprint), kind=ev.GateOpened)
        assert again.fingerprint != first.fingerprint
        assert here.all(ev.Refused)
        assert here.run.grant is None
        here.approve()
        await here.end()
        assert here.work.calls[0].inputs["text"][0].text == "after"


async def test_a_file_that_is_gone_at_the_approval_disables_it(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1", "notes.txt")))) as here:
        file = here.equipment.base / "notes.txt"
        file.write_text("before")
        first = await here.gate("Summarize notes.txt")
        file.unlink()
        again = await here.after(cmd.Approve(fingerprint=first.fingerprint), kind=ev.GateOpened)
        assert not again.approvable


def picture_of(path: str) -> Plan:
    return plan(task("t1"), task("t2", task="image-to-text", args={"image": Input.text(path)}))


async def test_a_path_that_a_planner_invented_stays_refused_when_a_person_edits_another_task(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    async with stage(tmp_path, ByHand(picture_of(str(secret)))) as here:
        await here.gate()
        assert "outside the working folder" in here.run.files[str(secret)].error
        await here.after(cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value="x")), kind=ev.GateOpened)
        assert "outside the working folder" in here.run.files[str(secret)].error
        await here.after(cmd.EditPlan(edit=ed.Set(uid="t2", name="image", value=str(secret))), kind=ev.GateOpened)
        assert "outside" not in here.run.files[str(secret)].error, "a person typed it"


async def test_a_path_that_a_person_typed_into_a_form_is_allowed_and_one_that_was_there_is_not(tmp_path: Path) -> None:
    secret, other = tmp_path / "secret.txt", tmp_path / "other.txt"
    for path in (secret, other):
        path.write_text("secret")
    async with stage(tmp_path, ByHand(picture_of(str(secret)))) as here:
        await here.gate()
        form = ed.Several(edits=(ed.Retype(uid="t2", task="object-detection"), ed.Skip(uid="t1")))
        await here.after(cmd.EditPlan(edit=form), kind=ev.GateOpened)
        assert "outside the working folder" in here.run.files[str(secret)].error
        both = (ed.Retype(uid="t2", task="image-to-text"), ed.Set(uid="t2", name="image", value=str(other)))
        await here.after(cmd.EditPlan(edit=ed.Several(edits=both)), kind=ev.GateOpened)
        assert "outside" not in here.run.files[str(other)].error, "a person typed it"
        await here.after(cmd.Undo(), kind=ev.GateOpened)
        assert here.run.plan["t2"].task == "object-detection", "one form is one step"


async def test_a_uid_that_was_used_is_not_added_again_in_one_edit_of_several(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        await here.after(cmd.EditPlan(edit=ed.Delete(uid="t2")), kind=ev.GateOpened)
        again = ed.Several(edits=(ed.Skip(uid="t1"), ed.Add(task=task("t2"))))
        refused = await here.after(cmd.EditPlan(edit=again), kind=ev.Refused)
        assert "used in this run already" in refused.message
        assert not here.run.plan["t1"].skip


async def test_the_home_of_nobody_is_a_missing_file_and_no_fault(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(picture_of("~nobody-at-all/x.png"))) as here:
        assert not (await here.gate()).approvable
        assert here.all(ev.Logged) == []


# What approves in a person's place


async def test_no_gate_means_that_it_runs_at_once_and_says_what_approved_it(tmp_path: Path) -> None:
    async with stage(tmp_path, gates=Gates.NONE) as here:
        here.send(cmd.Submit(request="go"))
        await here.end()
        assert [one.by for one in here.all(ev.Approved)] == ["gates = none"]
        assert here.all(ev.GateOpened) == []


async def test_yes_runs_also_what_would_ask(tmp_path: Path) -> None:
    asking = plan(task("t1", policy="ask"))
    async with stage(tmp_path, ByHand(asking), approve_by="--yes", attended=False) as here:
        here.send(cmd.Submit(request="go"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert [one.by for one in here.all(ev.Approved)] == ["--yes"]


async def test_yes_does_not_cover_a_hidden_file_outside_the_working_folder(tmp_path: Path) -> None:
    hidden = tmp_path / ".hidden.txt"
    hidden.write_text("secret")
    async with stage(tmp_path, ByHand(plan(task("t1", str(hidden)))), approve_by="--yes") as here:
        await here.gate(files=(str(hidden),))
        assert here.work.calls == []
        assert "by hand only" in here.all(ev.Logged)[0].text
        here.approve()
        await here.end()
        assert [one.by for one in here.all(ev.Approved)] == ["person"]


async def test_a_plan_with_errors_is_not_approved_by_yes_and_can_be_stopped_once_it_is_mended(tmp_path: Path) -> None:
    wrong = plan(task("t1"), task("t2", "", "t2"))
    async with stage(tmp_path, ByHand(wrong), approve_by="--yes") as here:
        assert not (await here.gate()).approvable
        here.work.holding("t1")
        here.send(cmd.EditPlan(edit=ed.Set(uid="t2", name="text", value="x")))
        await here.began()
        here.send(cmd.Stop())
        assert (await here.end()).outcome is Outcome.INTERRUPTED


# What comes of no plan


async def test_a_planner_that_fails_ends_the_run_and_keeps_what_it_said(tmp_path: Path) -> None:
    error = PlanningError(Failure.UNREADABLE, "That was no plan.", "Ask again.", raw="Sure! Here")
    async with stage(tmp_path, ByHand(error)) as here:
        here.send(cmd.Submit(request="go"))
        ended = await here.end()
        assert (ended.outcome, ended.exit, ended.message) == (Outcome.FAILED, 1, "That was no plan.")
        failed = here.run.planning_failed
        assert failed
        assert await here.equipment.artifacts.read(failed.raw) == b"Sure! Here"


async def test_a_planner_that_ends_without_a_plan_has_failed(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(CHAIN, silent=True)) as here:
        here.send(cmd.Submit(request="go"))
        assert "without a plan" in (await here.end()).message


async def test_an_empty_plan_is_answered_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan())) as here:
        here.send(cmd.Submit(request="go"))
        await here.end()
        assert here.run.answer
        assert "No task came of this request" in here.run.answer.text


@pytest.mark.parametrize(("request_", "words"), [(" \x1b\n", "empty"), ("x" * 100_001, "100,001 characters")])
async def test_a_request_that_cannot_be_taken_is_refused_and_another_may_follow(
    tmp_path: Path, request_: str, words: str
) -> None:
    async with stage(tmp_path) as here:
        assert words in (await here.after(cmd.Submit(request=request_), kind=ev.Refused)).message
        await here.gate()
        assert "already" in (await here.after(cmd.Submit(request="more"), kind=ev.Refused)).message


async def test_commands_before_a_request_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        for command in (cmd.Stop(), cmd.Approve(fingerprint="0" * 8), cmd.Undo(), cmd.Finish(), cmd.Retry(uid="t1")):
            await here.after(command, kind=ev.Refused)
        assert here.run.seq == 0


async def test_a_plan_and_models_that_a_person_brings_take_the_place_of_the_planners(tmp_path: Path) -> None:
    mine = {"t1": Assignment(candidate="fake:two", chosen_by="person")}
    async with stage(tmp_path) as here:
        await here.gate("", plan=plan(task("t1")), assignments=mine)
        here.approve()
        await here.end()
        assert [call.assignment.candidate for call in here.work.calls] == ["fake:two"]


# Stopping before anything runs


async def test_a_planner_that_hangs_is_stopped(tmp_path: Path) -> None:
    planner = ByHand(hang=True)
    async with stage(tmp_path, planner) as here:
        here.send(cmd.Submit(request="go"))
        await here.until(lambda: len(here.all(ev.TaskDrafted)) == 2)
        here.send(cmd.Stop())
        ended = await here.end()
        assert (ended.outcome, ended.exit) == (Outcome.INTERRUPTED, 130)
        assert planner.tidied
        assert here.all(ev.PlanProposed) == []


async def test_a_run_is_stopped_at_the_gate_and_takes_no_more(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        opened = await here.gate()
        here.send(cmd.Stop())
        assert (await here.end()).exit == 130
        for command in (cmd.Approve(fingerprint=opened.fingerprint), cmd.Undo(), cmd.Stop()):
            await here.after(command, kind=ev.Refused)
        assert here.work.calls == []


@pytest.mark.parametrize("where", ["at once", "planning", "gate", "running", "failed", "ended"])
async def test_a_conductor_closes_wherever_it_stands_and_leaves_nothing_behind(tmp_path: Path, where: str) -> None:
    async with stage(tmp_path, ByHand(hang=where == "planning")) as here:  # the stage looks for tasks left over
        if where == "at once":
            here.send(cmd.Submit(request="go"))
        elif where == "planning":
            here.send(cmd.Submit(request="go"))
            await here.until(lambda: here.run.stage is Stage.PLANNING)
        else:
            await here.gate()
        if where == "running":
            here.work.holding("t1")
            here.approve()
            await here.began()
        elif where in {"failed", "ended"}:
            here.work.fails = ["t1"] if where == "failed" else []
            here.approve()
            await here.until(lambda: here.run.ended or (here.run.gate and here.run.gate.gate is Gate.TASK))
        await asyncio.sleep(0)
    assert here.work.stopped == (["t1"] if where == "running" else [])


# Paths that are no file


async def test_a_folder_or_a_file_of_unknown_kind_in_a_request_or_an_argument_is_an_error(tmp_path: Path) -> None:
    away = tmp_path / "away"
    (away / "My Photos").mkdir(parents=True)
    (away / "big.bin").write_bytes(b"\x13\x37\x99\xfe" * 50)
    planner = ByHand(plan(task("t1", f"{away}/My Photos"), task("t2", f"{away}/big.bin")))
    async with stage(tmp_path, planner) as here:
        gate = await here.gate(f"Summarize '{away}/My Photos', {away}/big.bin and {away}/no.bin, and/or 'x y'")
        wrong = problems(here.run.plan, here.run.facts)
        assert [one.message for one in errors(wrong)] == [
            f"{away}/My Photos is a folder. Name a file in it.",
            f"{away}/big.bin is of no known kind. Text, tables, PDFs, pictures, sounds and videos can be used.",
        ]
        assert not gate.approvable
        assert set(planner.files) == {f"{away}/{name}" for name in ("My Photos", "big.bin", "no.bin")}
        assert planner.files[f"{away}/no.bin"].error == f"There is no file {away}/no.bin."
        change = ed.Set(uid="t1", name="text", value="some words")
        await here.after(cmd.EditPlan(edit=change), kind=ev.GateOpened)
        change = ed.Set(uid="t2", name="text", value=f"{away}")
        await here.after(cmd.EditPlan(edit=change), kind=ev.GateOpened)
        (left,) = errors(problems(here.run.plan, here.run.facts))
        assert left.message == f"{away} is a folder. Name a file in it."


async def test_a_planner_learns_nothing_of_a_folder_that_nobody_named(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    async with stage(tmp_path, ByHand(plan(task("t1", f"{tmp_path}/away")))) as here:
        await here.gate("go")
        assert here.run.files == {}


async def test_the_list_of_runs_counts_the_tasks_of_the_plan_as_it_stands(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        journal = here.equipment.journal
        assert isinstance(journal, Journal)

        async def listed() -> int:
            return (await journal.runs())[0].tasks

        three = ed.Replace(draft=Draft(plan=plan(task("t1"), task("t2"), task("t3", "", "t1"))))
        assert (await here.after(cmd.EditPlan(edit=three), kind=ev.GateOpened)).tasks == 3
        assert await listed() == 3
        await here.after(cmd.Undo(), kind=ev.GateOpened)
        assert await listed() == 2
        await here.after(cmd.Redo(), kind=ev.GateOpened)
        here.work.holding("t1")
        here.approve()
        await here.state("t1", TaskState.RUNNING)
        await here.after(cmd.EditPlan(edit=ed.Delete(uid="t3")), kind=ev.ApprovalCarried)
        assert await listed() == 2
        here.work.let("t1")
        await here.end()
