"""Keys that come faster than the screen opens what they open: none is lost on the wrong pane, none ends the program."""

import pytest

from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.plan import PlanPane
from tests.cli.program import Program
from tests.cli.screen import Screen
from tests.ui.bench import notice, screen_text, settle, workbench
from tests.ui.scripted import chain

SAY = "What language is 'Guten Morgen, wie geht es dir?'"


@pytest.mark.parametrize("keys", ["el", "ell", "eL", "e\x1b"])
def test_a_key_right_behind_the_one_that_opens_a_form_does_not_end_the_program(hgtui: Program, keys: str) -> None:
    with Screen(hgtui) as screen:
        screen.press(f"{SAY}\r")
        screen.see("approve+run")
        screen.press(keys)
        screen.press("\x1bOP")  # F1: whatever has the focus, the help comes
        screen.see("─ Help ")
        screen.press("\x1b")
        screen.gone("─ Help ")
        screen.press("\x11")
        assert screen.ended()[0] == 0


def test_a_key_right_behind_the_one_that_lists_task_types_opens_nothing_under_the_list(hgtui: Program) -> None:
    with Screen(hgtui) as screen:
        screen.press(f"{SAY}\r")
        screen.see("approve+run")
        screen.press("oe")
        screen.see("Add a task")
        screen.press("\x1b")
        screen.gone("Add a task")
        assert "Edit task" not in screen.text()
        screen.press("\x11")
        assert screen.ended()[0] == 0


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_who_asks_for_a_new_request_at_a_gate_writes_in_the_prompt_and_presses_no_key_of_the_plan(
    size: tuple[int, int],
) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        await pilot.press("2", "N")
        await settle(pilot)
        assert "This request has not ended; x stops it." in notice(pilot)
        await pilot.press(*"read a d")
        assert not [one for one in conductor.commands if one.command not in {"mark"}]
        await pilot.press("enter")
        await settle(pilot)
        assert "Kept: it is asked when this request has ended. a runs this one, x stops it." in notice(pilot)
        assert "0 summarization  " in screen_text(pilot)  # the plan that the keys now act on is seen
        assert not [one for one in conductor.commands if one.command not in {"mark"}]
        if size == (80, 24):
            await pilot.press("1")
            await settle(pilot)
            assert pilot.app.screen.query_one(PlanPane).scrollable_content_region.height == 2
            await pilot.press("escape", "3", "space")  # of the task pane that is read over the plan
            await settle(pilot)
            assert "is skipped: space turns it." in notice(pilot)


async def test_who_writes_on_stays_and_esc_leaves_the_prompt_at_once_whatever_is_said() -> None:
    async with workbench(chain(), (80, 24)) as (pilot, _):
        prompt = pilot.app.screen.query_one("#prompt", Field)
        await pilot.press("1", "ctrl+c")
        assert "ctrl+c again leaves hgtui" in notice(pilot)
        await pilot.press("a", "b")
        assert not notice(pilot)
        await pilot.press("ctrl+c")  # clears what was written, and leaves nothing
        assert not prompt.text
        await pilot.press("escape")
        assert isinstance(pilot.app.screen.focused, PlanPane)
        await pilot.press("N", "x")
        assert "This request has not ended" in notice(pilot)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen.focused, PlanPane)
        assert not notice(pilot)
        assert prompt.text == "x"
