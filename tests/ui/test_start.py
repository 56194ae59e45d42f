"""The first frame: keys are taken from the beginning, and what is typed is not lost however long the rest takes."""

import asyncio
import json
import sys
import termios
import time

import pyte
import pytest
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.ui.app import HgtuiApp
from hgtui.ui.bridge import Opened
from hgtui.ui.screens.opening import Opening
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.field import Field
from tests.cli.program import Program
from tests.cli.terminal import Terminal
from tests.servers.chat import ChatServer, Reply
from tests.ui.bench import SIZES, screen_text, settle, until
from tests.ui.scripted import ScriptedDesk


class Door:
    """Opens the workbench when it is told to."""

    def __init__(self, error: Exception | None = None, said: str = "") -> None:
        self.desk = ScriptedDesk()
        self.may = asyncio.Event()
        self.error, self.said = error, said

    async def __call__(self, app: HgtuiApp) -> Opened:
        await app.tell_planner(self.desk.planner_name, self.desk.planner_why)
        await self.may.wait()
        if self.said:
            print(self.said, file=sys.stderr)
        if self.error:
            raise self.error
        return Opened(self.desk)


def prompt(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one("#prompt", Field).text


def opened(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app.screen, Workbench) and pilot.app.screen.is_mounted


@pytest.mark.parametrize("size", SIZES)
async def test_the_workbench_takes_the_place_of_its_first_frame_without_moving_a_cell(size: tuple[int, int]) -> None:
    door = Door()
    door.desk.missing = ()
    async with HgtuiApp(opening=door).run_test(size=size) as pilot:
        await settle(pilot)
        assert isinstance(pilot.app.screen, Opening)
        await until(pilot, lambda: "plans are made by rules." in screen_text(pilot) or size[0] < 100)
        before = screen_text(pilot)
        door.may.set()
        await until(pilot, lambda: opened(pilot))
        await settle(pilot)
        assert screen_text(pilot) == before


async def test_what_is_typed_while_the_workbench_is_opened_goes_on_in_it() -> None:
    door = Door()
    async with HgtuiApp(opening=door).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"count the bess", "backspace", "backspace", *"es")
        await settle(pilot)
        assert prompt(pilot) == "count the bees"
        door.may.set()
        await until(pilot, lambda: opened(pilot))
        await settle(pilot)
        await pilot.press(*" here")
        assert prompt(pilot) == "count the bees here"


async def test_enter_waits_for_the_workbench_and_the_keys_behind_it_keep_their_order() -> None:
    door = Door()
    async with HgtuiApp(opening=door).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"go", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Opening)
        assert not door.desk.given
        door.may.set()
        await until(pilot, lambda: door.desk.given and door.desk.given[0].commands)
        assert door.desk.given[0].commands == [cmd.Submit(request="go")]


@pytest.mark.parametrize(("age_s", "sends"), [(-3600, True), (3600, False)])
async def test_enter_that_was_pressed_before_the_program_ran_sends_and_later_it_is_ctrl_j(
    age_s: float, sends: bool
) -> None:
    door = Door()
    app = HgtuiApp(opening=door)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*"go")
        app._begun_at = time.monotonic() - age_s  # far from the limit, however slow this machine is
        await pilot.press("ctrl+j")  # as a terminal in its usual mode sends Enter
        door.may.set()
        await until(pilot, lambda: opened(pilot))
        await settle(pilot)
        if sends:
            await until(pilot, lambda: door.desk.given and door.desk.given[0].commands)
            assert door.desk.given[0].commands == [cmd.Submit(request="go")]
        else:
            assert prompt(pilot) == "go\n"


async def test_ctrl_c_clears_what_waits_and_then_leaves() -> None:
    door = Door()
    async with HgtuiApp(opening=door).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"go", "enter", "ctrl+c")
        await settle(pilot)
        assert prompt(pilot) == ""
        door.may.set()
        await until(pilot, lambda: opened(pilot))
        await settle(pilot)
        assert not door.desk.given
    async with HgtuiApp(opening=Door()).run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+c")
        await settle(pilot)
        assert not pilot.app.is_running


async def test_what_is_said_to_the_terminal_meanwhile_is_told_on_the_workbench() -> None:
    door = Door(said="note: the token of Hugging Face cannot be read.")
    door.may.set()
    async with HgtuiApp(opening=door).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: opened(pilot) and "the token of Hugging Face" in screen_text(pilot))


async def test_what_comes_in_the_way_of_opening_ends_the_app_and_is_kept_for_who_started_it() -> None:
    error = RuntimeError("no journal")
    door = Door(error=error)
    door.may.set()
    app = HgtuiApp(opening=door)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: not app.is_running)
    assert app.failure is error


# In a real terminal


def shown(terminal: Terminal) -> str:
    """What stands on the screen after all that came."""
    screen = pyte.Screen(120, 40)
    pyte.Stream(screen).feed(terminal.shown.replace("\x1b[>25u", ""))
    return "\n".join(screen.display)


def test_keys_that_are_pressed_before_the_program_runs_stand_in_the_prompt(hgtui: Program) -> None:
    with Terminal(hgtui, screen=True) as terminal:
        terminal.press("typed before the first frame")
        terminal.until("\x1b[?1049h")  # before that the terminal itself shows what is typed
        terminal.until("typed before the first frame")
        assert "ask ▸ typed before the first frame" in shown(terminal)
        terminal.press("\x11")
        assert terminal.ended()[0] == 0


def test_a_request_that_is_sent_before_the_program_runs_is_planned(hgtui: Program) -> None:
    with Terminal(hgtui, screen=True) as terminal:
        terminal.press("What language is 'Guten Morgen, wie geht es dir?'\r")
        terminal.until("approve+run")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0


@pytest.mark.parametrize("config", ["", "nonsense = ["])
def test_the_terminal_is_left_as_it_was(hgtui: Program, config: str) -> None:
    path = hgtui.folder / "config.toml"
    path.write_text(config)
    with Terminal(hgtui, screen=True, HGTUI_CONFIG=str(path)) as terminal:
        before = termios.tcgetattr(terminal._theirs)
        if config:
            terminal.until("config.toml")
        else:
            terminal.until("Plans are made by rules")
            terminal.press("\x11")
        assert terminal.process.wait(60) == (2 if config else 0)
        assert termios.tcgetattr(terminal._theirs) == before


def test_which_model_plans_is_asked_over_the_first_frame_and_what_was_sent_before_is_sent_then(hgtui: Program) -> None:
    task = {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Guten Morgen"}}
    with (
        ChatServer(Reply(json.dumps([task])), models=("test-one", "test-two")) as server,
        Terminal(hgtui, screen=True, OPENAI_BASE_URL=server.url) as terminal,
    ):
        terminal.press("typed before\r")
        terminal.until("you are asked once")
        terminal.press("two\r")
        terminal.until("approve+run")
        terminal.press("C")
        terminal.until("openai: test-one")  # the others of the server can be taken all the same
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
        assert {request.body["model"] for request in server.requests} == {"test-two"}
        assert "typed before" in str(server.requests[0].body["messages"])


def test_who_picks_no_model_has_rules_plan(hgtui: Program) -> None:
    with (
        ChatServer(models=("test-one", "test-two", "test-embed")) as server,
        Terminal(hgtui, screen=True, OPENAI_BASE_URL=server.url) as terminal,
    ):
        shown = terminal.until("you are asked once")
        assert "has 3 models" in shown
        terminal.until("test-two")
        terminal.press("\x1b")
        terminal.until("rules plan, for no model was picked")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
        assert server.requests == []
