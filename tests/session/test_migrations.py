"""Files of older layouts: migrated whole or not at all, under a backup, and folded to what they were."""

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hgtui.core.run import fold
from hgtui.core.states import Outcome, Stage, TaskState
from hgtui.session import database
from hgtui.session.archive import FORMAT
from hgtui.session.artifacts import Artifacts
from hgtui.session.database import FILE, JournalError, open_writing
from hgtui.session.exchange import import_run
from hgtui.session.journal import Journal
from hgtui.session.migrating import SCHEMA, STEPS, Step
from hgtui.session.results import FILE as RESULTS
from hgtui.session.results import ResultStore
from hgtui.session.results_file import VERSION as RESULTS_VERSION
from hgtui.session.store import Records

FIXTURE = Path(__file__).with_name("fixtures") / "version-1"
"""Written by hgtui as it was when version 1 was the last: each file was made once and is never made again."""
ENDED, WAITS, ERRORS, KILLED = (
    "20261121-072628-df9f52",
    "20261121-072628-e66a6d",
    "20261121-072628-e86288",
    "20261121-080000-abcdef",
)


LAST = Path(__file__).with_name("fixtures") / "version-2"
"""The same for version 2, with what hgtui kept beside it: a file of results of version 1, a run exported in format 1."""
HEARD, AGAIN, READY, CUT = (
    "20261121-084948-c644a6",
    "20261121-084949-d418d7",
    "20261121-084950-6dec63",
    "20261121-084951-6b3490",
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder as version 1 left it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    shutil.copy(FIXTURE / "runs-v1.db", folder / FILE)
    shutil.copytree(FIXTURE / "artifacts", folder / "artifacts")
    return folder


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def copy_of(folder: Path) -> Path:
    """Return the backup, which is the only file beside the journal."""
    (backup,) = (one for one in folder.iterdir() if one.is_file() and one.name != FILE)
    assert backup.name.startswith(f"{FILE}.v1-backup-")
    return backup


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM events ORDER BY run, seq").fetchall()


def columns(path: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(path)) as db:
        return {
            table: {tuple(row[1:4]) for row in db.execute(f"PRAGMA table_info({table})")}
            for table in ("runs", "events")
        }


async def test_runs_of_version_1_fold_to_what_they_were(old: Path) -> None:
    async with Journal.open(old) as journal:
        listed = {row.id: (row.state, row.events, row.errors) for row in await journal.runs()}
        runs = {name: fold(await journal.entries(name)) for name in listed}
    assert listed == {
        ENDED: ("answered", 19, 0),
        WAITS: ("waiting", 10, 0),
        ERRORS: ("errors", 8, 1),
        KILLED: ("left", 14, 0),
    }
    ended, waits, killed = runs[ENDED], runs[WAITS], runs[KILLED]
    assert (ended.outcome, ended.exit, ended.request) == (Outcome.ANSWERED, 0, "Summarize it twice")
    assert [ended.state(task.uid) for task in ended.plan] == [TaskState.DONE, TaskState.DONE]
    assert waits.gate is not None
    assert waits.gate.fingerprint == "3dbcb032e465fa7356eca240fa1daac2d30717c7e1624ce17b830c3ad8f3efab"
    assert (killed.stage, killed.outcome, len(killed.calls)) == (Stage.EXECUTION, None, 1)
    artifacts = Artifacts(old)
    (result,) = ended.status("t1").results
    assert await artifacts.read(result.digest) == b"SOME TEXT"
    assert await Records(artifacts, {}).load(killed.calls[0].record) == (
        "llm",
        {"stage": "planning", "model": "m"},
        b'{"messages": [], "reply": "[]"}',
    )
    await artifacts.aclose()


async def test_the_old_file_is_kept_beside_it_as_it_was_and_that_is_told_once(old: Path) -> None:
    before = rows(old / FILE)
    told: list[str] = []
    async with Journal.open(old, told.append):
        pass
    backup = copy_of(old)
    assert version(backup) == 1
    assert rows(backup) == before == rows(old / FILE)
    assert version(old / FILE) == SCHEMA
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert len(told) == 1
    assert str(backup) in told[0]
    async with Journal.open(old, told.append):
        pass
    assert len(told) == 1
    assert copy_of(old) == backup


async def test_a_migrated_file_has_the_layout_of_a_new_one(old: Path, tmp_path: Path) -> None:
    for folder in (old, tmp_path / "new"):
        async with Journal.open(folder):
            pass
    assert columns(old / FILE) == columns(tmp_path / "new" / FILE)
    assert version(tmp_path / "new" / FILE) == SCHEMA


async def test_what_stands_in_the_log_of_an_old_file_is_migrated_and_backed_up_too(old: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old / FILE)) as db:
        db.execute("UPDATE runs SET request = 'from the log'")
        db.commit()
        shutil.copytree(old, tmp_path / "killed")
    (tmp_path / "killed" / f"{FILE}-shm").unlink()
    async with Journal.open(tmp_path / "killed") as journal:
        assert {row.request for row in await journal.runs()} == {"from the log"}
    with closing(sqlite3.connect(copy_of(tmp_path / "killed"))) as db:
        assert db.execute("SELECT DISTINCT request FROM runs").fetchall() == [("from the log",)]


# What a version after this one must still read


@pytest.fixture
def last(tmp_path: Path) -> Path:
    """A data folder as version 2 left it."""
    folder = tmp_path / "last"
    folder.mkdir(mode=0o700)
    shutil.copy(LAST / "runs-v2.db", folder / FILE)
    shutil.copy(LAST / "results-v1.db", folder / RESULTS)
    shutil.copytree(LAST / "artifacts", folder / "artifacts")
    return folder


async def test_runs_of_version_2_fold_to_what_they_were(last: Path) -> None:
    assert version(last / FILE) == 2
    async with Journal.open(last) as journal:
        listed = {row.id: (row.state, row.events) for row in await journal.runs()}
        runs = {name: fold(await journal.entries(name)) for name in listed}
    assert listed == {HEARD: ("answered", 14), AGAIN: ("answered", 13), READY: ("waiting", 9), CUT: ("left", 14)}
    assert runs[AGAIN].state("t1") is TaskState.REUSED
    assert runs[AGAIN].status("t1").kept_from == HEARD
    gate = runs[READY].gate
    assert gate is not None
    assert gate.fingerprint == "7639105549ae9d3c9de042680df5cee8d7e435ccefd4dd44de3ac714640dc2c7"
    assert (runs[CUT].stage, runs[CUT].outcome, runs[CUT].state("t1")) == (Stage.EXECUTION, None, TaskState.RUNNING)


async def test_results_that_were_kept_in_a_file_of_version_1_are_found(last: Path) -> None:
    artifacts = Artifacts(last)
    store = ResultStore(last, artifacts)
    kept = await store.find("111136db612164edd6d5f2ff1844a23349dbf28097ab4860501f2dd75c7db3f2")
    size = await store.size()
    await store.aclose()
    await artifacts.aclose()
    assert kept is not None
    assert (kept.task, kept.candidate, kept.run) == ("text-classification", "embedded:py3langid", HEARD)
    assert size.rows == 1


async def test_a_run_that_was_exported_in_format_1_is_taken_in(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    async with Journal.open(tmp_path) as journal:
        name, new = await import_run(journal, artifacts, LAST / "run-f1.zip", str, datetime.now(UTC))
        run = fold(await journal.entries(name))
    (result,) = run.status("t1").results
    assert (name, new, run.outcome) == (HEARD, True, Outcome.ANSWERED)
    assert await artifacts.whole(result.digest)
    await artifacts.aclose()


def test_there_is_a_fixture_of_each_version() -> None:
    found = {one.name for one in LAST.parent.glob("version-*/*.*")}
    wanted = [f"runs-v{number}.db" for number in range(1, SCHEMA + 1)]
    wanted += [f"results-v{number}.db" for number in range(1, RESULTS_VERSION + 1)]
    wanted += [f"run-f{number}.zip" for number in range(1, FORMAT + 1)]
    assert found >= set(wanted)


def broken(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM events")
    raise sqlite3.OperationalError("it did not work")


NEXT = Step(SCHEMA + 1, ("ALTER TABLE runs ADD COLUMN mark TEXT", "UPDATE runs SET mark = upper(id)"))


def test_a_chain_of_steps_is_gone_through_in_one_go(old: Path) -> None:
    told: list[str] = []
    path = old / FILE
    database.close(
        open_writing(path, (*STEPS, NEXT, Step(SCHEMA + 2, ("DROP INDEX runs_by_start",))), told.append), path
    )
    assert version(path) == SCHEMA + 2
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT mark FROM runs WHERE id = ?", (KILLED,)).fetchone() == (KILLED.upper(),)
    assert len(list(old.glob(f"{FILE}.*-backup-*"))) == len(told) == 1


@pytest.mark.parametrize(
    "last",
    [
        Step(SCHEMA + 2, (broken,)),
        Step(SCHEMA + 2, ("UPDATE runs SET mark = 'x'", "CREATE TABLE runs (id)")),
        Step(SCHEMA + 2, ("SELECT nothing FROM nowhere",)),
    ],
)
def test_a_migration_that_fails_leaves_the_old_file_as_it_was(old: Path, last: Step) -> None:
    path = old / FILE
    before = path.read_bytes()
    with pytest.raises(JournalError, match="could not be brought to version"):
        open_writing(path, (*STEPS, NEXT, last))
    assert path.read_bytes() == before
    assert sorted(one.name for one in old.iterdir()) == ["artifacts", FILE]
    database.close(open_writing(path), path)
    assert version(path) == SCHEMA


async def test_a_newer_file_is_refused_and_not_touched(old: Path) -> None:
    path = old / FILE
    database.close(open_writing(path, (*STEPS, NEXT)), path)
    before = path.read_bytes()
    with pytest.raises(JournalError, match="newer hgtui"):
        await Journal.open(old)
    assert path.read_bytes() == before


def test_versions_are_numbered_one_by_one() -> None:
    assert [step.version for step in STEPS] == list(range(1, SCHEMA + 1))
