"""The timeline and the calls in pane 4, a call in full, one that is sent again: at both sizes, with hostile words in them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from hgtui.core import events as ev
from hgtui.core.states import Failure, Stage
from hgtui.ui.may import why_not
from hgtui.ui.screens.again import SendAgain, Wording
from hgtui.ui.screens.both import Both
from hgtui.ui.screens.call import CallScreen
from hgtui.ui.taking import no_call
from hgtui.ui.view import View
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.log import LogPane
from tests.servers.chat import Request
from tests.servers.replies import Answer, Hang
from tests.ui.bench import SIZES, keys, notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, chain
from tests.ui.talk import REQUEST, Controller, plan, row
from tests.ui.test_drawing import EVIL
from tests.ui.test_llm import diff, run, talking
from tests.ui.test_whole import ask

START = datetime(2026, 11, 21, 10, tzinfo=UTC)


def pane(pilot: Pilot[None]) -> LogPane:
    return pilot.app.screen.query_one(LogPane)


def happen(conductor: Scripted, *events: tuple[float, ev.Event]) -> None:
    """Let events happen, each so many seconds after the start."""
    for seconds, event in events:
        conductor.clock = lambda at=seconds: START + timedelta(seconds=at)
        conductor.tell(event)


def went(conductor: Scripted) -> None:
    """A task that took two tries, one that runs, one that waits; four calls."""
    conductor.clock = lambda: START
    conductor.approve()
    happen(
        conductor,
        (0, ev.Called(stage=Stage.PLANNING, model=f"m{EVIL}", tokens_in=812, tokens_out=90, total_s=2.0, usd=0.0003)),
        (0, ev.TaskStarted(uid="t1", candidate="embedded:lexrank")),
        (2, ev.TaskRetrying(uid="t1", attempt=1, failure=Failure.TIMEOUT, message=f"late {EVIL}", wait_s=1)),
        (3, ev.TaskStarted(uid="t1", attempt=2, candidate="embedded:lexrank")),
        (5, ev.TaskDone(uid="t1", results=(), seconds=2.0, candidate="embedded:lexrank")),
        (5, ev.TaskStarted(uid="t2", candidate="embedded:lexrank")),
    )


@pytest.mark.parametrize("size", SIZES)
async def test_the_timeline_has_the_rows_of_the_plan_and_the_calls_are_found_by_task_and_words(
    size: tuple[int, int],
) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        screen = pilot.app.screen
        screen.view.clock = lambda: START + timedelta(seconds=7)  # type: ignore[attr-defined]
        went(conductor)
        await settle(pilot)
        await pilot.press("4")
        while pane(pilot).tab != "timeline":
            await pilot.press("]")
        await settle(pilot)
        assert pane(pilot).tab == "timeline"
        text = screen_text(pilot)
        assert "▞" in text
        assert "█" in text
        assert pane(pilot).count == 3
        await pilot.press("g", "j")
        await settle(pilot)
        assert screen.view.chosen == "t2"  # type: ignore[attr-defined]
        await pilot.press("2", "k")
        await settle(pilot)
        assert pane(pilot).cursor == 0

        await pilot.press("4", "]")
        await settle(pilot)
        assert (pane(pilot).tab, pane(pilot).count) == ("calls", 3)
        assert keys(pilot)["enter"] == "whole call"
        await pilot.press("v")
        await settle(pilot)
        assert [pane(pilot).calls.uid(at) for at in range(pane(pilot).count)] == ["t1", "t1"]
        await pilot.press("escape")
        if pane(pilot).calls.count != 3:
            await pilot.press("escape")  # the first took the sentence away
        await pilot.press("slash", *"late")
        await until(pilot, lambda: pane(pilot).count == 1)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallScreen) and pilot.app.screen.found)
        await settle(pilot)
        assert "It was not" not in screen_text(pilot)
        assert "failed: late" in screen_text(pilot)
        assert not {"\x1b", "\x07", "\u202e"} & set(screen_text(pilot))
        await pilot.press("y")
        assert json.loads(pilot.app.clipboard)["number"] == 2
        await pilot.press("p", "p")
        await until(pilot, lambda: pilot.app.screen.found and pilot.app.screen.number == 1)  # type: ignore[attr-defined]
        await settle(pilot)
        assert "not kept any more" in screen_text(pilot)
        await pilot.press("e")
        assert "not kept any more" in pilot.app.screen.said  # type: ignore[attr-defined]
        await pilot.press("escape", "escape", "escape")
        await settle(pilot)
        happen(conductor, (8, ev.TaskDone(uid="t2", results=(), seconds=3.0, candidate="embedded:lexrank")))
        await settle(pilot)
        assert pane(pilot).calls.all == 4


def test_a_call_that_cannot_be_taken_over_says_why() -> None:
    conductor = Scripted()
    conductor.propose(chain())
    view = View(conductor.run)
    made: dict[str, Any] = {"model": "m", "record": "a" * 64}
    assert "No call of this run was sent again" in why_not("take_call", view)
    for stage, more in (
        (Stage.PLANNING, {}),
        (Stage.RESPONSE, {}),
        (Stage.PLANNING, {"failed": "It was stopped."}),
    ):
        conductor.tell(ev.SentAgain(of="b" * 64, stage=stage, **made, **more))
    conductor.tell(ev.Called(stage=Stage.PLANNING, tokens_in=1, tokens_out=1, total_s=1.0, **made))
    said = [no_call(row, view=view) for row in conductor.run.call_book.rows]
    assert said[0] == why_not("take_call", view) == ""
    assert "Only a plan" in said[1] and "It was stopped." in said[2] and "was not sent again" in said[3]
    conductor.approve()
    assert why_not("take_call", view) == "What a call says is taken at a gate, before anything runs."


class Warmer(Controller):
    """Plans two tasks where it is warmer, or says nothing at all."""

    hangs = False

    def __call__(self, request: Request) -> Answer:
        if request.body.get("temperature") != 0.9:
            return super().__call__(request)
        two = plan(row(0, "Guten Morgen zusammen"), row(1, "Guten Morgen", task="sentiment-analysis"))
        return Hang() if self.hangs else two


async def test_a_call_is_sent_again_with_changes_from_the_workbench_and_its_plan_taken_beside_the_one_there_is(
    tmp_path: Path,
) -> None:
    async with talking(tmp_path, Warmer(plan())) as (pilot, server):
        await ask(pilot, REQUEST)
        now = run(pilot)
        before = now.draft
        await pilot.press("2", "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallScreen) and pilot.app.screen.found)
        await settle(pilot)
        assert "read: as it stood" in screen_text(pilot)
        for page in ("reply", "request", "template", "exact", "curl"):
            await pilot.press("]")
            await settle(pilot)
            assert f"▸{page}" in screen_text(pilot)
        await pilot.press("u")
        assert "$OPENAI_API_KEY" in pilot.app.clipboard
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, SendAgain) and pilot.app.screen.query(Wording))
        form = pilot.app.screen
        assert isinstance(form, SendAgain)
        form.query_one("#again-temperature", Field).text = "hot"
        await pilot.press("f2")
        assert "none" in form.said
        asked = len(server.requests)
        form.query_one("#again-temperature", Field).text = "0.9"
        area = form.query_one(Wording)
        area.text = area.text.replace("Guten Morgen zusammen", "Guten Abend")
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, Both))
        await settle(pilot)
        assert "Guten Abend" in server.requests[asked].last
        text = screen_text(pilot)
        assert "temperature 0.9, another prompt" in text
        assert "+ task 1" in text
        assert now.draft == before
        assert "enter beside your plan" in text
        await pilot.press("enter")
        await until(pilot, lambda: now.revision and diff(pilot).two)
        await settle(pilot)
        assert now.draft == before
        number = next(one.number for one in now.call_book.rows if one.again)
        assert f"(Call {number}, sent again: temperature 0.9" in screen_text(pilot)
        await pilot.press("t")
        assert "A revision is here" in notice(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: len(now.plan) == 2)
        await pilot.press("z")
        await until(pilot, lambda: len(now.plan) == 1)
        assert [one.again for one in now.call_book.rows].count(True) == 1
        # Once more, later: from the call itself, and by its key.
        await pilot.press("4")
        pane(pilot).show_calls("sent again", None)
        await pilot.press("end")
        await until(pilot, lambda: pane(pilot).call and pane(pilot).call.again)  # type: ignore[union-attr]
        assert keys(pilot)["t"] == "take it"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallScreen) and pilot.app.screen.found)
        await settle(pilot)
        assert "t take it" in screen_text(pilot)
        await pilot.press("t")
        await until(pilot, lambda: now.revision)
        await until(pilot, lambda: diff(pilot).two)
        await pilot.press("2", "escape")
        await until(pilot, lambda: not now.revision)
        await pilot.press("t")
        await until(pilot, lambda: now.revision)
        assert now.draft == before and now.grant is None


async def test_a_call_that_is_sent_again_can_be_stopped_and_the_form_stays(tmp_path: Path) -> None:
    script = Warmer(plan())
    script.hangs = True
    async with talking(tmp_path, script, (80, 24)) as (pilot, server):
        await ask(pilot, REQUEST)
        await pilot.press("2", "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallScreen) and pilot.app.screen.found)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, SendAgain) and pilot.app.screen.query(Wording))
        pilot.app.screen.query_one("#again-temperature", Field).text = "0.9"
        asked = len(server.requests)
        await pilot.press("f2")
        request = await server.request(asked + 1)
        await pilot.press("escape")
        await request.gone.wait()
        await settle(pilot)
        form = pilot.app.screen
        assert isinstance(form, SendAgain)
        assert "stopped" in form.said
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallScreen))
        rows = pilot.app.screen_stack[0].view.run.call_book.rows  # type: ignore[attr-defined]
        await until(pilot, lambda: [one.failed for one in rows if one.again] == ["It was stopped."])
