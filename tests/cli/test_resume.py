"""The real program, killed, hung up and stopped at every point of a run, and what `hgtui resume` makes of it."""

import json
import os
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import INTERRUPT, KILL, POWERLESS, TERMINATE, Event, Program, Running, all_gone, watch
from tests.cli.terminal import Terminal
from tests.inputs import draw_page

HANG_UP, PAUSE, GO_ON = signal.SIGHUP, signal.SIGSTOP, signal.SIGCONT
SAY = "What language is 'Guten Morgen, wie geht es dir?'"
PAGE = "The old lighthouse stands on the northern cliff. " * 12
STORY = "The harbour was quiet. A boat came in at noon. Its captain sold fish. Nobody bought any. The boat left again."
TASKS: list[dict[str, Any]] = [
    {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Guten Morgen zusammen"}},
    {"task": "summarization", "id": 1, "dep": [-1], "args": {"text": STORY}},
    {"task": "summarization", "id": 2, "dep": [1], "args": {"text": "<GENERATED>-1"}},
    {"task": "text-classification", "id": 3, "dep": [2, 0], "args": {"text": "<GENERATED>-2"}},
]
PASSING = {"delta", "progress", "refused"}


@pytest.fixture
def plan(hgtui: Program) -> str:
    """Four quick tasks, three of them in a row."""
    (hgtui.folder / "plan.json").write_text(json.dumps(TASKS), encoding="utf-8")
    return "plan.json"


@pytest.fixture
def slow(hgtui: Program) -> str:
    """A quick task, then one that reads a page for a second or more."""
    draw_page(hgtui.folder / "page.png", PAGE)
    tasks = [TASKS[0], {"task": "image-to-text", "id": 1, "dep": [0], "args": {"image": "page.png"}}]
    (hgtui.folder / "slow.json").write_text(json.dumps(tasks), encoding="utf-8")
    return "slow.json"


def reading(run: Running) -> list[int]:
    """Wait until the page is being read, and return the processes that do it."""
    first = run.until("task_done")["uid"]
    while run.until("progress")["uid"] == first:
        pass
    return run.children()


def results(events: list[Event]) -> dict[str, Any]:
    return {one["uid"]: one["results"] for one in events if one["type"] == "task_done"}


def journal(hgtui: Program, name: str) -> list[Event]:
    return hgtui.run("show", name, "--json").events


def whole(events: list[Event], tasks: int) -> None:
    """Check a journal: no gap, every task done once since its last reset, one answer, one end."""
    assert [one["seq"] for one in events] == list(range(1, len(events) + 1))
    kinds = [one["type"] for one in events]
    assert (kinds.count("answered"), kinds.count("run_ended"), kinds[-1]) == (1, 1, "run_ended")
    done = [one["uid"] for one in events if one["type"] == "task_done"]
    assert len(done) == len(set(done)) == tasks, "a task that was done ran again"


def kept(hgtui: Program, events: list[Event]) -> None:
    """Check that the bytes of all results are there as they were shown."""
    for rows in results(events).values():
        for one in rows:
            data = (hgtui.data / "artifacts" / one["digest"][:2] / one["digest"]).read_bytes()
            assert len(data) == one["size"]


# Killed behind every event


def test_killed_behind_each_of_its_events_a_run_comes_to_the_same_end(hgtui: Program, plan: str) -> None:
    fresh = ("--yes", "--json", "--fresh")
    reference = hgtui.run("run", "--plan", plan, *fresh).events
    wanted = {uid: [one["digest"] for one in rows] for uid, rows in results(reference).items()}
    assert len(wanted) == 4
    cut = ended = 0
    while not ended:
        cut += 1
        with hgtui.start("run", "--plan", plan, *fresh) as run:
            shown = behind(run, cut)
            run.process.kill()
            assert run.process.wait() == -KILL
        name, ended = shown[0]["run"], shown[-1]["type"] == "run_ended"
        # The process may have come further than what was read of it.
        before = journal(hgtui, name)
        assert before[: len(shown)] == shown
        if before[-1]["type"] == "run_ended":
            continue
        done = hgtui.run("resume", name, *fresh)
        assert done.exit == 0, (cut, done)
        assert done.events[0]["type"] == "resumed", cut
        assert done.events[-1]["type"] == "run_ended", cut
        after = journal(hgtui, name)
        assert after[: len(before)] == before, cut
        whole(after, 4)
        kept(hgtui, after)
        assert not results(before).keys() & {one["uid"] for one in done.events if one["type"] == "task_started"}
        assert {uid: [one["digest"] for one in rows] for uid, rows in results(after).items()} == wanted, cut
    assert cut > 15


def behind(run: Running, count: int) -> list[Event]:
    """Read until `count` events of the journal were shown, or the run has ended."""
    shown: list[Event] = []
    for event in run._events():
        if event["type"] not in PASSING:
            shown.append(event)
        if len(shown) == count:
            break
    return shown


def test_without_a_name_the_latest_run_that_has_not_ended_goes_on(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, "--yes")
    hgtui.run("resume").told(2, "There is no run to go on with: all have ended.", "hgtui runs")
    hgtui.run("resume", "nothing").told(2, "There is no run 'nothing'")
    older, newer = (hgtui.run("run", SAY, "--json").events[-1] for _ in "ab")
    ended = hgtui.run("runs", "--json").json[-1]["id"]
    hgtui.run("resume", ended).told(2, f"The run {ended} has ended", f"hgtui show {ended}")
    waits = hgtui.run("resume", "--json")
    assert waits.exit == 3
    assert (waits.events[0]["type"], waits.events[-1]["fingerprint"]) == ("resumed", newer["fingerprint"])
    again = hgtui.run("resume", "--yes")
    assert again.exit == 0
    # The answer is the same but for the run's own folder and the time that it took.
    assert again.out.splitlines()[2] == done.out.splitlines()[2] == "> German (de), 99.2 %"
    assert hgtui.run("resume", "--yes", "--json").events[0]["run"] == older["run"]


def test_a_script_goes_on_from_the_gate_with_its_commands(hgtui: Program) -> None:
    gate = hgtui.run("run", SAY, "--json").events[-1]
    with hgtui.start("resume", "--commands", "-", "--json") as run:
        again = run.until("gate_opened")
        assert again["fingerprint"] == gate["fingerprint"]
        run.send(command="mark", uid="t1")
        run.send(command="approve", fingerprint=again["fingerprint"])
        run.until("run_ended", exit=0)
        assert run.ended().exit == 0
    assert "marked" in {one["type"] for one in run.seen}


def test_at_a_terminal_it_asks_at_the_gate_as_run_does(hgtui: Program) -> None:
    hgtui.run("run", SAY)
    with Terminal(hgtui, "resume", "--out", "mine") as terminal:
        shown = terminal.until("Run this plan? [y/N/edit]")
        assert "goes on: It waits for approval again." in shown
        terminal.press("y\n")
        status, out = terminal.ended()
    assert status == 0
    assert "German (de)" in out
    assert list(hgtui.folder.glob("mine/*/0-text-classification.txt"))


# Two processes on one run


def test_a_run_that_a_process_has_is_refused_to_every_other(hgtui: Program, slow: str) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        for pid in reading(run):
            os.kill(pid, PAUSE)  # so that it is not done before it was looked at
        name = run.seen[0]["run"]
        hgtui.run("resume", name, "--yes").told(2, f"The run {name} is open in another hgtui (process {run.pid}).")
        hgtui.run("resume").told(2, f"The run {name} is open in another hgtui (process {run.pid}).")
        hgtui.run("approve", name, "12345678").told(2, f"The run {name} is open in another hgtui")
        run.process.kill()
        run.process.wait()
    assert hgtui.run("resume", name, "--yes").exit == 0
    whole(journal(hgtui, name), 2)


def test_of_two_that_resume_one_run_at_once_one_gets_it(hgtui: Program, slow: str) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        reading(run)
        run.process.kill()
        run.process.wait()
    name = run.seen[0]["run"]
    with hgtui.start("resume", name, "--yes") as one, hgtui.start("resume", name, "--yes") as other:
        ended = sorted((one.ended(), other.ended()), key=lambda done: done.exit)
    assert ended[0].exit == 0
    assert ended[1].exit == 2
    assert f"The run {name} " in ended[1].err
    whole(journal(hgtui, name), 2)


def test_a_gate_that_a_process_holds_is_not_approved_by_another(hgtui: Program) -> None:
    with hgtui.start("run", SAY, "--commands", "-", "--json") as run:
        gate = run.until("gate_opened")
        hgtui.run("approve", gate["run"], gate["fingerprint"]).told(2, "is open in another hgtui")
        run.process.kill()
        run.process.wait()
    assert hgtui.run("approve", gate["run"], gate["fingerprint"]).exit == 0


# Signals


@pytest.mark.parametrize(("number", "status"), [(TERMINATE, 143), (HANG_UP, 129)])
def test_a_run_that_is_terminated_or_hung_up_is_left_where_it_stands(
    hgtui: Program, slow: str, number: int, status: int
) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        children = watch(reading(run))
        run.signal(number)
        done = run.ended()
    assert all_gone(children)
    name = run.seen[0]["run"]
    assert done.exit == status
    assert done.err == f"The run {name} was left where it stands. To go on with it: hgtui resume {name}\n"
    kinds = {one["type"] for one in journal(hgtui, name)}
    assert not kinds & {"run_ended", "answered", "task_cancelled", "task_failed"}
    assert f"hgtui resume {name}" in hgtui.run("show", name).out
    assert hgtui.run("resume", "--yes").exit == 0
    whole(journal(hgtui, name), 2)


def test_a_program_under_nohup_outlives_its_terminal(hgtui: Program, slow: str) -> None:
    ignoring = ("/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh")
    with hgtui.start("run", "--plan", slow, "--yes", "--json", through=ignoring) as run:
        reading(run)
        run.signal(HANG_UP)
        assert run.ended().exit == 0


def test_ctrl_c_ends_a_run_for_good(hgtui: Program, slow: str) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        reading(run)
        run.signal(INTERRUPT)
        assert run.ended().exit == 130
    hgtui.run("resume", run.seen[0]["run"]).told(2, "has ended")


def test_a_program_that_is_stopped_for_a_while_goes_on(hgtui: Program, slow: str) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        children = reading(run)
        for pid in (run.pid, *children):
            os.kill(pid, PAUSE)
        name = run.seen[0]["run"]
        hgtui.run("resume", name, "--yes").told(2, "is open in another hgtui")
        for pid in (*children, run.pid):
            os.kill(pid, GO_ON)
        assert run.ended().exit == 0
    whole(journal(hgtui, name), 2)


def test_a_line_that_drops_leaves_the_run_to_be_gone_on_with(hgtui: Program, slow: str) -> None:
    with Terminal(hgtui, "run", "--plan", slow, "--yes") as terminal:
        terminal.until("1 image-to-text: started")
        assert terminal.hung_up() == 129
    assert hgtui.run("resume", "--yes").exit == 0
    (row,) = hgtui.run("runs", "--json").json
    whole(journal(hgtui, row["id"]), 2)


@pytest.mark.parametrize("way", ["left", "terminated", "hung up", "killed"])
def test_the_workbench_goes_on_with_what_it_left(hgtui: Program, way: str) -> None:
    gate = hgtui.run("run", SAY, "--json").events[-1]
    with Terminal(hgtui, "resume", screen=True) as terminal:
        terminal.until_all(gate["run"][-6:], gate["fingerprint"][:8])
        hgtui.run("approve", gate["run"], gate["fingerprint"]).told(2, "is open in another hgtui")
        match way:
            case "left":
                terminal.press("\x11")
                assert terminal.ended()[0] == 0
                assert f"hgtui approve {gate['run']}" in terminal.shown
            case "terminated":
                terminal.process.send_signal(TERMINATE)
                assert terminal.ended()[0] == 143
            case "hung up":
                assert terminal.hung_up() == 129
            case _:
                terminal.process.kill()
                assert terminal.process.wait() == -KILL
    assert hgtui.run("resume", "--yes").exit == 0


# No room, no permission


def test_a_disk_that_was_full_in_the_middle_is_gone_on_with_once_there_is_room(hgtui: Program, slow: str) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        children = watch(reading(run))
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (0, 0))
        done = run.ended()
    assert all_gone(children)
    name = run.seen[0]["run"]
    assert done.exit == 1
    assert f"hgtui resume {name}" in done.err
    shown = results(run.seen)
    assert hgtui.run("resume", "--yes").exit == 0
    after = journal(hgtui, name)
    whole(after, 2)
    assert shown.items() <= results(after).items()


def test_a_data_folder_that_became_read_only_refuses_and_loses_nothing(hgtui: Program, slow: str) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        reading(run)
        run.process.kill()
        run.process.wait()
    name = run.seen[0]["run"]
    folders = [hgtui.data, *(place for place in hgtui.data.rglob("*") if place.is_dir())]
    for place in folders:
        place.chmod(0o500)
    done = hgtui.run("resume", name, "--yes", through=POWERLESS)
    assert done.exit == 2
    assert "HGTUI_DATA_DIR" in done.err
    for place in folders:
        place.chmod(0o700)
    assert hgtui.run("resume", name, "--yes").exit == 0
    whole(journal(hgtui, name), 2)


def test_a_result_that_was_removed_or_changed_meanwhile_is_made_again(hgtui: Program, slow: str) -> None:
    with hgtui.start("run", "--plan", slow, "--yes", "--json") as run:
        reading(run)
        run.process.kill()
        run.process.wait()
    name = run.seen[0]["run"]
    ((one,),) = results(run.seen).values()
    place: Path = hgtui.data / "artifacts" / one["digest"][:2] / one["digest"]
    place.write_bytes(b"?" * one["size"])
    done = hgtui.run("resume", name, "--yes")
    assert done.exit == 0
    assert "warning: The result of task 0 is missing or damaged: it runs again." in done.err
    assert place.read_bytes() != b"?" * one["size"]
