"""Structured output: the firmest form that a server takes, what it refuses or ignores, and strict schemas."""

from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.states import Failure
from hgtui.llm.errors import LLMError
from hgtui.llm.ladder import Rung, forget
from hgtui.llm.strict import is_strict, strict_schema, without_nulls
from hgtui.llm.values import CallRecord, Done
from tests.llm.asking import ASK, Waits, client, hear
from tests.servers.chat import ChatServer
from tests.servers.formats import Takes
from tests.servers.replies import Reply, Status

SCHEMA = strict_schema(
    {
        "type": "object",
        "properties": {"tasks": {"type": "array", "items": {"type": "string"}}, "why": {"type": "string"}},
        "required": ["tasks"],
    }
)
PLAN = Reply('{"tasks": []}')


def forms(server: ChatServer) -> list[str | None]:
    return [(request.body.get("response_format") or {}).get("type") for request in server.requests]


async def ask(url: str, waits: Waits | None = None, model: str = "test-model") -> CallRecord:
    told = waits or Waits()
    chat = client(url, model=model)
    stream = chat.stream(ASK, schema=SCHEMA, schema_name="plan", on_retry=told.on_retry)
    async with chat, aclosing(stream) as chunks:
        last = [chunk async for chunk in chunks][-1]
    assert isinstance(last, Done)
    return last.record


async def test_a_server_that_takes_a_schema_gets_it_in_strict_form() -> None:
    with ChatServer(Takes(("json_schema",), PLAN)) as server:
        record = await ask(server.url)
        sent = server.requests[0].body["response_format"]
    assert sent == {"type": "json_schema", "json_schema": {"name": "plan", "schema": SCHEMA, "strict": True}}
    assert (record.rung, record.refused, record.ignored) == (Rung.SCHEMA, (), ())
    assert record.as_json()["rung"] == "json_schema" and record.params["response_format"] == sent


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("takes", "rung", "tried"),
    [
        (("json_object",), Rung.OBJECT, ["json_schema", "json_object"]),
        ((), Rung.TEXT, ["json_schema", "json_object", None]),
    ],
)
async def test_a_refused_form_steps_down_and_is_remembered_for_the_server(takes, rung, tried, status) -> None:
    waits = Waits()
    with ChatServer(Takes(takes, PLAN, status)) as server:
        first = await ask(server.url, waits)
        assert forms(server) == tried
        second = await ask(server.url)
        assert forms(server) == [*tried, tried[-1]]
    assert first.rung is second.rung is rung
    assert first.refused == tuple(tried[:-1]) == second.refused
    assert len(waits.told) == len(tried) - 1 and all("response_format" in reason for _, _, reason in waits.told)


@pytest.mark.parametrize(
    "answer",
    [
        Status(400, "Invalid parameter", body={"error": {"message": "Invalid parameter", "param": "response_format"}}),
        Status(422, body={"detail": [{"loc": ["body", "response_format", "type"], "msg": "Input should be 'text'"}]}),
        Status(400, "'response_format.type' must be 'json_schema' or 'text'"),
        Status(400, "Failed to parse grammar"),
    ],
    ids=["openai", "fastapi", "lm studio", "llama.cpp"],
)
async def test_each_servers_own_words_for_a_refused_form_are_understood(answer: Status) -> None:
    with ChatServer([answer, PLAN]) as server:
        record = await ask(server.url)
    assert record.rung is Rung.OBJECT and record.tries == 2


async def test_another_model_of_the_same_server_is_asked_for_itself() -> None:
    with ChatServer([Status(400, "no response_format"), PLAN, PLAN]) as server:
        await ask(server.url, model="old")
        await ask(server.url, model="new")
        assert forms(server) == ["json_schema", "json_object", "json_schema"]


async def test_a_server_that_was_forgotten_is_tried_anew() -> None:
    with ChatServer([Status(400, "no response_format"), PLAN, PLAN]) as server:
        await ask(server.url)
        forget(server.url)
        await ask(server.url)
        assert forms(server) == ["json_schema", "json_object", "json_schema"]


async def test_an_error_about_something_else_steps_nothing_down() -> None:
    with ChatServer(Status(400, "messages is empty")) as server:
        with pytest.raises(LLMError) as caught:
            await ask(server.url)
        assert forms(server) == ["json_schema"]
    assert caught.value.failure is Failure.BAD_INPUT


async def test_a_form_that_is_silently_ignored_is_noted_and_the_next_call_asks_for_a_looser_one() -> None:
    with ChatServer(Reply("Sure! Here is your plan.")) as server:
        records = [await ask(server.url) for _ in range(3)]
        assert forms(server) == ["json_schema", "json_object", None]
    assert [record.rung for record in records] == [Rung.SCHEMA, Rung.OBJECT, Rung.TEXT]
    assert records[2].ignored == ("json_schema", "json_object") and records[2].refused == ()


async def test_reasoning_before_the_json_is_not_taken_for_an_ignored_form() -> None:
    with ChatServer(Reply('<think>hm</think>\n{"tasks": []}')) as server:
        await ask(server.url)
        record = await ask(server.url)
    assert record.ignored == () and record.rung is Rung.SCHEMA


async def test_a_reader_can_tell_that_a_form_was_not_kept_to() -> None:
    with ChatServer(Reply('{"wrong": true}')) as server:
        async with client(server.url) as chat:
            assert chat.rung is Rung.SCHEMA
            chat.note_ignored(await ask(server.url))
            assert chat.rung is Rung.OBJECT


async def test_a_reply_that_was_cut_off_says_nothing_about_the_form() -> None:
    with ChatServer(Reply("well", finish="length")) as server:
        assert (await ask(server.url)).ignored == ()


async def test_without_a_schema_no_form_is_asked_for() -> None:
    with ChatServer(Reply("hello")) as server:
        record = (await hear(client(server.url))).record
        assert forms(server) == [None]
    assert record.rung is None


async def test_a_form_and_a_field_may_be_refused_by_one_server() -> None:
    answers = [Status(400, "stream_options: extra"), Status(400, "response_format?"), PLAN]
    with ChatServer(answers) as server:
        record = await ask(server.url)
        assert set(server.requests[2].body) == {"model", "messages", "stream", "temperature", "response_format"}
    assert record.refused == ("stream_options", "json_schema") and record.usage.estimated


def test_an_optional_property_becomes_required_and_nullable() -> None:
    made = strict_schema(
        {
            "type": "object",
            "properties": {
                "text": {"type": "string"},
                "kind": {"type": "string", "enum": ["a"]},
                "more": {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]},
                "any": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            },
            "required": ["text"],
        }
    )
    assert made["required"] == ["text", "kind", "more", "any"] and made["additionalProperties"] is False
    assert made["properties"]["text"] == {"type": "string"}
    assert made["properties"]["kind"] == {"type": ["string", "null"], "enum": ["a", None]}
    assert made["properties"]["more"]["type"] == ["object", "null"]
    assert made["properties"]["more"]["additionalProperties"] is False
    assert {"type": "null"} in made["properties"]["any"]["anyOf"]
    assert is_strict(made) and strict_schema(made) == made


@pytest.mark.parametrize("schema", [{"type": "object"}, {"type": "object", "additionalProperties": {"type": "string"}}])
def test_an_open_dict_cannot_be_strict(schema: dict[str, object]) -> None:
    wrapped = {"type": "object", "properties": {"args": schema}, "required": ["args"]}
    with pytest.raises(ValueError, match=r"schema\.args is an open object"):
        strict_schema(wrapped)
    assert not is_strict(wrapped)


LEAF = st.sampled_from([{"type": "string"}, {"type": "integer"}, {"enum": ["a", 1]}, {"$ref": "#/$defs/x"}])


def objects(inner: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
    def made(properties: dict[str, dict[str, object]], required: bool) -> dict[str, object]:
        return {"type": "object", "properties": properties, "required": list(properties)[:1] if required else []}

    lists = inner.map(lambda one: {"type": "array", "items": one})
    return lists | st.builds(made, st.dictionaries(st.sampled_from("abc"), inner), st.booleans())


@given(st.recursive(LEAF, objects, max_leaves=6))
def test_making_a_schema_strict_twice_is_making_it_strict_once(schema: dict[str, object]) -> None:
    assert strict_schema(strict_schema(schema)) == strict_schema(schema)


def test_nulls_of_a_strict_reply_are_left_out_at_any_depth() -> None:
    reply = {"a": None, "b": [{"c": None, "d": 0}, None], "e": ""}
    assert without_nulls(reply) == {"b": [{"d": 0}, None], "e": ""}
