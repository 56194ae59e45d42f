"""hgtui calls: what was asked and said in a run, as a list and in full; one sent again, with changes, beside the run."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from hgtui.cli.calling import call, calls
from tests.cli.program import Program
from tests.cli.test_controller import REQUEST, TASK, answer, stage_of
from tests.servers.chat import ChatServer, Reply, Request, Status

KEY = "sk-very-secret-0123456789"
EVIL = "\x1b]52;c;aGk=\x07[@click=app.quit]x[/] \u202ereversed"
OTHER = {**TASK, "task": "sentiment-analysis", "args": {"text": "Guten Morgen"}}


class Changing:
    """A controller that plans otherwise at another temperature, and says something hostile at the end."""

    def __call__(self, request: Request) -> Reply | Status:
        if stage_of(request) == "Task planning":
            if "fail now" in request.last:
                return Status(401, '{"error": {"message": "bad key"}}')
            tasks = [TASK, {**OTHER, "id": 1}] if request.body.get("temperature") == 0.7 else [TASK]
            return Reply(json.dumps({"tasks": tasks}))
        if stage_of(request) == "Response generation":
            return Reply(f"It is German [0]. {EVIL}")
        return answer(request)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(Changing()) as one:
        yield one


@pytest.fixture
def run(hgtui: Program, server: ChatServer) -> str:
    hgtui.environ |= {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY, "OPENAI_MODEL": "test-model"}
    done = hgtui.run("run", REQUEST, "--yes")
    assert done.exit == 0, done
    return str(hgtui.run("runs", "--json").json[0]["id"])


def test_the_calls_of_a_run_are_listed_shown_and_copied_and_one_is_sent_again_beside_it(
    hgtui: Program, server: ChatServer, run: str
) -> None:
    rows = hgtui.run("calls", run, "--json").events
    assert [(row["kind"], row["stage"], row["task"] and row["task"]["id"]) for row in rows] == [
        ("llm", "planning", None),
        ("llm", "selection", None),
        ("endpoint", "execution", 0),
        ("llm", "response", None),
    ]
    told = hgtui.run("calls", run, "--call", "4").out
    assert "It is German [0]." in told
    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    curl = hgtui.run("calls", run, "--curl", "4").out
    assert "Authorization: Bearer $OPENAI_API_KEY" in curl
    assert KEY not in told + curl
    assert hgtui.run("calls", run, "--call", "9").told(2, "There is no call 9: the run has 4.")

    asked = len(server.requests)
    again = hgtui.run("calls", run, "--resend", "1", "--temperature", "0.7")
    assert again.exit == 0, again
    for words in ("temperature 0.7", "+ task 1", "task 0 unchanged"):
        assert words in again.out, again.out
    assert server.requests[asked].body["messages"] == server.requests[0].body["messages"]
    assert server.requests[asked].body["temperature"] == 0.7
    failed = hgtui.run("calls", run, "--resend", "1", "--with", "-", "--model", "other-model", stdin="fail now")
    assert failed.exit == 1
    assert "refused the key" in failed.out
    assert server.requests[-1].body["model"] == "other-model"
    assert [row["sent_again"] for row in hgtui.run("calls", run, "--json").events] == [False] * 4 + [True] * 2
    replayed = hgtui.run("run", "--replay", run)
    assert (replayed.exit, replayed.out[:5]) == (0, "same:"), replayed
    assert "█ ran" in hgtui.run("show", run, "--timeline").out


def test_the_calls_of_a_run_that_goes_on_in_another_process_are_read_while_it_does(
    hgtui: Program, server: ChatServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with hgtui.start("run", REQUEST, "--commands", "-", "--json", OPENAI_BASE_URL=server.url) as other:
        run = other.until("gate_opened")["run"]
        monkeypatch.setenv("HGTUI_DATA_DIR", hgtui.environ["HGTUI_DATA_DIR"])
        assert asyncio.run(calls(run, task=None, search="", as_json=True)) == 0
        read = capsys.readouterr()
        assert [json.loads(line)["stage"] for line in read.out.splitlines()] == ["planning", "selection"]
        assert "goes on in another process" in read.err
        assert asyncio.run(call(run, 2, as_json=False)) == 0
        assert "Model selection" in capsys.readouterr().out
        other.send(command="approve", fingerprint=other.seen[-1]["fingerprint"])
        assert other.until("run_ended")["exit"] == 0


def test_what_came_of_a_call_that_was_sent_again_is_taken_by_a_command(hgtui: Program, server: ChatServer) -> None:
    waits = hgtui.run("run", REQUEST, "--json", OPENAI_BASE_URL=server.url)
    assert waits.exit == 3
    run = waits.events[0]["run"]
    assert hgtui.run("calls", run, "--resend", "1", "--temperature", "0.7", OPENAI_BASE_URL=server.url).exit == 0
    with hgtui.start("resume", run, "--commands", "-", "--json", OPENAI_BASE_URL=server.url) as other:
        other.until("gate_opened")
        other.send(command="take_call", number=1)
        assert "was not sent again" in other.until("refused")["message"]
        other.send(command="take_call", number=3)  # behind that of the plan and that of the models
        proposed = other.until("revision_proposed")
        assert len(proposed["plan"]["tasks"]) == 2
        other.send(command="take_revision")
        other.until("plan_edited")
        other.send(command="stop")
        assert other.until("run_ended")["exit"] == 130
