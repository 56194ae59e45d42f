"""A revision taken change by change: all of its parts make the revision, none of them leaves the plan."""

from hypothesis import given, settings

from hgtui.core.diff import diff
from hgtui.core.edits import Draft
from hgtui.core.partly import Part, but, grafted, parts, taken, undecided
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.versions import kept
from tests.core import strategies as own


def fields(plan: Plan) -> dict[str, Task]:
    """The tasks but for their locks, which no revision changes."""
    return {task.uid: task.update(locked=()) for task in plan}


@settings(max_examples=30)
@given(own.plans(), own.plans())
def test_taken_one_by_one_the_parts_make_the_whole_and_left_out_all_together_they_leave_the_plan(
    one: Plan, other: Plan
) -> None:
    found = parts(one, other)
    now = one
    for part in found:
        now = taken(now, other, part)
        # What a task reads it need not wait for besides: that shows only once it is read no more.
        assert part not in parts(now, other) or part.field == "after"
    for part in parts(now, other):
        now = taken(now, other, part)
    assert fields(now) == fields(other)
    assert fields(but(one, other, found)) == fields(one)
    assert undecided(one, other, found) == ()
    assert not diff(but(one, other, ()), other)


@settings(max_examples=20)
@given(own.plans(unique=True), own.plans(unique=True))
def test_what_is_left_out_of_a_plan_of_another_run_has_uids_of_its_own_there(one: Plan, other: Plan) -> None:
    names = {task.uid: f"x{task.uid}" for task in other}
    there = other.with_tasks(
        task.update(uid=names[task.uid], args={name: value.swap(names) for name, value in task.args.items()})
        for task in other
    )
    dropped = frozenset(parts(one, other))
    made = grafted(one, other, there, dropped, names.values())
    assert len({task.uid for task in made}) == len(made)
    assert {names[task.uid] for task in one if task.uid in names} <= {task.uid for task in made}
    assert sorted(task.id for task in made) == sorted(task.id for task in one)


def test_a_field_is_taken_alone_and_a_task_of_another_type_as_a_whole() -> None:
    old = Task(uid="t1", id=0, task="summarization", args={"text": Input.text("a")})
    new = old.update(args={"text": Input.text("b"), "language": Input.text("fr")})
    before, after = Plan(tasks=(old,)), Plan(tasks=(new,))
    assert parts(before, after) == (Part(uid="t1", field="args.text"), Part(uid="t1", field="args.language"))
    assert taken(before, after, Part(uid="t1", field="args.text"))["t1"].args == {"text": Input.text("b")}
    assert but(before, after, [Part(uid="t1", field="args.language")])["t1"].args == {"text": Input.text("b")}
    other = after.with_tasks([new.update(task="translation")])
    assert parts(before, other) == (Part(uid="t1"),)


def test_a_plan_is_kept_once_and_an_empty_one_not_at_all() -> None:
    plan = Plan(tasks=(Task(uid="t1", id=0, task="summarization"),))
    one = kept((), "planner", Draft(plan=plan))
    assert [version.number for version in one] == [1]
    assert kept(one, "person", Draft(plan=plan)) is one
    assert kept(one, "person", Draft()) is one
