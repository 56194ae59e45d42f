"""The ten requests that anybody tries first, each from its words to its answer, with no key and no network."""

import json
import re
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.program import Ended, Event, Program
from tests.inputs import draw_group, draw_page, draw_photo, draw_qr, make_pdf

PAGE = (
    "The old lighthouse stands on the northern cliff. Every evening the keeper climbs the stairs and lights the lamp. "
    "Ships far away see the light and find their way home."
)
CATS = "Cats sleep most of the day. A cat hunts at night. Cats and mice are old enemies."
DOGS = "Dogs love to walk. A dog guards the house at night. Dogs and cats seldom agree."
HARBOUR = (
    "The harbour is small. Fishermen mend their nets in the morning. The keeper of the light knows all ships by name. "
    "In the evening the ships come home to the harbour. The lamp of the keeper has never failed the ships."
)
CODE = "https://example.org/tickets?seat=4_b&row=[7]"

REQUESTS = {
    "aloud": "Read the text in page.png and read it aloud",
    "summary": "Summarize notes.txt",
    "language": "What language is 'Guten Morgen, wie geht es dir?'",
    "both": "Read a.png and b.png, then summarize both",
    "edges": "Find the edges of photo.png",
    "faces": "How many faces are in group.png?",
    "code": "What does the QR code in code.png say?",
    "report": "Read report.pdf and tell me what it is about",
    "mood": "Is 'I hate waiting, but the food was wonderful' positive or negative?",
    "all": "Read page.png, tell me what language it is in and how positive it sounds, and read a summary aloud",
    "transcribe": "Transcribe speech.wav",
    "translate": "Translate 'Good morning' to French",
    "translate file": "Translate notes.txt to French",
    "this": "Translate this to French",
}
JSON = {"both", "all"}
"""The requests that are run with --json, for the order of their events."""

Results = Callable[[str], Ended]


def _inputs(folder: Path) -> None:
    draw_page(folder / "page.png", PAGE)
    draw_page(folder / "a.png", CATS)
    draw_page(folder / "b.png", DOGS)
    (folder / "notes.txt").write_text(HARBOUR, encoding="utf-8")
    draw_photo(folder / "photo.png")
    draw_group(folder / "group.png", 3)
    draw_qr(folder / "code.png", CODE)
    make_pdf(folder / "report.pdf", PAGE)
    with wave.open(str(folder / "speech.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(b"\0\1" * 16_000)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """One working folder and one data folder for all: several processes write the journal at once."""
    folder = tmp_path_factory.mktemp("requests")
    work = folder / "work"
    work.mkdir()
    _inputs(work)
    return Program(work, folder / "data", {"HGTUI_CONFIG": str(folder / "none.toml")})


@pytest.fixture(scope="module")
def result(program: Program) -> Iterator[Results]:
    """Start all requests, two at a time, and give the result of one by its name."""

    def run(name: str) -> Ended:
        shown = ("--json",) if name in JSON else ()
        return program.run("run", REQUESTS[name], "--yes", *shown, "--out", f"out-{name}", timeout_s=180)

    with ThreadPoolExecutor(2) as pool:
        runs: dict[str, Future[Ended]] = {name: pool.submit(run, name) for name in REQUESTS}
        yield lambda name: runs[name].result()
        pool.shutdown(cancel_futures=True)


def one_file(program: Program, name: str, ending: str) -> Path:
    """Return the only file that a request laid out with this ending."""
    (found,) = (program.folder / f"out-{name}").glob(f"*/*{ending}")
    return found


def seconds_of(path: Path) -> float:
    """Check that a WAV is no silence and return how long it is."""
    import numpy as np

    with wave.open(str(path)) as sound:
        assert sound.getsampwidth() == 2
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16)
        assert np.abs(samples.astype(np.int32)).max() > 3_000
        assert np.mean(np.abs(samples) > 100) > 0.3
        return sound.getnframes() / sound.getframerate()


def speaks(path: Path, text: str) -> None:
    """Check that a WAV lasts as long as its text deserves: 1.5 to 5 words a second, as people speak."""
    words = len(text.split())
    assert words / 5 < seconds_of(path) < words / 1.5


def quoted(answer: str) -> str:
    """Return what stands in the answer as a quotation, on one line."""
    return " ".join(line.removeprefix("> ") for line in answer.splitlines() if line.startswith(">"))


def sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?])\s+", text.strip()) if one]


def of_type(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event["type"] == kind]


def test_a_page_is_read_aloud(program: Program, result: Results) -> None:
    done = result("aloud")
    assert done.exit == 0, done
    wav = one_file(program, "aloud", ".wav")
    assert str(wav) in done.out
    text = one_file(program, "aloud", ".txt").read_text()
    assert text.split() == PAGE.split()
    speaks(wav, PAGE)


def test_a_summary_is_made_of_sentences_of_the_text(result: Results) -> None:
    done = result("summary")
    assert done.exit == 0, done
    said = sentences(quoted(done.out))
    assert 1 <= len(said) < len(sentences(HARBOUR))
    assert set(said) <= set(sentences(HARBOUR))


def test_a_language_is_told(result: Results) -> None:
    done = result("language")
    assert done.exit == 0, done
    assert quoted(done.out).startswith("German (de)")


def test_two_pages_are_read_at_once_and_summarized_together(result: Results) -> None:
    done = result("both")
    assert done.exit == 0, done
    events = done.events
    proposed = of_type(events, "plan_proposed")[0]["plan"]["tasks"]
    reads, (join,) = [one["uid"] for one in proposed[:2]], [one["uid"] for one in proposed[2:]]
    order = [(one["type"], one["uid"]) for one in events if one["type"] in {"task_started", "task_done"}]
    # As many at once as there are processors; with one of them the second waits for the first.
    begun = [uid for kind, uid in order[: 2 if _processors() > 1 else 1] if kind == "task_started"]
    assert set(begun) <= set(reads)
    assert len(begun) == (2 if _processors() > 1 else 1)
    assert order.index(("task_started", join)) > max(order.index(("task_done", uid)) for uid in reads)
    summary = of_type(events, "task_done")[-1]
    assert summary["uid"] == join
    assert set(sentences(summary["results"][0]["preview"])) <= set(sentences(CATS) + sentences(DOGS))


def _processors() -> int:
    from hgtui.execution.lanes import processors

    return processors()


def test_edges_are_white_lines_on_black_where_the_photo_has_them(program: Program, result: Results) -> None:
    import cv2
    import numpy as np

    done = result("edges")
    assert done.exit == 0, done
    edges = cv2.imread(str(one_file(program, "edges", ".png")), cv2.IMREAD_GRAYSCALE)
    photo = cv2.imread(str(program.folder / "photo.png"), cv2.IMREAD_GRAYSCALE)
    assert edges.shape == photo.shape
    white = edges > 127
    assert 0.01 < white.mean() < 0.2
    steep = np.hypot(cv2.Sobel(photo, cv2.CV_32F, 1, 0), cv2.Sobel(photo, cv2.CV_32F, 0, 1))
    assert steep[white].mean() > 3 * steep[~white].mean()


def test_faces_are_counted(result: Results) -> None:
    done = result("faces")
    assert done.exit == 0, done
    assert quoted(done.out) == "3 faces"


def test_a_qr_code_is_read_to_the_letter(program: Program, result: Results) -> None:
    done = result("code")
    assert done.exit == 0, done
    assert CODE in done.out
    data = json.loads(one_file(program, "code", ".json").read_text())
    assert CODE in json.dumps(data)


def test_a_pdf_is_told_by_its_own_sentences(result: Results) -> None:
    done = result("report")
    assert done.exit == 0, done
    said = sentences(quoted(done.out))
    assert said
    assert set(said) <= set(sentences(PAGE))


def test_a_mood_is_weighed(result: Results) -> None:
    done = result("mood")
    assert done.exit == 0, done
    assert quoted(done.out).startswith("positive")


def test_four_things_are_done_with_one_page(program: Program, result: Results) -> None:
    done = result("all")
    assert done.exit == 0, done
    events = done.events
    assert len(of_type(events, "task_done")) == 5
    answer = of_type(events, "answered")[0]["text"]
    assert "English (en)" in quoted(answer)
    assert re.search(r"\b(positive|neutral|negative) \(", quoted(answer))
    summary = (program.folder / "out-all").glob("*/*summarization.txt")
    speaks(one_file(program, "all", ".wav"), next(summary).read_text())


@pytest.mark.parametrize("name", ["aloud", "summary", "language", "edges", "faces", "code", "report", "mood"])
def test_the_answer_says_who_did_what(result: Results, name: str) -> None:
    assert re.search(r"\| \d+ \| [a-z-]+ \| embedded:[\w-]+ \| \d+\.\d\d s \|", result(name).out)


@pytest.mark.parametrize(
    ("name", "task"),
    [("transcribe", "automatic-speech-recognition"), ("translate", "translation"), ("translate file", "translation")],
)
def test_what_nothing_here_runs_ends_in_a_plan_that_says_so(result: Results, name: str, task: str) -> None:
    done = result(name).told(1, task, "Nothing here can run", "Hugging Face Hub")
    assert done.err.count("error: ") == 1


def test_a_translation_of_nothing_asks_for_the_text(result: Results) -> None:
    result("this").told(1, "translation needs “text”", "Nothing here can run translation")


def test_nobody_beyond_this_machine_was_reached(program: Program, result: Results) -> None:
    for name in REQUESTS:
        result(name)
    assert program.reached() == ""


def test_all_of_it_stands_in_the_journal(program: Program, result: Results) -> None:
    for name in REQUESTS:
        result(name)
    rows = program.run("runs", "--json").json
    assert {row["request"] for row in rows} == set(REQUESTS.values())
    assert [row["state"] for row in rows].count("answered") == 10
