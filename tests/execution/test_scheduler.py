"""The scheduler: what starts when, what follows from how it ends, and what a person may change meanwhile."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.run import fold
from hgtui.core.states import ENDED, HAS_RESULT, Failure, TaskState
from hgtui.execution.scheduler import SchedulerError
from tests.execution.shop import HERE, Shop, every, plan, settle, task, word

DIAMOND = plan(task("t1"), task("t2", "t1"), task("t3", "t1"), task("t4", "t2", "t3"))


async def shop(tasks: Plan, **more: Any) -> Shop:
    opened = Shop(**more)
    opened.start(tasks)
    await settle()
    return opened


# What starts when


async def test_a_chain_runs_in_order_and_each_task_reads_the_result_before_it() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1"), task("t3", "t2")))
    for uid in ("t1", "t2", "t3"):
        assert here.working == [uid]
        assert here.scheduler.busy
        await here.done(uid, text=uid)
    await here.idle()
    assert here.read == {"t1": {}, "t2": {"t1": "t1"}, "t3": {"t2": "t2"}}
    assert set(here.states().values()) == {"done"}


async def test_a_diamond_runs_its_middle_at_once_and_joins_when_both_are_done() -> None:
    here = await shop(DIAMOND)
    await here.done("t1")
    assert here.working == ["t2", "t3"]
    await here.done("t3")
    assert here.working == ["t2"]
    await here.done("t2")
    assert here.working == ["t4"]
    await here.done("t4")
    await here.idle()


async def test_rows_in_any_order_start_by_what_they_wait_for() -> None:
    here = await shop(plan(*reversed(DIAMOND.tasks)))
    assert here.working == ["t1"]


async def test_an_order_alone_is_kept_and_reads_nothing() -> None:
    here = await shop(plan(task("t1"), task("t2", after=["t1"])))
    assert here.working == ["t1"]
    await here.done("t1")
    assert here.working == ["t2"]


async def test_an_empty_plan_is_idle_at_once() -> None:
    here = await shop(plan())
    await here.idle()
    assert not here.scheduler.busy


async def test_results_of_an_earlier_try_are_kept_and_their_tasks_do_not_run() -> None:
    here = Shop()
    here.scheduler.start(DIAMOND, every(DIAMOND), {"t1": (word("old"),), "t2": (word("old"),)})
    await settle()
    assert here.started == ["t3"]
    await here.done("t3")
    assert here.read["t4"] == {"t2": "old", "t3": "x"}


async def test_a_chain_and_a_fan_of_a_thousand_tasks_end() -> None:
    chain = plan(task("t0"), *(task(f"t{n}", f"t{n - 1}") for n in range(1, 1000)))
    fan = plan(task("t0"), *(task(f"t{n}", "t0") for n in range(1, 1000)))
    for tasks in (chain, fan):
        here = await shop(tasks, limits={"fake": 7})
        while here.scheduler.busy:
            assert here.working, "something waits for a place and nothing runs"
            await here.done(*here.working)
        assert set(here.states().values()) == {"done"}


async def test_a_thousand_tasks_behind_a_failure_are_all_blocked() -> None:
    here = await shop(plan(task("t0"), *(task(f"t{n}", f"t{n - 1}") for n in range(1, 1000))))
    await here.fail("t0")
    await here.idle()
    assert list(here.states().values()) == ["failed"] + ["blocked"] * 999


async def test_a_task_without_a_model_fails_and_its_siblings_run() -> None:
    here = Shop()
    here.start(plan(task("t1"), task("t2"), task("t3", "t1")), {"t2": HERE, "t3": HERE})
    await settle()
    assert here.states() == {"t1": "failed", "t2": "running", "t3": "blocked"}
    assert here.run.tasks["t1"].failure is Failure.NO_MODEL


# Limits


async def test_no_more_run_at_a_place_than_it_takes_and_who_waits_longest_is_next() -> None:
    tasks = plan(task("t1"), task("t2"), task("t3"), task("t4", "t1"))
    here = await shop(tasks, limits={"fake": 1})
    assert here.working == ["t1"]
    assert here.told(ev.TaskQueued) == ["t2", "t3"]
    assert here.states()["t2"] == "ready"
    await here.done("t1")
    # t4 became free later than t2 and t3 and does not overtake them.
    for uid in ("t2", "t3", "t4"):
        assert here.working == [uid]
        await here.done(uid)
    await here.idle()


async def test_a_full_place_does_not_hold_up_another() -> None:
    tasks = plan(task("t1"), task("t2"), task("t3"))
    here = Shop({"slow": 1, "fast": 5})
    slow, fast = Assignment(candidate="slow:a"), Assignment(candidate="fast:b")
    here.start(tasks, {"t1": slow, "t2": slow, "t3": fast})
    await settle()
    assert here.working == ["t1", "t3"]


async def test_a_stopped_task_gives_its_place_on_only_once_it_is_gone() -> None:
    here = await shop(plan(task("t1"), task("t2")), limits={"fake": 1})
    here.tidy = asyncio.Event()
    here.scheduler.cancel("t1")
    await settle()
    assert here.working == []
    here.tidy.set()
    await settle()
    assert here.working == ["t2"]


# How a task ends


async def test_a_failed_task_leaves_its_siblings_running_and_blocks_what_waits_for_it() -> None:
    here = await shop(plan(task("t1"), task("t2"), task("t3", "t1"), task("t4", "t3"), task("t5", "t2")))
    await here.fail("t1")
    assert here.states() == {"t1": "failed", "t2": "running", "t3": "blocked", "t4": "blocked", "t5": "waiting"}
    assert here.run.tasks["t3"].blocked_by == ("t1",)
    assert here.run.tasks["t4"].blocked_by == ("t3",)
    assert (here.run.tasks["t1"].message, here.run.tasks["t1"].hint) == ("It cannot be read.", "Give another.")
    await here.done("t2")
    await here.done("t5")
    await here.idle()


async def test_an_order_alone_is_blocked_too_where_the_other_task_broke() -> None:
    here = await shop(plan(task("t1"), task("t2", after=["t1"])))
    await here.fail("t1")
    assert here.states()["t2"] == "blocked"


async def test_an_unforeseen_fault_fails_only_its_own_task() -> None:
    here = await shop(plan(task("t1"), task("t2"), task("t3", "t1")))
    await here.crash("t1", ZeroDivisionError("\x1b[31mdivision"))
    status = here.run.tasks["t1"]
    assert (status.state, status.failure) == (TaskState.FAILED, Failure.CRASHED)
    assert status.message == "ZeroDivisionError: [31mdivision"
    assert here.states()["t3"] == "blocked"
    await here.done("t2")
    await here.idle()


# Skipping


async def test_a_list_goes_on_without_what_is_skipped_and_a_single_input_is_blocked() -> None:
    tasks = plan(task("t1"), task("t2"), task("t3", "t1", "t2"), task("t4", "t1"), task("t5", after=["t1"]))
    here = await shop(tasks)
    here.scheduler.skip("t1")
    await settle()
    assert here.states() == {"t1": "skipped", "t2": "running", "t3": "waiting", "t4": "blocked", "t5": "running"}
    assert here.tidied == ["t1"]
    await here.done("t2")
    assert here.read["t3"] == {"t2": "x"}


async def test_a_list_of_which_nothing_is_left_is_blocked() -> None:
    here = await shop(plan(task("t1"), task("t2"), task("t3", "t1", "t2")))
    here.scheduler.skip("t1")
    here.scheduler.skip("t2")
    assert here.states()["t3"] == "blocked"
    assert here.run.tasks["t3"].blocked_by == ("t1", "t2")
    await here.idle()


async def test_what_the_plan_skips_never_starts() -> None:
    here = await shop(plan(task("t1", skip=True), task("t2", "t1"), task("t3", after=["t1"])))
    assert here.states() == {"t1": "skipped", "t2": "blocked", "t3": "running"}


async def test_skipping_a_failure_lets_a_list_go_on() -> None:
    here = await shop(plan(task("t1"), task("t2"), task("t3", "t1", "t2")))
    await here.fail("t1")
    await here.done("t2")
    assert here.states()["t3"] == "blocked"
    here.scheduler.skip("t1")
    await settle()
    assert here.working == ["t3"]
    with pytest.raises(SchedulerError, match="skipped"):
        here.scheduler.skip("t1")


# Retry and supply


async def test_a_retry_revives_what_the_failure_had_blocked() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1"), task("t3", "t2"), task("t4")))
    await here.fail("t1")
    here.scheduler.retry("t1")
    await settle()
    assert here.states() == {"t1": "running", "t2": "waiting", "t3": "waiting", "t4": "running"}
    for uid in ("t1", "t2", "t3", "t4"):
        await here.done(uid)
    await here.idle()
    assert set(here.states().values()) == {"done"}


async def test_a_retry_leaves_blocked_what_another_failure_blocks() -> None:
    here = await shop(plan(task("t1"), task("t2"), task("t3", "t1", "t2")))
    await here.fail("t1")
    await here.fail("t2")
    here.scheduler.retry("t1")
    await settle()
    await here.done("t1")
    assert here.states()["t3"] == "blocked"
    assert here.run.tasks["t3"].blocked_by == ("t2",)


async def test_only_what_ended_without_a_result_is_retried() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1"), task("t3"), task("t4", "t3"), task("t5", skip=True)))
    with pytest.raises(SchedulerError, match="Task 1 is running"):
        here.scheduler.retry("t1")
    with pytest.raises(SchedulerError, match="Task 2 is waiting"):
        here.scheduler.retry("t2")
    await here.fail("t3")
    with pytest.raises(SchedulerError, match="Task 4 is blocked by 3"):
        here.scheduler.retry("t4")
    with pytest.raises(SchedulerError, match="skipped in the plan"):
        here.scheduler.retry("t5")
    with pytest.raises(SchedulerError, match="no task gone"):
        here.scheduler.retry("gone")


async def test_a_task_retried_while_its_stopped_try_winds_down_runs_once_more_and_once_only() -> None:
    here = await shop(plan(task("t1")))
    here.tidy = asyncio.Event()
    here.scheduler.cancel("t1")
    await settle()
    here.scheduler.retry("t1")
    await settle()
    assert here.states() == {"t1": "running"}
    here.tidy.set()
    await settle()
    assert here.states() == {"t1": "running"}, "the end of the first try is not the end of the second"
    await here.done("t1")
    await here.idle()
    assert (here.started, here.states()) == (["t1", "t1"], {"t1": "done"})


async def test_a_supplied_result_takes_the_place_of_a_failure() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1")))
    await here.fail("t1")
    here.scheduler.supply("t1", (word("mine"),))
    await settle()
    assert here.run.tasks["t1"].supplied
    assert here.read["t2"] == {"t1": "mine"}


async def test_a_supplied_result_stops_the_task_itself_and_is_not_overwritten() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1")))
    here.scheduler.supply("t1", (word("mine"),))
    await settle()
    assert here.tidied == ["t1"]
    await here.done("t2")
    await here.idle()
    assert here.scheduler.results["t1"][0].preview == "mine"


async def test_a_finished_result_that_is_corrected_runs_what_has_read_it_again() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1"), task("t3", "t2"), task("t4")))
    await here.done("t1")
    await here.done("t2")
    assert here.scheduler.readers("t1") == ("t2", "t3")
    here.scheduler.supply("t1", (word("mine"),))
    await settle()
    assert here.read["t2"] == {"t1": "mine"}
    assert here.states() == {"t1": "done", "t2": "running", "t3": "waiting", "t4": "running"}
    assert "t3" in here.tidied
    assert here.started.count("t4") == 1


async def test_what_a_person_gave_further_down_stays_when_a_result_above_is_corrected() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1"), task("t3", "t2")))
    await here.done("t1")
    here.scheduler.supply("t2", (word("by hand"),))
    await settle()
    await here.done("t3")
    here.scheduler.supply("t1", (word("mine"),), spare=["t2"])
    await settle()
    assert here.scheduler.results["t2"][0].preview == "by hand"
    assert here.states() == {"t1": "done", "t2": "done", "t3": "done"}


# Stopping


async def test_what_waits_what_is_queued_and_what_runs_can_be_stopped() -> None:
    here = await shop(plan(task("t1"), task("t2"), task("t3"), task("t4", "t1")), limits={"fake": 2})
    assert here.states() == {"t1": "running", "t2": "running", "t3": "ready", "t4": "waiting"}
    for uid in ("t4", "t1", "t3"):
        here.scheduler.cancel(uid)
    await settle()
    assert here.states() == {"t1": "cancelled", "t2": "running", "t3": "cancelled", "t4": "cancelled"}
    assert here.tidied == ["t1"]
    with pytest.raises(SchedulerError, match="nothing to stop"):
        here.scheduler.cancel("t1")
    await here.done("t2")
    await here.idle()


async def test_a_task_stopped_before_its_first_step_ends_and_idle_is_reached() -> None:
    here = Shop()
    here.start(plan(task("t1"), task("t2")))
    here.scheduler.cancel("t1")
    here.scheduler.cancel_all()
    await here.idle()
    assert here.states() == {"t1": "cancelled", "t2": "cancelled"}
    assert here.started == []


async def test_stopping_all_leaves_nothing_running_and_idle_waits_for_the_tidying_up() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1"), task("t3"), task("t4", policy="ask")), limits={"fake": 1})
    here.tidy = asyncio.Event()
    here.scheduler.cancel_all()
    waiting = asyncio.create_task(here.idle())
    await settle()
    assert not waiting.done()
    here.scheduler.cancel_all()  # once more does not break off the tidying up
    here.tidy.set()
    await waiting
    assert set(here.states().values()) == {"cancelled"}
    assert here.tidied == ["t1"]


# Asking


async def test_a_task_that_asks_waits_for_a_person_and_its_siblings_go_on() -> None:
    here = await shop(plan(task("t1", policy="ask"), task("t2"), task("t3", "t1")))
    assert here.states() == {"t1": "asking", "t2": "running", "t3": "waiting"}
    await here.done("t2")
    await here.idle()
    here.scheduler.allow(["t1"])
    await settle()
    assert here.working == ["t1"]


async def test_what_was_allowed_beforehand_does_not_ask() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1", policy="ask")))
    here.scheduler.allow(["t2"])
    await here.done("t1")
    assert here.working == ["t2"]
    assert here.told(ev.TaskAsking) == []


async def test_a_task_beyond_the_grant_is_held_until_it_is_granted() -> None:
    granted = {"t2"}
    here = await shop(
        plan(task("t1"), task("t2"), task("t3", "t1")), check=lambda one: "" if one.uid in granted else "new"
    )
    assert here.states() == {"t1": "asking", "t2": "running", "t3": "waiting"}
    here.scheduler.recheck()
    assert here.told(ev.TaskAsking) == ["t1"], "what is still held is not told again"
    here.scheduler.allow(["t1"])
    assert here.states()["t1"] == "asking", "to allow a task is not to approve it"
    granted.update({"t1", "t3"})
    here.scheduler.recheck()
    await settle()
    assert set(here.working) == {"t1", "t2"}


# Changes while it runs


async def test_tasks_are_added_deleted_and_changed_before_they_start() -> None:
    here = await shop(plan(task("t1"), task("t2", "t1"), task("t3", "t2")))
    changed = plan(task("t1"), task("t3", "t1"), task("t4"))
    here.emit(ev.PlanProposed(plan=changed))
    here.scheduler.amend(changed, every(changed))
    await settle()
    assert here.working == ["t1", "t4"]
    await here.done("t1")
    assert set(here.working) == {"t3", "t4"}
    await here.done("t3", "t4")
    await here.idle()
    assert "t2" not in here.started


@pytest.mark.parametrize(
    "changed",
    [
        plan(task("t2", "t1")),
        plan(task("t1", args={"text": Input.text("y")}), task("t2", "t1")),
        plan(task("t1", task="text-generation"), task("t2", "t1")),
        plan(task("t1", skip=True), task("t2", "t1")),
    ],
    ids=["deleted", "argument", "type", "skip"],
)
async def test_what_has_started_or_is_done_cannot_be_changed(changed: Plan) -> None:
    here = await shop(plan(task("t1"), task("t2", "t1")))
    for _ in range(2):
        with pytest.raises(SchedulerError, match="Task 1 has started"):
            here.scheduler.amend(changed, every(changed))
        if here.working == ["t1"]:
            await here.done("t1")
    assert here.working == ["t2"]
    await here.done("t2")
    await here.idle()


async def test_the_model_of_what_has_started_cannot_be_changed() -> None:
    tasks = plan(task("t1"), task("t2", "t1"))
    here = await shop(tasks)
    other = Assignment(candidate="other:model")
    with pytest.raises(SchedulerError, match="has started"):
        here.scheduler.amend(tasks, {"t1": other, "t2": HERE})
    here.scheduler.amend(tasks, {"t1": HERE.model_copy(update={"reason": "another word"}), "t2": other})
    await here.done("t1")
    assert here.run.tasks["t2"].candidate == "other:model"


async def test_a_changed_failure_runs_again_and_an_unchanged_one_stays() -> None:
    here = await shop(plan(task("t1"), task("t2"), task("t3", "t1"), task("t4", "t2")))
    await here.fail("t1")
    await here.fail("t2")
    changed = plan(task("t1", args={"text": Input.text("y")}), task("t2"), task("t3", "t1"), task("t4", "t2"))
    here.scheduler.amend(changed, every(changed))
    await settle()
    assert here.states() == {"t1": "running", "t2": "failed", "t3": "waiting", "t4": "blocked"}


async def test_a_queued_task_with_another_model_goes_where_that_one_runs() -> None:
    here = Shop({"slow": 1})
    slow, fast = Assignment(candidate="slow:a"), Assignment(candidate="fast:b")
    tasks = plan(task("t1"), task("t2"))
    here.start(tasks, {"t1": slow, "t2": slow})
    await settle()
    here.scheduler.amend(tasks, {"t1": slow, "t2": fast})
    await settle()
    assert here.working == ["t1", "t2"]
    await here.done("t1", "t2")
    await here.idle()


async def test_a_queued_task_that_is_made_to_wait_for_another_waits() -> None:
    here = await shop(plan(task("t1"), task("t2")), limits={"fake": 1})
    changed = plan(task("t1"), task("t2", "t3"), task("t3"))
    here.emit(ev.PlanProposed(plan=changed))
    here.scheduler.amend(changed, every(changed))
    await settle()
    assert here.states() == {"t1": "running", "t2": "waiting", "t3": "ready"}
    for uid in ("t1", "t3", "t2"):
        await here.done(uid)
    await here.idle()


async def test_a_held_task_goes_on_once_the_change_is_taken_back() -> None:
    first = plan(task("t1"), task("t2"))
    wider = plan(task("t1"), task("t2", args={"text": Input.text("y")}))
    here = await shop(
        first, limits={"fake": 1}, check=lambda one: "" if one in tuple(first) else "the arguments have changed"
    )
    here.scheduler.amend(wider, every(wider))
    await here.done("t1")
    assert here.states()["t2"] == "asking"
    here.scheduler.amend(first, every(first))
    await settle()
    assert here.working == ["t2"]


async def test_a_deleted_failure_that_comes_back_by_undo_runs_anew() -> None:
    both = plan(task("t1"), task("t2"))
    here = await shop(both)
    await here.fail("t1")
    only = plan(task("t2"))
    here.scheduler.amend(only, every(only))
    here.scheduler.amend(both, every(both))
    await settle()
    assert here.states() == {"t1": "running", "t2": "running"}


# Laws

ENDS = ("done", "fail", "crash", "skip", "cancel", "supply")


@st.composite
def graphs(draw: st.DrawFn) -> Plan:
    """A plan in which each task reads or follows some of those before it."""
    rows: list[Task] = []
    for number in range(draw(st.integers(1, 9))):
        before = [one.uid for one in rows]
        some = st.lists(st.sampled_from(before), unique=True, max_size=3) if before else st.just([])
        more = {"skip": draw(st.integers(0, 9)) == 0, "policy": "ask" if draw(st.integers(0, 9)) == 0 else "auto"}
        rows.append(task(f"t{number}", *draw(some), after=draw(some), **more))
    return plan(*draw(st.permutations(rows)))


def ready_to_run(here: Shop, uid: Uid) -> bool:
    """Whether everything that a task waits for is over, and nothing of it broke but what was skipped."""
    states = [here.run.state(dep) for dep in here.run.plan[uid].deps]
    return all(state in HAS_RESULT or state is TaskState.SKIPPED for state in states)


async def play(tasks: Plan, limit: int, draw: Any) -> None:
    here = Shop({"fake": limit})
    here.start(tasks)
    seen = 0
    for _ in range(200):
        await settle()
        for uid in here.started[seen:]:
            assert ready_to_run(here, uid)
        seen = len(here.started)
        assert len(here.working) <= limit
        assert here.scheduler.busy == bool(here.working)
        open_ = [one.uid for one in tasks if here.run.state(one.uid) not in ENDED]
        if not open_:
            break
        working = here.working
        if not working:
            await here.idle()
            asking = list(here.scheduler.asking)
            assert asking, "nothing runs, nothing asks, and something has not ended"
            here.scheduler.allow(asking)
            continue
        how = draw(st.sampled_from(ENDS))
        uid = draw(st.sampled_from(working if how in ENDS[:3] else open_))
        if how == "done":
            await here.done(uid)
        elif how == "fail":
            await here.fail(uid)
        elif how == "crash":
            await here.crash(uid, RuntimeError("no"))
        elif how == "supply":
            here.scheduler.supply(uid, (word("mine"),))
        else:
            getattr(here.scheduler, how)(uid)
    await here.idle()
    finals = (ev.TaskDone, ev.TaskFailed, ev.TaskBlocked, ev.TaskSkipped, ev.TaskCancelled)
    for one in tasks:
        ended = here.run.state(one.uid)
        assert ended in ENDED
        told = [event for event in here.events if isinstance(event, (*finals, ev.TaskReset)) and event.uid == one.uid]
        # Each end but the last was taken back by a reset, or a person put another in its place.
        assert not isinstance(told[-1], ev.TaskReset)
        broken = [dep for dep in one.deps if here.run.state(dep) in {TaskState.FAILED, TaskState.CANCELLED}]
        if broken and ended not in HAS_RESULT:
            assert ended in {TaskState.BLOCKED, TaskState.CANCELLED, TaskState.SKIPPED, TaskState.FAILED}
        if ended is TaskState.BLOCKED:
            assert here.run.tasks[one.uid].blocked_by
            assert all(here.run.state(dep) not in HAS_RESULT for dep in here.run.tasks[one.uid].blocked_by)
    entries = [ev.Entry(run="r", seq=n, at=here.run.at, event=event) for n, event in enumerate(here.events, 1)]  # type: ignore[arg-type]
    assert fold(entries).tasks.keys() == here.run.tasks.keys()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_happens_each_task_ends_once_and_nothing_starts_too_early(data: st.DataObject) -> None:
    tasks, limit = data.draw(graphs()), data.draw(st.integers(1, 4))
    asyncio.run(play(tasks, limit, data.draw))
