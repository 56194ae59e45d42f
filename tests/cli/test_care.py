"""The care of what is stored, by the real program: delete, search, export, import, gc, no trace, damage, migration."""

import json
import os
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from tests.cli.program import INTERRUPT, POWERLESS, TERMINATE, Program
from tests.cli.terminal import Terminal
from tests.inputs import draw_page
from tests.session.test_migrations import ENDED, FIXTURE

SAY = "What language is 'Guten Morgen, wie geht es dir?'"


def ran(hgtui: Program, request: str = SAY, **environ: str) -> str:
    done = hgtui.run("run", request, "--yes", "--json", **environ)
    assert done.exit == 0, done
    return str(done.events[0]["run"])


def names(hgtui: Program) -> list[str]:
    return [row["id"] for row in hgtui.run("runs", "--json").json]


def age(hgtui: Program) -> None:
    when = time.time() - 7200
    for place in (hgtui.data / "artifacts").rglob("*"):
        os.utime(place, (when, when))


def kept(hgtui: Program) -> set[str]:
    return {one.name for one in (hgtui.data / "artifacts").glob("??/*")}


def test_runs_are_searched(hgtui: Program) -> None:
    ran(hgtui)
    other = ran(hgtui, "What language is 'Buenos días'?")
    assert [row["id"] for row in hgtui.run("runs", "--search", "BUENOS", "--json").json] == [other]
    assert "No run holds that." in hgtui.run("runs", "--search", "nothing like it").out


def test_a_run_is_deleted_after_a_yes_and_gc_frees_its_artifacts(hgtui: Program) -> None:
    run = ran(hgtui)
    stays = ran(hgtui, "What language is 'Buenos días, me llamo Ana'?")
    with Terminal(hgtui, "runs", "--delete", run[-6:]) as terminal:
        shown = terminal.until("Delete 1 run for good? [y/N] ")
        assert run in shown
        assert "Guten Morgen" in shown
        terminal.press("n\n")
        assert terminal.ended() == (0, "")
        assert "Nothing was deleted." in terminal.shown
    assert run in names(hgtui)
    with Terminal(hgtui, "runs", "--delete", run) as terminal:
        terminal.until("[y/N] ")
        terminal.press("y\n")
        status, out = terminal.ended()
    assert status == 0
    assert run in out
    assert names(hgtui) == [stays]
    hgtui.run("results", "--clear")
    age(hgtui)
    told = hgtui.run("gc", "--dry-run", "--json").json
    before = kept(hgtui)
    assert told["removed"] > 0
    assert told["freed"] > 0
    assert "Would remove" in hgtui.run("gc", "--dry-run").out
    assert kept(hgtui) == before
    assert hgtui.run("gc", "--json").json == told | {"dry_run": False}
    assert len(kept(hgtui)) == len(before) - told["removed"]
    assert "Spanish" in hgtui.run("show", stays).out


def test_what_holds_the_artifacts_of_a_deleted_run_and_what_was_laid_out_is_told(hgtui: Program) -> None:
    run = ran(hgtui, "Read aloud: 'Guten Morgen'")
    done = hgtui.run("runs", "--delete", run, "--yes")
    assert done.exit == 0
    assert "hgtui results --clear" in done.err
    assert f"What was laid out for people stays: {hgtui.folder / 'hgtui-out' / run}" in done.err
    assert (hgtui.folder / "hgtui-out" / run).is_dir()
    age(hgtui)
    assert "hgtui results --clear" in hgtui.run("gc").out
    hgtui.run("results", "--clear")
    freed = hgtui.run("gc")
    assert "Removed: 0 artifacts" not in freed.out
    assert "--clear" not in freed.out


def test_deleting_needs_a_yes_a_name_and_a_run(hgtui: Program) -> None:
    run = ran(hgtui)
    hgtui.run("runs", "--delete", run).told(2, "needs a yes", "--yes")
    hgtui.run("runs", "--delete").told(2, "needs the name of a run")
    hgtui.run("runs", "--delete", run, "nothing", "--yes").told(2, "There is no run 'nothing'")
    hgtui.run("runs", run).told(2, "hgtui show RUN")
    assert names(hgtui) == [run]
    assert hgtui.run("runs", "--delete", run, "--yes", "--json").json["deleted"] == [run]
    assert names(hgtui) == []


def test_a_run_that_another_process_writes_is_not_deleted(hgtui: Program) -> None:
    with hgtui.start("run", SAY, "--commands", "-", "--json") as run:
        name = run.until("gate_opened")["run"]
        hgtui.run("runs", "--delete", name, "--yes").told(2, "is open in another hgtui")
        run.signal(INTERRUPT)
        run.ended()
    assert name in names(hgtui)


def test_a_run_goes_from_one_machine_to_another_in_one_file(hgtui: Program, tmp_path: Path) -> None:
    run = ran(hgtui)
    secret = "sk-very-secret-123456"
    asked = ran(hgtui, f"What language is 'Guten Morgen {secret}, wie geht es dir heute'?")
    done = hgtui.run("export", asked[-6:], "-o", "run.zip", OTHER_KEY=secret)
    assert done.exit == 0, done
    assert asked in done.out
    with zipfile.ZipFile(hgtui.folder / "run.zip") as archive:
        assert all(secret.encode() not in archive.read(name) for name in archive.namelist())
    other = Program(hgtui.folder, tmp_path / "other" / "data")
    assert f"The run {asked} was imported" in other.run("import", "run.zip").out
    assert other.run("import", "run.zip", "--json").json == {"run": asked, "imported": False}
    shown = other.run("show", asked)
    assert "German (de)" in shown.out
    assert secret not in shown.out
    assert run not in names(other)
    hgtui.run("export", run, "-o", "1.zip")
    hgtui.run("export", run, "-o", "2.zip")
    assert (hgtui.folder / "1.zip").read_bytes() == (hgtui.folder / "2.zip").read_bytes()


def test_what_cannot_be_exported_or_imported_is_said(hgtui: Program) -> None:
    run = ran(hgtui)
    hgtui.run("export", "nothing", "-o", "x.zip").told(2, "There is no run")
    hgtui.run("export", run, "-o", "no/folder/x.zip").told(2, "cannot be written", "-o")
    hgtui.run("import", "nowhere.zip").told(2, "nowhere.zip is no exported run")
    (hgtui.folder / "bad.zip").write_bytes(b"PK\x03\x04 and so on")
    hgtui.run("import", "bad.zip").told(2, "is no exported run")
    hgtui.run("export", run, "-o", "good.zip")
    hgtui.run("runs", "--delete", run, "--yes")
    data = (hgtui.folder / "good.zip").read_bytes()
    (hgtui.folder / "cut.zip").write_bytes(data[: len(data) // 2])
    hgtui.run("import", "cut.zip").told(2, "is no exported run")
    assert names(hgtui) == []


def test_the_workbench_looks_into_an_exported_run_and_keeps_nothing_of_it(hgtui: Program, tmp_path: Path) -> None:
    run = ran(hgtui)
    hgtui.run("export", run, "-o", "run.zip")
    other = Program(hgtui.folder, tmp_path / "other" / "data")
    with Terminal(other, "open", "run.zip", screen=True) as terminal:
        terminal.until_all(run[-6:], "German")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
        assert "hgtui resume" not in terminal.shown
    assert not other.data.exists()
    (hgtui.folder / "bad.zip").write_bytes(b"PK\x03\x04 and so on")
    with Terminal(other, "open", "bad.zip", screen=True) as terminal:
        terminal.until("is no exported run")
        assert terminal.ended()[0] == 2


# Nothing is left


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def traces(hgtui: Program, temporary: Path) -> list[str]:
    """Return whatever lies where a run would leave something."""
    places = (hgtui.data, temporary, hgtui.folder / "hgtui-out")
    return [str(one) for place in places if place.exists() for one in place.rglob("*") if one.is_file()]


def test_a_run_that_is_not_stored_answers_and_leaves_nothing(hgtui: Program, temporary: Path) -> None:
    done = hgtui.run("run", SAY, "--yes", "--no-store", TMPDIR=str(temporary))
    assert done.exit == 0, done
    assert "German (de)" in done.out
    assert traces(hgtui, temporary) == []
    assert not hgtui.data.exists()
    plan = hgtui.run("plan", SAY, "--no-store", "--json", TMPDIR=str(temporary))
    assert plan.exit == 0, plan
    assert plan.json["approvable"]
    assert traces(hgtui, temporary) == []
    done = hgtui.run("run", SAY, "--yes", "--no-store", "--out", "results", TMPDIR=str(temporary))
    assert done.exit == 0, done
    assert [one.name for one in (hgtui.folder / "results").rglob("*.txt")]
    assert traces(hgtui, temporary) == []


@pytest.mark.parametrize(("number", "status"), [(INTERRUPT, 130), (TERMINATE, 143)])
def test_a_signal_leaves_nothing_of_a_run_that_is_not_stored(
    hgtui: Program, temporary: Path, number: int, status: int
) -> None:
    draw_page(hgtui.folder / "page.png", "The old lighthouse stands on the northern cliff. " * 12)
    plan = [{"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "page.png"}}]
    (hgtui.folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    command = ("run", "--plan", "plan.json", "--yes", "--json", "--no-store")
    with hgtui.start(*command, TMPDIR=str(temporary)) as run:
        run.until("progress")
        assert list(temporary.glob("hgtui-no-store-*"))
        run.signal(number)
        done = run.ended()
    assert done.exit == status
    assert "hgtui resume" not in done.err
    assert traces(hgtui, temporary) == []
    assert not list(temporary.glob("hgtui-no-store-*"))


def test_what_is_not_stored_is_approved_at_once_or_not_at_all(hgtui: Program, temporary: Path) -> None:
    hgtui.run("run", SAY, "--no-store").told(2, "cannot be approved later", "--yes")
    hgtui.run("run", SAY, "--no-store", "--yes", "--after", "x").told(2, "--after reads a stored run")
    with Terminal(hgtui, "run", SAY, "--no-store", TMPDIR=str(temporary)) as terminal:
        shown = terminal.until("Run this plan? [y/N/edit] ")
        assert "hgtui approve" not in shown
        terminal.press("y\n")
        status, out = terminal.ended()
    assert status == 0
    assert "German (de)" in out
    assert traces(hgtui, temporary) == []


# Files that are old or broken


def test_a_damaged_journal_is_mended_and_that_is_told_once(hgtui: Program) -> None:
    runs = [ran(hgtui), ran(hgtui, "What language is 'Buenos días'?")]
    path = hgtui.data / "runs.db"
    data = bytearray(path.read_bytes())
    data[:100] = b"\xff" * 100
    path.write_bytes(data)
    done = hgtui.run("runs", "--json")
    assert (done.exit, {row["id"] for row in done.json}) == (0, set(runs))
    assert "2 runs were kept whole; the damaged file lies in" in done.err
    (aside,) = hgtui.data.glob("runs.db.damaged-*")
    assert aside.read_bytes() == bytes(data)
    assert hgtui.run("show", runs[0]).err == ""
    assert "German (de)" in hgtui.run("show", runs[0]).out


def test_a_damaged_journal_that_cannot_be_mended_stays_and_that_is_told(hgtui: Program) -> None:
    ran(hgtui)
    path = hgtui.data / "runs.db"
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])
    before = path.read_bytes()
    limited = ("/bin/sh", "-c", 'ulimit -f 8; exec "$@"', "sh")
    hgtui.run("runs", through=limited).told(2, "is damaged and was left as it is", "full")
    hgtui.data.chmod(0o500)
    path.chmod(0o400)
    hgtui.run("runs", through=POWERLESS).told(2, "HGTUI_DATA_DIR")
    hgtui.data.chmod(0o700)
    assert path.read_bytes() == before
    assert not list(hgtui.data.glob("runs.db.*"))


def test_a_journal_of_version_1_is_migrated_and_that_is_told_once(hgtui: Program) -> None:
    hgtui.data.mkdir(mode=0o700)
    shutil.copy(FIXTURE / "runs-v1.db", hgtui.data / "runs.db")
    shutil.copytree(FIXTURE / "artifacts", hgtui.data / "artifacts")
    done = hgtui.run("runs")
    assert done.exit == 0
    assert "brought to version" in done.err
    assert "runs.db.v1-backup-" in done.err
    states = {line.split()[0]: line.split()[3] for line in done.out.splitlines()[1:]}
    assert states[ENDED] == "answered"
    assert set(states.values()) == {"answered", "waiting", "errors", "left"}
    assert "version" not in hgtui.run("runs").err


def test_the_log_of_a_run_is_printed_and_filtered_by_task_level_and_words(hgtui: Program) -> None:
    run = ran(hgtui, "What language is 'Guten Morgen'? And summarize 'One fine day. Another fine day. A third day.'")
    whole = hgtui.run("show", run, "--log").out.splitlines()
    assert "asked: What language" in whole[0]
    assert whole[-1].endswith("ended: answered")
    first = hgtui.run("show", run, "--log", "--task", "0").out.splitlines()
    assert first
    assert set(first) < set(whole)
    assert all(" 0 text-classification" in line for line in first)
    assert hgtui.run("show", run, "--log", "--level", "error").out == ""
    assert len(hgtui.run("show", run, "--log", "--level", "info").out.splitlines()) < len(whole)
    found = hgtui.run("show", run, "--log", "--search", "DONE summarization", "--json").events
    assert [(line["task"], line["level"]) for line in found] == [(1, "info")]
    hgtui.run("show", run, "--log", "--task", "9").told(2, "no task 9")
    hgtui.run("show", run, "--task", "0").told(2, "--log")
    assert " rules " in hgtui.run("runs").out


def test_what_a_person_changed_is_written_out_as_labels(hgtui: Program) -> None:
    secret = "sk-very-secret-key-123"
    with hgtui.start("run", "--json", "--commands", "-") as running:
        running.send(command="submit", request=SAY)
        opened = running.until("gate_opened")
        planned = next(one for one in running.seen if one["type"] == "plan_proposed")
        uid = planned["plan"]["tasks"][0]["uid"]
        edit = {"edit": "set", "uid": uid, "name": "text", "value": f"Buenos días, {secret}"}
        running.send(command="edit", edit=edit)
        running.until("gate_opened")
        running.send(command="stop")
        running.ended()
    done = hgtui.run("labels", "-o", "labels.jsonl", "--run", opened["run"][-6:], OPENAI_API_KEY=secret)
    assert (done.exit, done.out) == (0, "")
    assert "1 label (1 plan) in labels.jsonl" in done.err
    (row,) = [json.loads(line) for line in (hgtui.folder / "labels.jsonl").read_text("utf-8").splitlines()]
    assert row["tasks"][0]["said"]["args"]["text"] == "Guten Morgen, wie geht es dir?"
    assert row["tasks"][0]["after"]["args"]["text"].startswith("Buenos días")
    assert secret not in json.dumps(row)
    assert hgtui.run("labels", "--since", "2100-01-01").out == ""
    assert hgtui.run("labels").out.count("\n") == 1
    hgtui.run("labels", "--since", "yesterday").told(2, "is no date", "2026-11-30")
    hgtui.run("labels", "-o", "no/folder/x").told(2, "cannot be written")
