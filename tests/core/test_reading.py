"""Every form in which a plan may come, and that nothing of it is dropped in silence."""

import json
from pathlib import Path
from typing import Any

import pytest

from hgtui.core.plan import Input, Plan, Ref, fresh_uids
from hgtui.core.planfile import read_plan_file
from hgtui.core.problems import errors, problems
from hgtui.core.reading import PlanError, read_plan, read_task

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


def two(text: Any, dep: Any = None) -> Input:
    rows = [
        {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "a.png"}},
        {"task": "image-to-text", "id": 1, "dep": [-1], "args": {"image": "b.png"}},
        {"task": "summarization", "id": 2, "dep": dep, "args": {"text": text}},
    ]
    return read_plan(rows).plan.tasks[2].args["text"]


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_case_is_read_as_it_says(path: Path) -> None:
    case = json.loads(path.read_text())
    reading = read_plan(case["data"])
    plan = reading.plan
    ids = {task.uid: task.id for task in plan}
    assert [task.task for task in plan] == case["tasks"]
    edges = sorted([ids[dep], task.id] for task in plan for dep in task.deps if dep in ids)
    assert edges == case["edges"]
    assert len(reading.dropped) == case["dropped"]
    assert [one.code.value for one in errors(problems(plan))] == case["errors"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<GENERATED>-0", Input.of("t1")),
        ("<GENERATED-0>", Input.of("t1")),
        ("<node-0>", Input.of("t1")),
        ("<resource>-0", Input.of("t1")),
        ("<resource-0>", Input.of("t1")),
        ("<Resource>-0.text", Input(parts=(Ref(uid="t1", field="text"),))),
        ("<generated>-0, <RESOURCE>-1", Input.of("t1", "t2")),
        ("<resource>", Input.text("<resource>")),
        ({"text": "<resource>-0"}, Input.text("<resource>-0")),
        ("<GENERATED>-0.text", Input(parts=(Ref(uid="t1", field="text"),))),
        ("<GENERATED-0.text>", Input(parts=(Ref(uid="t1", field="text"),))),
        ("say: <GENERATED>-0, then <GENERATED>-1!", Input(parts=("say: ", Ref(uid="t1"), ", then ", Ref(uid="t2"), "!"))),
        ("<GENERATED>-0, <GENERATED>-1", Input.of("t1", "t2")),
        ("<GENERATED>-0,<GENERATED>-1", Input.of("t1", "t2")),
        (["<GENERATED>-0", "<GENERATED>-1"], Input.of("t1", "t2")),
        (["<GENERATED>-0", "and this"], Input(parts=(Ref(uid="t1"), "and this"), many=True)),
        ("<GENERATED>-9", Input(parts=(Ref(uid="missing:9"),))),
        ({"text": "<GENERATED>-0"}, Input.text("<GENERATED>-0")),
        ({"parts": [{"text": "<GENERATED>-0"}, "<GENERATED>-0"], "many": False}, Input(parts=("<GENERATED>-0", Ref(uid="t1")))),
        ("<GENERATED>", Input.text("<GENERATED>")),
        (7, Input.text("7")),
        ({"rows": [[1, "a"]]}, Input.text('{"rows": [[1, "a"]]}')),
        ("", Input()),
    ],
)  # fmt: skip
def test_every_form_of_a_reference_is_read(text: Any, expected: Input) -> None:
    assert two(text) == expected


def test_a_bare_list_a_plan_file_and_a_bare_task_are_plans() -> None:
    row = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "a"}}
    plans = [read_plan(data).plan for data in ([row], {"tasks": [row], "request": "r"}, row)]
    assert [plan.tasks for plan in plans] == [plans[0].tasks] * 3
    assert (plans[1].request, plans[0].tasks[0].deps) == ("r", ())
    assert read_plan([]).plan == Plan()


def test_a_dependency_that_only_orders_two_tasks_is_kept_beside_those_that_are_read() -> None:
    rows = [
        {"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "a"}},
        {"task": "image-to-text", "id": 1, "dep": -1, "args": {"image": "a.png"}},
        {"task": "summarization", "id": 2, "dep": [0, "1"], "args": {"text": "<GENERATED>-1"}},
    ]
    task = read_plan(rows).plan.tasks[2]
    assert (task.deps, task.after) == (("t2", "t1"), ("t1",))


@pytest.mark.parametrize("name", ["visual-question-answering", "document-question-answering", "question-answering"])
def test_text_is_read_as_question_where_the_task_is_a_question(name: str) -> None:
    task = read_plan([{"task": name, "id": 0, "args": {"text": "how many?"}}]).plan.tasks[0]
    assert task.args["question"].literal == "how many?"
    assert "text" not in task.args


def test_text_stays_text_where_the_task_takes_both() -> None:
    task = read_plan([{"task": "text-classification", "id": 0, "args": {"text": "fine", "question": "mood?"}}]).plan
    assert (task.tasks[0].args["text"].literal, task.tasks[0].args["question"].literal) == ("fine", "mood?")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"note": "x"}, "note"),
        ({"dep": ["tomorrow"]}, "tomorrow"),
        ({"dep": [1.5]}, "1.5"),
        ({"id": "first"}, "first"),
        ({"args": [1, 2]}, "arguments"),
        ({"args": {"Text": "a", "text": "b"}}, "twice"),
        ({"policy": "never"}, "policy"),
        ({"skip": "yes"}, "skip"),
        ({"skip": 1}, "skip"),
        ({"locked": "text"}, "locked"),
    ],
)
def test_what_cannot_be_taken_of_a_task_is_said(row: dict[str, Any], word: str) -> None:
    reading = read_plan([{"task": "summarization", "id": 0, "args": {"text": "a"}, **row}])
    assert len(reading.dropped) == 1
    assert word in reading.dropped[0]


def test_what_cannot_be_taken_of_a_plan_is_said() -> None:
    good = {"task": "summarization", "id": 0, "args": {"text": "a"}}
    assert len(read_plan([good, "words", {"id": 3}, None]).dropped) == 3
    assert "steps" in read_plan({"tasks": [good], "steps": []}).dropped[0]
    nodes = {"task_nodes": [{"task": "Summarization", "arguments": ["a"], "metadata": 1}], "task_links": "none"}
    assert len(read_plan(nodes).dropped) == 2


def test_the_same_row_twice_is_two_tasks() -> None:
    row = {"task": "summarization", "id": 0, "args": {"text": "a"}}
    assert len(read_plan([row, row, dict(row)]).plan) == 3


def test_uids_are_kept_and_new_ones_keep_off_them() -> None:
    rows = [{"task": "summarization", "id": 0}, {"task": "summarization", "id": 1, "uid": "t1"}]
    assert [task.uid for task in read_plan(rows).plan] == ["t2", "t1"]
    rows[0]["uid"] = "t1"
    assert len({task.uid for task in read_plan(rows).plan}) == 2
    assert next(fresh_uids(["t7", "x"])) == "t8"


def test_a_task_of_a_growing_plan_is_read_alone() -> None:
    task, dropped = read_task(
        {"task": "Summarization", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}, "why": "so"},
        {"0": "t1"},
        "t2",
        1,
    )
    assert (task.task, task.deps) == ("summarization", ("t1",))
    assert len(dropped) == 1


def test_a_task_that_is_nested_too_deeply_is_a_plan_error() -> None:
    data: Any = "x"
    for _ in range(5_000):
        data = [data]
    with pytest.raises(PlanError):
        read_task({"task": "summarization", "args": {"text": data}}, {}, "t1", 0)


def test_ten_thousand_rows_are_read() -> None:
    rows = [
        {"task": "summarization", "id": n, "dep": [n - 1], "args": {"text": f"<GENERATED>-{n - 1}"}}
        for n in range(10_000)
    ]
    plan = read_plan_file(json.dumps(rows)).reading.plan
    assert plan.tasks[-1].deps == ("t9999",)
