"""A damaged journal: what can be read is kept, the file is set aside, and the person is told. Real files, real bytes."""

import asyncio
import contextlib
import json
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hgtui.core import events as ev
from hgtui.core.run import fold
from hgtui.session.journal import Journal, JournalError, Reading, UnknownRun
from tests.session.test_journal import at, story, tell

PAGE = 4096
RUNS = 12


def words(run: str) -> list[ev.Event]:
    """A run whose every page names it; some of its events are longer than a page."""
    started = ev.RunStarted(request=f"{run} asks")
    lines = [ev.Logged(text=" ".join([run] * (230 if number == 7 else number // 3 + 1))) for number in range(1, 14)]
    return [started, *story()[1:5], *lines, story()[-1]]


@dataclass(frozen=True)
class Kept:
    """A journal as its files, and what is in it."""

    folder: Path
    runs: dict[str, list[ev.Entry]]

    def copy(self, to: Path, name: str, data: bytes) -> Path:
        """Copy the files, one of them with other bytes."""
        shutil.copytree(self.folder, to)
        (to / name).write_bytes(data)
        return to / name


async def _make(folder: Path) -> dict[str, list[ev.Entry]]:
    runs = {}
    async with Journal.open(folder) as journal:
        for number in range(RUNS):
            name = f"20261121-1000{number:02d}-abc{number:03d}"
            runs[name] = await tell(journal, name, words(name), start=number)
        # While it is open its log is not folded in: the copy is what a killed program leaves.
        await asyncio.to_thread(shutil.copytree, folder, folder.with_name("killed"))
    return runs


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, Kept]:
    """The same journal closed, and as a program that was killed left it."""
    folder = tmp_path_factory.mktemp("made") / "closed"
    runs = asyncio.run(_make(folder))
    (folder.with_name("killed") / "runs.db-shm").unlink()
    return Kept(folder, runs), Kept(folder.with_name("killed"), runs)


async def look(folder: Path, names: list[str]) -> tuple[dict[str, Reading], tuple[str, ...]]:
    """Read every run, as somebody does who comes again where the first answer was that the file is damaged."""
    told: list[str] = []
    async with Journal.open(folder, told.append) as journal:
        await journal.runs()
        for name in names:
            with contextlib.suppress(UnknownRun):
                await journal.read(await journal.resolve(name))
        readings = {name: await journal.read(name) for name in names}
        listed = {row.id for row in await journal.runs()}
        assert {name for name, reading in readings.items() if reading.entries} <= listed
        assert tuple(told) == journal.notices
    return readings, tuple(told)


def whole_elsewhere(kept: Kept, readings: dict[str, Reading], hit: set[str]) -> None:
    """Check that each run is a beginning of what was written, and those that no damaged byte was near are whole."""
    for name, written in kept.runs.items():
        entries = readings[name].entries
        told = [one for one in entries if isinstance(one.event, ev.Logged) and "was damaged" in one.event.text]
        sound = entries[: len(entries) - len(told)]
        assert sound == written[: len(sound)], name
        fold(entries)
        if name not in hit:
            assert len(sound) == len(written), name


def near(data: bytes, names: dict[str, list[ev.Entry]], begin: int, end: int) -> set[str]:
    """The runs that are named on the pages from byte to byte."""
    pages = data[begin // PAGE * PAGE : -(-end // PAGE) * PAGE]
    return {name for name in names if name.encode() in pages}


def places(size: int, count: int, seed: int) -> Iterator[int]:
    dice = random.Random(seed)
    yield from sorted(dice.sample(range(size), count))


async def flipped(kept: Kept, tmp_path: Path, place: int, bit: int) -> None:
    data = bytearray((kept.folder / "runs.db").read_bytes())
    hit = near(bytes(data), kept.runs, place, place + 1)
    data[place] ^= 1 << bit
    path = kept.copy(tmp_path / f"flip{place}-{bit}", "runs.db", bytes(data))
    try:
        readings, told = await look(path.parent, list(kept.runs))
    except JournalError as error:
        # One flip in the number of the layout is what a newer program has written; nothing is touched then.
        assert 60 <= place < 64 and "newer hgtui" in error.message, (place, error.message)
        assert path.read_bytes() == bytes(data)
        return
    whole_elsewhere(kept, readings, hit)
    aside = list(path.parent.glob("runs.db.damaged-*"))
    assert len(aside) == len(told) <= 1
    if aside:
        assert str(aside[0]) in told[0]
        assert aside[0].read_bytes()[place] == data[place]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shutil.rmtree(path.parent)


async def test_a_flipped_bit_anywhere_costs_no_run_that_does_not_lie_there(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    closed = made[0]
    size = (closed.folder / "runs.db").stat().st_size
    for place in (*range(100), *places(size, 120, 1)):
        await flipped(closed, tmp_path, place, place % 8)


async def test_a_file_cut_at_any_length_keeps_the_runs_before_the_cut(made: tuple[Kept, Kept], tmp_path: Path) -> None:
    closed = made[0]
    data = (closed.folder / "runs.db").read_bytes()
    for length in (1, 50, 100, 511, PAGE - 1, PAGE, PAGE + 1, *places(len(data), 60, 2), len(data) - 1):
        path = closed.copy(tmp_path / f"cut{length}", "runs.db", data[:length])
        try:
            readings, told = await look(path.parent, list(closed.runs))
        except JournalError as error:
            # Nothing in it shows that it ever was a journal.
            assert length < PAGE and "not a journal" in error.message, (length, error.message)
            assert path.read_bytes() == data[:length]
            continue
        whole_elsewhere(closed, readings, near(data, closed.runs, length, len(data)))
        assert len(told) == 1


async def test_a_log_that_is_cut_loses_what_was_cut_off_and_nothing_before(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    killed = made[1]
    log = (killed.folder / "runs.db-wal").read_bytes()
    assert len(log) > 20 * PAGE
    before = 0
    for length in (0, 10, 32, 60, *places(len(log), 25, 3), len(log)):
        path = killed.copy(tmp_path / f"log{length}", "runs.db-wal", log[:length])
        readings, _ = await look(path.parent, list(killed.runs))
        whole_elsewhere(killed, readings, set(killed.runs))
        count = sum(len(reading.entries) for reading in readings.values())
        assert count >= before
        before = count
    assert before == sum(len(entries) for entries in killed.runs.values())


async def test_a_flipped_bit_in_the_log_is_found_out_and_what_follows_is_kept(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    killed = made[1]
    log = (killed.folder / "runs.db-wal").read_bytes()
    for place in (*range(0, 56, 3), *places(len(log), 40, 4)):
        data = bytearray(log)
        data[place] ^= 1 << place % 8
        path = killed.copy(tmp_path / f"bit{place}", "runs.db-wal", bytes(data))
        readings, told = await look(path.parent, list(killed.runs))
        frame = (place - 32) // (PAGE + 24) * (PAGE + 24) + 32
        hit = {name for name in killed.runs if name.encode() in log[max(frame, 0) : frame + PAGE + 24]}
        whole_elsewhere(killed, readings, hit if place >= 32 else set())
        assert len(told) <= 1
        if told:
            (aside,) = [one for one in path.parent.glob("runs.db.damaged-*") if not one.name.endswith("-wal")]
            assert aside.with_name(f"{aside.name}-wal").read_bytes() == bytes(data)


async def test_a_log_as_a_killed_program_leaves_it_is_no_damage(made: tuple[Kept, Kept], tmp_path: Path) -> None:
    shutil.copytree(made[1].folder, tmp_path / "killed")
    readings, told = await look(tmp_path / "killed", list(made[1].runs))
    assert told == ()
    whole_elsewhere(made[1], readings, set())


def spoil(folder: Path, *marks: bytes) -> Path:
    """Overwrite the pages that have these bytes."""
    path = folder / "runs.db"
    data = bytearray(path.read_bytes())
    for mark in marks:
        page = data.index(mark) // PAGE * PAGE
        data[page : page + PAGE] = b"\xee" * PAGE
    path.write_bytes(data)
    return path


async def test_the_sentence_says_what_was_kept_and_a_run_that_was_cut_says_so_itself(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made[0].folder, folder)
    names = list(made[0].runs)
    path = spoil(folder, f"{names[4]} {names[4]}".encode())
    readings, told = await look(folder, names)
    cut = [name for name in names if len(readings[name].entries) < len(made[0].runs[name])]
    assert cut and set(cut) < set(names)
    assert "were kept whole" in told[0]
    assert cut[0] in told[0]
    assert str(path) in told[0]
    for name in cut:
        if readings[name].entries:
            assert "was damaged behind event" in fold(readings[name].entries).log[-1].text
    async with Journal.open(folder) as journal:
        assert journal.notices == ()
        assert (await journal.append(names[0], ev.Logged(text="goes on"), at(99))).seq == len(
            made[0].runs[names[0]]
        ) + 1


async def test_while_a_run_is_written_the_file_stays_where_it_is_and_is_mended_later(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made[0].folder, folder)
    names = list(made[0].runs)
    spoil(folder, f"{names[4]} {names[4]}".encode())
    async with Journal.open(folder) as journal:
        await tell(journal, "zzz", story())
        assert (await journal.read(names[4])).damage
        assert journal.notices == ()
    assert not list(folder.glob("*.damaged-*"))
    async with Journal.open(folder) as journal:
        await journal.read(names[4])
        assert len(journal.notices) == 1
        assert len((await journal.read("zzz")).entries) == 9


async def test_a_file_that_another_program_has_open_is_left_and_that_is_told(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made[0].folder, folder)
    names = list(made[0].runs)
    path = spoil(folder, f"{names[4]} {names[4]}".encode())
    async with Journal.open(folder) as other:
        await other.runs()
        async with Journal.open(folder) as journal:
            reading = await journal.read(names[4])
            assert reading.damage
            assert "another hgtui has it open" in journal.notices[0]
            assert len((await journal.read(names[0])).entries) == len(made[0].runs[names[0]])
    assert path.exists()
    assert not list(folder.glob("*.damaged-*"))


def test_where_there_is_no_room_the_damaged_file_stays_as_it_is(made: tuple[Kept, Kept], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made[0].folder, folder)
    data = (folder / "runs.db").read_bytes()[: 40 * PAGE + 7]
    (folder / "runs.db").write_bytes(data)
    # Room for SQLite's own index, which is 32 KB, and not for what can be read.
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)); from tests.session"
    script = f"{limited} import child_journal as c; import asyncio, pathlib; asyncio.run(c.try_open(pathlib.Path(sys.argv[1]), 'r'))"
    done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert "damaged and was left as it is" in found[0]
    assert "disk is full" in found[0]
    assert (folder / "runs.db").read_bytes() == data
    assert [one.name for one in folder.iterdir() if one.name != "locks"] == ["runs.db"]


async def test_what_a_killed_program_began_to_mend_is_ended_at_the_next_start(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made[0].folder, folder)
    damaged, mended = b"damaged beyond repair", (folder / "runs.db").read_bytes()
    (folder / "runs.db").write_bytes(damaged)
    (folder / "runs.db-wal").write_bytes(b"its log")
    (folder / "runs.db.mended-.damaged-20261121-100000").write_bytes(mended)
    (folder / "runs.db.mending-12345678").write_bytes(b"half")
    async with Journal.open(folder) as journal:
        assert len(await journal.runs()) == RUNS
    assert (folder / "runs.db.damaged-20261121-100000").read_bytes() == damaged
    assert (folder / "runs.db.damaged-20261121-100000-wal").read_bytes() == b"its log"
    assert not list(folder.glob("*mend*"))


async def test_a_journal_that_breaks_under_its_writer_is_mended_when_it_closes(
    made: tuple[Kept, Kept], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made[0].folder, folder)
    names = list(made[0].runs)
    told: list[str] = []
    spoil(folder, f"{names[-1]} {names[-1]}".encode())
    async with Journal.open(folder, told.append) as journal:
        with pytest.raises(JournalError, match="damaged"):
            await journal.append(names[-1], ev.Logged(text="x"), at(0))
        assert told == []
    assert len(told) == 1
    async with Journal.open(folder) as journal:
        assert len(await journal.entries(names[0])) == len(made[0].runs[names[0]])
        await journal.append(names[-1], ev.Logged(text="x"), at(0))


def test_sqlite_agrees_that_a_mended_file_is_sound(made: tuple[Kept, Kept], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made[0].folder, folder)
    names = list(made[0].runs)
    spoil(folder, f"{names[4]} {names[4]}".encode())
    asyncio.run(look(folder, names))
    with sqlite3.connect(folder / "runs.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
