"""The journal: what is appended is read back in order, listed, found by name, and safe once it is answered."""

import asyncio
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hgtui.core import events as ev
from hgtui.core.plan import Plan, Task
from hgtui.core.run import Run, TaskStatus, fold
from hgtui.core.states import Gate, Outcome, Stage, TaskState
from hgtui.session.journal import Journal, JournalError, UnknownRun
from hgtui.session.locks import RunLock
from hgtui.ui.live import Stream
from hgtui.ui.rows import countdown

START = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def story() -> list[ev.Event]:
    task = Task(uid="t1", id=0, task="summarization")
    return [
        ev.RunStarted(request="Summarize Käse.txt\x00", files=("Käse.txt",), planner="rules"),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.PlanProposed(plan=Plan(request="Summarize Käse.txt", tasks=(task,))),
        ev.StageEntered(stage=Stage.SELECTION),
        ev.GateOpened(gate=Gate.MERGED, fingerprint="f" * 64, approvable=True),
        ev.StageEntered(stage=Stage.EXECUTION),
        ev.TaskStarted(uid="t1"),
        ev.TaskFailed(uid="t1", failure="crashed", message="It crashed."),  # type: ignore[arg-type]
        ev.RunEnded(outcome=Outcome.FAILED, exit=1),
    ]


async def tell(journal: Journal, run: str, events: list[ev.Event], start: float = 0) -> list[ev.Entry]:
    futures = [journal.append(run, event, at(start + number)) for number, event in enumerate(events)]
    return list(await asyncio.gather(*futures))


async def test_what_was_appended_is_read_back_by_another_journal_and_folds_the_same(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        written = await tell(journal, "r", story())
    async with Journal.open(tmp_path) as journal:
        reading = await journal.read("r")
    assert reading.damage == ""
    assert reading.entries == written
    assert [entry.seq for entry in written] == list(range(1, 10))
    assert fold(reading.entries) == fold(written)


async def test_events_are_numbered_in_each_run_and_answered_in_the_order_of_the_calls(tmp_path: Path) -> None:
    answered: list[tuple[str, int | None]] = []
    async with Journal.open(tmp_path) as journal:
        futures = []
        for number in range(300):
            future = journal.append("ab"[number % 2], ev.Logged(text=str(number)), at(number))
            future.add_done_callback(lambda done: answered.append((done.result().run, done.result().seq)))
            futures.append(future)
        await asyncio.gather(*futures)
        assert answered == [("ab"[number % 2], number // 2 + 1) for number in range(300)]
        assert [entry.seq for entry in await journal.entries("a", after=147)] == [148, 149, 150]


async def test_numbers_go_on_where_an_earlier_process_stopped(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        await tell(journal, "r", story()[:2])
    async with Journal.open(tmp_path) as journal:
        assert (await journal.append("r", story()[2], at(5))).seq == 3


async def test_closing_writes_what_nobody_waited_for(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        for number in range(200):
            journal.append("r", ev.Logged(text=str(number)), at(number))
    async with Journal.open(tmp_path) as journal:
        assert len(await journal.entries("r")) == 200


async def test_who_stops_waiting_does_not_take_the_event_back(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        journal.append("r", ev.Logged(text="first"), at(0)).cancel()
        await journal.append("r", ev.Logged(text="second"), at(1))
        assert [entry.event.text for entry in await journal.entries("r")] == ["first", "second"]  # type: ignore[union-attr]


async def test_a_passing_event_is_refused(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        with pytest.raises(TypeError, match="delta"):
            journal.append("r", ev.Delta(stage=Stage.PLANNING, text="x"), at(0))


async def test_after_closing_every_call_fails_clearly_and_closing_again_does_nothing(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path)
    await journal.aclose()
    await journal.aclose()
    with pytest.raises(JournalError, match="closed"):
        await journal.append("r", ev.Logged(text="x"), at(0))
    with pytest.raises(JournalError, match="closed"):
        await journal.runs()


async def test_files_are_for_their_owner_only_while_it_is_open_and_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    before = os.umask(0)
    try:
        async with Journal.open(folder) as journal:
            await tell(journal, "r", story())
            await journal.runs()
            names = sorted(path.name for path in folder.iterdir())
            modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(before)
    assert names == ["runs.db", "runs.db-shm", "runs.db-wal"]
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["runs.db"]


async def test_the_list_says_where_each_run_stands(tmp_path: Path) -> None:
    no_way = ev.GateOpened(gate=Gate.MERGED, fingerprint="f" * 64, approvable=False, errors=2)
    async with Journal.open(tmp_path) as journal:
        await tell(journal, "ended", story())
        await tell(journal, "waiting", story()[:5], start=100)
        await tell(journal, "hopeless", [*story()[:4], no_way], start=150)
        await tell(journal, "running", story()[:7], start=200)
        await tell(journal, "killed", story()[:7], start=300)
        lock = RunLock.take(tmp_path, "running")
        assert lock
        rows = await journal.runs()
        lock.release()
    assert [(row.id, row.state, row.exit, row.tasks, row.events) for row in rows] == [
        ("killed", "left", None, 1, 7),
        ("running", "execution", None, 1, 7),
        ("hopeless", "errors", None, 1, 5),
        ("waiting", "waiting", None, 1, 5),
        ("ended", "failed", 1, 1, 9),
    ]
    assert rows[-1].started == at(0)
    assert rows[-1].updated == at(8)
    assert rows[0].planner == "rules"


async def test_the_list_is_searched_whatever_the_case_and_has_a_limit(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        for number, words in enumerate(("Read ÄPFEL.png", "100% sure", "read pears")):
            await journal.append(f"r{number}", ev.RunStarted(request=words), at(number))
        assert [row.id for row in await journal.runs(search="äpfel")] == ["r0"]
        assert [row.id for row in await journal.runs(search="READ")] == ["r2", "r0"]
        assert [row.id for row in await journal.runs(search="%")] == ["r1"]
        assert [row.id for row in await journal.runs(search="r1")] == ["r1"]
        assert [row.id for row in await journal.runs(limit=2)] == ["r2", "r1"]


async def test_a_run_is_meant_by_a_unique_beginning_or_its_last_part(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        for name in ("20261121-100000-aaa111", "20261121-100500-bbb222", "20261121"):
            await journal.append(name, ev.RunStarted(request="x"), at(0))
        assert await journal.resolve("20261121-1000") == "20261121-100000-aaa111"
        assert await journal.resolve(" BBB222 ") == "20261121-100500-bbb222"
        assert await journal.resolve("20261121") == "20261121"
        assert await journal.exists("20261121")
        assert not await journal.exists("2026112")
        with pytest.raises(UnknownRun, match="could be any of"):
            await journal.resolve("20261121-1")
        for unknown in ("", "zzz", "%", "1' OR 1", "\x1b[31m"):
            with pytest.raises(UnknownRun, match="There is no run") as caught:
                await journal.resolve(unknown)
            assert "\x1b" not in caught.value.message


async def test_a_clock_that_goes_back_changes_no_order_and_makes_no_time_negative(tmp_path: Path) -> None:
    times = [10, 11, 12, 13, 14, -3600, -3599, -3598, 5]
    async with Journal.open(tmp_path) as journal:
        for seconds, event in zip(times, story(), strict=True):
            await journal.append("back", event, at(seconds))
        await tell(journal, "later", story()[:5], start=-3590)
        entries = await journal.entries("back")
        rows = await journal.runs()
    assert [entry.seq for entry in entries] == list(range(1, 10))
    assert [entry.at for entry in entries] == [at(seconds) for seconds in times]
    # The list is by the start of each run, as its clock said.
    assert [row.id for row in rows] == ["back", "later"]
    assert all(row.updated >= row.started for row in rows)
    run = Run()
    stream = Stream()
    for entry in entries:
        run.fold(entry)
        stream.add(ev.Delta(stage=Stage.PLANNING, text="x", reasoning=True), entry.at)
        assert stream.thought_s >= 0
        for status in run.tasks.values():
            assert (status.seconds or 0) >= 0
    waits = TaskStatus(state=TaskState.RETRYING, retry_at=at(0), wait_s=4.0)
    assert [countdown(waits, at(seconds)) for seconds in (-3600, 0, 3, 9)] == ["in 4 s", "in 4 s", "in 1 s", "now"]
    assert run.ended


async def test_in_memory_it_does_the_same_and_leaves_nothing() -> None:
    async with Journal.open(None) as journal:
        written = await tell(journal, "r", story())
        assert await journal.entries("r") == written
        assert [row.id for row in await journal.runs()] == ["r"]
        assert await journal.resolve("r") == "r"


async def test_reading_goes_on_beside_writing(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        futures = [journal.append("r", ev.Logged(text="x"), at(number)) for number in range(2_000)]
        while not futures[-1].done():
            reading = await journal.read("r")
            assert reading.damage == ""
            assert [entry.seq for entry in reading.entries] == list(range(1, len(reading.entries) + 1))
        assert len(await journal.entries("r")) == 2_000
