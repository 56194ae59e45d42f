"""What people changed in what was planned and selected, as labels."""

import json
from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.edits import Delete, Set
from hgtui.session.labelling import labels, masked
from tests.servers.chat import ChatServer
from tests.session.llm_stage import CHAIN, KEY, Script, llm_stage, planned, row

REVISED = planned(row(1, "another text"), row(2, ["<GENERATED>-1", "the end"], 1))


async def test_each_change_of_plan_model_and_revision_is_a_label_with_what_was_said(tmp_path: Path) -> None:
    script = Script(planning=[planned(*CHAIN), REVISED])
    async with ChatServer(script) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate("Sum up my letter")
        await run.after(cmd.ChooseModel(uid="t1", candidate="fake:one"), kind=ev.GateOpened)
        await run.after(cmd.EditPlan(edit=Delete(uid="t2")), kind=ev.GateOpened)
        await run.after(cmd.Undo(), kind=ev.GateOpened)
        await run.after(cmd.EditPlan(edit=Set(uid="t2", name="text", value="mine")), kind=ev.GateOpened)
        await run.after(cmd.Comment(text="another"), kind=ev.RevisionProposed)
        await run.after(cmd.TakeChange(uid="t1", field="args.text"), kind=ev.GateOpened)
        run.approve()
        await run.end()
        found = labels(await run.entries())
    assert [one["label"] for one in found] == ["model", "plan", "plan", "revision"]
    assert all(one["request"] == "Sum up my letter" and one["approved"] for one in found)
    model, deleted, edited, revision = found
    assert model["said"]["candidate"] == "fake:two"
    assert (model["said"]["by"], model["said"]["reason"], model["said"]["model"]) == (
        "selector",
        "made for it",
        "test-model",
    )
    assert (model["person"], model["agrees"], model["stands"]) == ("fake:one", False, True)
    assert [one["name"] for one in model["candidates"]] == ["fake:one", "fake:two"]
    assert deleted["stands"] is False
    assert [(one["before"]["id"], one["after"]) for one in deleted["tasks"]] == [(2, None)]
    assert edited["tasks"][0]["said"]["args"] == {"text": "<GENERATED>-1"}
    assert edited["tasks"][0]["after"]["args"] == {"text": "mine"}
    assert revision["comment"] == "another"
    assert revision["taken"] is True
    assert revision["changes"] == [{"task": 1, "field": "args.text", "taken": True}]


def test_secrets_go_out_of_every_text() -> None:
    told = masked({"a": KEY, "b": [{"c": f"x {KEY}"}], "d": 1}, lambda text: text.replace(KEY, "***"))
    assert KEY not in json.dumps(told)
    assert told["d"] == 1


async def test_a_run_in_which_nobody_changed_anything_has_no_label(tmp_path: Path) -> None:
    async with ChatServer(Script()) as server, llm_stage(tmp_path, server.url) as run:
        await run.gate()
        assert labels(await run.entries()) == []
