"""The workbench with an LLM behind it, on the real conductor and the real wire: comments, streams, faults, rounds."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Markdown, OptionList

from hgtui.core.plan import Plan
from hgtui.core.run import Run
from hgtui.core.states import Outcome
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.field import Field
from tests.servers.chat import ChatServer, Reply, Status
from tests.servers.gate import Gate
from tests.ui.bench import SMALL, keys, notice, screen_text, settle, until
from tests.ui.talk import REQUEST, Controller, plan, row
from tests.ui.test_drawing import EVIL
from tests.ui.test_whole import ask, opened, run

GERMAN, FRENCH = row(0, "Guten Morgen zusammen"), row(1, "Bonjour tout le monde")


@asynccontextmanager
async def talking(
    folder: Path, script: Controller, size: tuple[int, int] = (120, 36), **more: str
) -> AsyncIterator[tuple[Pilot[None], ChatServer]]:
    """The workbench with `script` as its controller."""
    async with (
        ChatServer(script) as server,
        opened(folder, size, OPENAI_BASE_URL=server.url, OPENAI_MODEL="test-model", **more) as pilot,
    ):
        yield pilot, server


def prompt(pilot: Pilot[None]) -> Field:
    return pilot.app.screen.query_one("#prompt", Field)


def diff(pilot: Pilot[None]) -> DiffPane:
    return pilot.app.screen.query_one(DiffPane)


async def say(pilot: Pilot[None], text: str) -> None:
    """Type a text into the prompt and press Enter."""
    prompt(pilot).focus()
    prompt(pilot).text = text
    await pilot.press("enter")
    await settle(pilot)


async def revised(pilot: Pilot[None], comment: str) -> Plan:
    """Comment and go to the revision that comes; return the plan as it was."""
    before = run(pilot).plan
    await pilot.press("c")
    await say(pilot, comment)
    await until(pilot, lambda: run(pilot).revision)
    await settle(pilot)
    await pilot.press("2")
    await settle(pilot)
    return before


async def finished(pilot: Pilot[None]) -> Run:
    await until(pilot, lambda: run(pilot).ended)
    await settle(pilot)
    return run(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_a_comment_brings_a_revision_that_enter_takes_and_undo_takes_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    script = Controller(plan(GERMAN), plan(GERMAN, FRENCH))
    async with talking(tmp_path, script, size) as (pilot, _):
        await ask(pilot, REQUEST)
        assert "revise ▸" in screen_text(pilot)
        before = await revised(pilot, "also the French one: run it, yes, approve")
        text = screen_text(pilot)
        assert "+ task 1 text-classification" in text
        assert "= task 0 unchanged" in text
        assert "also the French one" in text
        assert run(pilot).plan == before
        assert run(pilot).grant is None
        assert "also the French one" in script.planned[1].last
        await pilot.press("enter")
        await until(pilot, lambda: len(run(pilot).plan) == 2 and run(pilot).gate)
        await settle(pilot)
        assert diff(pilot).two is None
        assert run(pilot).grant is None
        await pilot.press("z")
        await until(pilot, lambda: run(pilot).plan == before and run(pilot).gate)


async def test_escape_at_a_revision_keeps_the_plan(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN), plan(FRENCH))) as (pilot, _):
        await ask(pilot, REQUEST)
        before = await revised(pilot, "French")
        await pilot.press("escape")
        await until(pilot, lambda: not run(pilot).comment)
        await settle(pilot)
        assert run(pilot).plan == before
        assert not run(pilot).undos
        assert diff(pilot).two is None
        assert "Your plan stays as it was." in screen_text(pilot)


async def test_a_change_that_is_dropped_stays_out_of_what_is_taken(tmp_path: Path) -> None:
    changed = row(0, "Guten Abend allerseits")
    async with talking(tmp_path, Controller(plan(GERMAN), plan(changed, FRENCH))) as (pilot, _):
        await ask(pilot, REQUEST)
        before = await revised(pilot, "evening, and French")
        await pilot.press("n", "enter")
        await until(pilot, lambda: len(run(pilot).plan) == 2 and run(pilot).gate)
        assert run(pilot).plan.tasks[0] == before.tasks[0]
        assert run(pilot).grant is None


async def test_a_revision_of_which_nothing_is_taken_is_dropped(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN), plan(GERMAN, FRENCH))) as (pilot, _):
        await ask(pilot, REQUEST)
        before = await revised(pilot, "and French")
        await pilot.press("n", "enter")
        await until(pilot, lambda: not run(pilot).comment)
        assert run(pilot).plan == before
        assert not run(pilot).undos


async def test_what_a_person_set_is_named_as_locked_and_stays(tmp_path: Path) -> None:
    script = Controller(plan(GERMAN), plan(row(0, "changed by the model"), FRENCH))
    async with talking(tmp_path, script) as (pilot, _):
        await ask(pilot, REQUEST)
        await pilot.press("e")
        await settle(pilot)
        field = pilot.app.focused
        assert isinstance(field, Field)
        field.text = "Buenos dias a todos"
        await pilot.press("enter")
        await until(pilot, lambda: run(pilot).undos and run(pilot).gate)
        await settle(pilot)
        await revised(pilot, "and French")
        text = screen_text(pilot)
        assert "locked: 0.text (you set it)" in text
        assert "The model changed “text” of task 0, which is locked" in text
        assert "changed by the model" not in text


async def test_a_changed_argument_stands_as_it_was_and_as_it_would_be(tmp_path: Path) -> None:
    changed = row(0, "Guten Abend allerseits")
    async with talking(tmp_path, Controller(plan(GERMAN), plan(changed))) as (pilot, _):
        await ask(pilot, REQUEST)
        await revised(pilot, "the evening one")
        lines = [line.partition("│")[2] for line in screen_text(pilot).splitlines()]
        assert any("-   args.text" in line and "Guten Morgen zusammen" in line for line in lines)
        assert any("+   args.text" in line and "Guten Abend allerseits" in line for line in lines)


async def test_commenting_again_begins_with_the_comment_before_and_lets_the_revision_go(tmp_path: Path) -> None:
    script = Controller(plan(GERMAN), plan(FRENCH), plan(GERMAN, FRENCH))
    async with talking(tmp_path, script) as (pilot, _):
        await ask(pilot, REQUEST)
        await revised(pilot, "French")
        await pilot.press("c")
        await settle(pilot)
        assert prompt(pilot).text == "French\n"
        await say(pilot, "French\nbut keep the German")
        await until(pilot, lambda: run(pilot).revision and len(run(pilot).revision.plan) == 2)
        await settle(pilot)
        assert "but keep the German" in script.planned[2].last
        assert "+ task 1" in screen_text(pilot)


def thought(pilot: Pilot[None], words: str) -> bool:
    """Whether what a controller thought is a line, with its time where that was long."""
    return re.search(rf"thought(?: for \d+ s)?:\s+(?:│\s*)?{re.escape(words)}", screen_text(pilot)) is not None


async def test_while_the_planner_revises_a_approves_nothing_and_x_stops_only_the_revision(tmp_path: Path) -> None:
    gate = Gate()
    slow = Reply('[{"task": "summ', reasoning="They want it shorter.", gate=gate, hold_after=6)
    async with talking(tmp_path, Controller(plan(GERMAN), slow)) as (pilot, _):
        await ask(pilot, REQUEST)
        await say(pilot, "shorter")
        await until(pilot, lambda: thought(pilot, "They want it shorter.") and "Revising" in screen_text(pilot))
        await pilot.press("a")
        await settle(pilot)
        assert "x stops it" in notice(pilot)
        assert run(pilot).grant is None
        await pilot.press("x")
        await until(pilot, lambda: not run(pilot).comment)
        await settle(pilot)
        gate.release()
        assert not run(pilot).ended
        assert run(pilot).gate
        assert "The revision was stopped." in screen_text(pilot)
        assert "a" in keys(pilot)


async def test_a_revision_that_fails_says_why_and_the_plan_stays(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN), Status(401, "Incorrect API key provided"))) as (pilot, _):
        await ask(pilot, REQUEST)
        await say(pilot, "shorter")
        await until(pilot, lambda: "OPENAI_API_KEY" in notice(pilot) or "key" in notice(pilot))
        assert run(pilot).gate
        assert len(run(pilot).plan) == 1


async def test_d_shows_what_the_person_changed_in_the_proposal(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN, FRENCH))) as (pilot, _):
        await ask(pilot, REQUEST)
        await pilot.press("D")
        assert "as the planner proposed it" in notice(pilot)
        await pilot.press("G", "d")
        await until(pilot, lambda: len(run(pilot).plan) == 1 and run(pilot).gate)
        await settle(pilot)
        await pilot.press("D")
        await settle(pilot)
        assert "- task 1 text-classification" in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert diff(pilot).two is None
        assert run(pilot).gate


async def test_the_answer_streams_as_markdown_and_the_checked_one_takes_its_place(tmp_path: Path) -> None:
    gate = Gate()
    answer = Reply(
        "# What was found\n\nIt is **German**, see /tmp/made-up.png for more.",
        reasoning="A greeting in German.",
        gate=gate,
        hold_after=9,
    )
    async with talking(tmp_path, Controller(plan(GERMAN), answers=[answer])) as (pilot, _):
        await ask(pilot, REQUEST)
        await pilot.press("a")
        await until(pilot, lambda: "What was found" in screen_text(pilot))
        assert not run(pilot).answer
        assert thought(pilot, "A greeting in German.")
        assert len(pilot.app.screen.query(Markdown)) == 1
        gate.release()
        await finished(pilot)
        text = screen_text(pilot)
        assert "⚠" in text
        assert "answered by test-model" in text
        assert "**" not in text
        assert len(pilot.app.screen.query(Markdown)) == 1
        assert run(pilot).outcome is Outcome.ANSWERED


async def test_reasoning_is_in_sight_while_it_comes_and_a_line_when_it_is_over(tmp_path: Path) -> None:
    gate = Gate()
    thoughts = " ".join(f"step {at} of my thinking," for at in range(12))
    slow = Reply(plan(GERMAN).text, reasoning=thoughts, gate=gate, hold_after=60)
    async with talking(tmp_path, Controller(slow)) as (pilot, _):
        await say(pilot, REQUEST)
        await until(pilot, lambda: "thinking: step 0" in screen_text(pilot) and "step 9" in screen_text(pilot))
        gate.release()
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        assert thought(pilot, "step 0")
        assert "step 9" not in screen_text(pilot)


async def test_a_request_that_needs_no_task_is_answered_in_the_chat_with_no_gate(tmp_path: Path) -> None:
    script = Controller(Reply("[]"), answers=[Reply("Hello, *you*!")])
    async with talking(tmp_path, script) as (pilot, _):
        await say(pilot, "Hello")
        assert (await finished(pilot)).outcome is Outcome.ANSWERED
        assert "Hello, you!" in screen_text(pilot)
        assert "answered by test-model" in screen_text(pilot)


async def test_who_is_asked_and_what_goes_wrong_is_said_while_nothing_comes(tmp_path: Path) -> None:
    gate = Gate()
    busy = Status(429, "slow down", headers={"retry-after": "0"})
    async with talking(tmp_path, Controller(busy, Reply(plan(GERMAN).text, gate=gate))) as (pilot, _):
        await say(pilot, REQUEST)
        await until(pilot, lambda: gate.reached.is_set)
        await until(pilot, lambda: "Asking test-model" in screen_text(pilot))
        await until(pilot, lambda: "429" in screen_text(pilot) or "slow down" in screen_text(pilot))
        gate.release()
        await until(pilot, lambda: run(pilot).gate)


@pytest.mark.parametrize("size", SMALL)
async def test_a_reply_that_is_no_plan_is_shown_with_its_place_and_r_asks_again(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    script = Controller(Reply("I would rather talk about bees."), Reply("Bees, really."), plan(GERMAN))
    async with talking(tmp_path, script, size) as (pilot, _):
        await say(pilot, REQUEST)
        failed = await finished(pilot)
        await until(pilot, lambda: "Bees, really." in screen_text(pilot))
        text = screen_text(pilot)
        assert "No plan came of it" in text
        assert "▶" in text
        assert "r" in keys(pilot)
        await pilot.press("r")
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        assert run(pilot).id != failed.id
        assert run(pilot).request == failed.request
        assert len(run(pilot).plan) == 1


async def test_how_a_reply_was_read_and_what_was_dropped_stands_on_the_plan(tmp_path: Path) -> None:
    broken = plan(GERMAN).text.replace('"dep": [-1]', '"dep": [-1],, "model": "gpt"')
    async with talking(tmp_path, Controller(Reply(f"Here it is: {broken}"))) as (pilot, _):
        await ask(pilot, REQUEST)
        text = screen_text(pilot)
        assert "reply repaired" in text
        assert "note" in text
        assert run(pilot).notes


async def test_the_head_counts_calls_tokens_and_says_an_unknown_cost(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN))) as (pilot, _):
        await ask(pilot, REQUEST)
        head = screen_text(pilot).splitlines()[0]
        assert "planned by test-model" in head
        assert "tok" in head
        assert head.rstrip().endswith("-")


@pytest.mark.parametrize("size", SMALL)
async def test_another_controller_plans_again_beside_the_plan_and_escape_goes_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN, FRENCH)), size) as (pilot, _):
        await ask(pilot, REQUEST)
        first = run(pilot)
        await to_rules(pilot)
        await until(pilot, lambda: run(pilot) is not first and run(pilot).gate)
        await settle(pilot)
        assert diff(pilot).two
        await pilot.press("2")
        await settle(pilot)
        assert "- task 1 text-classification" in screen_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: run(pilot) is first)
        await settle(pilot)
        assert diff(pilot).two is None
        assert "planned by test-model" in screen_text(pilot)
        await pilot.press("a")
        assert (await finished(pilot)) is first
        assert first.outcome is Outcome.ANSWERED


async def test_the_plan_of_another_controller_is_taken_by_enter_and_runs(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN, FRENCH))) as (pilot, _):
        await ask(pilot, REQUEST)
        first = run(pilot)
        await to_rules(pilot)
        await until(pilot, lambda: run(pilot) is not first and run(pilot).gate)
        await settle(pilot)
        await pilot.press("2", "enter")
        await settle(pilot)
        assert diff(pilot).two is None
        await pilot.press("a")
        done = await finished(pilot)
        assert done.planner == "rules"
        assert done.outcome is Outcome.ANSWERED
        assert first.grant is None


async def to_rules(pilot: Pilot[None]) -> None:
    """Choose the rules from the list of controllers."""
    await pilot.press("C")
    await until(pilot, lambda: not isinstance(pilot.app.screen, Workbench))
    await settle(pilot)
    assert "test-model  in use" in screen_text(pilot)
    assert "rules" in screen_text(pilot)
    options = pilot.app.screen.query_one(OptionList)
    options.highlighted = options.option_count - 1
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))


async def test_a_new_request_tells_the_planner_of_the_turn_before(tmp_path: Path) -> None:
    script = Controller(plan(GERMAN), plan(FRENCH))
    async with talking(tmp_path, script) as (pilot, _):
        await ask(pilot, REQUEST)
        await pilot.press("a")
        first = await finished(pilot)
        await pilot.press("N")
        await ask(pilot, "now the French one")
        assert [turn.request for turn in run(pilot).earlier] == [REQUEST]
        assert first.answer
        told = "".join(str(message["content"]) for message in script.planned[1].messages)
        assert REQUEST in told
        assert "German" in told
        assert "It is German" in screen_text(pilot)


async def test_text_that_comes_while_a_request_runs_is_asked_when_it_has_ended(tmp_path: Path) -> None:
    gate = Gate()
    answer = Reply("It is German.", gate=gate)
    async with talking(tmp_path, Controller(plan(GERMAN), plan(FRENCH), answers=[answer])) as (pilot, _):
        await ask(pilot, REQUEST)
        first = run(pilot)
        await pilot.press("a")
        await until(pilot, lambda: gate.reached.is_set)
        await say(pilot, "then the French one")
        assert "next: then the French one" in screen_text(pilot)
        gate.release()
        await until(pilot, lambda: run(pilot) is not first and run(pilot).gate)
        await settle(pilot)
        assert run(pilot).request == "then the French one"
        assert "next: " not in screen_text(pilot)


async def test_a_stopped_run_gives_back_what_was_to_come_next(tmp_path: Path) -> None:
    gate = Gate()
    async with talking(tmp_path, Controller(Reply("[]", gate=gate))) as (pilot, _):
        await say(pilot, REQUEST)
        await until(pilot, lambda: gate.reached.is_set)
        await say(pilot, "and then this")
        await pilot.press("x", "x")
        await finished(pilot)
        gate.release()
        assert prompt(pilot).text == "and then this"
        assert run(pilot).outcome is Outcome.INTERRUPTED


async def test_answers_by_the_program_keep_results_from_the_llm_also_in_the_next_round(tmp_path: Path) -> None:
    script = Controller(plan(GERMAN), plan(FRENCH))
    async with talking(tmp_path, script) as (pilot, server):
        await pilot.press("escape")
        await pilot.app.screen.run_action("answer_by")
        await settle(pilot)
        assert "results stay here" in screen_text(pilot)
        await ask(pilot, REQUEST)
        await pilot.press("a")
        done = await finished(pilot)
        assert done.answer
        assert done.answer.by == "program"
        assert "answered by the program" in screen_text(pilot)
        await ask(pilot, "now the French one")
        sent = "".join(str(message["content"]) for one in server.requests for message in one.messages)
        assert "German (de)" in done.answer.text
        assert "German (de)" not in sent


async def test_leaving_while_an_answer_streams_ends_at_once(tmp_path: Path) -> None:
    gate = Gate()
    async with talking(
        tmp_path, Controller(plan(GERMAN), answers=[Reply("one two three", gate=gate, hold_after=2)])
    ) as (
        pilot,
        _,
    ):
        await ask(pilot, REQUEST)
        await pilot.press("a")
        await until(pilot, lambda: "one two" in screen_text(pilot))
        await pilot.press("q")
    gate.release()


@pytest.mark.parametrize("size", SMALL)
async def test_nothing_that_a_controller_says_takes_effect_in_the_terminal(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    evil = Reply(f"{EVIL} no plan {EVIL}")
    script = Controller(
        evil,
        evil,
        Reply(plan(GERMAN).text, reasoning=EVIL),
        Reply(plan(row(0, EVIL), row(1, EVIL, EVIL)).text, reasoning=EVIL),
        answers=[Reply(f"# {EVIL}\n\n[x](javascript:{EVIL})", reasoning=EVIL)],
    )
    async with talking(tmp_path, script, size) as (pilot, _):
        seen: list[str] = []

        async def look() -> None:
            await settle(pilot)
            seen.append(screen_text(pilot))

        await say(pilot, REQUEST)
        await finished(pilot)
        await until(pilot, lambda: "▶" in screen_text(pilot))
        await look()
        await pilot.press("r")
        await until(pilot, lambda: run(pilot).gate)
        await look()
        await revised(pilot, EVIL)
        await look()
        await pilot.press("escape")
        await until(pilot, lambda: not run(pilot).comment)
        await pilot.press("a")
        await finished(pilot)
        await look()
        whole = "".join(seen)
        assert "[@click=app.quit]x[/]" in whole.replace("\n", "")
        assert not [char for char in whole if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
        assert not set(whole) & set("\u202e\u2066\ufeff\U000e0041")
        assert "\x1b" not in pilot.app.export_screenshot()
        assert pilot.app.is_running


async def test_nothing_is_drawn_at_a_gate_with_a_revision_open(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN), plan(FRENCH))) as (pilot, _):
        await ask(pilot, REQUEST)
        await revised(pilot, "French")
        screen = pilot.app.screen
        assert isinstance(screen, Workbench)
        assert screen._tick
        assert not screen._tick._active.is_set()
