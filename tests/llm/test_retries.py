"""What is tried again, how long is waited, and that the person is told."""

import pytest

from hgtui.core.states import Failure
from hgtui.llm.errors import LLMError
from tests.llm.asking import Waits, client, hear
from tests.servers import wire
from tests.servers.chat import ChatServer, closed_port_url
from tests.servers.replies import Answer, Events, Reply, Reset, Status


@pytest.mark.parametrize(
    "fault",
    [Reset(), Events([], cut=True), *(Status(code) for code in (408, 409, 429, 500, 502, 503, 504))],
    ids=str,
)
async def test_a_passing_fault_before_the_first_token_is_tried_again(fault: Answer) -> None:
    waits = Waits()
    with ChatServer([fault, fault, Reply("at last")]) as server:
        heard = await hear(client(server.url, waits, tries=3), on_retry=waits.on_retry)
        assert len(server.requests) == 3
    assert heard.text == "at last" and heard.record.tries == 3
    assert [attempt for attempt, _, _ in waits.told] == [1, 2]
    assert [wait for _, wait, _ in waits.told] == waits.asked
    assert all(0 < wait <= 30 for wait in waits.asked)
    assert all(reason.endswith(".") for _, _, reason in waits.told)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
async def test_a_lasting_fault_is_not_tried_again(status: int) -> None:
    waits = Waits()
    with ChatServer(Status(status)) as server:
        with pytest.raises(LLMError):
            await hear(client(server.url, waits, tries=5), on_retry=waits.on_retry)
        assert len(server.requests) == 1
    assert waits.told == []


async def test_tries_come_to_an_end_with_the_error_of_the_last() -> None:
    waits = Waits()
    with pytest.raises(LLMError) as caught:
        await hear(client(closed_port_url(), waits, tries=3), on_retry=waits.on_retry)
    assert caught.value.failure is Failure.TRANSPORT
    assert len(waits.asked) == 2


@pytest.mark.parametrize(("header", "value", "seconds"), [("retry-after", "7", 7), ("retry-after-ms", "250", 0.25)])
async def test_the_wait_that_a_server_asks_for_is_kept_to(header: str, value: str, seconds: float) -> None:
    waits = Waits()
    with ChatServer([Status(429, headers={header: value}), Reply("ok")]) as server:
        await hear(client(server.url, waits, tries=2), on_retry=waits.on_retry)
    assert waits.asked == [seconds]
    assert "limits the requests" in waits.told[0][2]


async def test_a_wait_beyond_the_limit_is_told_and_not_waited() -> None:
    waits = Waits()
    with ChatServer(Status(429, headers={"retry-after": "3600"})) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url, waits, tries=5, longest_s=30), on_retry=waits.on_retry)
        assert len(server.requests) == 1
    assert waits.asked == []
    assert caught.value.retry_after == 3600 and "3600 s" in caught.value.hint


async def test_after_the_first_token_nothing_is_tried_again() -> None:
    waits = Waits()
    half = Events([wire.chunk("m", {"content": "half"})], cut=True)
    with ChatServer([half, Reply("whole")]) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url, waits, tries=5), on_retry=waits.on_retry)
        assert len(server.requests) == 1
    assert caught.value.partial == "half" and waits.told == []
