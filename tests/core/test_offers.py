"""What a person may choose from, and the edits that a form comes to."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hgtui.core import edits as ed
from hgtui.core.offers import free_arguments, may_wait_for, readable, steps, together
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.problems import Code, problems
from hgtui.core.task import TASKS
from tests.core import strategies as own


def plan() -> Plan:
    return Plan(
        tasks=(
            Task(uid="a", id=0, task="image-to-text", args={"image": Input.text("a.png")}),
            Task(uid="b", id=1, task="object-detection", args={"image": Input.text("a.png")}),
            Task(uid="c", id=2, task="text-to-speech", args={"text": Input.of("a")}),
            Task(uid="d", id=3, task="summarization", args={"text": Input.of("a")}, after=("c",)),
        )
    )


@given(own.plans(), st.data())
def test_waiting_for_what_is_offered_never_makes_a_ring(plan: Plan, data: st.DataObject) -> None:
    assume(len(plan) > 0 and not any(one.code in {Code.CYCLE, Code.SELF_REFERENCE} for one in problems(plan)))
    uid = data.draw(st.sampled_from([task.uid for task in plan]))
    for task in may_wait_for(plan, uid):
        after, _ = ed.apply(ed.Draft(plan=plan), ed.Connect(uid=uid, dep=task.uid))
        assert not any(one.code is Code.CYCLE for one in problems(after.plan))


def test_only_results_of_the_right_kind_that_make_no_ring_are_offered() -> None:
    text, image = TASKS["text-to-speech"].arg("text"), TASKS["image-to-text"].arg("image")
    assert text
    assert image
    assert [(task.uid, field) for task, field in readable(plan(), "c", text)] == [("a", ""), ("b", "")]
    assert [(task.uid, field) for task, field in readable(plan(), "d", image)] == [("b", "image")]
    assert [task.uid for task, _ in readable(plan(), "a", image)] == ["b"]


def test_an_argument_that_is_given_already_is_not_free() -> None:
    assert free_arguments(plan()["c"], plan()["b"]) == ()
    assert free_arguments(Task(uid="x", id=9, task="text-to-speech"), plan()["a"])[:1] == ("text",)
    assert free_arguments(Task(uid="x", id=9, task="image-to-text"), plan()["a"]) == ()


@given(own.plans(unique=True), st.data())
def test_the_steps_to_a_task_lead_to_it(plan: Plan, data: st.DataObject) -> None:
    assume(len(plan) > 0)
    uids = [task.uid for task in plan]
    uid = data.draw(st.sampled_from(uids))
    after = data.draw(own.tasks(uid, 60, uids))
    assume(after.task in TASKS or after.task == plan[uid].task)
    assume(all(dep in uids or dep in plan[uid].after for dep in after.after))
    edits = steps(plan, after)
    draft = ed.Draft(plan=plan)
    reached, undo = ed.apply(draft, together(edits))
    assert reached.plan[uid].update(locked=()) == after.update(locked=())
    assert ed.apply(reached, undo)[0] == draft


def test_nothing_is_no_edit() -> None:
    assert steps(plan(), plan()["c"]) == ()
    with pytest.raises(IndexError):
        together(())
