"""A reply is read whatever stands around its plan; what is broken is repaired, what is cut off is said, nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hgtui.core.planfile import write_plan
from hgtui.core.reading import PlanError, read_plan
from hgtui.planning.reader import ReplyError, read_reply
from tests.core.strategies import plans
from tests.planning.shown import lines

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "replies.jsonl").read_text(encoding="utf-8").splitlines()
]
PAGE = {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "page.png"}}


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_a_reply_is_read_to_its_plan_and_says_how(case: dict[str, Any]) -> None:
    read = read_reply(case["raw"])
    assert lines(read.plan) == case["lines"]
    assert read.how == case["how"]
    assert list(read.dropped) == case["dropped"]


@pytest.mark.parametrize(
    ("reply", "line", "column", "words"),
    [
        ("I cannot do that.", 1, 1, "begins with “I cannot do that.”"),
        ("", 1, 1, "empty"),
        ("<think>let me see", 1, 1, "only reasoning"),
        ('Well:\n  {"answer": 42}', 2, 3, "a list of tasks was expected"),
        ("[1, 2]", 1, 1, "none of its 2 entries"),
        ('[{"id": 1}, {"id": 2}]', 1, 1, "none of its 2 entries"),
        ('[{"task": "image-to-text", "args": {"im', 1, 40, "cut off before its first task"),
        ('{"tasks": [', 1, 12, "cut off before its first task"),
    ],
)
def test_what_is_no_plan_is_an_error_with_its_place(reply: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ReplyError, match=words) as caught:
        read_reply(reply)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"(line {line}, column {column})." in str(caught.value)


def test_a_reply_cannot_name_its_own_request_or_planner() -> None:
    read = read_reply(json.dumps({"request": "other", "planner": "boss", "tasks": [PAGE]}), "mine", "the model")
    assert (read.plan.request, read.plan.planner) == ("mine", "the model")
    assert "“request”" in read.dropped[0]


@pytest.mark.parametrize(
    ("broken", "tasks"),
    [
        ('[{"task": "a", "args": {"text": "x"}, {"task": "b", "args": {}}]', ["a(text='x')", "b()"]),
        ('[{"task": "a", "args": {"text": "x}}, {"task": "b", "args": {"text": "y"}}]', ["a(text='x')", "b(text='y')"]),
        ('[{"task": "a", "args": {"text": "x"}} {"task": "b"} {"task": "c"}]', ["a(text='x')", "b()", "c()"]),
        ("[{'task': 'a', 'args': {'text': 'x'}},\n # then\n {'task': 'b'}]", ["a(text='x')", "b()"]),
    ],
)
def test_a_mistake_in_the_middle_costs_no_task(broken: str, tasks: list[str]) -> None:
    read = read_reply(broken)
    assert (lines(read.plan), read.how) == (tasks, "repaired")


def test_tasks_that_no_repair_can_save_are_counted() -> None:
    read = read_reply('[{"task": 5, "id": 0,}, {"task": "b", "id": 1,}]')
    assert lines(read.plan) == ["b()"]
    assert "The reply seems to have 2 tasks; only 1 could be read." in read.dropped


def test_a_broken_reply_that_is_too_long_to_repair_as_a_whole_loses_no_task() -> None:
    rows = [{**PAGE, "id": number, "args": {"image": "p" * 200}} for number in range(100)]
    read = read_reply(json.dumps(rows).replace("}}, {", "}} {", 3))
    assert [task.id for task in read.plan] == list(range(100))
    assert "one by one" in read.dropped[0]


def test_a_long_text_of_nothing_but_mistakes_is_given_up() -> None:
    with pytest.raises(ReplyError):
        read_reply('{"task" ' * 40_000 + "}")


@given(plans(unique=True).filter(len), st.sampled_from('{}[],:"'), st.integers(0))
def test_one_sign_too_few_costs_no_task_in_silence(plan: Any, sign: str, place: int) -> None:
    text = json.dumps(write_plan(plan)["tasks"])
    places = [number for number, char in enumerate(text) if char == sign]
    cut = places[place % len(places)]
    try:
        read = read_reply(text[:cut] + text[cut + 1 :])
    except ReplyError:
        return
    said = set(read.dropped) - set(read_reply(text).dropped)
    assert len(read.plan) == len(plan) or read.how == "cut off" or said


WRAPS = {
    "list": lambda rows: rows,
    "tasks": lambda rows: {"tasks": rows},
    "taskbench": lambda rows: {
        "task_steps": ["one"],
        "task_nodes": [{"task": row["task"], "arguments": ["a.png", "<node-0>"]} for row in rows],
        "task_links": [],
    },
}


@given(plans(unique=True).filter(len), st.sampled_from(sorted(WRAPS)), st.sampled_from([None, 2]), st.integers(0))
@example(read_plan([PAGE]).plan, "list", None, 1)
def test_any_beginning_of_a_reply_gives_its_whole_tasks_and_is_said_to_be_cut_off(
    plan: Any, wrap: str, indent: int | None, place: int
) -> None:
    data = WRAPS[wrap]([{k: v for k, v in row.items() if k in PAGE} for row in write_plan(plan)["tasks"]])
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    whole = read_reply(text)
    assert whole.how == "read"
    begun = text[: place % len(text)]
    try:
        read = read_reply(begun)
    except ReplyError:
        rows = data if isinstance(data, list) else data.get("tasks") or data["task_nodes"]
        assert not _has(begun, rows[0])
        return
    assert read.how == "cut off"
    assert 0 < len(read.plan) <= len(whole.plan)
    assert [task.task for task in read.plan] == [task.task for task in whole.plan][: len(read.plan)]
    if wrap != "taskbench":
        assert [set(task.args) for task in read.plan] == [set(task.args) for task in whole.plan][: len(read.plan)]
    assert any(note.startswith("The reply ends") for note in read.dropped)


def _has(text: str, row: dict[str, Any]) -> bool:
    """Whether the whole first task stands in a text, however it is laid out."""
    return "".join(json.dumps(row, ensure_ascii=False).split()) in "".join(text.split())


@given(st.text() | st.text(alphabet="[]{}\":,'\\task dep01<>-\n`“”/", max_size=80))
@example("[" * 5000)
@example('{"task":' * 300)
@example('[{"task": ' + "9" * 5000 + "}]")
@example('"[\\"')
@example('[{"task": "\ud800"}]')
def test_no_text_makes_it_raise_anything_but_an_error_of_the_plan(text: str) -> None:
    try:
        read = read_reply(text)
    except PlanError as error:
        assert str(error)
    else:
        assert read.how in {"read", "repaired", "cut off"}


@given(plans(unique=True).filter(len), st.text(alphabet="abc .,!?\n'"), st.text(alphabet="abc .,!?\n'"))
def test_words_around_a_plan_do_not_change_it(plan: Any, before: str, after: str) -> None:
    text = json.dumps(write_plan(plan)["tasks"], ensure_ascii=False)
    assert read_reply(f"{before}\n{text}\n{after}").plan == read_reply(text).plan
    assert read_reply(f"{before}\n```json\n{text}\n```\n{after}").plan == read_reply(text).plan
