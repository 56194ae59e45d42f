"""The timeline of a run: what each task did and when, on an axis without the time in which nothing ran."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.run import Run
from hgtui.core.states import Failure, Gate, Outcome, Stage
from hgtui.core.timeline import Chart, chart

START = datetime(2026, 11, 21, 10, tzinfo=UTC)
PLAN = Plan(
    request="go",
    tasks=(
        Task(uid="a", id=0, task="image-to-text", args={"image": Input.text("a.png")}),
        Task(uid="b", id=1, task="summarization", args={"text": Input.of("a")}),
        Task(uid="c", id=2, task="translation", args={"text": Input.text("x"), "language": Input.text("de")}),
    ),
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def told(*events: tuple[float, ev.Event]) -> Run:
    """A run of the plan in which this happened, each so many seconds after its start."""
    run = Run()
    first = [(0.0, ev.RunStarted(request="go")), (0.0, ev.PlanProposed(plan=PLAN))]
    for seq, (seconds, event) in enumerate([*first, *events], 1):
        run.fold(ev.Entry(run="r", seq=seq, at=at(seconds), event=event))
    return run


def pieces(found: Chart, uid: str) -> list[tuple[str, float, float]]:
    return [(one.kind, round(one.begin, 3), round(one.end, 3)) for one in found.bars[uid].stretches]


def gate(**expected: float) -> ev.GateOpened:
    return ev.GateOpened(gate=Gate.MERGED, fingerprint="f" * 64, approvable=True, seconds=expected)


def done(uid: str, **more: object) -> ev.TaskDone:
    return ev.TaskDone.model_validate({"uid": uid, "results": (), **more})


def test_before_anything_runs_the_bars_are_what_such_tasks_took_before() -> None:
    found = chart(told((1, gate(a=2.0, b=3.0, c=1.0))), at(60))
    assert pieces(found, "a") == [("estimate", 0, 2)]
    assert pieces(found, "b") == [("estimate", 2, 5)]
    assert pieces(found, "c") == [("estimate", 0, 1)]
    assert (found.length, found.now) == (5, None)
    assert {uid for uid, bar in found.bars.items() if bar.critical} == {"a", "b"}


def test_tries_waits_and_the_time_in_a_queue_are_told_and_a_running_task_is_hatched_to_its_expected_end() -> None:
    run = told(
        (1, gate(a=2.0, b=4.0)),
        (10, ev.StageEntered(stage=Stage.EXECUTION)),
        (10, ev.TaskQueued(uid="a")),
        (11, ev.TaskStarted(uid="a", candidate="hub:x/y")),
        (13, ev.TaskRetrying(uid="a", attempt=1, failure=Failure.LOADING, message="loading", wait_s=1)),
        (14, ev.TaskStarted(uid="a", attempt=2, candidate="hub:x/y")),
        (16, done("a", seconds=2.0)),
        (16, ev.TaskStarted(uid="b", candidate="embedded:lexrank")),
        (16, done("c", reused=True, kept_from="r0")),
    )
    found = chart(run, at(17))
    assert pieces(found, "a") == [("queued", 0, 1), ("failed", 1, 3), ("wait", 3, 4), ("done", 4, 6)]
    assert pieces(found, "b") == [("running", 6, 7), ("estimate", 7, 10)]
    assert pieces(found, "c") == [("reused", 6, 6)]
    assert (found.now, found.length) == (7, 10)
    assert found.bars["a"].ran_s == 4
    assert [uid for uid, bar in found.bars.items() if bar.critical] == ["a", "b"]


def test_time_in_which_a_run_waits_for_a_person_is_left_out_and_marked() -> None:
    run = told(
        (0, ev.TaskStarted(uid="a")),
        (2, done("a")),
        (2, ev.TaskAsking(uid="b")),
        (3600, ev.TaskStarted(uid="b")),
        (3603, done("b")),
        (3603, ev.RunEnded(outcome=Outcome.ANSWERED, exit=0)),
    )
    found = chart(run, at(9000))
    assert found.length == 5
    assert found.gaps == (2,)
    assert pieces(found, "b")[-1] == ("done", 2, 5)
    assert found.now is None


def test_what_a_process_that_died_left_under_way_ends_where_it_was_seen_last() -> None:
    run = told(
        (0, ev.TaskStarted(uid="a")),
        (4, ev.Logged(text="still there")),
        (9000, ev.Resumed(stage=Stage.EXECUTION, words="its tasks go on")),
        (9001, ev.TaskStarted(uid="a", attempt=1)),
    )
    assert pieces(chart(run, at(9003)), "a") == [("stopped", 0, 4), ("running", 4, 6)]


STEPS = (
    lambda uid: ev.TaskQueued(uid=uid),
    lambda uid: ev.TaskStarted(uid=uid),
    lambda uid: ev.TaskRetrying(uid=uid, attempt=1, failure=Failure.TIMEOUT, message="late", wait_s=1),
    done,
    lambda uid: ev.TaskFailed(uid=uid, failure=Failure.CRASHED, message="gone"),
    lambda uid: ev.TaskAsking(uid=uid),
    lambda uid: ev.TaskReset(uid=uid),
)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(STEPS), st.floats(0, 100)), max_size=25))
def test_whatever_happens_the_bars_follow_each_other_and_end_within_the_axis(steps) -> None:  # type: ignore[no-untyped-def]
    clock, events = 0.0, []
    for uid, make, passed in steps:
        clock += passed
        events.append((clock, make(uid)))
    found = chart(told((0, gate(a=1.0, c=2.0)), *events), at(clock + 1))
    for bar in found.bars.values():
        ends = [one.end for one in bar.stretches]
        assert ends == sorted(ends)
        assert all(one.begin <= one.end + 1e-6 and one.end <= found.length + 1e-6 for one in bar.stretches)
