"""What is killed, interrupted or runs out of room: nothing computed is lost, nothing is left behind, nothing hangs."""

import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import INTERRUPT, KILL, POWERLESS, Ended, Program, Running, all_gone, watch
from tests.inputs import draw_page

SAY = "What language is 'Guten Morgen, wie geht es dir?'"
PAGE = "The old lighthouse stands on the northern cliff. " * 12


@pytest.fixture
def plan(hgtui: Program) -> str:
    """A quick task, then one that reads a page for a second or more."""
    draw_page(hgtui.folder / "page.png", PAGE)
    tasks: list[dict[str, Any]] = [
        {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Guten Morgen zusammen"}},
        {"task": "image-to-text", "id": 1, "dep": [0], "args": {"image": "page.png"}},
    ]
    (hgtui.folder / "plan.json").write_text(json.dumps(tasks), encoding="utf-8")
    return "plan.json"


def reading(run: Running) -> list[int]:
    """Wait until the page is being read, and return the processes that do it."""
    slow = run.until("task_done")["uid"]
    while run.until("progress")["uid"] == slow:
        pass
    children = run.children()
    assert children
    return children


def folds(hgtui: Program, name: str, *words: str) -> None:
    """Check that a run is in the journal, can be shown, and says these words."""
    assert name in hgtui.run("runs").out
    shown = hgtui.run("show", name)
    assert shown.exit == 0
    for word in words:
        assert word in shown.out, shown.out
    assert hgtui.run("show", name, "--json").events[0]["seq"] == 1


def test_ctrl_c_in_the_middle_keeps_what_is_done_and_leaves_no_child(hgtui: Program, plan: str) -> None:
    with hgtui.start("run", "--plan", plan, "--yes", "--json") as run:
        children = watch(reading(run))
        run.signal(INTERRUPT)
        done = run.ended()
    assert all_gone(children)
    assert (done.exit, done.err) == (130, "")
    last = done.events[-1]
    assert (last["type"], last["outcome"], last["exit"]) == ("run_ended", "interrupted", 130)
    (kept,) = hgtui.folder.glob("hgtui-out/*/0-text-classification.txt")
    assert "(" in kept.read_text()
    folds(hgtui, last["run"], "0  text-classification  done", "1  image-to-text        cancelled")


def test_ctrl_c_without_json_ends_with_the_answer_so_far(hgtui: Program, plan: str) -> None:
    with hgtui.start("run", "--plan", plan, "--yes", "--commands", "-") as run:
        run.listen_for("1 image-to-text: started")
        run.signal(INTERRUPT)
        done = run.ended()
    assert done.exit == 130
    assert "**0 text-classification**" in done.out
    assert "1 image-to-text: stopped" in done.err


def test_a_second_ctrl_c_leaves_at_once(hgtui: Program, plan: str) -> None:
    with hgtui.start("run", "--plan", plan, "--yes", "--json") as run:
        children = watch(reading(run))
        run.signal(INTERRUPT)
        run.signal(INTERRUPT)
        done = run.ended()
    assert all_gone(children)
    assert done.exit == 130
    folds(hgtui, done.events[0]["run"])


def test_ctrl_c_while_the_planner_is_waited_for_ends_the_run(hgtui: Program) -> None:
    from tests.servers.chat import ChatServer
    from tests.servers.replies import Hang

    with (
        ChatServer(Hang()) as server,
        hgtui.start("run", SAY, "--yes", "--json", OPENAI_BASE_URL=server.url) as run,
    ):
        run.until("stage_entered", stage="planning")
        run.signal(INTERRUPT)
        done = run.ended()
    assert done.exit == 130
    assert done.events[-1]["outcome"] == "interrupted"


def test_a_lane_that_is_killed_is_tried_again(hgtui: Program, plan: str) -> None:
    with hgtui.start("run", "--plan", plan, "--yes", "--json") as run:
        lanes = reading(run)
        for lane in lanes:
            os.kill(lane, KILL)
        again = run.until("task_retrying")
        done = run.ended()
    assert again["failure"] == "crashed"
    assert "killed by SIGKILL" in again["message"]
    assert done.exit == 0
    (read,) = [one for one in done.events if one["type"] == "task_done" and one["attempt"] == 2]
    assert read["results"][0]["preview"].split()[:4] == ["The", "old", "lighthouse", "stands"]


def test_hgtui_killed_leaves_no_orphan_and_a_journal_that_folds(hgtui: Program, plan: str) -> None:
    with hgtui.start("run", "--plan", plan, "--yes", "--json") as run:
        children = watch(reading(run))
        run.process.kill()
        assert run.process.wait() == -KILL
        name = run.seen[0]["run"]
    assert all_gone(children)
    folds(hgtui, name, "0  text-classification  done", "It has not ended")
    hgtui.run("approve", name, "12345678").told(2, "waits at no gate")
    assert hgtui.run("run", SAY, "--yes").exit == 0


def test_a_run_that_waited_survives_the_end_of_its_program(hgtui: Program) -> None:
    with hgtui.start("run", SAY, "--commands", "-", "--json") as run:
        gate = run.until("gate_opened")
        run.process.kill()
        run.process.wait()
    assert hgtui.run("approve", gate["run"], gate["fingerprint"]).exit == 0


# No room, no permission


def one_sentence(done: Ended, status: int, *words: str) -> None:
    """Check that a command ended so, with one sentence and a hint as the last words."""
    assert done.exit == status, done
    last = done.err.splitlines()[-2:]
    assert last[0].startswith("hgtui: ")
    for word in words:
        assert word in " ".join(last), done.err


def test_a_read_only_data_folder_is_2_before_anything_starts(hgtui: Program) -> None:
    hgtui.data.mkdir()
    hgtui.data.chmod(0o500)
    for command in (("run", SAY, "--yes"), ("plan", SAY), ("approve", "x", "12345678")):
        one_sentence(hgtui.run(*command, through=POWERLESS), 2, "cannot be", "HGTUI_DATA_DIR")
    done = hgtui.run("doctor", through=POWERLESS)
    assert done.exit == 1
    assert "bad  data" in done.out


def test_a_data_folder_below_one_that_cannot_be_written_is_2(hgtui: Program, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(0o500)
    done = hgtui.run("run", SAY, "--yes", through=POWERLESS, HGTUI_DATA_DIR=str(closed / "data"))
    one_sentence(done, 2, "HGTUI_DATA_DIR")


def test_a_data_folder_that_is_a_file_is_2(hgtui: Program) -> None:
    hgtui.data.write_text("I am a file.")
    for command in (("run", SAY, "--yes"), ("runs",), ("show", "x")):
        one_sentence(hgtui.run(*command), 2, "HGTUI_DATA_DIR")


def test_a_journal_that_is_no_journal_is_2(hgtui: Program) -> None:
    hgtui.data.mkdir()
    (hgtui.data / "runs.db").write_bytes(b"This is not SQLite at all. " * 400)
    for command in (("run", SAY, "--yes"), ("runs",)):
        one_sentence(hgtui.run(*command), 2, "is not a journal of hgtui")


def test_results_that_cannot_be_laid_out_are_told_and_not_lost(hgtui: Program) -> None:
    (hgtui.folder / "closed").mkdir(0o500)
    done = hgtui.run("run", SAY, "--yes", "--out", "closed", through=POWERLESS)
    assert "German (de)" in done.out
    assert "The results could not be written to" in done.err
    (hgtui.folder / "taken").write_text("I am a file.")
    one_sentence(hgtui.run("run", SAY, "--yes", "--out", "taken"), 2, "The results cannot be written to taken", "--out")
    gate = hgtui.run("run", SAY, "--json").events[-1]
    done = hgtui.run("approve", gate["run"], gate["fingerprint"], "--out", "taken")
    assert "German (de)" in done.out
    assert "The results could not be written" in done.err or "not a folder" in done.err


def test_a_disk_that_is_full_from_the_start_is_2(hgtui: Program) -> None:
    limited = ("/bin/sh", "-c", 'ulimit -f 1; exec "$@"', "sh")
    one_sentence(hgtui.run("run", SAY, "--yes", through=limited), 2, "full", "HGTUI_DATA_DIR")


def test_a_disk_that_fills_up_in_the_middle_ends_the_run_at_once(hgtui: Program, plan: str) -> None:
    with hgtui.start("run", "--plan", plan, "--yes", "--json") as run:
        children = watch(reading(run))
        # Nothing may grow any more: the journal cannot take the next event.
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (0, 0))
        done = run.ended()
    assert all_gone(children)
    one_sentence(done, 1, "full", "HGTUI_DATA_DIR")
    folds(hgtui, run.seen[0]["run"], "0  text-classification  done")


def test_a_file_that_does_not_fit_on_the_disk_is_told_in_a_sentence(hgtui: Program) -> None:
    (hgtui.folder / "long.txt").write_text("The sea is calm today. " * 60_000, encoding="utf-8")
    hgtui.run("runs")
    limited = ("/bin/sh", "-c", 'ulimit -f 1000; exec "$@"', "sh")
    done = hgtui.run("run", "Summarize long.txt", "--yes", through=limited)
    assert done.exit in {1, 2}
    assert "full" in done.err
