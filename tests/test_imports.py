"""What an import brings with it, seen in a fresh process: a static graph of imports cannot see a deferred one."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hgtui

PACKAGE = Path(hgtui.__file__).parent
TESTS = Path(__file__).parent

ENGINES = {
    "rapidocr",
    "onnxruntime",
    "cv2",
    "vaderSentiment",
    "py3langid",
    "pypdfium2",
    "espeakng_loader",
    "PIL",
    "numpy",
}
SCREEN = {"textual", "rich", "rich_pixels"}
COMMANDS = {"typer", "click"}
CLIENTS = {"openai", "huggingface_hub", "httpx", "httpx2"}
STAGE = ENGINES | SCREEN | COMMANDS | {"openai", "huggingface_hub"}
BARRED = {
    "hgtui": ENGINES | SCREEN | COMMANDS | CLIENTS | {"networkx", "pydantic"},
    "hgtui.__main__": ENGINES | SCREEN | COMMANDS | CLIENTS | {"networkx", "pydantic", "asyncio"},
    "hgtui.paths": ENGINES | SCREEN | COMMANDS | CLIENTS | {"networkx", "pydantic"},
    "hgtui.samples": ENGINES | SCREEN | COMMANDS | CLIENTS | {"networkx", "pydantic"},
    "hgtui.core": ENGINES | SCREEN | COMMANDS | CLIENTS | {"networkx", "asyncio", "sqlite3"},
    "hgtui.config": ENGINES | SCREEN | COMMANDS | CLIENTS | {"networkx"},
    "hgtui.llm": ENGINES | SCREEN | COMMANDS | {"huggingface_hub", "openai"},
    "hgtui.hub": ENGINES | SCREEN | COMMANDS | {"openai", "huggingface_hub", "markdown_it", "networkx"},
    "hgtui.hub.client": ENGINES | SCREEN | COMMANDS | CLIENTS | {"markdown_it", "networkx"},
    "hgtui.planning": STAGE,
    "hgtui.selection": STAGE,
    "hgtui.execution": STAGE,
    "hgtui.response": STAGE,
    "hgtui.session": STAGE,
    "hgtui.cli": ENGINES | {"textual", "openai", "huggingface_hub", "networkx"},
    "hgtui.cli.workbench": ENGINES | SCREEN | COMMANDS | CLIENTS | {"networkx"},
    "hgtui.ui": ENGINES - {"PIL", "numpy"} | COMMANDS | {"openai", "huggingface_hub", "networkx"},
}
"""For each room what importing all of its modules must not bring: it costs time, or belongs to another room."""


def modules(room: str) -> list[str]:
    """Every module of `room`, by its dotted name; [] where the room does not exist yet."""
    place = PACKAGE.joinpath(*room.split(".")[1:])
    if place.with_suffix(".py").is_file():
        return [room]
    if room == "hgtui":
        return [room]
    names = [path.relative_to(PACKAGE.parent).with_suffix("") for path in sorted(place.rglob("*.py"))]
    return [".".join(name.parts).removesuffix(".__init__") for name in names if name.name != "__main__"]


def brought_by(names: list[str], cwd: Path) -> set[str]:
    """The top-level modules that a fresh process holds after importing `names`."""
    code = f"import importlib, json, sys\nfor n in {names!r}: importlib.import_module(n)\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize("room", [room for room in BARRED if modules(room)])
def test_a_room_brings_in_nothing_that_is_not_its_own(room: str, tmp_path: Path) -> None:
    assert brought_by(modules(room), tmp_path) & BARRED[room] == set()


def test_every_room_is_looked_at() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
    assert {f"hgtui.{room}" for room in rooms - {"__init__"}} <= set(BARRED)


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for top in (PACKAGE, TESTS) for path in top.rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in PACKAGE.rglob("*.py") if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("core/plan.py", "import hgtui.execution", "Imports go down the house"),
        ("execution/__init__.py", "import textual", "Only the ui imports Textual"),
        ("core/__init__.py", "import openai", "Only llm imports openai"),
        ("execution/__init__.py", "def f() -> None:\n    import cv2", "Only the embedded engines import engines"),
        ("core/__init__.py", "import sqlite3", "The core knows pydantic"),
        ("cellar.py", '"""A room that the house does not know."""', "Imports go down the house"),
    ],
)
def test_the_contracts_notice_an_import_that_goes_astray(module: str, line: str, contract: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "hgtui", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PACKAGE.parent / "pyproject.toml", tmp_path)
    with (tmp_path / "hgtui" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    broken = [row for row in found.stdout.splitlines() if row.endswith("BROKEN") or " BROKEN " in row]
    assert found.returncode == 1, found.stdout
    assert any(row.startswith(contract) for row in broken), found.stdout
