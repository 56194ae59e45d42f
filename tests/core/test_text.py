"""The one door through which foreign text enters."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.text import clean, one_line, plural
from tests.core import strategies as own

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def unsafe(char: str) -> bool:
    control = unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} and char not in "\n\t"
    return control or unicodedata.bidirectional(char) in BIDI or char in "\u200e\u200f\u061c\ufeff"


@given(own.foreign)
def test_nothing_that_a_terminal_acts_on_is_let_through(text: str) -> None:
    cleaned = clean(text)
    assert not [char for char in cleaned if unsafe(char)]
    cleaned.encode()


def test_every_control_bidi_and_surrogate_character_there_is_is_taken_out() -> None:
    left = {chr(code) for code in range(0x110000) if unsafe(chr(code)) and unsafe(clean("a" + chr(code))[-1])}
    assert left == set()


@given(own.foreign)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)


@given(st.lists(own.foreign, max_size=5))
def test_pieces_let_through_no_more_than_the_whole(pieces: list[str]) -> None:
    apart, whole = "".join(clean(piece) for piece in pieces), clean("".join(pieces))
    # A line end that is split over two pieces becomes two: harmless, and no piece can know it.
    assert apart.replace("\n", "") == whole.replace("\n", "")
    assert not [char for char in apart if unsafe(char)]


@given(own.foreign, st.integers(1, 50))
def test_a_limit_is_kept_and_idempotent(text: str, limit: int) -> None:
    cut = clean(text, limit)
    assert len(cut) <= limit
    assert clean(cut, limit) == cut
    assert cut == clean(text) or cut.endswith("…")


def test_line_ends_become_newlines_and_escape_sequences_lose_their_power() -> None:
    assert clean("a\r\nb\rc\td") == "a\nb\nc\td"
    assert clean("\x1b]52;c;aGk=\x07\x1b[2Jx\x9b31m") == "]52;c;aGk=[2Jx31m"
    assert clean("[@click=app.quit]link[/] ünïcödé 漢字 🦜") == "[@click=app.quit]link[/] ünïcödé 漢字 🦜"


def test_one_line_folds_white_space_and_numbers_get_their_plural() -> None:
    assert one_line(" a\r\n\tb  c ", 4) == "a b…"
    assert (plural(1, "task"), plural(0, "task"), plural(2, "task")) == ("1 task", "0 tasks", "2 tasks")
