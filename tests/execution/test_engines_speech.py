"""Speech by eSpeak NG in a real child."""

import subprocess
import sys
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from hgtui.core.states import Failure
from hgtui.execution.endpoints.embedded import cards
from hgtui.execution.lanes import EngineCall, EngineError, Lanes, Output
from tests.execution.conftest import Run

Refused = Callable[..., Awaitable[EngineError]]


def samples(output: Output) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    assert (output.kind, output.media_type) == ("audio", "audio/wav")
    assert output.path is not None
    with wave.open(output.path) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        assert sound.getframerate() == output.data["rate"]
        heard = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    assert len(heard) / output.data["rate"] == pytest.approx(output.data["seconds"], abs=0.01)
    return heard


async def test_a_sentence_is_spoken_and_lasts_as_long_as_it_deserves(engine: Run) -> None:
    text = "The boats bring mackerel and cod to the quay every morning."
    [output] = await engine("espeak-ng", "text-to-speech", text=text, language="en")
    heard = samples(output)
    assert np.abs(heard.astype(int)).max() > 3000
    assert 2 < output.data["seconds"] < 8
    assert output.language == "en"


async def test_a_long_text_is_spoken_to_its_end(engine: Run) -> None:
    sentence = "This is one more sentence of a long text. "
    [one] = await engine("espeak-ng", "text-to-speech", text=sentence * 4)
    [many] = await engine("espeak-ng", "text-to-speech", text=sentence * 400)
    assert many.data["seconds"] == pytest.approx(one.data["seconds"] * 100, rel=0.05)
    quiet = np.abs(samples(many)[-many.data["rate"] * 5 :].astype(int)).max()
    assert quiet > 3000


async def test_the_language_chooses_the_voice(engine: Run) -> None:
    text = "Guten Morgen, wie geht es dir?"
    [german] = await engine("espeak-ng", "text-to-speech", text=text, language="de")
    [named] = await engine("espeak-ng", "text-to-speech", text=text, language="German")
    [english] = await engine("espeak-ng", "text-to-speech", text=text, language="en")
    assert german.language == named.language == "de"
    assert len(samples(german)) == pytest.approx(len(samples(named)), rel=0.005)
    assert len(samples(english)) != pytest.approx(len(samples(german)), rel=0.02)
    assert german.notes == named.notes == english.notes == ()


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("Guten Morgen, wie geht es dir?", "de", "German"),
        ("Bonjour, comment allez-vous aujourd'hui ?", "fr", "French"),
        ("The old lighthouse stands on the northern cliff.", "en", "English"),
    ],
)
async def test_the_language_of_a_text_is_told_where_none_is_given(engine: Run, text: str, code: str, name: str) -> None:
    [asked] = await engine("espeak-ng", "text-to-speech", text=text, language=code)
    [told] = await engine("espeak-ng", "text-to-speech", text=text)
    assert told.language == told.data["voice"] == code
    assert len(samples(told)) == pytest.approx(len(samples(asked)), rel=0.005)
    assert told.notes == (f"Read with the {name} voice: the language was told by py3langid.",)


@pytest.mark.parametrize("text", ["Guten Morgen!", "The quick brown fox jumps over", "12345 67890 " * 20])
async def test_a_text_too_short_or_too_unclear_to_tell_is_read_with_the_english_voice(engine: Run, text: str) -> None:
    [output] = await engine("espeak-ng", "text-to-speech", text=text)
    assert output.language == "en"
    assert output.notes == ("Read with the English voice, as nothing tells the language of the text.",)


async def spoken(out: Path, **inputs: object) -> Output:
    """Call the engine with inputs as they come from other tasks."""
    async with Lanes(limit=1) as lanes:
        [output] = await lanes.run(EngineCall("speech", "text-to-speech", inputs, str(out), "espeak-ng"))
    return output


@pytest.mark.parametrize(
    ("text", "voice", "note"),
    [
        ({"text": "Hallo!", "language": "de"}, "de", "Read with the German voice: the text came with that language."),
        (
            [{"text": "Oui", "language": "fr"}, {"text": "Non"}],
            "fr",
            "Read with the French voice: the text came with that language.",
        ),
        ({"text": "Sawubona!", "language": "zu"}, "en", "Read with the English voice: eSpeak NG has none for Zulu."),
        (
            [{"text": "Oui", "language": "fr"}, {"text": "Nein", "language": "de"}],
            "en",
            "Read with the English voice, as nothing tells the language of the text.",
        ),
    ],
)
async def test_the_language_that_comes_with_a_text_chooses_the_voice(
    tmp_path: Path, text: object, voice: str, note: str
) -> None:
    output = await spoken(tmp_path, text=text)
    assert output.data["voice"] == voice
    assert output.notes == (note,)


async def test_the_language_that_is_asked_for_goes_before_that_of_the_text(tmp_path: Path) -> None:
    output = await spoken(tmp_path, text={"text": "Hallo!", "language": "de"}, language={"text": "fr"})
    assert (output.language, output.notes) == ("fr", ())


def test_without_py3langid_the_english_voice_reads(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['py3langid'] = None\n"
        "from hgtui.execution.endpoints.embedded import speech\n"
        "from hgtui.execution.wire import EngineCall\n"
        "text = {'text': 'Guten Morgen, wie geht es dir?'}\n"
        "call = EngineCall('speech', 'text-to-speech', {'text': text}, sys.argv[1], 'espeak-ng')\n"
        "[output] = speech.run(call, lambda done, note: None)\n"
        "print(output.language, *output.notes)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "en Read with the English voice, as nothing tells the language of the text."


async def test_every_language_on_the_card_speaks(engine: Run) -> None:
    for language in cards.card("espeak-ng").languages:
        [output] = await engine("espeak-ng", "text-to-speech", text="1 2 3", language=language)
        assert output.data["seconds"] > 0.3, language


@pytest.mark.parametrize("language", ["klingonese", "../../etc/passwd", "xx", "%s%n"])
async def test_an_unknown_language_is_refused_and_some_are_named(refused: Refused, language: str) -> None:
    error = await refused("espeak-ng", "text-to-speech", text="Hello", language=language)
    assert error.failure is Failure.BAD_INPUT
    assert "de (German)" in error.hint


@pytest.mark.parametrize(
    ("text", "failure"),
    [("", Failure.BAD_INPUT), ("\0 ", Failure.BAD_INPUT), ("...", Failure.EMPTY), ("x" * 100_001, Failure.BAD_INPUT)],
)
async def test_a_text_that_cannot_be_spoken_is_refused(refused: Refused, text: str, failure: Failure) -> None:
    assert (await refused("espeak-ng", "text-to-speech", text=text)).failure is failure


@pytest.mark.parametrize("text", ["<speak>&<<", "[[h@l'oU]]", "%s %n %x", "🎉🎉 party", "a\x1b[2Jb\0c", "x" * 50_000])
async def test_hostile_text_is_spoken_as_text(engine: Run, text: str) -> None:
    [output] = await engine("espeak-ng", "text-to-speech", text=text)
    assert output.data["seconds"] > 0.1
