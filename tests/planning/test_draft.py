"""Each task is given with the piece that completes it, wherever the stream is cut and whatever stands around the plan."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.plan import Plan, Task
from hgtui.core.planfile import write_plan
from hgtui.planning.draft import Draft
from hgtui.planning.reader import read_reply
from tests.core.strategies import plans

AROUND = [
    ("", ""),
    ("Here you are:\n```json\n", "\n```\nAnything else?"),
    ("[1] I think {so}: ", " [end]"),
    ('As he said, "', '"'),
]
ONE = '{"task": "summarization", "id": 0, "args": {"text": "a}]"}}'


def fed(pieces: list[str]) -> list[Task]:
    draft = Draft()
    return [task for piece in pieces for task in draft.feed(piece)]


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places})
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def rows_of(plan: Plan) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in row.items() if key in {"task", "id", "dep", "args"}}
        for row in write_plan(plan)["tasks"]
    ]


@given(
    plans(unique=True),
    st.booleans(),
    st.sampled_from(AROUND),
    st.sampled_from([None, 2]),
    st.lists(st.integers(0), max_size=30),
)
def test_any_cutting_drafts_what_the_whole_is_read_to(
    plan: Plan, wrapped: bool, around: tuple[str, str], indent: int | None, places: list[int]
) -> None:
    rows = rows_of(plan)
    text = json.dumps({"tasks": rows} if wrapped else rows, indent=indent, ensure_ascii=False).join(around)
    whole = read_reply(text).plan
    for pieces in (cut(text, places), [text], list(text)):
        drafted = fed(pieces)
        assert [(task.uid, task.id, task.task, set(task.args)) for task in drafted] == [
            (task.uid, task.id, task.task, set(task.args)) for task in whole
        ]


def test_a_task_is_given_with_the_piece_that_closes_it_and_not_later() -> None:
    draft = Draft()
    assert not list(draft.feed("Sure! [" + ONE[:-1]))
    assert [task.task for task in draft.feed("}")] == ["summarization"]
    assert not list(draft.feed(", {"))


def test_what_is_taken_back_leaves_nothing_behind() -> None:
    draft = Draft()
    first = list(draft.feed(f"[{ONE}, "))
    draft.restart()
    assert draft.raw == ""
    assert list(draft.feed(f"[{ONE}]")) == first
    assert len(draft.read("go", "model").plan) == 1
