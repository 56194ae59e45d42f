"""What is told where something does not go as it was meant: the phases, the log, the bar of a failure, the border of the plan."""

from datetime import UTC, datetime, timedelta

import pytest

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.model import STANDS_IN, Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.remaining import Remaining
from hgtui.core.resource import Kind, Resource
from hgtui.core.run import Run
from hgtui.core.states import Failure, Outcome, Stage
from hgtui.core.trials import Ahead, Tried
from hgtui.response.report import EXAMPLES, report
from hgtui.selection.ranking import pinned_for
from hgtui.ui.attention import ways_on
from hgtui.ui.keymap import KeyMap
from hgtui.ui.loglines import log_line
from hgtui.ui.may import why_not
from hgtui.ui.phases import phase_line, yours_words
from hgtui.ui.planfoot import plan_subtitle, took
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.story import story
from hgtui.ui.view import View, utc
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.form import TaskForm
from tests.ui.bench import notice, settle, until, workbench
from tests.ui.scripted import Scripted, candidate, chain, hub_candidate


def seen(conductor: Scripted, chosen: str | None = None) -> View:
    view = View()
    view.restart(conductor.run, chosen=chosen)
    return view


def phases(view: View) -> str:
    return "".join(text for text, _ in phase_line(view, 120))


def test_the_turn_is_no_ones_while_the_plan_has_errors() -> None:
    conductor = Scripted()
    conductor.propose(Plan(request="go", tasks=(Task(uid="t1", id=0, task="summarization"),)), candidate())
    assert "2 Plan ✗ 1 error" in phases(seen(conductor))
    conductor.propose(chain(), candidate())
    assert "2 Plan ◆ your turn" in phases(seen(conductor))


def test_a_plan_of_which_nothing_would_run_says_so_and_the_ways_out() -> None:
    conductor = Scripted()
    conductor.propose(chain(), candidate())
    for uid in ("t1", "t2", "t3"):
        edit = ed.Skip(uid=uid)
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
    conductor.gate()
    view = seen(conductor)
    assert conductor.run.gate
    assert not conductor.run.gate.approvable
    said = "Nothing would run: every task is skipped. space takes a task in again, z undoes, x stops."
    assert why_not("approve", view) == why_not("approve_rule", view) == said
    assert "2 Plan ✗ 1 error" in phases(view)
    assert "3 Models ─" in phases(view)
    for uid in ("t1", "t2", "t3"):
        edit = ed.Delete(uid=uid)
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
    conductor.gate()
    view = seen(conductor)
    view.by_llm = True
    ways = "o adds a task, z undoes, c says what should be different, x stops."
    assert why_not("approve", view) == f"Nothing would run: there is no task. {ways}"
    assert "2 Plan ✗ 1 error" in phases(view)
    assert "3 Models ─" in phases(view)
    with pytest.raises(ed.EditError, match="no such task any more"):
        ed.apply(conductor.run.draft, edit)


def test_a_request_of_which_no_task_came_has_been_through_no_other_stage() -> None:
    conductor = Scripted()
    conductor.tell(
        ev.RunStarted(request="frobnicate", planner="rules"),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.PlanProposed(plan=Plan(request="frobnicate", planner="rules")),
        ev.StageEntered(stage=Stage.RESPONSE),
        ev.Answered(text="No task.", by="program"),
        ev.RunEnded(outcome=Outcome.FAILED, exit=1),
    )
    told = phases(seen(conductor))
    assert "1 Ask ✓" in told
    assert "2 Plan ✗ no task" in told
    assert told.count("✓") == 1
    empty = Plan(request="frobnicate", planner="rules")
    assert EXAMPLES.split("”")[0] in report(empty, {}, {}, {}).replace("\\", "")
    assert "for example" not in report(empty.model_copy(update={"planner": "an LLM"}), {}, {}, {})


def test_the_log_names_a_result_as_the_screen_does() -> None:
    conductor = Scripted()
    conductor.propose(chain(), candidate())
    edit = ed.Set(uid="t2", name="text", value="<GENERATED>-0")
    undo = ed.apply(conductor.run.draft, edit)[1]
    entry = ev.Entry(run="r", seq=99, at=utc(), event=ev.PlanEdited(edit=edit, undo=undo))
    line = log_line(entry, conductor.run)
    assert line is not None
    assert "‹0›" in line.text
    assert "GENERATED" not in line.text


def test_a_failure_offers_a_next_candidate_only_where_there_is_one() -> None:
    conductor = Scripted()
    conductor.propose(chain(), candidate())
    conductor.approve()
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate="embedded:lexrank"),
        ev.TaskFailed(uid="t1", failure=Failure.BAD_INPUT, message="No."),
    )
    view = seen(conductor, "t2")
    assert "f" not in [key for key, _ in ways_on(view, view.plan["t1"], here=False)]
    conductor.tell(ev.CandidatesFound(task="summarization", candidates=(candidate(), candidate("textrank"))))
    assert ("f", "next candidate") in ways_on(view, view.plan["t1"], here=False)


def test_a_time_of_which_not_all_is_known_says_so_in_words() -> None:
    conductor = Scripted()
    conductor.propose(chain(), candidate())
    conductor.approve()
    conductor.tell(ev.TaskStarted(uid="t1", candidate="embedded:lexrank"))
    words = [
        plan_subtitle(seen(conductor), width, utc(), Remaining(about_s=1.8, untimed=1)) for width in range(30, 120)
    ]
    assert any("or more" in one for one in words)
    assert not any("+ -" in one for one in words)
    left = Remaining(about_s=0.04, untimed=1)
    words = [plan_subtitle(seen(conductor), width, utc(), left) for width in range(30, 120)]
    assert any("time left unknown" in one for one in words)
    assert not any("under 0.1 s or more" in one for one in words)


def test_what_is_over_took_some_time() -> None:
    assert [took(seconds) for seconds in (0.0, 0.81, 1.0, 125.0)] == ["under 1 s", "under 1 s", "1 s", "2m05s"]


def test_what_a_what_if_has_sent_away_counts_where_the_run_is_over() -> None:
    conductor = Scripted()
    far = candidate("far").model_copy(update={"place": "hub", "leaves": True, "provider": "far-away"})
    conductor.propose(chain(), candidate(), far)
    conductor.approve()
    ahead = tuple(
        Ahead(assignment=Assignment(candidate=one.name), leaves=("it → far",) * one.leaves)
        for one in (candidate(), far)
    )
    conductor.tell(
        ev.WhatIfBegun(uid="t1", fingerprint="f", ahead=ahead),
        ev.WhatIfTried(uid="t1", tried=Tried(candidate=far.name, failure=Failure.BAD_INPUT)),
    )
    conductor.tell(
        ev.WhatIfVoted(uid="t1", task="summarization"), ev.RunEnded(outcome=Outcome.ANSWERED, exit=0, message="")
    )
    assert "input was sent away: 1 task" in plan_subtitle(seen(conductor), 120, utc())
    # A second one, for which everything is kept, makes that not undone.
    kept = tuple(one.model_copy(update={"kept": True, "leaves": ()}) for one in ahead)
    conductor.tell(ev.WhatIfBegun(uid="t1", fingerprint="f", ahead=kept))
    assert conductor.run.trials["t1"].sent


def test_what_a_what_if_keeps_leaves_no_more_by_the_plan_that_waits() -> None:
    conductor, view = Scripted(), View()
    far = hub_candidate("org/far")
    conductor.propose(Plan(request="go", tasks=chain().tasks[:1]), far)
    view.restart(conductor.run)
    assert "input leaves this machine: 1 task" in plan_subtitle(view, 120, utc())
    chosen = conductor.run.draft.assignments["t1"]
    conductor.tell(ev.WhatIfBegun(uid="t1", fingerprint="f", ahead=(Ahead(assignment=chosen, leaves=("it",)),)))
    result = Resource(kind=Kind.TEXT, digest="d" * 64, media_type="text/plain", size=1, preview="x")
    tried = Tried(candidate=chosen.candidate, results=(result,), keeps=True)
    mark = conductor.run.gate
    conductor.tell(ev.WhatIfTried(uid="t1", tried=tried))
    view.take(conductor.entries[-1:])
    assert "nothing leaves this machine" in plan_subtitle(view, 120, utc())
    assert (view.leaves, view.spends) == ((), "")
    assert mark is not None
    assert conductor.run.gate is not None
    assert conductor.run.gate.fingerprint == mark.fingerprint
    edit = ed.Set(uid="t1", name="text", value="other")
    conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
    conductor.gate()
    view.restart(conductor.run)
    assert "input leaves this machine: 1 task" in plan_subtitle(view, 120, utc()), "another input, another call"


def test_nothing_is_the_persons_where_a_plan_is_what_was_proposed() -> None:
    conductor = Scripted()
    conductor.propose(chain(), candidate())
    for text, said in (("Another text.", ("~", "you: 1 arg")), ("A long text about bees.", (" ", ""))):
        edit = ed.Set(uid="t1", name="text", value=text)
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        view = seen(conductor)
        assert (view.mark(view.plan["t1"]), yours_words(view)) == said


def test_a_model_that_was_chosen_anyway_is_no_change_of_the_persons_also_in_a_run_that_is_opened_again() -> None:
    conductor = Scripted()
    conductor.propose(chain(), candidate(), candidate("textrank"))
    named = {"lexrank": (" ", ""), "textrank": ("~", "you: 1 model")}
    for name in ("lexrank", "textrank", "lexrank"):
        edit = ed.Choose(uid="t1", assignment=Assignment.of(candidate(name), "person", "chosen by you"))
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        again = Run()
        for entry in conductor.entries:
            again.fold(entry)
        for view in (seen(conductor), View(again)):
            assert (view.mark(view.plan["t1"]), yours_words(view)) == named[name]
    pinned = ed.Choose(uid="t2", assignment=Assignment.of(candidate("textrank"), "person", pinned_for("x")))
    conductor.tell(ev.PlanEdited(edit=pinned, undo=ed.apply(conductor.run.draft, pinned)[1]))
    assert seen(conductor).mark(conductor.run.plan["t2"]) == " "


async def test_a_form_of_a_task_that_is_gone_or_of_a_run_that_ended_closes_with_a_sentence() -> None:
    async with workbench(chain()) as (pilot, conductor):
        for key, happens in (("g", "deleted"), ("j", "ended")):
            await pilot.press("2", key, "e")
            await until(pilot, lambda: pilot.app.screen.query(TaskForm))
            await settle(pilot)
            form = pilot.app.screen.query_one(TaskForm)
            if happens == "deleted":
                edit = ed.Delete(uid=form.sheet.uid)
                conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
                conductor.gate()
            else:
                conductor.tell(ev.RunEnded(outcome=Outcome.FAILED, exit=1))
            await until(pilot, lambda: not pilot.app.screen.query(TaskForm))
            assert happens in notice(pilot)
            assert notice(pilot).startswith("The form is closed: ")


async def test_a_form_with_something_typed_stays_when_its_run_ends() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("2", "g", "e")
        await until(pilot, lambda: pilot.app.screen.query(TaskForm))
        await settle(pilot)
        await pilot.press(*"x y")
        conductor.tell(ev.RunEnded(outcome=Outcome.FAILED, exit=1))
        await until(pilot, lambda: "has ended" in notice(pilot))
        assert pilot.app.screen.query_one(TaskForm).gather()
        await pilot.press("enter")
        assert "nothing was changed" in notice(pilot)
        assert conductor.commands == []
        await pilot.press("escape")
        assert notice(pilot) == "esc again leaves the form: the task stays as it was."
        assert pilot.app.screen.query_one(TaskForm).gather()
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.screen.query(TaskForm))


async def test_a_sentence_why_not_is_gone_once_it_can_be_done() -> None:
    async with workbench() as (pilot, conductor):
        await pilot.press("escape", "e")
        assert notice(pilot) == "There is no plan yet."
        conductor.propose(chain(), candidate())
        await settle(pilot)
        assert notice(pilot) == ""


async def test_enter_does_not_take_a_question_away_that_it_does_not_answer() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("d", "enter", "enter")
        asked = "Enter does not answer this. 2 depends on 0.  d deletes only 0 · b with 1 task below it · esc keeps it"
        assert notice(pilot) == asked
        await pilot.press("d")
        assert conductor.commands == [cmd.EditPlan(edit=ed.Delete(uid="t1"))]


async def test_what_was_typed_as_a_result_is_there_again_after_esc() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1"))
        await settle(pilot)
        await pilot.press("2", "g", "s", *"bees", "escape")
        conductor.tell(ev.TaskDone(uid="t1", results=()))
        await settle(pilot)
        await pilot.press("s")
        assert pilot.app.screen.query_one(Field).text == "bees"


async def test_what_was_not_understood_comes_back_to_the_prompt() -> None:
    async with workbench() as (pilot, conductor):
        conductor.tell(
            ev.RunStarted(request="frobnicate it", planner="rules"),
            ev.StageEntered(stage=Stage.PLANNING),
            ev.PlanProposed(plan=Plan(request="frobnicate it", planner="rules")),
            ev.StageEntered(stage=Stage.RESPONSE),
            ev.Answered(text="No task.", by="program"),
            ev.RunEnded(outcome=Outcome.FAILED, exit=1),
        )
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, Workbench)
        assert screen.query_one(Chat).prompt.text == "frobnicate it"
        assert "1 goes there" in notice(pilot)


async def test_on_a_small_screen_the_task_has_the_rows_that_a_short_plan_leaves() -> None:
    one = Plan(request="go", tasks=(Task(uid="t1", id=0, task="summarization", args={"text": Input.text("Bees.")}),))
    async with workbench(one, (80, 24)) as (pilot, _):
        plan, task = pilot.app.screen.query_one("#plan"), pilot.app.screen.query_one("#task")
        assert plan.size.height <= 2
        assert task.size.height >= 8


def test_sentences_name_the_keys_of_the_person() -> None:
    conductor = Scripted()
    conductor.propose(chain(), candidate())
    view = seen(conductor, "t1")
    view.key = KeyMap({"approve": "ctrl+t", "new": "ctrl+n", "retry": "Y"}).of
    assert "ctrl+t approves and runs it" in "".join(one.text for one in story(view))
    assert why_not("retry", view).endswith("Y is for one that failed or was stopped.")
    conductor.tell(ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=130))
    assert why_not("approve", view) == "The run has ended; ctrl+n asks something new."
    assert why_not("approve", seen(conductor)) == "The run has ended; N asks something new."


def test_the_conversation_says_that_the_ranking_chose_where_the_choice_failed() -> None:
    def said() -> dict[str, str]:
        view = seen(conductor)
        view.live.take(conductor.entries)
        return {one.key: one.text for one in story(view)}

    conductor = Scripted()
    conductor.propose(chain(), candidate())
    assert "unchosen" not in said()
    why = "The choice of models for tasks 0, 1 failed: The server at chat.example refused the key."
    conductor.tell(ev.Logged(level="warning", text=f"{why}{STANDS_IN}org/model for task 0, org/model for task 1."))
    assert said()["unchosen"] == f"The ranking chose models, not the controller. {why}"
    assert list(said()).index("unchosen") == list(said()).index("gate") - 1
    conductor.tell(ev.StageEntered(stage=Stage.SELECTION))  # asked again, and this time it answered
    assert "unchosen" not in said()


def test_the_time_of_a_run_is_that_of_its_stretches_without_the_time_for_which_it_lay() -> None:
    begun = datetime(2026, 11, 30, 12, tzinfo=UTC)
    run = Run()

    def at(seconds: float, event: ev.Event) -> None:
        run.fold(ev.Entry(run="r", seq=run.seq + 1, at=begun + timedelta(seconds=seconds), event=event))

    def elapsed(seconds: float) -> float | None:
        return View(run=run).elapsed(begun + timedelta(seconds=seconds))

    assert elapsed(0) is None
    at(0, ev.StageEntered(stage=Stage.EXECUTION))
    at(4, ev.TaskQueued(uid="t1"))
    assert elapsed(5) == 5
    assert View(run=run, looked="It is only looked at.").elapsed(begun + timedelta(days=1)) == 4
    at(3600, ev.Resumed(stage=Stage.EXECUTION, words="It goes on."))
    assert elapsed(3601) == 4
    at(3602, ev.StageEntered(stage=Stage.EXECUTION))
    assert elapsed(3603) == 5
    at(3605, ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
    view = View()
    view.restart(run)
    assert view.elapsed(begun + timedelta(days=1)) == 7
