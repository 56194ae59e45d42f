"""How long the context is and who says it; a prompt that the server cut in silence."""

import json

import pytest

from hgtui.core.states import Failure
from hgtui.llm.client import ChatClient
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import Message
from hgtui.llm.retry import RetryPolicy
from hgtui.llm.values import was_cut
from tests.llm.asking import client, hear
from tests.servers.chat import ChatServer, closed_port_url
from tests.servers.replies import Answer, Body, Reply, Status


def rows(*found: dict[str, object]) -> Body:
    return Body(json.dumps({"object": "list", "data": list(found)}).encode())


def asked(url: str, context: int | None = None, model: str | None = "m") -> ChatClient:
    return ChatClient(url, None, model, None, RetryPolicy(tries=1), context=context)


OFFERS = [
    {"provider": "fast", "status": "live", "context_length": 8192},
    {"provider": "large", "status": "live", "context_length": 131072},
    {"provider": "mute", "status": "live"},
]


@pytest.mark.parametrize(
    ("model", "row", "length"),
    [
        ("m", {"max_model_len": 32768}, 32768),
        ("m", {"context_length": 16384}, 16384),
        ("m", {"context_window": 131072}, 131072),
        ("m", {"max_context_length": 65536, "loaded_context_length": 2048}, 2048),
        ("m", {"meta": {"n_ctx_train": 131072, "n_ctx": 4096}}, 4096),
        ("m", {"providers": OFFERS}, 8192),
        ("m:large", {"providers": OFFERS}, 131072),
    ],
)
async def test_the_word_of_the_server_goes_first(model: str, row: dict[str, object], length: int) -> None:
    with ChatServer(models_script=rows({"id": "other", "max_model_len": 1}, {"id": "m", **row})) as server:
        async with asked(server.url, 1000, model) as chat:
            assert await chat.context() == (length, "server")
            assert await chat.context() == (length, "server")
        assert len(server.model_requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        rows({"id": "m"}),
        rows({"id": "m", "max_model_len": "many", "meta": 3, "providers": {}}),
        rows({"id": "m", "max_model_len": True, "context_length": -1}),
        rows({"id": "other", "max_model_len": 9}),
        Status(404),
        Status(401),
        Body(b"<html>", "text/html"),
    ],
    ids=str,
)
async def test_where_the_server_does_not_say_the_setting_counts_else_4096(answer: Answer) -> None:
    with ChatServer(models_script=answer) as server:
        async with asked(server.url, 9000) as chat:
            assert await chat.context() == (9000, "setting")
        async with asked(server.url) as chat:
            assert await chat.context() == (4096, "default")


async def test_a_server_that_was_down_is_asked_again() -> None:
    with ChatServer(models_script=Status(503)) as server:
        async with asked(server.url) as chat:
            assert await chat.context() == (4096, "default")
            assert await chat.context() == (4096, "default")
        assert len(server.model_requests) == 2


async def test_a_server_that_cannot_be_reached_leaves_the_setting() -> None:
    async with asked(closed_port_url(), 512) as chat:
        assert await chat.context() == (512, "setting")


async def test_without_one_model_there_is_no_context_to_tell() -> None:
    with ChatServer(models=["a", "b"]) as server:
        async with asked(server.url, model=None) as chat:
            with pytest.raises(LLMError) as caught:
                await chat.context()
    assert caught.value.failure is Failure.NO_MODEL


PROSE = "The quick brown fox jumps over the lazy dog, and nobody minds that at all. " * 60


@pytest.mark.parametrize("counted", [1, 256, 500])
async def test_a_prompt_that_was_counted_much_too_small_was_cut(counted: int) -> None:
    with ChatServer(Reply("ok", prompt_tokens=counted)) as server:
        async with client(server.url) as chat:
            record = [one async for one in chat.stream([Message("user", PROSE)])][-1].record  # type: ignore[union-attr]
    assert was_cut(record)


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "日本語の文章はここにあります。" * 200,
        '{"key":    "value",\n        "more": [1, 2, 3]}' * 50,
        "x" * 5000,
        "a b " * 900,
    ],
    ids=["prose", "japanese", "json", "one letter", "letters"],
)
async def test_an_honest_count_is_not_taken_for_a_cut(text: str) -> None:
    with ChatServer(Reply("ok")) as server:
        async with client(server.url) as chat:
            record = [one async for one in chat.stream([Message("user", text)])][-1].record  # type: ignore[union-attr]
    assert not record.usage.estimated and not was_cut(record)


@pytest.mark.parametrize(
    "reply",
    [Reply("ok", with_usage=False), Reply("ok", prompt_tokens=0), Reply("ok", prompt_tokens=3, cached_tokens=3)],
)
async def test_no_count_is_no_proof_of_a_cut(reply: Reply) -> None:
    with ChatServer(reply) as server:
        assert not was_cut((await hear(client(server.url))).record)
