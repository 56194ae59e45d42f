"""The scanner gives each task as soon as its brace closes, wherever the stream is cut, and says where it went wrong."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hgtui.planning.stream import MOST_TASK, ScanError, TaskScanner

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TASKS = st.lists(st.dictionaries(st.text(), JSON, max_size=5), max_size=5)


def scan(pieces: list[str]) -> tuple[list[dict[str, Any]], TaskScanner]:
    scanner = TaskScanner()
    found = [task for piece in pieces for task in scanner.feed(piece)]
    return found, scanner


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places})
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(TASKS, st.booleans(), st.booleans(), st.sampled_from([None, 2]), st.lists(st.integers(min_value=0), max_size=30))
@example([{"a": '\\"]}{["'}], True, False, None, list(range(40)))
def test_any_cutting_gives_what_the_whole_gives(
    tasks: list[dict[str, Any]], wrapped: bool, ascii_only: bool, indent: int | None, places: list[int]
) -> None:
    text = json.dumps({"tasks": tasks} if wrapped else tasks, ensure_ascii=ascii_only, indent=indent)
    whole = json.loads(text)
    expected = whole["tasks"] if wrapped else whole
    for pieces in (cut(text, places), [text], list(text)):
        found, scanner = scan(pieces)
        assert found == expected
        assert scanner.complete
        assert scanner.finish() == ""
        scanner.check()


def test_a_task_is_given_with_the_piece_that_closes_it_and_not_later() -> None:
    scanner = TaskScanner()
    assert scanner.feed('[{"task": "summarization", "args": {"text": "a}]') == []
    assert scanner.feed('"}') == []
    assert scanner.feed("}") == [{"task": "summarization", "args": {"text": "a}]"}}]
    assert scanner.feed(', {"id": 1}, {"id"') == [{"id": 1}]
    assert not scanner.complete
    assert scanner.finish() == '{"id"'


@given(TASKS.filter(bool), st.integers(min_value=0))
def test_a_reply_that_is_cut_short_gives_its_whole_tasks_and_is_not_complete(tasks: list[Any], place: int) -> None:
    text = json.dumps(tasks)
    found, scanner = scan([text[: place % len(text)]])
    assert found == tasks[: len(found)]
    with pytest.raises(ScanError):
        scanner.check()


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("Sure! [{}]", 1, 1, "a list of tasks was expected, not “S”"),
        ("```json\n[]\n```", 1, 1, "not “`”"),
        ("[] and more", 1, 4, "nothing more was expected"),
        ("[]\n[]", 2, 1, "nothing more was expected"),
        ("[\n {},\n 5]", 3, 2, "a task was expected, not “5”"),
        ("[{},]", 1, 5, "a task was expected"),
        ("[{} {}]", 1, 5, "a comma or the end"),
        ('["a"]', 1, 2, "a task or the end"),
        ('[\n{"a": 1,\n "b": nul}]', 3, 7, "no JSON"),
        ('  [{"a" 1}]', 1, 9, "no JSON"),
        ('[{"a": NaN}]', 1, 11, "NaN"),
        ("[{]}", 1, 3, "closes what it did not open"),
        ('{"plan": []}', 1, 3, "“tasks” and nothing else"),
        ('{"task": "x"}', 1, 7, "“tasks” and nothing else"),
        ('{"tasks": {}}', 1, 11, "a list of tasks"),
        ('{"tasks": [], "why": 1}', 1, 13, "the end of the object"),
        ('"text"', 1, 1, "a list of tasks"),
        ("[{" + '"a":[' * 300, 1, 1002, "nested too deeply"),
        ('[{"a": ' + "9" * 5000 + "}]", 1, 5008, "no JSON"),
    ],
)
def test_anything_else_is_an_error_that_says_where(text: str, line: int, column: int, words: str) -> None:
    for pieces in ([text], list(text)):
        with pytest.raises(ScanError) as caught:
            scan(pieces)
        assert words in str(caught.value)
        assert (caught.value.line, caught.value.column) == (line, column)


def test_the_column_of_a_mistake_is_exact() -> None:
    with pytest.raises(ScanError) as caught:
        scan(['[\n{"a": 1,\n "b": nul}]'])
    assert (caught.value.line, caught.value.column) == (3, 7)
    with pytest.raises(ScanError) as caught:
        scan(["[{},\n\n  7"])
    assert (caught.value.line, caught.value.column) == (3, 3)


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), (" \n", "empty"), ("[", "ends before"), ('{"tasks": []', "ends")]
)
def test_a_list_that_is_never_closed_is_an_error_at_the_end(text: str, words: str) -> None:
    _, scanner = scan([text])
    with pytest.raises(ScanError, match=words):
        scanner.check()


def test_a_task_without_end_is_given_up() -> None:
    scanner = TaskScanner()
    scanner.feed('[{"text": "')
    with pytest.raises(ScanError, match="longer than"):
        for _ in range(MOST_TASK // 1_000 + 1):
            scanner.feed("x" * 1_000)


@given(st.text())
def test_no_text_makes_it_raise_anything_else(text: str) -> None:
    scanner = TaskScanner()
    try:
        scanner.feed(text)
        scanner.check()
    except ScanError as error:
        assert error.line >= 1
        assert error.column >= 1
