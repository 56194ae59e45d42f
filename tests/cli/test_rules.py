"""Gates, rules and breakpoints from the command line: in JSON, in words, at a terminal, from another process."""

import json
import re

import pytest

from tests.cli.program import Program
from tests.cli.terminal import Terminal

SAY = "What language is 'Guten Morgen, wie geht es dir?'"
ASK = "[[policy]]\nmatch = { task = 'text-classification' }\neffect = 'ask'\n"


@pytest.fixture
def configured(hgtui: Program) -> Program:
    """hgtui with a rule that asks in its configuration."""
    (hgtui.folder / "config.toml").write_text(f"# mine\n{ASK}")
    hgtui.environ["HGTUI_CONFIG"] = str(hgtui.folder / "config.toml")
    return hgtui


# Two gates


def test_two_gates_are_approved_one_after_the_other_from_other_processes(hgtui: Program) -> None:
    first = hgtui.run("run", SAY, HGTUI_GATES="split").told(3, "To choose models for it: hgtui approve")
    assert "To run it" not in first.err
    second = hgtui.run(*re.findall(r"hgtui (approve \S+ \S+)", first.err)[-1].split()).told(
        3, "To run it: hgtui approve"
    )
    assert "embedded:py3langid" in second.err
    done = hgtui.run(*re.findall(r"hgtui (approve \S+ \S+)", second.err)[-1].split())
    assert (done.exit, "German (de)" in done.out) == (0, True)


def test_events_name_the_gate(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, "--json", HGTUI_GATES="split")
    assert done.exit == 3
    last = done.events[-1]
    assert (last["type"], last["gate"], last["approvable"]) == ("gate_opened", "plan", True)
    again = hgtui.run("resume", last["run"], "--json")
    assert (again.exit, again.events[-1]["gate"], again.events[-1]["fingerprint"]) == (3, "plan", last["fingerprint"])
    shown = hgtui.run("show", last["run"])
    assert "To choose its models: hgtui approve" in shown.out
    script = json.dumps({"command": "approve", "fingerprint": last["fingerprint"]}) + "\n"
    models = hgtui.run("resume", last["run"], "--json", "--commands", "-", stdin=script)
    gates = [one["gate"] for one in models.events if one["type"] == "gate_opened"]
    assert gates[-1] == "models"


def test_yes_covers_both_gates(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, "--yes", HGTUI_GATES="split")
    assert (done.exit, "German (de)" in done.out) == (0, True)


def test_at_a_terminal_each_gate_asks(hgtui: Program) -> None:
    with Terminal(hgtui, "run", SAY, HGTUI_GATES="split") as terminal:
        terminal.until("Choose models for this plan? [y/N/edit] ")
        terminal.press("y\n")
        assert "embedded:py3langid" in terminal.until("Run this plan? [y/N/edit] ")
        terminal.press("y\n")
        status, out = terminal.ended()
    assert (status, "German (de)" in out) == (0, True)


# Rules


def test_a_rule_of_the_configuration_asks_and_is_counted(configured: Program) -> None:
    shown = configured.run("run", SAY).told(
        3, "will ask before 0 text-classification: Ask before text-classification, always"
    )
    asks = configured.run(*re.findall(r"hgtui (approve \S+ \S+)", shown.err)[-1].split())
    assert asks.exit == 3
    assert "asks: 0 text-classification: a rule asks" in asks.err
    done = configured.run(*re.findall(r"hgtui (approve \S+ \S+)", asks.err)[-1].split())
    assert (done.exit, "German (de)" in done.out) == (0, True)
    (row,) = configured.run("rules", "--json").json["rules"]
    assert (row["number"], row["stored"], row["use"]["count"]) == (1, False, 1)
    assert row["words"] == "Ask before text-classification, always"
    assert "asked 1" in configured.run("rules").out
    assert (configured.folder / "config.toml").read_text() == f"# mine\n{ASK}"


def test_a_rule_that_a_script_makes_is_stored_listed_counted_and_deleted(configured: Program) -> None:
    rule = {"match": {"task": "text-classification"}, "effect": "auto", "scope": "always"}
    with configured.start("run", SAY, "--json", "--commands", "-") as running:
        running.until("gate_opened")
        running.send(command="add_rule", rule=rule)
        gate = running.until("gate_opened")
        running.send(command="approve", fingerprint=gate["fingerprint"])
        used = running.until("rule_used")
        assert (used["effect"], used["words"]) == ("auto", "Let through text-classification, always")
        assert running.until("run_ended")["exit"] == 0
        assert running.ended().exit == 0
    first, second = configured.run("rules", "--json").json["rules"]
    assert (first["stored"], first["use"]["count"], first["rule"]["effect"]) == (True, 1, "auto")
    assert second["rule"]["effect"] == "ask"
    assert "let 1 through" in configured.run("rules").out
    configured.run("rules", "--delete", "2").told(2, "stands in the configuration")
    configured.run("rules", "--delete", "9").told(2, "There is no rule 9")
    assert "Deleted: Let through text-classification, always." in configured.run("rules", "--delete", "1").err
    assert len(configured.run("rules", "--json").json["rules"]) == 1


def test_a_denied_task_does_not_run_with_yes_either(configured: Program) -> None:
    (configured.folder / "config.toml").write_text(ASK.replace("'ask'", "'deny'"))
    configured.run("run", SAY, "--yes").told(1, "A rule denies task 0")


PLAN = {
    "version": 1,
    "tasks": [{"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Good morning to you all"}}],
}
FIRST = {"candidate": "embedded:vader", "chosen_by": "person"}


def denying(configured: Program, match: str) -> None:
    (configured.folder / "config.toml").write_text(f"[[policy]]\nmatch = {{ {match} }}\neffect = 'deny'\n")


def test_a_plan_file_is_checked_against_the_rules_as_a_run_is(configured: Program) -> None:
    (configured.folder / "plan.json").write_text(json.dumps(PLAN))
    assert configured.run("check", "plan.json").exit == 0, "what asks is no error"
    denying(configured, "task = 'text-classification'")
    checked = configured.run("check", "plan.json", "--json")
    (wrong,) = checked.json["problems"]
    gate = configured.run("run", "--plan", "plan.json", "--json").events[-1]
    assert (checked.exit, wrong["code"], wrong["message"]) == (1, "denied", gate["problems"][0]["message"])
    assert configured.run("plan", "--parse", "plan.json").exit == 1


def test_a_model_that_came_with_a_plan_is_an_error_only_where_a_person_chose_it(configured: Program) -> None:
    (configured.folder / "rules.json").write_text("{}")
    denying(configured, "endpoint = 'embedded', task = 'summarization'")
    (configured.folder / "plan.json").write_text(json.dumps(PLAN | {"assignments": {"0": FIRST}}))
    assert configured.run("check", "plan.json").exit == 0
    denying(configured, "endpoint = 'embedded'")
    assert "A rule denies task 0" in configured.run("check", "plan.json").out


def test_a_selectors_reply_is_looked_at_under_the_rules_too(configured: Program) -> None:
    (configured.folder / "plan.json").write_text(json.dumps(PLAN))
    denying(configured, "task = 'text-classification'")
    row = json.dumps([{"id": 0, "model": "embedded:vader", "reason": "fits"}])
    done = configured.run("select", "--parse", "-", "--plan", "plan.json", "-o", "new.json", stdin=row)
    assert "A rule denies task 0" in done.err
    assert json.loads((configured.folder / "new.json").read_text())["approvable"] is False
    assert configured.run("select", "plan.json").exit == 1


def test_without_rules_there_is_nothing_to_list(hgtui: Program) -> None:
    hgtui.run("rules").told(0, "There are no rules")
    assert hgtui.run("rules", "--json").json == {"version": 1, "rules": []}


def test_a_damaged_file_of_rules_is_told(configured: Program) -> None:
    (configured.folder / "rules.json").write_text("{")
    configured.run("rules").told(2, "cannot be read", "delete it")
    configured.run("run", SAY).told(2, "cannot be read")


# Breakpoints


def test_a_breakpoint_is_set_by_a_command_and_kept(hgtui: Program) -> None:
    tasks = [
        {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Guten Morgen, wie geht es dir?"}},
        {"task": "text-classification", "id": 1, "dep": [0], "args": {"text": "Bonjour, comment allez-vous ?"}},
    ]
    (hgtui.folder / "plan.json").write_text(json.dumps(tasks))
    with hgtui.start("run", "--plan", "plan.json", "--json", "--commands", "-") as running:
        gate = running.until("gate_opened")
        started = next(one for one in running.seen if one["type"] == "plan_proposed")
        uid = started["plan"]["tasks"][0]["uid"]
        running.send(command="breakpoint", uid=uid)
        running.until("breakpoint_set")
        running.send(command="approve", fingerprint=gate["fingerprint"])
        running.until("task_asking", cause="breakpoint")
        stop = running.until("gate_opened", gate="task")
        assert running.ended().exit == 3
    resumed = hgtui.run("resume", stop["run"]).told(3, "stops after 0", "you wanted to stop after task 0")
    done = hgtui.run(*re.findall(r"hgtui (approve \S+ \S+)", resumed.err)[-1].split())
    assert (done.exit, "**1 text-classification**" in done.out) == (0, True), done.out
