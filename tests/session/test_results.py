"""The store of kept results: real files, bounds, damage, several processes."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hgtui.core.resource import Kind, Resource
from hgtui.core.reuse import Kept
from hgtui.session.artifacts import Artifacts
from hgtui.session.results import FILE, ResultStore
from hgtui.session.results_file import Unusable

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
CHILD = Path(__file__).with_name("child_results.py")
ROOT = Path(__file__).resolve().parents[2]


class Shelf:
    """A store on a folder, with what it said."""

    def __init__(self, folder: Path, **bounds: Any) -> None:
        self.folder, self.said = folder, list[str]()
        self.artifacts = Artifacts(folder)
        self.store = ResultStore(folder, self.artifacts, log=self.said.append, **bounds)

    async def result(self, text: str, **more: Any) -> Kept:
        digest, size = await self.artifacts.put(text.encode())
        one = Resource(kind=Kind.TEXT, digest=digest, media_type="text/plain", size=size, preview=text[:9])
        return Kept(
            **{"task": "summarization", "candidate": "a:b", "seconds": 4.1, "run": "r1", "at": AT, "results": (one,)}
            | more
        )

    async def put(self, *keys: str, text: str = "", **more: Any) -> None:
        for key in keys:
            self.store.put(key, await self.result(text or key, **more))

    async def there(self, *keys: str) -> list[str]:
        """Which of these are kept, without using them."""
        return list(await self.store.peek(keys))

    def place(self, kept: Kept) -> Path:
        return self.artifacts.path(kept.results[0].digest)


@asynccontextmanager
async def shelf(folder: Path, **bounds: Any) -> AsyncIterator[Shelf]:
    one = Shelf(folder, **bounds)
    try:
        yield one
    finally:
        await one.store.aclose()
        await one.artifacts.aclose()


def modes_of(folder: Path) -> dict[str, int]:
    """The rights on the file and on what SQLite lays beside it."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob(f"{FILE}*")}


def at_once(folder: Path, *names: str) -> list[tuple[str, str]]:
    """Let processes keep and find 40 results each, all at once; return what they said and complained of."""
    children = [
        subprocess.Popen(
            [sys.executable, str(CHILD), str(folder), name, "40"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for name in names
    ]
    return [child.communicate(timeout=60) for child in children]


async def test_what_was_put_is_found_as_it_was(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        kept = await one.result("words", note="A note.")
        one.store.put("k", kept)
        assert await one.store.find("k") == kept
        assert await one.store.find("another") is None


async def test_a_later_process_finds_it_too(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        await one.put("k")
    async with shelf(tmp_path) as two:
        assert await two.store.find("k") is not None
        assert two.said == []


async def test_nothing_is_made_on_the_disk_before_something_is_kept(tmp_path: Path) -> None:
    async with shelf(tmp_path / "data") as one:
        assert await one.store.find("k") is None
        assert (await one.store.size()).rows == 0
        assert await one.store.clear() == 0
    assert not (tmp_path / "data").exists()


async def test_the_file_is_for_its_owner_alone_and_says_its_version(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        await one.put("k")
        await one.there("k")
        modes = modes_of(tmp_path)
    assert set(modes.values()) == {0o600}
    assert FILE in modes
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_the_digests_of_artifacts_stand_in_its_text(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        kept = await one.result("words")
        one.store.put("k", kept)
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert kept.results[0].digest in db.execute("SELECT kept FROM results").fetchone()[0]


# Bounds


async def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    async with shelf(tmp_path, rows=3) as one:
        await one.put("a", "b", "c")
        await one.store.find("a")
        await one.put("d")
        assert await one.there("a", "b", "c", "d") == ["a", "c", "d"]


async def test_what_was_used_last_is_known_to_the_next_process(tmp_path: Path) -> None:
    async with shelf(tmp_path, rows=3) as one:
        await one.put("a", "b", "c")
    async with shelf(tmp_path, rows=3) as two:
        await two.store.find("a")
    async with shelf(tmp_path, rows=3) as three:
        await three.put("d", "e")
        assert await three.there("a", "b", "c", "d", "e") == ["a", "d", "e"]


async def test_a_look_ahead_does_not_count_as_a_use(tmp_path: Path) -> None:
    async with shelf(tmp_path, rows=2) as one:
        await one.put("a", "b")
        await one.there("a")
        await one.put("c")
        assert await one.there("a", "b", "c") == ["b", "c"]


async def test_artifacts_are_bounded_by_their_size(tmp_path: Path) -> None:
    async with shelf(tmp_path, megabytes=0.001) as one:
        await one.put("a", text="a" * 400)
        await one.put("b", text="b" * 400)
        await one.put("c", text="c" * 400)
        assert await one.there("a", "b", "c") == ["b", "c"]
        await one.put("d", text="d" * 1000)
        assert await one.there("b", "c", "d") == ["d"]


async def test_what_is_larger_than_all_of_the_bound_is_not_kept_and_drives_nothing_out(tmp_path: Path) -> None:
    async with shelf(tmp_path, megabytes=0.001) as one:
        await one.put("a")
        await one.put("b", text="b" * 1001)
        assert await one.there("a", "b") == ["a"]


async def test_the_size_is_right_after_results_came_were_replaced_and_went(tmp_path: Path) -> None:
    async with shelf(tmp_path, rows=2) as one:
        await one.put("a", text="x" * 100)
        await one.put("a", text="x" * 50)
        size = await one.store.size()
        assert (size.rows, size.megabytes, size.most_rows) == (1, 50 / 1e6, 2)
        await one.put("b", "c", text="y" * 10)
        size = await one.store.size()
        assert (size.rows, size.megabytes) == (2, 20 / 1e6)


async def test_a_result_without_anything_is_not_kept(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        await one.put("k", results=())
        assert await one.there("k") == []


async def test_clearing_forgets_all_of_it(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        await one.put("a", "b", text="a secret word")
        assert await one.store.clear() == 2
        assert (await one.store.size()).rows == 0
        assert await one.store.find("a") is None
        assert await one.store.seconds([("summarization", "a:b")]) == {}
    assert b"secret" not in (tmp_path / FILE).read_bytes()


# Times


async def test_the_time_is_the_median_of_the_last_tries(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        for number, seconds in enumerate([1000.0] * 9 + [2.0, 2.0, 2.0, 2.0, 3.0, 90.0, 90.0, 90.0, 90.0]):
            await one.put(f"k{number}", seconds=seconds, at=AT + timedelta(minutes=number))
        await one.put("x", seconds=7.0, candidate="a:other")
        asked = [("summarization", "a:b"), ("summarization", "a:other"), ("translation", "a:b")]
        assert await one.store.seconds(asked) == {asked[0]: 3.0, asked[1]: 7.0}


# What is gone or damaged


async def test_a_result_whose_artifact_is_gone_is_none_and_is_told(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        kept = await one.result("words")
        one.store.put("k", kept)
        one.place(kept).unlink()
        assert await one.store.find("k") is None
        assert (await one.store.size()).rows == 0
        assert "not kept whole any more" in one.said[0]


async def test_a_result_with_a_flipped_bit_is_none_and_can_be_kept_again(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        kept = await one.result("words")
        one.store.put("k", kept)
        place = one.place(kept)
        place.write_bytes(b"wordz")
        assert await one.store.find("k") is None
        await one.put("k", text="words")
        assert await one.store.find("k") == kept
        assert place.read_bytes() == b"words"


async def test_a_row_that_cannot_be_read_is_no_result(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        await one.put("k")
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("UPDATE results SET kept = '{}'")
        db.commit()
    async with shelf(tmp_path) as two:
        assert await two.store.find("k") is None
        assert (await two.store.size()).rows == 0
        assert two.said


@pytest.mark.parametrize("harm", ["nonsense", "other tables", "torn"])
async def test_a_damaged_file_begins_anew_and_is_told(tmp_path: Path, harm: str) -> None:
    async with shelf(tmp_path) as one:
        await one.put(*(f"k{number}" for number in range(50)))
    path = tmp_path / FILE
    if harm == "nonsense":
        path.write_bytes(b"This is no database." * 1000)
    elif harm == "torn":
        data = bytearray(path.read_bytes())
        data[4096:] = os.urandom(len(data) - 4096)
        path.write_bytes(data)
    else:
        path.unlink()
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE something (x)")
            db.execute("PRAGMA user_version = 1")
    async with shelf(tmp_path) as two:
        assert await two.store.find("k1") is None
        await two.put("k")
        assert await two.store.find("k") is not None
        assert "begins anew" in two.said[0]


async def test_a_file_of_a_newer_hgtui_is_left_alone_and_told_once(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one:
        await one.put("k")
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("PRAGMA user_version = 2")
    before = (tmp_path / FILE).read_bytes()
    async with shelf(tmp_path) as two:
        assert await two.store.find("k") is None
        await two.put("l")
        assert await two.store.find("l") is None
        assert len(two.said) == 1
        assert "newer hgtui" in two.said[0]
    assert (tmp_path / FILE).read_bytes() == before
    async with shelf(tmp_path) as three:
        with pytest.raises(Unusable, match="newer hgtui"):
            await three.store.size()


async def test_where_nothing_can_be_written_a_run_goes_on_without_it(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    artifacts = Artifacts(tmp_path)
    said: list[str] = []
    store = ResultStore(tmp_path / "data", artifacts, log=said.append)
    one = Shelf(tmp_path)
    store.put("k", await one.result("words"))
    assert await store.find("k") is None
    await store.aclose()
    await artifacts.aclose()
    await one.store.aclose()
    await one.artifacts.aclose()
    assert "cannot be used" in said[0]


# Several processes


async def test_several_processes_keep_and_find_at_once(tmp_path: Path) -> None:
    assert at_once(tmp_path, "one", "two", "three") == [("40\n", "")] * 3
    async with shelf(tmp_path) as one:
        assert (await one.store.size()).rows == 120
        assert len(await one.there(*(f"{name} 39" for name in ("one", "two", "three")))) == 3


async def test_what_another_process_keeps_meanwhile_is_found(tmp_path: Path) -> None:
    async with shelf(tmp_path) as one, shelf(tmp_path) as two:
        await one.put("a")
        assert await one.there("a")  # it is written by now
        assert await two.store.find("a") is not None
        await two.put("b")
        await two.there("b")
        assert await one.store.find("b") is not None
        assert await two.store.clear() == 2
        assert await one.store.find("a") is None
