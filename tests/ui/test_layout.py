"""The shape of the screen at every size: all panes where there is room, the pane with the focus where there is not."""

from itertools import pairwise

import pytest
from rich.console import Console

from hgtui.core.plan import Input, Plan, Task
from hgtui.ui.bridge import Option, Options
from hgtui.ui.screens.controllers import Controllers
from tests.ui.bench import notice, screen_text, settle, until, workbench
from tests.ui.scripted import chain

MADE_FOR = [(80, 24), (80, 60), (100, 30), (120, 36), (160, 48), (200, 60)]
SMALLER = [(79, 23), (60, 16), (40, 12), (40, 10), (20, 6)]
PANES = ("plan", "task", "log", "prompt")


@pytest.mark.parametrize("size", MADE_FOR)
async def test_each_pane_is_seen_and_nothing_overlaps(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, _):
        regions = [pilot.app.screen.query_one(f"#{pane}").region for pane in ("head", *PANES, "foot")]
        whole = pilot.app.screen.region
        assert all(region.area and whole.contains_region(region) for region in regions)
        assert not [(a, b) for at, a in enumerate(regions) for b in regions[at + 1 :] if a.overlaps(b)]
        assert notice(pilot) == ""


@pytest.mark.parametrize("size", MADE_FOR)
async def test_what_is_approved_stands_on_the_screen_with_its_model(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        text = screen_text(pilot)
        assert conductor.run.gate
        assert f"plan {conductor.run.gate.fingerprint[:8]}" in text
        assert all(task.task in text for task in chain())
        assert text.count("lexrank") >= 3


async def test_more_room_shows_more_of_each_pane() -> None:
    rows = []
    for size in [(100, 30), (120, 36), (160, 48), (200, 60)]:
        async with workbench(chain(), size) as (pilot, _):
            rows.append([pilot.app.screen.query_one(f"#{pane}").region.height for pane in ("plan", "task", "log")])
    assert all(low < high for before, after in pairwise(rows) for low, high in zip(before, after, strict=True))


@pytest.mark.parametrize("size", SMALLER)
async def test_where_there_is_too_little_room_it_says_so_and_the_pane_with_the_focus_is_seen(
    size: tuple[int, int],
) -> None:
    async with workbench(chain(), size) as (pilot, _):
        screen = pilot.app.screen
        for pane, key in zip(PANES, ("2", "3", "4", "1"), strict=True):
            await pilot.press("escape", key)
            await settle(pilot)
            assert pilot.app.focused is screen.query_one(f"#{pane}")
            assert pilot.app.focused.region.height >= 1
        assert len(screen_text(pilot).splitlines()) == size[1]
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: screen.size == (120, 36))
        await settle(pilot)
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: "80x24" in notice(pilot))
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "80x24" not in notice(pilot))


@pytest.mark.parametrize("pane", ["plan", "task", "log", "prompt"])
async def test_a_change_of_size_keeps_selection_focus_and_what_is_being_written(pane: str) -> None:
    types = ("summarization", "text-classification")  # in turn: what is alike folds
    tasks = [Task(uid=f"t{at}", id=at, task=types[at % 2], args={"text": Input.text(f"{at}")}) for at in range(60)]
    async with workbench(Plan(request="go", tasks=tuple(tasks))) as (pilot, _):
        screen = pilot.app.screen
        screen.query_one("#prompt").text = "half wri"  # type: ignore[attr-defined]
        await pilot.press("G", "k", "k")
        await pilot.press({"plan": "2", "task": "3", "log": "4", "prompt": "1"}[pane])
        for size in [(80, 24), (40, 10), (200, 60), (99, 30), (100, 17), (20, 6), (120, 36)]:
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert pilot.app.focused is screen.query_one(f"#{pane}"), size
            assert screen.view.chosen == "t57"  # type: ignore[attr-defined]
        assert screen.query_one("#prompt").text == "half wri"  # type: ignore[attr-defined]
        plan = screen.query_one("#plan")
        assert plan.scroll_offset.y <= 57 < plan.scroll_offset.y + plan.scrollable_content_region.height


def test_every_line_on_a_controller_begins_at_its_indent() -> None:
    about = "a server of its own at 127.0.0.1:11434, by the [bold]profile[/] of that name"
    screen = Controllers(Options((Option("local", about, present=True),)))
    console = Console(width=30, color_system=None)
    with console.capture() as shown:
        console.print(screen._words(0))
    first, *more = shown.get().splitlines()
    assert first.startswith("● local  in use")
    assert len(more) > 2
    assert all(line.startswith("    ") and line[4] != " " for line in more)
    assert "[bold]profile[/]" in " ".join(line.strip() for line in more)
