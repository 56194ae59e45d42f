"""A chat that goes well: text at any cutting, usage, times, the record, cancellation."""

import asyncio
import json
from contextlib import aclosing

import pytest

from hgtui.llm.values import ReasoningDelta, TextDelta
from tests.llm.asking import ASK, KEY, Waits, client, hear
from tests.servers import wire
from tests.servers.chat import ChatServer
from tests.servers.gate import Gate
from tests.servers.replies import Body, Events, Reply, Status

TEXT = '[{"task": "summarization", "id": 0}]\nGrüße — 日本語, 👩‍🚀 \u2028 ende'
SHOWN = TEXT.replace("\u2028", "\n")


@pytest.mark.parametrize("split", [wire.all_at_once, wire.by(1), wire.by(7), wire.inside_characters])
@pytest.mark.parametrize("pieces", [wire.words, wire.characters])
async def test_the_text_is_the_same_however_the_stream_is_cut(split: wire.Splitter, pieces) -> None:
    with ChatServer(Reply(TEXT, split=split, pieces=pieces)) as server:
        heard = await hear(client(server.url))
    assert heard.text == SHOWN
    assert heard.record.reply == TEXT


async def test_each_delta_is_given_as_soon_as_it_comes() -> None:
    gate = Gate()
    with ChatServer(Reply("one two three", gate=gate, hold_after=2)) as server:
        async with client(server.url) as chat, aclosing(chat.stream(ASK)) as chunks:
            assert [await anext(chunks), await anext(chunks)] == [TextDelta("one"), TextDelta(" two")]
            await gate.reached.wait()
            gate.release()
            assert await anext(chunks) == TextDelta(" three")


async def test_the_record_has_what_was_sent_and_never_the_key() -> None:
    with ChatServer(Reply(f"echo {KEY}", reasoning="hm", prompt_tokens=42)) as server:
        record = (await hear(client(server.url), max_tokens=64)).record
        sent = server.requests[0]
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert record.messages == tuple(ASK)
    assert {**record.params, "messages": list(record.as_json()["messages"])} == sent.body
    assert sent.body["temperature"] == 0 and sent.body["max_tokens"] == 64
    assert [m["content"] for m in sent.messages] == [m.content for m in ASK]
    assert (record.usage.tokens_in, record.usage.tokens_out, record.usage.estimated) == (42, 6, False)
    assert (record.finish_reason, record.request_id, record.tries) == ("stop", "req-1", 1)
    assert record.first_s is not None and 0 < record.first_s <= record.total_s
    assert KEY not in json.dumps(record.as_json())


async def test_usage_is_estimated_and_says_so_where_the_server_does_not_count() -> None:
    with ChatServer(Reply("abcdefgh", with_usage=False)) as server:
        usage = (await hear(client(server.url))).record.usage
    assert usage.estimated
    assert usage.tokens_out == 2 and usage.tokens_in > 5


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_comes_apart_from_the_reply(name: str) -> None:
    with ChatServer(Reply("the reply", reasoning="let me see", reasoning_field=name)) as server:
        heard = await hear(client(server.url))
    assert (heard.reasoning, heard.text) == ("let me see", "the reply")
    assert isinstance(heard.chunks[0], ReasoningDelta)
    assert (heard.record.reasoning, heard.record.reply) == ("let me see", "the reply")


async def test_an_escape_sequence_cut_in_two_does_not_slip_through() -> None:
    pieces = ["a\x1b", "[31mred", "\x9b2J\x1b]0;own\x07", "\u202e", "line\r", "\nend", "\ud83d", "\ude00"]
    events = [wire.chunk("m", {"content": piece}) for piece in pieces]
    raw = [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]
    with ChatServer(Events([*raw, wire.chunk("m", {}, "stop")])) as server:
        heard = await hear(client(server.url))
    assert heard.text == "a[31mred2J]0;ownline\nend😀"


async def test_without_a_key_no_authorization_is_sent() -> None:
    with ChatServer(Reply("ok")) as server:
        await hear(client(server.url, key=None))
        assert "authorization" not in server.requests[0].headers


async def test_a_server_that_answers_whole_is_read_all_the_same() -> None:
    body = wire.completion("other", {"role": "assistant", "content": "whole"}, "stop", wire.usage(3, 4))
    with ChatServer(Body(json.dumps(body).encode())) as server:
        heard = await hear(client(server.url))
    assert heard.text == "whole"
    assert heard.record.model == "other" and heard.record.usage.tokens_out == 4


async def test_a_content_made_of_typed_parts_is_read() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    events = [
        wire.chunk("m", {"content": [thinking]}),  # type: ignore[dict-item]
        wire.chunk("m", {"content": [{"type": "text", "text": "so"}]}),  # type: ignore[dict-item]
        wire.chunk("m", {}, "stop"),
    ]
    with ChatServer(Events(events)) as server:
        heard = await hear(client(server.url))
    assert (heard.reasoning, heard.text) == ("hm", "so")


async def test_a_reply_that_is_complete_survives_a_bad_end() -> None:
    events = [wire.chunk("m", {"content": "all of it"}), wire.chunk("m", {}, "stop")]
    with ChatServer(Events(events, cut=True)) as server:
        heard = await hear(client(server.url))
    assert heard.text == "all of it" and heard.record.finish_reason == "stop"


async def test_done_alone_ends_a_reply_that_names_no_finish_reason() -> None:
    with ChatServer(Reply("fine", finish=None, with_usage=False)) as server:
        assert (await hear(client(server.url))).record.finish_reason is None


async def test_a_reply_that_ran_into_its_limit_says_so_in_the_record() -> None:
    with ChatServer(Reply("half of", finish="length")) as server:
        assert (await hear(client(server.url))).record.finish_reason == "length"


async def test_comments_that_keep_the_connection_alive_are_no_text() -> None:
    with ChatServer(Reply("ok", comment="PROCESSING")) as server:
        assert (await hear(client(server.url))).text == "ok"


async def test_one_connection_serves_several_calls() -> None:
    with ChatServer(Reply("ok")) as server:
        async with client(server.url, model=None) as chat:
            for _ in range(3):
                async with aclosing(chat.stream(ASK)) as chunks:
                    assert [chunk async for chunk in chunks]
        assert server.connections == 1
        assert len(server.model_requests) == 1


@pytest.mark.parametrize("hold_after", [0, 2])
async def test_cancelling_the_task_closes_the_connection(hold_after: int) -> None:
    gate = Gate()
    with ChatServer(Reply("one two three", gate=gate, hold_after=hold_after)) as server:
        chat = client(server.url)

        async def read() -> None:
            async with aclosing(chat.stream(ASK)) as chunks:
                async for _ in chunks:
                    pass

        task = asyncio.create_task(read())
        await gate.reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await (await server.request()).gone.wait()
        await chat.aclose()


async def test_closing_the_generator_closes_the_connection() -> None:
    gate = Gate()
    with ChatServer(Reply("one two three", gate=gate, hold_after=2)) as server:
        async with client(server.url) as chat:
            async with aclosing(chat.stream(ASK)) as chunks:
                assert await anext(chunks) == TextDelta("one")
            await (await server.request()).gone.wait()


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("stream_options", "Extra inputs are not permitted: stream_options"),
        ("temperature", "Unsupported value: 'temperature' does not support 0 with this model."),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
    ],
)
async def test_a_field_that_the_server_refuses_is_left_out_and_remembered(field: str, message: str) -> None:
    waits = Waits()
    with ChatServer([Status(400, message), Reply("ok"), Reply("again")]) as server:
        async with client(server.url) as chat:
            for _ in range(2):
                async with aclosing(chat.stream(ASK, max_tokens=9, on_retry=waits.on_retry)) as chunks:
                    assert [chunk async for chunk in chunks]
        bodies = [request.body for request in server.requests]
    assert [field in body for body in bodies] == [True, False, False]
    assert field != "max_tokens" or bodies[1]["max_completion_tokens"] == 9
    assert [(attempt, wait) for attempt, wait, _ in waits.told] == [(1, 0.0)]
    assert field in waits.told[0][2]
