"""How long the rest of a run takes: the longest chain of what is left, at the pace of what runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.remaining import Remaining, remaining
from hgtui.core.run import Run
from hgtui.core.states import Failure, Gate

START = datetime(2026, 11, 21, 10, tzinfo=UTC)


def run(rows: dict[str, str], seconds: dict[str, float], *events: Any) -> Run:
    """A run whose plan has `rows` of a uid and what it reads, all on one model, `seconds` told at its gate."""
    tasks = tuple(
        Task(
            uid=uid, id=at, task="summarization", args={"text": Input.of(*reads.split()) if reads else Input.text("x")}
        )
        for at, (uid, reads) in enumerate(rows.items())
    )
    here = Run()
    gate = ev.GateOpened(gate=Gate.MERGED, fingerprint="f" * 64, approvable=True, seconds=seconds)
    chosen = [ev.ModelChosen(uid=uid, assignment=Assignment(candidate="a:b")) for uid in rows]
    for at, event in enumerate((ev.PlanProposed(plan=Plan(tasks=tasks)), *chosen, gate, *events), 1):
        here.fold(ev.Entry(run="r1", seq=at, at=START, event=event))
    return here


CHAIN = {"t1": "", "t2": "t1", "t3": "t1", "t4": "t2 t3"}


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_it_is_the_longest_chain_less_what_has_run_already() -> None:
    here = run(CHAIN, {"t1": 4.0, "t2": 5.0, "t3": 2.0, "t4": 3.0}, ev.TaskStarted(uid="t1"))
    assert remaining(here, after(0)) == Remaining(about_s=12.0)
    assert remaining(here, after(1)) == Remaining(about_s=11.0)
    assert remaining(here, after(60)) == Remaining(about_s=8.0)


def test_what_waits_for_a_free_place_takes_its_turn() -> None:
    rows = {f"t{at}": "" for at in range(6)}
    started = [ev.TaskStarted(uid=uid) for uid in ("t0", "t1")]
    queued = [ev.TaskQueued(uid=f"t{at}") for at in range(2, 6)]
    here = run(rows, dict.fromkeys(rows, 2.0), *started, *queued)
    assert remaining(here, after(0)).about_s == 6.0


def test_what_is_not_known_before_is_known_from_the_run_itself() -> None:
    here = run(CHAIN, {})
    assert remaining(here, after(0)) == Remaining(about_s=None, untimed=4)
    here = run(CHAIN, {}, ev.TaskStarted(uid="t1"), ev.TaskDone(uid="t1", seconds=3.0, results=()))
    assert remaining(here, after(0)) == Remaining(about_s=6.0)


@pytest.mark.parametrize(
    "last",
    [ev.TaskSkipped(uid="t4"), ev.TaskFailed(uid="t4", failure=Failure.CRASHED, message="x"), ev.TaskBlocked(uid="t4", by=("t2",))],
)  # fmt: skip
def test_nothing_is_left_of_what_has_ended(last: Any) -> None:
    done = [ev.TaskDone(uid=uid, seconds=1.0, results=()) for uid in ("t1", "t2", "t3")]
    assert remaining(run(CHAIN, {"t4": 9.0}, *done, last), after(0)) == Remaining(about_s=0.0)


def test_what_was_given_by_hand_tells_nothing_of_the_time() -> None:
    here = run(CHAIN, {}, ev.TaskDone(uid="t1", seconds=0.0, results=(), supplied=True))
    assert remaining(here, after(0)) == Remaining(about_s=None, untimed=3)
