"""Edits: what they do, and that each can be taken back."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hgtui.core import edits as ed
from hgtui.core.edits import Draft, Edit, EditError, apply, between, describe, touched
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.problems import Code, problems
from hgtui.core.reading import read_plan
from tests.core import strategies as own

EDITS: TypeAdapter[Edit] = TypeAdapter(Edit)


def chain() -> Draft:
    rows = [
        {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "a.png"}},
        {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}},
        {"task": "text-to-speech", "id": 2, "dep": [1], "args": {"text": "<GENERATED>-1"}},
    ]
    return Draft(plan=read_plan(rows).plan, assignments={"t1": Assignment(candidate="embedded:rapidocr")})


def tried(draft: Draft, edit: Edit) -> tuple[Draft, ed.Patch] | None:
    try:
        return apply(draft, edit)
    except EditError as error:
        assert str(error).endswith(".")
        return None


@pytest.mark.parametrize("kind", own.KINDS)
def test_every_kind_of_edit_can_be_taken_back_and_done_again(kind: type) -> None:
    @given(st.data())
    def check(data: st.DataObject) -> None:
        draft = data.draw(own.drafts())
        assume(len(draft.plan) > 0)
        done = tried(draft, data.draw(own.edits(draft, kind)))
        assume(done is not None)
        assert done is not None
        after, undo = done
        back, redo = apply(after, undo)
        assert back == draft
        assert [task.uid for task in back.plan] == [task.uid for task in draft.plan]
        again, _ = apply(back, redo)
        assert again == after

    check()


@given(st.data())
def test_no_sequence_of_edits_makes_problems_raise_and_undoing_all_gives_the_first_draft_back(
    data: st.DataObject,
) -> None:
    first = draft = data.draw(own.drafts())
    undos = []
    for _ in range(data.draw(st.integers(1, 6))):
        done = tried(draft, data.draw(own.edits(draft)))
        if done:
            draft, undo = done
            undos.append(undo)
        for problem in problems(draft.plan):
            assert problem.message
            if problem.mend:
                apply(draft, problem.mend.edit)
    for undo in reversed(undos):
        draft, _ = apply(draft, undo)
    assert draft == first


@given(st.data())
def test_an_edit_comes_back_from_json_as_it_was_and_has_words(data: st.DataObject) -> None:
    draft = data.draw(own.drafts())
    edit = data.draw(own.edits(draft))
    assert EDITS.validate_python(json.loads(json.dumps(EDITS.dump_python(edit, mode="json")))) == edit
    assert "\n" not in describe(draft, edit) or isinstance(edit, ed.Patch)
    assert isinstance(touched(edit), tuple)


@given(own.drafts(), own.drafts())
def test_a_patch_between_two_drafts_leads_from_one_to_the_other(one: Draft, other: Draft) -> None:
    assert apply(one, between(one, other))[0] == other


def test_a_patch_that_is_late_loses_no_task_it_does_not_know() -> None:
    draft = chain()
    stale = ed.Patch(order=("t2", "t1"))
    after, undo = apply(draft, stale)
    assert [task.uid for task in after.plan] == ["t2", "t1", "t3"]
    assert apply(after, undo)[0] == draft


def test_deleting_a_task_leaves_a_reference_that_problems_can_name() -> None:
    after, _ = apply(chain(), ed.Delete(uid="t1"))
    assert [task.id for task in after.plan] == [1, 2]
    assert after.plan["t2"].args["text"].refs[0].missing == "0"
    assert "t1" not in after.assignments
    assert [one.code for one in problems(after.plan)] == [Code.MISSING_DEPENDENCY]


def test_deleting_with_what_follows_takes_all_that_depends_on_it() -> None:
    after, _ = apply(chain(), ed.Delete(uid="t2", below=True))
    assert [task.uid for task in after.plan] == ["t1"]


def test_a_task_with_the_number_that_a_lost_reference_means_is_found_by_it() -> None:
    without, _ = apply(chain(), ed.Delete(uid="t1"))
    added, undo = apply(without, ed.Add(task=Task(uid="new", id=0, task="image-to-text", args={})))
    assert added.plan["t2"].args["text"] == Input.of("new")
    assert apply(added, undo)[0] == without
    renumbered, _ = apply(without, ed.Renumber(uid="t3", id=0))
    assert renumbered.plan["t2"].args["text"] == Input.of("t3")


def test_deleting_one_of_two_tasks_with_a_number_does_not_hand_its_readers_to_the_other() -> None:
    draft, _ = apply(chain(), ed.Renumber(uid="t1", id=2))
    after, _ = apply(draft, ed.Delete(uid="t1"))
    assert after.plan["t2"].args["text"].refs[0].missing == "t1"


@pytest.mark.parametrize("number", [-1, 10**9, 10**30])
def test_a_number_that_a_plan_file_could_not_hold_is_refused(number: int) -> None:
    with pytest.raises(EditError):
        apply(chain(), ed.Renumber(uid="t1", id=number))
    with pytest.raises(EditError):
        apply(chain(), ed.Add(task=Task(uid="new", id=number, task="summarization")))


def test_setting_an_argument_reads_every_form_and_locks_it() -> None:
    after, _ = apply(chain(), ed.Set(uid="t3", name="text", value="<GENERATED>-0, <GENERATED>-1"))
    assert after.plan["t3"].args["text"] == Input.of("t1", "t2")
    assert after.plan["t3"].locked == ("text",)
    gone, _ = apply(after, ed.Set(uid="t3", name="text"))
    assert "text" not in gone.plan["t3"].args


def test_changing_the_type_carries_over_what_fits_and_drops_the_model() -> None:
    after, _ = apply(chain(), ed.Retype(uid="t1", task="Object Detection"))
    assert (after.plan["t1"].task, after.plan["t1"].args["image"].literal) == ("object-detection", "a.png")
    assert "t1" not in after.assignments
    asked, _ = apply(after, ed.Retype(uid="t1", task="document-question-answering"))
    assert asked.plan["t1"].args["document"].literal == "a.png"


def test_text_is_taken_as_question_where_the_task_is_a_question() -> None:
    asked, _ = apply(chain(), ed.Retype(uid="t1", task="visual-question-answering"))
    after, _ = apply(asked, ed.Set(uid="t1", name="text", value="how many?"))
    assert after.plan["t1"].args["question"].literal == "how many?"


def test_connecting_and_disconnecting_change_argument_or_order() -> None:
    ordered, _ = apply(chain(), ed.Connect(uid="t3", dep="t1"))
    assert ordered.plan["t3"].after == ("t1",)
    read, _ = apply(ordered, ed.Connect(uid="t3", dep="t1", name="text"))
    assert (read.plan["t3"].args["text"], read.plan["t3"].after) == (Input.of("t1"), ())
    apart, _ = apply(read, ed.Disconnect(uid="t3", dep="t1"))
    assert apart.plan["t3"].deps == ()
    assert "text" not in apart.plan["t3"].args


@pytest.mark.parametrize(
    "edit",
    [
        ed.Delete(uid="nowhere"),
        ed.Connect(uid="t1", dep="nowhere"),
        ed.Retype(uid="t1", task="nonsense"),
        ed.Add(task=Task(uid="t1", id=9, task="summarization")),
        ed.Add(task=Task(uid="new", id=9, task="summarization", after=("nowhere",))),
        ed.Replace(draft=Draft(plan=Plan(tasks=(Task(uid="a", id=1, task="x"), Task(uid="a", id=2, task="y"))))),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_in_a_sentence(edit: Edit) -> None:
    with pytest.raises(EditError, match=r"\.$"):
        apply(chain(), edit)


def test_several_edits_are_one_and_all_are_applied_or_none() -> None:
    both = ed.Several(edits=(ed.Retype(uid="t2", task="translation"), ed.Set(uid="t2", name="language", value="de")))
    after, undo = apply(chain(), both)
    assert (after.plan["t2"].task, after.plan["t2"].args["language"].literal) == ("translation", "de")
    assert undo.words == "1 summarization becomes translation and 1 more change"
    assert touched(both) == ("t2",)
    assert apply(after, undo)[0] == chain()
    with pytest.raises(EditError):
        apply(chain(), ed.Several(edits=(ed.Skip(uid="t1"), ed.Skip(uid="nowhere"))))
