"""What keys do: the commands that they send, and the words where they send none."""

import json

import pytest
from textual.widgets import OptionList

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Ref, Task
from hgtui.core.states import Failure, Outcome, Stage
from hgtui.ui.app import HgtuiApp
from hgtui.ui.bridge import DeskError
from hgtui.ui.widgets.field import Field
from tests.ui.bench import SIZES, keys, notice, screen_text, settle, until, workbench
from tests.ui.scripted import ScriptedDesk, candidate, chain


@pytest.mark.parametrize("size", SIZES)
async def test_enter_and_a_are_all_that_a_request_needs(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        gate = conductor.run.gate
        assert gate
        await pilot.press("a")
        assert conductor.commands == [cmd.Approve(fingerprint=gate.fingerprint)]


async def test_an_empty_request_starts_nothing_and_says_so() -> None:
    desk = ScriptedDesk()
    async with HgtuiApp(desk).run_test() as pilot:
        await pilot.press("space", "enter")
        await settle(pilot)
        assert desk.given == []
        assert "empty" in notice(pilot)


async def test_letters_are_text_while_a_field_has_the_focus() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("1", *"adxzq")
        assert pilot.app.screen.query_one("#prompt", Field).text == "adxzq"
        assert conductor.commands == []


async def test_text_at_a_gate_never_approves_and_stays() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("1", *"run", "enter")
        await settle(pilot)
        assert conductor.commands == []
        assert "it is asked when this request has ended" in notice(pilot)
        await pilot.press("1", *"so", "escape", "2", "N")
        await settle(pilot)
        await pilot.press(*" on")
        assert pilot.app.screen.query_one("#prompt", Field).text == "run\nso on"
        await pilot.press("escape", "c")
        assert conductor.commands == []
        assert "LLM" in notice(pilot)


async def test_an_error_in_the_plan_keeps_a_from_approving_and_says_which() -> None:
    plan = Plan(request="go", tasks=(Task(uid="t1", id=0, task="summarization"),))
    async with workbench(plan) as (pilot, conductor):
        await pilot.press("a")
        assert conductor.commands == []
        assert "1 error" in notice(pilot)
        assert "needs “text”" in notice(pilot)
        assert "a" not in keys(pilot)


async def test_undo_and_redo_are_sent_only_where_there_is_something() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("z", "Z")
        assert conductor.commands == []
        assert "nothing" in notice(pilot)
        edit = ed.Skip(uid="t2")
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.gate()
        await settle(pilot)
        await pilot.press("z")
        conductor.tell(ev.EditUndone())
        await settle(pilot)
        assert f"Undone: {ed.describe(conductor.run.draft, edit)}." in notice(pilot)
        await pilot.press("Z")
        assert conductor.commands == [cmd.Undo(), cmd.Redo()]


async def test_a_task_that_nothing_depends_on_is_deleted_at_once() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("G", "d")
        assert conductor.commands == [cmd.EditPlan(edit=ed.Delete(uid="t3"))]


@pytest.mark.parametrize(
    ("second", "sent"),
    [
        ("d", [cmd.EditPlan(edit=ed.Delete(uid="t1"))]),
        ("b", [cmd.EditPlan(edit=ed.Delete(uid="t1", below=True))]),
        ("escape", []),
        ("j", []),
    ],
)
async def test_deleting_what_others_depend_on_asks_which(second: str, sent: list[cmd.Command]) -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("d")
        assert conductor.commands == []
        assert "2 depends on 0" in notice(pilot)
        await pilot.press(second)
        assert conductor.commands == sent
        assert notice(pilot) == ""


async def test_b_alone_deletes_nothing() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("d", "j", "b")
        assert conductor.commands == [cmd.SetBreakpoint(uid="t2")]


async def test_space_skips_a_task_and_takes_it_in_again() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("j", "space")
        edit = ed.Skip(uid="t2")
        assert conductor.commands == [cmd.EditPlan(edit=edit)]
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        await settle(pilot)
        await pilot.press("space")
        assert conductor.commands[-1] == cmd.EditPlan(edit=ed.Skip(uid="t2", skip=False))


@pytest.mark.parametrize("size", SIZES)
async def test_an_argument_is_edited_in_wire_form_or_shorthand(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        await pilot.press("j", "e")
        await settle(pilot)
        focused = pilot.app.focused
        assert isinstance(focused, Field)
        assert focused.text == "A long text about bees."
        focused.text = "about ‹0›, please"
        await pilot.press("enter")
        await settle(pilot)
        assert conductor.commands == [
            cmd.EditPlan(edit=ed.Set(uid="t2", name="text", value="about <GENERATED>-0, please"))
        ]
        draft, _ = ed.apply(conductor.run.draft, conductor.commands[0].edit)  # type: ignore[union-attr]
        assert draft.plan["t2"].args["text"] == Input(parts=("about ", Ref(uid="t1"), ", please"))


async def test_an_emptied_argument_is_taken_away_and_an_untouched_form_sends_nothing() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("e")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert conductor.commands == []
        await pilot.press("e")
        await settle(pilot)
        assert isinstance(pilot.app.focused, Field)
        pilot.app.focused.clear()
        await pilot.press("enter")
        await settle(pilot)
        assert conductor.commands == [cmd.EditPlan(edit=ed.Set(uid="t1", name="text", value=None))]


async def test_escape_leaves_the_form_and_changes_nothing() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("e")
        await settle(pilot)
        await pilot.press(*"xyz", "escape", "escape")
        await settle(pilot)
        assert conductor.commands == []
        assert pilot.app.focused is pilot.app.screen.query_one("#plan")
        assert pilot.app.screen.query_one("#task").display


async def test_m_goes_to_the_candidates_and_enter_takes_one() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("m", "j", "enter")
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate="embedded:textrank")]


async def test_a_candidate_that_cannot_run_yet_is_not_taken_and_says_what_it_needs() -> None:
    offered = (candidate(), candidate("bark", missing="pip install 'hgtui[speech]'"))
    async with workbench(chain(), (120, 36), *offered) as (pilot, conductor):
        await pilot.press("m", "j", "enter")
        assert conductor.commands == []
        assert "hgtui[speech]" in notice(pilot)


async def test_the_mend_of_a_problem_is_one_key() -> None:
    plan = Plan(request="go", tasks=(Task(uid="t1", id=0, task="sumarization", args={"text": Input.text("x")}),))
    async with workbench(plan) as (pilot, conductor):
        await pilot.press("exclamation_mark", "f")
        assert conductor.commands == [cmd.EditPlan(edit=ed.Retype(uid="t1", task="summarization"))]


async def test_the_run_is_stopped_by_x_twice_and_never_by_escape() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        await settle(pilot)
        await pilot.press("x", "escape", "escape", "x")
        assert conductor.commands == []
        await pilot.press("x")
        assert conductor.commands == [cmd.Stop()]


async def test_ctrl_c_clears_the_prompt_then_asks_then_leaves() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("1", *"abc", "ctrl+c")
        assert pilot.app.screen.query_one("#prompt", Field).text == ""
        await pilot.press("ctrl+c")
        assert "esc, then x stops it" in notice(pilot)
        assert pilot.app.is_running
        assert pilot.app.focused is pilot.app.screen.query_one("#prompt"), "what is typed next is no key of the plan"
        await pilot.press("ctrl+c")
        await settle(pilot)
        assert conductor.commands == []
    assert conductor.closed


async def test_a_failed_task_can_be_retried_or_gone_without() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(
            ev.TaskStarted(uid="t2", candidate="embedded:lexrank"),
            ev.TaskFailed(uid="t2", failure=Failure.CRASHED, message="It died.", seconds=0.2),
        )
        await settle(pilot)
        assert keys(pilot)["r"] == "retry 1"
        assert keys(pilot)["n"] == "go on without 1"
        await pilot.press("exclamation_mark")
        assert {"r", "n"} <= set(keys(pilot))
        await pilot.press("r", "n", "F")
        assert conductor.commands == [cmd.Retry(uid="t2"), cmd.SkipTask(uid="t2"), cmd.Finish()]


async def test_one_running_task_is_stopped_by_capital_x() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1", candidate="embedded:lexrank"))
        await settle(pilot)
        await pilot.press("X")
        assert conductor.commands == [cmd.Stop(uid="t1")]


async def test_a_lets_a_task_start_that_asks() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskAsking(uid="t2"))
        await settle(pilot)
        await pilot.press("exclamation_mark", "a")
        assert conductor.commands == [cmd.Allow(uid="t2")]


async def test_a_new_request_gets_a_conductor_of_its_own_and_the_old_one_is_closed() -> None:
    desk = ScriptedDesk()
    async with HgtuiApp(desk).run_test() as pilot:
        await pilot.press(*"one", "enter")
        await settle(pilot)
        first = desk.given[0]
        first.propose(chain(), candidate())
        first.tell(ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=130))
        await settle(pilot)
        await pilot.press("N", *"two", "enter")
        await settle(pilot)
        assert first.closed
        assert desk.given[1].commands == [cmd.Submit(request="two")]
        assert pilot.app.screen.view.run is desk.given[1].run  # type: ignore[attr-defined]


async def test_text_that_comes_while_a_request_runs_waits_and_n_brings_it_back() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        await settle(pilot)
        await pilot.press("1", *"soon", "enter")
        await settle(pilot)
        assert conductor.commands == []
        assert "next: soon" in screen_text(pilot)
        await pilot.press("N")
        await settle(pilot)
        assert pilot.app.screen.query_one("#prompt", Field).text == "soon"
        assert "next: soon" not in screen_text(pilot)


async def test_a_run_that_cannot_be_opened_is_a_sentence() -> None:
    desk = ScriptedDesk(DeskError("The data folder cannot be written.", "Set HGTUI_DATA_DIR."))
    async with HgtuiApp(desk).run_test() as pilot:
        await pilot.press(*"go", "enter")
        await settle(pilot)
        assert notice(pilot) == "The data folder cannot be written. Set HGTUI_DATA_DIR."
        assert pilot.app.screen.query_one("#prompt", Field).text == "go"


async def test_a_refusal_is_shown() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.tell(ev.Refused(command="Approve", message="The fingerprint is another.", hint="Look again."))
        await until(pilot, lambda: notice(pilot) == "The fingerprint is another. Look again.")


async def test_y_copies_the_task_as_json_without_any_escape() -> None:
    plan = Plan(
        request="go",
        tasks=(Task(uid="t1", id=0, task="summarization", args={"text": Input.text("a\x1b]52;c;x\x07é")}),),
    )
    async with workbench(plan) as (pilot, _):
        await pilot.press("y")
        copied = pilot.app.clipboard
        assert json.loads(copied)["task"] == "summarization"
        assert copied.isascii()
        assert "\x1b" not in copied


async def test_every_action_of_a_key_exists() -> None:
    async with workbench(chain()) as (pilot, _):
        for _, binding, _, _ in pilot.app.screen.active_bindings.values():
            name = binding.action.partition("(")[0].rpartition(".")[2]
            owners = [pilot.app.screen, pilot.app, pilot.app.focused]
            assert any(hasattr(owner, f"action_{name}") for owner in owners), binding.action


async def test_the_palette_does_what_the_key_does() -> None:
    async with workbench(chain()) as (pilot, conductor):
        gate = conductor.run.gate
        assert gate
        await pilot.press("ctrl+p")
        await settle(pilot)
        await pilot.press(*"approve the plan")
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: conductor.commands)
        assert conductor.commands == [cmd.Approve(fingerprint=gate.fingerprint)]


async def test_the_cursor_stays_on_the_same_task_after_an_edit() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("j")
        edit = ed.Delete(uid="t1")
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.gate()
        await settle(pilot)
        assert pilot.app.screen.view.chosen == "t2"  # type: ignore[attr-defined]


async def test_the_gate_selects_the_first_task_with_an_error() -> None:
    plan = chain()
    broken = plan.with_tasks([*plan.tasks[:2], Task(uid="t3", id=2, task="text-to-speech")])
    async with workbench(broken) as (pilot, _):
        assert pilot.app.screen.view.chosen == "t3"  # type: ignore[attr-defined]


async def test_a_request_of_a_megabyte_is_not_pasted_but_said_to_belong_into_a_file() -> None:
    from textual.events import Paste

    desk = ScriptedDesk()
    async with HgtuiApp(desk).run_test() as pilot:
        pilot.app.post_message(Paste("x" * 1_000_000))
        await settle(pilot)
        assert pilot.app.screen.query_one("#prompt", Field).text == ""
        assert "file" in notice(pilot)


async def test_pasted_text_loses_what_a_terminal_would_act_on() -> None:
    from textual.events import Paste

    async with HgtuiApp(ScriptedDesk()).run_test() as pilot:
        pilot.app.post_message(Paste("a\x1b]52;c;eA==\x07b\u202ec\r\nd"))
        await settle(pilot)
        assert pilot.app.screen.query_one("#prompt", Field).text == "a]52;c;eA==bc\nd"


async def test_stage_three_without_a_failure_offers_no_finish() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        await settle(pilot)
        assert conductor.run.stage is Stage.EXECUTION
        assert "F" not in keys(pilot)
        await pilot.press("F")
        assert conductor.commands == []


async def test_of_a_run_that_has_ended_no_key_says_that_nothing_runs_yet() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=130))
        await settle(pilot)
        await pilot.press("F")
        assert notice(pilot) == "The run has ended: there is nothing to finish."
        assert conductor.commands == []
