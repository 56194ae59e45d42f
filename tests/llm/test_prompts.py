"""Prompts as templates: files of a person take the place of ours, and one that is broken is told with file and line."""

import subprocess
import sys
from pathlib import Path

import pytest

from hgtui.core.states import Failure
from hgtui.llm.errors import LLMError
from hgtui.llm.prompts import PromptError, Prompts
from hgtui.response.prompt import TEMPLATES as RESPONSE
from hgtui.selection.prompt import TEMPLATES as SELECTION


def prompts(tmp_path: Path, template: str | bytes, own: str | bytes | None = None) -> Prompts:
    for name, content in (("ours", template), ("theirs", own)):
        (tmp_path / name).mkdir()
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name / "hello.j2").write_bytes(data)
    return Prompts(tmp_path / "ours", tmp_path / "theirs")


def broken(tmp_path: Path, own: str | bytes, **variables: object) -> PromptError:
    with pytest.raises(PromptError) as caught:
        prompts(tmp_path, "fine", own).render("hello", **variables)
    error = caught.value
    assert isinstance(error, LLMError) and error.failure is Failure.BAD_INPUT
    assert str(tmp_path / "theirs" / "hello.j2") in error.message
    assert error.message.endswith(".") and "\n" not in error.message and "Traceback" not in error.message
    assert error.hint
    return error


def test_a_template_is_filled_in_without_the_blanks_around_it(tmp_path: Path) -> None:
    made = prompts(tmp_path, "\n{# a note #}\nHello {{ who }}\n{% if more %}\n{{ more | json }}\n{% endif %}\n")
    assert made.render("hello", who="you", more={"a": "ü"}) == 'Hello you\n{"a":"ü"}'


def test_a_file_of_the_same_name_takes_the_place_of_ours(tmp_path: Path) -> None:
    assert prompts(tmp_path, "ours", "theirs, {{ who }}").render("hello", who="you") == "theirs, you"


def test_without_an_own_file_or_an_own_folder_ours_is_taken(tmp_path: Path) -> None:
    made = prompts(tmp_path, "ours")
    assert made.render("hello") == "ours"
    assert Prompts(tmp_path / "ours", tmp_path / "nowhere").render("hello") == "ours"
    assert Prompts(tmp_path / "ours").render("hello") == "ours"


def test_an_own_file_that_is_changed_counts_from_the_next_call_on(tmp_path: Path) -> None:
    made = prompts(tmp_path, "ours")
    assert made.render("hello") == "ours"
    (tmp_path / "theirs" / "hello.j2").write_text("theirs")
    assert made.render("hello") == "theirs"


def test_values_are_data_and_never_a_template_nor_a_page(tmp_path: Path) -> None:
    said = "{{ 7 * 7 }} <b> {% include 'x' %} & ©"
    assert prompts(tmp_path, "{{ text }}").render("hello", text=said) == said


def test_a_text_on_one_line_is_cleaned_and_cut(tmp_path: Path) -> None:
    assert prompts(tmp_path, "{{ text | line(6) }}").render("hello", text="a\x1b\n bcdefg") == "a bcd…"


def test_a_template_that_cannot_be_parsed_is_told_with_its_line(tmp_path: Path) -> None:
    assert "line 3 cannot be used" in broken(tmp_path, "one\ntwo\n{% if x %}{{ }}\n").message


def test_a_variable_that_does_not_exist_is_told_with_its_line_and_its_name(tmp_path: Path) -> None:
    error = broken(tmp_path, "one\ntwo {{ nobody }}", who="you")
    assert "line 2 cannot be used" in error.message and "nobody" in error.message


def test_an_expression_that_fails_is_told_with_its_line(tmp_path: Path) -> None:
    message = broken(tmp_path, "one\n{{ 1 // 0 }}").message
    assert "line 2 cannot be used" in message and "by zero" in message


def test_a_template_that_includes_one_that_is_not_there_says_which(tmp_path: Path) -> None:
    with pytest.raises(PromptError) as caught:
        prompts(tmp_path, "fine", "{% include 'gone.j2' %}").render("hello")
    assert "gone.j2" in caught.value.message and "no such template" in caught.value.message


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    assert "it is not UTF-8" in broken(tmp_path, b"\xff\xfe\x00").message


def test_a_template_that_is_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"nothing\.j2 cannot be used: there is no such template"):
        prompts(tmp_path, "ours").render("nothing")


@pytest.mark.parametrize(
    "reach",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ f.__globals__ }}",
        "{{ items.append(1) }}",
        "{% for i in range(10**9) %}{% endfor %}",
    ],
)
def test_a_template_reaches_nothing_but_its_values_and_does_not_change_them(tmp_path: Path, reach: str) -> None:
    items: list[int] = []
    with pytest.raises(PromptError):
        prompts(tmp_path, reach).render("hello", f=broken, items=items)
    assert items == []


@pytest.mark.parametrize("folder", [SELECTION, RESPONSE])
def test_the_templates_of_a_stage_lie_in_its_folder_and_are_in_the_package(folder: Path) -> None:
    assert {path.suffix for path in folder.iterdir()} == {".j2"}


def test_jinja_is_not_loaded_before_the_first_prompt() -> None:
    code = "import sys, hgtui.llm.prompts, hgtui.selection.llm, hgtui.response.llm; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
