"""What nothing names is taken away, and nothing else: runs, records, kept results, copies of the journal, other processes."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from hgtui.core import events as ev
from hgtui.core.states import Failure, Stage
from hgtui.session import locks
from hgtui.session.artifacts import Artifacts
from hgtui.session.collecting import GRACE_S, Collected, collect
from hgtui.session.journal import Journal, JournalError
from hgtui.session.locks import RunInUse, RunLock
from hgtui.session.nostore import Traceless
from hgtui.session.store import Records
from tests.session.test_journal import at, story, tell


class Data:
    """A data folder with its journal and artifacts; what is put is as old as the test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.artifacts = Artifacts(folder)

    async def put(self, data: bytes) -> str:
        return (await self.artifacts.put(data))[0]

    def age(self, seconds: float = GRACE_S + 60) -> None:
        when = time.time() - seconds
        for place in (self.folder / "artifacts").rglob("*"):
            os.utime(place, (when, when))

    def has(self, digest: str) -> bool:
        try:
            return self.artifacts.path(digest).is_file()
        except KeyError:
            return False

    async def collect(self, *, dry_run: bool = False) -> Collected:
        async with Journal.open(self.folder) as journal:
            return await collect(journal, self.artifacts, self.folder, dry_run=dry_run)


@pytest.fixture
def data(tmp_path: Path) -> Data:
    return Data(tmp_path / "data")


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def done(digest: str) -> ev.TaskDone:
    result = {"kind": "text", "digest": digest, "media_type": "text/plain", "size": 1}
    return ev.TaskDone.model_validate({"uid": "t1", "results": [result]})


async def test_what_nothing_names_goes_and_what_anything_names_stays(data: Data) -> None:
    result, raw, orphan = await data.put(b"result"), await data.put(b"raw"), await data.put(b"orphan" * 100)
    inner = await Records(data.artifacts, {}).keep("hub", {"of": "a record"}, b"inner reply")
    record = await Records(data.artifacts, {}).keep("llm", {"after": inner}, b"outer reply")
    replies = [await data.put(b"inner reply"), await data.put(b"outer reply")]
    failed = ev.PlanningFailed(failure=Failure.UNREADABLE, message="x", raw=raw)
    async with Journal.open(data.folder) as journal:
        await tell(
            journal, "r", [*story(), done(result), failed, ev.Called(stage=Stage.PLANNING, model="m", record=record)]
        )
    data.age()
    told = await data.collect(dry_run=True)
    assert (told.removed, told.freed, told.kept, told.dry_run) == (1, 600, 6, True)
    assert data.has(orphan)
    assert await data.collect() == told.model_copy(update={"dry_run": False})
    assert not data.has(orphan)
    assert all(data.has(one) for one in (result, raw, inner, record, *replies))
    again = await data.collect()
    assert (again.removed, again.freed) == (0, 0)


async def test_what_was_put_within_the_hour_stays_and_is_counted(data: Data) -> None:
    young = await data.put(b"being written")
    told = await data.collect()
    assert (told.removed, told.young) == (0, 1)
    assert data.has(young)


async def test_what_is_put_again_counts_as_put_now(data: Data) -> None:
    digest = await data.put(b"made twice")
    data.age()
    await data.put(b"made twice")
    assert (await data.collect()).removed == 0
    assert data.has(digest)


async def test_what_a_kept_result_names_stays_whatever_the_column(data: Data) -> None:
    kept, other = await data.put(b"kept"), await data.put(b"also kept")
    async with Journal.open(data.folder):
        pass
    with closing(sqlite3.connect(data.folder / "results.db")) as db:
        db.execute("CREATE TABLE results (key TEXT, kept TEXT)")
        db.execute("CREATE TABLE more (what TEXT)")
        db.execute("INSERT INTO results VALUES ('k', ?)", (f'[{{"digest": "{kept}"}}]',))
        db.execute("INSERT INTO more VALUES (?)", (other,))
        db.commit()
    data.age()
    assert (await data.collect()).removed == 0
    (data.folder / "results.db").unlink()
    assert (await data.collect()).removed == 2


async def test_where_it_cannot_be_told_what_is_named_nothing_goes(data: Data) -> None:
    orphan = await data.put(b"orphan")
    data.age()
    async with Journal.open(data.folder):
        pass
    (data.folder / "results.db").write_bytes(b"no database " * 100)
    with pytest.raises(JournalError, match="nothing was removed"):
        await data.collect()
    assert data.has(orphan)


async def test_a_copy_of_the_journal_names_its_artifacts_too(data: Data) -> None:
    saved = await data.put(b"only the damaged file names it")
    async with Journal.open(data.folder) as journal:
        await tell(journal, "r", [*story(), done(saved)])
    (data.folder / "runs.db").rename(data.folder / "runs.db.damaged-20261121-100000")
    data.age()
    assert (await data.collect()).removed == 0
    assert data.has(saved)


async def test_a_deleted_run_is_gone_from_the_file_and_gc_frees_what_only_it_had(data: Data) -> None:
    own, shared = await data.put(b"own"), await data.put(b"shared")
    async with Journal.open(data.folder) as journal:
        secret = ev.Logged(text="what nobody shall read any more")
        await tell(journal, "gone", [*story(), done(own), done(shared), secret])
        await tell(journal, "stays", [*story(), done(shared)])
        assert await journal.delete("gone") == 12
        assert [row.id for row in await journal.runs()] == ["stays"]
        assert (await journal.read("gone")).entries == []
        assert len(await journal.entries("stays")) == 10
        on_disk = b"".join(one.read_bytes() for one in [data.folder / "runs.db", data.folder / "runs.db-wal"])
        assert b"nobody shall read" not in on_disk
    data.age()
    assert (await data.collect()).removed == 1
    assert (data.has(own), data.has(shared)) == (False, True)


async def test_a_run_that_is_written_is_not_deleted(data: Data) -> None:
    async with Journal.open(data.folder) as journal:
        await tell(journal, "r", story()[:5])
        lock = RunLock.take(data.folder, "r")
        assert lock
        with pytest.raises(RunInUse):
            await journal.delete("r")
        lock.release()
        assert len(await journal.entries("r")) == 5
        assert await journal.delete("r") == 5


async def test_locks_of_processes_that_died_are_taken_away_and_those_that_are_held_are_not(data: Data) -> None:
    async with Journal.open(data.folder):
        pass
    lock = RunLock.take(data.folder, "held")
    assert lock
    (data.folder / "locks" / "left.lock").write_text("12345")
    assert locks.held(data.folder, "held")
    assert not locks.held(data.folder, "left")
    assert not locks.held(data.folder, "never")
    assert (await data.collect(dry_run=True)).locks == 1
    assert (await data.collect()).locks == 1
    assert names(data.folder / "locks") == ["held.lock"]
    lock.release()


async def test_a_traceless_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with await Traceless.open() as place:
        digest, _ = await place.artifacts.put(b"secret")
        await tell(place.journal, "r", story())
        assert await place.artifacts.read(digest) == b"secret"
        assert (await place.journal.append("r", ev.Logged(text="x"), at(20))).seq == 10
        assert len(names(tmp_path)) == 1
    assert names(tmp_path) == []
