"""A run gone on with, or done once more: its own profile, nobody asked without need, its plan by its name."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.servers.chat import ChatServer, Reply
from tests.servers.hub.faults import BY_NAME
from tests.servers.hub.server import TOKEN, HubServer

SAY = "What language is 'Guten Morgen, wie geht es dir?'"
TASKS = [
    {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Guten Morgen zusammen"}},
    {"task": "translation", "id": 1, "dep": [-1], "args": {"text": "Guten Morgen", "language": "fr"}},
]


@pytest.fixture
def several() -> Iterator[ChatServer]:
    with ChatServer(Reply("Hello."), models=("small-model", "large-model")) as one:
        yield one


def waiting(hgtui: Program, *options: str, **environ: str) -> list[str]:
    """Begin a run that waits, and return the name of it and its fingerprint."""
    gate = hgtui.run("run", SAY, "--json", *options, **environ).events[-1]
    assert gate["type"] == "gate_opened"
    return [gate["run"], gate["fingerprint"]]


def test_a_run_goes_on_under_its_own_profile_and_asks_for_no_model_where_nothing_needs_it(
    hgtui: Program, several: ChatServer
) -> None:
    there = {"OPENAI_BASE_URL": several.url}
    name, print_ = waiting(hgtui, "--profile", "rules", **there)
    resumed = hgtui.run("resume", name, "--yes", **there)
    assert (resumed.exit, "German" in resumed.out) == (0, True), resumed
    other, print_ = waiting(hgtui, "--profile", "rules", **there)
    approved = hgtui.run("approve", other, print_, "--profile", "auto", **there)
    assert (approved.exit, "German" in approved.out) == (0, True), approved
    assert several.requests == []


def test_a_failed_answer_names_the_command_that_tries_again_and_that_reuses_what_is_done(hgtui: Program) -> None:
    (hgtui.folder / "plan.json").write_text(json.dumps(TASKS), encoding="utf-8")
    with HubServer() as hub:
        places = {"HF_ENDPOINT": hub.url, "HGTUI_ROUTER_URL": hub.router, "HF_HUB_OFFLINE": "0", "HF_TOKEN": TOKEN}
        hgtui.environ |= {**places, "HGTUI_PROFILE": "rules"}
        hub.when("infer/*", BY_NAME["402"])
        failed = hgtui.run("run", "--plan", "plan.json", "--yes")
        assert failed.exit == 1
        last = failed.err.splitlines()[-1]
        assert last.startswith("To try again what has no result, and reuse what is done: hgtui run --plan ")
        name = last.split()[-1]
        hgtui.run("resume", name).told(2, "has ended", f"hgtui run --plan {name}")
        again = hgtui.run("run", "--plan", name[-6:], "--yes", "--json")
    assert again.exit == 0, again
    assert sorted(one["reused"] for one in again.events if one["type"] == "task_done") == [False, True]
    hgtui.run("run", "--plan", "nothing.json").told(2, "There is no file nothing.json, and no run of that name")
    hgtui.run("run", "--plan", name, "--no-store", "--yes").told(2, "--no-store")


def test_bare_resume_takes_up_a_run_with_errors_only_where_there_is_no_other(hgtui: Program) -> None:
    hgtui.environ["HGTUI_PROFILE"] = "rules"
    name, _ = waiting(hgtui)
    wrong = [{"task": "text-to-video", "id": 0, "dep": [-1], "args": {"text": "waves"}}]
    (hgtui.folder / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    assert hgtui.run("run", "--plan", "wrong.json").exit == 1
    first = hgtui.run("resume", "--yes")
    assert (first.exit, f"run {name} goes on" in first.err) == (0, True), first
    alone = hgtui.run("resume")
    assert alone.exit == 1
    assert "Its plan has errors" in alone.err.splitlines()[0]


def test_files_that_are_made_and_not_kept_are_told(hgtui: Program, tmp_path: Path) -> None:
    hgtui.environ["HGTUI_PROFILE"] = "rules"
    speak = ("run", "Read aloud: 'Guten Morgen'", "--yes", "--no-store")
    lost = hgtui.run(*speak)
    assert (lost.exit, "note: 1 file was made and not kept: --out DIR" in lost.err) == (0, True), lost
    assert "not kept" not in hgtui.run(*speak, "--out", str(tmp_path / "out")).err


CHAIN = [
    {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "Bees make honey. They live in hives."}},
    {"task": "text-classification", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}},
    {"task": "summarization", "id": 2, "dep": [-1], "args": {"text": "Moles dig. They live below the ground."}},
]


def test_one_task_of_an_earlier_run_runs_anew_or_has_its_result_by_hand(hgtui: Program) -> None:
    (hgtui.folder / "plan.json").write_text(json.dumps(CHAIN), encoding="utf-8")
    (hgtui.folder / "mood.txt").write_text("Ich habe heute wirklich sehr schlechte Laune.", encoding="utf-8")
    first = hgtui.run("run", "--plan", "plan.json", "--yes", "--json").events[0]["run"]

    seen = hgtui.run("run", "--plan", first, "--rerun", "0", "--json")
    assert (seen.exit, [len(seen.events[-1][name]) for name in ("reruns", "reuses")]) == (3, [2, 1]), seen
    given = hgtui.run("run", "--plan", first, "--supply", "0=mood.txt", "--yes", "--json")
    done = [one for one in given.events if one["type"] == "task_done"]
    assert (given.exit, [one["supplied"] for one in done].count(True)) == (0, True), given
    assert [one["reused"] for one in done].count(True) == 1

    hgtui.run("run", "--plan", "plan.json", "--rerun", "0", "--yes").told(2, "--plan RUN")
    hgtui.run("run", "--plan", first, "--rerun", "7").told(2, "has no task 7")
    hgtui.run("run", "--plan", first, "--supply", "some words").told(2, "TASK=TEXT")
    hgtui.run("run", "--plan", first, "--supply", "1= ").told(2, "--supply 1:")
