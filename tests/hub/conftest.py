"""The Hub on a loopback port, and the room's client in front of it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from hgtui.hub.thread import HubThread
from hgtui.hub.values import HubCall
from hgtui.hub.wire import Wire
from tests.hub.asking import place
from tests.servers.hub import HubServer


@pytest.fixture
async def server() -> AsyncIterator[HubServer]:
    async with HubServer() as one:
        yield one


@pytest.fixture
async def thread() -> AsyncIterator[HubThread]:
    one = HubThread()
    yield one
    await one.aclose()


@pytest.fixture
def made() -> list[HubCall]:
    """The exchanges that were recorded."""
    return []


@pytest.fixture
def wired(server: HubServer, thread: HubThread, made: list[HubCall]) -> Callable[..., Wire]:
    """Makes the way to `server`, with other fields of the place where they are given."""

    def make(**fields: Any) -> Wire:
        return Wire(place(server, **fields), thread, made.append)

    return make


@pytest.fixture
def wire(wired: Callable[..., Wire]) -> Wire:
    return wired()
