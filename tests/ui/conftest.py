"""What several tests of the screen need."""

from pathlib import Path

import pytest

from tests.cli.program import Program


@pytest.fixture
def hgtui(tmp_path: Path, own_folders: Path) -> Program:
    """The program in a working folder of its own."""
    work = tmp_path / "work"
    work.mkdir()
    return Program(work, own_folders / "data")
