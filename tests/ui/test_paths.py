"""Paths at the prompt: the one that is being written, how it is written so that the planner finds it, what was dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.planning.rules.mentions import mentioned
from hgtui.ui.paths import Dropped, Word, dropped, opened, word_at, written

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"], exclude_characters="/"),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", None),
        ("read ", None),
        ("read ./pa", Word(5, "./pa")),
        ("~/", Word(0, "~/")),
        ("see (pict/a", Word(5, "pict/a")),
        ('read "my fi', Word(5, "my fi", '"')),
        ("read 'my fi", Word(5, "my fi", "'")),
        ('read "a b.png" and c', Word(19, "c")),
        (r"read my\ fi", Word(5, "my fi")),
        ("don't sto", Word(6, "sto")),
        ('say "', Word(4, "", '"')),
    ],
)
def test_the_word_before_the_cursor_is_the_path_that_is_written(line: str, word: Word | None) -> None:
    assert word_at(line) == word


def test_a_path_has_a_folder_and_a_beginning() -> None:
    word = Word(0, "~/pictures/cat")
    assert (word.folder, word.beginning, word.is_path) == ("~/pictures/", "cat", True)
    assert (Word(0, "cat").folder, Word(0, "cat").is_path) == ("", False)
    assert not Word(0, "https://example.com").is_path


@pytest.mark.parametrize(
    "path", ["page.png", "my page.png", "it's here.txt", 'a "b" c.pdf', "(1).png", "/tmp/x y/ä.wav", "a,b.csv"]
)
def test_a_path_is_written_so_that_the_planner_finds_it(path: str) -> None:
    assert mentioned(f"read {written(path)} and sum it up") == (path,)


@given(NAMES.map(lambda name: f"{name}.png"))
def test_any_name_is_found_again_or_holds_every_quotation_mark(name: str) -> None:
    found = mentioned(f"read {written(name)} now")
    # A name may hold what no quotation can: a sentence's end, an address, the marks themselves.
    if name == name.strip() and all(char.isalnum() or char in " _-()" for char in name) and " " not in name[:1]:
        assert found == (name,)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8), st.sampled_from(["", " "]))
def test_what_is_written_for_a_folder_goes_on_as_the_same_path(name: str, blank: str) -> None:
    path = f"{name}{blank}x/"
    assert word_at(f"read {opened(path, '')}fi") == Word(5, f"{path}fi", '"' if blank else "")


@pytest.mark.parametrize(
    ("paste", "paths"),
    [
        ("file:///home/me/my%20cat.png", [Dropped("/home/me/my cat.png", True)]),
        ("file://localhost/a.png\r\nfile:///b.png\r\n", [Dropped("/a.png", True), Dropped("/b.png", True)]),
        ("'/home/me/my cat.png' ", [Dropped("/home/me/my cat.png", True)]),
        ('"/home/me/my cat.png"', [Dropped("/home/me/my cat.png", True)]),
        (r"/home/me/my\ cat.png /b.wav", [Dropped("/home/me/my cat.png", True), Dropped("/b.wav", True)]),
        ("/home/me/my cat.png", [Dropped("/home/me/my cat.png", False)]),
        ("~/cat.png", [Dropped("~/cat.png", True)]),
        ("file://elsewhere/a.png", []),
        ("file:///%FF.png", []),
        ("file:///a%1b[31m.png", []),
        ("read /home/me/cat.png", []),
        ("What is this?", []),
        ("", []),
        ("\n\n", []),
        ("'/unclosed", []),
    ],
)
def test_what_a_terminal_makes_of_dropped_files_is_read(paste: str, paths: list[Dropped]) -> None:
    assert list(dropped(paste)) == paths
