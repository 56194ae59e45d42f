"""An LLM as the planner, on a server that speaks the real wire format: what streams in, and every way in which it fails."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Ended, Program
from tests.servers import wire
from tests.servers.chat import ChatServer, Reply, Request, Script, Status, closed_port_url
from tests.servers.gate import Gate
from tests.servers.replies import Answer, Body, Events, Hang, Reset

KEY = "sk-very-secret-0123456789"
REQUEST = "Tell me what language this greeting is in: Guten Morgen zusammen"
PLAN = [
    {
        "task": "text-classification",
        "id": 0,
        "dep": [-1],
        "args": {"text": "Guten Morgen zusammen", "question": "What language is it?"},
    },
    {"task": "summarization", "id": 1, "dep": [-1], "args": {"text": "One fine day. Another fine day. A third one."}},
]


AT_ONCE = {"retry-after": "0"}
"""A server that says so is asked again without a wait."""


@contextmanager
def asking(answer: Script) -> Iterator[dict[str, str]]:
    """Serve an answer and give the environment that leads to it."""
    with ChatServer(answer) as server:
        yield {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY, "OPENAI_MODEL": "test-model"}


def ask(hgtui: Program, answer: Script, *flags: str) -> Ended:
    with asking(answer) as environ:
        done = hgtui.run("run", REQUEST, *(flags or ("--yes",)), **environ)
    keeps_the_key(hgtui, done)
    return done


def keeps_the_key(hgtui: Program, done: Ended) -> None:
    """Check that the key was neither printed nor stored."""
    assert KEY not in done.out + done.err
    for path in (*hgtui.data.rglob("*"), *hgtui.folder.rglob("*")):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_a_plan_streams_in_task_by_task_and_runs(hgtui: Program) -> None:
    gate = Gate()
    deltas = wire.words(json.dumps(PLAN))
    half = next(place for place in range(len(deltas)) if "summarization" in "".join(deltas[:place]))
    with (
        asking(Reply(json.dumps(PLAN), gate=gate, hold_after=half)) as environ,
        hgtui.start("run", REQUEST, "--yes", "--json", "--answer", "program", **environ) as run,
    ):
        # The server holds the second task back: the first is there before the reply is.
        assert run.until("task_drafted")["task"]["task"] == "text-classification"
        assert not [event for event in run.seen if event["type"] == "plan_proposed"]
        gate.release()
        done = run.ended()
    assert done.exit == 0, done
    assert [event["task"]["id"] for event in done.events if event["type"] == "task_drafted"] == [0, 1]
    assert "".join(event["text"] for event in done.events if event["type"] == "delta") == json.dumps(PLAN)
    call = next(event for event in done.events if event["type"] == "called")
    assert (call["model"], call["stage"]) == ("test-model", "planning")
    assert "German (de)" in next(event["text"] for event in done.events if event["type"] == "answered")
    keeps_the_key(hgtui, done)


def test_words_say_who_planned(hgtui: Program) -> None:
    assert "planned by test-model" in ask(hgtui, Reply(json.dumps(PLAN))).err


def test_a_reply_that_is_no_plan_is_1_and_kept_where_it_says(hgtui: Program) -> None:
    done = ask(hgtui, Reply("I am sorry, I cannot help with that."))
    assert (done.exit, done.out) == (1, "")
    line = next(line for line in done.err.splitlines() if "What the planner said is kept in " in line)
    kept = Path(line.removeprefix("What the planner said is kept in ").removesuffix("."))
    assert kept.read_text() == "I am sorry, I cannot help with that."
    assert "planning failed: " in done.err


def test_an_empty_plan_is_answered_by_a_plain_chat(hgtui: Program) -> None:
    def answer(request: Request) -> Reply:
        planning = request.body["messages"][0]["content"].startswith("Task planning")
        return Reply("[]" if planning else "Hello to you too.")

    done = ask(hgtui, answer)
    assert (done.exit, done.out) == (0, "Hello to you too.\n")
    assert "no task" in done.err


def test_a_plan_that_reads_what_nobody_named_is_not_run(hgtui: Program) -> None:
    stolen = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "x"}}]
    stolen.append({"task": "image-to-text", "id": 1, "dep": [-1], "args": {"image": "/etc/passwd"}})
    done = ask(hgtui, Reply(json.dumps(stolen)))
    assert done.exit == 1
    assert "is outside the working folder" in done.err


def test_what_an_llm_says_reaches_no_terminal_as_a_command(hgtui: Program) -> None:
    evil: list[dict[str, Any]] = [
        {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "\x1b]52;c;ZXZpbA==\x07[@click=app.quit]x"}}
    ]
    done = ask(hgtui, Reply(json.dumps(evil)))
    assert not set(done.out + done.err) & {"\x1b", "\x07"}


FAULTS: dict[str, tuple[Answer, str]] = {
    "401": (Status(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key"), "OPENAI_API_KEY"),
    "404": (Status(404, "The model does not exist"), "planning failed"),
    "500": (Status(500, "it broke", headers=AT_ONCE), "planning failed"),
    "a page of HTML": (Status(502, body="<html>Bad gateway</html>", headers=AT_ONCE), "planning failed"),
    "a cut stream": (Events([wire.chunk("m", {"content": '[{"task": "summ'})], cut=True), "planning failed"),
    "no JSON at all": (Body(b"<html>hello</html>", "text/html"), "planning failed"),
    "a reset": (Reset(), "planning failed"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_server_that_fails_is_a_sentence_and_1(hgtui: Program, name: str) -> None:
    answer, words = FAULTS[name]
    done = ask(hgtui, answer)
    assert (done.exit, done.out) == (1, "")
    assert words in done.err
    (last,) = [line for line in done.err.splitlines() if line.startswith("planning failed: ")]
    assert "{" not in last
    (row,) = hgtui.run("runs", "--json").json
    assert (row["outcome"], row["exit"]) == ("failed", 1)
    assert "No plan came of it" in hgtui.run("show", row["id"]).out


def test_a_server_that_is_not_there_is_a_sentence_and_1(hgtui: Program) -> None:
    url = closed_port_url()
    done = hgtui.run("run", REQUEST, "--yes", "--json", OPENAI_BASE_URL=url)
    assert done.exit == 1
    (failed,) = [event for event in done.events if event["type"] == "planning_failed"]
    assert url in failed["message"]
    assert done.events[-1]["type"] == "run_ended"


def test_a_server_that_echoes_the_key_does_not_get_it_onto_the_screen_or_the_disk(hgtui: Program) -> None:
    done = ask(hgtui, Status(401, f"Incorrect API key provided: {KEY}"))
    assert done.exit == 1


def test_doctor_asks_the_server_for_its_model(hgtui: Program) -> None:
    with asking(Hang()) as environ:
        done = hgtui.run("doctor", **environ)
    assert done.exit == 0
    assert "ok   controller" in done.out or "ok  controller" in done.out
    assert "test-model at http://127.0.0.1" in done.out
    assert KEY not in done.out + done.err
