"""What is kept on disk: whole files for their owner alone, bounded, damaged ones as good as none."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.hub.keeping import Keeping

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@given(value=JSON, key=JSON)
def test_what_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, value: Any, key: Any) -> None:
    keeping = Keeping(tmp_path_factory.mktemp("kept"))
    if keeping.write(key, value):
        kept = keeping.read(key)
        assert kept is not None
        assert kept.value == value
    assert keeping.read([key]) is None


def test_its_age_is_told(tmp_path: Path) -> None:
    clock = Clock()
    keeping = Keeping(tmp_path, clock)
    keeping.write("key", 1)
    clock.now += 60
    kept = keeping.read("key")
    assert kept is not None
    assert kept.age_s == 60


def test_what_a_clock_ahead_has_kept_counts_as_not_there(tmp_path: Path) -> None:
    clock = Clock()
    keeping = Keeping(tmp_path, clock)
    keeping.write("key", 1)
    clock.now -= 1
    assert keeping.read("key") is None


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "hub"
    assert Keeping(folder).write("key", 1)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_oldest_go_when_there_is_no_more_room(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path, most=1000)
    for number in range(10):
        assert keeping.write(number, "x" * 200)
        for path in tmp_path.iterdir():  # made a second older each time: the clock of a file system may be coarse
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 1))
    assert size(tmp_path) <= 1000
    assert keeping.read(9) is not None
    assert keeping.read(0) is None


def test_what_is_larger_than_all_room_is_not_kept(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path, most=1000)
    keeping.write("small", 1)
    assert not keeping.write("large", "x" * 1000)
    assert keeping.read("small") is not None


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe\x00", b'{"version":2,"saved":1,"value":1}', b'{"version":1,"value":1}',
     b'{"version":1,"saved":"then","value":1}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(damage: bytes, tmp_path: Path) -> None:
    keeping = Keeping(tmp_path)
    keeping.write("key", 1)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage)
    assert keeping.read("key") is None
    assert keeping.write("key", 2)
    kept = keeping.read("key")
    assert kept is not None
    assert kept.value == 2


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    keeping, stop, seen = Keeping(tmp_path), threading.Event(), set()
    keeping.write("key", "a" * 100_000)

    def write() -> None:
        while not stop.is_set():
            for letter in "ab":
                keeping.write("key", letter * 100_000)

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(200):
        kept = keeping.read("key")
        assert kept is not None
        seen.add(kept.value[0])
    stop.set()
    writer.join()
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"]


def test_a_folder_that_cannot_be_used_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keeping = Keeping(tmp_path / "file")
    assert not keeping.write("key", 1)
    assert keeping.read("key") is None
    assert not Keeping(None).write("key", 1)
    assert Keeping(None).read("key") is None


def test_a_file_says_what_it_holds_in_plain_json(tmp_path: Path) -> None:
    Keeping(tmp_path, lambda: 5.0).write("key", {"a": "é"})
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_bytes()) == {"saved": 5.0, "value": {"a": "é"}, "version": 1}
