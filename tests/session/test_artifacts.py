"""The artifact store: whole bytes by digest, for their owner only, and clear words where the disk does not want them."""

import asyncio
import hashlib
import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.session.artifacts import ArtifactError, Artifacts


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "artifacts").rglob("*") if path.is_file())


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=5_000), st.integers(0, 6_000))
def test_what_is_put_is_read_back_by_its_digest(data: bytes, limit: int) -> None:
    async def scene(folder: Path) -> None:
        store = Artifacts(folder)
        assert await store.put(data) == (digest(data), len(data))
        assert await store.read(digest(data)) == data
        assert await store.read(digest(data), limit) == data[:limit]
        await store.aclose()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(scene(Path(folder)))


async def test_a_file_is_copied_and_bytes_of_the_same_content_are_kept_once(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "source").write_bytes(data)
    store = Artifacts(tmp_path)
    assert await store.put(tmp_path / "source") == (digest(data), len(data))
    await asyncio.gather(*(store.put(data) for _ in range(8)))
    (tmp_path / "source").write_bytes(b"changed")
    assert await store.read(digest(data)) == data
    place = tmp_path / "artifacts" / digest(data)[:2] / digest(data)
    assert kept(tmp_path) == [place] == [store.path(digest(data))]


async def test_files_and_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        name, _ = await Artifacts(tmp_path).put(b"x")
    finally:
        os.umask(before)
    place = tmp_path / "artifacts" / name[:2] / name
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (place.parent, place.parent.parent)} == {0o700}


@pytest.mark.parametrize(
    "name", ["", "..", "../runs.db", "/etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 62 + "/x"]
)
async def test_what_is_no_digest_is_never_a_path(tmp_path: Path, name: str) -> None:
    store = Artifacts(tmp_path)
    with pytest.raises(KeyError):
        store.path(name)
    with pytest.raises(KeyError):
        await store.read(name)


async def test_an_unknown_digest_is_a_key_error_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        await Artifacts(tmp_path).read("0" * 64)
    assert kept(tmp_path) == []
    assert not (tmp_path / "artifacts").exists()


async def test_changed_bytes_are_not_passed_off_as_the_artifact_and_are_mended_by_the_next_put(tmp_path: Path) -> None:
    store = Artifacts(tmp_path)
    name, _ = await store.put(b"good and whole")
    store.path(name).write_bytes(b"good")
    with pytest.raises(ArtifactError, match="damaged"):
        await store.read(name)
    await store.put(b"good and whole")
    assert await store.read(name) == b"good and whole"


async def test_changed_bytes_that_are_shorter_than_what_may_be_read_are_found_out_too(tmp_path: Path) -> None:
    store = Artifacts(tmp_path)
    name, size = await store.put(b"good and whole")
    assert await store.read(name, size + 1) == b"good and whole"
    store.path(name).write_bytes(b"bad and whole!")
    with pytest.raises(ArtifactError, match="damaged"):
        await store.read(name, size + 1)


async def test_a_source_that_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    store = Artifacts(tmp_path)
    for source, words in ((tmp_path / "pipe", "not a regular file"), (Path("/dev/zero"), "not a regular file")):
        with pytest.raises(ArtifactError, match=words):
            await store.put(source)
    with pytest.raises(ArtifactError, match="no such file"):
        await store.put(tmp_path / "none")
    with pytest.raises(ArtifactError, match="cannot"):
        await store.put(tmp_path)
    assert not (tmp_path / "artifacts").exists() or kept(tmp_path) == []


async def test_what_a_killed_process_left_unfinished_goes_after_a_day_and_not_before(tmp_path: Path) -> None:
    root = tmp_path / "artifacts"
    root.mkdir()
    for name in ("old", "new"):
        (root / f".unfinished-{name}").write_bytes(b"half")
    os.utime(root / ".unfinished-old", (0, 0))
    await Artifacts(tmp_path).put(b"x")
    assert [path.name for path in root.glob(".unfinished-*")] == [".unfinished-new"]


CHILD = """
import asyncio, json, os, resource, signal, sys
from pathlib import Path
from hgtui.session.artifacts import ArtifactError, Artifacts

async def main(folder, what):
    store = Artifacts(Path(folder))
    if what == "full":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    else:
        os.setgid(65534)
        os.setuid(65534)
    said = []
    for data in (b"x" * 3_000_000, Path(folder, "source")):
        try:
            await store.put(data)
        except ArtifactError as error:
            said.append([error.message, error.hint])
    if what == "full":
        await store.put(b"small enough")
    print(json.dumps(said))

asyncio.run(main(*sys.argv[1:]))
"""


def in_child(folder: Path, what: str) -> list[list[str]]:
    command = [sys.executable, "-c", CHILD, str(folder), what]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said: list[list[str]] = json.loads(done.stdout)
    return said


def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"y" * 3_000_000)
    said = in_child(tmp_path, "full")
    assert len(said) == 2
    assert all("disk is full" in message and "HGTUI_DATA_DIR" in hint for message, hint in said)
    assert [path.name for path in kept(tmp_path)] == [digest(b"small enough")]


@pytest.mark.skipif("os.geteuid() != 0", reason="gives up the rights of root in a child")
def test_a_folder_that_cannot_be_written_is_named() -> None:
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        Path(top, "source").write_bytes(b"y")
        said = in_child(Path(top), "no rights")
        assert len(said) == 2
        assert all(f"{top}/artifacts" in message and "HGTUI_DATA_DIR" in hint for message, hint in said)
