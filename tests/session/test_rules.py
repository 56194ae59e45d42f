"""Rules and breakpoints in a run: what asks, what is denied, what is let through and counted, and what a resume keeps."""

import json
from pathlib import Path
from typing import Any

import pytest

from hgtui.cli.standing_rules import StandingRules
from hgtui.config.rules import FILE, RuleFile
from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.policy import Match, Rule
from hgtui.core.problems import Code
from hgtui.core.states import Gate, Gates, Outcome, TaskState
from hgtui.core.states import Stage as Selecting
from hgtui.session.replay import replay
from tests.servers.chat import ChatServer
from tests.session.llm_stage import Script, asked, llm_stage
from tests.session.staging import CHAIN, FAR, SIDE_BY_SIDE, ByHand, FakeWork, Models, Stage, model, plan, stage, task

TYPE = Match(task="summarization")
ASK, DENY, LET = (Rule(match=TYPE, effect=effect) for effect in ("ask", "deny", "auto"))
ONCE = Rule(match=TYPE, effect="auto", scope="once")
BOTH = (Models(model("one"), FAR),)


def rules(folder: Path, *configured: Rule) -> StandingRules:
    """The rules of a person whose configuration is in a folder."""
    return StandingRules.read({"HGTUI_CONFIG": str(folder / "config" / "config.toml")}, configured)


def stored(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "config" / FILE).read_text())


async def asks(here: Stage, *uids: str) -> None:
    await here.until(lambda: all(here.run.state(uid) is TaskState.ASKING for uid in uids))


# Rules


async def test_a_rule_that_asks_stops_each_task_in_its_place_and_the_others_go_on(tmp_path: Path) -> None:
    rule = Rule(match=Match(endpoint="fake", provider="far-away"), effect="ask")
    async with stage(tmp_path, ByHand(SIDE_BY_SIDE), models=BOTH, rules=rules(tmp_path, rule)) as here:
        await here.gate()
        opened = await here.after(cmd.ChooseModel(uid="t2", candidate=FAR.name), kind=ev.GateOpened)
        assert opened.policies == {"t2": "ask"}
        here.approve()
        await here.state("t1", TaskState.DONE)
        await asks(here, "t2")
        (asking,) = here.all(ev.TaskAsking)
        assert (asking.cause, rule.words in asking.why) == ("rule", True)
        here.send(cmd.Allow(uid="t2"))
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_a_denied_task_is_an_error_of_the_plan_and_its_mend_lets_it_run(tmp_path: Path) -> None:
    rule = Rule(match=Match(provider="far-away"), effect="deny")
    models = (Models(FAR, model("one")),)
    async with stage(tmp_path, ByHand(plan(task("t1"))), models=models, rules=rules(tmp_path, rule)) as here:
        assert (await here.gate()).approvable
        opened = await here.after(cmd.ChooseModel(uid="t1", candidate=FAR.name), kind=ev.GateOpened)
        assert (opened.approvable, opened.errors, opened.policies) == (False, 1, {"t1": "deny"})
        refused = await here.after(cmd.Approve(fingerprint=opened.fingerprint), kind=ev.Refused)
        assert "errors" in refused.message
        mended = await here.after(cmd.ChooseModel(uid="t1", candidate="fake:one"), kind=ev.GateOpened)
        assert mended.approvable
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_what_a_rule_denies_is_not_chosen_where_another_can_run_the_task(tmp_path: Path) -> None:
    rule = Rule(match=Match(provider="far-away"), effect="deny")
    best = model("far", provider="far-away", place="hub", leaves=True, downloads=10**9, providers=("near",))
    for found, taken in (((best, model("one", missing="a key")), "fake:far#near"), ((FAR, model("one")), "fake:one")):
        folder = tmp_path / taken.replace("#", "-")
        chain, book = ByHand(plan(task("t1"))), rules(folder, rule)
        async with stage(folder, chain, models=(Models(*found),), rules=book) as here:
            assert (await here.gate()).approvable
            chosen = here.run.draft.assignments["t1"]
            assert (chosen.candidate, "no rule denies" in chosen.reason) == (taken, taken == "fake:one")


async def test_a_rule_that_comes_while_it_runs_takes_no_model_from_what_has_started(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        first = here.run.draft.assignments["t1"]
        deny = Rule(match=Match(endpoint=first.candidate.partition(":")[0]), effect="deny", scope="run")
        await here.after(cmd.AddRule(rule=deny), kind=ev.ApprovalCarried)
        await here.after(cmd.EditPlan(edit=ed.SetPolicy(uid="t2", policy="ask")), kind=ev.PlanEdited)
        assert here.run.draft.assignments["t1"] == first


async def test_the_gate_of_the_plan_says_what_rules_deny_whatever_runs_it(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path, DENY), gates=Gates.SPLIT) as here:
        opened = await here.gate()
        assert (opened.gate, opened.approvable) == (Gate.PLAN, False)
        assert [one.code for one in opened.problems if one.severity == "error"] == [Code.DENIED, Code.DENIED]


async def test_a_denied_task_is_not_run_without_asking_either(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path, DENY), approve_by="--yes", attended=False) as here:
        opened = await here.gate()
        assert not opened.approvable
        assert here.work.calls == []


async def test_what_approves_in_a_persons_place_answers_what_a_rule_asks(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path, ASK), approve_by="--yes", attended=False) as here:
        here.send(cmd.Submit(request="go"))
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_a_rule_that_denies_while_it_runs_keeps_what_has_not_started_from_starting(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        await here.after(cmd.AddRule(rule=Rule(match=TYPE, effect="deny", scope="run")), kind=ev.ApprovalCarried)
        here.work.let("t1")
        await asks(here, "t2")
        refused = await here.after(cmd.Allow(uid="t2"), kind=ev.Refused)
        assert "a rule denies it" in refused.message
        await here.after(cmd.DropRule(key=here.run.made[0].key), kind=ev.ApprovalCarried)
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_a_rule_that_is_made_while_a_task_asks_lets_it_start_and_is_counted(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path, ASK)) as here:
        await here.gate()
        here.approve()
        await asks(here, "t1")
        here.send(cmd.AddRule(rule=LET))
        assert (await here.end()).outcome is Outcome.ANSWERED
        used = [(one.uid, one.key, one.effect) for one in here.all(ev.RuleUsed)]
        assert used == [("t1", ASK.key, "ask"), ("t1", LET.key, "auto"), ("t2", LET.key, "auto")]
    kept = stored(tmp_path)
    assert [one["effect"] for one in kept["rules"]] == ["auto"]
    assert {key: one["count"] for key, one in kept["used"].items()} == {ASK.key: 1, LET.key: 2}


async def test_what_is_reused_is_no_use_of_a_rule_and_a_task_counts_once(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1"))), rules=rules(tmp_path, LET)) as here:
        here.work.fails = ["t1"]
        await here.gate()
        here.approve()
        await here.state("t1", TaskState.FAILED)
        here.send(cmd.Retry(uid="t1"))
        await here.end()
    assert stored(tmp_path)["used"][LET.key]["count"] == 2, "once for each time that it was started anew"


async def test_a_rule_that_holds_once_lets_one_task_through(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(SIDE_BY_SIDE), rules=rules(tmp_path, ONCE, ASK)) as here:
        await here.gate()
        here.approve()
        await here.state("t1", TaskState.DONE)
        await asks(here, "t2")
        await here.after(cmd.AddRule(rule=ONCE), kind=ev.RuleAdded)
        assert (await here.end()).outcome is Outcome.ANSWERED, "made anew it holds for one more"


async def test_an_approval_carries_its_rule(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path, ASK)) as here:
        opened = await here.gate()
        rule = Rule(match=TYPE, effect="auto", scope="run")
        here.send(cmd.Approve(fingerprint=opened.fingerprint, rule=rule))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert here.run.grant
        assert here.all(ev.TaskAsking) == []
        assert not (tmp_path / "config" / FILE).exists() or stored(tmp_path)["rules"] == []
        again = await replay(await here.entries(), here.equipment.artifacts)
        assert again.differences == ()


async def test_an_approval_with_a_rule_takes_away_what_a_task_asks_by_its_own_policy(tmp_path: Path) -> None:
    rows = SIDE_BY_SIDE.with_tasks(one.update(policy="ask") for one in SIDE_BY_SIDE)
    async with stage(tmp_path, ByHand(rows)) as here:
        opened = await here.gate()
        alone = await here.after(cmd.Approve(fingerprint=opened.fingerprint, lift="t1"), kind=ev.Refused)
        assert "by a rule alone" in alone.message
        rule = Rule(match=TYPE, effect="auto", scope="run")
        here.send(cmd.Approve(fingerprint=opened.fingerprint, rule=rule, lift="t1"))
        await here.state("t1", TaskState.DONE)
        await asks(here, "t2")
        here.send(cmd.AddRule(rule=ONCE))
        here.send(cmd.EditPlan(edit=ed.SetPolicy(uid="t2", policy="auto")))
        here.send(cmd.Allow(uid="t2"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert [one.policy for one in here.run.plan] == ["auto", "auto"]
        assert [one.uid for one in here.all(ev.TaskAsking)] == ["t2"]
        again = await replay(await here.entries(), here.equipment.artifacts)
        assert again.differences == ()


async def test_a_refused_approval_makes_no_rule(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path)) as here:
        await here.gate()
        await here.after(cmd.Approve(fingerprint="0" * 64, rule=LET), kind=ev.Refused)
        assert here.run.made == ()
        assert not (tmp_path / "config" / FILE).exists()


async def test_a_rule_changes_what_is_approved_and_without_rules_nothing_changes(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path)) as here:
        first = await here.gate()
        assert here.all(ev.RulesSet) == []
        asked = await here.after(cmd.AddRule(rule=ASK), kind=ev.GateOpened)
        assert asked.fingerprint != first.fingerprint
        refused = await here.after(cmd.Approve(fingerprint=first.fingerprint), kind=ev.Refused)
        assert "is not what would run" in refused.message
        dropped = await here.after(cmd.DropRule(key=ASK.key), kind=ev.GateOpened)
        assert dropped.fingerprint == first.fingerprint
    assert stored(tmp_path)["rules"] == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (cmd.DropRule(key="nothing"), "No rule has the key"),
        (cmd.DropRule(key=ASK.key), "stands in the configuration"),
        (cmd.SetBreakpoint(uid="t9"), "no such task"),
        (cmd.SetBreakpoint(uid="t1", on=False), "no breakpoint"),
    ],
)
async def test_what_cannot_be_done_is_said(tmp_path: Path, command: cmd.Command, words: str) -> None:
    async with stage(tmp_path, rules=rules(tmp_path, ASK)) as here:
        assert "Nothing has begun" in (await here.after(command, kind=ev.Refused)).message
        await here.gate()
        assert words in (await here.after(command, kind=ev.Refused)).message


async def test_a_rule_for_every_run_needs_a_place_where_it_is_kept(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        assert "not kept here" in (await here.after(cmd.AddRule(rule=ASK), kind=ev.Refused)).message
        assert here.run.made == ()


async def test_a_rule_on_cost_asks_where_the_price_is_not_known(tmp_path: Path) -> None:
    cheap = Rule(match=Match(max_usd=0.05), effect="auto")
    models = (Models(model("free"), model("priced", usd=0.01), model("dear", usd=1.0), FAR),)
    ruled = rules(tmp_path, cheap, Rule(effect="deny"))
    async with stage(tmp_path, ByHand(plan(task("t1"))), models=models, rules=ruled) as here:
        assert (await here.gate()).policies == {}
        for name, policies in (("fake:priced", {}), ("fake:dear", {"t1": "deny"}), (FAR.name, {"t1": "ask"})):
            opened = await here.after(cmd.ChooseModel(uid="t1", candidate=name), kind=ev.GateOpened)
            assert opened.policies == policies, name
        assert here.run.ruling.verdict(here.run.draft.plan["t1"]).unpriced


# Going on elsewhere


async def test_rules_of_today_hold_in_a_run_that_is_gone_on_with_and_its_own_stay(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path)) as first:
        await first.gate()
        await first.after(
            cmd.AddRule(rule=Rule(match=Match(provider="x"), effect="deny", scope="run")), kind=ev.GateOpened
        )
        opened = await first.after(cmd.AddRule(rule=LET), kind=ev.GateOpened)
        waiting = await first.reopened()
    RuleFile(tmp_path / "config" / FILE).delete(LET.key)
    async with stage(tmp_path, run=waiting, rules=rules(tmp_path, ASK)) as second:
        again = await second.after(cmd.Resume(), kind=ev.GateOpened)
        assert [one.scope for one in second.run.made] == ["run"], "what was stored and is deleted holds no longer"
        assert again.policies == {"t1": "ask", "t2": "ask"}
        assert again.fingerprint != opened.fingerprint


async def test_a_task_that_a_rule_asked_for_starts_by_itself_where_the_rule_is_gone(tmp_path: Path) -> None:
    async with stage(tmp_path, rules=rules(tmp_path, ASK)) as first:
        await first.gate()
        first.approve()
        await asks(first, "t1")
        waiting = await first.reopened()
    async with stage(tmp_path, run=waiting, rules=rules(tmp_path)) as second:
        second.send(cmd.Resume())
        assert (await second.end()).outcome is Outcome.ANSWERED


# Breakpoints

SIBLINGS = plan(task("t1"), task("t2", "", "t1"), task("t3", "", "t2"), task("t4", "side"))


async def test_a_breakpoint_stops_behind_its_task_and_the_siblings_go_on(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(SIBLINGS)) as here:
        here.work.holding("t4")
        await here.gate()
        here.send(cmd.SetBreakpoint(uid="t1"))
        here.approve()
        await asks(here, "t2")
        assert here.states()["t3"] == "waiting"
        here.work.let("t4")
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        assert here.states() == {"t1": "done", "t2": "asking", "t3": "waiting", "t4": "done"}
        (asking,) = here.all(ev.TaskAsking)
        assert (asking.cause, asking.why) == ("breakpoint", "you wanted to stop after task 1")
        here.send(cmd.Allow(uid="t2"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        again = await replay(await here.entries(), here.equipment.artifacts)
        assert again.differences == ()


async def test_a_breakpoint_is_set_and_taken_away_while_it_runs(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.work.holding("t1")
        await here.gate()
        here.approve()
        await here.began()
        await here.after(cmd.SetBreakpoint(uid="t1"), kind=ev.BreakpointSet)
        here.work.let("t1")
        await asks(here, "t2")
        late = await here.after(cmd.SetBreakpoint(uid="t1"), kind=ev.Refused)
        assert "done already" in late.message
        here.send(cmd.SetBreakpoint(uid="t1", on=False))
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_a_breakpoint_is_kept_for_who_goes_on_with_the_run(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(CHAIN)) as first:
        first.work.holding("t1")
        await first.gate()
        first.send(cmd.SetBreakpoint(uid="t1"))
        first.approve()
        await first.began()
        waiting = await first.reopened()
    work = FakeWork()
    async with stage(tmp_path, run=waiting, work=work) as second:
        second.send(cmd.Resume())
        await asks(second, *(uid for uid in ("t1",) if second.run.state(uid) is TaskState.ASKING))
        if second.run.state("t1") is TaskState.ASKING:  # it was under way, and where it ran is not known to be here
            second.send(cmd.Allow(uid="t1"))
        await asks(second, "t2")
        third = await second.reopened()
    async with stage(tmp_path, run=third) as last:
        await last.after(cmd.Resume(), kind=ev.TaskAsking)
        last.send(cmd.Allow(uid="t2"))
        assert (await last.end()).outcome is Outcome.ANSWERED
        assert [call.task.uid for call in last.work.calls] == ["t2"]


async def test_a_breakpoint_at_a_task_that_is_skipped_stops_nothing(tmp_path: Path) -> None:
    two = plan(task("t1"), task("t2", "mine", after=("t1",)))
    async with stage(tmp_path, ByHand(two)) as here:
        await here.gate()
        await here.after(cmd.SetBreakpoint(uid="t1"), kind=ev.BreakpointSet)
        await here.after(cmd.EditPlan(edit=ed.Skip(uid="t1")), kind=ev.GateOpened)
        here.approve()
        await here.end()
        assert here.states() == {"t1": "skipped", "t2": "done"}


async def test_the_selector_is_not_shown_what_a_rule_denies(tmp_path: Path) -> None:
    denied = Rule(match=Match(provider="far-away"), effect="deny")
    found = (Models(FAR, model("one"), model("two")),)
    async with ChatServer(Script()) as server:
        async with llm_stage(tmp_path, server.url, models=found, rules=rules(tmp_path, denied)) as here:
            assert (await here.gate()).approvable
            assert {one.candidate for one in here.run.draft.assignments.values()} == {"fake:two"}
        (request,) = asked(server, Selecting.SELECTION)
        assert "fake:one" in request.last
        assert FAR.name not in request.last
