"""The journal in trouble: killed, full, locked out, damaged, foreign, newer, shared."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hgtui.core import events as ev
from hgtui.core.run import fold
from hgtui.session.journal import Journal, JournalError
from tests.session.test_journal import at, story, tell


def child(what: str, folder: Path, run: str, *more: object) -> list[str]:
    return [sys.executable, "-m", "tests.session.child_journal", what, str(folder), run, *map(str, more)]


def answer(what: str, folder: Path) -> object:
    done = subprocess.run(child(what, folder, "r"), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


async def test_a_process_killed_at_any_moment_leaves_a_journal_that_opens_and_folds(tmp_path: Path) -> None:
    for round_, count in enumerate((1, 2, 3, 7, 20, 21, 50, 133, 400, 700)):
        run = f"run{round_}"
        process = await asyncio.create_subprocess_exec(
            *child("endless", tmp_path, run), stdout=asyncio.subprocess.PIPE, limit=1 << 20
        )
        assert process.stdout
        for _ in range(count):
            safe = int(await process.stdout.readline())
        process.kill()
        rest = await process.stdout.read()
        await process.wait()
        safe = max([safe, *map(int, rest.split(b"\n")[:-1])])
        async with Journal.open(tmp_path) as journal:
            reading = await journal.read(run)
            assert reading.damage == ""
            assert [entry.seq for entry in reading.entries] == list(range(1, len(reading.entries) + 1))
            assert len(reading.entries) >= safe >= count
            assert fold(reading.entries).request == "kill me"
            assert (await journal.runs(limit=1))[0].events == len(reading.entries)


async def test_two_processes_write_different_runs_of_one_folder_at_once(tmp_path: Path) -> None:
    processes = [
        await asyncio.create_subprocess_exec(*child("some", tmp_path, run, 400), stdout=asyncio.subprocess.PIPE)
        for run in ("a", "b", "c")
    ]
    assert [(await process.communicate())[0] for process in processes] == [b"400\n"] * 3
    async with Journal.open(tmp_path) as journal:
        for run in ("a", "b", "c"):
            reading = await journal.read(run)
            assert (len(reading.entries), reading.damage) == (400, "")


async def test_two_journals_that_write_one_run_do_not_mix_and_other_runs_go_on(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as first, Journal.open(tmp_path) as second:
        await tell(first, "r", story()[:2])
        await second.append("r", ev.Logged(text="mine"), at(3))
        late = [first.append("r", ev.Logged(text="late"), at(4)), first.append("other", story()[0], at(4))]
        lost, kept = await asyncio.gather(*late, return_exceptions=True)
        assert isinstance(lost, JournalError)
        assert "Another hgtui" in lost.message
        assert isinstance(kept, ev.Entry)
        with pytest.raises(JournalError, match="Another hgtui"):
            await first.append("r", ev.Logged(text="later"), at(5))
        assert (await second.append("r", ev.Logged(text="mine too"), at(6))).seq == 4
        assert first.error is None


async def test_a_full_disk_fails_every_waiting_caller_and_keeps_what_was_answered(tmp_path: Path) -> None:
    found = answer("fill", tmp_path)
    assert isinstance(found, dict)
    assert len(found["errors"]) >= 2
    for message, hint in found["errors"]:
        assert "disk is full" in message
        assert str(tmp_path / "runs.db") in message
        assert "HGTUI_DATA_DIR" in hint
    async with Journal.open(tmp_path) as journal:
        reading = await journal.read("r")
        assert (len(reading.entries), reading.damage) == (found["safe"], "")
        assert (await journal.append("r", ev.Logged(text="space again"), at(0))).seq == found["safe"] + 1


async def test_a_disk_without_room_for_a_journal_is_said_at_once_and_a_later_start_works(tmp_path: Path) -> None:
    found = answer("no_space", tmp_path)
    assert isinstance(found, list)
    assert "disk is full" in found[0]
    assert "HGTUI_DATA_DIR" in found[1]
    async with Journal.open(tmp_path) as journal:
        assert len(await tell(journal, "r", story())) == 9


def locked_folder(folder: Path) -> None:
    folder.mkdir(mode=0o555)


def inside_locked_folder(folder: Path) -> None:
    folder.parent.mkdir(mode=0o500)


def someone_elses_file(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    asyncio.run(_leave_journal(folder))


async def _leave_journal(folder: Path) -> None:
    async with Journal.open(folder) as journal:
        await tell(journal, "old", story())


@pytest.mark.skipif("os.geteuid() != 0", reason="gives up the rights of root in a child")
@pytest.mark.parametrize("make", [locked_folder, inside_locked_folder, someone_elses_file])
def test_a_data_folder_without_rights_is_named_together_with_its_variable(make: Callable[[Path], None]) -> None:
    # Not in pytest's folder, which nobody but its owner may enter.
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        folder = Path(top, "a", "data") if make is inside_locked_folder else Path(top, "data")
        make(folder)
        found = answer("no_rights", folder)
    assert isinstance(found, list)
    assert str(folder) in found[0]
    assert "HGTUI_DATA_DIR" in found[1]


@pytest.mark.parametrize("inside", ["", "deeper"])
async def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path, inside: str) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(JournalError, match="data folder") as caught:
        await Journal.open(tmp_path / "data" / inside)
    assert "HGTUI_DATA_DIR" in caught.value.hint
    assert (tmp_path / "data").read_text() == "x"


async def test_a_newer_layout_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "runs.db") as db:
        db.execute("PRAGMA user_version = 99")
        db.execute("CREATE TABLE runs (id)")
    db.close()
    before = (tmp_path / "runs.db").read_bytes()
    with pytest.raises(JournalError, match="newer hgtui"):
        await Journal.open(tmp_path)
    assert (tmp_path / "runs.db").read_bytes() == before


async def test_what_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    for number, content in enumerate((b"no database " * 100, b"SQLite format 3\0" + b"\xff" * 5_000)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "runs.db").write_bytes(content)
        with pytest.raises(JournalError, match=r"runs\.db"):
            await Journal.open(folder)
        assert (folder / "runs.db").read_bytes() == content
    (tmp_path / "runs.db").mkdir()
    with pytest.raises(JournalError, match="not a file"):
        await Journal.open(tmp_path)


async def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "runs.db") as db:
        db.execute("CREATE TABLE bookmarks (url)")
    db.close()
    with pytest.raises(JournalError, match="another program"):
        await Journal.open(tmp_path)


CHANGES = {
    "cut off": "UPDATE events SET body = substr(body, 1, 10) WHERE seq = 5",
    "one letter": "UPDATE events SET body = replace(body, 'merged', 'merger') WHERE seq = 5",
    "still JSON": "UPDATE events SET body = replace(body, 'true', 'null') WHERE seq = 5",
    "other time": "UPDATE events SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 5",
    "not UTF-8": "UPDATE events SET body = CAST(x'ff00fe' AS TEXT) WHERE seq = 5",
    "gone": "DELETE FROM events WHERE seq = 5",
    "the end gone": "DELETE FROM events WHERE seq >= 5",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_damaged_row_keeps_what_stands_before_it_and_is_reported(tmp_path: Path, change: str) -> None:
    async with Journal.open(tmp_path) as journal:
        written = await tell(journal, "r", story())
        await tell(journal, "sound", story())
    with sqlite3.connect(tmp_path / "runs.db") as db:
        db.execute(change + " AND run = 'r'")
    db.close()
    async with Journal.open(tmp_path) as journal:
        reading = await journal.read("r")
        assert reading.entries == written[:4]
        assert "behind event 4" in reading.damage
        assert (await journal.read("sound")).damage == ""


async def test_flipped_bits_in_the_file_are_found_out(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        await tell(journal, "r", [ev.Logged(text=f"mark {number:04d} " + "y" * 200) for number in range(500)])
    file = tmp_path / "runs.db"
    data = bytearray(file.read_bytes())
    data[data.index(b"mark 0300")] ^= 1
    file.write_bytes(data)
    async with Journal.open(tmp_path) as journal:
        reading = await journal.read("r")
    assert len(reading.entries) == 300
    assert "behind event 300" in reading.damage


async def test_a_page_that_is_no_page_any_more_ends_the_reading_without_an_error(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        await tell(journal, "r", [ev.Logged(text=f"mark {number:04d} " + "y" * 200) for number in range(500)])
    file = tmp_path / "runs.db"
    data = bytearray(file.read_bytes())
    page = data.index(b"mark 0300") // 4096 * 4096
    data[page : page + 4096] = b"\xee" * 4096
    file.write_bytes(data)
    async with Journal.open(tmp_path) as journal:
        reading = await journal.read("r")
    assert 0 < len(reading.entries) <= 300
    assert reading.damage


async def test_an_event_that_cannot_be_written_fails_its_run_and_no_other(tmp_path: Path) -> None:
    async with Journal.open(tmp_path) as journal:
        events = [
            ("bad", ev.Logged(text="ok")),
            ("bad", ev.Logged.model_construct(text="\ud800")),
            ("good", ev.Logged(text="ok")),
        ]
        futures = [journal.append(run, event, at(0)) for run, event in events]
        ok, lost, other = await asyncio.gather(*futures, return_exceptions=True)
        assert isinstance(ok, ev.Entry)
        assert isinstance(lost, JournalError)
        assert isinstance(other, ev.Entry)
        with pytest.raises(JournalError, match="cannot be written"):
            await journal.append("bad", ev.Logged(text="after"), at(1))
        assert len(await journal.entries("bad")) == 1
