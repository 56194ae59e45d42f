"""The program changes one setting in the file, and every other byte stays as it is."""

import stat
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.config import TEMPLATE, ConfigError, keep_theme, load, write_template


def test_a_file_is_made_where_there_is_none_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "not" / "there" / "config.toml"
    keep_theme(path, "light")
    assert load(path).theme == "light"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "light"\n'),
        ('theme = "dark"  # mine\n[keys]\n', 'theme = "light"\n[keys]\n'),
        ('gates = "none"\r\ntheme="dark"\r\n', 'gates = "none"\r\ntheme = "light"\r\n'),
        ('[keys]\napprove = "w"\n', 'theme = "light"\n[keys]\napprove = "w"\n'),
        ('x = 1\n[profiles.theme]\ntheme = "dark"\n', 'theme = "light"\nx = 1\n[profiles.theme]\ntheme = "dark"\n'),
    ],
)
def test_only_its_line_is_changed(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(before.encode())
    keep_theme(path, "light")
    assert path.read_bytes().decode() == after


def test_in_the_annotated_file_the_line_takes_the_place_of_its_proposal(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(TEMPLATE)
    keep_theme(path, "ansi-dark")
    assert path.read_text() == TEMPLATE.replace('# theme = "dark"', 'theme = "ansi-dark"')
    keep_theme(path, "dark")
    assert path.read_text() == TEMPLATE.replace('# theme = "dark"', 'theme = "dark"')


def test_a_file_of_colours_alone_becomes_the_annotated_one_and_one_of_a_person_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    keep_theme(path, "light")
    write_template(path)
    assert path.read_text() == TEMPLATE.replace('# theme = "dark"', 'theme = "light"')
    for text in (path.read_text(), 'theme = "dark"\nbell = false\n', "# mine\n"):
        path.write_text(text)
        with pytest.raises(ConfigError, match="There is a configuration already"):
            write_template(path)
        assert path.read_text() == text


LINES = st.sampled_from(
    [
        "a = 1",
        "[b]",
        "theme = 'x'",
        "# theme = 1",
        't = """',
        '"""',
        "theme = [",
        "]",
        "[[c]]",
        "theme.x = 1",
        "  theme = 2 # y",
        "",
    ]
)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_whatever_else_is_in_the_file_stays_or_nothing_is_written(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.toml")
        path.write_text(text)
        try:
            keep_theme(path, "light")
        except ConfigError:
            assert path.read_text() == text
        else:
            assert tomllib.loads(path.read_text()) == {**tomllib.loads(text), "theme": "light"}


def test_a_link_stays_a_link_and_the_file_keeps_its_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_text("")
    real.chmod(0o640)
    link.symlink_to(real)
    keep_theme(link, "light")
    assert link.is_symlink()
    assert load(real).theme == "light"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_file_that_is_not_right_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("nonsense = [")
    with pytest.raises(ConfigError, match="not right TOML"):
        keep_theme(path, "light")
    assert path.read_text() == "nonsense = ["
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be"):
        keep_theme(tmp_path / "file" / "config.toml", "light")
