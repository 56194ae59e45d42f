"""What scripts and fingers rely on: every command and flag, what goes to which stream, how it exits."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Event, Program
from tests.inputs import draw_page

SAY = "What language is 'Guten Morgen, wie geht es dir?'"
"""A request whose engine is quick."""
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
PASSING = {"delta", "progress", "refused"}

TASK: dict[str, Any] = {
    "task": "text-classification",
    "id": 0,
    "dep": [-1],
    "args": {"text": "Good morning to you all"},
}
BARE: list[dict[str, Any]] = [
    {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "One fine day. Another fine day. A third day."}},
    {"task": "text-to-speech", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}},
]
TASKBENCH = {
    "task_steps": ["Step 1: Summarize", "Step 2: Say it"],
    "task_nodes": [
        {"task": "Summarization", "arguments": ["One fine day. Another fine day. A third day."]},
        {"task": "Text-to-Speech", "arguments": ["<node-0>"]},
    ],
    "task_links": [{"source": "Summarization", "target": "Text-to-Speech"}],
}


def write(hgtui: Program, name: str, data: object) -> str:
    (hgtui.folder / name).write_text(json.dumps(data), encoding="utf-8")
    return name


def fails(hgtui: Program, number: int) -> dict[str, Any]:
    """Return a task that fails when it runs: there is nothing to read on its page."""
    draw_page(hgtui.folder / "blank.png", "", width=200, height=200)
    return {"task": "image-to-text", "id": number, "dep": [-1], "args": {"image": "blank.png"}}


def waiting(hgtui: Program) -> tuple[str, str]:
    """Start a run that waits at its gate; return its name and the fingerprint that was shown."""
    done = hgtui.run("run", SAY).told(3)
    found = re.search(r"To run it: hgtui approve (\S+) (\S+)$", done.err.strip(), re.M)
    assert found, done.err
    assert NAME.fullmatch(found[1])
    assert re.fullmatch(r"[0-9a-f]{8}", found[2])
    assert f"fingerprint {found[2]}" in done.err
    return found[1], found[2]


def right_lines(events: list[Event]) -> None:
    """Check what the contract promises of every JSON line of a run."""
    assert events[0]["type"] == "run_started"
    assert events[-1]["type"] in {"run_ended", "gate_opened"}
    (name,) = {event["run"] for event in events}
    assert NAME.fullmatch(name)
    assert all(list(event)[:5] == ["v", "run", "seq", "at", "type"] for event in events)
    assert all(event["v"] == 1 and AT.fullmatch(event["at"]) for event in events)
    assert all((event["seq"] is None) == (event["type"] in PASSING) for event in events)
    kept = [event["seq"] for event in events if event["seq"] is not None]
    assert kept == list(range(1, len(kept) + 1))


# Streams and exit statuses


def test_an_answer_is_all_that_comes_out(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, "--yes")
    assert done.exit == 0
    assert done.out.startswith("**0 text-classification**\n\n> German (de)")
    assert "planned by rules" in done.err
    assert "planned by rules" not in done.out


def test_json_lines_of_a_run_from_its_start_to_its_end(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, "--yes", "--json")
    assert (done.exit, done.err) == (0, "")
    right_lines(done.events)
    assert done.events[-1] | {"outcome": "answered", "exit": 0} == done.events[-1]


def test_json_lines_of_a_run_that_waits_end_with_its_gate(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, "--json")
    assert (done.exit, done.err) == (3, "")
    right_lines(done.events)
    gate = done.events[-1]
    assert (gate["type"], gate["gate"], gate["approvable"]) == ("gate_opened", "merged", True)
    assert re.fullmatch(r"[0-9a-f]{64}", gate["fingerprint"])


def test_show_prints_the_very_lines_that_the_run_printed(hgtui: Program) -> None:
    lines = hgtui.run("run", SAY, "--yes", "--json").events
    shown = hgtui.run("show", lines[0]["run"], "--json").events
    assert shown == [line for line in lines if line["seq"] is not None]


def test_a_task_that_fails_makes_it_1_though_there_is_an_answer(hgtui: Program) -> None:
    plan = [TASK, fails(hgtui, 1)]
    done = hgtui.run("run", "--plan", write(hgtui, "plan.json", plan), "--yes")
    assert done.exit == 1
    assert "1 image-to-text: failed" in done.err
    assert "**0 text-classification**" in done.out
    assert "**What did not work**" in done.out


def test_out_names_the_folder_of_the_results(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, "--yes", "--out", "here/there")
    (found,) = (hgtui.folder / "here" / "there").glob("*/0-text-classification.txt")
    assert done.exit == 0
    assert not (hgtui.folder / "hgtui-out").exists()
    assert found.read_text().startswith("German (de)")
    assert json.loads(found.with_suffix(".json").read_text())


def test_file_lets_a_request_read_a_file_that_it_does_not_name(hgtui: Program, tmp_path: Path) -> None:
    (tmp_path / "far.txt").write_text("The sun is up. The sun is warm. The sea is cold.", encoding="utf-8")
    done = hgtui.run("run", "Summarize it", "--file", "../far.txt", "--yes")
    assert done.exit == 0, done.err
    assert "The sun" in done.out


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("run", "--nonsense"), ("approve", "x"), ("run", "x", "--commands", "y")]
)
def test_wrong_usage_is_2(hgtui: Program, arguments: tuple[str, ...]) -> None:
    hgtui.run(*arguments).told(2, "Usage: ")


# Approving


def test_a_run_goes_on_from_its_gate_with_the_line_that_was_shown(hgtui: Program) -> None:
    name, fingerprint = waiting(hgtui)
    done = hgtui.run("approve", name, fingerprint)
    assert (done.exit, "German (de)" in done.out) == (0, True)
    hgtui.run("approve", name, fingerprint).told(2, "has ended already")


def test_the_whole_fingerprint_approves_too_and_json_ends_with_the_end(hgtui: Program) -> None:
    gate = hgtui.run("run", SAY, "--json").events[-1]
    done = hgtui.run("approve", gate["run"], gate["fingerprint"], "--json")
    assert (done.exit, done.err) == (0, "")
    assert done.events[0]["type"] == "approved"
    assert done.events[0]["seq"] == gate["seq"] + 1
    assert done.events[-1]["type"] == "run_ended"


@pytest.mark.parametrize("given", ["00000000", "", "f" * 64])
def test_a_wrong_fingerprint_approves_nothing(hgtui: Program, given: str) -> None:
    name, right = waiting(hgtui)
    hgtui.run("approve", name, given).told(2, "the fingerprint is now", right, f"hgtui show {name}")
    hgtui.run("approve", name, right[:7]).told(2, "the fingerprint is now")
    assert hgtui.run("approve", name, right).exit == 0


def test_what_changed_since_it_was_shown_is_not_approved(hgtui: Program) -> None:
    notes = hgtui.folder / "notes.txt"
    notes.write_text("The sun is up. The sun is warm. The sea is cold.", encoding="utf-8")
    gate = hgtui.run("run", "Summarize notes.txt", "--json").events[-1]
    notes.write_text("Something else altogether. And more. And more of it.", encoding="utf-8")
    refused = hgtui.run("approve", gate["run"], gate["fingerprint"]).told(2, "What was approved is not what would run")
    now = re.search(r"now ([0-9a-f]{8})", refused.err)
    assert now
    assert now[1] != gate["fingerprint"][:8]
    assert hgtui.run("approve", gate["run"], now[1]).exit == 0


def test_a_plan_with_errors_cannot_be_approved(hgtui: Program) -> None:
    gate = hgtui.run("run", "Translate 'Good morning' to French", "--json")
    assert gate.exit == 1
    assert gate.events[-1]["approvable"] is False
    done = hgtui.run("approve", gate.events[-1]["run"], gate.events[-1]["fingerprint"])
    done.told(1, "The plan has errors and cannot be approved.")


def test_the_gate_names_what_is_wrong_in_the_plan_also_in_a_run_that_is_shown_again(hgtui: Program) -> None:
    done = hgtui.run("run", "Translate 'Good morning' to French", "--json")
    gate = done.events[-1]
    (wrong,) = (one for one in gate["problems"] if one["severity"] == "error")
    (task,) = next(one for one in done.events if one["type"] == "plan_proposed")["plan"]["tasks"]
    assert (gate["errors"], wrong["code"], wrong["uid"], wrong["task"]) == (1, "no_model", task["uid"], task["id"])
    hgtui.run("plan", "Translate 'Good morning' to French", "-o", "plan.json")
    checked = hgtui.run("check", "plan.json", "--json").json["problems"]
    assert [wrong["message"], wrong["mend"]] in [[one["message"], one["mend"]] for one in checked]
    assert hgtui.run("show", gate["run"], "--json").events[-1]["problems"] == gate["problems"]
    replayed = hgtui.run("replay", gate["run"], "--json").events
    assert [one["problems"] for one in replayed if one["type"] == "gate_opened"] == [gate["problems"]]
    assert hgtui.run("run", "--replay", gate["run"]).exit == 0


def test_a_gate_of_a_plan_without_problems_names_none(hgtui: Program) -> None:
    assert hgtui.run("run", SAY, "--json").events[-1]["problems"] == []


def test_a_run_that_is_not_there_is_2(hgtui: Program) -> None:
    for command in (("approve", "nobody", "12345678"), ("show", "nobody"), ("show", "")):
        hgtui.run(*command).told(2, "There is no run", "hgtui runs lists them.")


# Plans


def test_a_place_that_cannot_be_written_is_told_before_anything_is_planned(hgtui: Program) -> None:
    for place, why in (("no/such/plan.json", "No such file or directory"), (".", "Is a directory")):
        hgtui.run("plan", SAY, "-o", place).told(2, f"{place} cannot be written: {why}.", "Nothing was planned.")
    assert hgtui.run("runs", "--json").json == []
    assert not (hgtui.folder / "no").exists()


def test_a_plan_that_was_written_has_the_fingerprint_that_running_it_shows(hgtui: Program) -> None:
    written = hgtui.run("plan", SAY, "-o", "plan.json")
    assert (written.exit, written.out) == (0, "")
    data = json.loads((hgtui.folder / "plan.json").read_text())
    assert list(data) == [
        "version",
        "request",
        "planner",
        "fingerprint",
        "approvable",
        "tasks",
        "assignments",
        "problems",
    ]
    assert (data["version"], data["request"], data["approvable"]) == (1, SAY, True)
    assert {"task", "id", "dep", "args"} <= set(data["tasks"][0])
    gate = hgtui.run("run", "--plan", "plan.json", "--json").events[-1]
    again = hgtui.run("run", SAY, "--json").events[-1]
    assert data["fingerprint"] == gate["fingerprint"] == again["fingerprint"]


def test_a_plan_is_printed_as_rows_or_as_the_plan_file(hgtui: Program) -> None:
    words = hgtui.run("plan", SAY)
    assert words.exit == 0
    assert re.search(r"^0 +text-classification +text=Guten Morgen.* +embedded:py3langid$", words.out, re.M)
    data = hgtui.run("plan", SAY, "--json")
    assert data.exit == 0
    assert data.json["tasks"][0]["task"] == "text-classification"
    assert data.json["assignments"]["0"]["candidate"] == "embedded:py3langid"


def test_planning_runs_nothing(hgtui: Program) -> None:
    hgtui.run("plan", SAY)
    (row,) = hgtui.run("runs", "--json").json
    assert row["state"] == "waiting"
    assert not (hgtui.folder / "hgtui-out").exists()


def test_a_plan_that_was_only_shown_is_no_run_that_was_left(hgtui: Program) -> None:
    hgtui.run("plan", SAY)
    hgtui.run("resume", "--json").told(2, "which hgtui plan has only shown", "hgtui resume ")
    (row,) = hgtui.run("runs", "--json").json
    assert hgtui.run("resume", row["id"], "--yes").exit == 0  # by its name it is gone on with


def test_a_plan_is_written_as_annotated_text_where_the_file_is_called_toml(hgtui: Program) -> None:
    assert hgtui.run("plan", SAY, "-o", "plan.toml").exit == 0
    text = (hgtui.folder / "plan.toml").read_text(encoding="utf-8")
    assert text.startswith("# A plan as a text. hgtui run --plan FILE")
    assert "# model: embedded:" in text
    assert hgtui.run("check", "plan.toml").exit == 0
    assert "German" in hgtui.run("run", "--plan", "plan.toml", "--yes").out


def test_what_is_advised_for_a_file_that_is_not_there_can_be_typed(hgtui: Program) -> None:
    (hgtui.folder / "more.txt").write_text("Bees.", encoding="utf-8")
    words = hgtui.run("run", "Read nosuch.png and read it aloud", "--file", "more.txt").err
    (line,) = [one.strip() for one in words.splitlines() if one.strip().startswith("hgtui plan ")]
    assert "--file more.txt" in line
    assert "--file nosuch.png" not in line
    planned = hgtui.run(*shlex.split(line)[1:])
    assert (planned.exit, (hgtui.folder / "plan.json").exists()) == (1, True), planned


@pytest.mark.parametrize("form", [BARE, TASKBENCH, {"version": 1, "request": "x", "tasks": BARE}])
def test_every_form_of_a_plan_is_run(hgtui: Program, form: object) -> None:
    done = hgtui.run("run", "--plan", write(hgtui, "plan.json", form), "--yes")
    assert done.exit == 0, done
    assert "1-text-to-speech.wav" in done.out


def test_a_plan_is_read_from_standard_input(hgtui: Program) -> None:
    assert hgtui.run("run", "--plan", "-", "--yes", stdin=json.dumps([TASK])).exit == 0


def test_a_raw_reply_is_parsed_from_a_file_or_from_standard_input(hgtui: Program) -> None:
    reply = json.dumps(BARE)
    (hgtui.folder / "reply.txt").write_text(reply, encoding="utf-8")
    by_file = hgtui.run("plan", "--parse", "reply.txt", "--json")
    by_pipe = hgtui.run("plan", "--parse", "-", "--json", stdin=reply)
    assert by_file.exit == by_pipe.exit == 0
    assert by_file.json["tasks"][1]["args"] == by_pipe.json["tasks"][1]["args"] == {"text": "<GENERATED>-0"}
    assert by_file.json["approvable"] is False
    hgtui.run("plan", "--parse", "-", stdin="I cannot do that.").told(1, "- is no plan")
    assert hgtui.run("plan", "--parse", "-", stdin='[{"task":"paint","id":0,"dep":[-1],"args":{}}]').exit == 1


def test_check_says_what_is_wrong_and_where(hgtui: Program) -> None:
    hgtui.run("check", write(hgtui, "good.json", [TASK])).told(0, "1 task, no problems.")
    ring = [TASK | {"dep": [1]}, TASK | {"id": 1, "dep": [0]}]
    done = hgtui.run("check", write(hgtui, "ring.json", ring))
    assert (done.exit, done.err) == (1, "")
    assert "error: 0 text-classification: Tasks wait for each other in a ring" in done.out
    data = hgtui.run("check", "ring.json", "--json")
    assert (data.exit, data.err) == (1, "")
    assert ("error", "cycle", 0) in [(one["severity"], one["code"], one["task"]) for one in data.json["problems"]]


# Looking


def test_the_version_and_the_help_come_out(hgtui: Program) -> None:
    assert re.fullmatch(r"hgtui \d+\.\d+\.\d+\S*\n", hgtui.run("--version").out)
    short, long = hgtui.run("-h"), hgtui.run("--help")
    assert short.out == long.out
    for command in [
        "open",
        "run",
        "approve",
        "plan",
        "select",
        "check",
        "tasks",
        "models",
        "runs",
        "show",
        "doctor",
        "keys",
        "config",
    ]:
        assert re.search(rf"^  {command} +[A-Z]", long.out, re.M), command
        told = hgtui.run(command, "-h")
        assert (told.exit, told.err) == (0, "")


def test_tasks_lists_every_type_with_its_arguments(hgtui: Program) -> None:
    words, data = hgtui.run("tasks"), hgtui.run("tasks", "--json").json
    assert len(data) > 40
    assert all(re.search(rf"^{spec['name']} ", words.out, re.M) for spec in data)


def test_models_says_what_can_run_and_what_would_help(hgtui: Program) -> None:
    done = hgtui.run("models", "--task", "text-to-speech")
    assert done.exit == 0
    assert "embedded:espeak-ng" in done.out
    assert "GPL" in done.out
    hgtui.run("models", "--task", "translation").told(1, "Nothing here can run translation.", "Hugging Face Hub")
    hgtui.run("models", "--task", "nonsense").told(2, "There is no task type 'nonsense'.", "hgtui tasks")
    assert set(hgtui.run("models", "--json").json) >= {"summarization", "canny-control"}


def test_runs_and_show_tell_what_was_done(hgtui: Program) -> None:
    assert hgtui.run("runs").out == "There are no runs yet.\n"
    name, fingerprint = waiting(hgtui)
    assert f"To run it: hgtui approve {name} {fingerprint}" in hgtui.run("show", name).out
    hgtui.run("approve", name, fingerprint)
    assert re.search(rf"^{name} .* answered +1 +rules +What language", hgtui.run("runs").out, re.M)
    shown = hgtui.run("show", name)
    assert (shown.exit, shown.err) == (0, "")
    assert "German (de)" in shown.out
    assert hgtui.run("show", name[-6:]).out == shown.out
    assert len(hgtui.run("runs", "--limit", "1", "--json").json) == 1


def test_doctor_says_what_is_here(hgtui: Program) -> None:
    done = hgtui.run("doctor", "--json")
    assert done.exit == 0
    rows = {row["what"]: row for row in done.json}
    assert rows["embedded:rapidocr"]["state"] == "ok"
    assert "plans are made by rules" in rows["controller"]["about"]
    assert "embedded:rapidocr" in hgtui.run("doctor").out


def test_keys_lists_the_keys(hgtui: Program) -> None:
    out = hgtui.run("keys").out
    assert re.search(r"^Z +", out, re.M)
    assert len(re.findall(r"^:  ", out, re.M)) == 1


def test_config_is_written_once_and_shown(hgtui: Program) -> None:
    path = hgtui.environ["HGTUI_CONFIG"]
    shown = hgtui.run("config", "show")
    assert shown.exit == 0
    assert f"{path} (not there: defaults)" in shown.err
    assert hgtui.run("config", "init").out == f"{path}\n"
    assert hgtui.run("config", "show").json == shown.json
    hgtui.run("config", "init").told(2, "There is a configuration already")


def test_the_workbench_says_that_it_needs_a_terminal(hgtui: Program) -> None:
    hgtui.run().told(2, "The workbench needs a terminal.", 'hgtui run "REQUEST" --yes')
    plan = write(hgtui, "plan.json", [TASK])
    hgtui.run("open", plan).told(2, "The workbench needs a terminal.", f"hgtui run --plan {plan} --yes")
    hgtui.run("run", "--plan", plan, "--yes")
    (row,) = hgtui.run("runs", "--json").json
    hgtui.run("export", row["id"], "-o", "run.zip")
    hgtui.run("open", "run.zip").told(2, "The workbench needs a terminal.", "hgtui import run.zip")


# Commands on standard input


def test_a_script_submits_edits_undoes_and_approves(hgtui: Program) -> None:
    with hgtui.start("run", "--commands", "-", "--json") as run:
        run.send(command="submit", request="Is 'what a good day' positive or negative?")
        uid = run.until("plan_proposed")["plan"]["tasks"][0]["uid"]
        first = run.until("gate_opened")["fingerprint"]
        run.send(command="edit", edit={"edit": "set", "uid": uid, "name": "text", "value": "what an awful day"})
        second = run.until("gate_opened")["fingerprint"]
        run.send(command="undo")
        assert run.until("gate_opened")["fingerprint"] == first != second
        run.send(command="redo")
        assert run.until("gate_opened")["fingerprint"] == second
        run.send(command="approve", fingerprint=first)
        assert "fingerprint is now" in run.until("refused")["message"]
        run.send(command="approve", fingerprint=second[:8])
        done = run.ended()
    assert (done.exit, done.err) == (0, "")
    right_lines(done.events)
    assert "negative" in next(event["text"] for event in done.events if event["type"] == "answered")


def test_a_script_chooses_a_model(hgtui: Program) -> None:
    plan = write(hgtui, "plan.json", [TASK])
    with hgtui.start("run", "--plan", plan, "--commands", "-", "--json") as run:
        uid = run.until("plan_proposed")["plan"]["tasks"][0]["uid"]
        chosen = run.until("model_chosen")["assignment"]["candidate"]
        other = ({"embedded:vader", "embedded:py3langid"} - {chosen}).pop()
        run.until("gate_opened")
        run.send(command="choose", uid=uid, candidate="embedded:nothing")
        assert "is no candidate" in run.until("refused")["message"]
        run.send(command="choose", uid=uid, candidate=other)
        run.send(command="approve", fingerprint=run.until("gate_opened")["fingerprint"])
        done = run.ended()
    assert done.exit == 0
    assert next(event["candidate"] for event in done.events if event["type"] == "task_done") == other


def test_a_model_that_does_not_fit_its_task_is_refused_and_not_replaced_in_silence(hgtui: Program) -> None:
    with hgtui.start("run", SAY, "--commands", "-", "--json") as run:
        uid = run.until("plan_proposed")["plan"]["tasks"][0]["uid"]
        run.until("gate_opened")
        run.send(command="choose", uid=uid, candidate="embedded:vader")
        assert "does not fit this task: it knows only" in run.until("refused")["message"]


def test_a_script_stops_its_run(hgtui: Program) -> None:
    with hgtui.start("run", "--commands", "-", "--json") as run:
        run.send(command="submit", request=SAY)
        run.until("gate_opened")
        run.send(command="stop")
        done = run.ended()
    assert done.exit == 130
    right_lines(done.events)
    assert done.events[-1]["outcome"] == "interrupted"


def test_a_script_that_ends_at_the_gate_leaves_the_run_waiting(hgtui: Program) -> None:
    line = json.dumps({"command": "submit", "request": SAY}) + "\n"
    assert hgtui.run("run", "--commands", "-", "--json", stdin=line).exit == 3
    assert hgtui.run("run", SAY, "--commands", "-", "--json").exit == 3
    words = hgtui.run("run", "--commands", "-", stdin=line).told(3, "To run it: hgtui approve")
    assert words.err.count("To run it") == 1


def test_a_script_whose_task_fails_may_mend_it_or_leave(hgtui: Program) -> None:
    plan = write(hgtui, "plan.json", [fails(hgtui, 0)])
    with hgtui.start("run", "--plan", plan, "--yes", "--commands", "-", "--json") as run:
        uid = run.until("task_failed")["uid"]
        run.until("gate_opened", gate="task")
        run.send(command="supply", uid=uid, text="by hand")
        done = run.ended()
    assert done.exit == 0
    with hgtui.start("run", "--plan", plan, "--yes", "--commands", "-", "--json") as run:
        run.until("gate_opened", gate="task")
        done = run.ended()
    assert done.exit == 1
    assert done.events[-1]["type"] == "run_ended"


def test_standard_input_that_stays_open_does_not_hold_a_run_that_has_ended(hgtui: Program) -> None:
    with hgtui.start("run", SAY, "--yes", "--commands", "-", "--json") as run:
        run.until("run_ended")
        assert run.process.wait(30) == 0


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("junk", "This line is no command: Invalid JSON"),
        ('{"command":"dance"}', "This line is no command"),
        ('{"command":"submit","request":""}', "The request is empty."),
        ("\x00\xff", "This line is no command"),
    ],
)
def test_a_line_that_is_no_command_is_refused_and_a_script_that_ends_so_ends(
    hgtui: Program, line: str, word: str
) -> None:
    done = hgtui.run("run", "--commands", "-", "--json", stdin=line.encode("latin-1") + b"\n")
    (refused,) = done.events
    assert (done.exit, refused["type"], refused["seq"], refused["run"]) == (2, "refused", None, "")
    assert AT.fullmatch(refused["at"])
    assert word in refused["message"]
    assert "nothing was run" in done.err


def test_a_script_of_no_command_says_so(hgtui: Program) -> None:
    hgtui.run("run", "--commands", "-").told(2, "Standard input ended without a command.")


# Streams that break


def test_a_reader_that_leaves_ends_the_run_in_silence(hgtui: Program) -> None:
    with hgtui.start("run", SAY, "--yes", "--json") as run:
        run.until("run_started")
        assert run.process.stdout is not None
        run.process.stdout.close()
        assert run.process.wait(60) == 1
    (row,) = hgtui.run("runs", "--json").json
    assert row["state"] in {"interrupted", "answered"}


@pytest.mark.parametrize("arguments", [("tasks",), ("run", SAY, "--yes"), ("run", SAY, "--yes", "--json"), ("runs",)])
def test_an_output_that_cannot_be_written_is_said_in_a_sentence(hgtui: Program, arguments: tuple[str, ...]) -> None:
    through = ("/bin/sh", "-c", 'exec "$@" >/dev/full', "sh")
    hgtui.run(*arguments, through=through).told(1, "Standard output cannot be written: No space left on device.")
