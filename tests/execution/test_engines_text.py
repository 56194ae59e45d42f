"""Sentiment, language and summary, by the real engines in real children."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.states import Failure
from hgtui.execution.endpoints.embedded import languages, prose, summary
from hgtui.execution.lanes import EngineError
from hgtui.execution.wire import EngineCall
from tests.execution.conftest import Run

Refused = Callable[..., Awaitable[EngineError]]

HARBOUR = """Harbour report

The old harbour was built in 1874 by fishermen of the village. The harbour has two piers and a lighthouse.
Every morning the boats of the fishermen leave the harbour to catch mackerel and cod. My aunt likes purple hats.
Dr. Smith says that the northern pier of the harbour must be repaired soon. The council will pay for the pier
next year. Visitors walk along the harbour and buy fish from the boats."""


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I hate waiting, but the food was wonderful", "positive"),
        ("This is the worst film that I have ever seen, boring and stupid.", "negative"),
        ("The train leaves at four from platform two.", "neutral"),
        ("Great room! Great view! The bath was dirty.", "positive"),
    ],
)
async def test_the_sentiment_of_plain_english_is_right(engine: Run, text: str, label: str) -> None:
    [output] = await engine("vader", "text-classification", text=text)
    assert output.kind == "labels"
    assert output.data[0]["label"] == label
    assert 0 <= output.data[0]["score"] <= 1
    assert output.text == f"{label} ({output.data[0]['score']:.2f})"


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("Guten Morgen, wie geht es dir?", "de", "German"),
        ("The boats leave the harbour every morning.", "en", "English"),
        ("Les bateaux quittent le port chaque matin.", "fr", "French"),
        ("Каждое утро лодки покидают гавань.", "ru", "Russian"),
        ("毎朝、船は港を出ます。", "ja", "Japanese"),
    ],
)
async def test_the_language_of_a_sentence_is_named_with_its_code(engine: Run, text: str, code: str, name: str) -> None:
    [output] = await engine("py3langid", "text-classification", text=text)
    assert output.language == output.data[0]["label"] == code
    assert output.text is not None
    assert output.text.startswith(f"{name} ({code}), ")
    scores = [label["score"] for label in output.data]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.001


async def test_a_summary_is_central_sentences_in_their_order(engine: Run) -> None:
    [output] = await engine("lexrank", "summarization", text=HARBOUR)
    assert output.text is not None
    chosen = prose.sentences(output.text)
    whole = prose.sentences(HARBOUR)
    assert 1 <= len(chosen) < len(whole)
    places = [whole.index(sentence) for sentence in chosen]
    assert places == sorted(places)
    assert "harbour" in output.text
    assert "purple hats" not in output.text
    assert "Harbour report" not in output.text


async def test_a_text_too_short_to_summarize_comes_back_whole_and_says_so(engine: Run) -> None:
    [output] = await engine("lexrank", "summarization", text="One thing. Another thing.")
    assert output.text == "One thing. Another thing."
    assert "too short" in output.notes[0]


async def test_several_texts_are_summarized_together(engine: Run) -> None:
    parts = HARBOUR.split("My aunt")
    [output] = await engine("lexrank", "summarization", text=[parts[0], "My aunt" + parts[1]])
    assert output.text is not None
    assert "harbour" in output.text


async def test_a_text_may_be_a_file(engine: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes("\ufeffDer Müller mahlt jeden Tag das Korn in der alten Mühle am Fluss.".encode())
    [output] = await engine("py3langid", "text-classification", text=path)
    assert output.language == "de"


async def test_a_file_that_is_no_text_is_refused_by_name(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(bytes(range(256)) * 20)
    error = await refused("lexrank", "summarization", text=path)
    assert error.failure is Failure.BAD_INPUT
    assert error.message == "notes.txt is not a text file."


@pytest.mark.parametrize(
    ("model", "task"),
    [("vader", "text-classification"), ("py3langid", "text-classification"), ("lexrank", "summarization")],
)
async def test_an_empty_text_is_refused(refused: Refused, model: str, task: str) -> None:
    assert (await refused(model, task, text=" \n ")).failure is Failure.BAD_INPUT


@pytest.mark.parametrize("word", ["a", "good ", "a. ", "\n", "\u202e\x1b[2J ", "ß。"])
async def test_a_hostile_megabyte_of_text_is_answered(engine: Run, word: str) -> None:
    text = "Here is one sentence that is fine. " + word * (1_000_000 // len(word))
    for model, task in [
        ("lexrank", "summarization"),
        ("py3langid", "text-classification"),
        ("vader", "text-classification"),
    ]:
        outputs = await engine(model, task, text=text)
        assert "\x1b" not in (outputs[0].text or "")


def test_sentences_know_abbreviations_headings_and_wrapped_lines() -> None:
    assert prose.sentences(
        "Notes\n\nDr. Smith came at 12.50 p. m. today. He\nleft! Why? “Nobody knows.” So it is."
    ) == [
        "Notes",
        "Dr. Smith came at 12.50 p. m. today.",
        "He left!",
        "Why?",
        "“Nobody knows.”",
        "So it is.",
    ]


@given(st.text(alphabet="ab Z.!?\n\"'…。", max_size=300))
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(prose.sentences(text)).split()) == "".join(text.split())
    assert all(0 < len(sentence) <= prose.LONGEST for sentence in prose.sentences(text))


@given(
    st.lists(st.sampled_from(["The sea is wide.", "A ship is on the sea.", "Dogs bark.", "The of and."]), max_size=12)
)
def test_a_summary_never_fails_on_repeated_or_unlike_sentences(sentences: list[str]) -> None:
    text = " ".join(["It is so.", *sentences])
    [output] = summary.run(
        EngineCall("summary", "summarization", {"text": {"text": text}}, ""), lambda part, note: None
    )
    assert output.text
    assert set(prose.sentences(output.text)) <= set(prose.sentences(text))


def test_a_language_is_known_by_code_region_or_name() -> None:
    assert [languages.language_code(text) for text in ("de", "de_AT", "German", " EN-gb ")] == ["de", "de", "de", "en"]
    assert languages.language_name("de") == "German"
