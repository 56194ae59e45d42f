"""A task that goes over to a candidate elsewhere: the limits hold at both places, and nobody waits for ever."""

import pytest

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.states import TaskState
from tests.execution.shop import Shop, plan, settle, task

NEAR, FAR = Assignment(candidate="near:a"), Assignment(candidate="far:a")


def shop(near: int = 1, far: int = 1) -> Shop:
    """t1 and t3 run near, t2 and t4 far, as far as there are places."""
    here = Shop({"near": near, "far": far})
    here.start(plan(*(task(f"t{n}") for n in range(1, 5))), {"t1": NEAR, "t2": FAR, "t3": NEAR, "t4": FAR})
    return here


async def test_the_place_that_it_leaves_goes_to_who_waits_there() -> None:
    here = shop(far=3)
    await settle()
    assert here.working == ["t1", "t2", "t4"]
    await here.go_over("t1", "far:b")
    assert here.working == ["t1", "t2", "t4", "t3"]
    assert here.run.status("t1").candidate == "far:b"
    await here.done("t1", "t2", "t3", "t4")
    await here.idle()
    assert set(here.states().values()) == {"done"}


async def test_it_waits_where_there_is_no_place_behind_those_who_came_first() -> None:
    here = shop()
    await settle()
    await here.go_over("t1", "far:b")
    assert (here.states()["t1"], here.working) == ("ready", ["t2", "t3"])
    assert here.told(ev.TaskQueued) == ["t3", "t4", "t1"]
    await here.done("t2")
    assert here.working == ["t3", "t4"]
    await here.done("t4")
    assert here.working == ["t1", "t3"]
    await here.done("t1", "t3")
    await here.idle()
    assert set(here.states().values()) == {"done"}


async def test_at_the_same_place_nothing_is_waited_for() -> None:
    here = shop()
    await settle()
    await here.go_over("t1", "near:b")
    assert here.states()["t3"] == "ready"
    assert here.run.status("t1").candidate == "near:b"


async def test_two_that_change_places_do_not_wait_for_each_other() -> None:
    here = Shop({"near": 1, "far": 1})
    here.start(plan(task("t1"), task("t2")), {"t1": NEAR, "t2": FAR})
    await settle()
    await here.go_over("t1", "far:b")
    await here.go_over("t2", "near:b")
    assert here.working == ["t1", "t2"]
    await here.done("t1", "t2")
    await here.idle()


async def test_one_that_is_stopped_while_it_waits_leaves_no_place_taken() -> None:
    here = shop()
    await settle()
    await here.go_over("t1", "far:b")
    here.scheduler.cancel("t1")
    await settle()
    assert here.states()["t1"] == "cancelled"
    await here.done("t2", "t3")
    assert here.working == ["t4"]
    await here.done("t4")
    await here.idle()


@pytest.mark.parametrize("seat", [True, False])
async def test_one_that_is_stopped_and_run_again_at_once_runs_once(seat: bool) -> None:
    here = shop()
    await settle()
    await here.go_over("t1", "far:b")
    if seat:
        await here.done("t2")  # t4 has the far place now
    here.scheduler.cancel("t1")
    here.scheduler.retry("t1")
    await settle()
    await here.done("t3")
    assert here.run.state("t1") is TaskState.RUNNING
    assert here.run.status("t1").candidate == "near:a"
    await here.done("t1")
    if not seat:
        await here.done("t2")
    await here.done("t4")
    await here.idle()
    assert set(here.states().values()) == {"done"}


async def test_everything_stopped_while_one_waits_is_idle() -> None:
    here = shop()
    await settle()
    await here.go_over("t1", "far:b")
    here.scheduler.cancel_all()
    await here.idle()
    assert set(here.states().values()) == {"cancelled"}


async def test_the_limit_holds_however_many_go_over() -> None:
    here = Shop({"near": 20, "far": 3})
    here.start(plan(*(task(f"t{n}") for n in range(20))), {f"t{n}": NEAR for n in range(20)})
    await settle()
    for n in range(20):
        await here.go_over(f"t{n}", "far:b")
    left = {f"t{n}" for n in range(20)}
    while left:
        working = here.working
        assert len(working) == min(3, len(left))
        await here.done(working[0])
        left.discard(working[0])
    await here.idle()
    assert set(here.states().values()) == {"done"}
