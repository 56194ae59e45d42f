"""Ranking: what can run and fits comes first, with the reason in words, and what a person chose stays."""

from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.selection.ranking import choose, rank, usable

DETECT = Task(uid="t1", id=1, task="object-detection", args={"image": Input.text("a.png")})


def model(name: str, **more: object) -> Candidate:
    return Candidate.model_validate({"name": f"embedded:{name}", "model": name, "endpoint": "embedded", **more})


def asks(*labels: str, **more: object) -> Task:
    return DETECT.update(args={**DETECT.args, "labels": Input(parts=labels, many=True)}, **more)


def names(ranked: tuple[Candidate, ...]) -> list[str]:
    return [one.model for one in ranked]


FACES = model("faces", labels=("face",))
CODES = model("codes", labels=("QR code", "barcode"))
ANYTHING = model("anything")


def test_among_equals_the_order_of_the_catalogue_stands() -> None:
    assert names(rank(DETECT, (model("b"), model("a"), model("c")))) == ["b", "a", "c"]


def test_what_was_asked_for_decides_and_is_the_reason() -> None:
    ranked = rank(asks("QR codes"), (FACES, ANYTHING, CODES))
    assert names(ranked) == ["codes", "anything", "faces"]
    assert ranked[0].reason == "made for QR code, runs on this machine"
    assert ranked[2].reason == "it knows only face"
    assert names(usable(ranked, asks("QR codes"))) == ["codes", "anything"]


def test_a_question_decides_as_a_label_does() -> None:
    mood, tongue = model("mood", labels=("sentiment",)), model("tongue", labels=("language",))
    args = {"text": Input.text("x"), "question": Input.text("What language is it?")}
    assert names(rank(Task(uid="t1", id=1, task="text-classification", args=args), (mood, tongue)))[0] == "tongue"


def test_what_is_not_installed_stands_behind_what_is_and_says_what_installs_it() -> None:
    absent = model("absent", labels=("face",), missing="pip install x")
    ranked = rank(asks("face"), (absent, ANYTHING))
    assert names(ranked) == ["anything", "absent"]
    assert ranked[1].reason == "not installed: pip install x"
    assert usable(ranked, asks("face")) == ranked[:1]


def test_who_speaks_the_language_comes_first() -> None:
    task = Task(uid="t1", id=1, task="text-to-speech", args={"text": Input.text("x"), "language": Input.text("de")})
    ranked = rank(task, (model("english", languages=("en",)), model("many", languages=("en", "de"))))
    assert names(ranked) == ["many", "english"]
    assert "speaks de" in ranked[0].reason
    assert "does not speak de" in ranked[1].reason


def test_who_is_told_the_language_in_words_comes_before_who_does_not_speak_it() -> None:
    args = {"text": Input.text("x"), "language": Input.text("fr")}
    english, open_ = (DETR.model_copy(update={"model": name, "downloads": 10**6}) for name in ("english", "open"))
    english = english.model_copy(update={"languages": ("en",)})
    chat = Candidate(name="controller:m", model="chat", endpoint="controller", place="llm", instructed=True)
    ranked = rank(Task(uid="t1", id=1, task="summarization", args=args), (english, open_, chat))
    assert names(ranked) == ["chat", "english", "open"]
    assert ranked[0].reason == "runs at controller, is told to use fr"


def test_that_a_translator_must_be_told_the_language_of_the_text_is_in_its_reason() -> None:
    task = Task(uid="t1", id=1, task="translation", args={"text": Input.text("x"), "language": Input.text("fr")})
    (one,) = rank(task, (DETR.model_copy(update={"languages": ("en", "fr")}),))
    assert one.reason.endswith("speaks fr where the language of the text can be told")


def test_what_runs_here_comes_before_what_runs_elsewhere() -> None:
    away = Candidate(name="hub:a/b", model="a/b", endpoint="hub", place="hub", leaves=True)
    ranked = rank(DETECT, (away, ANYTHING))
    assert names(ranked) == ["anything", "a/b"]
    assert ranked[1].reason == "runs at hub"


DETR = Candidate(name="hub:facebook/detr-resnet-50", model="detr", endpoint="hub", place="hub", provider="hf-inference")


def test_where_nothing_in_particular_is_asked_for_what_looks_for_anything_comes_first() -> None:
    ranked = rank(DETECT, (FACES, CODES, DETR))
    assert names(ranked) == ["detr", "faces", "codes"]
    assert ranked[1].reason == "runs on this machine, knows only face, and the task asks for nothing in particular"
    assert names(rank(asks("face"), (DETR, FACES))) == ["faces", "detr"], "what is asked for decides as before"


def test_a_specialist_that_is_here_comes_before_what_cannot_be_called() -> None:
    away = DETR.model_copy(update={"missing": "Set HF_TOKEN."})
    assert names(rank(DETECT, (away, FACES, CODES))) == ["faces", "codes", "detr"]
    assert names(usable(rank(DETECT, (away, FACES)), DETECT)) == ["faces"]


def test_a_task_type_that_cannot_ask_for_anything_in_particular_ranks_its_specialists_as_before() -> None:
    read = Task(uid="t1", id=1, task="image-to-text", args={"image": Input.text("a.png")})
    reader = model("reader", labels=("text",))
    assert names(rank(read, (DETR, reader))) == ["reader", "detr"]
    assert rank(read, (reader,))[0].reason == "runs on this machine"


def test_a_question_about_the_mood_or_the_language_still_goes_to_its_specialist() -> None:
    mood, tongue = model("mood", labels=("sentiment", "positive")), model("tongue", labels=("language",))
    any_label = DETR.model_copy(update={"model": "any"})
    for question, first in (("Which sentiment is it?", "mood"), ("What language is it?", "tongue")):
        args = {"text": Input.text("x"), "question": Input.text(question)}
        task = Task(uid="t1", id=1, task="text-classification", args=args)
        assert names(rank(task, (any_label, mood, tongue)))[0] == first


async def chosen(
    *tasks: Task, found: tuple[Candidate, ...], again: frozenset[Uid] = frozenset(), **keep: Assignment
) -> dict[Uid, Assignment | None]:
    candidates = {"object-detection": found}
    return {uid: one async for uid, one in choose(Plan(tasks=tasks), candidates, keep, again)}


async def test_each_task_gets_the_best_with_its_reason_row_by_row() -> None:
    rows = await chosen(asks("face"), asks("QR code", uid="t2", id=2), found=(FACES, CODES))
    assert list(rows) == ["t1", "t2"]
    first, second = rows["t1"], rows["t2"]
    assert first and second
    assert (first.candidate, second.candidate) == ("embedded:faces", "embedded:codes")
    assert (first.chosen_by, first.reason) == (
        "only",
        "the only one here that can run it: made for face, runs on this machine",
    )
    several = (await chosen(asks("face"), found=(FACES, ANYTHING)))["t1"]
    assert several
    assert (several.candidate, several.chosen_by) == ("embedded:faces", "ranking")


async def test_where_nothing_can_run_a_task_it_loses_its_model() -> None:
    assert await chosen(asks("horse"), found=(FACES,), t1=Assignment(candidate="embedded:faces")) == {"t1": None}
    assert await chosen(DETECT, found=(model("x", missing="pip install x"),)) == {"t1": None}


async def test_a_model_that_still_fits_stays_unless_its_task_has_changed() -> None:
    kept = Assignment(candidate="embedded:anything")
    assert await chosen(asks("face"), found=(FACES, ANYTHING), t1=kept) == {}
    rows = await chosen(asks("face"), found=(FACES, ANYTHING), again=frozenset({"t1"}), t1=kept)
    assert rows["t1"]
    assert rows["t1"].candidate == "embedded:faces"


async def test_what_a_person_chose_stays_as_long_as_it_is_here() -> None:
    mine = Assignment(candidate="embedded:faces", chosen_by="person")
    everything, again = (ANYTHING, FACES), frozenset({"t1"})
    assert await chosen(asks("face"), found=everything, again=again, t1=mine) == {}
    assert await chosen(asks("horse"), found=everything, again=again, t1=mine) == {}, "a person may know better"
    rows = await chosen(asks("face"), found=(ANYTHING,), again=again, t1=mine)
    assert rows["t1"]
    assert rows["t1"].candidate == "embedded:anything"
