"""Two journals of a run compared: what is a difference and what is not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hgtui.core import events as ev
from hgtui.core.approval import Grant
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import Kind, Resource
from hgtui.core.states import Failure, Outcome, Stage
from hgtui.session.differing import differences

WORD = Resource(kind=Kind.TEXT, digest="0" * 64, media_type="text/plain", size=1, preview="x")
BEGIN = datetime(2026, 11, 21, tzinfo=UTC)
PLAN = Plan(
    tasks=(
        Task(uid="a", id=1, task="summarization", args={"text": Input.text("x")}),
        Task(uid="b", id=2, task="summarization", args={"text": Input.text("y")}),
        Task(uid="c", id=3, task="summarization", args={"text": Input.of("a")}),
    )
)
HEAD: tuple[ev.Event, ...] = (
    ev.RunStarted(request="go", planner="rules"),
    ev.StageEntered(stage=Stage.PLANNING),
    ev.PlanProposed(plan=PLAN),
    ev.Approved(grant=Grant(fingerprint="f" * 64, tasks=())),
    ev.StageEntered(stage=Stage.EXECUTION),
)
TAIL: tuple[ev.Event, ...] = (
    ev.StageEntered(stage=Stage.RESPONSE),
    ev.Answered(text="done"),
    ev.RunEnded(outcome=Outcome.ANSWERED, exit=0),
)


def did(uid: str, seconds: float = 1.0) -> list[ev.Event]:
    retry = ev.TaskRetrying(uid=uid, attempt=1, failure=Failure.TRANSPORT, message="no", wait_s=seconds)
    begin = [ev.TaskStarted(uid=uid, attempt=number) for number in (1, 2)]
    return [begin[0], retry, begin[1], ev.TaskDone(uid=uid, results=(WORD,), seconds=seconds, attempt=2)]


def journal(events: list[ev.Event], pace_s: float = 1.0, run: str = "r-1") -> list[ev.Entry]:
    return [
        ev.Entry(run=run, seq=number, at=BEGIN + timedelta(seconds=pace_s * number), event=event)
        for number, event in enumerate(events, 1)
    ]


def merged(first: list[ev.Event], second: list[ev.Event], turns: list[bool]) -> list[ev.Event]:
    """Interleave two lists, each in its own order."""
    one, other, found = list(first), list(second), []
    for turn in turns:
        source = one if turn else other
        if source:
            found.append(source.pop(0))
    return [*found, *one, *other]


@given(st.lists(st.booleans(), max_size=16), st.floats(0, 100), st.floats(0.01, 10))
def test_times_and_the_order_of_independent_tasks_are_no_difference(
    turns: list[bool], seconds: float, pace_s: float
) -> None:
    recorded = journal([*HEAD, *did("a"), *did("c"), *did("b"), *TAIL])
    again = merged([*did("a", seconds), *did("c", seconds)], did("b", seconds), turns)
    assert differences(recorded, journal([*HEAD, *again, *TAIL], pace_s, "r-2")) == []


@given(st.integers(0, 18), st.integers(0, 18))
def test_any_two_other_events_that_change_places_are_a_difference(one: int, other: int) -> None:
    events = [*HEAD, *did("a"), *did("c"), *TAIL]
    one, other = one % len(events), other % len(events)
    swapped = list(events)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert bool(differences(journal(events), journal(swapped))) is (one != other)


@given(st.integers(0, 19))
def test_an_event_that_is_gone_is_a_difference_either_way(gone: int) -> None:
    events = [*HEAD, *did("a"), *did("c"), *did("b"), *TAIL]
    gone %= len(events)
    fewer = [*events[:gone], *events[gone + 1 :]]
    assert differences(journal(events), journal(fewer))
    assert differences(journal(fewer), journal(events))


def test_the_first_difference_names_the_event_the_field_and_the_place_in_a_text() -> None:
    events = [*HEAD, *did("a"), *TAIL]
    other = [*HEAD, *did("a"), TAIL[0], ev.Answered(text="dome"), TAIL[2]]
    assert differences(journal(events), journal(other)) == [
        "Event 11, answered: text differs at character 3: it was “done” and is “dome”."
    ]


def test_a_journal_that_breaks_off_is_the_same_as_one_that_goes_on() -> None:
    events = [*HEAD, *did("a"), *did("c"), *TAIL]
    for end in range(1, len(events)):
        assert differences(journal(events[:end]), journal(events), cut=True) == []
        assert differences(journal(events[:end]), journal(events))
