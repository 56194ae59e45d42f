"""The scanner that finds JSON objects in a stream."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.llm.scan import MOST_HELD, MOST_OPEN, ObjectScanner

ROWS = [{"task": 1, "model": 'a "{[', "x": {"y": [1, {"z": 2}]}}, {"task": 2, "model": "ü\\", "n": None}]


def row(value: dict[str, Any]) -> bool:
    return "task" in value


def found(text: str, cuts: list[int] | None = None) -> list[dict[str, Any]]:
    scanner = ObjectScanner(row)
    places = [0, *sorted(cuts or []), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    values = []
    for piece in pieces:
        for one in scanner.feed(piece):
            assert json.loads(text[one.start : one.end]) == one.value
            values.append(one.value)
    return values


TEXTS = [
    json.dumps(ROWS),
    json.dumps({"tasks": ROWS}),
    "Sure {here} it is, “it's [so]:\n```json\n" + json.dumps(ROWS, indent=2) + "\n```\n} done ]",
    "\n".join(json.dumps(one) for one in ROWS),
    json.dumps({"a": {"b": [[ROWS[0]], {"c": ROWS[1]}]}}),
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_objects_are_found_whatever_is_around_them(text: str) -> None:
    assert found(text) == ROWS


@given(st.sampled_from(TEXTS), st.lists(st.integers(0, 400)))
def test_what_is_found_does_not_depend_on_the_cuts(text: str, cuts: list[int]) -> None:
    assert found(text, [min(cut, len(text)) for cut in cuts]) == ROWS


def test_an_object_is_found_with_its_last_brace() -> None:
    scanner, text = ObjectScanner(row), json.dumps(ROWS)
    first = 1 + len(json.dumps(ROWS[0]))
    assert scanner.feed(text[: first - 1]) == []
    assert [one.value for one in scanner.feed(text[first - 1 : first])] == ROWS[:1]
    assert scanner.open and scanner.rest == ""


def test_what_is_not_complete_is_told() -> None:
    scanner = ObjectScanner(row)
    assert len(scanner.feed('[{"task": 1}, {"task": 2, "mo')) == 1
    assert scanner.open and scanner.rest == '{"task": 2, "mo'


def test_a_broken_object_does_not_hide_the_next() -> None:
    assert found('[{"task": 1, oops}, {"task": [}, {"task": 2}]') == [{"task": 2}]


@given(st.text(alphabet='{}[]":\\, atsk1'))
def test_no_text_is_too_strange(text: str) -> None:
    found(text, [len(text) // 2])


def test_what_is_very_long_or_very_deep_is_passed_over() -> None:
    scanner = ObjectScanner(row)
    assert scanner.feed('{"task": "' + "x" * MOST_HELD + '"') == []
    assert scanner.rest == ""
    assert [one.value for one in scanner.feed('} {"task": 3}')] == [{"task": 3}]
    assert found("[" * 10 * MOST_OPEN + '{"task": 4}' + "}" * 10) in ([], [{"task": 4}])
