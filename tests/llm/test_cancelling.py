"""Cancellation takes a bounded number of turns of the event loop, wherever a call stands."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from hgtui.llm.client import ChatClient
from hgtui.llm.retry import RetryPolicy
from tests.llm.asking import ASK, client
from tests.servers.chat import ChatServer
from tests.servers.gate import Gate
from tests.servers.replies import Hang, Reply, Status

MOST_TURNS = 50


async def turns_to_end(task: "asyncio.Task[object]") -> int:
    """Cancel `task` and count the turns of the loop until it has ended."""
    task.cancel()
    turns = 0
    while not task.done():
        turns += 1
        assert turns <= MOST_TURNS
        await asyncio.sleep(0)
    return turns


async def read(chat: ChatClient) -> None:
    async with aclosing(chat.stream(ASK)) as chunks:
        async for _ in chunks:
            pass


@pytest.mark.parametrize("hold_after", [0, 2])
async def test_a_call_ends_within_a_few_turns_and_the_server_sees_it_hang_up(hold_after: int) -> None:
    gate = Gate()
    with ChatServer(Reply("one two three", gate=gate, hold_after=hold_after)) as server:
        async with client(server.url) as chat:
            task: asyncio.Task[object] = asyncio.create_task(read(chat))  # type: ignore[arg-type]
            await gate.reached.wait()
            await turns_to_end(task)
            assert task.cancelled()
            await (await server.request()).gone.wait()


async def test_a_call_that_waits_for_another_try_ends_at_once() -> None:
    waiting = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    with ChatServer(Status(503)) as server:
        async with ChatClient(server.url, None, "m", None, RetryPolicy(tries=2), sleep) as chat:
            task: asyncio.Task[object] = asyncio.create_task(read(chat))  # type: ignore[arg-type]
            await waiting.wait()
            await turns_to_end(task)
            assert len(server.requests) == 1


async def test_a_call_of_another_route_hangs_up_too(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    works: dict[str, Callable[[ChatClient], Awaitable[object]]] = {
        "/v1/audio/speech": lambda chat: chat.speech("hello"),
        "/v1/audio/transcriptions": lambda chat: chat.transcribe(path),
        "/v1/images/generations": lambda chat: chat.image("a robot"),
    }
    for route, work in works.items():
        came = Gate()

        class Held(Hang):
            async def send(self, exchange: object, came: Gate = came) -> None:
                came.reached.set()
                await super().send(exchange)  # type: ignore[arg-type]

        with ChatServer(routes={route: Held()}) as server:
            async with client(server.url) as chat:
                task: asyncio.Task[object] = asyncio.ensure_future(work(chat))  # type: ignore[arg-type]
                await came.reached.wait()
                await turns_to_end(task)
                await server.route_requests[0].gone.wait()
