"""Speech by eSpeak NG in a real child."""

import wave
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from hgtui.core.states import Failure
from hgtui.execution.endpoints.embedded import cards
from hgtui.execution.lanes import EngineError, Output
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
    [english] = await engine("espeak-ng", "text-to-speech", text=text)
    assert german.language == named.language == "de"
    assert len(samples(german)) == pytest.approx(len(samples(named)), rel=0.005)
    assert len(samples(english)) != pytest.approx(len(samples(german)), rel=0.02)
    assert "English voice" in english.notes[0]


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
