"""The plan as rows: lanes, columns, alike rows folded to one, a filter, sizes, the mouse; and what is painted for a change."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import MouseScrollDown
from textual.geometry import Region
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Ref, Task
from hgtui.core.states import Failure, Outcome, Stage
from hgtui.session.gates import gate
from hgtui.ui.folds import ALIKE, Row, plan_rows, reads
from hgtui.ui.graph.lanes import lanes
from hgtui.ui.rows import columns, inputs, plan_line
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.view import View
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.plan import PlanPane
from tests.core import strategies as own
from tests.ui.bench import SIZES, notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, candidate, chain, hub_candidate
from tests.ui.test_lanes import read_back


def text(at: int) -> Task:
    return Task(uid=f"t{at}", id=at, task="summarization", args={"text": Input.text(f"text {at}")})


def fan(count: int = 30) -> Plan:
    """A task, `count` alike ones, and one that reads the first of these."""
    first = Task(uid="t0", id=0, task="text-classification", args={"text": Input.text("bees")})
    last = Task(uid=f"t{count + 1}", id=count + 1, task="text-to-speech", args={"text": Input.of("t1")})
    return Plan(request="go", tasks=(first, *(text(at) for at in range(1, count + 1)), last))


def plan_pane(pilot: Pilot[None]) -> PlanPane:
    return pilot.app.screen.query_one(PlanPane)


def chosen(pilot: Pilot[None]) -> str | None:
    screen = pilot.app.screen
    assert isinstance(screen, Workbench)
    return screen.view.chosen


def rows_of(pilot: Pilot[None]) -> list[str]:
    """The text of each row of the pane, also of those that are not seen."""
    pane = plan_pane(pilot)
    width = max(pane.scrollable_content_region.width - 2, 0)
    return ["".join(piece for piece, _ in pane.line(at, width)) for at in range(pane.count)]


# Rows and columns


@pytest.mark.parametrize("size", SIZES)
async def test_a_row_says_its_lane_what_goes_in_the_model_the_place_and_who_asks(size: tuple[int, int]) -> None:
    plan = chain()
    asks = plan.with_tasks([*plan.tasks[:2], plan.tasks[2].update(policy="ask")])
    async with workbench(asks, size) as (pilot, _):
        rows = rows_of(pilot)
        assert [row[12:15] for row in rows] == ["●  ", "│ ◦", "◦  "]
        assert rows[2].rstrip().endswith("ASK")
        assert "‹0›" in rows[2] and "lexrank" in rows[2] and "here" in rows[2]
        assert rows[0].rstrip().endswith("auto")


async def test_a_plan_in_which_nothing_reads_anything_has_no_lanes() -> None:
    async with workbench(Plan(request="go", tasks=(text(0), text(1)))) as (pilot, _):
        assert not set("●◦│") & set("".join(rows_of(pilot)))


@pytest.mark.parametrize("width", [80, 100, 120, 160, 200])
async def test_from_80_to_200_columns_a_row_shows_what_matters(width: int) -> None:
    async with workbench(chain(), (width, 36), hub_candidate("suno/bark-small")) as (pilot, _):
        row = rows_of(pilot)[2]
        for word in ("waiting", "text-to-spee", "‹0›", "bark-small"):
            assert word in row
        assert "hub" in row
        assert ("auto" in row) == (width >= 160)


STRANGE = ["漢字" * 40, "🦜👩‍👩‍👧🇩🇪" * 20, "שלום עולם " * 20, "e\u0301" * 80, "x" * 3_000, "\u202eab\x1b[2J", "مرحبا"]
strange = st.one_of(st.sampled_from(STRANGE), own.texts)


@st.composite
def views(draw: st.DrawFn) -> View:
    """A view of a plan with any texts in it, at its gate or under way."""
    kinds = st.one_of(st.sampled_from(["summarization", "text-to-speech"]), strange)
    count = draw(st.integers(1, 9))
    tasks = []
    for at in range(count):
        parts: list[str | Ref] = [draw(strange)]
        parts += [Ref(uid=f"t{draw(st.integers(0, count - 1))}")] if draw(st.booleans()) else []
        args = {"text": Input(parts=tuple(parts))} if draw(st.booleans()) else {"text": Input.text("a")}
        policy = draw(st.sampled_from(["auto", "ask"]))
        tasks.append(
            Task(uid=f"t{at}", id=at * 7, task=draw(kinds), args=args, skip=draw(st.booleans()), policy=policy)
        )
    conductor = Scripted()
    conductor.propose(Plan(request="go", tasks=tuple(tasks)), candidate(draw(strange) or "m"))
    conductor.tell(gate(conductor.run).model_copy(update={"seconds": {"t0": draw(st.floats(0, 9_999))}}))
    if draw(st.booleans()):
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t0"), ev.Progress(uid="t0", fraction=0.3))
    view = View()
    view.restart(conductor.run)
    return view


@given(views(), st.integers(72, 200))
def test_every_row_has_its_columns_at_the_same_cells_whatever_stands_in_it(view: View, width: int) -> None:
    rows = plan_rows(view, ())
    drawn = lanes(reads(rows), 4)
    shape = columns(view, width, drawn.width)
    now = view.run.at
    assert now
    for at, row in enumerate(rows):
        lane = [(drawn.rows[at], "dim")] if drawn.width else []
        line = plan_line(view, row, lane, view.ids, shape, now)
        assert cell_len("".join(piece for piece, _ in line)) <= width
        # state, lanes, number, task
        cells = [cell_len(piece) for piece, _ in line[: 3 + 2 * bool(drawn.width)]]
        assert cells[0] == 12
        assert sum(cells) == 12 + (drawn.width + 1 if drawn.width else 0) + shape.number + 1 + cells[-1]
        if shape.input and shape.model:
            assert cell_len(line[-3 - bool(shape.policy) - bool(shape.time) + (not shape.where)][0]) == shape.input + 1


@given(views())
def test_the_lanes_of_folded_rows_are_what_their_tasks_read(view: View) -> None:
    rows = plan_rows(view, ())
    edges, bundled = read_back(lanes(reads(rows), 60))
    at = {task.uid: row for row, one in enumerate(rows) for task in one.tasks}
    wanted = {(at[task.uid], at[dep]) for task in view.plan for dep in task.deps if dep in at}
    assert edges == {(row, one) for row, one in wanted if row != one}
    assert not bundled


# Folds


def shown(rows: list[Row]) -> list[int]:
    return [len(row.tasks) for row in rows]


def at_gate(plan: Plan) -> tuple[View, Scripted]:
    conductor = Scripted()
    conductor.propose(plan, candidate(), candidate("textrank"))
    view = View()
    view.restart(conductor.run)
    return view, conductor


def test_more_than_four_alike_rows_fold_and_four_do_not() -> None:
    assert shown(plan_rows(at_gate(fan(ALIKE))[0], ())) == [1] * (ALIKE + 2)
    assert shown(plan_rows(at_gate(fan(ALIKE + 1))[0], ())) == [1, ALIKE + 1, 1]


@pytest.mark.parametrize(
    "edit",
    [
        ed.Skip(uid="t15"),
        ed.SetPolicy(uid="t15", policy="ask"),
        ed.Retype(uid="t15", task="translation"),
        ed.Set(uid="t15", name="text", value="<GENERATED>-0"),
        ed.Choose(uid="t15", assignment=Assignment.of(candidate("textrank"), "person", "mine")),
    ],
)
def test_what_differs_in_one_row_parts_the_fold_there(edit: ed.Edit) -> None:
    view, conductor = at_gate(fan())
    conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
    view.restart(conductor.run)
    assert shown(plan_rows(view, ())) == [1, 14, 1, 15, 1]


def test_rows_that_read_each_other_do_not_fold() -> None:
    tasks = [text(0), *(text(at).update(args={"text": Input.of(f"t{at - 1}")}) for at in range(1, 9))]
    assert shown(plan_rows(at_gate(Plan(request="go", tasks=tuple(tasks)))[0], ())) == [1] * 9
    # nor where the reader stands above
    tasks = [text(at).update(args={"text": Input.of(f"t{at + 1}")}) for at in range(8)] + [text(8)]
    assert shown(plan_rows(at_gate(Plan(request="go", tasks=tuple(tasks)))[0], ())) == [1] * 9


@pytest.mark.parametrize("size", SIZES)
async def test_enter_opens_a_fold_and_closes_it(size: tuple[int, int]) -> None:
    async with workbench(fan(), size) as (pilot, conductor):
        assert plan_pane(pilot).count == 3
        assert " ×30 ▸" in screen_text(pilot) and "1–30: “te" in screen_text(pilot)
        await pilot.press("j", "enter")
        assert plan_pane(pilot).count == 33
        assert "×30 ▾" in screen_text(pilot)
        assert pilot.app.focused is plan_pane(pilot)
        await pilot.press("enter")
        assert plan_pane(pilot).count == 3
        assert chosen(pilot) == "t1"
        assert conductor.commands == []


async def test_enter_on_a_task_in_an_open_fold_goes_to_the_task() -> None:
    async with workbench(fan()) as (pilot, _):
        await pilot.press("j", "enter", "j", "j", "enter")
        await settle(pilot)
        assert chosen(pilot) == "t2"
        assert pilot.app.focused is pilot.app.screen.query_one("#task")


@pytest.mark.parametrize("key", ["d", "space", "e", "m"])
async def test_a_key_that_changes_one_task_first_shows_which_of_the_folded_ones(key: str) -> None:
    async with workbench(fan()) as (pilot, conductor):
        await pilot.press("j", key)
        await settle(pilot)
        assert conductor.commands == []
        assert isinstance(pilot.app.screen, Workbench)
        assert "30 alike tasks" in notice(pilot)
        assert plan_pane(pilot).count == 33
        assert chosen(pilot) == "t1"
        if key == "space":
            await pilot.press(key)
            assert conductor.commands == [cmd.EditPlan(edit=ed.Skip(uid="t1"))]


async def test_a_fold_stays_open_when_one_of_its_tasks_is_changed() -> None:
    async with workbench(fan()) as (pilot, conductor):
        await pilot.press("j", "enter")
        edit = ed.Skip(uid="t15")
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.gate()
        await settle(pilot)
        assert plan_pane(pilot).count == 34  # there are two folds now, both open
        assert "×14 ▾" in screen_text(pilot)


async def test_while_tasks_run_the_fold_stays_and_says_how_far_they_are_and_what_failed() -> None:
    async with workbench(fan()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1"), ev.TaskStarted(uid="t2"))
        conductor.tell(ev.TaskDone(uid="t1", results=(), seconds=0.1))
        await settle(pilot)
        assert plan_pane(pilot).count == 3
        assert "◐ 1/30" in screen_text(pilot)
        conductor.tell(ev.TaskFailed(uid="t9", failure=Failure.CRASHED, message="It died."))
        await settle(pilot)
        assert plan_pane(pilot).count == 3
        assert "✗ 1 failed" in screen_text(pilot)


async def test_the_next_problem_is_found_in_a_fold_and_opens_it() -> None:
    async with workbench(fan()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskFailed(uid="t9", failure=Failure.CRASHED, message="It died."))
        await settle(pilot)
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert chosen(pilot) == "t9"
        pane = plan_pane(pilot)
        assert pane.count == 33 and pane.uid_at(pane.cursor) == "t9"
        assert "failed    " in next(row for row in screen_text(pilot).splitlines() if "▸ ✗" in row)


async def test_nothing_folds_and_nothing_moves_while_a_plan_streams_in() -> None:
    plan = fan()
    async with workbench() as (pilot, conductor):
        conductor.tell(ev.RunStarted(request="go", planner="rules"), ev.StageEntered(stage=Stage.PLANNING))
        places: list[list[int]] = []
        for task in plan:
            conductor.tell(ev.TaskDrafted(task=task))
            await settle(pilot)
            assert plan_pane(pilot).count == task.id + 1
            places.append([row.index(one.task) for row, one in zip(rows_of(pilot), plan, strict=False)])
        # each row has stayed in its line, and its words in their cells
        assert len({place for some in places for place in some}) == 1
        conductor.tell(ev.PlanProposed(plan=plan))
        await settle(pilot)
        assert plan_pane(pilot).count == 3


# Filter


async def type_filter(pilot: Pilot[None], words: str) -> None:
    await pilot.press("slash", *words)
    await settle(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_slash_shows_only_the_rows_with_some_words_and_escape_all(size: tuple[int, int]) -> None:
    async with workbench(fan(), size) as (pilot, conductor):
        await type_filter(pilot, "29")
        assert plan_pane(pilot).count == 1
        assert chosen(pilot) == "t29"
        assert "1 of 32 tasks with “29”" in screen_text(pilot)
        await pilot.press("enter")
        assert pilot.app.focused is plan_pane(pilot)
        await pilot.press("space")
        assert conductor.commands == [cmd.EditPlan(edit=ed.Skip(uid="t29"))]
        await pilot.press("escape")
        await settle(pilot)
        assert plan_pane(pilot).count == 33  # the fold is open where the selected task is in it
        assert chosen(pilot) == "t29"
        assert "filter ▸" not in screen_text(pilot)


async def test_a_filter_looks_at_all_words_of_a_row_and_says_where_none_has_them() -> None:
    async with workbench(fan()) as (pilot, _):
        await type_filter(pilot, "speech LEX")
        assert [row.task.uid for row in plan_pane(pilot).rows] == ["t31"]
        await pilot.press("space", "q")
        await settle(pilot)
        assert plan_pane(pilot).count == 0
        assert "None of 32 tasks has “speech LEX q”; esc shows all." in screen_text(pilot)
        await pilot.press("ctrl+c")
        assert pilot.app.screen.query_one("#plan-filter", Field).text == ""
        await pilot.press("escape")
        await settle(pilot)
        assert pilot.app.focused is plan_pane(pilot)
        assert plan_pane(pilot).count == 3


async def test_the_next_problem_is_found_behind_a_filter() -> None:
    async with workbench(fan()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskFailed(uid="t31", failure=Failure.CRASHED, message="It died."))
        await type_filter(pilot, "classification")
        await pilot.press("enter", "exclamation_mark")
        await settle(pilot)
        assert chosen(pilot) == "t31"
        assert plan_pane(pilot).words == ""


async def test_a_filter_follows_the_plan() -> None:
    async with workbench(fan()) as (pilot, conductor):
        await type_filter(pilot, "bees")
        edit = ed.Set(uid="t7", name="text", value="more bees")
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.gate()
        await settle(pilot)
        assert [row.task.uid for row in plan_pane(pilot).rows] == ["t0", "t7"]


async def test_without_a_plan_slash_says_that_there_is_none() -> None:
    async with workbench() as (pilot, _):
        await pilot.press("slash")
        assert notice(pilot) == "There is no plan yet."


# Home, end, mouse


@pytest.mark.parametrize(("first", "last"), [("home", "G"), ("g", "end")])
async def test_the_first_and_the_last_row_are_one_key_away(first: str, last: str) -> None:
    plan = Plan(request="go", tasks=tuple(text(at).update(task=f"type-{at}") for at in range(200)))
    async with workbench(plan, (80, 24)) as (pilot, _):
        await pilot.press(last)
        assert chosen(pilot) == "t199"
        await settle(pilot)
        assert "type-199" in screen_text(pilot)
        await pilot.press(first)
        assert chosen(pilot) == "t0"


@pytest.mark.parametrize("size", SIZES)
async def test_a_click_selects_two_open_and_the_wheel_scrolls(size: tuple[int, int]) -> None:
    async with workbench(fan(), size) as (pilot, _):
        pane = plan_pane(pilot)
        await pilot.click(PlanPane, offset=(20, 3))
        await settle(pilot)
        assert chosen(pilot) == "t31"
        await pilot.click(PlanPane, offset=(20, 2), times=2)
        await settle(pilot)
        assert pane.count == 33
        assert pane.scroll_offset.y == 0
        for _ in range(3):
            pane.post_message(MouseScrollDown(pane, 5, 5, 0, 1, 0, False, False, False))
        await until(pilot, lambda: pane.scroll_offset.y > 0)
        assert chosen(pilot) == "t1"  # what is selected does not change by looking


# Sizes


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("key", "name"), [("2", "plan"), ("3", "task"), ("4", "log")])
async def test_plus_makes_the_focused_pane_larger_and_underscore_smaller(
    size: tuple[int, int], key: str, name: str
) -> None:
    async with workbench(chain(), size) as (pilot, _):
        await pilot.press(key)
        await settle(pilot)
        pane = pilot.app.screen.query_one(f"#{name}")

        async def press(what: str) -> int:
            await pilot.press(what)
            await settle(pilot)
            return pane.size.height * pane.size.width

        as_it_comes = pane.size.height * pane.size.width
        larger = await press("plus")
        alone = await press("plus")
        assert as_it_comes < larger < alone
        assert pane.outer_size == (size[0], pane.outer_size.height)
        await press("plus")
        assert "as large as it can be" in notice(pilot)
        assert await press("underscore") == larger
        assert await press("underscore") == as_it_comes
        smaller = await press("underscore")
        assert smaller < as_it_comes
        await press("underscore")
        assert "as small as it can be" in notice(pilot)
        assert await press("plus") == as_it_comes


@pytest.mark.parametrize("size", SIZES)
async def test_a_pane_that_is_gone_to_is_seen_though_another_was_alone(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, _):
        await pilot.press("plus", "plus")
        await settle(pilot)
        assert not pilot.app.screen.query_one("#task").display
        await pilot.press("3")
        await settle(pilot)
        assert pilot.app.screen.query_one("#task").size.height > 0
        assert pilot.app.focused is pilot.app.screen.query_one("#task")


async def test_the_sizes_are_taken_back_when_the_phase_is_another() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("plus", "plus")
        await settle(pilot)
        conductor.approve()
        conductor.tell(ev.Answered(text="Done."), ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
        await settle(pilot)
        assert pilot.app.screen.query_one("#chat").display
        assert "Done." in screen_text(pilot)


async def test_in_a_text_field_plus_and_slash_are_text() -> None:
    async with workbench(chain()) as (pilot, _):
        await pilot.press("1", "plus", "slash", "underscore")
        assert pilot.app.screen.query_one("#prompt", Field).text == "+/_"


# The foot and the head


def head(pilot: Pilot[None]) -> str:
    """The line of the phases."""
    return screen_text(pilot).splitlines()[1].rstrip()


@pytest.mark.parametrize("size", SIZES)
async def test_the_foot_says_how_long_what_it_costs_and_what_leaves(size: tuple[int, int]) -> None:
    paid = hub_candidate("a/b", usd=0.001, spends="")
    async with workbench(chain(), size, paid) as (pilot, conductor):
        told = {"reruns": ("t1", "t2", "t3"), "about_s": 9.0, "seconds": {"t1": 4.0, "t2": 1.0, "t3": 5.0}}
        conductor.tell(gate(conductor.run).model_copy(update=told))
        await settle(pilot)
        shown = screen_text(pilot)
        assert "runs 3, about 9 s" in shown
        assert "3 tasks leave" in shown or "input leaves this machine: 3 tasks" in shown
        assert "cost $0.0030" in shown


@pytest.mark.parametrize(
    ("offered", "words"),
    [
        (candidate(), "costs nothing"),
        (hub_candidate("a/b"), "cost -"),
        (hub_candidate("a/b", spends="", usd=None), "cost -"),
    ],
)
async def test_a_cost_that_is_not_known_is_a_dash_and_never_nothing(offered: object, words: str) -> None:
    async with workbench(chain(), (120, 36), offered) as (pilot, _):  # type: ignore[arg-type]
        assert words in screen_text(pilot)
        assert "time unknown" in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_while_it_runs_the_foot_says_how_long_it_has_run_and_how_much_is_left(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        told = {"reruns": ("t1", "t2", "t3"), "about_s": 900.0, "seconds": {"t1": 400.0, "t2": 100.0, "t3": 500.0}}
        conductor.tell(gate(conductor.run).model_copy(update=told))
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1"))
        await settle(pilot)
        assert "1 running" in screen_text(pilot)
        assert re.search(r"elapsed \d+ s · left about 15 min", screen_text(pilot))
        conductor.tell(*(ev.TaskDone(uid=uid, results=(), seconds=1.0) for uid in ("t1", "t2", "t3")))
        conductor.tell(ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
        await settle(pilot)
        assert "left" not in screen_text(pilot)
        assert plan_pane(pilot).border_subtitle and "took" in str(plan_pane(pilot).border_subtitle)


async def test_the_head_says_what_the_person_changed() -> None:
    async with workbench(chain()) as (pilot, conductor):
        assert "you:" not in head(pilot)
        added = Task(uid="n1", id=7, task="summarization", args={"text": Input.of("t1")})
        mine = Assignment.of(candidate("textrank"), "person", "chosen by you")
        for edit in (
            ed.Set(uid="t1", name="text", value="Another text."),
            ed.Skip(uid="t2"),
            ed.Add(task=added),
            ed.Choose(uid="t3", assignment=mine),
        ):
            conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.gate()
        await settle(pilot)
        assert head(pilot).endswith("you: 1 arg  1 model  1 skip  +1 task")


async def test_what_a_revision_adds_is_not_counted_as_the_persons() -> None:
    async with workbench(chain()) as (pilot, conductor):
        added = Task(uid="n1", id=7, task="summarization", args={"text": Input.of("t1")})
        plan = conductor.run.plan.with_tasks([*conductor.run.plan, added])
        conductor.tell(ev.RevisionBegun(comment="more"), ev.RevisionProposed(plan=plan))
        edit = ed.Replace(draft=conductor.run.draft.model_copy(update={"plan": plan}))
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.tell(ev.RevisionClosed(taken=True))
        await settle(pilot)
        assert "you:" not in head(pilot)


# Painting


async def painted(pilot: Pilot[None], pane: PlanPane, conductor: Scripted, *events: ev.Event) -> set[int]:
    """Return which lines of the pane are drawn again when events happen, and the time that is told by the way."""
    drawn: set[int] = set()
    refresh = pane.refresh

    def noted(*regions: Region, **how: bool) -> PlanPane:
        lines = [range(one.y, one.bottom) for one in regions] or [range(pane.size.height)]
        drawn.update(line for some in lines for line in some)
        return refresh(*regions, **how)

    pane.refresh = noted  # type: ignore[method-assign,assignment]
    try:
        conductor.tell(*events)
        await until(pilot, lambda: drawn)
        await settle(pilot)
    finally:
        del pane.refresh
    return drawn


@pytest.mark.parametrize("count", [200, 1_000])
async def test_a_change_of_one_task_of_many_draws_its_row_and_no_other(count: int) -> None:
    plan = Plan(request="go", tasks=tuple(text(at) for at in range(count)))
    async with workbench(plan) as (pilot, conductor):
        await pilot.press("enter")
        conductor.approve()
        conductor.tell(*(ev.TaskStarted(uid=f"t{at}") for at in range(30)))
        await settle(pilot)
        pane, screen = plan_pane(pilot), pilot.app.screen
        assert pane.count == count + 1
        assert isinstance(screen, Workbench) and screen._tick
        screen._tick.pause()  # the time that goes by is drawn by itself
        # the head of the fold, in line 0, says how far all of them are
        assert await painted(pilot, pane, conductor, ev.Progress(uid="t3", fraction=0.4)) == {0, 4}
        assert await painted(pilot, pane, conductor, ev.Progress(uid=f"t{count - 1}", fraction=0.5)) == {0}


async def test_one_task_and_none_are_drawn() -> None:
    async with workbench(Plan(request="go", tasks=(text(0),))) as (pilot, _):
        assert plan_pane(pilot).count == 1
    async with workbench(Plan(request="go")) as (pilot, _):
        assert "No task." in screen_text(pilot)
        await pilot.press("slash", "plus", "underscore")
        assert pilot.app.is_running


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/tmp/a folder/my cell.png", "“…/my cell.png”"),
        ("~/one/two/page.pdf", "…/page.pdf"),
        ("../up/page.pdf", "…/page.pdf"),
        ("/page.pdf", "/page.pdf"),
        ("https://example.org/a/page.pdf", "https://example.org/a/page.pdf"),
        ("either/or is said", "“either/or is said”"),
    ],
)
def test_of_a_path_that_goes_into_a_task_the_name_of_the_file_is_shown(text: str, shown: str) -> None:
    assert inputs(Task(uid="t0", id=0, task="image-to-text", args={"image": Input.text(text)}), {}) == shown
