"""A revision changes what the person left open, and gives back byte for byte what the person set."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.base import canonical
from hgtui.core.diff import diff
from hgtui.core.plan import Plan, Task
from hgtui.core.planfile import wire_names, write_task
from hgtui.core.ports import Context, Drafted, Noticed, Proposed, Step
from hgtui.core.reading import read_plan
from hgtui.core.resource import FileFact, Kind
from hgtui.llm.client import ChatClient
from hgtui.planning.llm import LLMPlanner
from hgtui.planning.revising import revised
from tests.core.strategies import plans
from tests.planning.shown import lines, proposed
from tests.servers.chat import ChatServer, Reply, Request

FILES = {"page.png": FileFact(path="page.png", kind=Kind.IMAGE)}
READ = {"task": "image-to-text", "id": 0, "args": {"image": "page.png"}, "uid": "t5"}
TURN = {"task": "translation", "id": 1, "args": {"text": "<GENERATED>-0", "language": "fr"}, "uid": "t7"}
SAY = {"task": "text-to-speech", "id": 2, "args": {"text": "<GENERATED>-1", "language": "fr"}, "uid": "t9"}


def plan_of(*rows: dict[str, Any]) -> Plan:
    return read_plan(list(rows), "Read page.png to me in French").plan


def locked(row: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    return {**row, "locked": list(names), **more}


def bare(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key in {"task", "id", "args"}} for row in rows]


def test_what_is_open_changes_and_uids_stay() -> None:
    before = plan_of(READ, TURN, SAY)
    after = plan_of(*bare(READ, {**TURN, "args": {**TURN["args"], "language": "de"}}))
    made, notes = revised(before, after)
    assert lines(made) == ["image-to-text(image='page.png')", "translation(text='<0>', language='de')"]
    assert [task.uid for task in made] == ["t5", "t7"]
    assert notes == ()


def test_a_locked_argument_comes_back_and_the_refusal_is_said() -> None:
    before = plan_of(READ, locked(TURN, "language", policy="ask"), SAY)
    after = plan_of(*bare(READ, {**TURN, "args": {"text": "<GENERATED>-0", "language": "de"}}, SAY))
    made, notes = revised(before, after)
    assert canonical(made["t7"].model_dump(mode="json")) == canonical(before["t7"].model_dump(mode="json"))
    assert notes == ("The model changed “language” of task 1, which is locked: it is as it was.",)


def test_an_argument_that_the_person_took_away_stays_away() -> None:
    row = locked({**SAY, "args": {"text": "hello"}}, "language")
    made, notes = revised(plan_of(row), plan_of(*bare(SAY)))
    assert "language" not in made["t9"].args
    assert len(notes) == 1


def test_a_locked_task_that_was_left_out_is_back_in_its_place_with_what_it_reads() -> None:
    before = plan_of(READ, locked(TURN, "text", "language"), SAY)
    made, notes = revised(before, plan_of(*bare({**SAY, "args": {"text": "<GENERATED>-1", "language": "en"}})))
    assert lines(made) == [
        "image-to-text(image='page.png')",
        "translation(text='<0>', language='fr')",
        "text-to-speech(text='<1>', language='en')",
    ]
    assert [task.uid for task in made] == ["t5", "t7", "t9"]
    assert "task 0 (image-to-text), which is read by what is locked" in notes[0]
    assert "task 1 (translation), which is locked" in notes[1]


def test_a_new_task_that_took_the_number_of_a_locked_one_gets_another() -> None:
    before = plan_of(locked(READ, "task", "image"))
    new = {"task": "summarization", "id": 0, "args": {"text": "a long text"}}
    made, _ = revised(before, plan_of(new))
    assert [(task.uid == "t5", task.id, task.task) for task in made] == [
        (True, 0, "image-to-text"),
        (False, 1, "summarization"),
    ]
    assert made["t5"] == before["t5"]


@given(plans(unique=True), plans(), st.data())
def test_whatever_a_model_replies_what_is_locked_is_byte_for_byte_what_it_was(
    before: Plan, after: Plan, data: st.DataObject
) -> None:
    rows = [
        task.update(locked=(*task.locked, "task")) if data.draw(st.booleans()) and task.locked else task
        for task in before
    ]
    before = before.with_tasks(rows)
    made, notes = revised(before, after)
    assert len({task.uid for task in made}) == len(made)
    for old in before:
        new = made.get(old.uid)
        if new is None:
            assert not old.locked
            continue
        assert (new.skip, new.policy, new.locked) == (old.skip, old.policy, old.locked)
        for name in old.locked:
            if name == "task":
                assert new.task == old.task
            else:
                assert new.args.get(name) == old.args.get(name)
    assert all(note.startswith("The model ") for note in notes)


@given(plans(unique=True))
def test_a_plan_that_comes_back_as_it_was_is_no_change(before: Plan) -> None:
    names = wire_names(before)
    same = read_plan([write_task(task, names, bare=True) for task in before]).plan
    made, _ = revised(before, same)
    assert not diff(before, made).removed
    assert not diff(before, made).added


async def ask(reply: list[dict[str, Any]], context: Context) -> tuple[list[Step], Request]:
    async with ChatServer(Reply(json.dumps(reply))) as server, ChatClient(server.url, None, "test-model") as chat:
        steps = [step async for step in LLMPlanner(chat).plan("Read page.png to me in French", FILES, context)]
        return steps, await server.request()


async def test_the_edited_plan_goes_to_the_model_with_the_comment_and_what_is_locked() -> None:
    before = plan_of(READ, locked(TURN, "language", "task"), SAY)
    changed = bare(READ, {**TURN, "args": {"text": "<GENERATED>-0", "language": "de"}})
    steps, asked = await ask(changed, Context(plan=before, comment="I only want to read it"))
    words = asked.last
    assert words.startswith(
        'Files: "page.png" (image)\nRequest: Read page.png to me in French\nPlan so far: {"tasks":[{'
    )
    assert '"id":1,"dep":[0],"args":{"text":"<GENERATED>-0","language":"fr"}' in words
    assert "Set by the user, give it back unchanged: task 1 (language, type)" in words
    assert "The user says of the plan: I only want to read it" in words
    assert "uid" not in words
    made = proposed(steps)
    assert [task.uid for task in made.plan] == ["t5", "t7"]
    assert made.plan["t7"] == before["t7"]
    assert any("“language” of task 1" in note for note in made.notes)
    assert [step.task.uid for step in steps if isinstance(step, Drafted)] == ["t5", "t7"]


async def test_an_error_that_the_person_made_and_locked_is_not_the_models_to_mend() -> None:
    before = plan_of(locked({**READ, "args": {}}, "image"))
    steps, _ = await ask(bare(READ), Context(plan=before, comment="again"))
    assert not [step for step in steps if isinstance(step, Noticed)]
    assert isinstance(steps[-1], Proposed)
    assert "image" not in steps[-1].plan["t5"].args


@pytest.mark.parametrize("comment", ["", "shorter"])
async def test_a_revision_keeps_the_request_of_the_plan(comment: str) -> None:
    steps, _ = await ask(bare(READ), Context(plan=plan_of(READ), comment=comment))
    made = proposed(steps).plan
    assert made.request == "Read page.png to me in French"
    assert isinstance(made.tasks[0], Task)
