"""The hub's threads: nothing blocks the caller, everything can be cancelled, nothing holds the program up."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from hgtui.core.states import Failure
from hgtui.hub.thread import Ended, HubThread, OutOfTime
from hgtui.hub.values import HubError
from tests.servers.gate import Signal


async def test_work_runs_on_another_thread_and_gives_its_result(thread: HubThread) -> None:
    async def work() -> tuple[str, bool]:
        return threading.current_thread().name, threading.current_thread().daemon

    assert await thread.run(work, 10) == ("hgtui-hub", True)


async def test_a_function_that_blocks_gets_a_daemon_thread_of_its_own(thread: HubThread) -> None:
    assert await thread.call(lambda: threading.current_thread().daemon, 10)
    assert await thread.call(lambda: threading.current_thread() is not threading.main_thread(), 10)


async def test_thirty_calls_that_block_are_under_way_at_one_time(thread: HubThread) -> None:
    barrier = threading.Barrier(30)
    places = await asyncio.gather(*(thread.call(lambda: barrier.wait(30), 30) for _ in range(30)))
    assert sorted(places) == list(range(30))


async def test_what_the_work_raises_is_raised(thread: HubThread) -> None:
    async def work() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await thread.run(work, 10)


async def test_a_call_that_takes_too_long_is_given_up_and_its_work_cancelled(thread: HubThread) -> None:
    ended = Signal()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(OutOfTime) as caught:
        await thread.run(work, 0.05)
    assert caught.value.failure is Failure.TIMEOUT
    await ended.wait()


async def test_a_time_out_of_the_work_itself_is_not_taken_for_the_total_one(thread: HubThread) -> None:
    async def work() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await thread.run(work, 10)


async def test_a_cancelled_caller_returns_while_its_function_still_blocks(thread: HubThread) -> None:
    begun, release = Signal(), threading.Event()

    def block() -> bool:
        begun.set()
        return release.wait(60)

    call = asyncio.ensure_future(thread.call(block, 60))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not release.is_set()
    release.set()


async def test_work_is_cancelled_with_its_caller(thread: HubThread) -> None:
    begun, ended = Signal(), Signal()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    call = asyncio.ensure_future(thread.run(work, 60))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await ended.wait()


async def test_a_function_whose_caller_left_is_refused_its_next_request(thread: HubThread) -> None:
    begun, left, refused = Signal(), threading.Event(), Signal()

    async def request() -> None:
        """What is never reached."""

    def block() -> None:
        begun.set()
        left.wait(60)
        try:
            thread.request(request())
        except Ended:
            refused.set()
            raise

    call = asyncio.ensure_future(thread.call(block, 60))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    left.set()
    await refused.wait()


async def test_a_request_that_blocks_the_hubs_own_loop_ends_with_its_caller(thread: HubThread) -> None:
    begun = Signal()

    async def request() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def work() -> None:
        thread.request(request())  # as the client's mapping fetch does

    call = asyncio.ensure_future(thread.run(work, 60))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    async def next_one() -> str:
        return "free again"

    assert await thread.run(next_one, 30) == "free again"


async def test_closing_ends_what_is_under_way_with_a_sentence() -> None:
    thread, begun = HubThread(), Signal()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    call = asyncio.ensure_future(thread.run(work, 60))
    await begun.wait()
    await thread.aclose()
    with pytest.raises(HubError, match="has been closed"):
        await call
    with pytest.raises(HubError, match="has been closed"):
        await thread.run(work, 60)


async def test_a_thread_that_was_never_used_closes() -> None:
    await HubThread().aclose()


async def test_the_callers_loop_goes_on_while_the_hub_is_busy(thread: HubThread) -> None:
    hold = 1.0
    call = asyncio.ensure_future(thread.call(lambda: time.sleep(hold), 30))
    gaps, last = [], time.monotonic()
    while not call.done():
        await asyncio.sleep(0.001)  # the pulse that is counted
        gaps.append(time.monotonic() - last)
        last = time.monotonic()
    assert max(gaps) < hold / 4


HUNG = """
import asyncio, socket, time
from hgtui.hub.thread import HubThread
from hgtui.hub.values import HubPlace
from hgtui.hub.client import HubClient

silent = socket.create_server(("127.0.0.1", 0))

async def main():
    thread = HubThread()
    client = HubClient(HubPlace(endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}"), thread)
    asking = asyncio.ensure_future(client.models("text-classification"))
    sleeping = asyncio.ensure_future(thread.call(lambda: time.sleep(600), 600))
    connection, _ = await asyncio.to_thread(silent.accept)
    for one in (asking, sleeping):
        one.cancel()
    await asyncio.gather(asking, sleeping, return_exceptions=True)
    print("left", flush=True)

asyncio.run(main())
"""


def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_program() -> None:
    done = subprocess.run([sys.executable, "-c", HUNG], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "left\n"), done.stderr
