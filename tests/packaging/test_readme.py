"""The README says what is true: its tested commands run as they stand, and what it names exists."""

import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hgtui.cli import starts
from hgtui.execution.endpoints.embedded import cards
from tests.packaging.environments import CHECKOUT, PYTHON

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
TESTED = re.findall(r"<!-- tested -->\n```console\n(.*?)```", README, re.DOTALL)
SHOWN = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def session(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines that the README shows of its output."""
    steps: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line.removeprefix("$ "), []))
        else:
            steps[-1][1].append(line)
    return steps


@pytest.mark.parametrize("block", TESTED)
def test_the_tested_commands_run_as_they_stand_and_print_what_is_shown(block: str, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "hgtui" / "samples", tmp_path / "hgtui" / "samples")
    env = os.environ | {"PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"}
    for command, shown in session(block):
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert [line for line in shown if line not in done.stdout.splitlines()] == [], done.stdout


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"run", "test"} <= set(re.findall(r"\bmake ([a-z]+)", "".join(SHOWN))) <= targets


def table(last: str) -> list[list[str]]:
    """The cells of the README's table whose last column has that head, without the head."""
    lines = README.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|") and line.endswith(f"| {last} |"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip(" `") for cell in row.split("|")[1:-1]] for row in rows]


def test_every_engine_stands_in_the_table_with_its_extra_and_licence() -> None:
    said = {(row[1], row[3], row[4]) for row in table("licence of the engine")}
    true = {(task, card.extra or "always there", card.licence) for card in cards.CARDS for task in card.tasks}
    assert said == true


def test_every_task_type_stands_in_the_table_of_who_runs_it_from_each_start() -> None:
    said = [(task, *row[1:]) for row in table(starts.TITLES["vllm"]) for task in row[0].split(", ")]
    assert sorted(said) == sorted(starts.rows()[1:])
