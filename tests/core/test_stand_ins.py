"""What may stand in for a candidate without asking again, and what never does."""

import gc
import weakref
from typing import Any

import pytest

from hgtui.core.edits import Draft
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.stand_ins import MOST, draft_stand_ins, known_as, provider_class, stand_ins

TASK = Task(uid="t1", id=0, task="summarization", args={"text": Input.text("x")})


def hub(model: str, provider: str = "fal-ai", **more: Any) -> Candidate:
    fields: dict[str, Any] = {"licence": "mit", "revision": "r1", "spends": "credits of HF_TOKEN", **more}
    name = f"hub:{model}#{provider}"
    return Candidate(name=name, model=model, endpoint="hub", provider=provider, place="hub", leaves=True, **fields)


def here(model: str, **more: Any) -> Candidate:
    return Candidate(
        name=f"embedded:{model}", model=model, endpoint="embedded", **{"licence": "mit", "usd": 0.0, **more}
    )


def names(chosen: Candidate, *others: Candidate, by: Any = "ranking", task: Task = TASK) -> list[str]:
    return [one.name for one in stand_ins(task, Assignment.of(chosen, by, ""), (chosen, *others))]


def test_first_the_same_model_elsewhere_then_other_models_in_their_order() -> None:
    chosen = hub("a/one", providers=("groq", "together"))
    assert names(chosen, hub("b/two"), hub("c/three")) == ["hub:a/one#groq", "hub:a/one#together", "hub:b/two#fal-ai"]


def test_there_are_never_more_than_three() -> None:
    assert len(names(hub("a/one", providers=tuple("bcdefg")), hub("b/two"))) == MOST == 3


def test_a_stand_in_carries_its_provider_and_revision() -> None:
    chosen = hub("a/one", providers=("groq",))
    draft = Draft(plan=Plan(tasks=(TASK,)), assignments={"t1": Assignment.of(chosen, "ranking", "")})
    (first, second) = draft_stand_ins(draft, {TASK.task: (chosen, hub("b/two", revision="r2"))})["t1"]
    assert (first.candidate, first.provider, first.revision) == ("hub:a/one#groq", "groq", "r1")
    assert (second.candidate, second.provider, second.revision) == ("hub:b/two#fal-ai", "fal-ai", "r2")
    assert first.assignment().granted() == first.model_dump()


def test_the_same_model_listed_on_its_own_at_another_provider_comes_before_other_models() -> None:
    assert names(hub("a/one"), hub("b/two"), hub("a/one", "groq")) == ["hub:a/one#groq", "hub:b/two#fal-ai"]


@pytest.mark.parametrize(
    "other",
    [
        hub("b/two", licence="apache-2.0"),
        hub("b/two", licence=None),
        hub("b/two", "hf-inference"),
        hub("b/two", missing="Set HF_TOKEN."),
        hub("b/two", status="error"),
        hub("b/two", gated="auto"),
        here("two"),
        Candidate(name="controller:m", model="m", endpoint="controller", place="llm", leaves=True, licence="mit"),
        Candidate(name="gpu:b/two", model="b/two", endpoint="gpu", place="worker", licence="mit"),
    ],
)
def test_another_licence_class_or_state_never_stands_in(other: Candidate) -> None:
    assert names(hub("a/one"), other) == []


@pytest.mark.parametrize("licence", [None, "", "other", "unknown"])
def test_a_licence_that_is_not_known_stands_in_for_nothing_but_the_same_model(licence: str | None) -> None:
    chosen = hub("a/one", licence=licence, providers=("groq",))
    assert names(chosen, hub("b/two", licence=licence)) == ["hub:a/one#groq"]


def test_a_provider_of_another_class_does_not_take_the_same_model_over() -> None:
    assert names(hub("a/one", providers=("hf-inference", "groq"))) == ["hub:a/one#groq"]
    assert names(hub("a/one", "hf-inference", providers=("groq", "fal-ai"))) == []
    assert provider_class(hub("a/one", "hf-inference")) == "hf-inference"
    assert provider_class(hub("a/one").model_copy(update={"provider": None})) == ""


def test_what_leaves_the_machine_does_not_stand_in_for_what_does_not() -> None:
    inside, outside = here("one"), here("two", leaves=True)
    assert names(inside, outside) == []
    assert names(outside, inside) == ["embedded:one"]


@pytest.mark.parametrize(
    ("usd", "others", "left"),
    [
        (0.01, 0.02, False),
        (0.01, 0.01, True),
        (0.01, 0.0, True),
        (0.01, None, False),
        (0.0, None, False),
        (None, None, True),
        (None, 0.5, True),
    ],
)
def test_a_higher_price_or_one_that_is_not_known_beside_one_that_is_asks_again(
    usd: float | None, others: float | None, left: bool
) -> None:
    assert bool(names(hub("a/one", usd=usd), hub("b/two", usd=others))) is left


def test_the_price_at_another_provider_is_not_known_from_the_first() -> None:
    assert names(hub("a/one", usd=0.01, providers=("groq",))) == []
    assert names(hub("a/one", usd=0.01), hub("a/one", "groq", usd=0.005)) == ["hub:a/one#groq"]


def test_credits_do_not_stand_in_for_what_spends_none() -> None:
    assert names(hub("a/one", spends=""), hub("b/two")) == []


def test_a_persons_choice_is_never_replaced_by_another_model() -> None:
    chosen = hub("a/one", providers=("groq",))
    assert names(chosen, hub("b/two"), by="person") == ["hub:a/one#groq"]
    assert names(here("one"), here("two"), by="person") == []


def test_what_looks_for_something_else_does_not_stand_in() -> None:
    faces, codes, all_ = (
        here("haar", labels=("face",)),
        here("qr", labels=("qr code",)),
        here("dnn", labels=("face", "cat")),
    )
    look = Task(uid="t1", id=0, task="object-detection", args={"image": Input.text("a.png")})
    assert names(faces, codes, all_, task=look) == []
    for_faces = look.update(args={**look.args, "labels": Input.text("faces")})
    assert names(faces, codes, all_, task=for_faces) == ["embedded:dnn"]


def test_what_does_not_speak_the_language_of_the_task_does_not_stand_in() -> None:
    say = Task(uid="t1", id=0, task="text-to-speech", args={"text": Input.text("x"), "language": Input.text("de")})
    chosen = here("one", languages=("de", "en"))
    others = [here("two", languages=("fr",)), here("three", languages=("de",)), here("four", languages=("mul",))]
    assert names(chosen, *others, task=say) == ["embedded:three", "embedded:four"]


def test_other_models_come_as_the_ranking_has_them() -> None:
    few, many, asks = (
        hub("b/few", downloads=5),
        hub("c/many", downloads=900),
        hub("d/asks", downloads=9000, gated="auto"),
    )
    assert names(hub("a/one", gated="auto"), asks, few, many) == [
        "hub:c/many#fal-ai",
        "hub:b/few#fal-ai",
        "hub:d/asks#fal-ai",
    ]


def test_an_assignment_is_known_at_its_own_provider_and_revision() -> None:
    listed = hub("a/one", providers=("groq",))
    found = known_as(Assignment(candidate="hub:a/one#groq", provider="groq", revision="r0"), (listed,))
    assert found is not None
    assert (found.name, found.provider, found.revision, found.providers) == (
        "hub:a/one#groq",
        "groq",
        "r0",
        ("fal-ai",),
    )
    assert known_as(Assignment(candidate="hub:z/none"), (listed,)) is None


def test_nothing_is_known_to_stand_in_for_a_candidate_that_nobody_lists_or_a_task_without_one() -> None:
    assert stand_ins(TASK, Assignment(candidate="hub:z/none"), (hub("b/two"),)) == ()
    skipped = Draft(
        plan=Plan(tasks=(TASK.update(skip=True),)),
        assignments={"t1": Assignment.of(hub("a/one"), "ranking", "")},
    )
    assert draft_stand_ins(skipped, {TASK.task: (hub("a/one"), hub("b/two"))}) == {}


def test_nothing_of_a_choice_that_is_gone_is_held() -> None:
    for task in (TASK, TASK.model_copy()):
        rows = (hub("a/one"), hub("b/two"))
        chosen = Assignment.of(rows[0], "ranking", "")
        assert stand_ins(task, chosen, rows) == stand_ins(task, chosen, rows) == rows[1:]
        assert stand_ins(task, chosen, rows[:1]) == ()
        left = [weakref.ref(one) for one in (chosen, *rows)]
        del chosen, rows
        gc.collect()
        assert [one() for one in left] == [None, None, None]
