"""Pane 4: the log follows, is filtered and copied; the problems lead to their tasks and are mended by a key."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.states import Failure, Outcome
from hgtui.ui.loglines import LEVELS, Filter, LogLine
from hgtui.ui.widgets.find import Find
from hgtui.ui.widgets.log import LogPane
from tests.ui.bench import SMALL, keys, notice, screen_text, settle, until, workbench
from tests.ui.hostile import EVIL
from tests.ui.scripted import Scripted, candidate, chain

WRONG = Plan(
    request="go",
    tasks=(
        Task(uid="t1", id=0, task="summarization", args={"text": Input.text("x")}),
        Task(uid="t2", id=1, task="sumarization", args={"text": Input.text("x")}),
    ),
)
HEIGHT = 400
"""More lines than any screen has."""


def pane(pilot: Pilot[None]) -> LogPane:
    return pilot.app.screen.query_one(LogPane)


def say(conductor: Scripted, count: int, first: int = 0) -> None:
    conductor.tell(*(ev.Logged(text=f"line number {first + at}") for at in range(count)))


async def has(pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: words in screen_text(pilot))


@pytest.mark.parametrize("size", SMALL)
async def test_the_log_shows_its_end_and_follows_it(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        conductor.approve()
        say(conductor, HEIGHT)
        await has(pilot, f"line number {HEIGHT - 1}")
        say(conductor, HEIGHT, HEIGHT)
        await has(pilot, f"line number {2 * HEIGHT - 1}")
        assert pane(pilot).following


@pytest.mark.parametrize("size", SMALL)
async def test_who_goes_up_stays_there_while_lines_come_and_capital_g_follows_again(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        conductor.approve()
        say(conductor, HEIGHT)
        await until(pilot, lambda: pane(pilot).count >= HEIGHT)
        await pilot.press("4", "pageup")
        await has(pilot, "not following")
        assert keys(pilot)["G"] == "follow"
        place, here = pane(pilot).scroll_offset, pane(pilot).here
        say(conductor, HEIGHT, HEIGHT)
        await until(pilot, lambda: pane(pilot).count >= 2 * HEIGHT)
        assert (pane(pilot).scroll_offset, pane(pilot).here) == (place, here)
        await pilot.press("G")
        await has(pilot, f"line number {2 * HEIGHT - 1}")
        assert "not following" not in screen_text(pilot)
        say(conductor, 1, 9_999)
        await has(pilot, "line number 9999")


def wheel(pilot: Pilot[None], kind: type[events.MouseScrollUp] | type[events.MouseScrollDown]) -> None:
    none = {"x": 5, "y": 2, "delta_x": 0, "delta_y": 0, "button": 0, "shift": False, "meta": False, "ctrl": False}
    pane(pilot).post_message(kind(pane(pilot), **none))


async def test_the_wheel_ceases_to_follow_and_at_the_end_follows_again() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        say(conductor, HEIGHT)
        await until(pilot, lambda: pane(pilot).count >= HEIGHT)
        wheel(pilot, events.MouseScrollUp)
        await has(pilot, "not following")
        place = pane(pilot).scroll_offset
        say(conductor, HEIGHT, HEIGHT)
        await until(pilot, lambda: pane(pilot).count >= 2 * HEIGHT)
        assert pane(pilot).scroll_offset == place
        pane(pilot).scroll_end(animate=False)
        await settle(pilot)
        wheel(pilot, events.MouseScrollDown)
        await until(pilot, lambda: pane(pilot).following)


async def test_the_log_of_the_next_run_follows_its_end_again() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        say(conductor, HEIGHT)
        conductor.tell(ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=130))
        await until(pilot, lambda: pane(pilot).count >= HEIGHT)
        pilot.app.screen.query_one("#prompt").text = "again"  # type: ignore[attr-defined]
        await pilot.press("1", "enter")
        await until(pilot, lambda: pane(pilot).count == 0)
        screen = pilot.app.screen
        screen.conductor.propose(chain(), candidate())  # type: ignore[attr-defined]
        await settle(pilot)
        await until(pilot, lambda: pane(pilot).count)
        assert pane(pilot).following
        assert "not following" not in screen_text(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_l_shows_the_log_of_the_task_alone_and_escape_all_of_it(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        conductor.approve()
        conductor.tell(
            ev.TaskStarted(uid="t1", candidate="embedded:lexrank"),
            ev.Logged(text="the first reads", uid="t1"),
            ev.Logged(text="the second reads", uid="t2"),
        )
        await pilot.press("2", "g", "l")
        await has(pilot, "the first reads")
        text = screen_text(pilot)
        assert "the second reads" not in text
        assert "task 0 · 2 of" in text
        conductor.tell(ev.Logged(text="the second again", uid="t2"), ev.Logged(text="the first again", uid="t1"))
        await has(pilot, "the first again")
        assert "the second again" not in screen_text(pilot)
        await pilot.press("escape")
        await has(pilot, "the second again")
        assert pane(pilot).has_focus
        await pilot.press("escape")
        assert pilot.app.screen.focused is not None
        assert pilot.app.screen.focused.id == "plan"


@pytest.mark.parametrize("size", SMALL)
async def test_words_are_searched_while_they_are_written(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        conductor.approve()
        conductor.tell(*(ev.Logged(text=f"{word} is ready") for word in ("alpha", "beta", "Betamax")))
        await pilot.press("4", "slash", *"beta")
        await has(pilot, "“beta” · 2 of")
        assert "alpha is ready" not in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert pane(pilot).has_focus
        assert not pilot.app.screen.query(Find)
        await pilot.press("slash", "escape")
        await has(pilot, "alpha is ready")
        assert pane(pilot).has_focus


async def test_levels_words_and_a_task_are_combined_and_told() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        for uid in ("t1", "t2"):
            conductor.tell(*(ev.Logged(level=level, text=f"{level} of {uid}", uid=uid) for level in LEVELS))
        await until(pilot, lambda: pane(pilot).count > 8)
        await pilot.press("2", "g", "l", "v")
        await has(pilot, "without details")
        text = screen_text(pilot)
        assert "debug of t1" not in text
        assert "info of t1" in text
        await pilot.press("v")
        await has(pilot, "warnings and errors")
        assert "info of t1" not in screen_text(pilot)
        await pilot.press("slash", *"error", "enter")
        await has(pilot, "task 0 · warnings and errors · “error” · 1 of")
        shown = screen_text(pilot)
        assert "error of t1" in shown
        assert "warning of t1" not in shown
        assert "error of t2" not in shown


async def test_y_copies_the_line_of_the_log() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.tell(ev.Logged(level="warning", text="the oven is hot"))
        await until(pilot, lambda: pane(pilot).count)
        await pilot.press("4", "y")
        assert pilot.app.clipboard.endswith("warning the oven is hot")
        assert "copied" in notice(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_enter_says_a_line_that_is_longer_than_the_screen_in_full(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        conductor.tell(ev.Logged(text=f"{'very ' * 40}long"))
        await until(pilot, lambda: pane(pilot).count)
        await pilot.press("4", "enter")
        assert notice(pilot).endswith("very long")


@pytest.mark.parametrize("size", SMALL)
async def test_brackets_turn_between_log_and_problems(size: tuple[int, int]) -> None:
    async with workbench(WRONG, size) as (pilot, _):
        await pilot.press("4")
        await has(pilot, "Problems 1")
        await has(pilot, "! error 1 sumarization:")
        await pilot.press("left_square_bracket")
        await has(pilot, "waits for you: plan")
        assert "! error 1 sumarization:" not in screen_text(pilot)
        await pilot.press("right_square_bracket")
        await has(pilot, "! error 1 sumarization:")


async def test_a_click_on_a_tab_turns_to_it() -> None:
    async with workbench(WRONG) as (pilot, _):
        lines = screen_text(pilot).splitlines()
        row = next(at for at, line in enumerate(lines) if "Problems 1" in line)
        await pilot.click(offset=(lines[row].index("Log"), row))
        await has(pilot, "waits for you: plan")
        lines = screen_text(pilot).splitlines()
        await pilot.click(offset=(lines[row].index("Problems") + 2, row))
        await has(pilot, "! error 1 sumarization:")


@pytest.mark.parametrize("size", SMALL)
async def test_enter_on_a_problem_goes_to_its_task_and_f_mends_it(size: tuple[int, int]) -> None:
    async with workbench(WRONG, size) as (pilot, conductor):
        await pilot.press("2", "g", "4", "enter")
        await settle(pilot)
        screen = pilot.app.screen
        assert screen.focused is not None
        assert screen.focused.id == "plan"
        assert screen.view.chosen == "t2"  # type: ignore[attr-defined]
        assert conductor.commands == []
        await pilot.press("4", "f")
        assert conductor.commands == [cmd.EditPlan(edit=ed.Retype(uid="t2", task="summarization"))]


@pytest.mark.parametrize("size", SMALL)
async def test_a_task_that_failed_stands_among_the_problems_and_exclamation_mark_goes_there(
    size: tuple[int, int],
) -> None:
    async with workbench(chain(), size, candidate(), candidate("textrank")) as (pilot, conductor):
        conductor.approve()
        conductor.tell(
            ev.TaskStarted(uid="t2"), ev.TaskFailed(uid="t2", failure=Failure.TRANSPORT, message="503 from there.")
        )
        await pilot.press("2", "g", "4")
        await has(pilot, "! failed 1 text-classification: 503")
        await pilot.press("2", "exclamation_mark")
        assert pilot.app.screen.view.chosen == "t2"  # type: ignore[attr-defined]
        assert conductor.commands == []


async def test_a_tab_that_the_person_chose_stays_when_problems_go_and_come() -> None:
    async with workbench(WRONG) as (pilot, conductor):
        await pilot.press("4", "left_square_bracket")
        conductor.tell(ev.PlanEdited(edit=ed.Skip(uid="t2"), undo=ed.apply(conductor.run.draft, ed.Skip(uid="t2"))[1]))
        await settle(pilot)
        assert pane(pilot).tab == "log"
        conductor.tell(ev.EditUndone())
        await settle(pilot)
        assert pane(pilot).tab == "log"


@pytest.mark.parametrize("size", SMALL)
async def test_hostile_lines_and_searches_are_plain_text(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.Logged(text=EVIL), ev.TaskFailed(uid="t1", failure=Failure.TRANSPORT, message=EVIL))
        await pilot.press("4", "left_square_bracket")
        await has(pilot, "[@click=app.quit]x[/]")
        await pilot.press("y", "slash")
        pilot.app.screen.query_one("#find-field").text = "[@click=app.quit]x[/]"  # type: ignore[attr-defined]
        await has(pilot, "“[@click=app.quit]x[/]”")
        assert "\x1b" not in pilot.app.clipboard
        assert "\x1b" not in screen_text(pilot)


async def test_at_80x24_the_log_is_one_line_until_4_is_pressed() -> None:
    async with workbench(chain(), (80, 24)) as (pilot, conductor):
        conductor.approve()
        say(conductor, 20)
        await has(pilot, "line number 19")
        assert "line number 18" not in screen_text(pilot)
        await pilot.press("4")
        await has(pilot, "line number 17")
        await pilot.press("2")
        await until(pilot, lambda: "line number 18" not in screen_text(pilot))
        assert "line number 19" in screen_text(pilot)


lines = st.builds(
    LogLine,
    st.just("12:00:00"),
    st.sampled_from(["dim", "", "good", "warn", "bad"]),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from([None, "t1", "t2"]),
)
filters = st.builds(
    Filter, st.sampled_from([None, "t1", "t2"]), st.integers(0, 3), st.text(st.sampled_from("abß "), max_size=4)
)


@given(lines, filters)
def test_a_filter_shows_what_each_of_its_parts_shows(line: LogLine, which: Filter) -> None:
    parts = Filter(uid=which.uid), Filter(level=which.level), *(Filter(words=word) for word in which.words.split())
    assert which.fits(line) == all(part.fits(line) for part in parts)
    assert which or which.fits(line)


@given(lines)
def test_what_is_searched_for_is_found_whatever_its_case(line: LogLine) -> None:
    word = line.text.split()[0] if line.text.split() else ""
    assert Filter(words=word).fits(line)
    assert Filter(words=word.upper().lower()).fits(line) or word.upper().lower().casefold() != word.casefold()


def test_a_line_tells_the_time_its_level_and_its_words() -> None:
    assert (
        LogLine(datetime(2026, 1, 1, 9, tzinfo=UTC).strftime("%H:%M:%S"), "warn", "hot").whole == "09:00:00 warning hot"
    )
