"""A revision taken change by change: all of its parts make the revision, none of them leaves the plan."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.core.diff import diff, match, numbered
from hgtui.core.edits import Draft
from hgtui.core.partly import Part, but, dropped_with, grafted, named, parts, taken, taken_with, undecided
from hgtui.core.plan import MISSING, Input, Plan, Task
from hgtui.core.versions import kept
from tests.core import strategies as own


def fields(plan: Plan) -> dict[str, Task]:
    """The tasks but for their locks, which no revision changes."""
    return {task.uid: task.update(locked=()) for task in plan}


def dangling(plan: Plan) -> set[str]:
    """The references to tasks that there are elsewhere and not in this plan."""
    return {dep for task in plan for dep in task.deps if plan.get(dep) is None and not dep.startswith(MISSING)}


@settings(max_examples=40)
@given(own.plans(unique=True), own.plans())
def test_taken_one_by_one_the_parts_make_the_whole_and_left_out_all_together_they_leave_the_plan(
    one: Plan, other: Plan
) -> None:
    other = numbered(one, other)
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


@settings(max_examples=60)
@given(own.plans(unique=True), own.plans(unique=True), st.booleans(), st.data())
def test_whatever_is_taken_or_left_out_no_reference_is_lost_and_no_number_is_there_twice(
    one: Plan, other: Plan, another_run: bool, data: st.DataObject
) -> None:
    other = other if another_run else numbered(one, other)
    found = parts(one, other)
    some = data.draw(st.lists(st.sampled_from(found), unique=True)) if found else []
    now = one
    for part in some:
        along = taken_with(now, other, part)
        before, now = parts(now, other), taken(now, other, part)
        assert not dangling(now)
        assert len({task.id for task in now}) == len(now)
        assert {task.uid: task.id for task in one if now.get(task.uid)}.items() <= {t.uid: t.id for t in now}.items()
        assert set(before) - set(parts(now, other)) <= {part, *along} | {
            gone for gone in before if gone.field == "after"
        }
    left = but(one, other, some)
    assert not dangling(left)
    assert len({task.id for task in left}) == len(left)
    out = {*some, *(with_it for part in some for with_it in dropped_with(one, other, part))}
    assert fields(left) == fields(but(one, other, out))
    assert not out & {gone for gone in parts(one, left) if gone.field != "after"}


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
    assert len({task.id for task in made}) == len(made) == len(one)


def test_a_field_is_taken_alone_and_a_task_of_another_type_as_a_whole() -> None:
    old = Task(uid="t1", id=0, task="summarization", args={"text": Input.text("a")})
    new = old.update(args={"text": Input.text("b"), "language": Input.text("fr")})
    before, after = Plan(tasks=(old,)), Plan(tasks=(new,))
    assert parts(before, after) == (Part(uid="t1", field="args.text"), Part(uid="t1", field="args.language"))
    assert taken(before, after, Part(uid="t1", field="args.text"))["t1"].args == {"text": Input.text("b")}
    assert but(before, after, [Part(uid="t1", field="args.language")])["t1"].args == {"text": Input.text("b")}
    other = after.with_tasks([new.update(task="translation")])
    assert parts(before, other) == (Part(uid="t1"),)


def test_a_task_between_two_others_comes_with_what_reads_it_and_goes_with_it() -> None:
    def task(uid: str, id: int, kind: str, *reads: str) -> Task:
        return Task(uid=uid, id=id, task=kind, args={"text": Input.of(*reads) if reads else Input.text("a")})

    first, last = task("t1", 0, "translation"), task("t3", 2, "text-to-speech", "t2")
    before = Plan(tasks=(first, task("t2", 1, "summarization", "t1"), last))
    reply = [task("x1", 0, "translation"), task("x2", 1, "text-generation", "x1"), task("x3", 2, "summarization", "x2")]
    after = numbered(before, match(before, Plan(tasks=(*reply, task("x4", 3, "text-to-speech", "x3")))))
    new = after.tasks[1]
    assert [(one.uid, one.id) for one in after] == [("t1", 0), (new.uid, 3), ("t2", 1), ("t3", 2)]
    text, whole = Part(uid="t2", field="args.text"), Part(uid=new.uid)
    assert parts(before, after) == (text, whole)
    assert taken_with(before, after, text) == (whole,)
    assert taken(before, after, text) == after
    assert named(before, after, whole) == "task 3 text-generation (new)"
    assert taken_with(before, after, whole) == ()
    assert [one.id for one in taken(before, after, whole)] == [0, 3, 1, 2]
    assert dropped_with(before, after, whole) == (text,)
    assert but(before, after, {whole}) == before
    assert dropped_with(before, after, text) == ()
    # The other way round: a task goes only with what has read it, and stays where that stays.
    assert taken_with(after, before, whole) == (text,)
    assert taken(after, before, whole) == before
    assert dropped_with(after, before, text) == (whole,)
    assert named(after, before, text) == "task 1 summarization, text"
    assert named(after, before, whole) == "task 3 text-generation (gone)"
    assert but(after, before, {text}) == after
    twice = Plan(tasks=(first, task("t9", 0, "summarization")))
    assert [one.id for one in but(twice, before, {Part(uid="t9")})] == [0, 3, 1, 2]


def test_a_plan_is_kept_once_and_an_empty_one_not_at_all() -> None:
    plan = Plan(tasks=(Task(uid="t1", id=0, task="summarization"),))
    one = kept((), "planner", Draft(plan=plan))
    assert [version.number for version in one] == [1]
    assert kept(one, "person", Draft(plan=plan)) is one
    assert kept(one, "person", Draft()) is one
