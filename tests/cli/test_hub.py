"""The Hub on the command line: whose models are candidates, who is asked and who is not, and that no token is ever told."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hgtui.cli.compose import Workplace
from hgtui.cli.starts import STARTS, embedded, who_runs
from hgtui.core.commands import Submit
from hgtui.core.task import TASKS
from hgtui.llm.profile import options
from tests.cli.program import Ended, Program
from tests.servers.chat import ChatServer, Reply, Request
from tests.servers.hub.made import as_json
from tests.servers.hub.server import TOKEN, HubServer
from tests.servers.replies import Hang

REQUEST = "Translate 'Guten Morgen' to French"
T5 = "hub:google-t5/t5-small#hf-inference"


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as one:
        yield one


@pytest.fixture
def near(server: HubServer) -> dict[str, str]:
    """An environment with a Hub and a router on this machine, and a token."""
    return {"HF_ENDPOINT": server.url, "HGTUI_ROUTER_URL": server.router, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}


@pytest.fixture
def rules(hgtui: Program, near: dict[str, str]) -> Program:
    """hgtui that plans by rules, with that Hub."""
    hgtui.environ |= {**near, "HGTUI_PROFILE": "rules"}
    return hgtui


def configure(hgtui: Program, text: str) -> None:
    Path(hgtui.environ["HGTUI_CONFIG"]).write_text(text, encoding="utf-8")


def untold(hgtui: Program, *done: Ended, token: str = TOKEN) -> None:
    """Check that the token stands neither in what was written nor in a file that was kept."""
    for one in done:
        assert token not in one.out + one.err
    places = [hgtui.data, hgtui.folder, Path(hgtui.environ["HGTUI_CONFIG"]).parent]
    files = {path for place in places for path in place.rglob("*") if path.is_file()}
    assert [path for path in files if token.encode() in path.read_bytes()] == []


def test_check_takes_the_address_of_a_server_that_is_configured_and_of_no_other(
    rules: Program, server: HubServer
) -> None:
    row = {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": f"{server.url}/a.png"}}
    plan = rules.folder / "plan.json"
    plan.write_text(json.dumps([row]), encoding="utf-8")
    done = rules.run("check", "plan.json")
    assert (done.exit, done.err) == (0, "")
    assert f"Task 0 fetches {server.url}/a.png when it starts" in done.out
    plan.write_text(json.dumps([row | {"args": {"image": "http://127.0.0.1:1/a.png"}}]), encoding="utf-8")
    other = rules.run("check", "plan.json")
    assert other.exit == 1
    assert "http://127.0.0.1:1/a.png is not asked" in other.out


def rows_of(done: Ended) -> dict[str, dict[str, str]]:
    return {row["what"]: row for row in json.loads(done.out)}


# Runs


def test_a_token_alone_plans_by_rules_and_runs_on_the_hub(rules: Program, server: HubServer) -> None:
    done = rules.run("run", REQUEST, "--yes", "--json")
    assert done.exit == 0
    (result,) = [event for event in done.events if event["type"] == "task_done"]
    assert result["candidate"] == T5
    assert "Guten Morgen" in result["results"][0]["preview"]
    (call,) = server.to("infer/hf-inference/translation")
    assert call.token == TOKEN
    untold(rules, done)


CHATS = {"object": "list", "data": [{"id": f"org/{name}", "object": "model"} for name in ("small", "large")]}


def test_a_token_alone_and_a_router_with_several_models_plan_by_rules_without_a_terminal_and_say_how_to_choose(
    hgtui: Program, near: dict[str, str], server: HubServer
) -> None:
    server.always("routed", as_json(CHATS))
    done = hgtui.run("run", REQUEST, "--yes", **near)
    assert done.exit == 0, done
    assert "note: rules plan." in done.err
    assert "has 2 models: org/small, org/large." in done.err
    assert "Set OPENAI_MODEL" in done.err
    assert "Planned by rules" in done.out
    hgtui.run("run", REQUEST, "--yes", "--profile", "hub", **near).told(2, "has 2 models")
    doctor = hgtui.run("doctor", "--json", **near)
    assert doctor.exit == 0
    row = rows_of(doctor)["controller"]
    assert (row["state"], "without one rules plan" in row["about"]) == ("-", True)
    assert "the only model" not in doctor.out
    hgtui.run("plan", "Hello", OPENAI_MODEL="org/large", **near)
    assert server.to("infer/auto/conversational")


def test_each_exchange_of_a_run_stands_in_its_log(rules: Program, server: HubServer) -> None:
    done = rules.run("run", REQUEST, "--yes", "--json")
    lines = [event for event in done.events if event["type"] == "logged" and event["level"] == "debug"]
    assert len(lines) == len(server.calls)
    told = "\n".join(event["text"] for event in lines)
    for call in server.calls:
        assert f"{call.method} {server.url}{call.path}" in told
    assert all(": 200, " in event["text"] and " ms, " in event["text"] for event in lines)
    assert [event["type"] for event in done.events][-1] == "run_ended"


def test_what_is_kept_is_not_asked_for_again_and_one_listing_does_for_all_tasks_of_a_type(
    rules: Program, server: HubServer
) -> None:
    two = [{"task": "translation", "id": n, "dep": [-1], "args": {"text": f"Guten Tag {n}"}} for n in (0, 1)]
    (rules.folder / "plan.json").write_text(json.dumps(two), encoding="utf-8")
    assert rules.run("run", "--plan", "plan.json", "--json").exit == 3
    assert len([call for call in server.to("listing") if call.params["pipeline_tag"] == ["translation"]]) == 1
    asked = len(server.calls)
    assert rules.run("run", "--plan", "plan.json", "--json").exit == 3
    assert len(server.calls) == asked


def test_a_controller_and_the_hub_are_candidates_side_by_side(hgtui: Program, near: dict[str, str]) -> None:
    def answer(request: Request) -> Reply:
        match str(request.body["messages"][0]["content"]).partition("\n")[0]:
            case "Task planning":
                args = {"text": "Guten Morgen", "language": "fr"}
                return Reply(json.dumps([{"task": "translation", "id": 0, "dep": [-1], "args": args}]))
            case "Model selection":
                return Reply(json.dumps([{"id": 0, "model": T5, "reason": "It was made for this."}]))
            case _:
                return Reply("It was translated [0].")

    with ChatServer(answer) as chat:
        done = hgtui.run("run", REQUEST, "--yes", "--json", OPENAI_BASE_URL=chat.url, **near)
    assert done.exit == 0
    (found,) = [event for event in done.events if event["type"] == "candidates_found"]
    assert {one["endpoint"] for one in found["candidates"]} == {"controller", "hub"}
    (result,) = [event for event in done.events if event["type"] == "task_done"]
    assert result["candidate"] == T5
    assert done.events[-2]["text"].startswith("It was translated")
    untold(hgtui, done)


@pytest.mark.parametrize("ending", ["", "/v1", "/v1/"])
def test_the_router_is_set_with_and_without_its_v1_for_models_and_for_the_controller(
    ending: str, rules: Program, server: HubServer
) -> None:
    router = server.router + ending
    assert rules.run("run", REQUEST, "--yes", HGTUI_ROUTER_URL=router).exit == 0
    assert server.to("infer/hf-inference/translation")
    configure(rules, '[profiles.chat.controller]\nmodel = "org/chat"\n')
    rules.run("plan", "Hello", HGTUI_ROUTER_URL=router, HGTUI_PROFILE="chat")
    assert server.to("infer/auto/conversational")[0].path == "/v1/chat/completions"


def test_a_table_says_where_the_hub_is_whose_token_and_who_pays(
    hgtui: Program, server: HubServer, near: dict[str, str]
) -> None:
    table = f'endpoint = "{server.url}"\nrouter = "{server.router}/v1"\ntoken_env = "MY_HUB"\nbill_to = "acme"\n'
    configure(hgtui, f"[profiles.rules.hub]\n{table}")
    environ = {"HGTUI_PROFILE": "rules", "HF_HUB_OFFLINE": "0", "HF_TOKEN": "hf_another_0123456789"}
    hgtui.run("plan", REQUEST, **environ).told(2, "MY_HUB, which is not set")
    assert server.calls == []
    done = hgtui.run("run", REQUEST, "--yes", MY_HUB=TOKEN, **environ)
    assert done.exit == 0
    assert {call.token for call in server.calls} == {TOKEN}
    (call,) = server.to("infer/*")
    assert call.headers["x-hf-bill-to"] == "acme"
    untold(hgtui, done)


def test_a_provider_that_is_preferred_runs_the_model(rules: Program, server: HubServer) -> None:
    painted = "Draw a picture of a red house"
    chosen = {}
    for names in ('["together"]', '["fal-ai"]'):
        configure(rules, f"[profiles.rules.hub]\nproviders = {names}\n")
        done = rules.run("run", painted, "--json")
        (found,) = [event for event in done.events if event["type"] == "candidates_found"]
        both = [one for one in found["candidates"] if {one["provider"], *one["providers"]} >= {"together", "fal-ai"}]
        chosen[names] = {one["provider"] for one in both}
        told = done.err
    assert chosen == {'["together"]': {"together"}, '["fal-ai"]': {"fal-ai"}}, told


# Who is asked, and who is not


def test_without_a_token_nothing_is_asked_and_the_help_says_what_would_help(rules: Program, server: HubServer) -> None:
    del rules.environ["HF_TOKEN"]
    done = rules.run("plan", REQUEST)
    assert done.exit == 1
    assert "Set HF_TOKEN" in done.err
    assert server.calls == []


def test_nobody_is_reached_where_nothing_of_the_hub_is_set(hgtui: Program) -> None:
    for arguments in (
        ("plan", REQUEST),
        ("models",),
        ("doctor",),
        ("run", "What language is 'Guten Morgen'?", "--yes"),
    ):
        hgtui.run(*arguments, HF_HUB_OFFLINE="0")
    assert hgtui.reached() == ""


def test_a_stored_login_is_a_token_unless_it_has_to_be_named(rules: Program, server: HubServer, tmp_path: Path) -> None:
    del rules.environ["HF_TOKEN"]
    (tmp_path / "login").write_text(TOKEN + "\n", encoding="utf-8")
    stored = {"HF_TOKEN_PATH": str(tmp_path / "login")}
    assert rules.run("plan", REQUEST, HF_HUB_DISABLE_IMPLICIT_TOKEN="1", **stored).exit == 1
    assert server.calls == []
    done = rules.run("plan", REQUEST, **stored)
    assert done.exit == 0
    assert {call.token for call in server.calls} == {TOKEN}


def test_a_login_that_cannot_be_read_is_told_and_stops_nothing(rules: Program, tmp_path: Path) -> None:
    del rules.environ["HF_TOKEN"]
    done = rules.run("run", "What language is 'Guten Morgen'?", "--yes", HF_TOKEN_PATH=str(tmp_path))
    assert done.exit == 0
    assert "cannot be read" in done.err


def test_a_table_turns_the_hub_off(rules: Program, server: HubServer) -> None:
    configure(rules, "[profiles.rules.hub]\nenabled = false\n")
    assert rules.run("plan", REQUEST).exit == 1
    assert "enabled = false" in rows_of(rules.run("doctor", "--json", "--offline"))["hub"]["about"]
    assert server.calls == []


@pytest.mark.parametrize("way", ["flag", "environment", "file"])
def test_offline_the_hub_and_its_router_are_not_asked_and_what_is_kept_is_shown(
    way: str, rules: Program, server: HubServer
) -> None:
    assert rules.run("plan", REQUEST, "-o", "plan.json").exit == 0
    asked = len(server.calls)
    flag = ("--offline",) if way == "flag" else ()
    if way == "file":
        del rules.environ["HF_HUB_OFFLINE"]
        configure(rules, "[profiles.rules.hub]\noffline = true\n[profiles.auto.hub]\noffline = true\n")
    environ = {"HF_HUB_OFFLINE": "1"} if way == "environment" else {}
    for arguments in (
        ("run", REQUEST, "--yes"),
        ("run", "--plan", "plan.json", "--yes"),
        ("plan", REQUEST),
        ("select", "plan.json"),
        ("check", "plan.json"),
        ("doctor",),
        ("doctor", "--profile", "auto"),
        ("plan", REQUEST, "--profile", "auto"),
    ):
        done = rules.run(*arguments, *flag, **environ)
        assert "offline" in done.out + done.err
    listed = rules.run("models", "--task", "translation", "--json", *flag, **environ).json["translation"]
    kept = [one for one in listed if one["endpoint"] == "hub"]
    assert T5 in {one["name"] for one in kept}
    assert all("offline" in one["missing"] for one in kept)
    assert len(server.calls) == asked


def test_offline_what_was_never_kept_is_told_with_the_task_and_not_for_each_other_way_to_do_it(rules: Program) -> None:
    plan = rules.folder / "plan.json"
    plan.write_text(
        '[{"task": "fill-mask", "id": 0, "dep": [-1], "args": {"text": "A [MASK] cat."}}]', encoding="utf-8"
    )
    for command in (("check", "plan.json"), ("run", "--plan", "plan.json", "--yes")):
        done = rules.run(*command, "--offline")
        assert done.exit == 1
        assert "The Hub's models for fill-mask are not kept on this machine" in done.out + done.err
        assert "could not be asked" not in done.out + done.err
        assert "note:" not in done.err


def test_an_address_or_a_token_that_cannot_be_used_is_told_before_anything_starts(rules: Program) -> None:
    rules.run("plan", REQUEST, HF_ENDPOINT="nowhere").told(2, "HF_ENDPOINT is not an http or https address")
    rules.run("plan", REQUEST, HGTUI_ROUTER_URL="nowhere").told(2, "HGTUI_ROUTER_URL is not an http or https address")
    bad = "hf_test_tök"
    done = rules.run("plan", REQUEST, HF_TOKEN=bad)
    done.told(2, "The token of Hugging Face in HF_TOKEN holds a character that cannot be sent")
    assert bad not in done.err
    (Path(rules.environ["HGTUI_CONFIG"]).parent / "pins.json").write_text("{", encoding="utf-8")
    rules.run("plan", REQUEST).told(2, "The pins in", "pins.json")


# doctor


def test_doctor_says_whose_the_token_is_and_what_is_kept(rules: Program, server: HubServer) -> None:
    configure(rules, '[profiles.rules.hub]\nproviders = ["together", "fal-ai"]\nbill_to = "acme"\n')
    rules.run("plan", REQUEST)
    asked = len(server.calls)
    done = rules.run("doctor", "--json")
    rows = rows_of(done)
    assert {rows[name]["state"] for name in ("hub", "hub token", "hub kept")} == {"ok"}
    assert f"{server.url} (HF_ENDPOINT)" in rows["hub"]["about"]
    assert "its models are candidates, a token is in HF_TOKEN" in rows["hub"]["about"]
    assert "in HF_TOKEN: accepted, test" in rows["hub token"]["about"]
    assert "it may call Inference Providers" in rows["hub token"]["about"]
    assert "MB, the oldest" in rows["hub kept"]["about"]
    assert rows["hub providers"]["about"].startswith("together, fal-ai")
    assert rows["hub bill_to"]["about"] == "acme pays"
    assert [call.route for call in server.calls[asked:]] == ["whoami"]
    untold(rules, done)


def who(**fields: Any) -> dict[str, Any]:
    token = {"role": "fineGrained", "fineGrained": {"scoped": [], "global": []}}
    return {"name": "test", "orgs": [], "auth": {"accessToken": token}} | fields


@pytest.mark.parametrize(
    ("said", "setting", "words"),
    [
        (who(), "", "it may not call Inference Providers"),
        (who(auth={"accessToken": {"role": "read"}}), 'bill_to = "Other"', "no member of Other"),
    ],
)
def test_doctor_says_what_a_token_may_not(
    said: Mapping[str, Any], setting: str, words: str, rules: Program, server: HubServer
) -> None:
    configure(rules, f"[profiles.rules.hub]\n{setting}\n")
    server.always("whoami", as_json(said))
    done = rules.run("doctor", "--json")
    row = rows_of(done)["hub token"]
    assert (done.exit, row["state"]) == (1, "bad")
    assert words in row["about"]


def test_doctor_says_that_a_token_is_refused_and_never_which(rules: Program) -> None:
    wrong = "hf_wrong_0123456789"
    done = rules.run("doctor", "--json", HF_TOKEN=wrong)
    assert (done.exit, rows_of(done)["hub token"]["state"]) == (1, "bad")
    untold(rules, done, token=wrong)


def test_doctor_waits_neither_for_a_hub_that_hangs_nor_for_one_that_is_not_there(
    rules: Program, server: HubServer
) -> None:
    server.always("whoami", Hang())
    hung = rules.run("doctor", "--json", timeout_s=50)
    assert (hung.exit, rows_of(hung)["hub token"]["state"]) == (0, "-")
    assert "did not answer within 3 s" in rows_of(hung)["hub token"]["about"]
    gone = rows_of(rules.run("doctor", "--json", HF_ENDPOINT="http://127.0.0.1:1"))["hub token"]
    assert (gone["state"], "cannot be reached" in gone["about"]) == ("-", True)


def test_doctor_says_what_a_token_would_run(rules: Program, server: HubServer) -> None:
    del rules.environ["HF_TOKEN"]
    rows = rows_of(rules.run("doctor", "--json"))
    assert "not asked, there is no token" in rows["hub"]["about"]
    assert rows["hub token"]["state"] == "-"
    assert "HF_TOKEN would run" in rows["hub token"]["about"]
    assert "text-to-image" in rows["hub token"]["about"]
    assert server.calls == []


# A program that lives on


async def test_another_profile_brings_its_own_hub_for_the_runs_that_begin_then(hgtui: Program) -> None:
    with HubServer() as first, HubServer() as second:
        tables = "".join(
            f'[profiles.{name}.hub]\nendpoint = "{one.url}"\nrouter = "{one.router}"\n'
            for name, one in (("rules", first), ("hub", second))
        )
        configure(hgtui, tables)
        environ = {**hgtui.environ, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}
        async with await Workplace.open(environ, hgtui.folder, "rules") as place:
            found = await options(place.settings, environ)
            (other,) = [one for one in found.choices if one.kind == "hub"]
            await place.hub_parts.store.search("t5", "translation")
            asked = len(first.calls)
            assert (asked > 0, second.calls) == (True, [])
            before = place.hub_parts
            await place.switch(other)
            await place.hub_parts.store.search("t5", "translation")
            assert (len(first.calls), len(second.calls)) == (asked, asked)
            await before.store.search("bert", "fill-mask")  # a run that began before goes on where it was
            assert (len(first.calls) > asked, len(second.calls)) == (True, asked)


async def test_one_client_serves_all_runs_of_a_profile(hgtui: Program, near: dict[str, str], server: HubServer) -> None:
    environ = {**hgtui.environ, **near}
    async with await Workplace.open(environ, hgtui.folder, "rules") as place:
        parts = place.hub_parts
        one, other = place.conductor(), place.conductor()
        assert place.hub_parts is parts
        ended = {}
        for conductor in (one, other):
            done = asyncio.Event()
            conductor.listen(lambda entry, _, done=done: done.set() if entry.event.type == "gate_opened" else None)
            conductor.send(Submit(request=REQUEST))
            await done.wait()
            ended[conductor.run.id] = conductor.run
        assert len({run.gate.fingerprint for run in ended.values() if run.gate}) == 1
        assert len([call for call in server.to("listing") if call.params["pipeline_tag"] == ["translation"]]) == 1


# --allow


@pytest.mark.parametrize("command", [("run", "x"), ("plan", "x"), ("approve", "r", "12345678"), ("open", "x.json"), ()])
def test_what_is_allowed_is_a_folder_or_nothing_starts(command: tuple[str, ...], hgtui: Program) -> None:
    (hgtui.folder / "file.txt").write_text("x", encoding="utf-8")
    hgtui.run(*command, "--allow", "nowhere").told(2, "There is no folder nowhere.")
    hgtui.run(*command, "--allow", ".", "--allow", "file.txt").told(2, "file.txt is not a folder.")
    assert not hgtui.data.exists()


def test_a_plan_reads_a_file_of_an_allowed_folder_and_of_no_other(hgtui: Program, tmp_path: Path) -> None:
    for name in ("mine", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("Ich bin sehr froh. Das Wetter ist gut.", encoding="utf-8")

    def asked(folder: str) -> list[str]:
        path = str(tmp_path / folder / "notes.txt")
        task = {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": path}}

        def answer(request: Request) -> Reply:
            planning = str(request.body["messages"][0]["content"]).startswith("Task planning")
            return Reply(json.dumps([task]) if planning else "It is done [0].")

        with ChatServer(answer) as chat:
            arguments = ("run", "What language are my notes?", "--yes", "--json", "--answer", "program")
            done = hgtui.run(*arguments, "--allow", str(tmp_path / "mine"), OPENAI_BASE_URL=chat.url)
        (approved,) = [event for event in done.events if event["type"] == "approved"]
        return list(approved["grant"]["tasks"][0]["files"])

    assert (asked("mine"), asked("other")) == ([str(tmp_path / "mine" / "notes.txt")], [])


def test_options_before_a_command_are_those_of_the_command(hgtui: Program) -> None:
    hgtui.run("--offline", "tasks").told(2, "hgtui tasks does not take it")
    hgtui.run("--allow", ".", "tasks").told(2, "hgtui tasks does not take it")
    hgtui.run("--allow", "no-folder", "plan", "x").told(2, "There is no folder no-folder")


# Who runs what


def test_who_runs_what_is_said_as_a_table_and_as_json(hgtui: Program) -> None:
    found = hgtui.run("tasks", "--who", "--json").json
    assert set(found) == set(TASKS)
    assert found == {task: {start: list(who) for start, who in who_runs(task).items()} for task in TASKS}
    table = hgtui.run("tasks", "--who").out.splitlines()
    assert len(table) == len(TASKS) + 1
    assert "an HF token" in table[0]


def test_every_start_has_the_embedded_engines_and_a_token_of_the_hub_makes_pictures() -> None:
    for task in TASKS:
        who = who_runs(task)
        assert tuple(who) == STARTS
        assert who["nothing"] == embedded(task)
        assert all(("embedded" in who[start]) == bool(embedded(task)) for start in STARTS[1:])
    assert who_runs("text-to-image") == {
        "nothing": (),
        "openai": ("model of its server",),
        "hub": ("Hub",),
        "vllm": ("model of its server",),
    }
