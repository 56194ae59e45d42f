"""The plan of a run that has ended, as a new run: one task anew, one corrected by hand, approved where it is the same."""

from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.plan import Plan
from hgtui.core.run import Run
from hgtui.core.states import Outcome, TaskState
from hgtui.session.again import foresee_again, once_more
from tests.session.staging import Stage, plan, task
from tests.session.test_replay import same
from tests.session.test_reusing import called, reusing, through

FOUR = plan(task("t1", "one"), task("t2", "", "t1"), task("t3", "", "t2"), task("t4", "four"))


async def done(folder: Path, what: Plan = FOUR) -> Run:
    async with reusing(folder, what) as first:
        await through(first)
        return first.run


def approved(run: Run, submit: cmd.Submit) -> cmd.Submit:
    assert run.grant
    return submit.model_copy(update={"approved": run.grant.fingerprint})


async def again(here: Stage, submit: cmd.Submit) -> ev.RunEnded:
    here.send(submit)
    return await here.end()


async def test_one_task_runs_anew_what_is_below_only_where_that_differs_and_the_rest_is_reused(tmp_path: Path) -> None:
    before = await done(tmp_path)
    async with reusing(tmp_path, FOUR) as here:
        submit = approved(before, once_more(before, anew=["t2"]))
        foreseen = await foresee_again(before, submit, "t2", here.equipment)
        assert (foreseen.reruns, foreseen.reuses, foreseen.supplied) == (("t2", "t3"), ("t1", "t4"), False)
        assert foreseen.words.startswith("re-runs 2, reuses 2")
        ended = await again(here, submit)
        assert (ended.outcome, called(here)) == (Outcome.ANSWERED, ["t2"])
        assert here.run.id != before.id
        assert [one.by for one in here.all(ev.Approved)] == ["person"]
        await same(tmp_path, here)


async def test_a_result_corrected_by_hand_is_read_anew_and_stays_so_in_the_next_run(tmp_path: Path) -> None:
    before = await done(tmp_path)
    async with reusing(tmp_path, FOUR) as here:
        given = ev.Given(uid="t1", text="corrected")
        submit = approved(before, once_more(before, given=[given]))
        foreseen = await foresee_again(before, submit, "t1", here.equipment)
        assert (foreseen.reruns, foreseen.reuses, foreseen.supplied) == (("t2", "t3"), ("t4",), True)
        await again(here, submit)
        assert called(here) == ["t2", "t3"]
        assert [one.text for one in here.work.calls[0].inputs["text"]] == ["corrected"]
        assert here.run.tasks["t1"].supplied
        await same(tmp_path, here)
        second = here.run
    async with reusing(tmp_path, FOUR) as third:
        submit = approved(second, once_more(second, anew=["t3"]))
        foreseen = await foresee_again(second, submit, "t3", third.equipment)
        assert (foreseen.reruns, set(foreseen.reuses)) == (("t3",), {"t2", "t4"})
        await again(third, submit)
        assert called(third) == ["t3"]
        assert third.run.tasks["t1"].supplied
    async with reusing(tmp_path, FOUR) as fourth:  # unless it is asked to run itself
        await again(fourth, approved(second, once_more(second, anew=["t1"])))
        assert not fourth.run.tasks["t1"].supplied


async def test_what_was_not_approved_like_this_stops_at_the_gate(tmp_path: Path) -> None:
    before = await done(tmp_path)
    async with reusing(tmp_path, FOUR) as here:
        submit = once_more(before, given=[ev.Given(uid="t1", path="nowhere.txt")])
        await here.after(approved(before, submit), kind=ev.GateOpened)
        assert "nowhere.txt" in here.all(ev.Refused)[0].message
        assert (here.run.grant, here.run.state("t1")) == (None, TaskState.WAITING)
    async with reusing(tmp_path, FOUR) as here:
        opened = await here.after(once_more(before).model_copy(update={"approved": "0" * 64}), kind=ev.GateOpened)
        assert (here.run.grant, set(opened.reuses)) == (None, {"t1", "t2", "t3", "t4"})
        assert "0" * 64 not in str((await here.entries())[0])  # nobody else goes on with it unasked
