"""The model that was chosen for a server is kept for its owner alone, and no damage to the file is fatal."""

import json
from pathlib import Path

import pytest

from hgtui.config import ConfigError
from hgtui.llm.remembered import FILE, forget_model, remember_model, remembered_model

URL = "http://127.0.0.1:11434/v1"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HGTUI_DATA_DIR": str(tmp_path / "data")}


def file_of(environ: dict[str, str]) -> Path:
    return Path(environ["HGTUI_DATA_DIR"], FILE)


def test_what_was_never_chosen_is_not_remembered_and_nothing_is_made(environ: dict[str, str]) -> None:
    assert remembered_model(environ, URL) is None
    forget_model(environ, URL)
    assert not file_of(environ).parent.exists()


def test_a_choice_is_kept_for_each_server_until_it_is_changed_or_forgotten(environ: dict[str, str]) -> None:
    remember_model(environ, URL, "org/nämé:7b")
    remember_model(environ, "https://other/v1", "b")
    remember_model(environ, URL + "/", "c")
    assert remembered_model(environ, URL) == "c"
    forget_model(environ, URL)
    assert (remembered_model(environ, URL), remembered_model(environ, "https://other/v1")) == (None, "b")


def test_only_its_owner_can_read_it_and_nothing_else_is_left_behind(environ: dict[str, str]) -> None:
    remember_model(environ, URL, "a")
    path = file_of(environ)
    path.chmod(0o644)
    remember_model(environ, URL, "b")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [found.name for found in path.parent.iterdir()] == [FILE]


def test_a_password_in_the_address_is_not_written(environ: dict[str, str]) -> None:
    remember_model(environ, "https://me:secret@host/v1", "m")
    assert "secret" not in file_of(environ).read_text("utf-8")
    assert remembered_model(environ, "https://host/v1") == "m"


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b'{"models": []}',
        b'{"models": {"http://127.0.0.1:11434/v1": 3}}',
        json.dumps({"models": {URL: "\x1b[31m"}}).encode(),
        json.dumps({"models": {URL: "x" * 1000}}).encode(),
    ],
)
def test_a_damaged_file_holds_nothing_and_the_next_choice_mends_it(damage: bytes, environ: dict[str, str]) -> None:
    path = file_of(environ)
    path.parent.mkdir()
    path.write_bytes(damage)
    assert remembered_model(environ, URL) is None
    remember_model(environ, URL, "m")
    assert remembered_model(environ, URL) == "m"


def test_what_is_no_name_is_not_kept(environ: dict[str, str]) -> None:
    for name in ("", " ", "a\x1b", "x" * 1000):
        with pytest.raises(ConfigError):
            remember_model(environ, URL, name)


def test_a_folder_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be written"):
        remember_model({"HGTUI_DATA_DIR": str(tmp_path / "file" / "data")}, URL, "m")
