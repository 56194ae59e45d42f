"""The result of a task saved from the command line."""

import json

from tests.cli.program import Program

PLAN = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "One fine day. Another fine day."}}]


def ran(hgtui: Program) -> str:
    (hgtui.folder / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    done = hgtui.run("run", "--plan", "plan.json", "--yes", "--json")
    assert done.exit == 0, done.err
    return str(done.events[0]["run"])


def test_a_result_is_saved_once_printed_and_never_over_a_file_without_force(hgtui: Program) -> None:
    run = ran(hgtui)
    done = hgtui.run("save", run, "0", "mine.txt")
    assert (done.exit, done.out.strip()) == (0, str(hgtui.folder / "mine.txt"))
    text = (hgtui.folder / "mine.txt").read_text()
    assert "fine day" in text
    (hgtui.folder / "mine.txt").write_text("precious")
    hgtui.run("save", run, "0", "mine.txt").told(2, "is there already", "--force")
    assert (hgtui.folder / "mine.txt").read_text() == "precious"
    assert hgtui.run("save", run, "0", "mine.txt", "--force").exit == 0
    assert (hgtui.folder / "mine.txt").read_text() == text
    assert hgtui.run("save", run, "0", "-").out == text
    told = hgtui.run("save", run, "0", "--json")
    assert json.loads(told.out)["path"] == str(hgtui.folder / "0-summarization.txt")


def test_what_is_not_there_is_told_with_what_there_is(hgtui: Program) -> None:
    run = ran(hgtui)
    hgtui.run("save", run, "7").told(2, "has no task 7", "Its tasks: 0.")
    hgtui.run("save", run, "0", "--result", "3").told(2, "Task 0 has 1 result")
    hgtui.run("save", run, "0", "none/x.txt").told(2, "There is no folder")
    hgtui.run("save", "nobody", "0").told(2, "nobody")
