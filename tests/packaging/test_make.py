"""`make run` on a fresh checkout: set up once, mended when the making was cut short, and quick ever after."""

import os
import pty
import select
import signal
import subprocess
import termios
from pathlib import Path

import pytest

from hgtui import samples
from tests.packaging.environments import CHECKOUT, PYTHON, copy_checkout, lent_packages, offline, run

SCREEN = b"\x1b[?1049h"
"""What a program writes to take the whole screen (xterm's alternate screen)."""
CTRL_Q = b"\x11"
PATIENCE = 60
"""Seconds without a byte after which a terminal is given up."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a person whose pip finds all that hgtui needs in place and reaches no index."""
    folder = tmp_path_factory.mktemp("make")
    kept = offline(lent_packages(folder / "packages"))
    kept |= {"HGTUI_DATA_DIR": str(folder / "data"), "HGTUI_CONFIG": str(folder / "config.toml")}
    return kept | {"PYTHON": str(PYTHON), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]) -> Path:
    """A checkout in which `make run` has been run once."""
    folder = copy_checkout(tmp_path_factory.mktemp("fresh") / "hgtui")
    done = run(["make", "run"], cwd=folder, env=settings)
    (folder / "answer").write_text(done.stdout, encoding="utf-8")
    return folder


def spawned(command: list[str], cwd: Path, env: dict[str, str]) -> int:
    """Run `command` on a terminal of 120x36, leave the workbench with ctrl+q once it shows, return the exit status."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (36, 120))
    with subprocess.Popen(
        command, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as it:
        os.close(theirs)
        seen, left = b"", False
        try:
            while select.select([ours], [], [], PATIENCE)[0] and (part := read(ours)):
                seen += part
                if not left and SCREEN in seen and b"hgtui" in seen.partition(SCREEN)[2]:
                    os.write(ours, CTRL_Q)
                    left = True
            assert left, seen.decode(errors="replace")
            return it.wait(PATIENCE)
        finally:
            if it.poll() is None:
                os.killpg(it.pid, signal.SIGKILL)
            os.close(ours)


def read(terminal: int) -> bytes:
    """Read what is there; b"" at the end, which Linux reports as EIO on a terminal."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def ready(checkout: Path) -> list[str]:
    return sorted(path.name for path in (checkout / ".venv").glob(".hgtui-*"))


def test_without_a_terminal_it_answers_the_example_request(checkout: Path) -> None:
    answer = (checkout / "answer").read_text(encoding="utf-8")
    assert "Dutch" in answer
    sentences = (samples.folder() / "notes.txt").read_text(encoding="utf-8").strip().split(". ")
    assert sum(sentence.rstrip(".") in answer for sentence in sentences) >= 2


def test_on_a_terminal_it_opens_the_workbench(checkout: Path, settings: dict[str, str]) -> None:
    assert spawned(["make", "run"], checkout, settings) == 0


def test_the_answer_alone_goes_to_standard_output(checkout: Path) -> None:
    answer = (checkout / "answer").read_text(encoding="utf-8")
    assert "Installing" not in answer
    assert "pip" not in answer


def test_its_own_code_is_compiled_even_where_python_is_told_not_to_write(checkout: Path) -> None:
    assert list((checkout / "hgtui" / "__pycache__").glob("__main__.*.pyc"))


def test_a_second_start_calls_no_installer(checkout: Path, settings: dict[str, str]) -> None:
    (pip,) = (checkout / ".venv" / "lib").glob("python*/site-packages/pip")
    os.utime(checkout / "pyproject.toml")
    pip.rename(pip.with_name("hidden"))
    try:
        done = run(["make", "run"], cwd=checkout, env=settings)
    finally:
        pip.with_name("hidden").rename(pip)
    assert "Dutch" in done.stdout


def test_a_changed_pyproject_is_installed_again(checkout: Path, settings: dict[str, str]) -> None:
    before = ready(checkout)
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    install(checkout, settings)
    assert ready(checkout) != before
    assert len(ready(checkout)) == len(before)


def test_an_environment_whose_making_was_killed_is_made_anew(checkout: Path, settings: dict[str, str]) -> None:
    before = ready(checkout)
    left = checkout / ".venv" / "half"
    left.touch()
    for mark in before:
        (checkout / ".venv" / mark).unlink()
    # A Python that kills the one who called it stands for a power cut in the middle of the installation.
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text("#!/bin/sh\nkill -KILL $PPID\n", encoding="utf-8")
    python.chmod(0o755)
    killed = install(checkout, settings, expect=-signal.SIGKILL)
    assert not any(mark.startswith(".hgtui-run") for mark in ready(checkout))
    assert killed == -signal.SIGKILL
    install(checkout, settings)
    assert ready(checkout) == before
    assert not left.exists()


def test_a_folder_that_is_no_environment_is_left_alone(
    checkout: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    mine = tmp_path / "letters"
    mine.mkdir()
    (mine / "letter.txt").write_text("Dear all", encoding="utf-8")
    for target in ("run", "clean"):
        done = subprocess.run(
            ["make", target, f"VENV={mine}"], cwd=checkout, env=settings, capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert "is no virtual environment" in done.stderr
    assert (mine / "letter.txt").read_text(encoding="utf-8") == "Dear all"


def test_a_python_that_is_not_there_is_named(checkout: Path, settings: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "run", "PYTHON=python0.1", f"VENV={tmp_path / 'env'}"],
        cwd=checkout,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "python0.1 cannot be used. Choose another Python" in done.stderr


def install(checkout: Path, settings: dict[str, str], expect: int = 0) -> int:
    """Do what `make run` does before it starts hgtui; return the exit status."""
    done = subprocess.run(
        ["sh", ".ci/environment", ".venv", str(PYTHON), "run", ".[embedded,speech]"],
        cwd=checkout,
        env={name: value for name, value in settings.items() if name != "PYTHONDONTWRITEBYTECODE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done.returncode


def test_the_ci_run_and_the_makefile_are_sound_shell() -> None:
    run(["bash", "-n", CHECKOUT / ".ci" / "run"])
    run(["sh", "-n", CHECKOUT / ".ci" / "environment"])
    run(["make", "-n", "test"], cwd=CHECKOUT)
