"""The plan as boxes on the workbench: the same selection as the rows, keys and mouse, streaming, picking, what is painted."""

from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.geometry import Region
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.edits import apply
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.states import Stage
from hgtui.core.text import clean
from hgtui.ui import boxes
from hgtui.ui.graph import flows
from hgtui.ui.graph.shape import BOX, LINE, WIDE, Layout
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.view import View
from hgtui.ui.widgets.bright import HEAVY
from hgtui.ui.widgets.plan import PlanPane
from tests.ui.bench import SIZES, notice, screen_text, settle, until, workbench
from tests.ui.graph.reading import Reader
from tests.ui.hostile import EVIL
from tests.ui.scripted import candidate

LIGHT = {heavy: light for light, heavy in HEAVY.items()}


def task(at: int, *deps: int, kind: str = "summarization") -> Task:
    value = Input.of(*(f"t{dep}" for dep in deps)) if deps else Input.text(f"text {at}")
    return Task(uid=f"t{at}", id=at, task=kind, args={"text": value})


def diamond() -> Plan:
    return Plan(request="go", tasks=(task(0), task(1, 0), task(2, 0), task(3, 1, 2)))


def pane(pilot: Pilot[None]) -> PlanPane:
    return pilot.app.screen.query_one(PlanPane)


def laid(pilot: Pilot[None]) -> Layout:
    drawn = pane(pilot).drawn
    assert drawn is not None
    return drawn


def chosen(pilot: Pilot[None]) -> str | None:
    screen = pilot.app.screen
    assert isinstance(screen, Workbench)
    return screen.view.chosen


def painted_lines(pilot: Pilot[None]) -> list[str]:
    """What stands in the pane, line by line."""
    one = pane(pilot)
    return ["".join(segment.text for segment in one.render_line(y)) for y in range(one.content_region.height)]


def read(pilot: Pilot[None]) -> set[tuple[str, str]]:
    """Return the edges that can be read off the pane."""
    width, height = laid(pilot).size
    lines = [line[:width].ljust(width).translate(LIGHT) for line in painted_lines(pilot)[:height]]
    return Reader(laid(pilot), lines).read()


@pytest.mark.parametrize("size", SIZES)
async def test_v_draws_the_plan_whole_and_keys_and_mouse_select_as_in_the_rows(size: tuple[int, int]) -> None:
    async with workbench(diamond(), size) as (pilot, conductor):
        await pilot.press("V")
        assert "v draws it" in notice(pilot)
        await pilot.press("j", "v")
        await settle(pilot)
        assert chosen(pilot) == "t1"
        assert pane(pilot).has_class("-boxes")
        assert read(pilot) == set(flows.edges(diamond()))
        assert laid(pilot).size[0] <= pane(pilot).room.width
        assert laid(pilot).size[1] <= pane(pilot).room.height
        lit = {char for line in painted_lines(pilot) for char in line if ord(char) in LIGHT}
        assert lit, "the lines of the selected task stand out"
        ahead, aside = ("j", "l") if laid(pilot).direction == "down" else ("l", "j")
        await pilot.press(ahead)
        assert chosen(pilot) == "t3"
        await pilot.press("g", aside)
        assert chosen(pilot) == "t0"
        box = laid(pilot).boxes["t2"]
        await pilot.click(PlanPane, offset=(box.x + 3, box.y + 1))
        assert chosen(pilot) == "t2"
        await pilot.press("enter")
        assert pilot.app.focused is pilot.app.screen.query_one("#task")
        await pilot.press("2", "v", "j")
        await settle(pilot)
        assert chosen(pilot) == "t3"
        assert pane(pilot).drawn is None
        await pilot.press("l")  # is the log of the task again
        assert conductor.commands == []


async def test_more_or_less_of_each_task_and_the_direction_are_the_persons() -> None:
    async with workbench(diamond()) as (pilot, _):
        await pilot.press("v")
        await settle(pilot)
        fits = laid(pilot)
        await pilot.press("H")
        turned = laid(pilot)
        assert turned.direction != fits.direction
        await pilot.press("V")
        assert laid(pilot).detail.name != turned.detail.name
        assert read(pilot) == set(flows.edges(diamond()))
        await pilot.press("slash", *"3", "enter")
        await settle(pilot)
        assert chosen(pilot) == "t3"
        await pilot.press("k", "h", "j", "l")
        assert chosen(pilot) == "t3", "what the filter leaves out is not gone to"
        pane(pilot).filter("‹0›")
        await pilot.press("g")
        shown = [chosen(pilot)]
        await pilot.press("j")  # the other one lies aside
        assert sorted([*shown, chosen(pilot) or ""]) == ["t1", "t2"]
        await settle(pilot)
        assert "2 of 4 tasks with “‹0›”" in screen_text(pilot)
        await pilot.press("question_mark")
        await settle(pilot)
        assert "The plan as boxes" in screen_text(pilot)


async def test_boxes_stay_where_they_are_while_the_plan_streams_in() -> None:
    plan = Plan(request="go", tasks=(task(0), task(1, 0), task(2), task(3, 1, 2), task(4, 0, 3)))
    async with workbench() as (pilot, conductor):
        conductor.tell(ev.RunStarted(request="go", planner="qwen"), ev.StageEntered(stage=Stage.PLANNING))
        seen: dict[str, object] = {}
        for at, one in enumerate(plan):
            conductor.tell(ev.TaskDrafted(task=one))
            await settle(pilot)
            if not at:
                await pilot.press("2", "v")
                await settle(pilot)
            assert seen.items() <= laid(pilot).boxes.items()
            assert one.uid in laid(pilot).boxes
            seen = dict(laid(pilot).boxes)
        conductor.tell(ev.PlanProposed(plan=plan), ev.StageEntered(stage=Stage.SELECTION))
        conductor.tell(ev.CandidatesFound(task="summarization", candidates=(candidate(),)))
        conductor.gate()
        await settle(pilot)
        assert laid(pilot).boxes == seen
        assert read(pilot) == set(flows.edges(plan))
        edits: tuple[ed.Edit, ...] = (ed.Add(task=task(5, 4), index=5), ed.Delete(uid="t2"))
        for edit in edits:
            conductor.tell(ev.PlanEdited(edit=edit, undo=apply(conductor.run.draft, edit)[1]))
            await settle(pilot)
            assert seen.items() - {("t2", seen["t2"])} <= laid(pilot).boxes.items()
        stood = laid(pilot).boxes
        await pilot.press("v", "v")
        await settle(pilot)
        assert laid(pilot).boxes != stood


@pytest.mark.parametrize(("count", "fits"), [(7, True), (9, False)])
async def test_a_plan_that_came_larger_than_its_pane_is_laid_out_anew_only_where_that_shows_it_whole(
    count: int, fits: bool
) -> None:
    plan = Plan(request="go", tasks=(task(0), *(task(at, at - 1) for at in range(1, count))))
    async with workbench() as (pilot, conductor):
        conductor.tell(ev.RunStarted(request="go", planner="qwen"), ev.StageEntered(stage=Stage.PLANNING))
        conductor.tell(*(ev.TaskDrafted(task=one) for one in plan))
        await pilot.press("2", "v")
        await settle(pilot)
        streamed, room = laid(pilot), pane(pilot).room
        assert streamed.size[1] > room.height
        conductor.tell(ev.PlanProposed(plan=plan))
        await settle(pilot)
        assert (laid(pilot).size[1] <= room.height) == fits
        assert (laid(pilot).boxes == streamed.boxes) != fits


async def test_two_boxes_are_connected_and_cut_by_picking_them() -> None:
    async with workbench(diamond()) as (pilot, conductor):
        await pilot.press("v")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, Workbench)

        async def pick(reader: str, giver: str, *pressed: str) -> list[cmd.Command]:
            conductor.commands.clear()
            screen.select_task(reader)
            await pilot.press("minus")
            assert f"Which task does {reader[1:]} wait for?" in notice(pilot)
            box = laid(pilot).boxes[giver]
            await pilot.click(PlanPane, offset=(box.x + 3, box.y + 1))
            await settle(pilot)
            assert f"Which task does {reader[1:]} wait for?" in notice(pilot)
            await pilot.press(*pressed)
            await settle(pilot)
            return list(conductor.commands)

        assert await pick("t2", "t1", "enter") == [cmd.EditPlan(edit=ed.Connect(uid="t2", dep="t1"))]
        assert chosen(pilot) == "t2"
        assert await pick("t3", "t1", "minus") == [cmd.EditPlan(edit=ed.Disconnect(uid="t3", dep="t1"))]
        assert await pick("t0", "t3", "enter") == []
        assert "would wait for each other" in notice(pilot)
        await pilot.press("escape")
        await pilot.press("escape")
        screen.select_task("t2")
        await pilot.press("minus", "enter")
        assert "cannot wait for itself" in notice(pilot)
        await pilot.click(PlanPane, offset=(0, 0))
        await until(pilot, lambda: "There is no box" in notice(pilot))
        assert pane(pilot).picking == "t2"
        await pilot.press("minus")
        assert "Nothing was picked" in notice(pilot)
        assert await pick("t2", "t1", "escape") == []
        assert notice(pilot) == ""
        await pilot.press("enter")  # opens again
        assert pilot.app.focused is screen.query_one("#task")


async def painted(pilot: Pilot[None], happen: Callable[[], object]) -> list[Region]:
    """Return which regions of the pane are drawn again."""
    one, drawn = pane(pilot), []
    refresh = one.refresh

    def noted(*regions: Region, **how: bool) -> PlanPane:
        drawn.extend(regions or [one.content_region])
        return refresh(*regions, **how)

    one.refresh = noted  # type: ignore[method-assign,assignment]
    try:
        happen()
        await settle(pilot)
    finally:
        del one.refresh
    return drawn


def many(count: int) -> Plan:
    """Tasks in rows of ten, each of which reads the one above it and the one beside that."""
    tasks = [task(at, *{max(at - 10, 0), max(at - 9, 0)} if at >= 10 else ()) for at in range(count)]
    return Plan(request="go", tasks=tuple(tasks))


async def test_a_large_plan_is_laid_out_beside_the_loop_panned_and_painted_only_where_it_changed() -> None:
    async with workbench(many(300)) as (pilot, conductor):
        await pilot.press("v")
        await until(pilot, lambda: pane(pilot).drawn)
        conductor.approve()
        await settle(pilot)
        one = pane(pilot)
        assert "╭─────" in "".join(painted_lines(pilot)[-6:])  # the minimap
        assert "◉" in "".join(painted_lines(pilot))
        box = laid(pilot).boxes["t0"]
        changed = await painted(pilot, lambda: one.redraw_tasks(["t0"]))
        assert changed == [Region(*box)]
        assert await painted(pilot, lambda: one.redraw_tasks(["t299"])) == []
        at = one.scroll_offset
        await pilot.press("shift+down", "shift+right", "pagedown")
        assert one.scroll_offset.x > at.x
        assert one.scroll_offset.y > at.y
        await pilot.press("G")
        await settle(pilot)
        last = laid(pilot).boxes["t299"]
        shown = Region(one.scroll_offset.x, one.scroll_offset.y, one.room.width, one.room.height)
        assert shown.contains_region(Region(*last))
        one.filter("nosuch")
        await settle(pilot)
        assert "None of 300 tasks has “nosuch”; esc shows all." in screen_text(pilot)
        one.filter("")
        one.choose("t299")
        await settle(pilot)
        corner = one._map_region()
        await pilot.click(PlanPane, offset=(corner.x + 2, corner.y + 2))
        assert one.scroll_offset == (0, 0)
        assert chosen(pilot) == "t299"


async def test_a_state_that_changes_is_seen_in_its_box_and_on_its_lines() -> None:
    async with workbench(diamond()) as (pilot, conductor):
        await pilot.press("v")
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t0", candidate="embedded:lexrank"), ev.Progress(uid="t0", fraction=0.5))
        await settle(pilot)
        await until(pilot, lambda: "50%" in "".join(painted_lines(pilot)))
        assert "◐ 0 summarization" in "".join(painted_lines(pilot))
        conductor.tell(ev.TaskDone(uid="t0", seconds=0.5, results=()))
        await settle(pilot)
        assert "✓ 0 summarization" in "".join(painted_lines(pilot))
        lines = pane(pilot)
        assert lines.drawn is not None
        assert [lines._flows(net) for net in range(len(lines.drawn.edges))].count(True) == 1


def test_a_box_is_as_wide_as_it_is_and_nothing_of_a_stranger_acts_in_it() -> None:
    evil = Task(uid="t1", id=1, task=EVIL, args={"text": Input.of("t1")})
    wide = Task(uid="t2", id=2, task="文字起こし🦜と要約と翻訳と読み上げ", skip=True)
    view = View()
    view.run.drafted = [evil, wide]
    for one in view.plan:
        for detail in (BOX, WIDE, LINE):
            lines = boxes.written(view, one, detail, view.clock())
            assert len(lines) == detail.height - 2 * detail.border
            for line in lines:
                text = "".join(piece for piece, _ in line)
                assert cell_len(text) == detail.width - 2
                assert clean(text) == text
    assert boxes.LOOP in "".join(text for text, _ in boxes.written(view, evil, BOX, view.clock())[0])


async def test_how_far_a_task_is_is_seen_in_its_box_where_nothing_else_happens() -> None:
    async with workbench(diamond()) as (pilot, conductor):
        await pilot.press("2", "v")
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t0", candidate="embedded:lexrank"), ev.Progress(uid="t0", fraction=0.25))
        await until(pilot, lambda: "25%" in screen_text(pilot))
        conductor.tell(ev.Progress(uid="t0", fraction=0.75))
        await until(pilot, lambda: "75%" in screen_text(pilot))


async def test_hostile_text_in_a_box_is_shown_and_does_nothing() -> None:
    plan = Plan(request="go", tasks=(task(0, kind=EVIL), task(1, 0)))
    async with workbench(plan) as (pilot, _):
        await pilot.press("v")
        await settle(pilot)
        text = "\n".join(painted_lines(pilot))
        assert "[@click=app.quit]" in text
        assert clean(text) == text
        box = laid(pilot).boxes["t0"]
        await pilot.click(PlanPane, offset=(box.x + 8, box.y + 2))
        assert pilot.app.is_running


async def test_in_a_low_pane_the_minimap_lies_over_no_box() -> None:
    async with workbench(many(20), (80, 26)) as (pilot, _):
        await pilot.press("v", "V")
        await settle(pilot)
        one, at = pane(pilot), pane(pilot).scroll_offset
        assert one._mapped != (0, 0)
        seen = [Region(*box).translate((-at.x, -at.y)) for box in laid(pilot).boxes.values()]
        assert not any(one._map_region().overlaps(box) for box in seen)
