"""hgtui whatif: models compared on the input of a task of a run that waits, approved first, and the winner taken."""

import json

from tests.cli.program import Program
from tests.cli.test_controller import stage_of
from tests.servers.chat import ChatServer, Reply, Request

REQUEST = "Make this short: Bees make honey. They live in hives."
MODELS = ("embedded:lexrank", "controller:test-model")
TASK = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "Bees make honey. They live in hives."}}


def script(request: Request) -> Reply:
    match stage_of(request):
        case "Task planning":
            return Reply(json.dumps([TASK]))
        case "Model selection":
            return Reply(json.dumps([{"id": 0, "model": MODELS[0], "reason": "It is here."}]))
        case _:
            return Reply("Short [0].")


def test_a_what_if_is_shown_approved_run_and_decided_and_the_plan_goes_on_with_the_winner(hgtui: Program) -> None:
    with ChatServer(script) as server:
        hgtui.environ |= {"OPENAI_BASE_URL": server.url, "OPENAI_MODEL": "test-model"}
        walk(hgtui)


def walk(hgtui: Program) -> None:
    run = hgtui.run("run", REQUEST, "--json").events[0]["run"]
    shown = hgtui.run("whatif", run, "0", *MODELS).told(3, "Nothing has run", "--fingerprint ")
    *words, fingerprint = next(line for line in shown.err.splitlines() if "--fingerprint" in line).split()[1:]
    assert words == ["whatif", run, "0", *MODELS, "--fingerprint"]
    taken = hgtui.run(*words, fingerprint, "--winner", "2", "--json").json
    assert [one["candidate"] for one in taken["tried"]] == list(MODELS)
    assert (taken["winner"], taken["tried"][1]["results"][0]["preview"]) == (MODELS[1], "Short [0].")
    assert hgtui.run(*taken["approve"].split()[1:]).exit == 0
