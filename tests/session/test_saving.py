"""A result saved where a person wants it."""

import os
from pathlib import Path

import pytest

from hgtui.core.plan import Task
from hgtui.core.resource import Kind, Resource
from hgtui.session.artifacts import Artifacts
from hgtui.session.saving import SavingError, Taken, file_name, place_of, save

DATA = b"the words of a result"


@pytest.fixture
async def kept(tmp_path: Path) -> tuple[Path, str]:
    artifacts = Artifacts(tmp_path / "data")
    digest, _ = await artifacts.put(DATA)
    path = artifacts.path(digest)
    await artifacts.aclose()
    return path, digest


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


async def test_it_is_saved_under_the_name_and_into_a_folder_under_a_name_of_its_own(
    tmp_path: Path, kept: tuple[Path, str]
) -> None:
    assert await save(*kept, "mine.txt", tmp_path, "0-x.txt") == tmp_path / "mine.txt"
    assert (tmp_path / "mine.txt").read_bytes() == DATA
    (tmp_path / "there").mkdir()
    assert await save(*kept, "there", tmp_path, "0-x.txt") == tmp_path / "there/0-x.txt"
    assert names(tmp_path) == ["data", "mine.txt", "there"]


async def test_a_file_that_is_there_is_kept_unless_it_is_to_be_replaced(tmp_path: Path, kept: tuple[Path, str]) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(Taken, match="is there already"):
        await save(*kept, "mine.txt", tmp_path, "x")
    assert (tmp_path / "mine.txt").read_text() == "precious"
    await save(*kept, "mine.txt", tmp_path, "x", replace=True)
    assert (tmp_path / "mine.txt").read_bytes() == DATA


async def test_a_damaged_result_is_not_saved_and_what_is_there_stays(tmp_path: Path, kept: tuple[Path, str]) -> None:
    kept[0].write_bytes(b"something else entirely")
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(SavingError, match="is damaged"):
        await save(*kept, "mine.txt", tmp_path, "x", replace=True)
    assert (tmp_path / "mine.txt").read_text() == "precious"
    assert not any(one.startswith(".") for one in names(tmp_path))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "no name of a file"),
        ("a\0b", "no name of a file"),
        ("none/mine.txt", "There is no folder"),
        ("none/", "There is no folder"),
        ("pipe", "is no file"),
        ("loose", "is a link to nothing"),
        ("x" * 300, "cannot be written"),
    ],
)
async def test_what_cannot_be_written_is_a_sentence(
    tmp_path: Path, kept: tuple[Path, str], typed: str, words: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loose").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SavingError, match=words):
        await save(*kept, typed, tmp_path, "x", replace=True)


def test_a_name_is_made_of_the_task_and_the_type_whatever_they_say() -> None:
    sound = Resource(kind=Kind.AUDIO, digest="0" * 64, media_type="audio/wav", size=1, name="../../evil")
    assert file_name(Task(uid="t", id=4, task="text-to-speech"), 0, sound) == "4-text-to-speech.wav"
    assert file_name(Task(uid="t", id=4, task="../\x1b]0;x"), 1, sound) == "4-0-x-2.wav"


def test_a_name_with_the_suffix_of_another_result_means_that_one() -> None:
    boxes = Resource(kind=Kind.BOXES, digest="a", media_type="text/plain", preview="1 face", name="", size=6)
    drawn = Resource(kind=Kind.IMAGE, digest="b", media_type="image/png", preview="", name="", size=100)
    for typed, place in (
        ("face.png", 1),
        ("Face.PNG ", 1),
        ("face.txt", 0),
        ("face", 0),
        ("folder/", 0),
        ("face.jpg", 0),
    ):
        assert place_of((boxes, drawn), 0, typed) == place
    assert place_of((boxes, drawn), 1, "face.png") == 1
