"""Results given by hand: what fits the task is taken, what has read the one of before runs again, a replay does the same."""

from pathlib import Path

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import Kind
from hgtui.core.states import Gate, Outcome, TaskState
from tests.session.staging import ByHand, Stage, plan, stage, task
from tests.session.test_replay import same

CHAIN = plan(task("t1"), task("t2", "", "t1"), task("t3", "", "t2"), task("t4", "alone"))


async def half_way(here: Stage) -> None:
    """Run up to where the first two are done, the third runs and the fourth waits for a person."""
    here.work.holding("t3")
    here.work.fails = ["t4"]
    await here.gate()
    here.approve()
    await here.state("t2", TaskState.DONE)
    await here.state("t3", TaskState.RUNNING)
    await here.state("t4", TaskState.FAILED)


async def test_a_corrected_result_says_first_what_would_run_again_and_then_it_does(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(CHAIN)) as here:
        await half_way(here)
        foreseen = await here.after(cmd.Supply(uid="t1", preview=True), kind=ev.RerunForeseen)
        assert (foreseen.uid, foreseen.reruns, foreseen.supplied) == ("t1", ("t2", "t3"), True)
        assert here.states()["t2"] == "done"
        here.send(cmd.Supply(uid="t1", text="corrected"))
        await here.until(lambda: len([one for one in here.work.calls if one.task.uid == "t3"]) == 2)
        assert [one.inputs["text"][0].text for one in here.work.calls if one.task.uid == "t2"][-1] == "corrected"
        here.work.let("t3")
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        here.send(cmd.SkipTask(uid="t4"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.run.tasks["t1"].supplied
        await same(tmp_path, here)


async def test_what_nothing_has_read_is_foreseen_to_run_nothing_again(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(CHAIN)) as here:
        await half_way(here)
        foreseen = await here.after(cmd.Supply(uid="t3", preview=True), kind=ev.RerunForeseen)
        assert (foreseen.reruns, foreseen.spends) == ((), "")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def one(kind: str) -> Plan:
    return plan(Task(uid="t1", id=0, task=kind, args={"text": Input.text("a bee")}), task("t2"))


async def waiting(here: Stage) -> None:
    here.work.fails = ["t1", "t2"]
    await here.gate()
    here.approve()
    await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)


@pytest.mark.parametrize(
    ("kind", "name", "content", "words"),
    [
        ("summarization", "a.png", PNG, "summarization gives a text, and this is a picture."),
        ("text-to-image", "a.txt", b"words", "text-to-image gives a picture, and this is a text."),
        ("text-to-image", "a.png", b"words", "is no picture"),
        ("text-to-speech", "a.png", PNG, "text-to-speech gives a sound, and this is a picture."),
    ],
)
async def test_a_file_of_another_kind_is_refused_by_its_content_and_nothing_changes(
    tmp_path: Path, kind: str, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    async with stage(tmp_path, ByHand(one(kind))) as here:
        await waiting(here)
        refused = await here.after(cmd.Supply(uid="t1", path=str(tmp_path / name)), kind=ev.Refused)
        assert words in refused.message
        assert here.states()["t1"] == "failed"
        here.send(cmd.Finish())
        await here.end()
        await same(tmp_path, here)


async def test_a_picture_given_by_hand_is_kept_as_a_picture_with_its_media_type(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    async with stage(tmp_path, ByHand(one("text-to-image"))) as here:
        await waiting(here)
        await here.after(cmd.Supply(uid="t1", path=str(tmp_path / "a.png")), kind=ev.TaskDone)
        result = here.run.tasks["t1"].results[0]
        assert (result.kind, result.media_type, result.size) == (Kind.IMAGE, "image/png", len(PNG))


async def test_a_text_cannot_stand_in_for_a_picture(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(one("text-to-image"))) as here:
        await waiting(here)
        refused = await here.after(cmd.Supply(uid="t1", text="a bee"), kind=ev.Refused)
        assert refused.message == "text-to-image gives a picture: name a file."


async def test_a_text_file_given_by_hand_is_shown_and_replayed_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("from a file")
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", "", "t1")))) as here:
        here.work.fails = ["t1"]
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        here.send(cmd.Supply(uid="t1", path=str(tmp_path / "mine.txt")))
        await here.end()
        assert here.run.tasks["t1"].results[0].preview == "from a file"
        await same(tmp_path, here)
