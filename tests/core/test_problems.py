"""What is wrong or doubtful in a plan, and that its mend mends it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.core.alternatives import ALTERNATIVES
from hgtui.core.edits import Draft, apply
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.policy import Match, Rule, Verdict
from hgtui.core.problems import Code, Facts, Problem, Severity, errors, file_literals, problems, reads_file
from hgtui.core.reading import read_plan
from hgtui.core.resource import FileFact, Kind
from hgtui.core.ruling import Ruling
from hgtui.core.task import TASKS
from tests.core.strategies import plans

FILES = {
    "a.png": FileFact(path="a.png", kind=Kind.IMAGE, digest="1"),
    "s.wav": FileFact(path="s.wav", kind=Kind.AUDIO, digest="2"),
    "de.txt": FileFact(path="de.txt", kind=Kind.TEXT, digest="3", language="de"),
    "bad.png": FileFact(path="bad.png", kind=Kind.IMAGE, error="bad.png is no picture."),
    "b.png": FileFact(path="b.png", kind=Kind.IMAGE, error="There is no file b.png.", meant="a.png"),
    "fr.txt": FileFact(path="fr.txt", kind=Kind.TEXT, error="There is no file fr.txt.", meant="de.txt"),
}
HERE = Candidate(name="embedded:x", model="x", endpoint="embedded", languages=("en",))
FACES = Candidate(name="embedded:faces", model="faces", endpoint="embedded", labels=("face",))
FACTS = Facts(
    files=FILES,
    candidates={"text-to-video": (), "translation": (HERE,), "object-detection": (FACES,)},
    assignments={"de": Assignment(candidate="embedded:x"), "find": Assignment(candidate="embedded:faces")},
    help={"text-to-video": "Install more."},
    ruling=Ruling({"denied": Verdict("deny", Rule(match=Match(task="summarization"), effect="deny"))}),
)


def row(task: str, number: int = 0, dep: Any = None, **more: Any) -> dict[str, Any]:
    own = {key: more.pop(key) for key in ("skip", "uid") if key in more}
    return {"task": task, "id": number, "dep": dep, "args": more, **own}


OCR = row("image-to-text", 0, image="a.png")
CASES: dict[str, tuple[Code, list[dict[str, Any]], bool]] = {
    "a type that is nearly one": (Code.UNKNOWN_TASK, [row("sumarization", text="a")], True),
    "a type that is none": (Code.UNKNOWN_TASK, [row("qqqq", text="a")], False),
    "a number twice": (Code.DUPLICATE_ID, [OCR, row("summarization", 0, text="a")], True),
    "a ring": (Code.CYCLE, [row("summarization", 0, text="<GENERATED>-1"), row("translation", 1, text="<GENERATED>-0")], True),
    "its own result": (Code.SELF_REFERENCE, [row("summarization", 0, text="so: <GENERATED>-0")], True),
    "a task that is not there": (Code.MISSING_DEPENDENCY, [row("summarization", 0, [8], text="a")], True),
    "a result that is not there": (Code.MISSING_DEPENDENCY, [row("summarization", 0, text="<GENERATED>-8")], True),
    "an argument left out": (Code.MISSING_ARGUMENT, [OCR, row("summarization", 1)], True),
    "a blank argument": (Code.MISSING_ARGUMENT, [OCR, row("summarization", 1, text=" ")], True),
    "an argument of another name": (Code.UNKNOWN_ARGUMENT, [row("summarization", prompt="a")], True),
    "an argument too many": (Code.UNKNOWN_ARGUMENT, [row("summarization", text="a", speed="b")], True),
    "a text for a picture": (Code.WRONG_KIND, [OCR, row("text-to-image", 1, text="x"), row("image-to-text", 2, image="two cats on a mat")], True),
    "a text result for a picture": (Code.WRONG_KIND, [OCR, row("text-to-image", 1, text="x"), row("image-to-image", 2, image="<GENERATED>-0")], True),
    "a text around a picture": (Code.WRONG_KIND, [row("text-to-image", 0, text="x"), row("image-to-text", 1, image="see <GENERATED>-0")], True),
    "a sound for a picture": (Code.WRONG_KIND, [row("image-to-text", image="s.wav")], False),
    "a picture for a text": (Code.WRONG_KIND, [row("summarization", text="a.png")], False),
    "two pictures for one": (Code.WRONG_KIND, [row("image-to-text", image=["a.png", "a.png"])], False),
    "a result of no such name": (Code.WRONG_KIND, [OCR, row("summarization", 1, text="<GENERATED>-0.colour")], True),
    "a file that nobody named": (Code.UNREADABLE_FILE, [row("image-to-text", image="it needs.png")], False),
    "a file that cannot be read": (Code.UNREADABLE_FILE, [row("image-to-text", image="bad.png")], False),
    "a picture of nearly this name": (Code.UNREADABLE_FILE, [row("image-to-text", image="b.png")], True),
    "a text of nearly this name": (Code.UNREADABLE_FILE, [row("summarization", text="fr.txt")], True),
    "an address": (Code.FETCHES, [row("image-to-text", image="https://example.org/a.png")], False),
    "an address of this machine": (Code.UNREADABLE_FILE, [row("image-to-text", image="http://127.0.0.1/a.png")], False),
    "nothing to run it": (Code.NO_MODEL, [row("text-to-video", text="a"), row("summarization", 1, text="a")], True),
    "nothing to run the only one": (Code.NO_MODEL, [row("text-to-video", text="a")], False),
    "a result that nobody reads": (Code.UNUSED_RESULT, [OCR, row("summarization", 1, [0], text="a")], False),
    "a task twice": (Code.SAME_TASK_TWICE, [OCR, row("image-to-text", 1, image="a.png")], True),
    "what looks like a reference": (Code.LOOKS_LIKE_REFERENCE, [OCR, row("summarization", 1, text="<GENERATED>")], True),
    "a model for a few things": (Code.NARROW, [row("object-detection", uid="find", image="a.png")], False),
    "a foreign language": (Code.LANGUAGE, [row("translation", uid="de", text="de.txt")], False),
    "a model that a rule denies": (Code.DENIED, [row("summarization", uid="denied", text="a"), row("summarization", 1, text="b")], True),
    "nothing that would run": (Code.NOTHING_RUNS, [{**OCR, "skip": True}, {**row("summarization", 1, text="a"), "skip": True}], True),
    "nothing but what is blocked": (Code.NOTHING_RUNS, [{**OCR, "skip": True}, {**row("summarization", 1, text="<GENERATED>-0"), "skip": True}, row("text-to-speech", 2, text="<GENERATED>-1")], True),
    "a result of a skipped task": (Code.READS_SKIPPED, [{**OCR, "skip": True}, row("summarization", 1, text="<GENERATED>-0")], True),
}  # fmt: skip


def of(code: Code, found: tuple[Problem, ...]) -> list[Problem]:
    return [one for one in found if one.code is code]


def test_there_is_a_case_for_every_code() -> None:
    assert {code for code, _, _ in CASES.values()} == set(Code)


@pytest.mark.parametrize("name", CASES)
def test_a_problem_is_named_with_its_place_and_gone_when_its_mend_is_applied(name: str) -> None:
    code, rows, has_mend = CASES[name]
    plan = read_plan(rows).plan
    found = of(code, problems(plan, FACTS))
    assert len(found) == 1
    problem = found[0]
    assert problem.uid in {task.uid for task in plan}
    assert problem.message[-1] in ".?"
    assert (problem.mend is not None) == has_mend
    if problem.mend:
        mended, undo = apply(Draft(plan=plan, assignments=FACTS.assignments), problem.mend.edit)
        left = of(code, problems(mended.plan, FACTS))
        assert code is Code.READS_SKIPPED or not left
        assert all(one.mend is None for one in left)
        assert apply(mended, undo)[0].plan == plan


def narrow_in(
    by: str = "ranking", task: str = "object-detection", model: Candidate = FACES, **more: Any
) -> list[Problem]:
    plan = read_plan(
        [row(task, uid="find", **{name: one for name, one in ({"image": "a.png"} | more).items() if one})]
    ).plan
    facts = Facts(files=FILES, candidates={task: (model,)}, assignments={"find": Assignment(candidate=model.name, chosen_by=by)})  # fmt: skip
    return of(Code.NARROW, problems(plan, facts))


def test_a_model_that_knows_a_few_things_is_a_warning_where_a_task_asks_for_nothing_in_particular() -> None:
    (problem,) = narrow_in()
    assert (problem.severity, problem.uid) == (Severity.WARNING, "find")
    assert problem.message == "faces knows only “face”: task 0 will find nothing else."


def test_a_model_that_knows_what_is_asked_for_or_was_chosen_by_a_person_or_knows_anything_is_no_problem() -> None:
    assert narrow_in(labels=["faces"]) == []
    assert narrow_in(by="person") == []
    assert narrow_in(model=FACES.model_copy(update={"labels": ()})) == []


def test_a_task_that_is_not_to_find_things_has_no_such_warning() -> None:
    moods = FACES.model_copy(update={"labels": ("positive", "negative")})
    assert narrow_in(task="text-classification", model=moods, image=None, text="Fine.") == []


VOICE = Candidate(name="embedded:voice", model="voice", endpoint="embedded", languages=("de", "en", "pt-BR"))


def languages_missed(asked: str, voice: Candidate = VOICE, task: str = "text-to-speech") -> list[Problem]:
    plan = read_plan([row(task, uid="say", text="hello", language=asked)]).plan
    facts = Facts(candidates={task: (voice,)}, assignments={"say": Assignment(candidate=voice.name)})
    return of(Code.LANGUAGE, problems(plan, facts))


@pytest.mark.parametrize("task", ["text-to-speech", "translation"])
def test_a_language_that_the_chosen_model_does_not_speak_is_a_warning_at_that_argument(task: str) -> None:
    (problem,) = languages_missed("xx", task=task)
    assert (problem.severity, problem.arg, problem.uid) == (Severity.WARNING, "language", "say")
    assert problem.message == "voice does not speak the language that task 0 asks for (xx)."


@pytest.mark.parametrize("asked", ["de", "DE", "de-AT", " de_CH ", "pt", "German"])
def test_a_language_that_it_speaks_or_may_know_by_name_is_no_problem(asked: str) -> None:
    assert languages_missed(asked) == []


@pytest.mark.parametrize("languages", [(), ("multilingual",), ("en", "multilingual")])
def test_a_model_that_does_not_say_all_its_languages_may_speak_any(languages: tuple[str, ...]) -> None:
    assert languages_missed("xx", VOICE.model_copy(update={"languages": languages})) == []


def test_a_text_that_is_translated_into_a_language_is_read_by_a_model_that_speaks_it() -> None:
    rows = [row("translation", 0, text="hello", language="fr"), row("text-to-speech", 1, uid="say", text="<GENERATED>-0", language="de")]  # fmt: skip
    facts = Facts(candidates={"text-to-speech": (VOICE,)}, assignments={"say": Assignment(candidate=VOICE.name)})
    (problem,) = of(Code.LANGUAGE, problems(read_plan(rows).plan, facts))
    assert (problem.arg, problem.message) == ("text", "voice does not speak the language of its input (fr).")


def test_errors_come_before_warnings() -> None:
    rows = [OCR, row("image-to-text", 1, image="a.png"), row("summarization", 2)]
    severities = [one.severity for one in problems(read_plan(rows).plan, FACTS)]
    assert severities == sorted(severities, key=lambda one: one is not Severity.ERROR)
    assert len(errors(problems(read_plan(rows).plan, FACTS))) == 1


def test_a_right_plan_of_all_task_types_has_no_problems() -> None:
    literal = {Kind.IMAGE: "a.png", Kind.AUDIO: "s.wav", Kind.VIDEO: "v.mp4", Kind.DOCUMENT: "d.pdf"}
    files = {
        **FILES,
        "v.mp4": FileFact(path="v.mp4", kind=Kind.VIDEO, digest="4"),
        "d.pdf": FileFact(path="d.pdf", kind=Kind.DOCUMENT, digest="5"),
    }
    rows = [
        row(name, n, **{arg.name: literal.get(arg.kind, f"words {n}") for arg in spec.args})
        for n, (name, spec) in enumerate(TASKS.items())
    ]
    assert problems(read_plan(rows).plan, Facts(files=files)) == ()


def test_a_price_in_dollars_does_not_look_like_a_reference() -> None:
    assert problems(read_plan([row("summarization", text="It costs $20, not $5.")]).plan) == ()
    assert of(Code.LOOKS_LIKE_REFERENCE, problems(read_plan([row("summarization", text="${2}")]).plan))


def test_a_named_result_of_the_right_kind_is_no_problem() -> None:
    rows = [row("object-detection", 0, image="a.png"), row("image-to-text", 1, image="<GENERATED>-0.image"), row("summarization", 2, text="<GENERATED>-0.text")]  # fmt: skip
    assert problems(read_plan(rows).plan, FACTS) == ()


def test_a_mend_never_offers_the_result_of_a_task_that_waits_for_this_one() -> None:
    rows = [row("summarization", 0), row("translation", 1, text="<GENERATED>-0")]
    assert problems(read_plan(rows).plan)[0].mend is None


def test_files_are_found_where_they_are_read() -> None:
    plan = read_plan([OCR, row("summarization", 1, text="de.txt"), row("summarization", 2, text="words")]).plan
    assert reads_file(plan, FILES) == {"a.png": ("t1",), "de.txt": ("t2",)}
    assert file_literals(plan["t3"], FILES) == ()


def chain(length: int, args: dict[str, Input] | None = None) -> Plan:
    tasks = [
        Task(uid=f"t{n}", id=n, task="summarization", args=args if args is not None else {"text": Input.of(f"t{n - 1}") if n else Input.text("a")}, after=(f"t{n - 1}",) if n else ())
        for n in range(length)
    ]  # fmt: skip
    return Plan(tasks=tuple(tasks))


def test_a_chain_of_twenty_thousand_tasks_needs_no_recursion() -> None:
    plan = chain(20_000)
    assert problems(plan) == ()
    assert len(plan.below("t0")) == 19_999
    assert plan.levels()["t19999"] == 19_999
    ring = plan.with_tasks([plan.tasks[0].update(after=("t19999",)), *plan.tasks[1:]])
    found = problems(ring)
    assert [one.code for one in errors(found)] == [Code.CYCLE]
    assert len(found[0].message) < 300


@pytest.mark.parametrize("fault", ["argument", "number", "type"])
def test_ten_thousand_wrong_tasks_each_get_their_problem(fault: str) -> None:
    plan = chain(10_000, {}) if fault == "argument" else chain(10_000)
    if fault == "number":
        plan = plan.with_tasks(task.update(id=7) for task in plan)
    if fault == "type":
        plan = plan.with_tasks(task.update(task="sumarization") for task in plan)
    assert len(errors(problems(plan))) >= 9_999


CHAT = Candidate(name="llm:chat", model="chat", endpoint="llm", title="gpt-4o-mini")


def able(*types: str, **more: Candidate) -> Facts:
    """Nothing can run anything but these types."""
    rows = {name: (CHAT,) if name in types else () for name in TASKS}
    return Facts(files=FILES, candidates={**rows, **{name: (one,) for name, one in more.items()}})


def mends_of(rows: list[dict[str, Any]], facts: Facts, uid: str = "t1") -> list[str]:
    found = of(Code.NO_MODEL, problems(read_plan(rows).plan, facts))
    return [mend.label for one in found if one.uid == uid for mend in one.mends]


def test_a_task_that_nothing_can_run_may_become_one_that_something_can() -> None:
    rows = [row("image-to-text", image="a.png")]
    assert mends_of(rows, able("image-text-to-text")) == ["as image-text-to-text by gpt-4o-mini"]
    assert mends_of(rows, able()) == []


def test_a_task_is_skipped_only_where_something_is_left_that_can_run() -> None:
    rows = [row("image-to-text", image="a.png"), row("summarization", 1, text="a")]
    assert mends_of(rows, able("summarization")) == ["skip 0"]
    assert mends_of(rows, able("summarization"), "t2") == []
    assert mends_of(rows, able()) == [], "the other cannot run either"
    assert mends_of([rows[0], row("summarization", 1, text="<GENERATED>-0")], able("summarization")) == []


def test_what_has_its_result_runs_though_it_is_skipped() -> None:
    plan = read_plan([{**OCR, "skip": True}, row("summarization", 1, text="<GENERATED>-0")]).plan
    (found,) = errors(problems(plan, FACTS))
    assert (found.code, found.uid, found.mend and found.mend.label) == (Code.NOTHING_RUNS, "t1", "take 0 in again")
    assert errors(problems(plan, FACTS.model_copy(update={"done": frozenset({"t1"})}))) == ()
    both = read_plan([{**OCR, "skip": True}, row("summarization", 1, text=["b", "<GENERATED>-0"])]).plan
    assert Code.NOTHING_RUNS not in {one.code for one in problems(both, FACTS)}, "one of several is enough"


# What is still wrong where the task itself is skipped: what others have to do with, not what it would need to run.
STRUCTURE = {Code.DUPLICATE_ID, Code.CYCLE, Code.SELF_REFERENCE}


@pytest.mark.parametrize(
    "name", [name for name, (_, rows, _) in CASES.items() if not any("skip" in one for one in rows)]
)
def test_of_a_skipped_task_only_what_concerns_the_whole_plan_counts(name: str) -> None:
    code, rows, _ = CASES[name]
    plan = read_plan(rows).plan
    (problem,) = of(code, problems(plan, FACTS))
    running = row("summarization", 9, uid="runs", text="something else")
    skipped = [{**one, "skip": True} if task.uid == problem.uid else one for one, task in zip(rows, plan, strict=True)]
    left = problems(read_plan([*skipped, running]).plan, FACTS)
    assert bool(of(code, left)) == (code in STRUCTURE)
    assert {one.code for one in errors(left)} <= STRUCTURE


def test_what_runs_may_not_mean_a_task_that_is_not_there_and_is_told_that_it_reads_a_skipped_one() -> None:
    rows = [
        {**row("image-to-text", 0, [8], image="nothere.png"), "skip": True},
        {**row("summarization", 1, text="<GENERATED>-0"), "skip": True},
        row("summarization", 2, text=["a", "<GENERATED>-0"]),
        row("summarization", 3, text="<GENERATED>-8"),
    ]
    found = problems(read_plan(rows).plan, FACTS)
    assert [(one.code, one.uid) for one in found] == [(Code.MISSING_DEPENDENCY, "t4"), (Code.READS_SKIPPED, "t3")]


def test_a_plan_without_a_task_answers_a_request_that_needs_none_and_cannot_be_run() -> None:
    assert problems(Plan(), FACTS) == ()
    (found,) = problems(Plan(), FACTS, to_run=True)
    assert (found.severity, found.message) == (Severity.ERROR, "Nothing would run: there is no task.")


def test_what_would_have_to_be_installed_first_is_no_way_out() -> None:
    absent = CHAT.model_copy(update={"missing": "Set HF_TOKEN."})
    facts = Facts(files=FILES, candidates={"image-to-text": (), "image-text-to-text": (absent,)})
    assert mends_of([row("image-to-text", image="a.png")], facts) == []


def test_a_type_that_was_not_looked_up_is_not_offered() -> None:
    facts = Facts(files=FILES, candidates={"image-to-text": ()})
    assert mends_of([row("image-to-text", image="a.png")], facts) == []


def test_a_mend_whose_result_others_could_not_read_is_not_offered() -> None:
    rows = [
        row("object-detection", 0, image="a.png"),
        row("image-to-image", 1, image="<GENERATED>-0.image", text="restyle it"),
    ]
    facts = able("image-text-to-text", "image-segmentation", "image-to-image")
    assert mends_of(rows, facts) == ["as image-segmentation by gpt-4o-mini"]
    assert mends_of(rows[:1], facts)[1] == "as image-text-to-text by gpt-4o-mini"


def test_a_text_task_becomes_a_prompt_that_still_reads_its_file_and_its_results() -> None:
    rows = [OCR, row("translation", 1, text="so: <GENERATED>-0", language="de"), row("summarization", 2, text="de.txt")]
    plan, facts = read_plan(rows).plan, able("text-generation", "image-to-text")
    draft = Draft(plan=plan)
    for one in of(Code.NO_MODEL, problems(plan, facts)):
        assert one.mend
        draft, _ = apply(draft, one.mend.edit)
    told = draft.plan["t2"].args["text"]
    assert "de" in told.literals
    assert [ref.uid for ref in told.refs] == ["t1"]
    assert file_literals(draft.plan["t3"], FILES) == ("de.txt",)
    assert errors(problems(draft.plan, facts)) == ()


def test_every_way_leads_to_known_types_and_each_type_that_loses_its_model_is_one_step_away() -> None:
    literal = {Kind.IMAGE: "a.png", Kind.DOCUMENT: "a.png"}
    for name, ways in ALTERNATIVES.items():
        spec = TASKS[name]
        rows = [row(name, **{arg.name: literal.get(arg.kind, "words") for arg in spec.required})]
        labels = mends_of(rows, able(*(way.to for way in ways)))
        assert labels == [f"as {way.to} by gpt-4o-mini" for way in ways]


@given(plan=plans(unique=True), types=st.sets(st.sampled_from(sorted(TASKS)), max_size=20))
@settings(deadline=None)
def test_a_mend_of_what_nothing_can_run_never_makes_a_new_error(plan: Plan, types: set[str]) -> None:
    facts = able(*types)
    before = errors(problems(plan, facts))
    for problem in of(Code.NO_MODEL, before):
        assert problem.mend is None or problem.mends[0] == problem.mend
        for mend in problem.mends:
            mended, undo = apply(Draft(plan=plan), mend.edit)
            after = errors(problems(mended.plan, facts))
            new = [one for one in after if (one.code, one.uid, one.arg) not in {(o.code, o.uid, o.arg) for o in before}]
            assert not [one for one in new if one.code is not Code.READS_SKIPPED], (mend.label, new)
            assert problem.uid not in {one.uid for one in after if one.code is Code.NO_MODEL}
            assert apply(mended, undo)[0].plan == plan
