"""What a fingerprint tells apart and what it does not; what lies within a grant."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.approval import Grant, beyond, fingerprint, grant
from hgtui.core.edits import Draft
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import FileFact, Kind
from tests.core import strategies as own
from tests.core.test_diff import renamed

FILES = {"a.png": FileFact(path="a.png", kind=Kind.IMAGE, digest="d1")}
CHOSEN = Assignment(candidate="hub:org/ocr", provider="fal-ai", revision="r1", chosen_by="ranking", reason="best")
DRAFT = Draft(
    plan=Plan(
        tasks=(
            Task(uid="t1", id=0, task="image-to-text", args={"image": Input.text("a.png")}),
            Task(uid="t2", id=1, task="summarization", args={"text": Input.of("t1")}),
            Task(uid="t3", id=2, task="text-to-speech", args={"text": Input.text("done")}, after=("t2",)),
        )
    ),
    assignments={"t1": CHOSEN, "t2": CHOSEN, "t3": CHOSEN},
)


def with_task(uid: str, **changes: object) -> Draft:
    rows = [task.update(**changes) if task.uid == uid else task for task in DRAFT.plan]
    return Draft(plan=DRAFT.plan.with_tasks(rows), assignments=DRAFT.assignments)


def with_choice(**changes: object) -> Draft:
    chosen = Assignment.model_validate({**CHOSEN.model_dump(), **changes})
    return Draft(plan=DRAFT.plan, assignments={**DRAFT.assignments, "t1": chosen})


@given(own.drafts(unique=True), st.data())
def test_uids_locks_reasons_and_the_order_of_rows_do_not_change_the_fingerprint(
    draft: Draft, data: st.DataObject
) -> None:
    rows = [task.update(locked=()) for task in data.draw(st.permutations(draft.plan.tasks))]
    plan = renamed(Plan(request="other words", planner="another", tasks=tuple(rows)), "x")
    chosen = {
        f"x{uid}": Assignment(candidate=one.candidate, provider=one.provider, revision=one.revision, reason="other")
        for uid, one in draft.assignments.items()
    }
    assert fingerprint(Draft(plan=plan, assignments=chosen), FILES, {}) == fingerprint(draft, FILES, {})


@pytest.mark.parametrize(
    "other",
    [
        with_task("t1", task="image-classification"),
        with_task("t1", args={"image": Input.text("b.png")}),
        with_task("t2", args={"text": Input.text("<GENERATED>-0")}),
        with_task("t3", after=()),
        with_task("t3", after=("t1",)),
        with_task("t3", skip=True),
        with_task("t3", policy="ask"),
        with_choice(candidate="hub:org/other"),
        with_choice(provider=None),
        with_choice(revision="r2"),
        Draft(plan=DRAFT.plan, assignments={}),
        Draft(plan=DRAFT.plan.with_tasks(DRAFT.plan.tasks[:2]), assignments=DRAFT.assignments),
    ],
)
def test_any_change_of_what_runs_changes_the_fingerprint(other: Draft) -> None:
    assert fingerprint(other, FILES, {}) != fingerprint(DRAFT, FILES, {})


def test_another_content_of_a_file_changes_the_fingerprint() -> None:
    other = {"a.png": FileFact(path="a.png", kind=Kind.IMAGE, digest="d2")}
    assert fingerprint(DRAFT, other, {}) != fingerprint(DRAFT, FILES, {})


def test_what_was_granted_lies_within() -> None:
    given = grant(DRAFT, FILES, {})
    assert given.fingerprint == fingerprint(DRAFT, FILES, {})
    assert [beyond(given, task, DRAFT.assignments[task.uid], FILES) for task in DRAFT.plan] == ["", "", ""]
    why = with_choice(reason="other", chosen_by="person").assignments["t1"]
    assert beyond(given, DRAFT.plan["t1"], why, FILES) == ""


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda: (with_task("t1", args={"image": Input.text("b.png")}).plan["t1"], CHOSEN, FILES), "arguments"),
        (lambda: (with_task("t1", task="image-to-image").plan["t1"], CHOSEN, FILES), "arguments"),
        (lambda: (DRAFT.plan["t1"], with_choice(candidate="local:other").assignments["t1"], FILES), "local:other"),
        (lambda: (DRAFT.plan["t1"], with_choice(provider="groq").assignments["t1"], FILES), "groq"),
        (lambda: (DRAFT.plan["t1"], with_choice(revision="r2").assignments["t1"], FILES), "r2"),
        (lambda: (DRAFT.plan["t1"], None, FILES), "no model"),
        (lambda: (DRAFT.plan["t1"], CHOSEN, {"a.png": FileFact(path="a.png", digest="d2")}), "a.png"),
        (lambda: (Task(uid="t9", id=9, task="summarization"), CHOSEN, FILES), "new"),
    ],
)
def test_what_was_not_granted_is_beyond_it_and_said_in_words(
    change: Callable[[], tuple[Task, Assignment | None, dict[str, FileFact]]], word: str
) -> None:
    assert word in beyond(grant(DRAFT, FILES, {}), *change())


def test_a_task_that_was_skipped_is_not_granted() -> None:
    given = grant(with_task("t3", skip=True), FILES, {})
    assert "new" in beyond(given, DRAFT.plan["t3"], CHOSEN, FILES)


# What may stand in

LISTED = Candidate(
    name="hub:org/ocr",
    model="org/ocr",
    endpoint="hub",
    revision="r1",
    provider="fal-ai",
    providers=("groq",),
    licence="mit",
    place="hub",
    leaves=True,
)
OTHER = LISTED.model_copy(update={"name": "hub:org/other#fal-ai", "model": "org/other", "providers": ()})
KNOWN = {"image-to-text": (LISTED, OTHER)}


def test_what_may_stand_in_is_granted_with_its_provider_and_revision() -> None:
    given = grant(DRAFT, FILES, KNOWN)
    spare = given.substitutes["t1"]
    assert [one.candidate for one in spare] == ["hub:org/ocr#groq", "hub:org/other#fal-ai"]
    for one in spare:
        assert beyond(given, DRAFT.plan["t1"], one.assignment(), FILES) == ""
        assert beyond(given, DRAFT.plan["t2"], one.assignment(), FILES) != ""
    assert beyond(grant(DRAFT, FILES, {}), DRAFT.plan["t1"], spare[0].assignment(), FILES) != ""


@pytest.mark.parametrize("change", [{"provider": "together"}, {"provider": None}, {"revision": "r2"}])
def test_a_stand_in_at_another_provider_or_revision_was_not_granted(change: dict[str, str | None]) -> None:
    given = grant(DRAFT, FILES, KNOWN)
    other = given.substitutes["t1"][1].model_copy(update=change)
    assert "org/other" in beyond(given, DRAFT.plan["t1"], other.assignment(), FILES)


def test_a_stand_in_covers_no_other_arguments_and_no_other_file() -> None:
    given = grant(DRAFT, FILES, KNOWN)
    spare = given.substitutes["t1"][0].assignment()
    changed = with_task("t1", args={"image": Input.text("b.png")}).plan["t1"]
    assert "arguments" in beyond(given, changed, spare, FILES)
    assert "a.png" in beyond(given, DRAFT.plan["t1"], spare, {"a.png": FileFact(path="a.png", digest="d2")})


def test_what_stands_in_is_part_of_the_fingerprint() -> None:
    alone = fingerprint(DRAFT, FILES, {})
    whole = fingerprint(DRAFT, FILES, KNOWN)
    assert len({alone, whole, fingerprint(DRAFT, FILES, {"image-to-text": (LISTED,)})}) == 3
    assert grant(DRAFT, FILES, KNOWN).fingerprint == whole
    # What stands in for nothing changes nothing.
    dear = OTHER.model_copy(update={"licence": "apache-2.0"})
    assert fingerprint(DRAFT, FILES, {"image-to-text": (LISTED, dear)}) == fingerprint(
        DRAFT, FILES, {"image-to-text": (LISTED,)}
    )


def test_a_grant_comes_back_from_its_json_the_same() -> None:
    given = grant(DRAFT, FILES, KNOWN)
    assert Grant.model_validate_json(given.model_dump_json()) == given


@pytest.mark.parametrize("which", [0, 1])
def test_where_the_inputs_go_first_is_part_of_the_fingerprint_where_they_leave(which: int) -> None:
    def through(host: str, **more: object) -> str:
        rows = [one.model_copy(update={"via": "a.example"}) for one in (LISTED, OTHER)]
        rows[which] = rows[which].model_copy(update={"via": host, **more})
        return fingerprint(DRAFT, FILES, {"image-to-text": tuple(rows)})

    assert through("a.example") == through("a.example")
    assert through("b.example") != through("a.example")
    everywhere = {"image-to-text": (LISTED.model_copy(update={"leaves": False, "via": "a.example"}),)}
    here = {"image-to-text": (LISTED.model_copy(update={"leaves": False}),)}
    assert fingerprint(DRAFT, FILES, everywhere) == fingerprint(DRAFT, FILES, here)
