"""A program for each test."""

from pathlib import Path

import pytest

from tests.cli.program import Program


@pytest.fixture
def hgtui(tmp_path: Path, own_folders: Path) -> Program:
    """hgtui in an empty working folder, with a data folder that is not there yet."""
    work = tmp_path / "work"
    work.mkdir()
    return Program(work, own_folders / "data")
