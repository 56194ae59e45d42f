"""Results for people: names that say what they are, nothing overwritten, nothing written elsewhere."""

import os
from pathlib import Path

import pytest

from hgtui.core.plan import Plan, Task
from hgtui.core.resource import Kind, Resource
from hgtui.session.artifacts import Artifacts
from hgtui.session.layout import LayoutError, lay_out, suffix

RUN = "20261121-100000-4f1c9a"


def plan(*types: str) -> Plan:
    return Plan(tasks=tuple(Task(uid=f"t{number}", id=number, task=kind) for number, kind in enumerate(types)))


async def result(store: Artifacts, content: bytes, media_type: str = "text/plain", **more: object) -> Resource:
    digest, size = await store.put(content)
    return Resource.model_validate(
        {"kind": Kind.TEXT, "digest": digest, "media_type": media_type, "size": size, **more}
    )


def names(out: Path) -> list[str]:
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if not path.is_dir())


async def test_each_result_gets_a_name_that_says_what_it_is_and_data_stands_beside(tmp_path: Path) -> None:
    store, out = Artifacts(tmp_path), tmp_path / "hgtui-out"
    boxes = [{"label": "Gesicht", "score": 0.5}]
    sound = await result(store, b"RIFF", "audio/wav")
    results = {
        "t0": (await result(store, b"words"),),
        "t1": (sound, await result(store, b"RIFF2", "audio/wav"), await result(store, b"note")),
        "t2": (await result(store, b"picture", "image/png", kind=Kind.BOXES, data=boxes),),
        "t3": (await result(store, b"[1]", "application/json", data=[1]),),
    }
    laid = await lay_out(
        RUN, plan("summarization", "text-to-speech", "object-detection", "fill-mask"), results, store, out
    )
    assert names(out) == [
        f"{RUN}/0-summarization.txt",
        f"{RUN}/1-text-to-speech-2.wav",
        f"{RUN}/1-text-to-speech.txt",
        f"{RUN}/1-text-to-speech.wav",
        f"{RUN}/2-object-detection.json",
        f"{RUN}/2-object-detection.png",
        f"{RUN}/3-fill-mask.json",
    ]
    assert laid["t1", sound.digest] == out / RUN / "1-text-to-speech.wav"
    assert {path.read_bytes() for path in laid.values()} >= {b"words", b"RIFF", b"RIFF2", b"note", b"picture", b"[1]"}
    assert '"Gesicht"' in (out / RUN / "2-object-detection.json").read_text("utf-8")


async def test_laying_out_again_changes_nothing_and_a_new_result_stands_beside_the_old(tmp_path: Path) -> None:
    store, out = Artifacts(tmp_path), tmp_path / "out"
    first = {"t0": (await result(store, b"first"),)}
    laid = await lay_out(RUN, plan("summarization"), first, store, out)
    assert await lay_out(RUN, plan("summarization"), first, store, out) == laid
    assert names(out) == [f"{RUN}/0-summarization.txt"]
    again = await lay_out(RUN, plan("summarization"), {"t0": (await result(store, b"other"),)}, store, out)
    assert [path.name for path in again.values()] == ["0-summarization-2.txt"]
    assert (out / RUN / "0-summarization.txt").read_bytes() == b"first"


async def test_who_changes_a_laid_out_file_does_not_change_what_the_run_keeps(tmp_path: Path) -> None:
    store = Artifacts(tmp_path)
    one = await result(store, b"words")
    laid = await lay_out(RUN, plan("summarization"), {"t0": (one,)}, store, tmp_path / "out")
    with laid["t0", one.digest].open("ab") as file:
        file.write(b" and more")
    assert await store.read(one.digest) == b"words"


async def test_a_task_type_that_someone_invented_names_no_file_outside(tmp_path: Path) -> None:
    store, out = Artifacts(tmp_path / "data"), tmp_path / "x" / "y" / "out"
    types = ("../../../evil", "/etc/passwd", "..", "\x1b[31mred", "a" * 5_000, "")
    results = {f"t{number}": (await result(store, b"x"),) for number in range(len(types))}
    await lay_out(RUN, plan(*types), results, store, out)
    assert len(names(out)) == len(types)
    assert names(tmp_path / "x") == [f"y/out/{name}" for name in names(out)]
    assert all(name.isprintable() for name in names(out))


@pytest.mark.parametrize("run", ["", "..", "../x", "/tmp", "a/b", "-x", "a\0b"])
async def test_a_run_that_is_no_name_is_refused(tmp_path: Path, run: str) -> None:
    store = Artifacts(tmp_path / "data")
    with pytest.raises(LayoutError, match="name of a folder"):
        await lay_out(run, plan("summarization"), {"t0": (await result(store, b"x"),)}, store, tmp_path / "out")
    assert not (tmp_path / "out").exists()


async def test_links_in_the_folder_are_not_followed(tmp_path: Path) -> None:
    store, out, victim = Artifacts(tmp_path / "data"), tmp_path / "out", tmp_path / "victim.txt"
    victim.write_text("precious")
    (out / RUN).mkdir(parents=True)
    (out / RUN / "0-summarization.txt").symlink_to(victim)
    (out / RUN / "0-summarization-2.txt").symlink_to(tmp_path / "not-there")
    one = await result(store, b"precious")
    laid = await lay_out(RUN, plan("summarization"), {"t0": (one,)}, store, out)
    assert laid["t0", one.digest].name == "0-summarization-3.txt"
    assert victim.read_text() == "precious"
    assert not (tmp_path / "not-there").exists()


async def test_a_link_in_the_place_of_the_runs_folder_is_refused(tmp_path: Path) -> None:
    store, out = Artifacts(tmp_path / "data"), tmp_path / "out"
    (tmp_path / "elsewhere").mkdir()
    out.mkdir()
    (out / RUN).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LayoutError, match="link"):
        await lay_out(RUN, plan("summarization"), {"t0": (await result(store, b"x"),)}, store, out)
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_pipe_in_the_way_does_not_hang(tmp_path: Path) -> None:
    store, out = Artifacts(tmp_path / "data"), tmp_path / "out"
    (out / RUN).mkdir(parents=True)
    os.mkfifo(out / RUN / "0-summarization.txt")
    one = await result(store, b"x")
    laid = await lay_out(RUN, plan("summarization"), {"t0": (one,)}, store, out)
    assert laid["t0", one.digest].name == "0-summarization-2.txt"


async def test_a_folder_that_cannot_be_used_is_named_and_no_result_makes_no_folder(tmp_path: Path) -> None:
    store = Artifacts(tmp_path / "data")
    (tmp_path / "file").write_text("x")
    with pytest.raises(LayoutError) as caught:
        await lay_out(RUN, plan("summarization"), {"t0": (await result(store, b"x"),)}, store, tmp_path / "file")
    assert str(tmp_path / "file") in caught.value.message
    assert "--out" in caught.value.hint
    assert await lay_out(RUN, plan("summarization"), {}, store, tmp_path / "out") == {}
    assert not (tmp_path / "out").exists()


async def test_a_result_that_is_not_kept_any_more_is_said(tmp_path: Path) -> None:
    lost = Resource(kind=Kind.TEXT, digest="0" * 64, media_type="text/plain", size=1)
    with pytest.raises(LayoutError, match="not kept"):
        await lay_out(RUN, plan("summarization"), {"t0": (lost,)}, Artifacts(tmp_path), tmp_path / "out")


def test_a_media_type_has_one_suffix_on_every_machine() -> None:
    assert suffix("text/plain; charset=utf-8") == ".txt"
    assert suffix("IMAGE/JPEG") == ".jpg"
    assert suffix("text/x-unknown") == ".txt"
    assert suffix("application/x-unknown") == suffix("../../x") == ".bin"
