"""The terminal: its title and bell say whose turn it is, and it is left as it was, however the workbench comes to its end."""

import re
import signal
import sys
import termios
from collections.abc import Callable

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as Colour

from hgtui.core import events as ev
from hgtui.core.states import Outcome
from hgtui.ui.app import HgtuiApp
from hgtui.ui.colourless import Colourless
from hgtui.ui.looks import Looks
from hgtui.ui.telling import AWAY_S, Standing, away, standing
from hgtui.ui.view import View
from tests.cli.program import Program
from tests.cli.terminal import Terminal
from tests.ui.bench import settle, until, workbench
from tests.ui.scripted import Scripted, ScriptedDesk, candidate, chain

GERMAN = "What language is 'Guten Morgen, wie geht es dir?'"
AT_FIRST = {"7": True, "25": True}
"""The modes that a terminal begins with: lines wrap, the cursor is seen. All others are off."""
CRASHING = """
import runpy, sys
from textual.widgets import TextArea
def crash(self):
    raise RuntimeError("on purpose")
TextArea.action_delete_left = crash
sys.argv = ["hgtui"]
runpy.run_module("hgtui", run_name="__main__")
"""
"""hgtui in which Textual fails at Backspace."""


def left(written: str) -> dict[str, object]:
    """What the bytes that a program wrote leave of a terminal: modes, the stack of kitty's keyboard, that of titles."""
    modes: dict[str, bool] = {}
    for numbers, way in re.findall(r"\x1b\[\?([\d;]+)([hl])", written):
        for number in numbers.split(";"):
            modes[number] = way == "h"
    changed = {mode: on for mode, on in modes.items() if on != AT_FIRST.get(mode, False)}
    kitty = len(re.findall(r"\x1b\[>\d*u", written)) - len(re.findall(r"\x1b\[<\d*u", written))
    titles = written.count("\x1b[22;2t") - written.count("\x1b[23;2t")
    return {"modes": changed, "kitty": kitty, "titles": titles}


AS_IT_WAS = {"modes": {}, "kitty": 0, "titles": 0}


def by_key(keys: str) -> Callable[[Terminal], None]:
    return lambda terminal: terminal.press(keys)


def by_signal(number: int) -> Callable[[Terminal], None]:
    return lambda terminal: terminal.process.send_signal(number)


def gone(terminal: Terminal) -> int:
    """Read to the end; return the exit status, whatever was written."""
    while terminal._more():
        pass
    return terminal.process.wait(60)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (by_key("qq"), 0),
        (by_key("\x11"), 0),
        (by_key("\x03\x03"), 0),
        (by_signal(signal.SIGTERM), 143),
        (by_signal(signal.SIGHUP), 129),
        (by_signal(signal.SIGINT), 130),
    ],
    ids=["q", "ctrl+q", "ctrl+c", "SIGTERM", "SIGHUP", "SIGINT"],
)
def test_the_terminal_is_left_as_it_was_at_an_open_gate(
    hgtui: Program, end: Callable[[Terminal], None], status: int
) -> None:
    with Terminal(hgtui, screen=True) as terminal:
        before = termios.tcgetattr(terminal._theirs)
        terminal.until("Plans are made by rules")
        terminal.press(f"{GERMAN}\r")
        terminal.until_all("approve+run", "hgtui: your turn")
        assert left(terminal.shown) != AS_IT_WAS
        end(terminal)
        assert terminal.process.wait(60) == status
        assert termios.tcgetattr(terminal._theirs) == before
        assert gone(terminal) == status
        assert left(terminal.shown) == AS_IT_WAS
        assert terminal.shown.rindex("\x1b[?1049l") > terminal.shown.rindex("\x1b[?1049h")


def test_the_terminal_is_left_as_it_was_after_a_crash_which_is_told_behind_it(hgtui: Program) -> None:
    with Terminal(hgtui, screen=True, program=(sys.executable, "-c", CRASHING)) as terminal:
        before = termios.tcgetattr(terminal._theirs)
        terminal.until("Plans are made by rules")
        terminal.press("abc\x7f")
        assert terminal.process.wait(60) == 1
        assert termios.tcgetattr(terminal._theirs) == before
        gone(terminal)
        assert left(terminal.shown) == AS_IT_WAS
        assert "on purpose" in terminal.shown[terminal.shown.rindex("\x1b[?1049l") :]


def test_the_title_says_run_and_state_and_the_one_before_comes_back(hgtui: Program) -> None:
    with Terminal(hgtui, screen=True) as terminal:
        terminal.until("\x1b[22;2t\x1b]2;hgtui\x07")
        terminal.press(f"{GERMAN}\r")
        terminal.until("\x1b]2;hgtui: your turn · 2")
        terminal.press("a")
        terminal.until("\x1b]2;hgtui: answered · 2")
        terminal.press("q")
        assert terminal.ended()[0] == 0
        assert terminal.shown.index("\x1b]2;\x07\x1b[23;2t") > terminal.shown.rindex("\x1b[?1049l")
        assert terminal.shown.count("\x1b[22;2t") == 1


def test_nothing_of_a_strangers_name_gets_into_the_title() -> None:
    app = HgtuiApp(ScriptedDesk())

    async def told() -> str:
        async with app.run_test():
            app.tell_title("hgtui: a\x1b]52;c;eA==\x07b\u202ec\nd")
            return app.told_title

    import asyncio

    assert asyncio.run(told()) == "hgtui: a]52;c;eA==bc d"


# When it rings


class Bells(HgtuiApp):
    """Counts how often the terminal rings."""

    rung = 0

    def bell(self) -> None:
        self.rung += 1


@pytest.mark.parametrize(("bell", "rung"), [(True, 2), (False, 0)])
async def test_it_rings_for_who_looks_elsewhere_when_a_gate_opens_and_when_a_run_ends(bell: bool, rung: int) -> None:
    desk = ScriptedDesk()
    app = Bells(desk, looks=Looks(bell=bell))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*"go", "enter")
        await settle(pilot)
        app.app_focus = False
        conductor: Scripted = desk.given[0]
        conductor.propose(chain(), candidate())
        await until(pilot, lambda: app.told_title.startswith("hgtui: your turn"))
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1"), ev.TaskDone(uid="t1", results=(), seconds=0.1))
        await until(pilot, lambda: app.told_title.startswith("hgtui: running 1 of 3"))
        conductor.tell(ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
        await until(pilot, lambda: app.told_title == "hgtui: answered · run-1")
        assert app.rung == rung


def test_who_pressed_a_key_just_now_is_at_the_keys_while_the_terminal_is_in_front() -> None:
    assert not away(AWAY_S / 2, focused=True)
    assert away(AWAY_S * 2, focused=True)
    assert away(0, focused=False)


def test_it_rings_once_for_each_time_that_the_person_is_wanted() -> None:
    turn, runs = Standing("your turn", True), Standing("running 1 of 3")
    assert turn.calls(Standing("planning"))
    assert not turn.calls(turn)
    assert not runs.calls(turn)
    assert Standing("running 1 of 3, 1 waiting for you", asking=1).calls(runs)
    assert not runs.calls(Standing("running 1 of 3, 1 waiting for you", asking=1))
    assert Standing("answered", True).calls(turn)


async def test_a_failure_that_waits_is_the_persons_turn_and_a_task_that_asks_is_counted() -> None:
    assert standing(View()) == Standing()
    async with workbench(chain()) as (pilot, conductor):
        view = pilot.app.screen.view  # type: ignore[attr-defined]
        assert standing(view) == Standing("your turn", True)
        conductor.approve()
        conductor.tell(ev.TaskQueued(uid="t1"), ev.TaskAsking(uid="t2"))
        await settle(pilot)
        assert standing(view) == Standing("running 0 of 3, 1 waiting for you", asking=1)
        conductor.tell(ev.RunEnded(outcome=Outcome.FAILED, exit=1, message="x"))
        await settle(pilot)
        assert standing(view) == Standing("failed", True)


def test_no_color_is_no_colour(hgtui: Program) -> None:
    with Terminal(hgtui, screen=True, NO_COLOR="1", COLORTERM="truecolor") as terminal:
        terminal.until("Plans are made by rules")
        terminal.press(f"{GERMAN}\r")
        terminal.until_all("approve+run", "your turn")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
        codes = {int(code) for sent in re.findall(r"\x1b\[([\d;]+)m", terminal.shown) for code in sent.split(";")}
        assert codes & {1, 7}
        assert not codes & {*range(30, 50), *range(90, 108)}
        assert "┏" in terminal.shown, "the pane with the focus has a frame of its own"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_256_colours_are_enough(hgtui: Program, theme: str) -> None:
    config = hgtui.folder / "config.toml"
    config.write_text(f'theme = "{theme}"\n')
    with Terminal(hgtui, screen=True, HGTUI_CONFIG=str(config)) as terminal:
        terminal.until("hat should be done?")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0
        assert re.search(r"38;5;\d+", terminal.shown)
        assert not re.search(r"38;2;\d+", terminal.shown)


def test_without_colours_a_picture_is_shades_a_selection_is_reversed_and_links_stay() -> None:
    def shown(text: str, style: Style) -> Segment:
        return Colourless().apply([Segment(text, style)], Colour(0, 0, 0))[0]

    dark, bright = shown("▀▀", Style(color="#000000", bgcolor="#101010")), shown("▀", Style.parse("#ffffff on #ffffff"))
    assert (dark.text, bright.text) == ("  ", "█")
    assert dark.style == bright.style == Style()
    marked = shown("x", Style.parse("bold red on blue"))
    assert marked.style == Style(bold=True, reverse=True)
    link = shown("x", Style.parse("red") + Style.from_meta({"at": 1})).style
    assert link is not None
    assert link.meta == {"at": 1}
    assert link.color is None
