"""How each event of a journal changes a run."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hgtui.core import events as ev
from hgtui.core.folding_plan import PLAN
from hgtui.core.folding_tasks import TASKS
from hgtui.core.plan import Uid
from hgtui.core.states import NOT_STARTED, Stage, TaskState
from hgtui.core.status import LogEntry

if TYPE_CHECKING:  # a run folds with the table below, so at run time only run imports this module
    from hgtui.core.run import Run

Changed = Iterable[Uid]
_OPEN = NOT_STARTED | {TaskState.ASKING}


def take_in(run: "Run", event: ev.Event) -> Changed:
    """Change `run` as an event says; return the uids of the tasks that changed."""
    return _FOLD[type(event)](run, event)


def _started(run: "Run", event: ev.RunStarted) -> Changed:
    run.request, run.asked_files, run.planner, run.gates = event.request, event.files, event.planner, event.gates
    run.started, run.earlier = run.at, event.earlier
    run.controller, run.answer_by = event.controller, event.answer
    run.brought, run.fresh = event.brought, event.fresh
    run.only_planned = event.setup is not None and event.setup.only_plans
    _set_up(run, event.setup)
    return ()


def _resumed(run: "Run", event: ev.Resumed) -> Changed:
    if run.grant is None:  # what was approved stays what was approved
        run.controller, run.answer_by = event.controller, event.answer
        _set_up(run, event.setup)
    run.only_planned = False
    return ()


def _set_up(run: "Run", setup: ev.Setup | None) -> None:
    if setup is not None:
        run.profile, run.hub, run.controller_spends = setup.profile, setup.hub, setup.controller_spends


def _marked(run: "Run", event: ev.Marked) -> Changed:
    run.marked = event.uid
    return ()


def _rules_set(run: "Run", event: ev.RulesSet) -> Changed:
    run.standing = event.rules
    # What was stored from this run and is not any more was deleted since.
    run.made = tuple(one for one in run.made if one.scope != "always" or one in event.rules)
    return _all(run)


def _rule_added(run: "Run", event: ev.RuleAdded) -> Changed:
    run.made = (event.rule, *(one for one in run.made if one != event.rule))
    if event.rule.scope == "once":  # made again it holds again, for what has not begun
        run.used.pop(event.rule.key, None)
        begun = (uid for uid, one in run.tasks.items() if one.state not in _OPEN)
        run.past[event.rule.key] = frozenset(begun)
    return _all(run)


def _rule_dropped(run: "Run", event: ev.RuleDropped) -> Changed:
    run.made = tuple(one for one in run.made if one.key != event.key)
    run.standing = tuple(one for one in run.standing if one.key != event.key)
    return _all(run)


def _rule_used(run: "Run", event: ev.RuleUsed) -> Changed:
    run.used.setdefault(event.key, event.uid)
    return (event.uid,)


def _all(run: "Run") -> Changed:
    return [task.uid for task in run.plan]


def _plan_approved(run: "Run", event: ev.PlanApproved) -> Changed:
    run.plan_approved, run.gate = event.fingerprint, None
    return ()


def _file(run: "Run", event: ev.FileSeen) -> Changed:
    run.files[event.file.path] = event.file
    return [task.uid for task in run.plan if event.file.path in {t for v in task.args.values() for t in v.literals}]


def _stage(run: "Run", event: ev.StageEntered) -> Changed:
    run.stage, run.outcome, run.exit = event.stage, None, None
    if event.stage is Stage.PLANNING:
        run.drafted, run.planning_failed = [], None
    if event.stage is not Stage.SELECTION:
        run.gate = None
    return ()


def _gate(run: "Run", event: ev.GateOpened) -> Changed:
    run.gate, run.expected = event, event.seconds
    return ()


def _approved(run: "Run", event: ev.Approved | ev.ApprovalCarried) -> Changed:
    run.grant, run.gate, run.granted = event.grant, None, run.draft
    return ()


def _called(run: "Run", event: ev.Called | ev.SentAgain) -> Changed:
    run.calls.append(event)
    return ()


def _logged(run: "Run", event: ev.Logged) -> Changed:
    run.log.append(LogEntry(at=run.at or datetime.min, level=event.level, text=event.text, uid=event.uid))
    return (event.uid,) if event.uid else ()


def _answered(run: "Run", event: ev.Answered) -> Changed:
    run.answer = event
    return ()


def _ended(run: "Run", event: ev.RunEnded) -> Changed:
    run.outcome, run.exit, run.stage, run.gate = event.outcome, event.exit, Stage.ENDED, None
    return ()


def _nothing(_: "Run", __: Any) -> Changed:
    return ()


_FOLD: dict[type, Callable[["Run", Any], Changed]] = {
    **PLAN,
    **TASKS,
    ev.RunStarted: _started,
    ev.Resumed: _resumed,
    ev.Marked: _marked,
    ev.RulesSet: _rules_set,
    ev.RuleAdded: _rule_added,
    ev.RuleDropped: _rule_dropped,
    ev.RuleUsed: _rule_used,
    ev.PlanApproved: _plan_approved,
    ev.FileSeen: _file,
    ev.StageEntered: _stage,
    ev.PlanBroughtBack: _nothing,
    ev.GateOpened: _gate,
    ev.Approved: _approved,
    ev.ApprovalCarried: _approved,
    ev.Called: _called,
    ev.SentAgain: _called,
    ev.Recorded: _nothing,
    ev.Logged: _logged,
    ev.Answered: _answered,
    ev.RunEnded: _ended,
    ev.Delta: _nothing,
    ev.RerunForeseen: _nothing,
    ev.WhatIfForeseen: _nothing,
    ev.Refused: _nothing,
}
