"""The workbench on the real conductor, with a real journal and real engines: from a request to its answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Markdown

from hgtui.cli.compose import Workplace
from hgtui.cli.desk import WorkplaceDesk
from hgtui.core.commands import Submit
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.run import Run
from hgtui.core.states import Outcome, TaskState
from hgtui.ui.app import HgtuiApp
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.showpiece import Showpiece
from tests.servers.chat import ChatServer, Reply
from tests.servers.gate import Gate
from tests.ui.bench import SIZES, keys, notice, screen_text, settle, until
from tests.ui.shown import picture

GERMAN = "What language is 'Guten Morgen, wie geht es dir?'"


@asynccontextmanager
async def opened(
    folder: Path, size: tuple[int, int] = (120, 36), first: Submit | None = None, **more: str
) -> AsyncIterator[Pilot[None]]:
    """The workbench as `hgtui` opens it, with its data in `folder`."""
    environ = {"HGTUI_DATA_DIR": str(folder / "data"), "HGTUI_CONFIG": str(folder / "none.toml"), **more}
    async with (
        await Workplace.open(environ, base=folder) as place,
        HgtuiApp(WorkplaceDesk(place), first=first).run_test(size=size) as pilot,
    ):
        yield pilot


def run(pilot: Pilot[None]) -> Run:
    screen = pilot.app.screen
    assert isinstance(screen, Workbench)
    return screen.view.run


async def ask(pilot: Pilot[None], request: str) -> None:
    prompt = pilot.app.screen.query_one("#prompt", Field)
    prompt.focus()
    prompt.text = request
    await pilot.press("enter")
    await until(pilot, lambda: run(pilot).gate or run(pilot).ended)
    await settle(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_a_request_ends_in_its_answer_on_the_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(tmp_path, size) as pilot:
        await ask(pilot, GERMAN)
        assert "a approve+run" in screen_text(pilot)
        await pilot.press("a")
        await until(pilot, lambda: run(pilot).ended)
        await settle(pilot)
        assert run(pilot).outcome is Outcome.ANSWERED
        assert "German" in screen_text(pilot)
        assert len(pilot.app.screen.query(Markdown)) == 1


async def test_an_edit_is_seen_and_undone_and_what_is_approved_is_what_is_seen(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await ask(pilot, GERMAN)
        before = run(pilot).gate
        assert before
        await pilot.press("e")
        await settle(pilot)
        field = pilot.app.focused
        assert isinstance(field, Field)
        field.text = "Bonjour, comment allez-vous aujourd'hui?"
        await pilot.press("enter")
        await until(pilot, lambda: run(pilot).undos and run(pilot).gate)
        await settle(pilot)
        edited = run(pilot).gate
        assert edited
        assert edited.fingerprint != before.fingerprint
        assert f"plan {edited.fingerprint[:8]}" in screen_text(pilot)
        assert "Bonjour" in screen_text(pilot)
        await pilot.press("z")
        await until(pilot, lambda: run(pilot).gate and run(pilot).gate.fingerprint == before.fingerprint)
        await pilot.press("Z")
        await until(pilot, lambda: run(pilot).gate and run(pilot).gate.fingerprint == edited.fingerprint)
        await pilot.press("a")
        await until(pilot, lambda: run(pilot).ended)
        await settle(pilot)
        assert run(pilot).grant.fingerprint == edited.fingerprint  # type: ignore[union-attr]
        assert "French" in screen_text(pilot)


async def test_a_request_that_nothing_here_runs_says_so_and_cannot_be_approved(tmp_path: Path) -> None:
    (tmp_path / "speech.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + bytes(24))
    async with opened(tmp_path) as pilot:
        await ask(pilot, f"Transcribe {tmp_path / 'speech.wav'}")
        assert "a" not in keys(pilot)
        await pilot.press("a")
        await settle(pilot)
        assert "error" in notice(pilot)
        assert run(pilot).grant is None
        await pilot.press("x", "x")
        await until(pilot, lambda: run(pilot).ended)
        await settle(pilot)
        assert run(pilot).outcome is Outcome.INTERRUPTED


async def test_after_the_end_another_request_runs_and_the_first_stays_in_the_conversation(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await ask(pilot, GERMAN)
        await pilot.press("x", "x")
        await until(pilot, lambda: run(pilot).ended)
        first = run(pilot).id
        await settle(pilot)
        await pilot.press("N")
        await ask(pilot, "What language is 'Buenos dias, que tal estas?'")
        assert run(pilot).id != first
        text = screen_text(pilot)
        assert "Guten Morgen" in text
        assert "Buenos" in text


async def test_a_model_that_does_not_fit_is_not_taken_and_says_why(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await ask(pilot, "Is 'I hate waiting, but the food was wonderful' positive or negative?")
        before = run(pilot).draft
        await pilot.press("m", "j", "enter")
        await settle(pilot)
        assert "does not fit this task" in notice(pilot)
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert run(pilot).draft == before
        assert not run(pilot).undos


async def test_a_plan_file_opens_at_its_gate(tmp_path: Path) -> None:
    task = Task(
        uid="t1",
        id=0,
        task="text-classification",
        args={"text": Input.text("Guten Morgen"), "question": Input.text("Which language is it?")},
    )
    first = Submit(request="from a file", plan=Plan(request="from a file", tasks=(task,)))
    async with opened(tmp_path, first=first) as pilot:
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        assert "Guten Morgen" in screen_text(pilot)


async def test_leaving_in_the_middle_of_a_run_stops_it(tmp_path: Path) -> None:
    # So long that it is read until it is left, on whatever machine.
    await asyncio.to_thread((tmp_path / "long.txt").write_text, "Bees make honey, wax and propolis. " * 2_000)
    async with opened(tmp_path) as pilot:
        await ask(pilot, "Read long.txt aloud")
        left = run(pilot)
        await pilot.press("a")
        await until(pilot, lambda: left.state(left.plan.tasks[0].uid) is TaskState.RUNNING)
        await pilot.press("q")
        await settle(pilot)
        assert "Leaving stops this run" in notice(pilot)
        assert pilot.app.is_running
        await pilot.press("q")
    assert left.outcome is None
    assert left.state(left.plan.tasks[0].uid) is not TaskState.DONE


async def test_tasks_of_a_streaming_planner_are_on_the_screen_while_it_still_writes(tmp_path: Path) -> None:
    tasks = [
        {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "Bees make honey. They also make wax."}},
        {"task": "text-classification", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}},
    ]
    first, second = f"[{json.dumps(tasks[0])}", f", {json.dumps(tasks[1])}]"
    gate = Gate()
    reply = Reply(pieces=lambda text: [first, second] if text else [], text=".", gate=gate, hold_after=1)
    async with (
        ChatServer(reply) as server,
        opened(tmp_path, OPENAI_BASE_URL=server.url, OPENAI_MODEL="test-model") as pilot,
    ):
        pilot.app.screen.query_one("#prompt", Field).text = "Summarize 'Bees make honey. They also make wax.'"
        await pilot.press("enter")
        await until(pilot, lambda: "summarization" in screen_text(pilot))
        assert "text-classification" not in screen_text(pilot)
        assert "2 Plan …" in screen_text(pilot)
        await until(pilot, lambda: "received" in screen_text(pilot))
        gate.release()
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        assert "planned by test-model" in screen_text(pilot)
        assert "text-classification" in screen_text(pilot)
        assert "2 calls" in screen_text(pilot)


async def test_a_planner_can_be_stopped_while_it_writes(tmp_path: Path) -> None:
    gate = Gate()
    async with (
        ChatServer(Reply("[]", gate=gate)) as server,
        opened(tmp_path, OPENAI_BASE_URL=server.url, OPENAI_MODEL="test-model") as pilot,
    ):
        pilot.app.screen.query_one("#prompt", Field).text = "Summarize 'Bees make honey.'"
        await pilot.press("enter")
        await until(pilot, lambda: gate.reached.is_set)
        await pilot.press("x", "x")
        await until(pilot, lambda: run(pilot).ended)
        gate.release()
        await settle(pilot)
        assert run(pilot).outcome is Outcome.INTERRUPTED
        assert "Stopped while" in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_a_picture_that_was_made_stands_below_the_answer_and_is_saved_by_s(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "farm.png").write_bytes(picture())
    async with opened(tmp_path, size) as pilot:
        await ask(pilot, "Find the edges in farm.png")
        await pilot.press("a")
        await until(pilot, lambda: run(pilot).ended)
        await until(pilot, lambda: len(pilot.app.screen.query(Showpiece)) == 1)
        piece = pilot.app.screen.query_one(Showpiece)
        await until(pilot, lambda: len(piece.lines) > 5)
        await pilot.press("escape", "2", "home", "S")
        await until(pilot, lambda: isinstance(pilot.app.focused, Field) and pilot.app.focused.id == "asked-field")
        await pilot.press("enter")
        await until(pilot, lambda: "Saved: " in notice(pilot) if isinstance(pilot.app.screen, Workbench) else False)
        assert (tmp_path / "0-canny-control.png").read_bytes().startswith(b"\x89PNG")


async def test_a_result_that_is_corrected_by_hand_runs_what_has_read_it_again(tmp_path: Path) -> None:
    plan = Plan(
        request="go",
        tasks=(
            Task(uid="t1", id=0, task="summarization", args={"text": Input.text("It was an awful, terrible day.")}),
            Task(uid="t2", id=1, task="text-classification", args={"text": Input.of("t1")}),
            Task(uid="t3", id=2, task="text-classification", args={"text": Input.text("Bonjour")}, policy="ask"),
        ),
    )
    async with opened(tmp_path, first=Submit(request="Which language?", plan=plan)) as pilot:
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        await pilot.press("2", "a")
        await until(pilot, lambda: run(pilot).state("t2") is TaskState.DONE)
        before = run(pilot).tasks["t2"].results[0].preview
        await pilot.press("2", "home", "s")
        await until(pilot, lambda: isinstance(pilot.app.focused, Field) and pilot.app.focused.id == "asked-field")
        pilot.app.screen.query_one("#asked-field", Field).text = "It was a wonderful, happy day."
        await pilot.press("enter")
        await until(pilot, lambda: "s does it" in notice(pilot))
        assert run(pilot).tasks["t2"].results[0].preview == before
        await pilot.press("s")
        await until(
            pilot,
            lambda: run(pilot).state("t2") is TaskState.DONE and run(pilot).tasks["t2"].results[0].preview != before,
        )
        assert run(pilot).tasks["t1"].supplied
