"""Bad input: each kind ends in one clear sentence and the right exit status, without a traceback, without a hang."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import POWERLESS, Program
from tests.inputs import draw_page

SAY = "What language is 'Guten Morgen, wie geht es dir?'"
TASK: dict[str, Any] = {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Good morning"}}


def sentences(err: str) -> list[str]:
    """Return the lines of standard error that are no rows of a plan and no notes."""
    return [line for line in err.splitlines() if line.strip() and not line.startswith(("note:", "#", "run ", "  "))]


# Files


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Summarize nope.txt", "There is no file nope.txt."),
        ("Read the text in folder.png", "folder.png is a folder."),
        ("Summarize empty.txt", "empty.txt is empty."),
        ("Find the edges of words.png", "words.png is no picture"),
        ("Read report.pdf and tell me what it is about", "report.pdf is no PDF"),
        ("Summarize noise.txt", "noise.txt is not text"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_of_the_plan(hgtui: Program, request_: str, words: str) -> None:
    (hgtui.folder / "folder.png").mkdir()
    (hgtui.folder / "empty.txt").touch()
    (hgtui.folder / "words.png").write_text("These are words and no picture at all.", encoding="utf-8")
    (hgtui.folder / "report.pdf").write_text("This is no PDF.", encoding="utf-8")
    (hgtui.folder / "noise.txt").write_bytes(bytes(range(128, 256)) * 20)
    hgtui.run("run", request_, "--yes").told(1, words, "The plan has errors and cannot run.")


@pytest.mark.parametrize("name", ["nope.txt", ".", "", "notes.txt/x", "~nobody-of-this-name/x", "a\nb", "x" * 5_000])
def test_a_file_option_that_names_nothing_usable_is_2_before_anything_starts(hgtui: Program, name: str) -> None:
    (hgtui.folder / "notes.txt").write_text("Some words.", encoding="utf-8")
    done = hgtui.run("run", "Summarize it", "--file", name, "--yes").told(2, "hgtui: ")
    assert len(done.err.splitlines()) == 2
    assert not hgtui.data.exists()


def test_a_damaged_picture_fails_its_task_and_leaves_the_others(hgtui: Program) -> None:
    draw_page(hgtui.folder / "page.png", "A page with words on it")
    whole = (hgtui.folder / "page.png").read_bytes()
    (hgtui.folder / "cut.png").write_bytes(whole[: len(whole) // 3])
    plan = [TASK, {"task": "image-to-text", "id": 1, "dep": [-1], "args": {"image": "cut.png"}}]
    (hgtui.folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    done = hgtui.run("run", "--plan", "plan.json", "--yes")
    assert done.exit == 1
    assert "1 image-to-text: failed" in done.err
    assert "**0 text-classification**" in done.out


def test_what_may_not_be_read_is_said_so(hgtui: Program) -> None:
    (hgtui.folder / "secret.txt").write_text("Words that nobody may read.", encoding="utf-8")
    (hgtui.folder / "secret.txt").chmod(0)
    (hgtui.folder / "closed").mkdir()
    (hgtui.folder / "closed" / "notes.txt").write_text("Words behind a door.", encoding="utf-8")
    (hgtui.folder / "closed").chmod(0)
    try:
        for name in ("secret.txt", "closed/notes.txt"):
            done = hgtui.run("run", f"Summarize {name}", "--yes", through=POWERLESS)
            done.told(1, f"{name} cannot be read: you have no permission to read it.")
            hgtui.run("run", "Summarize it", "--file", name, through=POWERLESS).told(2, "no permission")
            hgtui.run("run", "--plan", name, "--yes", through=POWERLESS).told(
                2, f"{name} cannot be read: Permission denied."
            )
            hgtui.run("check", name, through=POWERLESS).told(2, f"{name} cannot be read: Permission denied.")
    finally:
        (hgtui.folder / "closed").chmod(0o700)


# Requests


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("request_", ["", "  \t\n "])
def test_an_empty_request_is_2(hgtui: Program, command: str, request_: str) -> None:
    hgtui.run(command, request_).told(2, "The request is empty.", f"hgtui {command}")


def test_a_request_that_is_too_long_is_refused_and_not_cut(hgtui: Program) -> None:
    # One argument of a command has at most 128 KiB on Linux (execve(2)); standard input takes more.
    words = hgtui.run("run", "word " * 24_000, "--yes").told(
        2, "The request has 119,999 characters; 100,000 are taken."
    )
    assert "Put the text into a file and name the file." in words.err
    line = json.dumps({"command": "submit", "request": "word " * 200_000})
    done = hgtui.run("run", "--commands", "-", "--json", stdin=line)
    assert done.exit == 2
    assert "999,999 characters" in done.events[0]["message"]


def test_a_long_request_that_is_taken_is_planned(hgtui: Program) -> None:
    done = hgtui.run("run", f"Summarize '{'The sea is calm today. ' * 2_000}'", "--yes")
    assert done.exit == 0, done.err


def test_a_request_of_which_no_task_comes_says_so(hgtui: Program) -> None:
    done = hgtui.run("run", "Lorem ipsum dolor", "--yes")
    assert done.exit == 1
    assert "Lorem ipsum dolor" in done.out + done.err


@pytest.mark.parametrize(
    "request_", ["\x1b]0;owned\x07 Summarize nope.txt", "Summarize \u202enope.txt", "Summarize 'a\x1b[2Jb'"]
)
def test_no_control_character_of_a_request_reaches_the_terminal(hgtui: Program, request_: str) -> None:
    done = hgtui.run("run", request_, "--yes")
    assert not set(done.out + done.err) & {"\x1b", "\x07", "\u202e"}


def test_a_request_that_is_not_unicode_does_not_break_anything(hgtui: Program) -> None:
    done = hgtui.run("run", os.fsdecode(b"Summarize \xff\xfe.txt"), "--yes")
    assert done.exit == 1
    assert "error: " in done.err


# Plan files


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


BROKEN = {
    "not JSON": ("Sure! Here is your plan.", "is no plan"),
    "empty": ("", "is no plan"),
    "truncated": (json.dumps([TASK])[:-10], "is no plan"),
    "not UTF-8": (b'[{"task": "\xff\xfe"}]', "is not UTF-8 text: byte 11"),
    "deep lists": (nested(100_000), "nested too deeply"),
    "deep objects": ('{"tasks":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
    "a long number": (json.dumps([TASK]).replace('"id": 0', '"id": ' + "9" * 10_000), "is no plan"),
    "no plan": ('"text"', "is no plan"),
    "another version": ('{"version": 99, "tasks": []}', "version 99"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_plan_is_2_wherever_a_plan_is_read(hgtui: Program, name: str) -> None:
    content, words = BROKEN[name]
    (hgtui.folder / "plan.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    for command in (("run", "--plan", "plan.json", "--yes"), ("check", "plan.json"), ("select", "plan.json")):
        done = hgtui.run(*command).told(2, "plan.json", words)
        assert len(done.err.splitlines()) <= 2


@pytest.mark.parametrize("name", ["not JSON", "empty", "not UTF-8", "deep lists", "no plan"])
def test_a_reply_without_a_plan_is_one_sentence_and_the_place(hgtui: Program, name: str) -> None:
    content, _ = BROKEN[name]
    (hgtui.folder / "reply.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
    opened = hgtui.run("open", "reply.txt").told(2, "hgtui: reply.txt is")
    parsed = hgtui.run("plan", "--parse", "reply.txt").told(2 if name == "not UTF-8" else 1, "hgtui: reply.txt is")
    assert len(opened.err.splitlines()) <= 2
    assert len(parsed.err.splitlines()) <= 3
    assert name == "not UTF-8" or "(line 1, column " in parsed.err


def test_a_plan_file_of_another_version_is_no_reply(hgtui: Program) -> None:
    (hgtui.folder / "plan.json").write_text(BROKEN["another version"][0])  # type: ignore[arg-type]
    hgtui.run("open", "plan.json").told(2, "version 99")


WRONG: dict[str, tuple[list[dict[str, Any]], str]] = {
    "a cycle": ([TASK | {"dep": [1]}, TASK | {"id": 1, "dep": [0]}], "Tasks wait for each other in a ring"),
    "itself": ([TASK | {"args": {"text": "<GENERATED>-0"}}], "waits for its own result"),
    "duplicate ids": ([TASK, TASK | {"args": {"text": "Good night"}}], "Two tasks have the number 0"),
    "an unknown task": ([TASK | {"task": "brew-coffee"}], "There is no task type “brew-coffee”"),
    "a missing dependency": ([TASK | {"args": {"text": "<GENERATED>-7"}}], "7"),
    "a missing argument": ([TASK | {"args": {}}], "needs “text”"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_plan_with_errors_is_1_and_its_problems_are_told(hgtui: Program, name: str) -> None:
    plan, words = WRONG[name]
    (hgtui.folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    done = hgtui.run("run", "--plan", "plan.json", "--yes").told(1, "error: ", words)
    assert "Mend the plan file and run it again." in done.err
    checked = hgtui.run("check", "plan.json")
    assert (checked.exit, checked.err) == (1, "")
    assert words in checked.out


def test_a_million_characters_in_an_argument_are_taken_and_shown_short(hgtui: Program) -> None:
    text = "The sea is calm today and nobody is on the beach. " * 20_000
    (hgtui.folder / "plan.json").write_text(json.dumps([TASK | {"args": {"text": text}}]), encoding="utf-8")
    waits = hgtui.run("run", "--plan", "plan.json").told(3, "To run it: hgtui approve")
    assert len(waits.err) < 2_000
    done = hgtui.run("run", "--plan", "plan.json", "--yes")
    assert done.exit in {0, 1}
    assert len(done.out) < 10_000


def test_a_plan_file_that_is_not_there_is_2(hgtui: Program) -> None:
    for command in (
        ("run", "--plan", "nope.json"),
        ("check", "nope.json"),
        ("open", "nope.json"),
        ("plan", "--parse", "nope"),
    ):
        hgtui.run(*command).told(2, "There is no file nope")


def test_a_level_that_there_is_not_is_told_with_those_that_there_are(hgtui: Program) -> None:
    done = hgtui.run("show", "nobody", "--log", "--level", "silly").told(2, "'silly' is not one of 'debug', 'info'")
    assert "Value error" not in done.err


def test_a_plan_cannot_be_written_where_there_is_no_folder(hgtui: Program) -> None:
    hgtui.run("plan", SAY, "-o", "no/such/plan.json").told(
        2, "no/such/plan.json cannot be written: No such file or directory."
    )


def test_a_plan_may_not_read_files_that_nobody_named(hgtui: Program, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("Not for you. Not at all. Not today.", encoding="utf-8")
    for place in (str(tmp_path / "outside.txt"), "../outside.txt"):
        plan = [{"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": place}}]
        (hgtui.folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        hgtui.run("run", "--plan", "plan.json", "--yes").told(1, "is outside the working folder")


# Settings


@pytest.mark.parametrize(
    "text", ["gates = ", 'gates = "sometimes"', "[limits]\ntask_seconds = -1", "nonsense = 1", "\x00"]
)
def test_a_broken_configuration_is_2_and_named(hgtui: Program, text: str) -> None:
    path = Path(hgtui.environ["HGTUI_CONFIG"])
    path.write_text(text, encoding="utf-8")
    for command in (("run", SAY, "--yes"), ("config", "show")):
        hgtui.run(*command).told(2, str(path))
    done = hgtui.run("doctor")
    assert done.exit == 1
    assert "bad  configuration" in done.out


def test_a_configuration_that_is_a_folder_is_2(hgtui: Program) -> None:
    done = hgtui.run("run", SAY, HGTUI_CONFIG=str(hgtui.folder)).told(2, f"{hgtui.folder} is not a file.")
    assert "Errno" not in done.err


@pytest.mark.parametrize(
    "url", ["junk", "ftp://x/v1", "http://", "http://[::1", "http://x:99999999/v1", "http://us\ner/v1"]
)
def test_an_address_that_is_none_is_2(hgtui: Program, url: str) -> None:
    done = hgtui.run("run", SAY, "--yes", OPENAI_BASE_URL=url).told(2, "OPENAI_BASE_URL")
    assert len(done.err.splitlines()) <= 2
    assert hgtui.run("doctor", OPENAI_BASE_URL=url).exit == 1


def test_a_request_beside_a_plan_file_is_refused(hgtui: Program) -> None:
    (hgtui.folder / "plan.json").write_text(json.dumps([TASK]))
    hgtui.run("run", "Say more", "--plan", "plan.json", "--yes").told(2, "one of them is run")


def test_a_folder_for_results_that_cannot_be_made_is_said_before_anything_runs(hgtui: Program) -> None:
    (hgtui.folder / "taken").write_text("a file")
    hgtui.run("run", "What language is 'Guten Morgen'?", "--yes", "--out", "taken/below").told(
        2, "cannot be written to"
    )
    assert "no runs yet" in hgtui.run("runs").out
