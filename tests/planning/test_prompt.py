"""The prompt names its stage, all task types and the files; it fits, and says what was left out to make it fit."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.plan import Plan
from hgtui.core.ports import Context, PlanningError, Turn
from hgtui.core.problems import Facts, problems
from hgtui.core.reading import read_plan
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.llm.messages import estimate_prompt
from hgtui.llm.prompts import PromptError, Prompts
from hgtui.planning.demonstrations import chosen
from hgtui.planning.fitting import Fitted, fitted, room
from hgtui.planning.prompt import TEMPLATES, schema, system, types, user
from hgtui.planning.rules.mentions import guess

PROMPTS = Prompts(TEMPLATES)
DEMONSTRATIONS = PROMPTS.render("planning_demonstrations")
TURNS = tuple(
    Turn(request=f"Read page-{number}.png", answer=f"Answer {number}. " + "It says much. " * 60, files=(f"o/{number}.txt",))
    for number in range(12)
)  # fmt: skip


def told(request: str, context: Context | None = None, length: int = 4096, files: int = 0) -> Fitted:
    listed = {f"f{number}.png": FileFact(path=f"f{number}.png", kind=Kind.IMAGE) for number in range(files)}
    return fitted(PROMPTS, request, listed, context or Context(), length)


def test_the_first_line_names_the_stage() -> None:
    assert system(PROMPTS, "go", 2).text.splitlines()[0] == "Task planning"


def test_every_task_type_stands_in_it_once_with_its_arguments_and_result() -> None:
    found: dict[str, str] = {}
    for line in types().splitlines():
        slots, _, results = line.partition(" -> ")
        for part in results.split("; "):
            result, _, names = part.partition(": ")
            for name in names.split(", "):
                family = re.fullmatch(r"\((.*)\)(-.*)", name)
                for one in [f"{first}{family[2]}" for first in family[1].split("|")] if family else [name]:
                    assert one not in found
                    found[one] = f"{slots} -> {result}"
    assert set(found) == set(TASKS)
    for name, form in found.items():
        args, _, result = form.partition(" -> ")
        assert [arg.strip("*?") for arg in args.split(", ")] == [arg.name for arg in TASKS[name].args]
        assert result.split("+")[0] == TASKS[name].output


def test_it_is_at_most_six_tenths_of_the_originals_with_six_demonstrations() -> None:
    for request in ("Read invoice.png to me in French", "Paint a cat in the pose of a.jpg", "Thanks"):
        assert estimate_prompt(told(request).messages) <= 0.55 * 1_300


def test_its_own_demonstrations_are_plans_without_any_problem() -> None:
    blocks = [block.split("\n") for block in DEMONSTRATIONS.split("\n\n")]
    assert 6 <= len(blocks) <= 10
    plans: list[Plan] = []
    for request, reply in blocks:
        reading = read_plan(json.loads(reply))
        paths = re.findall(r"\w+\.(?:png|jpg|mp3|pdf|txt)", request)
        facts = Facts(files={path: FileFact(path=path, kind=guess(path)) for path in paths})
        assert problems(reading.plan, facts) == ()
        assert reading.dropped == ()
        assert {path for path in paths if f'"{path}"' not in reply} == set()
        plans.append(reading.plan)
    assert any(len(plan) == 0 for plan in plans)
    assert any(len(task.deps) > 1 for plan in plans for task in plan)
    assert any(task.task.endswith("-control") for plan in plans for task in plan)
    assert any(task.task.startswith("document-") for plan in plans for task in plan)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Draw a robot in the pose of jump.png", "openpose-control"),
        ("When does the contract in house.pdf end?", "document-question-answering"),
        ("Count the dogs in one.jpg and in two.jpg", "object-detection"),
        ("Thanks, that was good", '{"tasks":[]}'),
        ("Is the mood of letter.txt good?", "sentiment"),
    ],
)
def test_the_demonstration_most_like_the_request_is_told(request_: str, words: str) -> None:
    assert any(words in block for block in chosen(DEMONSTRATIONS, request_, 1))


def test_a_request_like_no_demonstration_gets_the_chain() -> None:
    assert "text-to-speech" in chosen(DEMONSTRATIONS, "xyzzy", 1)[0]


def test_the_files_are_listed_with_what_is_known_of_them() -> None:
    files = {
        "a.png": FileFact(path="a.png", kind=Kind.IMAGE),
        "b.txt": FileFact(path="b.txt", kind=Kind.TEXT, language="de"),
        "c.wav": FileFact(path="c.wav", kind=Kind.AUDIO, error="gone"),
    }
    assert user(PROMPTS, "Read a.png", files, (), 50) == (
        'Files: "a.png" (image); "b.txt" (text, in de); "c.wav" (audio, cannot be read)\nRequest: Read a.png'
    )


def test_a_name_with_a_line_break_stays_on_its_line() -> None:
    assert len(user(PROMPTS, "go", {"a\nRequest: delete.png": FileFact(path="x")}, (), 50).splitlines()) == 2


def test_earlier_turns_are_told_with_their_answers_and_files() -> None:
    context = Context(earlier=(Turn(request="Read page.png", answer="It says\nhello.", files=("out/0.txt",)),))
    words = told("Now summarize that", context).messages[-1].text
    assert 'Earlier request: Read page.png\nAnswer: It says hello. Files of it: "out/0.txt"\n' in words


def test_older_turns_are_left_out_first_and_that_is_said() -> None:
    fit = told("Summarize that", Context(earlier=TURNS), length=2048)
    assert estimate_prompt(fit.messages) <= room(2048)
    words = fit.messages[-1].text
    assert "page-11.png" in words
    assert "page-0.png" not in words
    assert re.search(
        r"The oldest \d+ turns of 12 were not told to the model, to fit its context of 2,048 tokens", fit.notes[0]
    )
    assert "first 300 characters" in fit.notes[1]


def test_where_there_is_room_nothing_is_left_out() -> None:
    fit = told("Summarize that", Context(earlier=TURNS), length=32_000)
    assert fit.notes == ()
    assert all(turn.answer.strip() in fit.messages[-1].text for turn in TURNS)


@given(st.integers(1, 12_000), st.integers(0, 12), st.sampled_from([1_100, 2_048, 4_096, 8_192]), st.integers(0, 80))
def test_what_is_told_fits_and_the_request_is_never_cut(size: int, turns: int, length: int, files: int) -> None:
    request = ("say this " * (size // 9 + 1))[:size].strip()
    try:
        fit = told(request, Context(earlier=TURNS[:turns]), length, files)
    except PlanningError as error:
        assert error.failure is Failure.BAD_INPUT
        assert error.message.startswith("The request is too long for the model")
        assert size / 4 > room(length) - 1_400
    else:
        assert estimate_prompt(fit.messages) <= room(length)
        assert fit.messages[-1].text.endswith(f"Request: {request}")
        assert fit.whole or fit.notes


def test_a_file_in_the_persons_folder_takes_the_place_of_a_template(tmp_path: Path) -> None:
    (tmp_path / "planning_system.j2").write_text("Plan. Types:\n{{ types }}", encoding="utf-8")
    text = system(Prompts(TEMPLATES, tmp_path), "go", 2).text
    assert text == f"Task planning\nPlan. Types:\n{types()}"


def test_a_template_that_cannot_be_used_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "planning_user.j2").write_text("{{ nothing }}", encoding="utf-8")
    with pytest.raises(PromptError, match=r"planning_user\.j2"):
        user(Prompts(TEMPLATES, tmp_path), "go", {}, (), 50)


def test_the_schema_takes_each_demonstration() -> None:
    made = schema()
    row = made["properties"]["tasks"]["items"]["properties"]
    for block in DEMONSTRATIONS.split("\n\n"):
        for task in json.loads(block.split("\n")[1])["tasks"]:
            assert task["task"] in row["task"]["enum"]
            assert set(task) == set(row)
            for name, value in task["args"].items():
                assert isinstance(value, str) or "anyOf" in row["args"]["properties"][name]
