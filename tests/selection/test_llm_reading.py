"""A raw selector reply read to choices, with what was left out and why."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.selection.reading import Reading, read_selection
from tests.selection.table import name, plan_of, reply, rows, table

PLAN = plan_of(2)
TABLE = table(PLAN)
WANTED = {"t1": 1, "t2": 2}
ROWS = rows(PLAN, WANTED)
ONE, TWO = (row["model"] for row in ROWS)


def read(text: str) -> Reading:
    return read_selection(text, PLAN, TABLE)


def names(reading: Reading) -> dict[str, str]:
    return {one.uid: one.assignment.candidate for one in reading.chosen}


@pytest.mark.parametrize(
    "text",
    [
        reply(PLAN, WANTED),
        json.dumps({"choices": ROWS}),
        "Here it is:\n```json\n" + json.dumps(ROWS, indent=2) + "\n```\nGood luck {all}!",
        "\n".join(json.dumps(row) for row in ROWS),
        json.dumps({"1": ONE, "2": TWO}),
        json.dumps({"models": {"task 1": {"model": ONE, "reason": "x"}, "#2": {"id": TWO}}}),
        json.dumps([{"task": "summarization", "id": 1, "model": ONE}, {"task_id": "2", "candidate": TWO}]),
        json.dumps(
            [{"task": "summarization", "model": "org/summarization-1"}, {"task": 2, "model": f"`{TWO.upper()}`"}]
        ),
        f"<think>{reply(PLAN, {'t1': 4})}</think>{reply(PLAN, WANTED)}",
        f"{reply(PLAN, {'t1': 4})}</think>{reply(PLAN, WANTED)}",
    ],
)
def test_each_form_of_a_reply_is_read_to_the_same_choices(text: str) -> None:
    reading = read(text)
    assert names(reading) == {"t1": ONE, "t2": TWO}
    assert (reading.how, reading.dropped, reading.left, dict(reading.refused)) == ("read", (), (), {})
    assert all(one.assignment.chosen_by == "selector" for one in reading.chosen)


@pytest.mark.parametrize(
    "text",
    [
        reply(PLAN, WANTED).replace('"', "'"),
        reply(PLAN, WANTED).replace("]", ",]").replace('"task"', "task"),
        "Sure: " + reply(PLAN, WANTED).replace("}, {", "} {").replace('"reason": ', '"reason": because "'),
    ],
)
def test_a_reply_that_is_no_json_is_repaired_and_says_so(text: str) -> None:
    reading = read(text)
    assert names(reading) == {"t1": ONE, "t2": TWO}
    assert reading.how == "repaired"


def test_the_form_of_hugginggpt_is_read_where_there_is_one_task() -> None:
    few = {"t1": TABLE["t1"]}
    reading = read_selection(json.dumps({"id": ONE, "reason": "it is the most liked"}), PLAN, few)
    assert names(reading) == {"t1": ONE}
    assert reading.chosen[0].assignment.reason == "it is the most liked"


def test_a_reply_that_is_cut_off_keeps_its_rows_and_shows_where_it_ends() -> None:
    reading = read(reply(PLAN, WANTED)[:-40])
    assert names(reading)["t1"] == ONE
    assert reading.how == "cut off"
    assert any(words.startswith("The reply ends in the middle") for words in reading.dropped)


def test_each_row_that_is_left_out_is_told_with_its_reason() -> None:
    rows_ = [
        *ROWS[:1],
        {**ROWS[0], "model": "hub:else/where"},
        {"task": 7, "model": ONE},
        {"task": 2, "model": "hub:made/up"},
    ]
    reading = read(json.dumps(rows_))
    assert names(reading) == {"t1": ONE}
    assert dict(reading.refused) == {"t2": "hub:made/up"} and reading.left == ("t2",)
    assert reading.dropped == (
        "Task 1 was named again: “hub:else/where” was left out.",
        f"“7” is not one of the tasks to choose for: “{ONE}” was left out.",
        "Task 2: “hub:made/up” is not on its list.",
    )


def test_a_name_that_two_candidates_share_is_refused() -> None:
    same = tuple(one.model_copy(update={"model": "org/same"}) for one in TABLE["t1"][:2])
    reading = read_selection('[{"task": 1, "model": "org/same"}]', PLAN, {"t1": same})
    assert reading.chosen == () and dict(reading.refused) == {"t1": "org/same"}


def test_a_right_name_after_a_wrong_one_counts() -> None:
    reading = read(json.dumps([{"task": 1, "model": "hub:made/up"}, *ROWS]))
    assert names(reading) == {"t1": ONE, "t2": TWO} and not reading.refused


@pytest.mark.parametrize("text", ["", " \n", "I cannot.", "42", "[", '{"a": {"b": 1}}', "\x1b[2J"])
def test_a_reply_with_no_row_says_that_there_is_none(text: str) -> None:
    reading = read(text)
    assert (reading.chosen, reading.how, reading.left) == ((), "", ("t1", "t2"))
    assert reading.dropped and "\x1b" not in reading.dropped[0]


@given(st.text() | st.text(alphabet='{}[]":,12taskmodel \\'))
def test_no_reply_is_too_strange(text: str) -> None:
    reading = read(text)
    assert {one.uid for one in reading.chosen} | set(reading.left) == {"t1", "t2"}


@given(st.integers(0, len(reply(PLAN, WANTED))))
def test_a_reply_that_ends_anywhere_never_chooses_what_it_does_not_say(end: int) -> None:
    reading = read(reply(PLAN, WANTED)[:end])
    assert set(names(reading).items()) <= {("t1", ONE), ("t2", TWO)}


def test_every_choice_is_from_the_list_of_its_own_task() -> None:
    reading = read(json.dumps([{"task": 1, "model": name(PLAN, "t2", 1)}]))
    assert reading.chosen == ()
