"""The looks of the workbench from the command line: its keys, its colours, and what is said where they cannot be used."""

import re
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.terminal import Terminal


def configured(hgtui: Program, text: str) -> Path:
    path = hgtui.folder / "config.toml"
    path.write_text(text)
    hgtui.environ["HGTUI_CONFIG"] = str(path)
    return path


def test_the_keys_that_are_in_force_are_listed_with_their_names(hgtui: Program) -> None:
    configured(hgtui, '[keys]\napprove = "ctrl+t"\n')
    out = hgtui.run("keys").out
    assert re.search(r"^ctrl\+t +approve ", out, re.MULTILINE)
    rows = {row["name"]: row for row in hgtui.run("keys", "--json").json}
    assert rows["approve"]["keys"] == ["ctrl+t"]
    assert [name for name, row in rows.items() if row["changed"]] == ["approve"]
    assert rows["help"]["keys"] == ["question_mark", "f1"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[keys]\napprove = "x"\n', "keys.approve: x is the key of stop already"),
        ('[keys]\naprove = "w"\n', "the nearest is 'approve'"),
        ('[keys]\napprove = "nokey"\n', "'nokey' is no key"),
    ],
)
def test_keys_that_cannot_be_used_are_told_with_the_file(hgtui: Program, text: str, words: str) -> None:
    path = configured(hgtui, text)
    hgtui.run("keys").told(2, str(path), words)
    doctor = {row["what"]: row for row in hgtui.run("doctor", "--json").json}
    assert doctor["configuration"]["state"] == "bad"
    assert words in doctor["configuration"]["about"]
    with Terminal(hgtui, screen=True) as terminal:
        terminal.until(words)
        assert terminal.ended()[0] == 2
        assert "\x1b[?1049h" not in terminal.shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('theme = "pink"\n', "theme must be 'dark', 'light', 'ansi-dark' or 'ansi-light'"),
        ("bell = 1\n", "bell must be a valid boolean"),
        ("keys = 1\n", "keys must be a"),
        ("[keys]\napprove = 1\n", "keys.approve must be a valid string"),
    ],
)
def test_looks_of_the_wrong_kind_are_told(hgtui: Program, text: str, words: str) -> None:
    configured(hgtui, text)
    hgtui.run("config", "show").told(2, words)
    with Terminal(hgtui, screen=True) as terminal:
        terminal.until(words)
        assert terminal.ended()[0] == 2


def test_the_colours_are_set_and_shown(hgtui: Program) -> None:
    path = configured(hgtui, 'gates = "none"\n')
    assert hgtui.run("config", "theme", "light").out == f"{path}\n"
    assert path.read_text() == 'theme = "light"\ngates = "none"\n'
    assert hgtui.run("config", "show").json["theme"] == "light"
    hgtui.run("config", "theme", "pink").told(2, "There are no colours 'pink'.", "ansi-light")


def test_the_first_frame_has_the_colours_of_the_configuration(hgtui: Program) -> None:
    configured(hgtui, 'theme = "light"\n')
    with Terminal(hgtui, screen=True, COLORTERM="truecolor") as terminal:
        terminal.until("hat should be done?")  # the cursor stands on the first letter
        assert "48;2;250;250;248" in terminal.shown
        assert "48;2;18;18;18" not in terminal.shown
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
