"""`hgtui replay` and `hgtui run --replay`, by the real program."""

import shutil
from pathlib import Path

import pytest

from hgtui.planning.prompt import TEMPLATES
from tests.cli.program import INTERRUPT, Program
from tests.cli.terminal import Terminal
from tests.cli.test_controller import REQUEST, answer
from tests.servers.chat import ChatServer

SAY = "What language is 'Guten Morgen, wie geht es dir?'"


@pytest.fixture
def run(hgtui: Program) -> str:
    """The name of a recorded run."""
    done = hgtui.run("run", SAY, "--yes", "--json")
    assert done.exit == 0, done
    return str(done.events[0]["run"])


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_a_run_is_the_same_again_and_nothing_of_it_is_changed(hgtui: Program, run: str) -> None:
    shutil.rmtree(hgtui.folder / "hgtui-out")
    before = hgtui.run("show", run, "--json").events
    again = hgtui.run("run", "--replay", run)
    assert (again.exit, again.out) == (0, f"same: {len(before)} events\n")
    assert hgtui.run("show", run, "--json").events == before
    assert len(hgtui.run("runs", "--json").json) == 1
    assert not (hgtui.folder / "hgtui-out").exists()
    assert hgtui.reached() == ""


def test_with_json_the_events_of_the_replay_are_those_of_the_run(hgtui: Program, run: str) -> None:
    before = hgtui.run("show", run, "--json").events
    again = hgtui.run("run", "--replay", run[-6:], "--json")
    assert again.events == before
    assert f"same: {len(before)} events" in again.err


def test_a_replay_can_be_kept_as_a_run_of_its_own(hgtui: Program, run: str) -> None:
    assert hgtui.run("run", "--replay", run, "--keep").exit == 0
    names = [row["id"] for row in hgtui.run("runs", "--json").json]
    assert len(names) == 2
    (new,) = {*names} - {run}
    assert hgtui.run("run", "--replay", new).exit == 0


def test_what_is_gone_is_named_and_the_status_is_1(hgtui: Program, run: str) -> None:
    done = next(one for one in hgtui.run("show", run, "--json").events if one["type"] == "task_done")
    digest = done["results"][0]["digest"]
    (hgtui.data / "artifacts" / digest[:2] / digest).unlink()
    again = hgtui.run("run", "--replay", run)
    assert again.exit == 1
    assert again.out == f"The result {digest[:8]} of the recorded run is not kept any more.\n"


def test_an_exported_run_is_replayed_where_nothing_else_of_it_is(hgtui: Program, run: str, tmp_path: Path) -> None:
    file = tmp_path / "run.hgtui"
    assert hgtui.run("export", run, "-o", str(file)).exit == 0
    shutil.rmtree(hgtui.data)
    assert hgtui.run("run", "--replay", str(file)).out.startswith("same: ")
    assert "task_done" in hgtui.run("replay", str(file), "--json").out
    hgtui.run("run", "--replay", str(file), "--keep").told(2, "hgtui import")


def test_a_run_is_shown_as_it_went(hgtui: Program, run: str) -> None:
    shown = hgtui.run("replay", run)
    assert shown.exit == 0
    assert "started on embedded:py3langid" in shown.err
    assert "German" in shown.out
    assert hgtui.run("replay", run, "--json").events == hgtui.run("show", run, "--json").events


def test_ctrl_c_ends_what_is_shown(hgtui: Program, run: str) -> None:
    with hgtui.start("replay", run, "--json", "--speed", "0.001") as showing:
        showing.until("run_started")
        showing.signal(INTERRUPT)
        assert showing.ended().exit == 130


def test_on_a_terminal_a_run_is_shown_at_its_own_pace(hgtui: Program, run: str) -> None:
    with Terminal(hgtui, "replay", run) as terminal:
        terminal.until("done in")
        status, out = terminal.ended()
    assert status == 0
    assert "German" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--replay", "nothing"), "There is no run 'nothing'."),
        (("replay", "nothing"), "There is no run 'nothing'."),
        (("run", "Do it", "--replay", "x"), "takes request, files and settings from the recorded run"),
        (("run", "Do it", "--keep"), "it goes with --replay"),
        (("replay", "x", "--speed", "0"), "--speed"),
    ],
)
def test_what_cannot_be_replayed_is_told(hgtui: Program, arguments: tuple[str, ...], words: str) -> None:
    hgtui.run(*arguments).told(2, words)


def test_a_run_with_an_llm_is_the_same_again_when_its_server_is_gone(hgtui: Program) -> None:
    with ChatServer(answer) as server:
        key = "sk-test-very-secret-0123456789"
        done = hgtui.run("run", f"{REQUEST} {key}", "--yes", "--json", OPENAI_BASE_URL=server.url, OPENAI_API_KEY=key)
        run = done.events[0]["run"]
    again = hgtui.run("run", "--replay", run)
    assert (again.exit, again.err) == (0, ""), again


def test_a_run_that_another_process_approved_is_the_same_again(hgtui: Program) -> None:
    with ChatServer(answer) as server:
        for by in ("program", "llm"):
            gate = hgtui.run("run", REQUEST, "--json", OPENAI_BASE_URL=server.url).events[-1]
            said = ("approve", gate["run"], gate["fingerprint"], "--answer", by)
            assert hgtui.run(*said, OPENAI_BASE_URL=server.url).exit == 0
            again = hgtui.run("run", "--replay", gate["run"])
            assert (again.exit, again.err) == (0, ""), again


def test_a_template_that_was_changed_since_is_told_with_the_place_where_it_differs(hgtui: Program) -> None:
    with ChatServer(answer) as server:
        run = hgtui.run("run", REQUEST, "--yes", "--json", OPENAI_BASE_URL=server.url).events[0]["run"]
    templates = Path(hgtui.environ["HGTUI_CONFIG"]).parent / "templates"
    templates.mkdir(parents=True)
    words = (TEMPLATES / "planning_system.j2").read_text()
    (templates / "planning_system.j2").write_text("Hurry. " + words)
    again = hgtui.run("run", "--replay", run)
    assert again.exit == 1
    assert "message 1 (system) differs at character" in again.out
    assert "Hurry." in again.out


@pytest.mark.parametrize("more", [{}, {"HGTUI_GATES": "none"}])
def test_a_run_that_waited_and_was_resumed_without_asking_is_the_same_again(
    hgtui: Program, more: dict[str, str]
) -> None:
    waits = hgtui.run("run", SAY, "--json").events[-1]["run"]
    assert hgtui.run("resume", waits, *(() if more else ("--yes",)), **more).exit == 0
    again = hgtui.run("run", "--replay", waits)
    assert (again.exit, again.err) == (0, ""), again
