"""Secrets are taken out of texts, and the words of a text stay what they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.core.hiding import hidden

KEY = "sk-very-secret-0123456789"


@pytest.mark.parametrize("key", ["x", "none", "sk-1", "EMPTY", "lm-studio", "e"])
def test_a_dummy_for_a_key_leaves_ordinary_text_alone(key: str) -> None:
    text = f"0 image-to-text, summarization text (the next: {key}), none of sk-12, EMPTY, lm-studio. Write a key: {key}"
    assert hidden(text, (key,), "[key]") == text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}",
        '{{"headers": {{"authorization": "Bearer {}"}}}}',
        '{{"api_key": "{}"}}',
        "Incorrect API key provided: {}.",
        "x-api-key: {}",
        "https://a.example/v1?api_key={}&page=2",
        "http://me:{}@127.0.0.1:8000/v1",
    ],
)
@pytest.mark.parametrize("key", ["x", "none", "sk-1", "lm-studio", KEY])
def test_a_key_is_taken_out_where_a_key_stands(text: str, key: str) -> None:
    assert hidden(text.format(key), (key,), "[key]") == text.format("[key]")


@settings(max_examples=40)
@given(st.text(max_size=20), st.text(max_size=20))
def test_a_real_key_is_taken_out_everywhere(before: str, after: str) -> None:
    assert hidden(before + KEY + after, ("x", KEY), "[key]") == f"{before}[key]{after}"


def test_of_two_keys_that_begin_alike_nothing_is_left() -> None:
    assert hidden("sk-12345678-tail", ("sk-12345678", "sk-12345678-tail"), "[key]") == "[key]"
