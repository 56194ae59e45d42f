"""What is printed of an answer can be copied as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.text import clean
from hgtui.response.checking import HEADS
from hgtui.response.plain import plain
from hgtui.response.report import literal

URL = "https://example.org/a_b/model_name?x=1&y=~2#part"


@given(st.text())
def test_what_was_made_literal_comes_back_as_it_was(text: str) -> None:
    assert plain(literal(clean(text)), by_program=True) == clean(text)


@pytest.mark.parametrize("text", ["Set HF_TOKEN.", f"See {URL}", "a*b [1] <x> `y`", "1. first\n- second", r"C:\_x"])
def test_the_report_of_the_program_is_printed_without_escapes(text: str) -> None:
    assert plain(f"**0 summarization**\n\n> {literal(text)}", by_program=True).endswith(text)


@pytest.mark.parametrize("path", [r"a\_b\*.txt", r"out\[1].png"])
def test_a_path_in_code_keeps_its_backslashes(path: str) -> None:
    assert plain(f"File: `{path}`", by_program=True) == f"File: `{path}`"
    assert plain(f"```\n{path}\n```\nand HF\\_TOKEN", by_program=True) == f"```\n{path}\n```\nand HF_TOKEN"


def test_names_and_addresses_of_an_llm_lose_their_escapes_and_formulas_keep_theirs() -> None:
    said = r"Set HF\_TOKEN as in `a\_b`, see https://example.org/model\_name\#x: \(a \le b\) \[c\]"
    wanted = r"Set HF_TOKEN as in `a\_b`, see https://example.org/model_name#x: \(a \le b\) \[c\]"
    assert plain(said, by_program=False) == wanted


@pytest.mark.parametrize("head", HEADS)
def test_what_the_program_lists_below_an_answer_is_printed_without_escapes(head: str) -> None:
    text = f"Done \\(x\\).\n\n{head}\n\n- {literal(f'Set HF_TOKEN [here]: {URL}')}"
    assert plain(text, by_program=False) == f"Done \\(x\\).\n\n{head}\n\n- Set HF_TOKEN [here]: {URL}"
