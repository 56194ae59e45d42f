"""Editing on the real conductor: each change is one step of undo, and what is seen is what runs."""

import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from hgtui.core.states import Outcome
from hgtui.ui.widgets.form import FormField, TaskForm
from tests.ui.bench import settle, until
from tests.ui.test_whole import opened, run

EDITOR = """\
import pathlib, sys
path = pathlib.Path(sys.argv[1])
path.write_text(path.read_text().replace("wasps", "ants"))
"""


def field(pilot: Pilot[None], name: str) -> FormField:
    return next(one for one in pilot.app.screen.query(FormField) if one.argument == name)


async def at_gate(pilot: Pilot[None], text: str) -> None:
    """Wait until the plan at its gate has a text in its first task."""

    def there() -> bool:
        tasks = run(pilot).plan.tasks
        return bool(run(pilot).gate and tasks and tasks[0].args["text"].literal == text)

    await until(pilot, there)
    await settle(pilot)


async def test_a_plan_from_nothing_is_edited_undone_done_again_and_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "editor.py").write_text(EDITOR)
    monkeypatch.setenv("VISUAL", f"{sys.executable} {tmp_path / 'editor.py'}")
    async with opened(tmp_path, HGTUI_NO_PROBE="1") as pilot:
        await pilot.press("escape", "o")
        await until(pilot, lambda: pilot.app.screen.query("#picking-text"))
        await pilot.press(*"summarization", "enter")
        await until(pilot, lambda: pilot.app.screen.query(TaskForm) and isinstance(pilot.app.focused, FormField))
        await pilot.press(*"About bees.", "enter")
        await at_gate(pilot, "About bees.")
        await pilot.press("e")
        await until(pilot, lambda: pilot.app.screen.query(TaskForm))
        field(pilot, "text").text = "About wasps."
        field(pilot, "language").text = "en"
        await pilot.press("enter")
        await at_gate(pilot, "About wasps.")
        assert len(run(pilot).undos) == 1
        await pilot.press("E")
        await at_gate(pilot, "About ants.")
        assert len(run(pilot).undos) == 2
        await pilot.press("z")
        await at_gate(pilot, "About wasps.")
        await pilot.press("z")
        await at_gate(pilot, "About bees.")
        assert "language" not in run(pilot).plan.tasks[0].args
        await pilot.press("Z")
        await at_gate(pilot, "About wasps.")
        assert run(pilot).plan.tasks[0].args["language"].literal == "en"
        await pilot.press("a")
        await until(pilot, lambda: run(pilot).ended)
        assert run(pilot).outcome is Outcome.ANSWERED
        assert run(pilot).answer
        assert "About wasps." in run(pilot).answer.text  # type: ignore[union-attr]


async def test_a_file_that_is_typed_into_the_form_is_read_though_the_request_did_not_name_it(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    notes = tmp_path / "notes.txt"
    notes.write_text("Notes on bees.")
    async with opened(work, HGTUI_NO_PROBE="1") as pilot:
        await pilot.press("escape", "o")
        await until(pilot, lambda: pilot.app.screen.query("#picking-text"))
        await pilot.press(*"image-to-text", "enter")
        await until(pilot, lambda: pilot.app.screen.query(TaskForm) and isinstance(pilot.app.focused, FormField))
        field(pilot, "image").text = str(notes)
        await pilot.press("enter")
        await until(pilot, lambda: run(pilot).gate)
        assert run(pilot).files[str(notes)].digest
        assert not run(pilot).gate.approvable  # type: ignore[union-attr]  # a text is no picture
