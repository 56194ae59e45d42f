"""Tables on a terminal are as wide as it is; on a pipe they stay whole."""

import json
import re

import pytest

from hgtui.cli.tables import fitted
from tests.cli.program import Program
from tests.cli.terminal import Terminal

NARROW = 80
REQUEST = "What language is 'Guten Morgen, wie geht es dir, mein lieber alter Freund aus Berlin?'"


def on_a_terminal(hgtui: Program, *arguments: str, columns: int = NARROW) -> list[str]:
    with Terminal(hgtui, *arguments, screen=True, columns=columns) as terminal:
        assert terminal.ended()[0] == 0
        return terminal.shown.splitlines()


@pytest.mark.parametrize("command", [("models",), ("tasks",), ("tasks", "--who"), ("keys",), ("runs",)])
def test_a_table_on_a_terminal_is_as_wide_as_it_is(hgtui: Program, command: tuple[str, ...]) -> None:
    hgtui.run("run", REQUEST, "--yes")
    lines = on_a_terminal(hgtui, *command)
    assert len(lines) > 1
    assert max(map(len, lines)) <= NARROW, [line for line in lines if len(line) > NARROW]
    piped = hgtui.run(*command).out
    assert "…" not in piped or command == ("runs",)
    assert max(map(len, piped.splitlines())) > max(map(len, lines)) or command == ("keys",)


def test_what_a_person_copies_is_never_cut(hgtui: Program) -> None:
    hgtui.run("run", REQUEST)
    (row,) = hgtui.run("runs", "--json").json
    assert row["id"] in "\n".join(on_a_terminal(hgtui, "runs", columns=40))
    names = [one["name"] for rows in hgtui.run("models", "--json").json.values() for one in rows]
    shown = "\n".join(on_a_terminal(hgtui, "models", columns=40))
    assert [name for name in names if name not in shown] == []


def test_the_plan_at_a_gate_is_as_wide_as_the_terminal(hgtui: Program) -> None:
    with Terminal(hgtui, "run", REQUEST, screen=True, columns=NARROW) as terminal:
        shown = terminal.until("fingerprint")
        terminal.press("n")
    assert "embedded:py3langid" in shown
    lines = shown.partition("#  task")[2].partition("\n\n")[0].splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= NARROW
    assert re.search(r"^0 +text-classification", shown, re.M)


def test_a_plan_goes_whole_into_a_pipe(hgtui: Program) -> None:
    text = "word " * 9
    (hgtui.folder / "plan.json").write_text(
        json.dumps([{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": text, "language": "en"}}])
    )
    assert f"text={text.strip()} language=en" in hgtui.run("run", "--plan", "plan.json").err


def test_the_widest_column_of_words_is_cut_first_and_the_others_stay() -> None:
    rows = [("run", "words"), ("abc-1", "x " * 30), ("abc-2", "short")]
    assert fitted(rows, 20, floor=8).splitlines() == ["run    words", "abc-1  x x x x x x …", "abc-2  short"]


def test_where_even_names_do_not_fit_the_rest_of_a_row_goes_below_its_name() -> None:
    rows = [("model", "what it is"), ("embedded:a-rather-long-name", "It speaks aloud and clear")]
    assert fitted(rows, 24).splitlines() == [
        "model",
        "  what it is",
        "embedded:a-rather-long-name",
        "  It speaks aloud and c…",
    ]


def test_what_fits_stays_as_it_is() -> None:
    rows = [("a", "b"), ("one", "two")]
    assert fitted(rows, 80) == fitted(rows, None) == "a    b\none  two"
