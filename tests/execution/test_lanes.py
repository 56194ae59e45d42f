"""Lanes: real children that are reused, killed, crashed and orphaned."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hgtui.core.states import Failure
from hgtui.execution.lanes import EngineCall, EngineError, Lanes

ENGINES = {"test": "tests.execution.engines", "other": "tests.execution.engines"}


class Pool:
    """Lanes with the test engines, and what they logged."""

    def __init__(self, out: Path, limit: int = 2) -> None:
        self.log: list[tuple[str, str]] = []
        self.out = out
        self.lanes = Lanes(limit=limit, engines=ENGINES, on_log=lambda engine, line: self.log.append((engine, line)))

    def call(self, task: str, *, engine: str = "test", text: str = "") -> EngineCall:
        return EngineCall(engine, task, {"text": {"text": text}}, str(self.out))

    async def said(self, task: str, **kwargs: str) -> str:
        [output] = await self.lanes.run(self.call(task, **kwargs))
        assert output.text is not None
        return output.text

    async def fails(self, task: str) -> EngineError:
        with pytest.raises(EngineError) as caught:
            await self.lanes.run(self.call(task))
        return caught.value

    async def hanging(self, task: str = "hang") -> tuple["asyncio.Task[object]", int]:
        """Start a call that never ends; return it and the process id of its child once it is inside the engine."""
        inside: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(
            self.lanes.run(self.call(task), on_progress=lambda _, note: inside.set_result(int(note)))
        )
        return running, await inside


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[Pool]:
    out = tmp_path / "out"
    out.mkdir()
    pool = Pool(out)
    yield pool
    await pool.lanes.aclose()
    assert pool.lanes.pids == ()


def alive(pid: int) -> bool:
    """Whether `pid` still runs: a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def exists(pid: int) -> bool:
    """Whether there is a process `pid`, be it a zombie."""
    return Path(f"/proc/{pid}").exists()


def environment_of(pid: int) -> bytes:
    """The environment that `pid` was started with, as the kernel shows it."""
    return Path(f"/proc/{pid}/environ").read_bytes()


async def ended(pid: int) -> None:
    """Wait, on the kernel's word, until a process that is not our child has ended."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(handle, gone.set)
        await asyncio.wait_for(gone.wait(), 20)
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)


async def test_a_warm_lane_is_used_again(pool: Pool) -> None:
    first = await pool.said("pid")
    assert await pool.said("pid") == first
    assert int(first) != os.getpid()


async def test_two_calls_at_once_use_two_lanes(pool: Pool) -> None:
    one, first = await pool.hanging()
    two, second = await pool.hanging()
    assert first != second
    assert len(pool.lanes.pids) == 2
    for task in (one, two):
        task.cancel()
    await asyncio.gather(one, two, return_exceptions=True)


async def test_the_lane_that_has_loaded_an_engine_is_preferred(pool: Pool) -> None:
    mine = await pool.said("pid", engine="test")
    other = await pool.said("pid", engine="other")
    assert mine != other
    assert await pool.said("pid", engine="test") == mine
    assert await pool.said("pid", engine="other") == other


async def test_no_more_children_than_the_limit_and_the_rest_wait_in_order(tmp_path: Path) -> None:
    pool = Pool(tmp_path, limit=1)
    order: list[int] = []

    async def one(number: int) -> str:
        pid = await pool.said("pid")
        order.append(number)
        return pid

    pids = await asyncio.gather(*(one(number) for number in range(6)))
    assert len(set(pids)) == 1
    assert order == list(range(6))
    await pool.lanes.aclose()


async def test_an_idle_lane_takes_another_engine_when_there_is_no_room_for_one_more(tmp_path: Path) -> None:
    pool = Pool(tmp_path, limit=1)
    assert await pool.said("pid", engine="test") == await pool.said("pid", engine="other")
    await pool.lanes.aclose()


@pytest.mark.parametrize("task", ["hang", "hold"])
async def test_cancelling_a_call_kills_its_child_and_the_next_call_gets_a_fresh_one(pool: Pool, task: str) -> None:
    running, pid = await pool.hanging(task)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not exists(pid)
    assert int(await pool.said("pid")) != pid


async def test_a_call_cancelled_before_its_child_has_started_leaves_no_child(pool: Pool) -> None:
    running = asyncio.create_task(pool.lanes.run(pool.call("hang")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await pool.lanes.aclose()
    assert pool.lanes.pids == ()
    assert _children() == []


def _children() -> list[str]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in text if b"lane_child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_a_waiting_call_that_is_cancelled_gives_its_place_to_the_next(tmp_path: Path) -> None:
    pool = Pool(tmp_path, limit=1)
    running, _ = await pool.hanging()
    waiting = asyncio.create_task(pool.said("pid"))
    next_one = asyncio.create_task(pool.said("pid"))
    await asyncio.sleep(0)
    waiting.cancel()
    running.cancel()
    assert int(await next_one) > 0
    await pool.lanes.aclose()


async def test_a_child_killed_from_outside_is_a_crash_that_names_the_signal(pool: Pool) -> None:
    running, pid = await pool.hanging()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(EngineError) as caught:
        await running
    assert caught.value.failure is Failure.CRASHED
    assert "killed by SIGKILL" in caught.value.message
    assert await pool.said("echo", text="again") == "again"


async def test_a_lane_killed_while_idle_is_replaced_without_anyone_noticing(pool: Pool) -> None:
    pid = int(await pool.said("pid"))
    os.kill(pid, signal.SIGKILL)
    assert int(await pool.said("pid")) != pid


async def test_a_crash_tells_the_last_words_of_the_engine(pool: Pool) -> None:
    error = await pool.fails("abort")
    assert error.failure is Failure.CRASHED
    assert "SIGABRT" in error.message
    assert "the engine's last words" in error.hint


async def test_an_engine_that_leaves_the_process_is_a_crash_with_its_exit_code(pool: Pool) -> None:
    error = await pool.fails("exit")
    assert error.failure is Failure.CRASHED
    assert "exit code 3" in error.message


@pytest.mark.parametrize(
    ("task", "failure", "word"),
    [
        ("memory", Failure.OUT_OF_MEMORY, "memory"),
        ("raise", Failure.CRASHED, "KeyError"),
        ("missing", Failure.NO_MODEL, "a_package_that_nobody_has"),
        ("full", Failure.ACCESS, "No space left on device"),
        ("outside", Failure.CRASHED, "outside of its folder"),
        ("large", Failure.BAD_INPUT, "MB"),
    ],
)
async def test_what_an_engine_raises_becomes_a_failure_with_a_plain_sentence(
    pool: Pool, task: str, failure: Failure, word: str
) -> None:
    error = await pool.fails(task)
    assert error.failure is failure
    assert word in error.message
    assert "Traceback" not in error.message + error.hint
    assert "\x1b" not in error.message
    assert await pool.said("echo", text="still well") == "still well"


async def test_an_engine_that_writes_on_stdout_does_not_disturb_the_wire(pool: Pool) -> None:
    assert await pool.said("noise") == "quiet"
    await pool.lanes.aclose()
    assert ("test", "noise on fd 1") in pool.log
    assert ("test", "noise on fd 2") in pool.log
    assert ("test", "a print") in pool.log
    assert not any("\x1b" in line for _, line in pool.log)


async def test_progress_comes_in_order_and_clean(pool: Pool) -> None:
    seen: list[tuple[float | None, str]] = []
    await pool.lanes.run(pool.call("steps"), on_progress=lambda part, note: seen.append((part, note)))
    assert seen == [(0, "step 0"), (1 / 3, "step 1"), (2 / 3, "step 2")]


async def test_what_an_engine_says_is_cleaned(pool: Pool) -> None:
    [output] = await pool.lanes.run(pool.call("escape"))
    assert (output.text, output.data, output.name) == ("a[2Jb", [{"label": "x"}], "n")


async def test_a_child_sees_no_secret_and_computes_on_one_thread(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "MY_SECRET", "AWS_SECRET_ACCESS_KEY", "my_password"):
        monkeypatch.setenv(name, "sesame")
    monkeypatch.setenv("HGTUI_PLAIN", "kept")
    seen = json.loads(await pool.said("environment"))
    assert "sesame" not in seen.values()
    assert b"sesame" not in environment_of(pool.lanes.pids[0])
    assert seen["HGTUI_PLAIN"] == "kept"
    assert seen["OMP_NUM_THREADS"] == seen["OPENBLAS_NUM_THREADS"] == "1"


async def test_a_hostile_working_folder_brings_no_code_into_a_child(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    assert await pool.said("echo", text="well") == "well"


async def test_a_megabyte_of_text_goes_both_ways(pool: Pool) -> None:
    text = "größer " * 150_000
    assert await pool.said("echo", text=text) == text


async def test_a_call_larger_than_a_frame_is_refused_before_a_child_starts(pool: Pool) -> None:
    with pytest.raises(EngineError) as caught:
        await pool.lanes.run(pool.call("echo", text="x" * 70_000_000))
    assert caught.value.failure is Failure.BAD_INPUT
    assert pool.lanes.pids == ()


async def test_only_the_engines_of_the_mapping_can_be_named(pool: Pool) -> None:
    for name in ("os", "tests.execution.engines", "../ocr"):
        with pytest.raises(EngineError) as caught:
            await pool.lanes.run(EngineCall(name, "pid", {}, str(pool.out)))
        assert caught.value.failure is Failure.NO_MODEL
    assert pool.lanes.pids == ()


async def test_closing_ends_the_calls_that_run_and_leaves_no_child(pool: Pool) -> None:
    running, pid = await pool.hanging()
    idle = int(await pool.said("pid"))
    await pool.lanes.aclose()
    with pytest.raises(EngineError, match="shut down"):
        await running
    assert not alive(pid)
    assert not alive(idle)
    with pytest.raises(EngineError, match="shut down"):
        await pool.said("pid")


async def test_ctrl_c_in_the_terminal_does_not_reach_a_child(pool: Pool) -> None:
    pid = int(await pool.said("pid"))
    assert os.getsid(pid) == pid != os.getsid(0)


@pytest.mark.parametrize("task", ["hang", "hold"])
@pytest.mark.skipif(sys.platform != "linux", reason="needs pidfd; the death signal is Linux's")
async def test_no_child_outlives_a_parent_killed_by_sigkill(tmp_path: Path, task: str) -> None:
    root = Path(__file__).parents[2]
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.execution.orphans", task, str(tmp_path), stdout=subprocess.PIPE, cwd=root
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert alive(pid)
    parent.kill()
    await parent.wait()
    await ended(pid)
    assert not alive(pid)


async def test_a_child_that_only_loses_its_wire_ends_too(pool: Pool) -> None:
    pid = int(await pool.said("pid"))
    [lane] = pool.lanes._lanes
    assert lane.process.stdin is not None
    lane.process.stdin.close()
    await asyncio.wait_for(lane.process.wait(), 20)
    assert lane.process.returncode == 0
    assert not alive(pid)
