"""A plan with errors without a screen: what mends it is said as commands that can be typed, and they mend it."""

import json
import shlex
from pathlib import Path
from typing import Any

from hgtui.core.states import EXIT_FAILED, EXIT_OK, EXIT_WAITING
from tests.cli.program import Program

DUCK = {"task": "text-to-video", "id": 0, "dep": [-1], "args": {"text": "a duck"}}
LANGUAGE = {
    "task": "text-classification",
    "id": 1,
    "dep": [-1],
    "args": {"text": "Guten Morgen zusammen", "question": "What language is it?"},
}
READS_DUCK = {"task": "video-classification", "id": 2, "dep": [0], "args": {"video": "<GENERATED>-0"}}


def written(hgtui: Program, name: str, tasks: list[dict[str, Any]]) -> Path:
    path = hgtui.folder / name
    path.write_text(json.dumps({"version": 1, "request": "A duck and a language", "planner": "rules", "tasks": tasks}))
    return path


def test_check_mends_the_errors_of_a_plan_and_the_mended_plan_runs(hgtui: Program) -> None:
    plan = written(hgtui, "plan.json", [DUCK, LANGUAGE])
    done = hgtui.run("check", "plan.json", "--mend", "-o", "mended.json")
    done.told(0, "mended: skip 0 text-to-video", "The plan is in mended.json.")
    assert "skip" not in plan.read_text()
    ran = hgtui.run("run", "--plan", "mended.json", "--yes")
    assert ran.exit == 0, ran
    assert "German (de)" in ran.out


def test_the_mended_plan_goes_to_standard_output_where_no_file_is_named(hgtui: Program) -> None:
    written(hgtui, "plan.json", [DUCK, LANGUAGE])
    done = hgtui.run("check", "plan.json", "--mend")
    assert done.exit == 0, done
    assert [task.get("skip", False) for task in done.json["tasks"]] == [True, False]
    assert not [one for one in done.json["problems"] if one["severity"] == "error"]


def test_every_error_with_a_mend_is_mended_also_one_that_a_mend_brought(hgtui: Program) -> None:
    twice = [dict(LANGUAGE), dict(LANGUAGE), dict(LANGUAGE)]
    odd = {"task": "text-clasification", "id": 9, "dep": [9], "args": {"text": "Guten Tag"}}
    written(hgtui, "plan.json", [DUCK, *twice, READS_DUCK, odd])
    done = hgtui.run("check", "plan.json", "--mend", "-o", "plan.json")
    done.told(0, "gets the number", "becomes text-classification", "skip 0 text-to-video")
    assert hgtui.run("check", "plan.json").exit == 0
    ids = [task["id"] for task in json.loads((hgtui.folder / "plan.json").read_text())["tasks"]]
    assert len(set(ids)) == len(ids)


def test_what_no_mend_takes_away_is_said_and_fails(hgtui: Program) -> None:
    written(hgtui, "plan.json", [{"task": "text-to-speech", "id": 0, "dep": [-1], "args": {}}])
    done = hgtui.run("check", "plan.json", "--mend", "-o", "mended.json")
    done.told(1, "Nothing was mended", "error: 0 text-to-speech, text")


def test_a_plan_without_errors_is_left_as_it_is(hgtui: Program) -> None:
    written(hgtui, "plan.json", [LANGUAGE])
    hgtui.run("check", "plan.json", "--mend", "-o", "mended.json").told(0, "Nothing had to be mended")


def test_a_file_to_write_without_a_mend_is_refused(hgtui: Program) -> None:
    written(hgtui, "plan.json", [LANGUAGE])
    hgtui.run("check", "plan.json", "-o", "mended.json").told(2, "--mend")
    assert not (hgtui.folder / "mended.json").exists()


def commands(err: str) -> list[str]:
    return [line.strip() for line in err.splitlines() if line.strip().startswith("hgtui ")]


def typed(hgtui: Program, line: str) -> int:
    words = shlex.split(line)
    assert words[0] == "hgtui"
    return hgtui.run(*words[1:]).exit


def test_a_request_that_cannot_run_says_the_commands_that_mend_it_and_they_do(hgtui: Program) -> None:
    request = "Tell me what language 'Guten Morgen zusammen' is. Make a video of a duck's walk."
    done = hgtui.run("run", request, "--yes").told(1, "The plan has errors and cannot run.", "(mend: skip ")
    given = commands(done.err)
    assert len(given) == 3, done.err
    assert [typed(hgtui, line) for line in given] == [EXIT_FAILED, EXIT_OK, EXIT_WAITING]


def test_a_plan_file_that_cannot_run_says_the_commands_that_mend_it_and_they_do(hgtui: Program) -> None:
    written(hgtui, "my plan.json", [DUCK, LANGUAGE])
    given = commands(hgtui.run("run", "--plan", "my plan.json", "--yes").told(1).err)
    assert [typed(hgtui, line) for line in given] == [EXIT_OK, EXIT_WAITING], given


def test_check_says_how_a_plan_is_mended(hgtui: Program) -> None:
    written(hgtui, "plan.json", [DUCK, LANGUAGE])
    done = hgtui.run("check", "plan.json")
    assert done.exit == 1
    assert (typed(hgtui, commands(done.out)[0]), (hgtui.folder / "plan.mended.json").exists()) == (EXIT_OK, True)


def test_no_command_is_said_where_no_mend_would_help(hgtui: Program) -> None:
    written(hgtui, "plan.json", [{"task": "text-to-speech", "id": 0, "dep": [-1], "args": {}}])
    done = hgtui.run("run", "--plan", "plan.json", "--yes").told(1, "Mend the plan file and run it again.")
    assert "--mend" not in done.err


def test_what_cannot_run_names_no_local_model_as_there_are_none(hgtui: Program) -> None:
    written(hgtui, "plan.json", [DUCK])
    assert "a model of the Hugging Face Hub." in hgtui.run("check", "plan.json").out
