"""What is in a folder, for the list that completes a path."""

import os
from pathlib import Path

import pytest

from hgtui.core.resource import Kind
from hgtui.ui.completing import files
from hgtui.ui.folders import MOST, Entry, listed, size_words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.png", "a.txt", ".hidden", "Zebra.png"):
        (tmp_path / name).write_bytes(b"x" * 10)
    (tmp_path / "zoo").mkdir()
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    return tmp_path


def test_folders_come_first_then_names_and_hidden_ones_only_where_they_are_asked_for(folder: Path) -> None:
    assert listed(folder, "").entries == (
        Entry("zoo", True),
        Entry("a.txt", False, 10),
        Entry("b.png", False, 10),
        Entry("broken", False, None),
        Entry("Zebra.png", False, 10),
    )
    assert [one.name for one in listed(folder, ".").entries] == [".hidden"]
    assert [one.name for one in listed(folder, "Z").entries] == ["Zebra.png"]
    (folder / "__pycache__").mkdir()
    whole = listed(folder, "")
    assert "__pycache__" not in {one.name for one in (*whole.entries, *listed(folder, "_c").entries)}
    assert [one.name for one in listed(folder, "__").entries] == ["__pycache__"]
    assert whole.narrowed("__") is None, "it was left out"


def test_a_longer_beginning_needs_no_other_look_unless_something_was_left_out(folder: Path) -> None:
    whole = listed(folder, "b")
    narrowed = whole.narrowed("br")
    assert narrowed is not None
    assert narrowed == listed(folder, "br")
    assert whole.narrowed("a") is None
    assert listed(folder, "").narrowed(".h") is None
    assert whole._replace(more=1).narrowed("br") is None


def test_what_all_names_have_in_common_is_told(tmp_path: Path) -> None:
    for name in ("img_01.png", "img_02.png"):
        (tmp_path / name).touch()
    assert listed(tmp_path, "i").common == "img_0"
    assert listed(tmp_path, "x").common == ""


def test_a_folder_of_many_files_is_bounded_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    for at in range(MOST + 50):
        (tmp_path / f"f{at:04}").touch()
    found = listed(tmp_path, "")
    assert [one.name for one in found.entries] == [f"f{at:04}" for at in range(MOST)]
    assert found.more == 50


def test_who_no_longer_waits_stops_the_look(tmp_path: Path) -> None:
    for at in range(20):
        (tmp_path / f"f{at}").touch()
    assert listed(tmp_path, "", lambda: True).entries == ()


def test_names_that_cannot_be_typed_are_left_out(tmp_path: Path) -> None:
    for name in (b"good", b"bad\x1b[31m", b"not\xffutf8", b"two\nlines"):
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT))
    assert [one.name for one in listed(tmp_path, "").entries] == ["good"]


def test_a_folder_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert "No such file" in listed(tmp_path / "none", "").error


def test_a_size_is_written_as_a_person_reads_it() -> None:
    sizes = (None, 0, 999, 1_000, 12_345, 999_400, 999_600, 5_000_000_000, 2_000_000_000_000)
    assert [size_words(size) for size in sizes] == [
        "",
        "0 B",
        "999 B",
        "1.0 kB",
        "12 kB",
        "999 kB",
        "1.0 MB",
        "5.0 GB",
        "2.0 TB",
    ]


def test_files_of_another_kind_take_no_room_in_the_list(tmp_path: Path) -> None:
    for at in range(MOST + 5):
        (tmp_path / f"a{at:03}.txt").touch()
    (tmp_path / "album").mkdir()
    (tmp_path / "az.png").touch()
    assert [one.text for one in files("a", tmp_path, Kind.IMAGE)] == ["az.png", "album/"]
    whole = [one.text for one in files("az.png", tmp_path, Kind.IMAGE)]
    assert whole == [one.text for one in files("", tmp_path, Kind.IMAGE) if one.text != "az.png"]
    assert files("qx.png", tmp_path, Kind.IMAGE) == files("", tmp_path, Kind.IMAGE)
    assert files("hello", tmp_path) == []
    assert files("none/", tmp_path) == []
    assert files("~nobody-of-that-name/", tmp_path) == []
    assert files("a\0b/", tmp_path) == []
