"""Policies, rules and breakpoints on the screen: what each key asks for, and what stands there of it."""

import pytest
from textual.pilot import Pilot

from hgtui.config.rules import Kept, listed
from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.approval import plan_fingerprint
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.policy import Match, Rule
from hgtui.core.run import Run
from hgtui.core.states import Gate, Gates, Stage
from hgtui.session.gates import gate
from hgtui.ui.policies import Making
from hgtui.ui.screens.policy import PolicyScreen
from hgtui.ui.screens.rules import Rules, rule_rows
from hgtui.ui.view import View
from tests.ui.bench import SMALL, keys, notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, ScriptedDesk, candidate, chain, hub_candidate

SPEECH = Rule(match=Match(task="text-to-speech"), effect="ask")


def dialog(pilot: Pilot[None]) -> PolicyScreen:
    assert isinstance(pilot.app.screen, PolicyScreen)
    return pilot.app.screen


async def lines(pilot: Pilot[None], *names: str) -> None:
    """Change the lines of these names in the dialog."""
    for name in names:
        at = [one for one, _ in dialog(pilot).making.rows()].index(name)
        await pilot.press("home", *("j" for _ in range(at)), "space")


# The policy of a task, and rules


@pytest.mark.parametrize("size", SMALL)
async def test_p_asks_before_one_task_and_takes_that_back(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        await pilot.press("G", "p")
        assert dialog(pilot).words == "Ask before 2 text-to-speech."
        assert "Ask before 2 text-to-speech." in screen_text(pilot)
        await pilot.press("enter")
        edit = ed.SetPolicy(uid="t3", policy="ask")
        assert conductor.commands == [cmd.EditPlan(edit=edit)]
        _, undo = ed.apply(conductor.run.draft, edit)
        conductor.tell(ev.PlanEdited(edit=edit, undo=undo))
        conductor.gate()
        await settle(pilot)
        assert "ASK" in screen_text(pilot)
        await pilot.press("p")
        assert dialog(pilot).words == "Let 2 text-to-speech start, whatever a rule asks."
        await pilot.press("enter")
        assert conductor.commands[-1] == cmd.EditPlan(edit=ed.SetPolicy(uid="t3", policy="let"))


@pytest.mark.parametrize("size", SMALL)
async def test_a_rule_is_put_together_and_read_in_words_before_it_is_stored(size: tuple[int, int]) -> None:
    far = hub_candidate("org/voice", usd=0.02)
    async with workbench(chain(), size, far) as (pilot, conductor):
        await pilot.press("G", "p")
        await lines(pilot, "of_type", "provider", "usd", "scope")
        words = "Ask before text-to-speech at fal-ai that costs at most $0.01 a call, always."
        assert dialog(pilot).words == f"{words} It is not for 2 text-to-speech: it costs $0.02."
        await lines(pilot, "usd", "leaves", "effect")
        words = "Never run text-to-speech at fal-ai that costs at most $0.02 a call and sends no file away, always."
        assert dialog(pilot).words == words
        assert conductor.commands == []
        await pilot.press("enter")
        match = Match(task="text-to-speech", provider="fal-ai", max_usd=0.02, file_leaves=False)
        assert conductor.commands == [cmd.AddRule(rule=Rule(match=match, effect="deny", scope="always"))]


def test_a_rule_that_is_not_for_the_task_it_is_made_from_says_so() -> None:
    conductor = Scripted()
    quoted = Task(
        uid="t1", id=0, task="translation", args={"text": Input.text("Bees fly."), "language": Input.text("de")}
    )
    conductor.propose(Plan(request="go", tasks=(quoted,)), hub_candidate("org/words"))
    view = View()
    view.restart(conductor.run)
    for approving in (True, False):
        making = Making.begin(view, quoted, approving=approving)
        making.turn("of_type")
        assert "not for" not in making.words
        making.turn("leaves")  # as the task is
        assert "not for" not in making.words
        making.turn("leaves")
        assert making.words.endswith("It is not for 0 translation: no file leaves this machine there.")
        making.turn("leaves")
        making.turn("usd")
        # What may cost anything is asked about and not let through.
        assert making.words.endswith("It is not for 0 translation: its price is not known.") == approving


async def test_esc_changes_nothing() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("p", "j", "space", "escape")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, PolicyScreen)
        assert conductor.commands == []


async def test_a_rule_shows_in_the_rows_and_what_it_says_stands_at_the_task() -> None:
    async with workbench(chain()) as (pilot, conductor):
        assert "ASK" not in screen_text(pilot)
        conductor.tell(ev.RuleAdded(rule=SPEECH))
        conductor.gate()
        await settle(pilot)
        assert notice(pilot) == "Ask before text-to-speech, always. : rules deletes it, z does not."
        assert screen_text(pilot).count("ASK") == 1
        await pilot.press("G")
        assert "a rule asks before it: Ask before text-to-speech, always" in screen_text(pilot)


async def test_a_rule_that_denies_a_task_is_an_error_whose_mend_is_one_key() -> None:
    deny = Rule(match=Match(endpoint="hub"), effect="deny")
    async with workbench(chain(), (120, 36), hub_candidate("org/far"), candidate()) as (pilot, conductor):
        conductor.tell(ev.RuleAdded(rule=deny))
        conductor.gate()
        await settle(pilot)
        assert "DENY" in screen_text(pilot)
        await pilot.press("a")
        assert "A rule denies task 0" in notice(pilot)
        await pilot.press("exclamation_mark", "f")
        await pilot.press("1")
        (command,) = conductor.commands
        assert isinstance(command, cmd.EditPlan)
        assert isinstance(command.edit, ed.Choose)
        assert command.edit.assignment is not None
        assert command.edit.assignment.candidate == "embedded:lexrank"


# A: approve with a rule


async def test_A_approves_what_is_on_the_screen_with_a_rule_of_it() -> None:
    async with workbench(chain()) as (pilot, conductor):
        seen = conductor.run.gate.fingerprint if conductor.run.gate else ""
        await pilot.press("G", "A")
        assert dialog(pilot).words == "Let through text-to-speech on embedded, in this run."
        await pilot.press("enter")
        rule = Rule(match=Match(task="text-to-speech", endpoint="embedded"), effect="auto", scope="run")
        assert conductor.commands == [cmd.Approve(fingerprint=seen, rule=rule)]


async def test_A_lets_a_task_that_asks_start_with_a_rule() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskAsking(uid="t3", why="a rule asks", cause="rule"))
        await settle(pilot)
        await pilot.press("G", "A", "enter")
        add, allow = conductor.commands
        assert isinstance(add, cmd.AddRule)
        assert allow == cmd.Allow(uid="t3")


async def test_A_takes_away_what_the_task_asks_by_itself_and_says_of_which_that_stands() -> None:
    first, *others = chain()
    plan = chain().with_tasks((first, *(one.update(policy="ask", task="text-to-speech") for one in others)))
    async with workbench(plan) as (pilot, conductor):
        seen = conductor.run.gate.fingerprint if conductor.run.gate else ""
        await pilot.press("G", "p")
        await lines(pilot, "of_type")
        assert dialog(pilot).words.endswith("1 text-to-speech and 1 more task still ask: you said so of each alone.")
        await pilot.press("escape", "A")
        said = "1 text-to-speech still asks: you said so of it alone."
        let = "Let through text-to-speech on embedded, in this run."
        assert dialog(pilot).words == f"{let} 2 text-to-speech asks no more. {said}"
        await lines(pilot, "leaves", "leaves")
        assert "asks no more" not in dialog(pilot).words, "the rule does not let it through"
        await lines(pilot, "leaves")
        await pilot.press("enter")
        rule = Rule(match=Match(task="text-to-speech", endpoint="embedded"), effect="auto", scope="run")
        assert conductor.commands == [cmd.Approve(fingerprint=seen, rule=rule, lift="t3")]
        conductor.approve()
        conductor.tell(ev.TaskAsking(uid="t3"))
        await settle(pilot)
        await pilot.press("A", "enter")
        lift = cmd.EditPlan(edit=ed.SetPolicy(uid="t3", policy="auto"))
        assert conductor.commands[1:] == [cmd.AddRule(rule=rule), lift, cmd.Allow(uid="t3")]


async def test_A_says_why_it_does_nothing_where_nothing_waits() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        await settle(pilot)
        await pilot.press("A")
        assert notice(pilot) == "Nothing waits for an approval."


# Breakpoints


@pytest.mark.parametrize("size", SMALL)
async def test_b_stops_after_a_task_and_again_takes_that_back(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        await pilot.press("b")
        assert conductor.commands == [cmd.SetBreakpoint(uid="t1")]
        conductor.tell(ev.BreakpointSet(uid="t1"))
        await settle(pilot)
        assert "stop" in screen_text(pilot)
        await pilot.press("b")
        assert conductor.commands[-1] == cmd.SetBreakpoint(uid="t1", on=False)


async def test_b_deletes_with_what_is_below_while_that_is_the_question() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("d", "b")
        assert conductor.commands == [cmd.EditPlan(edit=ed.Delete(uid="t1", below=True))]
        await pilot.press("b")
        assert conductor.commands[-1] == cmd.SetBreakpoint(uid="t1")


async def test_b_says_that_a_task_that_is_done_has_nothing_to_stop() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1"), ev.TaskDone(uid="t1", results=()))
        await settle(pilot)
        await pilot.press("b")
        assert conductor.commands == []
        assert notice(pilot) == "Task 0 is done: what is below it has gone on."


# Two gates, and the time before the models are there


def planned(conductor: Scripted, gates: Gates) -> Plan:
    plan = chain()
    conductor.tell(
        ev.RunStarted(request=plan.request, planner="rules", gates=gates),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.PlanProposed(plan=plan),
    )
    return plan


@pytest.mark.parametrize("size", SMALL)
async def test_with_two_gates_a_approves_the_plan_and_then_the_models(size: tuple[int, int]) -> None:
    async with workbench(None, size) as (pilot, conductor):
        plan = planned(conductor, Gates.SPLIT)
        conductor.gate()
        await settle(pilot)
        assert conductor.run.gate
        assert conductor.run.gate.gate is Gate.PLAN
        assert keys(pilot)["a"] == "approve plan"
        await pilot.press("A")
        assert "once its models are chosen" in notice(pilot)
        await pilot.press("a")
        (command,) = conductor.commands
        assert command == cmd.Approve(fingerprint=conductor.run.gate.fingerprint)
        conductor.tell(
            ev.PlanApproved(fingerprint=conductor.run.gate.fingerprint), ev.StageEntered(stage=Stage.SELECTION)
        )
        for task in plan:
            conductor.tell(ev.ModelChosen(uid=task.uid, assignment=Assignment.of(candidate(), "ranking", "")))
        conductor.gate()
        await settle(pilot)
        assert gate(conductor.run).gate is Gate.MODELS
        assert keys(pilot)["a"] == "approve+run"


async def test_a_while_models_are_chosen_approves_the_plan_alone() -> None:
    async with workbench(None) as (pilot, conductor):
        planned(conductor, Gates.MERGED)
        conductor.tell(ev.StageEntered(stage=Stage.SELECTION))
        await settle(pilot)
        assert keys(pilot)["a"] == "approve plan"
        await pilot.press("a")
        print_ = plan_fingerprint(conductor.run.draft, conductor.run.files)
        assert conductor.commands == [cmd.Approve(fingerprint=print_)]
        conductor.tell(ev.PlanApproved(fingerprint=print_))
        await settle(pilot)
        await pilot.press("a")
        assert "it stops for them" in notice(pilot)
        assert len(conductor.commands) == 1


# The list of rules


@pytest.mark.parametrize("size", SMALL)
async def test_the_list_of_rules_deletes_one_after_asking_once(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, _conductor):
        desk = pilot.app.desk  # type: ignore[attr-defined]
        assert isinstance(desk, ScriptedDesk)
        desk.stored, desk.configured = [SPEECH], (Rule(effect="ask", match=Match(file_leaves=True)),)
        await pilot.app.screen.run_action("rules")
        await settle(pilot)
        listed = screen_text(pilot)
        assert "1  Ask before text-to-speech, always" in listed
        assert "from the configuration" in listed
        await pilot.press("d")
        assert len(desk.stored) == 1
        await pilot.press("d")
        await until(pilot, lambda: not desk.stored)
        await settle(pilot)
        assert "text-to-speech, always" not in screen_text(pilot)
        await pilot.press("d", "d")
        await until(pilot, lambda: "stands in the configuration" in screen_text(pilot))
        await pilot.press("escape")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Rules)


async def test_a_rule_of_the_run_is_dropped_by_a_command() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.tell(ev.RuleAdded(rule=SPEECH))
        await settle(pilot)
        await pilot.app.screen.run_action("rules")
        await settle(pilot)
        assert "made in this run" in screen_text(pilot)
        await pilot.press("d", "d")
        assert conductor.commands == [cmd.DropRule(key=SPEECH.key)]
        conductor.tell(ev.RuleDropped(key=SPEECH.key))
        await until(pilot, lambda: "There are no rules" in screen_text(pilot))


async def test_a_hostile_type_of_a_task_is_shown_as_it_is() -> None:
    hostile = "[@click=app.quit]x[/]\x1b]52;c;aGk=\x07"
    plan = Plan(request="go", tasks=(Task(uid="t1", id=0, task=hostile, args={"text": Input.text("x")}),))
    async with workbench(plan) as (pilot, conductor):
        await pilot.press("p")
        shown = screen_text(pilot)
        assert "[@click=app.quit]x[/]" in shown
        assert "\x1b" not in shown
        await pilot.press("enter")
        assert conductor.commands == [cmd.EditPlan(edit=ed.SetPolicy(uid="t1", policy="ask"))]


def test_the_rules_are_listed_in_the_order_in_which_they_decide() -> None:
    kept, asks = Rule(effect="auto"), SPEECH
    once = Rule(match=Match(task="text-to-speech"), effect="auto", scope="once")
    conductor = Scripted()
    conductor.propose(chain(), candidate("one"))
    conductor.tell(ev.RulesSet(rules=(kept,)), ev.RuleAdded(rule=once), ev.RuleAdded(rule=asks))
    known = listed(Kept(rules=(kept, asks)), ())
    rows = rule_rows(conductor.run, known)
    assert [one.rule for one in rows] == [asks, once, kept] == list(conductor.run.book.rules)
    assert [one.where for one in rows] == ["stored here", "made in this run", "stored here"]
    assert [one.rule for one in rule_rows(Run(), known)] == [one.rule for one in known]
