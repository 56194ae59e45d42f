"""Two plans compared, and a revision matched with what it revises."""

from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.diff import diff, match
from hgtui.core.plan import Input, Plan, Ref, Task
from tests.core import strategies as own


def renamed(plan: Plan, prefix: str) -> Plan:
    names = {task.uid: f"{prefix}{task.uid}" for task in plan}
    return plan.with_tasks(
        task.update(
            uid=names[task.uid],
            args={name: value.swap(names) for name, value in task.args.items()},
            after=tuple(names.get(dep, dep) for dep in task.after),
        )
        for task in plan
    )


@given(own.plans())
def test_a_plan_does_not_differ_from_itself(plan: Plan) -> None:
    found = diff(plan, plan)
    assert not found
    assert found.unchanged == tuple(task.uid for task in plan)


@given(own.plans(), own.plans())
def test_a_difference_names_exactly_what_differs(one: Plan, other: Plan) -> None:
    found = diff(one, other)
    old, new = {task.uid: task for task in one}, {task.uid: task for task in other}
    assert {task.uid for task in found.added} == set(new) - set(old)
    assert {task.uid for task in found.removed} == set(old) - set(new)
    for change in found.changed:
        assert (change.before, change.after) == (old[change.before.uid], new[change.before.uid])
        for field in change.fields:
            assert field.before != field.after
    for uid in set(old) & set(new):
        a, b = old[uid], new[uid]
        parts = ["task", "id", "after", "skip", "policy"]
        expected = {name for name in parts if getattr(a, name) != getattr(b, name)}
        expected |= {f"args.{name}" for name in {*a.args, *b.args} if a.args.get(name) != b.args.get(name)}
        fields = {field.field for change in found.changed if change.before.uid == uid for field in change.fields}
        assert fields == expected
        assert (uid in found.unchanged) == (not expected)


@given(own.plans(), st.data())
def test_rows_in_another_order_are_moved_and_nothing_else(plan: Plan, data: st.DataObject) -> None:
    rows = data.draw(st.permutations(plan.tasks))
    found = diff(plan, plan.with_tasks(rows))
    assert found.moved == (tuple(rows) != plan.tasks)
    assert not (found.added or found.removed or found.changed)


@given(own.plans(unique=True))
def test_a_revision_that_changes_nothing_gets_its_uids_back(plan: Plan) -> None:
    assert match(plan, renamed(plan, "x")) == plan


@given(own.plans(unique=True), own.plans(unique=True))
def test_matching_keeps_uids_apart_and_never_lends_one_that_is_gone(before: Plan, after: Plan) -> None:
    matched = match(before, after)
    uids = [task.uid for task in matched]
    assert len(set(uids)) == len(uids) == len(after)
    old = {task.uid: task for task in before}
    for was, now in zip(after, matched, strict=True):
        assert (was.task, was.id) == (now.task, now.id)
        same = old.get(now.uid)
        assert same is None or same.id == now.id or same.task == now.task


def test_a_task_is_found_again_by_type_and_arguments_where_its_number_changed() -> None:
    before = Plan(
        tasks=(
            Task(uid="t1", id=0, task="image-to-text", args={"image": Input.text("a.png")}),
            Task(uid="t2", id=1, task="image-to-text", args={"image": Input.text("b.png")}),
        )
    )
    after = Plan(
        tasks=(
            Task(uid="x1", id=5, task="image-to-text", args={"image": Input.text("b.png")}),
            Task(uid="t1", id=6, task="summarization", args={"text": Input(parts=(Ref(uid="x1"),))}),
        )
    )
    matched = match(before, after)
    assert matched.tasks[0].uid == "t2"
    assert matched.tasks[1].uid not in {"t1", "t2", "x1"}
    assert matched.tasks[1].args["text"] == Input.of("t2")
