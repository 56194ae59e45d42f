"""The list of runs in the workbench, on real runs: opened, gone on with, looked at, run again, deleted, exported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from hgtui.cli.compose import Workplace
from hgtui.core.commands import Submit
from hgtui.core.run import Run
from hgtui.core.states import Outcome, Stage
from hgtui.session.archive import is_archive
from hgtui.ui.screens.listing import RunRows
from hgtui.ui.screens.runs import Runs
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.answer import Answer
from hgtui.ui.widgets.chat import Turn
from tests.ui.bench import SMALL, keys, notice, screen_text, settle, until
from tests.ui.hostile import EVIL
from tests.ui.test_resume import left
from tests.ui.test_whole import GERMAN, ask, opened, run

SPANISH = "What language is 'Buenos dias, que tal estas?'"


async def answered(pilot: Pilot[None], request: str) -> str:
    """Run a request to its end; return the name of the run."""
    await ask(pilot, request)
    await pilot.press("a")
    await until(pilot, lambda: run(pilot).ended)
    await settle(pilot)
    return run(pilot).id


async def runs(pilot: Pilot[None]) -> RunRows:
    """Open the list of runs, and wait until it is read."""
    bench(pilot).query_one("#plan").focus()
    await pilot.press("L")
    await until(pilot, lambda: isinstance(pilot.app.screen, Runs))
    rows = pilot.app.screen.query_one(RunRows)
    await until(pilot, lambda: "Reading" not in rows.empty)
    return rows


def bench(pilot: Pilot[None]) -> Workbench:
    screen = pilot.app.screen_stack[-1]
    assert isinstance(screen, Workbench)
    return screen


def listed(pilot: Pilot[None]) -> Runs:
    screen = pilot.app.screen
    assert isinstance(screen, Runs)
    return screen


async def back_on(pilot: Pilot[None], name: str) -> None:
    """Wait until a run is on the screen."""
    await until(pilot, lambda: isinstance(pilot.app.screen, Workbench) and run(pilot).id == name)
    await settle(pilot)


@asynccontextmanager
async def written_elsewhere(folder: Path) -> AsyncIterator[Run]:
    """A run at its gate that another conductor writes."""
    environ = {"HGTUI_DATA_DIR": str(folder / "data"), "HGTUI_CONFIG": str(folder / "none.toml")}
    async with await Workplace.open(environ, base=folder) as place:
        conductor = place.conductor()
        conductor.send(Submit(request=SPANISH))
        await conductor.settled()
        yield conductor.run


@pytest.mark.parametrize("size", SMALL)
async def test_an_ended_run_is_looked_at_with_its_answer_and_its_log(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(tmp_path) as pilot:
        name = await answered(pilot, GERMAN)
    async with opened(tmp_path, size) as pilot:
        rows = await runs(pilot)
        assert [one.id for one in rows.runs] == [name]
        assert "answered" in screen_text(pilot)
        assert "Guten Morgen" in screen_text(pilot)
        await pilot.press("enter")
        await back_on(pilot, name)
        assert "N asks what goes on with it" in notice(pilot)
        await pilot.press("1")
        await until(pilot, lambda: "German" in screen_text(pilot))
        await pilot.press("escape", "4")
        await until(pilot, lambda: "answered by program" in screen_text(pilot))
        await pilot.press("2", "a")
        assert "has ended" in notice(pilot)


async def test_what_is_asked_of_a_run_from_the_list_goes_on_with_its_conversation(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        name = await answered(pilot, GERMAN)
    async with opened(tmp_path) as pilot:
        await runs(pilot)
        await pilot.press("enter")
        await back_on(pilot, name)
        await pilot.press("N")
        await ask(pilot, SPANISH)
        assert run(pilot).id != name
        assert [turn.request for turn in run(pilot).earlier] == [GERMAN]
        second = run(pilot).id
        await pilot.press("x", "x")
        await until(pilot, lambda: run(pilot).ended)
    async with opened(tmp_path) as pilot:
        rows = await runs(pilot)
        assert [one.id for one in rows.runs] == [second, name]
        await pilot.press("enter")
        await back_on(pilot, second)
        said = " ".join(str(turn.content) for turn in pilot.app.screen.query(Turn))
        assert "Guten Morgen" in said
        assert "**" not in said
        assert f"you\n{SPANISH}" in said, "behind an answer it is told who speaks"
        (earlier,) = pilot.app.screen.query(Answer)
        assert "German (de)" in earlier.source
        assert "The answer is here" not in str(pilot.app.screen.query_one("#last", Static).content)


@pytest.mark.parametrize("size", SMALL)
async def test_a_run_that_was_left_is_named_in_the_greeting_and_goes_on_from_the_list(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    fingerprint, uid = await left(tmp_path)
    async with opened(tmp_path, size) as pilot:
        await until(pilot, lambda: "goes on with it." in screen_text(pilot))
        assert "waits for you" in screen_text(pilot)
        await pilot.press("escape", "L")
        await until(pilot, lambda: isinstance(pilot.app.screen, Runs) and listed(pilot).query_one(RunRows).runs)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench) and run(pilot).gate)
        await settle(pilot)
        gate = run(pilot).gate
        assert gate is not None
        assert (gate.fingerprint, bench(pilot).view.chosen) == (fingerprint, uid)
        await pilot.press("q")
        assert "This run waits for you, also when you leave: hgtui resume takes it up." in notice(pilot)
        await pilot.press("escape", "a")
        await until(pilot, lambda: run(pilot).ended)
        assert run(pilot).outcome is Outcome.ANSWERED


async def test_the_palette_goes_on_with_the_run_that_was_left(tmp_path: Path) -> None:
    fingerprint, _ = await left(tmp_path)
    async with opened(tmp_path) as pilot:
        await bench(pilot).run_action("go_on_left")
        await until(pilot, lambda: run(pilot).gate)
        gate = run(pilot).gate
        assert gate is not None
        assert gate.fingerprint == fingerprint


@pytest.mark.parametrize("size", SMALL)
async def test_a_run_that_another_process_writes_is_refused_and_may_be_looked_at(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with written_elsewhere(tmp_path) as other, opened(tmp_path, size) as pilot:
        await bench(pilot).tell_left()
        assert "The last run" not in " ".join(str(turn.content) for turn in bench(pilot).query(Turn))
        await runs(pilot)
        assert "◆ elsewhere" in screen_text(pilot)
        assert "waiting, open in another hgtui" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: listed(pilot).said)
        assert "is open in another hgtui" in listed(pilot).said
        assert "i looks at it" in listed(pilot).said
        await pilot.press("i")
        await back_on(pilot, other.id)
        assert "only looked at" in screen_text(pilot)
        assert "Buenos" in screen_text(pilot)
        before = other.seq
        await pilot.press("a")
        await settle(pilot)
        assert "another hgtui writes it" in notice(pilot)
        assert other.seq == before
        assert "a" not in keys(pilot)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not bench(pilot).view.asked)


@pytest.mark.parametrize("size", SMALL)
async def test_a_run_that_waits_goes_on_while_another_is_looked_at_and_is_come_back_to(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as pilot:
        first = await answered(pilot, GERMAN)
        await pilot.press("N")
        await ask(pilot, SPANISH)
        waiting, gate = run(pilot).id, run(pilot).gate
        await runs(pilot)
        assert "on screen" in screen_text(pilot)
        await pilot.press("j", "enter")
        await back_on(pilot, first)
        assert "Buenos" not in screen_text(pilot)
        rows = await runs(pilot)
        assert "waits here" in screen_text(pilot)
        assert rows.here is not None
        await pilot.press("d")
        assert "only one that rests can be deleted" in listed(pilot).said
        await pilot.press("escape", "escape")
        await settle(pilot)
        await pilot.press("escape", "escape")
        await back_on(pilot, waiting)
        assert run(pilot).gate == gate
        await pilot.press("a")
        await until(pilot, lambda: run(pilot).ended)
        assert run(pilot).outcome is Outcome.ANSWERED


async def test_a_run_that_ends_beside_the_screen_says_so_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        first = await answered(pilot, GERMAN)
        await pilot.press("N")
        await ask(pilot, SPANISH)
        waiting, conductor = run(pilot).id, bench(pilot).conductor
        await runs(pilot)
        await pilot.press("j", "enter")
        await back_on(pilot, first)
        assert conductor is not None
        assert conductor.run.gate is not None
        from hgtui.core.commands import Approve

        conductor.send(Approve(fingerprint=conductor.run.gate.fingerprint))
        await until(pilot, lambda: "has ended: L goes there" in notice(pilot))
        await pilot.press("escape", "escape")
        await back_on(pilot, waiting)
        await until(
            pilot, lambda: run(pilot).outcome is Outcome.ANSWERED and "2 Run  1 task · 1 done" in screen_text(pilot)
        )
        await pilot.press("4")
        await until(pilot, lambda: "answered by program" in screen_text(pilot))


async def test_capital_r_runs_the_plan_again_as_a_run_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        first = await answered(pilot, GERMAN)
    async with opened(tmp_path) as pilot:
        await runs(pilot)
        await pilot.press("R")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench) and run(pilot).gate)
        assert run(pilot).id != first
        assert run(pilot).request == GERMAN
        await pilot.press("a")
        await until(pilot, lambda: run(pilot).ended)
        assert run(pilot).outcome is Outcome.ANSWERED


async def test_a_run_without_a_plan_cannot_be_run_again_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await ask(pilot, "Dream of electric sheep")
        await settle(pilot)
        await runs(pilot)
        await pilot.press("R")
        await until(pilot, lambda: listed(pilot).said)
        assert "no plan" in listed(pilot).said


@pytest.mark.parametrize("size", SMALL)
async def test_the_list_is_searched_while_one_writes_and_escape_shows_all(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as pilot:
        for request in (GERMAN, SPANISH):
            await ask(pilot, request)
            await pilot.press("x", "x")
            await until(pilot, lambda: run(pilot).ended)
            await settle(pilot)
        rows = await runs(pilot)
        assert len(rows.runs) == 2
        await pilot.press("slash", *"BUENOS")
        await until(pilot, lambda: [one.request for one in rows.runs] == [SPANISH])
        await pilot.press("enter")
        await settle(pilot)
        assert rows.has_focus
        assert "1 run with “BUENOS”" in screen_text(pilot)
        await pilot.press("slash", *"xyz")
        await until(pilot, lambda: not rows.runs)
        assert "No run holds" in screen_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: len(rows.runs) == 2)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Workbench)


async def test_a_run_is_deleted_after_one_question(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        name = await answered(pilot, GERMAN)
    async with opened(tmp_path) as pilot:
        rows = await runs(pilot)
        await pilot.press("d")
        assert f"Delete {name} for good?" in listed(pilot).said
        await pilot.press("escape", "d", "d")
        await until(pilot, lambda: not rows.runs)
        await until(pilot, lambda: "Deleted" in listed(pilot).said)


async def test_a_run_is_exported_and_a_file_that_is_there_is_written_over_only_when_that_is_wanted(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as pilot:
        await answered(pilot, GERMAN)
        await runs(pilot)
        await pilot.press("e", "ctrl+u", *"run.zip", "enter")
        await until(pilot, lambda: "no secrets" in listed(pilot).said)
        file = tmp_path / "run.zip"
        assert is_archive(file)
        file.write_bytes(b"precious")
        await pilot.press("e", "ctrl+u", *"run.zip", "enter")
        await until(pilot, lambda: "already" in listed(pilot).said)
        assert file.read_bytes() == b"precious"
        await pilot.press("enter")
        await until(pilot, lambda: "no secrets" in listed(pilot).said)
        assert is_archive(file)


@pytest.mark.parametrize("size", SMALL)
async def test_hostile_requests_are_plain_text_in_the_list(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(tmp_path, size) as pilot:
        await ask(pilot, f"Summarize '{EVIL}'")
        if not run(pilot).ended:
            await pilot.press("x", "x")
            await until(pilot, lambda: run(pilot).ended)
        rows = await runs(pilot)
        await until(pilot, lambda: "[@click=app.quit]x[/]" in screen_text(pilot))
        await pilot.press("slash")
        listed(pilot).query_one("#runs-field").text = "[@click=app.quit]"  # type: ignore[attr-defined]
        await until(pilot, lambda: "“[@click=app.quit]”" in screen_text(pilot))
        assert len(rows.runs) == 1
        assert "\x1b" not in screen_text(pilot)


async def test_the_first_run_of_all_finds_an_empty_list_that_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await runs(pilot)
        assert "There are no runs yet." in screen_text(pilot)
        await pilot.press("enter", "d", "e", "R", "i", "y")
        assert isinstance(pilot.app.screen, Runs)


async def test_a_run_that_is_looked_at_is_at_the_stage_at_which_it_was(tmp_path: Path) -> None:
    async with written_elsewhere(tmp_path) as other, opened(tmp_path) as pilot:
        await runs(pilot)
        await pilot.press("i")
        await back_on(pilot, other.id)
        assert run(pilot).stage is not Stage.ENDED
        assert not bench(pilot).view.busy
