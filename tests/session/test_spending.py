"""What was approved to be spent holds while a run goes on."""

from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.run import fold
from hgtui.core.states import Outcome, TaskState
from tests.session.staging import Models, Stage, model, stage

PRICE = 0.01
PAID = (Models(model("dear", usd=PRICE, place="hub", leaves=True, via="far.example")),)
"""A model whose calls cost something, and nothing that could stand in."""


async def half_way(here: Stage) -> str:
    """Approve a chain of two tasks and wait until the first is done; return the digest of its result."""
    here.work.holding("t2")
    await here.gate()
    here.approve()
    await here.state("t1", TaskState.DONE)
    assert here.run.grant is not None
    assert here.run.grant.usd == 2 * PRICE
    return here.run.status("t1").results[0].digest


async def test_what_costs_as_much_as_was_approved_asks_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, models=PAID) as here:
        await half_way(here)
        here.work.let("t2")
        assert (await here.end()).outcome is Outcome.ANSWERED
    assert here.all(ev.TaskAsking) == []


async def test_what_a_person_runs_again_is_paid_beside_what_was_approved(tmp_path: Path) -> None:
    async with stage(tmp_path, models=PAID) as here:
        await half_way(here)
        here.send(cmd.Rerun(uid="t1"))
        await here.until(lambda: [call.task.uid for call in here.work.calls].count("t1") == 2)
        here.work.let("t2")
        assert (await here.end()).outcome is Outcome.ANSWERED
    assert here.all(ev.TaskAsking) == []


async def test_a_task_that_would_carry_the_spending_over_what_was_approved_asks_also_with_yes(tmp_path: Path) -> None:
    async with stage(tmp_path, models=PAID) as here:
        digest = await half_way(here)
        place, entries = here.equipment.artifacts.path(digest), await here.entries()
    place.unlink()
    async with stage(tmp_path, run=fold(entries), models=PAID, approve_by="--yes") as again:
        again.send(cmd.Resume())
        await again.state("t2", TaskState.ASKING)
        (asking,) = again.all(ev.TaskAsking)
        assert (asking.uid, asking.cause) == ("t2", "cost")
        assert "to $0.0300, and $0.0200 was approved" in asking.why
        assert [call.task.uid for call in again.work.calls] == ["t1"]
        again.send(cmd.Allow(uid="t2"))
        assert (await again.end()).outcome is Outcome.ANSWERED
