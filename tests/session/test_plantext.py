"""A plan as a text that a person edits: what is written comes back, and what is wrong stands at its line."""

import pytest
from hypothesis import given, settings

from hgtui.core import edits as ed
from hgtui.core.edits import Draft
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task, fresh_uids
from hgtui.core.problems import problems
from hgtui.session.plantext import FORMS, Form, Wrong, annotated, bare, read_text, write_text
from tests.core import strategies as own

CANDIDATES = {
    "summarization": (
        Candidate(name="embedded:lexrank", model="lexrank", endpoint="embedded"),
        Candidate(name="embedded:textrank", model="textrank", endpoint="embedded"),
    )
}


def draft() -> Draft:
    plan = Plan(
        request="Read it",
        planner="rules",
        tasks=(
            Task(uid="t1", id=0, task="image-to-text", args={"image": Input.text("a.png")}),
            Task(uid="t2", id=1, task="summarization", args={"text": Input.of("t1")}, after=("t3",)),
            Task(uid="t3", id=2, task="summarization", args={"text": Input.text('Two\nlines with "quotes" and \\.')}),
        ),
    )
    chosen = Assignment(candidate="embedded:lexrank", chosen_by="ranking", reason="small and here")
    return Draft(plan=plan, assignments={"t2": chosen})


def read(text: str, form: Form, before: Draft | None = None) -> Draft:
    found = read_text(text, form, before or draft(), candidates=CANDIDATES, uids=fresh_uids(["t1", "t2", "t3"]))
    assert found.draft is not None, found.wrong
    assert found.left_out == ()
    return found.draft


@pytest.mark.parametrize("form", FORMS)
def test_any_draft_that_is_written_is_read_back_as_the_same(form: Form) -> None:
    @settings(deadline=None)
    @given(own.drafts())
    def check(before: Draft) -> None:
        text = write_text(before, form, CANDIDATES, problems(before.plan))
        found = read_text(text, form, before)
        assert found.wrong == ()
        assert found.left_out == ()
        assert found.draft == before

    check()


@pytest.mark.parametrize("form", FORMS)
def test_the_text_says_what_a_task_takes_and_who_could_run_it(form: Form) -> None:
    text = write_text(draft(), form, CANDIDATES)
    assert "# takes: text (text, one or more): the texts to work on; language (text, may be left" in text
    assert "# model: embedded:lexrank, embedded:textrank" in text
    assert "chosen by the ranking: small and here" in text
    alone = Assignment(candidate="embedded:lexrank", chosen_by="only", reason="the only one here that can run it")
    text = write_text(Draft(plan=draft().plan, assignments={"t2": alone}), form, CANDIDATES)
    assert "chosen by the ranking: the only one here that can run it" in text
    assert "object-detection" in text  # a type that the plan has not


@pytest.mark.parametrize("form", FORMS)
def test_what_is_changed_is_locked_and_a_model_that_is_named_is_the_persons(form: Form) -> None:
    text = write_text(draft(), form, CANDIDATES).replace("a.png", "b.png")
    text = text.replace('"embedded:lexrank"', '"embedded:textrank"')
    after = read(text, form)
    assert after.plan["t1"].args["image"] == Input.text("b.png")
    assert after.plan["t1"].locked == ("image",)
    assert after.plan["t2"] == draft().plan["t2"]
    chosen = after.assignments["t2"]
    assert (chosen.candidate, chosen.chosen_by) == ("embedded:textrank", "person")


def test_a_task_that_is_added_gets_a_uid_that_was_never_used() -> None:
    text = write_text(draft(), "toml") + '\n[[tasks]]\nid = 3\ntask = "tts"\n[tasks.args]\ntext = "<GENERATED>-1"\n'
    after = read(text, "toml")
    assert [task.uid for task in after.plan] == ["t1", "t2", "t3", "t4"]
    assert after.plan["t4"].task == "text-to-speech"
    assert after.plan["t4"].args["text"] == Input.of("t2")


def test_another_type_lets_the_model_go() -> None:
    text = write_text(draft(), "toml", CANDIDATES).replace(
        'id = 1\ntask = "summarization"', 'id = 1\ntask = "translation"'
    )
    after = read(text, "toml")
    assert after.plan["t2"].task == "translation"
    assert after.assignments == {}
    assert after.plan["t2"].locked == ("task",)


@pytest.mark.parametrize(
    ("form", "old", "new", "line_has"),
    [
        ("toml", 'image = "a.png"', 'image = "a.png', 'image = "a.png'),
        ("json", '"image": "a.png"', '"image": "a.png" 3', '"image": "a.png" 3'),
    ],
)
def test_a_text_that_is_no_plan_says_so_at_its_line(form: Form, old: str, new: str, line_has: str) -> None:
    text = write_text(draft(), form).replace(old, new)
    found = read_text(text, form, draft())
    assert found.draft is None
    (wrong,) = found.wrong
    assert line_has in text.split("\n")[wrong.line - 1]
    again = annotated(text, found.wrong)
    at = next(n for n, line in enumerate(again.split("\n")) if line.startswith("#! Line"))
    assert line_has in again.split("\n")[at + 1]
    assert bare(again) == text
    assert annotated(again, found.wrong) == again


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_taken_is_told_at_its_line(form: Form) -> None:
    text = write_text(draft(), form, CANDIDATES).replace('embedded:lexrank"', 'embedded:unheard-of"')
    text = text.replace("skip", "skip")
    found = read_text(text, form, draft(), candidates=CANDIDATES)
    assert found.draft is not None
    assert found.draft.assignments == {}
    (left,) = found.left_out
    assert "embedded:unheard-of is no candidate for summarization" in left.words
    assert "embedded:unheard-of" in text.split("\n")[left.line - 1]


@pytest.mark.parametrize("form", FORMS)
def test_a_key_that_is_not_read_is_told_at_its_line(form: Form) -> None:
    old, new = ('uid = "t3"', 'agrs = 1\nuid = "t3"') if form == "toml" else ('"uid": "t3"', '"agrs": 1,\n"uid": "t3"')
    text = write_text(draft(), form).replace(old, new)
    found = read_text(text, form, draft())
    (left,) = found.left_out
    assert "“agrs” is not read" in left.words
    assert "agrs" in text.split("\n")[left.line - 1]


@pytest.mark.parametrize("form", FORMS)
def test_a_problem_of_the_plan_stands_above_the_line_of_its_argument(form: Form) -> None:
    before, _ = ed.apply(draft(), ed.Set(uid="t3", name="text", value="<GENERATED>-9"))
    lines = write_text(before, form, CANDIDATES, problems(before.plan)).split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("#! error: Task 2 waits for a task 9"))
    assert "mend: take the reference out" in lines[at]
    missing, _ = ed.apply(draft(), ed.Set(uid="t3", name="text", value=""))
    lines = write_text(missing, form, CANDIDATES, problems(missing.plan)).split("\n")
    at = next(n for n, line in enumerate(lines) if "#! error: summarization needs “text”" in line)
    assert lines[at + 1].strip().startswith(("text =", '"text":'))


def test_a_line_in_a_text_that_looks_like_the_head_of_a_task_is_none() -> None:
    plan = Plan(
        tasks=(
            Task(uid="t1", id=0, task="summarization", args={"text": Input.text("a\n[[tasks]]\ntext = 3\nb")}),
            Task(uid="t2", id=1, task="summarization", args={"text": Input.text("")}),
        )
    )
    lines = write_text(Draft(plan=plan), "toml", None, problems(plan)).split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("#! error"))
    assert lines[at + 1] == 'text = ""'


def test_a_date_of_toml_is_a_text() -> None:
    text = write_text(draft(), "toml").replace('image = "a.png"', "image = 2026-11-30")
    assert read(text, "toml").plan["t1"].args["image"] == Input.text("2026-11-30")


@pytest.mark.parametrize(
    "text", ["[[tasks]]\nx", "tasks = 1", "version = 2", "a = " + "[" * 5_000, "x = 1e99999999999\n[", ""]
)
def test_no_text_makes_it_raise(text: str) -> None:
    for form in FORMS:
        found = read_text(text, form, draft())
        assert found.draft is not None or found.wrong
        for wrong in (*found.wrong, *found.left_out):
            assert wrong.words.endswith(".")


def test_a_sentence_on_the_whole_stands_at_its_head() -> None:
    assert annotated("a\nb", [Wrong(0, "It is nothing.")]) == "#! It is nothing.\na\nb"
