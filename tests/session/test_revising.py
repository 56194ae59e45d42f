"""A revision taken change by change on the real conductor: each an edit, nothing lost, the same after a resume and a replay."""

from pathlib import Path

from PIL import Image

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.edits import Set
from hgtui.core.partly import Part
from hgtui.core.problems import errors, problems
from hgtui.core.resource import Kind
from hgtui.core.run import fold
from hgtui.session.replay import replay
from hgtui.session.revising import offered
from tests.servers.chat import ChatServer
from tests.session.llm_stage import CHAIN, Script, llm_stage, planned, row
from tests.session.staging import Stage

REVISED = planned(row(1, "another text"), row(2, ["<GENERATED>-1", "the end"], 1), row(3, "<GENERATED>-1", 1))


def script() -> Script:
    return Script(planning=[planned(*CHAIN), REVISED])


def texts(run: Stage) -> list[tuple[str, ...]]:
    return [task.args["text"].literals for task in run.run.draft.plan]


async def test_changes_are_taken_and_left_out_one_by_one_and_undone(tmp_path: Path) -> None:
    async with ChatServer(script()) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate()
        first = run.run.draft.plan
        await run.after(cmd.Comment(text="longer"), kind=ev.RevisionProposed)
        refused = await run.after(cmd.TakeChange(uid="t1", field="args.image"), kind=ev.Refused)
        assert "no such change" in refused.message
        await run.after(cmd.TakeChange(uid="t1", field="args.text"), kind=ev.GateOpened)
        assert texts(run) == [("another text",), ()]
        assert run.run.revision
        await run.after(cmd.Undo(), kind=ev.GateOpened)
        assert run.run.draft.plan == first
        await run.after(cmd.Redo(), kind=ev.GateOpened)
        await run.after(cmd.DropChange(uid="t2", field="args.text"), kind=ev.ChangeDecided)
        assert run.run.dropped == {Part(uid="t2", field="args.text")}
        assert len(offered(run.run)) == 3
        (new,) = {task.uid for task in offered(run.run)} - {"t1", "t2"}
        closed = await run.after(cmd.TakeChange(uid=new), kind=ev.RevisionClosed)
        assert closed.taken
        await run.until(lambda: run.run.gate)
        assert texts(run) == [("another text",), (), ()]
        assert run.run.draft.plan["t2"] == first["t2"]
        run.approve()
        assert (await run.end()).exit == 0
        entries, artifacts = await run.entries(), run.equipment.artifacts
        again = await replay(entries, artifacts)
    assert again.differences == ()


async def test_a_revision_with_a_task_in_between_is_taken_in_part_and_no_reference_is_lost(tmp_path: Path) -> None:
    between = planned(
        row(1, "some text"),
        row(2, "<GENERATED>-1", 1, kind="text-generation"),
        row(3, "<GENERATED>-2", 2),
        {"task": "image-to-text", "id": 4, "dep": [-1], "args": {"image": "page.png"}},
    )
    async with (
        ChatServer(Script(planning=[planned(*CHAIN), between])) as server,
        llm_stage(tmp_path, server.url) as run,
    ):
        Image.new("RGB", (8, 8)).save(run.equipment.base / "page.png")
        await run.gate()
        first = run.run.draft.plan
        await run.after(cmd.Comment(text="in between"), kind=ev.RevisionProposed)
        after = offered(run.run)
        assert [(task.uid, task.id) for task in after if first.get(task.uid)] == [("t1", 1), ("t2", 2)]
        assert sorted(task.id for task in after) == [1, 2, 3, 4]
        assert not errors(problems(after, run.run.facts))
        assert run.run.files["page.png"].kind is Kind.IMAGE
        await run.after(cmd.TakeChange(uid="t2", field="args.text"), kind=ev.GateOpened)
        taken = run.run.draft.plan
        assert [(task.id, task.task) for task in taken] == [
            (1, "summarization"),
            (3, "text-generation"),
            (2, "summarization"),
        ]
        assert not errors(problems(taken, run.run.facts))
        said = [one.text for one in run.heard if isinstance(one, ev.Logged)]
        assert "Taken from the revision with it: task 3 text-generation (new)." in said
        await run.after(cmd.Undo(), kind=ev.GateOpened)
        assert run.run.draft.plan == first
        (new,) = (task.uid for task in after if task.task == "text-generation")
        await run.after(cmd.DropChange(uid=new), kind=ev.Logged)
        assert run.run.dropped == {Part(uid=new), Part(uid="t2", field="args.text")}
        await run.after(cmd.TakeRevision(), kind=ev.GateOpened)
        assert [task.task for task in run.run.draft.plan] == ["summarization", "summarization", "image-to-text"]
        assert run.run.draft.plan["t2"] == first["t2"]
        run.approve()
        await run.end()
        again = await replay(await run.entries(), run.equipment.artifacts)
    assert again.differences == ()


async def test_what_is_left_out_stays_out_of_what_is_taken_also_in_another_process(tmp_path: Path) -> None:
    async with ChatServer(script()) as server:
        async with llm_stage(tmp_path, server.url) as run:
            await run.gate()
            await run.after(cmd.Comment(text="longer"), kind=ev.RevisionProposed)
            await run.after(cmd.DropChange(uid="t1"), kind=ev.ChangeDecided)
            before = await run.entries()
        async with llm_stage(tmp_path, server.url, run=fold(before)) as again:
            await again.after(cmd.Resume(), kind=ev.GateOpened)
            assert again.run.revision
            await again.after(cmd.TakeRevision(), kind=ev.GateOpened)
            assert texts(again) == [("some text",), ("the end",), ()]


async def test_every_plan_of_a_run_can_be_brought_back_also_in_another_process(tmp_path: Path) -> None:
    async with ChatServer(script()) as server:
        async with llm_stage(tmp_path, server.url) as run:
            await run.gate()
            first = run.run.draft.plan
            await run.after(cmd.EditPlan(edit=Set(uid="t1", name="text", value="mine")), kind=ev.GateOpened)
            mine = run.run.draft
            await run.after(cmd.Comment(text="longer"), kind=ev.RevisionProposed)
            await run.after(cmd.DropRevision(), kind=ev.RevisionClosed)
            assert [one.by for one in run.run.versions] == ["planner", "person", "planner"]
            await run.after(cmd.BringBack(number=1), kind=ev.GateOpened)
            assert run.run.draft.plan == first
            same = await run.after(cmd.BringBack(number=1), kind=ev.Refused)
            assert "as it stands" in same.message
            none = await run.after(cmd.BringBack(number=9), kind=ev.Refused)
            assert "1, 2, 3" in none.hint
            entries = await run.entries()
        async with llm_stage(tmp_path, server.url, run=fold(entries)) as again:
            await again.after(cmd.Resume(), kind=ev.GateOpened)
            await again.after(cmd.BringBack(number=2), kind=ev.GateOpened)
            assert again.run.draft == mine
            await again.after(cmd.BringBack(number=3), kind=ev.GateOpened)
            assert len(again.run.draft.plan) == 3
            assert set(again.run.draft.assignments) == {task.uid for task in again.run.draft.plan}
            again.approve()
            await again.end()
            played = await replay(await again.entries(), again.equipment.artifacts)
    assert played.differences == ()
