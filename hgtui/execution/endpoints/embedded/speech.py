"""Speech with eSpeak NG through espeakng-loader and ctypes. GPL-3: loaded only here, in a child process, when it is chosen."""

import ctypes
import functools
import wave
from pathlib import Path

from hgtui.core.states import Failure
from hgtui.execution.endpoints.embedded import files, language, prose
from hgtui.execution.endpoints.embedded.languages import language_code, language_name
from hgtui.execution.wire import EngineCall, EngineError, Output, Progress

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS, _DONT_EXIT = 2, 0x8000
_BY_CHARACTER, _UTF8, _OK = 1, 1, 0
_BUFFER_MS = 200
_HEARD = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

MAX_CHARACTERS = 100_000
"""About two hours of speech, 300 MB."""
LEAST_SECONDS = 0.05
"""Less is the click that eSpeak NG makes of a text without words."""
_VOICES = {"zh": "cmn", "no": "nb", "nn": "nb"}
_EXAMPLES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr")


@functools.cache
def load() -> tuple[ctypes.CDLL, int, frozenset[str]]:
    """Load the library once for a process (5 ms); return it, its sample rate in Hz and its voices."""
    import espeakng_loader

    data = Path(espeakng_loader.get_data_path())
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    rate = library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, str(data).encode(), _DONT_EXIT)
    if rate <= 0:
        raise EngineError(
            Failure.NO_MODEL,
            "eSpeak NG did not start.",
            "Install it again: pip install --force-reinstall espeakng-loader",
        )
    return library, rate, frozenset(path.name for path in (data / "lang").rglob("*") if path.is_file())


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Speak `text` into a WAV (16 bit, mono) with the voice of `language`.

    Where none is given: that of the language that comes with the text, else that which py3langid tells, else English.
    """
    text = files.text_of(call, "text").replace("\0", " ").strip()
    if not text:
        raise files.bad_input("There is no text to read aloud.")
    if len(text) > MAX_CHARACTERS:
        raise files.bad_input(
            f"{len(text):,} characters are too many to read aloud at once (at most {MAX_CHARACTERS:,}).",
            "Summarize the text first, or split it.",
        )
    library, rate, voices = load()
    voice, notes = _chosen(call, text, voices)
    if library.espeak_SetVoiceByName(voice.encode()) != _OK:
        raise files.bad_input(f"eSpeak NG cannot use its voice {voice!r}.")
    path = files.target(call, "speech", ".wav")
    frames = _speak(library, rate, text, path, progress)
    if frames < LEAST_SECONDS * rate:
        path.unlink()
        raise EngineError(Failure.EMPTY, "There is nothing in the text that can be spoken.")
    return [
        Output(
            "audio",
            "audio/wav",
            path=str(path),
            data={"seconds": round(frames / rate, 2), "rate": rate, "voice": voice},
            language=_iso(voice),
            name=path.name,
            notes=notes,
        )
    ]


def _iso(voice: str) -> str:
    return {"cmn": "zh"}.get(voice, voice.split("-", maxsplit=1)[0])


def _chosen(call: EngineCall, text: str, voices: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """Return the voice and the notes on how it was chosen."""
    asked = files.words_of(call, "language")
    if asked:
        return _voice(asked[0], voices), ()
    given = _given(call)
    code = given or _told(text)
    if not code:
        return _voice("en", voices), ("Read with the English voice, as nothing tells the language of the text.",)
    voice = _found(code, voices)
    if voice is None:
        name = language_name(language_code(code))[:40]
        return _voice("en", voices), (f"Read with the English voice: eSpeak NG has none for {name}.",)
    how = "the text came with that language" if given else "the language was told by py3langid"
    return voice, (f"Read with the {language_name(_iso(voice))} voice: {how}.",)


def _given(call: EngineCall) -> str:
    """Return the language that comes with the text, "" where there is none or more than one."""
    text = call.inputs["text"]
    items = text if isinstance(text, list) else [text]
    languages = {str(item["language"]) for item in items if item.get("language")}
    return languages.pop() if len(languages) == 1 else ""


def _told(text: str) -> str:
    """Return the language that py3langid tells, "" where it is not installed or not sure."""
    start = text[: language.ENOUGH]
    if sum(char.isalpha() for char in start) < language.LEAST_LETTERS:
        return ""
    try:
        model = language.load()
    except ImportError:
        return ""
    code, probability = model.rank(start)[0]
    return str(code) if float(probability) >= language.SURE else ""


def _found(asked: str, voices: frozenset[str]) -> str | None:
    by_name = {voice.casefold(): voice for voice in voices}
    code = language_code(asked)
    wishes = (asked.strip().casefold().replace("_", "-"), code, _VOICES.get(code, ""))
    return next((by_name[wish] for wish in wishes if wish in by_name), None)


def _voice(asked: str, voices: frozenset[str]) -> str:
    if (voice := _found(asked, voices)) is not None:
        return voice
    some = ", ".join(f"{code} ({language_name(code)})" for code in _EXAMPLES)
    raise files.bad_input(
        f"eSpeak NG has no voice for {asked[:40]!r}.", f"It speaks {some} and others: give the ISO code."
    )


def _speak(library: ctypes.CDLL, rate: int, text: str, path: Path, progress: Progress) -> int:
    """Write the speech of `text` to `path` as it is made and return how many samples it has."""
    failed: list[OSError] = []
    sentences = prose.sentences(text)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)

        def heard(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
            try:
                if samples and count > 0:
                    sound.writeframesraw(ctypes.string_at(samples, count * 2))
            except OSError as error:
                failed.append(error)
                return 1
            return 0

        callback = _HEARD(heard)
        library.espeak_SetSynthCallback(callback)
        for place, sentence in enumerate(sentences):
            progress(place / len(sentences), "speaking")
            raw = sentence.encode("utf-8", "ignore") + b"\0"
            state = library.espeak_Synth(raw, len(raw), 0, _BY_CHARACTER, 0, _UTF8, None, None)
            if failed:
                raise failed[0]
            if state != _OK:
                raise EngineError(Failure.CRASHED, f"eSpeak NG stopped with its error {state}.")
        return sound.tell()
