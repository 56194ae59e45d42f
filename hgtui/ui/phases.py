"""The head of the screen: which run it is, who plans, and in which phase it is."""

from rich.cells import cell_len

from hgtui.core.problems import Severity
from hgtui.core.states import Gate, Outcome, Stage, TaskState
from hgtui.core.text import one_line, plural
from hgtui.ui import greeting as first
from hgtui.ui.spent import spent
from hgtui.ui.view import View
from hgtui.ui.words import Line

_AT = {Stage.ASKING: 0, Stage.PLANNING: 1, Stage.SELECTION: 2, Stage.EXECUTION: 3, Stage.RESPONSE: 4, Stage.ENDED: 5}
_OUTCOMES = {
    Outcome.ANSWERED: ("✓", "good"),
    Outcome.DEGRADED: ("! with gaps", "warn"),
    Outcome.FAILED: ("✗ failed", "bad"),
    Outcome.INTERRUPTED: ("■ stopped", "warn"),
}


def phase_line(view: View, width: int) -> Line:
    """Return the bar of the five phases, each with a sign and where it matters a word."""
    if not view.asked:
        return first.first_phases(width)
    return first.phases(tuple(_mark(view, place) for place in range(len(first.PHASES))), width)


def _mark(view: View, place: int) -> tuple[str, str]:
    run = view.run
    at = _AT[run.stage]
    if run.ended:
        return _ended(view, place)
    if place == 1 and run.planning_failed:
        return "✗ no plan", "bad"
    if place == 1 and view.at_gate and run.comment and run.revision is None:
        return "… revising", "busy"
    if run.gate and at < 3 and place == 1 and run.gate.gate in {Gate.MERGED, Gate.PLAN}:
        return first.YOUR_TURN, "turn"
    if run.gate and at < 3 and place == 2:
        if run.gate.gate is Gate.PLAN:  # no model is chosen before the plan is approved
            return "", "dim"
        return (first.YOUR_TURN, "turn") if run.gate.gate is Gate.MODELS else _models(view)
    if place == 3 and at == 3:
        return (first.YOUR_TURN, "turn") if view.waits else (f"… {_progress(view)}", "busy")
    if place < at:
        return "✓", "good"
    return ("…", "busy") if place == at else ("", "dim")


def _models(view: View) -> tuple[str, str]:
    chosen = sum(task.uid in view.run.draft.assignments or task.skip for task in view.plan)
    if chosen == len(view.plan):
        return "✓ ready", "good"
    return f"{chosen} of {len(view.plan)}", "warn"


def _progress(view: View) -> str:
    done = sum(view.run.state(task.uid) in {TaskState.DONE, TaskState.REUSED, TaskState.SKIPPED} for task in view.plan)
    return f"{done} of {len(view.plan)}"


def _ended(view: View, place: int) -> tuple[str, str]:
    run = view.run
    reached = 4 if run.answer else 3 if run.grant else 2 if run.proposed else 1
    if place < reached:
        return "✓", "good"
    if place > reached or run.outcome is None:
        return "", "dim"
    return _OUTCOMES[run.outcome]


def title_line(view: View, planner: str, width: int, *, stay: bool = False) -> Line:
    """Return the first line: program, run, who plans, what was called; `stay` where results are kept from the LLM."""
    run = view.run
    who = one_line(run.planner or planner, 40 if width >= 100 else 24)
    pieces = [*first.first_title(), (f" planned by {who} " if view.asked else f" plans are made by {who} ", "accent")]
    right = [(f" {words} ", "dim")] if (words := spent(run.calls)) else []
    if stay:
        right.insert(0, (" results stay here ", "good"))
    left = width - sum(cell_len(text) for text, _ in (*pieces, *right))
    name = f" run {one_line(run.id, 30)} " if run.id else ""
    if name and cell_len(name) <= left:
        pieces.insert(1, (name, "dim"))
        left -= cell_len(name)
    return (*pieces, (" " * max(left, 0), ""), *right)


def plan_title(view: View) -> str:
    """Return what stands on the border of the plan: how many tasks, problems, how far it is."""
    if not len(view.plan):
        return first.PLAN
    words = [plural(len(view.plan), "task")]
    if view.run.grant:
        states = [view.run.state(task.uid) for task in view.plan]
        words += [f"{count} {state}" for state in TaskState if (count := states.count(state))]
        return "2 Run  " + " · ".join(words)
    if view.run.proposed:
        words.append(plural(view.count(Severity.ERROR), "error"))
        if warnings := view.count(Severity.WARNING):
            words.append(plural(warnings, "warning"))
        if view.live.how:
            words.append(f"reply {view.live.how}")
        if view.run.notes:
            words.append(plural(len(view.run.notes), "note"))
    else:
        words.append("being planned")
    return "2 Plan  " + " · ".join(words)


def plan_subtitle(view: View) -> str:
    """Return what stands under the plan: what runs again, whether something leaves this machine, the fingerprint."""
    if not view.run.draft.assignments:
        return ""
    runs = [view.candidate(task) for task in view.plan if not task.skip]
    leaving = sum(one.leaves for one in runs if one)
    where = "nothing leaves this machine"
    if leaving:
        where = f"input leaves this machine: {plural(leaving, 'task')}"
    elif view.leaves:
        where = "the request leaves this machine"
    elif None in runs:
        where = "not every task has a model"
    print_ = view.run.gate.fingerprint if view.run.gate else view.run.grant.fingerprint if view.run.grant else ""
    ahead = f"{view.run.gate.forecast} · " if view.run.gate and view.run.gate.forecast else ""
    return f"{ahead}{where} · plan {one_line(print_[:8])}" if print_ else where
