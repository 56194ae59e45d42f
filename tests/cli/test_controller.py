"""The controller on the command line: which one a profile means, its model, and its part in a run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.terminal import Terminal
from tests.servers.chat import ChatServer, Reply, Request, closed_port_url

TASK = {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Guten Morgen, wie geht es dir?"}}
CHOSEN = "embedded:py3langid"
REQUEST = "What language is it?"


def stage_of(request: Request) -> str:
    return str(request.body["messages"][0]["content"]).partition("\n")[0]


def answer(request: Request) -> Reply:
    """Do the part of a controller: plan one task, choose its model, answer."""
    match stage_of(request):
        case "Task planning":
            return Reply(json.dumps([TASK]))
        case "Model selection":
            return Reply(json.dumps([{"id": 0, "model": CHOSEN, "reason": "It knows languages."}]))
        case _:
            return Reply("It is German [0].")


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(answer) as one:
        yield one


@pytest.fixture
def several() -> Iterator[ChatServer]:
    with ChatServer(answer, models=("small-model", "large-model", "text-embedding-3")) as one:
        yield one


def configure(hgtui: Program, text: str) -> None:
    Path(hgtui.environ["HGTUI_CONFIG"]).write_text(text, encoding="utf-8")


def stages(server: ChatServer) -> list[str]:
    return [stage_of(request) for request in server.requests]


def models(server: ChatServer) -> set[str]:
    return {request.body["model"] for request in server.requests}


# A run


def test_one_request_plans_chooses_and_answers(hgtui: Program, server: ChatServer) -> None:
    done = hgtui.run("run", REQUEST, "--yes", OPENAI_BASE_URL=server.url)
    assert (done.exit, done.out) == (0, "It is German [0].\n")
    assert stages(server) == ["Task planning", "Model selection", "Response generation"]


def test_an_answer_by_the_program_keeps_every_result_from_the_server(hgtui: Program, server: ChatServer) -> None:
    done = hgtui.run("run", REQUEST, "--yes", "--answer", "program", OPENAI_BASE_URL=server.url)
    assert done.exit == 0
    assert "German (de)" in done.out
    assert "Response generation" not in stages(server)
    assert b"(de)" not in b"".join(json.dumps(request.body).encode() for request in server.requests)


def test_an_approved_run_is_answered_by_whom_the_person_says(hgtui: Program, server: ChatServer) -> None:
    for by, words in (("program", "German (de)"), ("llm", "It is German [0].")):
        gate = hgtui.run("run", REQUEST, "--json", OPENAI_BASE_URL=server.url).events[-1]
        done = hgtui.run("approve", gate["run"], gate["fingerprint"], "--answer", by, OPENAI_BASE_URL=server.url)
        assert (done.exit, words in done.out) == (0, True), done


def test_a_request_after_a_run_carries_what_was_said_before(hgtui: Program, server: ChatServer) -> None:
    first = hgtui.run("run", REQUEST, "--yes", "--json", OPENAI_BASE_URL=server.url).events[0]["run"]
    planned = len(server.requests)
    done = hgtui.run("run", "Now say that again", "--after", first, "--yes", "--json", OPENAI_BASE_URL=server.url)
    assert done.exit == 0
    assert done.events[0]["earlier"][0]["request"] == REQUEST
    said = json.dumps(server.requests[planned].body["messages"])
    assert REQUEST in said
    assert "It is German" in said


def test_a_run_without_an_answer_has_nothing_to_go_on_from(hgtui: Program) -> None:
    name = hgtui.run("run", "What language is 'Guten Morgen'?", "--json").events[0]["run"]
    hgtui.run("run", "Now in one word", "--after", name).told(2, "has no answer to go on from", f"hgtui show {name}")
    hgtui.run("run", "Now in one word", "--after", "nobody").told(2, "There is no run")
    hgtui.run("run", "--after", name, "--commands", "-").told(2, "--after needs a request.")


def test_a_person_at_a_terminal_sees_the_plan_grow_and_the_answer_only_when_it_is_whole(
    hgtui: Program, server: ChatServer
) -> None:
    with Terminal(hgtui, "run", REQUEST, OPENAI_BASE_URL=server.url) as terminal:
        shown = terminal.until("Run this plan? [y/N/edit] ")
        assert "planning:\n  0 text-classification: text=Guten Morgen" in shown
        assert shown.index("choosing models") < shown.index(CHOSEN)
        terminal.press("y\n")
        assert terminal.ended() == (0, "It is German [0].\n")
        assert "It is German" not in terminal.shown
        assert "writing the answer" in terminal.shown


# Profiles


def test_a_profile_says_which_server_and_the_flag_goes_before_the_environment(
    hgtui: Program, server: ChatServer
) -> None:
    configure(hgtui, f'[profiles.mine.controller]\nbase_url = "{server.url}"\nmodel = "my-model"\n')
    assert "planned by rules" in hgtui.run("plan", "What language is 'Guten Morgen'?").err
    assert "planned by my-model" in hgtui.run("plan", REQUEST, "--profile", "mine").err
    assert "planned by my-model" in hgtui.run("plan", REQUEST, HGTUI_PROFILE="mine").err
    assert "planned by rules" in hgtui.run("plan", "Summarize", "--profile", "rules", HGTUI_PROFILE="mine").err
    hgtui.run("plan", REQUEST, "--profile", "nine").told(
        2, "--profile: there is no profile 'nine'; the nearest is 'mine'."
    )


def test_a_profile_before_a_command_is_told_where_it_stands(hgtui: Program) -> None:
    hgtui.run("--profile", "rules", "tasks").told(2, "hgtui tasks does not take it")
    before = hgtui.run("--profile", "nine", "doctor", "--json")
    assert "there is no profile 'nine'" in before.out
    assert "there is no profile 'nine'" not in hgtui.run("--profile", "nine", "doctor", "--profile", "mine").out
    hgtui.run("--profile", "rules").told(2, "The workbench needs a terminal.")


def test_doctor_says_who_plans_and_why_and_what_else_there_is(hgtui: Program, server: ChatServer) -> None:
    configure(
        hgtui,
        f'[profiles.mine.controller]\nbase_url = "{server.url}"\nmodel = "my-model"\nprice_in = 1.0\nprice_out = 2.0\n'
        'context = 9000\n[profiles.broken.controller]\napi_key_env = "NOT_SET_KEY"\n',
    )
    rows = {row["what"]: row for row in hgtui.run("doctor", "--json").json}
    assert "plans are made by rules: no controller was found" in rows["controller"]["about"]
    assert "my-model" in rows["profile mine"]["about"]
    assert "NOT_SET_KEY, which is not set" in rows["not usable"]["about"]
    mine = {row["what"]: row for row in hgtui.run("doctor", "--profile", "mine", "--json").json}["controller"]
    assert mine["state"] == "ok"
    assert f"my-model at {server.url}: profile 'mine' names it" in mine["about"]
    assert "context 9,000 tokens, as set; $1 and $2 for a million tokens" in mine["about"]
    assert "the server does not list this model" in mine["about"]


def test_doctor_tells_of_a_server_that_does_not_answer_and_of_one_with_several_models(
    hgtui: Program, several: ChatServer
) -> None:
    url = closed_port_url()
    down = hgtui.run("doctor", OPENAI_BASE_URL=url)
    assert down.exit == 1
    assert url in next(line for line in down.out.splitlines() if line.startswith("bad"))
    open_ = hgtui.run("doctor", OPENAI_BASE_URL=several.url)
    assert open_.exit == 1
    assert "has 3 models: small-model, large-model, text-embedding-3. Set OPENAI_MODEL" in open_.out


def test_the_settings_in_force_are_those_of_the_environment_too(hgtui: Program) -> None:
    assert hgtui.run("config", "show", HGTUI_GATES="none").json["gates"] == "none"
    hgtui.run("config", "show", HGTUI_GATES="some").told(2, "HGTUI_GATES")
    configure(hgtui, "gate = 1\n")
    hgtui.run("config", "show").told(2, "the nearest is 'gates'", "Known there")


# The model


def test_several_models_without_a_terminal_are_named_with_what_to_set(hgtui: Program, several: ChatServer) -> None:
    words = ("has 3 models: small-model, large-model", "Set OPENAI_MODEL", "[profiles.auto.controller]")
    for command in (("run", REQUEST, "--yes"), ("plan", REQUEST)):
        hgtui.run(*command, OPENAI_BASE_URL=several.url).told(2, *words)
    configure(hgtui, f'[profiles.mine.controller]\nbase_url = "{several.url}"\n')
    hgtui.run("plan", REQUEST, "--profile", "mine").told(2, "Set model in [profiles.mine.controller]")
    assert several.requests == []


def test_a_person_is_asked_once_which_model_and_again_when_it_is_gone(hgtui: Program) -> None:
    with ChatServer(answer, models=("small-model", "large-model", "text-embedding-3")) as several:
        with Terminal(hgtui, "run", REQUEST, "--yes", OPENAI_BASE_URL=several.url) as terminal:
            asked = terminal.until("[number or name] ")
            assert "1  small-model\n" in asked
            assert "3  " not in asked
            terminal.press("9\n")
            terminal.until("That is none of them.")
            terminal.press("2\n")
            assert terminal.ended() == (0, "It is German [0].\n")
        assert models(several) == {"large-model"}
        assert hgtui.run("run", REQUEST, "--yes", OPENAI_BASE_URL=several.url).exit == 0
        assert models(several) == {"large-model"}
        port = int(several.url.rpartition(":")[2].removesuffix("/v1"))
    with ChatServer(answer, models=("new-model", "other-model"), port=port) as changed:
        with Terminal(hgtui, "run", REQUEST, "--yes", OPENAI_BASE_URL=changed.url) as terminal:
            assert "no longer has large-model" in terminal.until("[number or name] ")
            terminal.press("new\n")
            assert terminal.ended()[0] == 0
        assert models(changed) == {"new-model"}


def test_a_run_that_was_planned_by_rules_is_gone_on_with_by_rules_and_nobody_is_asked(
    hgtui: Program, several: ChatServer
) -> None:
    gate = hgtui.run("run", "Summarize 'Bees fly.'", "--profile", "rules", "--json").events[-1]
    hgtui.environ["OPENAI_BASE_URL"] = several.url
    with Terminal(hgtui, "resume", screen=True) as terminal:
        terminal.until_all(gate["run"][-6:], gate["fingerprint"][:8], "planned by rules")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
    assert "large-model" not in terminal.shown
    assert several.requests == []


def test_who_picks_none_runs_nothing(hgtui: Program, several: ChatServer) -> None:
    for keys, status in (("\n", 2), ("\x03", 130)):
        with Terminal(hgtui, "run", REQUEST, OPENAI_BASE_URL=several.url) as terminal:
            terminal.until("[number or name] ")
            terminal.press(keys)
            assert terminal.ended() == (status, "")
            assert "No model was picked." in terminal.shown
    assert several.requests == []


# Stage 2 alone


def write(hgtui: Program, data: object) -> str:
    (hgtui.folder / "plan.json").write_text(json.dumps(data), encoding="utf-8")
    return "plan.json"


def test_models_are_chosen_for_a_plan_file_by_the_selector_and_the_plan_runs(
    hgtui: Program, server: ChatServer
) -> None:
    plan = write(hgtui, [TASK])
    done = hgtui.run("select", plan, "-o", "chosen.json", OPENAI_BASE_URL=server.url)
    assert (done.exit, done.out) == (0, "")
    assert stages(server) == ["Model selection"]
    data = json.loads((hgtui.folder / "chosen.json").read_text())
    assert data["approvable"] is True
    row = data["assignments"]["0"]
    assert (row["candidate"], row["chosen_by"], row["reason"]) == (CHOSEN, "selector", "It knows languages.")
    gate = hgtui.run("run", "--plan", "chosen.json", "--json").events[-1]
    assert gate["fingerprint"] == data["fingerprint"]


def test_without_an_llm_the_ranking_chooses_and_what_a_person_chose_stays(hgtui: Program) -> None:
    data = hgtui.run("select", write(hgtui, [TASK]), "--json").json
    assert data["assignments"]["0"]["chosen_by"] in {"ranking", "only"}
    first = data["assignments"]["0"]["candidate"]
    other = ({"embedded:vader", "embedded:py3langid"} - {first}).pop()
    mine = {"candidate": other, "chosen_by": "person"}
    for by, stays in (("person", True), ("ranking", False)):
        plan = write(hgtui, {"version": 1, "tasks": [TASK], "assignments": {"0": mine | {"chosen_by": by}}})
        words = hgtui.run("select", plan)
        assert (other in words.out) is stays
        assert "chosen by" in words.out
    hgtui.run("select", write(hgtui, {"tasks": []})).told(2, "has no task")
    hgtui.run("select").told(2, "name a plan file")


def test_a_selectors_reply_is_read_and_says_what_was_refused_and_left(hgtui: Program) -> None:
    plan = write(hgtui, [TASK, TASK | {"id": 1}, TASK | {"id": 2}])
    rows = [{"id": 0, "model": CHOSEN, "reason": "fits"}, {"id": 1, "model": "openai/o99"}, {"id": 7, "model": CHOSEN}]
    done = hgtui.run("select", "--parse", "-", "--plan", plan, "--json", stdin=f"Sure!\n{json.dumps(rows)}")
    assert done.exit == 0
    assert done.json["how"] == "read"
    assert done.json["assignments"]["0"]["candidate"] == CHOSEN
    assert (done.json["refused"], done.json["left"]) == ({"1": "openai/o99"}, [1, 2])
    assert any("“7” is not one of the tasks" in words for words in done.json["dropped"])
    assert "left to the ranking: task 1, 2" in done.err
    cut = hgtui.run("select", "--parse", "-", "--plan", plan, "-o", "new.json", stdin=json.dumps(rows)[:-80])
    assert cut.exit == 0
    assert "cut off" in cut.err
    written = json.loads((hgtui.folder / "new.json").read_text())
    assert written["approvable"] is True
    assert written["assignments"]["0"]["chosen_by"] == "selector"
    assert written["assignments"]["2"]["chosen_by"] == "ranking"


def test_a_selectors_reply_that_cannot_be_read_is_1(hgtui: Program) -> None:
    plan = write(hgtui, [TASK])
    done = hgtui.run("select", "--parse", "-", "--plan", plan, stdin="I would rather not.")
    assert done.exit == 1
    assert "The reply cannot be read." in done.err
    assert "I would rather not." in done.err
    hgtui.run("select", "--parse", "-").told(2, "name a plan file")
    hgtui.run("select", "--parse", "-", "--plan", "-").told(2, "cannot be both")


# Raw replies of a planner


def test_a_raw_reply_is_read_through_the_cascade_and_says_how(hgtui: Program) -> None:
    def parsed(reply: str, words: str) -> list[dict[str, object]]:
        done = hgtui.run("plan", "--parse", "-", "--json", stdin=reply)
        assert done.exit == 0, done
        assert words in done.err
        return done.json["tasks"]  # type: ignore[no-any-return]

    assert len(parsed(f"Here it is:\n```json\n{json.dumps([TASK])}\n```", "read as it stands")) == 1
    assert len(parsed(repr([TASK]), "was repaired")) == 1
    two = json.dumps([TASK, TASK | {"id": 1}])
    assert len(parsed(two[:-20], "was cut off")) == 1


def test_the_place_where_a_reply_is_no_plan_is_marked(hgtui: Program) -> None:
    done = hgtui.run("plan", "--parse", "-", stdin="Well.\nI\tsay [no task] here.").told(1, "(line 2, column ")
    shown, mark = done.err.splitlines()[-2:]
    assert shown[mark.index("^")] == "n"
    hgtui.run("plan", "a request", "--parse", "-").told(2, "plans nothing")


def test_a_raw_reply_opens_and_a_plan_of_a_controller_checks(hgtui: Program, server: ChatServer) -> None:
    (hgtui.folder / "reply.txt").write_text(f"Sure: {json.dumps([TASK])}", encoding="utf-8")
    hgtui.run("open", "reply.txt").told(2, "The workbench needs a terminal.")
    plan = write(hgtui, [{"task": "translation", "id": 0, "dep": [-1], "args": {"text": "Hi", "language": "fr"}}])
    assert "Nothing here can run translation" in hgtui.run("check", plan).out
    assert hgtui.run("check", plan, OPENAI_BASE_URL=server.url).exit == 0
    told = hgtui.run("models", "--task", "translation", OPENAI_BASE_URL=server.url)
    assert "controller:test-model" in told.out
