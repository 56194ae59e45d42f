"""The rule-based planner: plain English in, the plan that a careful person draws out, and a word on all that is left."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.ports import Context, PlanningError, Turn
from hgtui.core.problems import Code, Facts, errors, problems
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.planning import RulePlanner
from hgtui.planning.rules import propose
from hgtui.planning.rules.planner import IDEAS
from hgtui.planning.rules.table import RULES
from hgtui.planning.rules.words import VERBS
from tests.planning.requests import NOT_UNDERSTOOD, PLANS
from tests.planning.shown import drafted, files_of, lines, proposed, steps_of


@pytest.mark.parametrize(("request_", "others", "expected"), PLANS, ids=[request for request, _, _ in PLANS])
def test_a_request_becomes_the_plan_that_a_careful_person_draws(
    request_: str, others: tuple[str, ...], expected: list[str]
) -> None:
    files = files_of(request_, others)
    made = propose(request_, files)
    assert lines(made.plan) == expected
    assert made.notes == ()
    assert errors(problems(made.plan, Facts(files=files))) == ()


def test_every_task_type_has_a_phrase_in_plain_english() -> None:
    planned = {line.partition("(")[0] for _, _, plan in PLANS for line in plan}
    assert planned == set(TASKS)


@pytest.mark.parametrize(
    ("request_", "expected", "quoted"), NOT_UNDERSTOOD, ids=[request for request, _, _ in NOT_UNDERSTOOD]
)
def test_what_is_not_understood_is_quoted_in_a_note_and_the_rest_is_planned(
    request_: str, expected: list[str], quoted: list[str]
) -> None:
    made = propose(request_, files_of(request_))
    assert lines(made.plan) == expected
    assert len(made.notes) == len(quoted)
    for words, note in zip(quoted, made.notes, strict=True):
        assert f"“{words}”" in note
        assert "understood" in note


@pytest.mark.parametrize("request_", ["Fasse notes.txt zusammen", "Guten Tag", "asdf. qwer. Summarize notes.txt."])
def test_a_note_says_once_that_the_rules_read_english(request_: str) -> None:
    made = propose(request_, files_of(request_))
    assert " ".join(made.notes).count("The rules read English.") == 1


@pytest.mark.parametrize("request_", ["Summarize notes.txt", "Summarize notes.txt in three sentences"])
def test_what_was_understood_is_told_nothing_of_languages(request_: str) -> None:
    assert "English" not in " ".join(propose(request_, files_of(request_)).notes)


def test_a_misspelt_verb_is_understood_and_a_word_in_quotes_stays_as_it_is() -> None:
    assert lines(propose("transalte 'sumarize' to French", {}).plan) == ["translation(text='sumarize', language='fr')"]
    assert lines(propose("say sumarize", {}).plan) == ["text-to-speech(text='sumarize')"]


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_that_may_be_misspelt_begins_a_row_of_the_table(verb: str) -> None:
    requests = [f"{verb} {what}" for what in ("a.png to text", "the text", "its mood", "a picture")]
    assert any(re.match(rf"(?:{rule.verbs})", request) for rule in RULES if rule.verbs for request in requests)


async def test_each_task_is_drafted_before_the_plan_is_proposed() -> None:
    planner = RulePlanner()
    request = "Read page.png and summarize it"
    steps = await steps_of(planner, request, files_of(request))
    plan = proposed(steps).plan
    assert tuple(step.task for step in drafted(steps)) == plan.tasks
    assert [(task.uid, task.id) for task in plan] == [("t1", 0), ("t2", 1)]
    assert (plan.request, plan.planner, planner.name) == (request, "rules", "rules")


@pytest.mark.parametrize("request_", ["", " \n\t "])
async def test_an_empty_request_is_refused_with_a_hint(request_: str) -> None:
    with pytest.raises(PlanningError) as caught:
        await steps_of(RulePlanner(), request_)
    assert caught.value.failure is Failure.BAD_INPUT
    assert caught.value.hint


@pytest.mark.parametrize("request_", ["hello", "Hi there!", "Thanks a lot."])
def test_a_greeting_gives_an_empty_plan_that_says_why(request_: str) -> None:
    made = propose(request_, {})
    assert not made.plan.tasks
    assert "asks for no task" in made.notes[0]


def test_a_plan_says_that_rules_made_it() -> None:
    assert propose("Read page.png", {}).plan.planner == "rules"


def test_a_text_that_is_missing_leaves_its_argument_open_and_says_so() -> None:
    made = propose("Translate this to French", {})
    assert lines(made.plan) == ["translation(language='fr')"]
    assert "does not say which text" in made.notes[0]
    assert [one.code for one in errors(problems(made.plan))] == [Code.MISSING_ARGUMENT]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("compare a.txt", "the other text"),
        ("answer the question about a.png", "which question"),
        ("Read it aloud", "which text"),
    ],
)
def test_whatever_a_task_still_needs_is_named(request_: str, words: str) -> None:
    files = files_of(request_)
    made = propose(request_, files)
    assert len(made.plan) == 1
    assert f"does not say {words}" in made.notes[0]
    assert [one.code for one in errors(problems(made.plan, Facts(files=files)))] == [Code.MISSING_ARGUMENT]


def test_a_file_that_came_along_and_is_not_used_is_named() -> None:
    made = propose("Summarize notes.txt", files_of("Summarize notes.txt", ["extra.png"]))
    assert lines(made.plan) == ["summarization(text='notes.txt')"]
    assert made.notes == ("No task uses extra.png.",)


def test_a_file_of_an_earlier_turn_is_only_named_where_this_request_names_it() -> None:
    before = Context(earlier=(Turn(request="Read page.png", files=("page.png", "out/0.png")),))
    files = files_of("Summarize notes.txt", ["page.png", "out/0.png"])
    assert propose("Summarize notes.txt", files, before).notes == ()
    assert propose("Summarize notes.txt. I have page.png.", files, before).notes == ("No task uses page.png.",)


def test_a_text_file_that_is_only_to_be_read_needs_no_model_and_this_is_said() -> None:
    made = propose("Read notes.txt", files_of("Read notes.txt"))
    assert not made.plan.tasks
    assert "No model has to read notes.txt" in made.notes[0]


def test_a_file_of_the_wrong_kind_gives_no_broken_task_but_a_note() -> None:
    made = propose("Transcribe movie.mp4", files_of("Transcribe movie.mp4"))
    assert not made.plan.tasks
    assert "needs a sound, and movie.mp4 is a video" in made.notes[0]


def test_an_address_that_is_not_fetched_is_said() -> None:
    made = propose("Summarize www.example.com/page.html", {})
    assert "does not fetch www.example.com/page.html" in made.notes[0]


def test_an_address_of_the_web_is_a_file_like_any_other() -> None:
    url = "https://example.com/cat?id=3"
    made = propose(f"Detect the objects in {url}", {url: FileFact(path=url, kind=Kind.IMAGE, remote=True)})
    assert [(task.task, task.args["image"].literal) for task in made.plan] == [("object-detection", url)]
    assert made.notes == ()


def test_a_file_is_what_was_found_in_it_not_what_its_name_says() -> None:
    files = {"scan.txt": FileFact(path="scan.txt", kind=Kind.IMAGE)}
    assert lines(propose("Summarize scan.txt", files).plan) == [
        "image-to-text(image='scan.txt')",
        "summarization(text='<0>')",
    ]


def test_a_file_given_by_its_whole_path_is_meant_by_its_last_part() -> None:
    files = {
        "/data/in/page.png": FileFact(path="/data/in/page.png", kind=Kind.IMAGE),
        "page.png": FileFact(path="page.png", kind=Kind.IMAGE, error="There is no file page.png."),
    }
    made = propose("Read page.png", files)
    assert lines(made.plan) == ["image-to-text(image='/data/in/page.png')"]
    assert made.notes == ()


def test_a_file_without_a_suffix_is_known_where_it_was_given() -> None:
    files = {"README": FileFact(path="README", kind=Kind.TEXT)}
    assert lines(propose("Summarize README, please", files).plan) == ["summarization(text='README')"]


def test_a_picture_is_read_once_for_all_that_need_its_text() -> None:
    request = "Tell me the language and the sentiment of page.png, summarize it and read it aloud"
    made = propose(request, files_of(request)).plan
    assert [task.task for task in made].count("image-to-text") == 1


def test_a_file_that_cannot_be_read_is_still_planned_so_that_the_plan_shows_why() -> None:
    files = {"gone.png": FileFact(path="gone.png", kind=Kind.IMAGE, error="There is no file gone.png.")}
    found = errors(problems(propose("Read gone.png", files).plan, Facts(files=files)))
    assert [one.code for one in found] == [Code.UNREADABLE_FILE]


@pytest.mark.parametrize(
    "filling", ["and ", "x", "read a.png and ", "sumarized and ", "“", " 'a", "what is ", "in a.png, ", "? ", "\n"]
)
def test_a_megabyte_of_request_is_cut_and_the_cut_is_told(filling: str) -> None:
    made = propose(f"Summarize notes.txt. {filling * (1_000_000 // len(filling))} end", {})
    assert any("Only the first 100,000 characters" in note for note in made.notes)
    assert lines(made.plan)[0] == "summarization(text='notes.txt')"
    assert len(made.notes) < 30


def test_a_long_quotation_is_a_text_and_not_cut_as_instructions_are() -> None:
    text = "The quick brown fox jumps. " * 2_000
    plan = propose(f'Summarize "{text}" and read the summary aloud', {}).plan
    assert plan.tasks[0].args["text"].literal == text
    assert [task.task for task in plan] == ["summarization", "text-to-speech"]


WORDS = st.sampled_from(
    [
        "read",
        "summarize",
        "translate",
        "to",
        "French",
        "aloud",
        "it",
        "them",
        "both",
        "each",
        "the",
        "summary",
        "of",
        "a.png",
        "b.pdf",
        "notes.txt",
        "x.wav",
        "y.mp4",
        "data.csv",
        "'some",
        "text'",
        '"more.',
        'text"',
        "and",
        "then",
        ",",
        ".",
        "?",
        ";",
        ":",
        "find",
        "faces",
        "edges",
        "depth",
        "draw",
        "a",
        "picture",
        "castle",
        "from",
        "its",
        "with",
        "pose",
        "in",
        "what",
        "is",
        "language",
        "positive",
        "or",
        "negative",
        "how",
        "many",
        "people",
        "write",
        "poem",
        "about",
        "compare",
        "describe",
        "classify",
        "as",
        "cats",
        "dogs",
        "turn",
        "into",
        "video",
        "make",
        "this",
        "result",
        "https://x.org/y.png",
        "--",
        "if",
        "don't",
        "«quoted»",
        "1.",
        "\n",
        "\x1b",
        "\u202e",
        "🙂",
        "read",
        "page.png",
        "answer",
        "transcribe",
        "segment",
    ]
)
REQUESTS = st.one_of(st.lists(WORDS, max_size=25).map(" ".join), st.text(max_size=200))
KINDS = st.one_of(st.none(), st.sampled_from(list(Kind)))
NAMES = st.sampled_from(
    ["a.png", "b.pdf", "notes.txt", "x.wav", "y.mp4", "data.csv", "page.png", "other", "data/z.png"]
)
FILES = st.dictionaries(NAMES, st.tuples(KINDS, st.sampled_from(["", "It cannot be read."])), max_size=6)

NEVER = {
    Code.UNKNOWN_TASK,
    Code.DUPLICATE_ID,
    Code.CYCLE,
    Code.SELF_REFERENCE,
    Code.MISSING_DEPENDENCY,
    Code.UNKNOWN_ARGUMENT,
    Code.WRONG_KIND,
}


@given(REQUESTS, FILES)
def test_whatever_is_asked_the_plan_is_sound_or_the_request_is_refused(
    request: str, kinds: dict[str, tuple[Kind | None, str]]
) -> None:
    files = {path: FileFact(path=path, kind=kind, error=error) for path, (kind, error) in kinds.items()}
    try:
        made = propose(request, files)
    except PlanningError as error:
        assert not request.strip()
        assert error.failure is Failure.BAD_INPUT
        return
    found = errors(problems(made.plan, Facts(files=files)))
    assert not [one for one in found if one.code in NEVER]
    if any(one.code is Code.MISSING_ARGUMENT for one in found):
        assert made.notes
    assert made.plan.tasks or made.notes
    assert [task.id for task in made.plan] == list(range(len(made.plan)))


NAMES = {
    Kind.IMAGE: "a.png",
    Kind.DOCUMENT: "a.pdf",
    Kind.AUDIO: "a.wav",
    Kind.VIDEO: "a.mp4",
    Kind.TABLE: "a.csv",
}


@pytest.mark.parametrize("kind", IDEAS)
def test_a_file_alone_is_told_what_can_be_asked_of_it_and_that_is_understood(kind: Kind) -> None:
    name = NAMES[kind]
    (note,) = propose(name, files_of(name)).notes
    assert f"No task uses {name}." in note
    for idea in IDEAS[kind]:
        assert f"“{idea}”" in note
        made = propose(f"{name}: {idea}", files_of(name))
        assert made.plan.tasks
        assert made.notes == ()


def test_a_path_that_is_not_understood_is_quoted_whole() -> None:
    notes = propose("Read /tmp/x/big.bin", {}).notes
    assert any("“/tmp/x/big.bin” was not understood" in note for note in notes)
