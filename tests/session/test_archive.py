"""A run as one file: out, in again, looked at; and files that a stranger made to do harm."""

import hashlib
import json
import stat
import warnings
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import events as ev
from hgtui.core.run import fold
from hgtui.core.states import Gate, Outcome, Stage, TaskState
from hgtui.session.archive import FORMAT, JOURNAL, MANIFEST, Archive, ArchiveError, is_archive
from hgtui.session.artifacts import Artifacts
from hgtui.session.exchange import ENDED_HERE, export_run, import_run, look_into
from hgtui.session.journal import Journal
from hgtui.session.nostore import Traceless
from hgtui.session.store import Records
from tests.session.staging import Stage as OnStage
from tests.session.staging import stage
from tests.session.test_journal import at, story, tell

SECRET = "sk-abcdef123456"
ENVIRON = {"OPENAI_API_KEY": SECRET, "SHORT_TOKEN": "merged"}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def masked(folder: Path) -> Callable[[str], str]:
    return Records(Artifacts(folder), ENVIRON).masked


def content(path: Path) -> bytes:
    return path.read_bytes()


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


async def ran(folder: Path, request: str = "go") -> str:
    """Run a request to its end, with a call to an LLM in its journal."""
    async with stage(folder) as on:
        await on.gate(request)
        on.approve()
        await on.end()
        await called(on)
        return on.run.id


async def called(on: OnStage) -> None:
    recorder, journal = on.equipment.recorder, on.equipment.journal
    record = await recorder.keep("llm", {"stage": "planning"}, b"a raw reply")
    await journal.append(on.run.id, ev.Called(stage=Stage.PLANNING, model="m", record=record), at(0))


async def export(folder: Path, run: str, to: Path) -> tuple[Any, bytes]:
    async with Journal.open(folder) as journal:
        artifacts = Artifacts(folder)
        done = await export_run(journal, artifacts, run, to, masked(folder))
        await artifacts.aclose()
    return done, content(to)


async def take(folder: Path, path: Path) -> tuple[str, bool]:
    async with Journal.open(folder) as journal:
        artifacts = Artifacts(folder)
        try:
            return await import_run(journal, artifacts, path, masked(folder), NOW)
        finally:
            await artifacts.aclose()


async def entries(folder: Path, run: str) -> list[ev.Entry]:
    async with Journal.open(folder) as journal:
        return await journal.entries(run)


async def test_a_run_comes_back_from_its_file_with_everything_it_names(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    run = await ran(here)
    done, data = await export(here, run, tmp_path / "run.zip")
    assert (done.run, done.artifacts, done.missing, done.size) == (run, 3, (), len(data))
    assert stat.S_IMODE((tmp_path / "run.zip").stat().st_mode) == 0o600
    assert await take(there, tmp_path / "run.zip") == (run, True)
    assert await entries(there, run) == await entries(here, run)
    artifacts = Artifacts(there)
    folded = fold(await entries(there, run))
    assert [await artifacts.read(folded.status(uid).results[0].digest) for uid in ("t1", "t2")] == [b"SOME TEXT"] * 2
    assert await Records(artifacts, {}).load(folded.calls[0].record) == ("llm", {"stage": "planning"}, b"a raw reply")
    async with Journal.open(there) as journal:
        (row,) = await journal.runs()
    async with Journal.open(here) as journal:
        assert await journal.runs() == [row]


async def test_the_same_run_makes_the_same_bytes_wherever_it_is(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    run = await ran(here)
    _, first = await export(here, run, tmp_path / "1.zip")
    assert (await export(here, run, tmp_path / "2.zip"))[1] == first
    await take(there, tmp_path / "1.zip")
    assert (await export(there, run, tmp_path / "3.zip"))[1] == first


async def test_a_run_that_is_here_already_is_said_to_be_and_another_of_its_name_is_refused(tmp_path: Path) -> None:
    here = tmp_path / "here"
    run = await ran(here)
    await export(here, run, tmp_path / "run.zip")
    assert await take(here, tmp_path / "run.zip") == (run, False)
    before = await entries(here, run)
    async with Journal.open(here) as journal:
        await journal.append(run, ev.Logged(text="more"), at(9))
    with pytest.raises(ArchiveError, match="already, and it is another") as caught:
        await take(here, tmp_path / "run.zip")
    assert f"--delete {run}" in caught.value.hint
    assert (await entries(here, run))[:-1] == before


async def test_no_secret_is_in_the_file_and_digests_are_those_of_what_is_in_it(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    artifacts = Artifacts(here)
    careless = Records(artifacts, {})
    digest, _ = await artifacts.put(f"the key is {SECRET}".encode())
    record = await careless.keep("llm", {"says": SECRET}, f"{SECRET} again".encode())
    request = f"use {SECRET}"
    done = [e for e in story() if not isinstance(e, ev.TaskFailed)]
    result = ev.TaskDone.model_validate(
        {"uid": "t1", "results": [{"kind": "text", "digest": digest, "media_type": "text/plain", "size": 3}]}
    )
    async with Journal.open(here) as journal:
        await tell(journal, "r1", [ev.RunStarted(request=request), *done[1:-1], result])
        await tell(journal, "r1", [ev.Called(stage=Stage.PLANNING, model="m", record=record), done[-1]])
    await artifacts.aclose()
    _, data = await export(here, "r1", tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert all(SECRET.encode() not in archive.read(name) for name in archive.namelist())
    assert SECRET.encode() not in data
    assert await take(there, tmp_path / "run.zip") == ("r1", True)
    run = fold(await entries(there, "r1"))
    artifacts = Artifacts(there)
    assert run.request == "use [removed]"
    assert await artifacts.read(run.status("t1").results[0].digest) == b"the key is [removed]"
    assert await Records(artifacts, {}).load(run.calls[0].record) == ("llm", {"says": "[removed]"}, b"[removed] again")
    # A short secret that is a word of the journal does not break it.
    assert any(
        isinstance(one.event, ev.GateOpened) and one.event.gate is Gate.MERGED for one in await entries(there, "r1")
    )
    assert await take(here, tmp_path / "run.zip") == ("r1", False)


async def test_what_is_not_here_any_more_is_named_and_the_rest_is_exported(tmp_path: Path) -> None:
    run = await ran(tmp_path / "here")
    folded = fold(await entries(tmp_path / "here", run))
    digest = folded.status("t1").results[0].digest
    Artifacts(tmp_path / "here").path(digest).write_bytes(b"SOMETHING")
    done, _ = await export(tmp_path / "here", run, tmp_path / "run.zip")
    assert done.missing == (digest,)
    await take(tmp_path / "there", tmp_path / "run.zip")
    assert len(await entries(tmp_path / "there", run)) == folded.seq


async def test_a_file_that_cannot_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    run = await ran(tmp_path / "here")
    (tmp_path / "taken").mkdir()
    for to in (tmp_path / "taken", tmp_path / "nowhere" / "run.zip"):
        with pytest.raises(ArchiveError, match="cannot be written"):
            await export(tmp_path / "here", run, to)
    assert names(tmp_path) == ["here", "taken"]


async def test_what_was_approved_elsewhere_is_not_gone_on_with(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    async with stage(here) as on:
        on.work.holding("t1")
        await on.gate()
        on.approve()
        await on.began()
        run = on.run.id
        await export(here, run, tmp_path / "run.zip")
    await take(there, tmp_path / "run.zip")
    folded = fold(await entries(there, run))
    assert (folded.outcome, folded.exit) == (Outcome.INTERRUPTED, 130)
    assert (await entries(there, run))[-1].event == ev.RunEnded(
        outcome=Outcome.INTERRUPTED, exit=130, message=ENDED_HERE
    )
    assert await take(there, tmp_path / "run.zip") == (run, False)


async def test_a_run_that_waits_goes_on_waiting_for_a_person_here(tmp_path: Path) -> None:
    async with stage(tmp_path / "here") as on:
        gate = await on.gate()
        run = on.run.id
    await export(tmp_path / "here", run, tmp_path / "run.zip")
    await take(tmp_path / "there", tmp_path / "run.zip")
    assert fold(await entries(tmp_path / "there", run)).gate == gate


async def test_a_file_is_looked_at_without_keeping_anything_of_it(tmp_path: Path) -> None:
    run = await ran(tmp_path / "here")
    await export(tmp_path / "here", run, tmp_path / "run.zip")
    async with await Traceless.open() as place:
        folder = place.folder
        seen = await look_into(tmp_path / "run.zip", place.journal, place.artifacts, NOW)
        assert seen.id == run
        assert seen.state("t2") is TaskState.DONE
        assert await place.artifacts.read(seen.status("t2").results[0].digest) == b"SOME TEXT"
        assert [row.id for row in await place.journal.runs()] == [run]
    assert not folder.exists()


# Files that a stranger made

Parts = dict[str, Any]


def entry(number: int, event: ev.Event, run: str = "r1") -> dict[str, Any]:
    return ev.ENTRIES.dump_python(ev.Entry(run=run, seq=number, at=NOW, event=event), mode="json")


GOOD = [entry(number, event) for number, event in enumerate(story(), 1)]


def lines(rows: list[Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def build(path: Path, members: Parts, says: Parts | None = None) -> Path:
    """Write an archive with a manifest that is right unless `says` says otherwise."""
    facts = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in members.items()}
    manifest = {"format": FORMAT, "hgtui": "1", "run": "r1", "members": facts, **(says or {})}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return path


def artifact(data: bytes) -> Parts:
    return {f"artifacts/{hashlib.sha256(data).hexdigest()}": data}


def journal(*rows: Any) -> Parts:
    return {JOURNAL: lines(list(rows))}


HOSTILE: dict[str, tuple[Parts, Parts, str]] = {
    "absolute": ({"/etc/passwd": b"x"}, {}, "which no exported run has"),
    "upwards": ({"artifacts/../../x": b"x"}, {}, "which no exported run has"),
    "backwards": ({"artifacts\\x": b"x"}, {}, "which no exported run has"),
    "unknown": ({"readme.txt": b"x"}, {}, "which no exported run has"),
    "a folder": ({"artifacts/": b""}, {}, "which no exported run has"),
    "capitals": ({f"artifacts/{'A' * 64}": b"x"}, {}, "which no exported run has"),
    "another digest": ({f"artifacts/{'a' * 64}": b"x"}, {}, "holds something else"),
    "no journal": ({JOURNAL: b""}, {}, "no beginning"),
    "newer": ({}, {"format": FORMAT + 1}, "newer hgtui"),
    "no format": ({}, {"format": "1"}, "manifest is not one"),
    "a run with a path": ({}, {"run": "../r1"}, "manifest is not one"),
    "another run": ({}, {"run": "r2"}, "event of the run in its place"),
    "a lie about size": ({}, {"members": {JOURNAL: {"sha256": "0" * 64, "size": 1}}}, "not what the manifest says"),
    "more than there is": ({}, {"members": {JOURNAL: {}, "artifacts/" + "a" * 64: {}}}, "names other members"),
    "less than there is": (artifact(b"x"), {"members": {JOURNAL: {}}}, "names other members"),
    "facts that are none": ({}, {"members": {JOURNAL: 7}}, "not what the manifest says"),
    "no JSON": ({JOURNAL: lines(GOOD) + b"{\n"}, {}, "line 10 of its journal"),
    "deep JSON": ({JOURNAL: b"[" * 100_000}, {}, "line 1 of its journal"),
    "an unknown event": (journal(*GOOD, {**GOOD[0], "seq": 10, "event": {"type": "dance"}}), {}, "line 10"),
    "a passing event": (journal(*GOOD, entry(10, ev.Refused(command="x", message="y"))), {}, "line 10"),
    "a gap": (journal(GOOD[0], GOOD[2]), {}, "line 2"),
    "events of another": (journal(GOOD[0], entry(2, story()[1], "r2")), {}, "line 2"),
    "no beginning": (journal({**GOOD[1], "seq": 1}), {}, "no beginning"),
    "no zone": (journal({**GOOD[0], "at": "2026-11-21T10:00:00"}), {}, "has no time"),
}


@pytest.mark.parametrize(("members", "says", "words"), HOSTILE.values(), ids=HOSTILE)
async def test_a_file_that_lies_is_refused_and_leaves_nothing(
    tmp_path: Path, members: Parts, says: Parts, words: str
) -> None:
    path = build(tmp_path / "bad.zip", {JOURNAL: lines(GOOD), **members}, says)
    with pytest.raises(ArchiveError, match=words) as caught:
        await take(tmp_path / "data", path)
    assert caught.value.hint
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["runs.db"]
    async with Journal.open(tmp_path / "data") as stored:
        assert await stored.runs() == []


def raw(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return path


def linked() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(JOURNAL)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


async def refused(tmp_path: Path, path: Path, words: str) -> None:
    with pytest.raises(ArchiveError, match=words):
        await take(tmp_path / "data", path)


async def test_links_and_names_that_stand_twice_are_refused(tmp_path: Path) -> None:
    await refused(tmp_path, raw(tmp_path / "1.zip", (linked(), b"/etc/passwd"), (MANIFEST, b"{}")), "no plain file")
    twice = raw(tmp_path / "2.zip", (JOURNAL, b"1"), (JOURNAL, b"2"), (MANIFEST, b"{}"))
    await refused(tmp_path, twice, "stands in it twice")
    await refused(tmp_path, raw(tmp_path / "3.zip", (JOURNAL, b"1")), "missing")
    await refused(tmp_path, raw(tmp_path / "4.zip", (JOURNAL, b"1"), (MANIFEST, b"[]")), "manifest cannot be read")


async def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    zeros = bytes(150_000_000)
    path = build(tmp_path / "bomb.zip", {JOURNAL: lines(GOOD), **artifact(zeros)})
    assert path.stat().st_size < 1_000_000
    await refused(tmp_path, path, "would unpack to 150,")


async def test_a_bomb_that_declares_little_is_refused_by_what_comes_out(tmp_path: Path) -> None:
    big = b"a" * 5_000_000
    path = build(tmp_path / "bomb.zip", {JOURNAL: lines(GOOD), **artifact(big)})
    data = path.read_bytes()
    assert data.count(len(big).to_bytes(4, "little")) == 2
    path.write_bytes(data.replace(len(big).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    await refused(tmp_path, path, "artifacts/.* (cannot be unpacked|is larger|is not what)")


async def test_any_flipped_or_missing_byte_is_refused_in_a_sentence_or_changes_nothing(tmp_path: Path) -> None:
    run = await ran(tmp_path / "here")
    _, data = await export(tmp_path / "here", run, tmp_path / "run.zip")
    whole = Archive(tmp_path / "run.zip")
    whole.close()
    for place in range(0, len(data), 7):
        for spoiled in (data[:place] + bytes((data[place] ^ 0x10,)) + data[place + 1 :], data[:place]):
            (tmp_path / "bad.zip").write_bytes(spoiled)
            try:
                with Archive(tmp_path / "bad.zip") as archive:
                    assert archive.entries == whole.entries
            except ArchiveError as error:
                assert error.hint


async def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("[]")
    assert not is_archive(tmp_path / "plan.json")
    assert not is_archive(tmp_path / "nowhere")
    for name in ("plan.json", "nowhere", "."):
        await refused(tmp_path, tmp_path / name, "no exported run")


async def test_what_a_stranger_wrote_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    rows = [entry(1, ev.RunStarted(request="\x1b]0;owned\x07 hello \u202e"))]
    path = build(tmp_path / "run.zip", {JOURNAL: lines(rows)})
    await take(tmp_path / "data", path)
    assert fold(await entries(tmp_path / "data", "r1")).request == "]0;owned hello "
    assert is_archive(path)
