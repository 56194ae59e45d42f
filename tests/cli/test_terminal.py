"""A person at a terminal: the plan, the question, the editor, Ctrl+C."""

import json
import re
import sys
import termios
from pathlib import Path

import pytest

from hgtui.session.plantext import bare
from hgtui.session.terminal import EditorError, find_editor
from tests.cli.program import INTERRUPT, TERMINATE, Program
from tests.cli.screen import Screen
from tests.cli.terminal import Terminal

SAY = "What language is 'Guten Morgen, wie geht es dir?'"
QUESTION = "Run this plan? [y/N/edit] "


def editor(hgtui: Program, *steps: str) -> str:
    """Return an EDITOR that carries out one Python statement on `text` each time it is opened, and notes what it saw."""
    script = hgtui.folder / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "path, seen = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).with_name('seen')\n"
        "text = path.read_text()\n"
        "turn = len(list(seen.parent.glob('seen-*')))\n"
        "seen.with_name(f'seen-{turn}').write_text(text)\n"
        f"exec({list(steps)!r}[turn])\n"
        "path.write_text(text)\n",
        encoding="utf-8",
    )
    return f"{sys.executable} {script}"


def seen(hgtui: Program, turn: int) -> str:
    return (hgtui.folder / f"seen-{turn}").read_text(encoding="utf-8")


def state(hgtui: Program) -> str:
    (row,) = hgtui.run("runs", "--json").json
    return str(row["state"])


def test_a_plan_is_shown_and_runs_on_yes(hgtui: Program) -> None:
    with Terminal(hgtui, "run", SAY) as terminal:
        shown = terminal.until(QUESTION)
        assert re.search(r"0 +text-classification +text=Guten Morgen.* +embedded:py3langid", shown)
        assert re.search(r"fingerprint [0-9a-f]{8}", shown)
        terminal.press("y\n")
        status, out = terminal.ended()
    assert status == 0
    assert "German (de)" in out
    assert "German (de)" not in terminal.shown


@pytest.mark.parametrize("keys", ["n\n", "\n", "what?\n", "\x04"])
def test_anything_but_yes_runs_nothing_and_the_run_keeps_waiting(hgtui: Program, keys: str) -> None:
    with Terminal(hgtui, "run", SAY) as terminal:
        approve = re.search(r"hgtui (approve \S+ \S+)", terminal.until(QUESTION))
        terminal.press(keys)
        assert terminal.ended() == (3, "")
    assert approve
    assert state(hgtui) == "waiting"
    assert hgtui.run(*approve[1].split()).exit == 0


@pytest.mark.parametrize(("number", "status"), [(INTERRUPT, 130), (TERMINATE, 143)])
def test_a_signal_at_the_question_runs_nothing(hgtui: Program, number: int, status: int) -> None:
    with Terminal(hgtui, "run", SAY) as terminal:
        terminal.until(QUESTION)
        if number == INTERRUPT:
            terminal.press("\x03")
        else:
            terminal.process.terminate()
        assert terminal.ended() == (status, "")
        assert "To run it later: hgtui approve" in terminal.shown
    assert state(hgtui) == "waiting"


def test_a_plan_with_errors_can_only_be_edited(hgtui: Program) -> None:
    with Terminal(hgtui, "run", "Translate 'Good morning' to French") as terminal:
        terminal.until("Edit this plan? [N/edit] ")
        terminal.press("y\n")
        assert terminal.ended() == (1, "")


def test_what_the_editor_changes_is_what_runs(hgtui: Program) -> None:
    other = editor(hgtui, "text = text.replace('Guten Morgen, wie geht es dir?', 'Bonjour, comment allez-vous ?')")
    with Terminal(hgtui, "run", SAY, EDITOR=other) as terminal:
        first = terminal.until(QUESTION)
        terminal.press("edit\n")
        second = terminal.until(QUESTION)
        assert "text=Bonjour" in second
        assert re.findall("fingerprint (.*)", first) != re.findall("fingerprint (.*)", second)
        terminal.press("y\n")
        status, out = terminal.ended()
    assert status == 0
    assert "French (fr)" in out


def test_broken_json_is_not_lost_and_the_editor_opens_again_with_the_error(hgtui: Program) -> None:
    steps = (
        "text = text.replace('text = \"Guten', 'text = \"Bonjour').replace('\\n[tasks.args]', '\\n[tasks.args')",
        "text = text.replace('\\n[tasks.args', '\\n[tasks.args]')",
    )
    with Terminal(hgtui, "run", SAY, VISUAL=editor(hgtui, *steps)) as terminal:
        terminal.until(QUESTION)
        terminal.press("e\n")
        assert "This is no plan: Line" in terminal.until(QUESTION)
        terminal.press("y\n")
        status, _ = terminal.ended()
    assert status == 0
    lines = seen(hgtui, 1).split("\n")
    at = lines.index("[tasks.args")
    assert re.match(r"#! Line \d+: ", lines[at - 1])
    assert "Bonjour Morgen" in lines[at + 1]


def test_who_gives_up_on_broken_json_is_told_where_it_is_kept(hgtui: Program) -> None:
    with Terminal(
        hgtui, "run", SAY, EDITOR=editor(hgtui, "text = text.replace('[[tasks]]', '[tasks]]')", "pass")
    ) as terminal:
        terminal.until(QUESTION)
        terminal.press("e\n")
        kept = re.search(r"Your text is kept in (\S+)\.\n", terminal.until(QUESTION))
        terminal.press("n\n")
        assert terminal.ended() == (3, "")
    assert kept
    assert "\n[tasks]]\n" in Path(kept[1]).read_text()
    assert bare(Path(kept[1]).read_text()) == seen(hgtui, 0).replace("[[tasks]]", "[tasks]]")
    at = Path(kept[1]).read_text().split("\n").index("[tasks]]") + 1
    assert f"is no plan: Line {at}: " in hgtui.run("check", kept[1]).err


def test_the_text_is_json_where_that_is_set(hgtui: Program) -> None:
    (hgtui.folder / "json.toml").write_text('edit_as = "json"\n')
    other = editor(hgtui, "text = text.replace('Guten Morgen, wie geht es dir?', 'Bonjour, comment allez-vous ?')")
    config = {"EDITOR": other, "HGTUI_CONFIG": str(hgtui.folder / "json.toml")}
    with Terminal(hgtui, "run", SAY, **config) as terminal:
        terminal.until(QUESTION)
        terminal.press("edit\n")
        assert "text=Bonjour" in terminal.until(QUESTION)
        terminal.press("n\n")
        assert terminal.ended() == (3, "")
    assert '  "tasks": [' in seen(hgtui, 0)


def test_what_is_left_out_of_an_edited_plan_is_told_and_the_text_is_kept(hgtui: Program) -> None:
    step = "text = text.replace('[tasks.args]', '[tasks.agrs]')"
    with Terminal(hgtui, "run", SAY, EDITOR=editor(hgtui, step)) as terminal:
        terminal.until(QUESTION)
        terminal.press("e\n")
        shown = terminal.until("Edit this plan? [N/edit] ")
        terminal.press("n\n")
        terminal.ended()
    assert "note: Task 0: “agrs” is not read." in shown
    kept = re.search(r"Your text is kept in (\S+)\.\n", shown)
    assert kept
    assert "[tasks.agrs]" in Path(kept[1]).read_text()


def test_an_editor_that_changes_nothing_asks_again(hgtui: Program) -> None:
    with Terminal(hgtui, "run", SAY, EDITOR=editor(hgtui, "pass")) as terminal:
        terminal.until(QUESTION)
        terminal.press("e\n")
        assert "Nothing was changed." in terminal.until(QUESTION)
        terminal.press("n\n")
        assert terminal.ended() == (3, "")


@pytest.mark.parametrize(
    ("command", "words"), [("nothing-like-this", "could not be started"), ("false", "ended with status 1")]
)
def test_an_editor_that_does_not_work_is_said_and_asked_again(hgtui: Program, command: str, words: str) -> None:
    with Terminal(hgtui, "run", SAY, EDITOR=command) as terminal:
        terminal.until(QUESTION)
        terminal.press("e\n")
        assert words in terminal.until(QUESTION)
        terminal.press("n\n")
        assert terminal.ended() == (3, "")


def test_yes_and_json_ask_nobody(hgtui: Program) -> None:
    with Terminal(hgtui, "run", SAY, "--yes") as terminal:
        assert terminal.ended()[0] == 0
    with Terminal(hgtui, "run", SAY, "--json") as terminal:
        assert terminal.ended()[0] == 3
        assert terminal.shown == ""


SPEAKS = """\
import pathlib, signal, sys
path = pathlib.Path(sys.argv[1])
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("what? ", end="", flush=True)
signal.sigwait({signal.SIGINT})
print("EDITOR STAYS", flush=True)
path.write_text(path.read_text().replace("bees", input()))
"""


def test_the_workbench_gives_its_terminal_to_the_editor_and_takes_it_back(hgtui: Program) -> None:
    (hgtui.folder / "speaks.py").write_text(SPEAKS)
    row = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "About bees."}}
    (hgtui.folder / "plan.json").write_text(json.dumps([row]))
    with Terminal(hgtui, "open", "plan.json", screen=True, EDITOR=f"{sys.executable} speaks.py") as terminal:
        before = termios.tcgetattr(terminal.ours)
        terminal.until("About bees.")
        terminal.until("approve+run")
        terminal.press("E")
        terminal.until("what? ")
        terminal.press("\x03")
        terminal.until("EDITOR STAYS")
        terminal.press("wasps\r")
        terminal.until("About wasps.")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
        assert termios.tcgetattr(terminal.ours) == before


def test_after_an_editor_that_fails_the_workbench_has_its_terminal_again(hgtui: Program) -> None:
    row = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "About bees."}}
    (hgtui.folder / "plan.json").write_text(json.dumps([row]))
    with Screen(hgtui, "open", "plan.json", EDITOR="false") as screen:
        screen.see("About bees.", "approve+run")
        screen.press("E")
        screen.see("About bees.", "The editor false ended with status 1")
        screen.press("?")
        screen.see("/ finds words")
        screen.press("\x11")
        assert screen.ended()[0] == 0


@pytest.mark.parametrize(
    ("command", "words"),
    [("nosuch -w", "nosuch -w could not be started: there is no program nosuch"), ("vi 'x", "No closing quotation")],
)
def test_an_editor_that_is_not_there_is_found_out_before_anything_is_given_to_it(command: str, words: str) -> None:
    with pytest.raises(EditorError, match=words) as raised:
        find_editor({"EDITOR": command, "PATH": "/usr/bin"})
    assert "EDITOR" in raised.value.hint
