"""The plan file: what is written is read back, and what cannot be read is said in a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.edits import Draft, EditError, apply
from hgtui.core.plan import Input, Plan, Ref, Task
from hgtui.core.planfile import read_plan_file, write_plan, write_task
from hgtui.core.problems import Code, problems
from hgtui.core.reading import PlanError
from hgtui.core.text import clean
from hgtui.core.wire import read_input, write_input
from tests.core import strategies as own


def there_and_back(draft: Draft) -> Draft:
    file = read_plan_file(json.dumps(write_plan(draft.plan, draft.assignments)))
    assert file.reading.dropped == ()
    return Draft(plan=file.reading.plan, assignments=file.assignments)


@given(own.drafts(unique=True))
def test_a_draft_comes_back_from_its_file_as_it_was(draft: Draft) -> None:
    assert there_and_back(draft) == draft


@given(own.drafts())
def test_a_draft_with_two_tasks_of_one_number_comes_back_too(draft: Draft) -> None:
    assert there_and_back(draft) == draft


@given(own.inputs(["t1", "t2"]))
def test_an_input_is_read_back_as_it_was_written(value: Input) -> None:
    names = {"1": "t1", "2": "t2"}
    written = json.loads(json.dumps(write_input(value, {"t1": 1, "t2": 2})))
    assert read_input(written, names.get) == value


@given(st.data())
def test_a_draft_comes_back_from_its_file_after_any_edits(data: st.DataObject) -> None:
    draft = data.draw(own.drafts())
    for _ in range(3):
        try:
            draft, _undo = apply(draft, data.draw(own.edits(draft)))
        except EditError:
            continue
    assert there_and_back(draft) == draft


def test_the_file_has_the_keys_of_the_contract_and_references_in_hugginggpts_form() -> None:
    plan = Plan(
        request="read it",
        planner="rules",
        tasks=(
            Task(uid="t1", id=0, task="image-to-text", args={"image": Input.text("a.png")}),
            Task(uid="t2", id=1, task="summarization", args={"text": Input.of("t1")}),
        ),
    )
    written = write_plan(plan, fingerprint="f", approvable=True)
    assert list(written) == [
        "version", "request", "planner", "fingerprint", "approvable", "tasks", "assignments", "problems",
    ]  # fmt: skip
    assert written["tasks"] == [
        {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "a.png"}, "uid": "t1"},
        {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}, "uid": "t2"},
    ]
    assert set(write_task(plan.tasks[0], {"t1": 0}, bare=True)) == {"task", "id", "dep", "args"}


def deep(levels: int, inner: str = "1") -> str:
    return "[" * levels + inner + "]" * levels


BAD = {
    "nothing": "",
    "no JSON": "once upon a time",
    "cut off": '[{"task": "summarization", "id": 0, "args": {"te',
    "nested": deep(100_000),
    "nested in an argument": '[{"task": "summarization", "args": {"text": ' + deep(100_000) + "}}]",
    "nested less": '[{"task": "summarization", "args": {"text": ' + deep(600) + "}}]",
    "a number": "42",
    "null": "null",
    "a text": '"plan"',
    "no task in it": '[1, 2, {"id": 3}]',
    "another version": '{"version": 2, "tasks": []}',
    "a version with an escape": '{"version": "\\u001b[2J", "tasks": []}',
    "a huge version": '{"version": 1e400, "tasks": []}',
    "a huge number": '[{"task": "summarization", "id": ' + "9" * 5000 + "}]",
    "tasks that are none": '{"version": 1, "tasks": {"a": 1}}',
    "nodes that are none": '{"task_nodes": 3}',
    "nodes without tasks": '{"task_nodes": [{"arguments": []}]}',
    "an assignment for nobody": '{"tasks": [], "assignments": {"4\\u001b": {"candidate": "a:b"}}}',
    "an assignment of nothing": '{"tasks": [{"task": "x", "id": 1}], "assignments": {"1": {}}}',
    "assignments in a list": '{"tasks": [{"task": "x", "id": 1}], "assignments": [1]}',
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_a_plain_sentence(name: str) -> None:
    with pytest.raises(PlanError) as caught:
        read_plan_file(BAD[name])
    message = str(caught.value)
    assert message.endswith(".")
    assert message == clean(message)
    assert len(message) < 300


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"task": "summarization", "id": 0, "args": {"text": "<GENERATED>-1"}}, {"task": "translation", "id": 1, "args": {"text": "<GENERATED>-0"}}]', Code.CYCLE),
        ('[{"task": "summarization", "id": 0, "args": {"text": "a"}}, {"task": "translation", "id": 0, "args": {"text": "b"}}]', Code.DUPLICATE_ID),
        ('[{"task": "dance", "id": 0, "args": {"text": "a"}}]', Code.UNKNOWN_TASK),
        ('[{"task": "summarization", "id": 0, "dep": [7], "args": {"text": "a"}}]', Code.MISSING_DEPENDENCY),
        ('[{"task": "image-to-text", "id": 0, "args": {"image": "' + "x " * 500_000 + '"}}]', Code.WRONG_KIND),
        ('[{"task": "image-to-text", "id": 0, "args": {"' + "x" * 1_000_000 + '": "a"}}]', Code.UNKNOWN_ARGUMENT),
        ('[{"task": "' + "x" * 1_000_000 + '", "id": 0}]', Code.UNKNOWN_TASK),
        ('[{"task": "summarization", "id": 0, "dep": ["' + "9" * 1_000_000 + '"], "args": {"text": "a"}}]', None),
    ],
    ids=["cycle", "duplicate", "unknown", "missing", "long value", "long name", "long type", "long dependency"],
)  # fmt: skip
def test_a_file_that_is_wrong_in_itself_is_read_and_its_problem_named_shortly(text: str, code: Code | None) -> None:
    file = read_plan_file(text)
    found = problems(file.reading.plan)
    assert code is None or code in {one.code for one in found}
    assert all(len(one.message) < 400 for one in found)
    assert all(len(words) < 400 for words in file.reading.dropped)


@pytest.mark.parametrize(
    "number", ['"--5"', '"-"', "-3", '"1_0"', "1e3", "true", "null", "[1]", "99999999999999999999"]
)
def test_an_id_that_is_no_number_is_replaced_and_said(number: str) -> None:
    file = read_plan_file('[{"task": "summarization", "id": ' + number + ', "args": {"text": "a"}}]')
    assert file.reading.plan.tasks[0].id == 0
    assert len(file.reading.dropped) == 1


def test_control_characters_in_a_file_do_not_get_through_an_assignment() -> None:
    text = '{"tasks": [{"task": "summarization", "id": 1}], "fingerprint": "a\\u001b", "assignments": {"1": {"candidate": "a:b\\u001b[2J", "reason": "\\u202e"}}}'
    file = read_plan_file(text)
    assert file.fingerprint == "a"
    chosen = next(iter(file.assignments.values()))
    assert (chosen.candidate, chosen.reason) == ("a:b[2J", "")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | own.foreign, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["task", "id", "dep", "args", "tasks", "task_nodes", "task_links", "source", "target", "arguments", "name", "value", "text", "parts", "many", "uid", "skip", "locked", "policy", "assignments", "version"]), inner, max_size=5), max_leaves=20))  # fmt: skip
def test_any_json_is_a_plan_or_a_plan_error(data: object) -> None:
    try:
        file = read_plan_file(json.dumps(data))
    except PlanError as error:
        assert str(error) == clean(str(error))
        return
    assert isinstance(problems(file.reading.plan), tuple)
    assert all(words == clean(words) for words in file.reading.dropped)


def test_a_reference_to_an_unknown_task_keeps_the_number_that_was_meant() -> None:
    file = read_plan_file('[{"task": "summarization", "id": 0, "args": {"text": "<GENERATED>-9.text"}}]')
    ref = file.reading.plan.tasks[0].args["text"].refs[0]
    assert (ref.missing, ref.field) == ("9", "text")
    assert isinstance(ref, Ref)
