"""Which server and which model: the environment, the list of models, addresses and keys that cannot be used."""

import os
import subprocess
import sys
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.states import Failure
from hgtui.core.text import clean
from hgtui.llm.address import DEFAULT_BASE_URL
from hgtui.llm.cleaning import PieceCleaner
from hgtui.llm.client import ChatClient, from_env
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import estimate_tokens
from hgtui.llm.values import ModelInfo
from tests.llm.asking import ASK, KEY, client
from tests.servers.chat import ChatServer
from tests.servers.replies import Body, Reply, Status


def test_without_url_and_key_there_is_no_client() -> None:
    assert from_env({}) is None
    assert from_env({"OPENAI_MODEL": "m", "OPENAI_API_KEY": " ", "OPENAI_BASE_URL": ""}) is None


def test_a_key_alone_means_openai_itself() -> None:
    chat = from_env({"OPENAI_API_KEY": KEY, "OPENAI_MODEL": "m"})
    assert chat is not None
    assert (chat.base_url, chat.model) == (DEFAULT_BASE_URL, "m")


async def test_the_environment_is_enough_to_chat() -> None:
    with ChatServer(Reply("hello")) as server:
        chat = from_env({"OPENAI_BASE_URL": server.url + "/"})
        assert chat is not None
        async with chat, aclosing(chat.stream(ASK)) as chunks:
            assert len([chunk async for chunk in chunks]) == 2
        assert "authorization" not in server.requests[0].headers
        assert server.requests[0].body["model"] == "test-model"


def test_a_base_url_is_shown_without_credentials() -> None:
    chat = ChatClient("https://me:secret@host.example:8443/v1/")
    assert chat.base_url == "https://host.example:8443/v1"


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://host/v1",
        "http://",
        "http://[::1",
        "http://a b/",
        "http://h:99999",
        "http://h/v1?token=secret",
    ],
)
def test_a_base_url_that_cannot_be_used_is_refused_at_once(url: str) -> None:
    with pytest.raises(LLMError) as caught:
        ChatClient(url)
    assert caught.value.failure is Failure.BAD_INPUT and "OPENAI_BASE_URL" in caught.value.hint


@pytest.mark.parametrize("key", ["sk-ключ", "sk-1\nsk-2", "sk 1"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(LLMError) as caught:
        from_env({"OPENAI_API_KEY": key})
    assert caught.value.failure is Failure.ACCESS
    assert key not in caught.value.message + caught.value.hint


async def test_the_only_model_of_a_server_is_taken_and_kept() -> None:
    with ChatServer(models=["only/one"], context=8192) as server:
        async with client(server.url, model=None) as chat:
            assert await chat.models() == (ModelInfo("only/one", 8192),)
            assert await chat.model_name() == "only/one"
            assert await chat.model_name() == "only/one"
        assert len(server.model_requests) == 2


async def test_a_model_that_was_set_needs_no_list() -> None:
    with ChatServer(models=["a", "b"]) as server:
        async with client(server.url, model="mine") as chat:
            assert await chat.model_name() == "mine"
        assert server.model_requests == []


async def test_several_models_are_named_and_none_is_taken() -> None:
    with ChatServer(models=[f"m{index}\x1b[1m" for index in range(8)]) as server:
        async with client(server.url, model=None) as chat:
            with pytest.raises(LLMError) as caught:
                await chat.model_name()
    error = caught.value
    assert error.failure is Failure.NO_MODEL and "OPENAI_MODEL" in error.hint
    assert "8 models: m0" in error.message and "3 more" in error.message and "\x1b" not in error.message


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Status(404), Failure.NO_MODEL),
        (Status(401), Failure.ACCESS),
        (Body(b'{"data": null}'), Failure.UNREADABLE),
        (Body(b"[]"), Failure.UNREADABLE),
        (Body(b"{oops"), Failure.UNREADABLE),
        (Body(b"<html>hello</html>", "text/html"), Failure.UNREADABLE),
        (Body(b'{"object": "list", "data": []}'), Failure.NO_MODEL),
    ],
    ids=str,
)
async def test_a_list_that_cannot_be_had_is_a_plain_error(answer: Status | Body, failure: Failure) -> None:
    with ChatServer(models_script=answer) as server:
        async with client(server.url, model=None) as chat:
            with pytest.raises(LLMError) as caught:
                await chat.model_name()
    assert caught.value.failure is failure, caught.value.message
    assert caught.value.hint


WATCH = """
import asyncio, sys, threading
from hgtui.llm.client import ChatClient
from hgtui.llm.messages import Message
from hgtui.llm.values import Done
assert not {"openai", "httpx2", "tenacity"} & set(sys.modules)
main, on_loop = threading.current_thread(), []
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("openai", "httpx2", "tenacity") and threading.current_thread() is main:
            on_loop.append(name)
sys.meta_path.insert(0, Watch())
async def go():
    async with ChatClient(sys.argv[1]) as chat:
        return [chunk async for chunk in chat.stream([Message("user", "hi")])]
chunks = asyncio.run(go())
assert isinstance(chunks[-1], Done)
print(on_loop)
"""


def test_the_client_library_is_never_imported_on_the_event_loop() -> None:
    with ChatServer(Reply("hello")) as server:
        result = subprocess.run(
            [sys.executable, "-c", WATCH, server.url], capture_output=True, text=True, check=False, env={**os.environ}
        )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"


@given(st.lists(st.text(st.characters(exclude_categories=()) | st.sampled_from("\r\n\x1b[\ud83d\ude00"), max_size=4)))
def test_cleaning_in_pieces_is_cleaning_the_whole(pieces: list[str]) -> None:
    cleaner = PieceCleaner()
    whole = "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    assert "".join(map(cleaner.feed, pieces)) + cleaner.flush() == clean(whole)


@given(st.text(), st.text())
def test_a_longer_text_never_has_fewer_estimated_tokens(first: str, second: str) -> None:
    assert estimate_tokens(first) <= estimate_tokens(first + second)
    assert (estimate_tokens(first) == 0) is (first == "")
