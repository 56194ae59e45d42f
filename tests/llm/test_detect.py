"""Which servers are found on this machine: real ones on free ports, dead ones, and ports that something else has."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from hgtui.llm.detect import HOST, PLACES, Place, Server, servers
from tests.servers.chat import ChatServer, closed_port_url
from tests.servers.exchange import Exchange
from tests.servers.gate import Signal
from tests.servers.replies import Body, Hang, Reset, Status, Truncated

LONG_S = 20.0
"""Longer than any answer takes here: what is awaited with it does come."""
SHORT_S = 0.5


def place_of(url: str, name: str = "Test") -> Place:
    port = urlsplit(url).port
    assert port is not None
    return Place(name, port)


@asynccontextmanager
async def speaking(first: bytes) -> AsyncIterator[Place]:
    """A server that is not HTTP: it says `first` and then nothing."""
    done = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await done.wait()
        writer.transport.abort()

    server = await asyncio.start_server(serve, HOST, 0)
    try:
        yield Place("Other", server.sockets[0].getsockname()[1])
    finally:
        done.set()
        server.close()


class Together:
    """Answers only when every request that is expected has come: servers asked one after the other never answer."""

    def __init__(self, others: list[Signal], came: Signal, models: list[str]) -> None:
        self._others, self._came, self._models = others, came, models

    async def send(self, exchange: Exchange) -> None:
        self._came.set()
        for other in self._others:
            await other.wait()
        rows = [{"id": name} for name in self._models]
        await Body(json.dumps({"object": "list", "data": rows}).encode()).send(exchange)


async def test_a_server_that_lists_models_is_found_with_their_names() -> None:
    async with ChatServer(models=("b", "a"), context=8192) as server:
        place = place_of(server.url)
        assert await servers((place,), LONG_S) == (Server(place, ("b", "a")),)
        assert place.base_url == server.url
        assert [request.method for request in server.model_requests] == ["GET"]


async def test_no_key_and_no_proxy_is_used_for_a_server_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("HTTP_PROXY", closed_port_url())
    async with ChatServer() as server:
        assert len(await servers((place_of(server.url),), LONG_S)) == 1
        assert "authorization" not in server.model_requests[0].headers


async def test_all_are_asked_at_once_and_told_in_the_order_of_their_places() -> None:
    came = [Signal() for _ in range(4)]
    async with AsyncExitStack() as stack:
        places = []
        for number, signal in enumerate(came):
            script = Together(came, signal, [f"model-{number}"])
            server = await stack.enter_async_context(ChatServer(models_script=script))
            places.append(place_of(server.url, f"Server {number}"))
        found = await servers(tuple(places), LONG_S)
    assert found == tuple(Server(place, (f"model-{number}",)) for number, place in enumerate(places))


async def test_where_nobody_listens_there_is_no_server_and_no_http_library_is_imported() -> None:
    port = place_of(closed_port_url()).port
    code = "import asyncio, sys\nfrom hgtui.llm.detect import Place, servers\n"
    code += f"print(asyncio.run(servers((Place('x', {port}),))), 'httpx' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    assert out.decode().strip() == "() False"


@pytest.mark.parametrize(
    "answer",
    [
        Body(b"<html>hello</html>", "text/html"),
        Body(b'{"data": [}'),
        Body(b"[" * 100_000),
        Body(b"[]"),
        Body(b"{}"),
        Body(b'{"data": null}'),
        Body(b'{"object": "list", "data": {"id": "m"}}'),
        Body(b'{"data": ["m"]}'),
        Body(b'{"data": [{"name": "m"}]}'),
        Body(b'{"data": [{"id": 3}]}'),
        Body(b'{"data": [{"id": "' + b"m" * (1 << 21) + b'"}]}'),
        Body(b'{"data": [{"id": "\xff"}]}'),
        Status(401),
        Status(404),
        Status(500),
        Status(302, headers={"location": "/v1/elsewhere"}),
        Truncated(),
        Reset(),
    ],
    ids=lambda answer: repr(answer)[:50],
)
async def test_a_port_that_answers_something_else_is_not_a_server(answer: Any) -> None:
    async with ChatServer(models_script=answer) as other, ChatServer() as server:
        places = (place_of(other.url), place_of(server.url))
        assert [found.place for found in await servers(places, LONG_S)] == [places[1]]


@pytest.mark.parametrize("first", [b"SSH-2.0-OpenSSH_9.9\r\n", b"\x00\x01\x02", b""])
async def test_what_does_not_speak_http_or_never_answers_holds_nothing_up(first: bytes) -> None:
    async with speaking(first) as other, ChatServer(models_script=Hang()) as hangs, ChatServer() as server:
        places = (other, place_of(hangs.url), place_of(server.url))
        assert [found.place for found in await servers(places, SHORT_S)] == [places[2]]


async def test_a_server_without_a_model_is_told_from_something_else() -> None:
    for body in (b'{"object": "list", "data": []}', b'{"object": "list", "data": null}'):
        async with ChatServer(models_script=Body(body)) as server:
            place = place_of(server.url)
            assert await servers((place,), LONG_S) == (Server(place, ()),)


async def test_a_name_with_an_escape_sequence_is_left_out() -> None:
    rows = [{"id": "\x1b]52;c;aGk=\x07"}, {"id": "good"}, {"id": "x" * 400}, {"id": "good"}]
    async with ChatServer(models_script=Body(json.dumps({"data": rows}).encode())) as server:
        assert [found.models for found in await servers((place_of(server.url),), LONG_S)] == [("good",)]


async def test_to_cancel_the_asking_ends_it() -> None:
    asked = Signal()

    class Never:
        async def send(self, exchange: Exchange) -> None:
            asked.set()
            await Hang().send(exchange)

    async with ChatServer(models_script=Never()) as server:
        asking = asyncio.create_task(servers((place_of(server.url),), 600))
        await asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.model_requests[0].gone.wait()


def test_the_default_places_are_the_ports_that_the_servers_take() -> None:
    assert {place.name: place.port for place in PLACES} == {
        "Ollama": 11434,
        "vLLM": 8000,
        "LM Studio": 1234,
        "llama.cpp": 8080,
    }
