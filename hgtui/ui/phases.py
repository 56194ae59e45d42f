"""The head of the screen: which run it is, who plans, and in which phase it is."""

from rich.cells import cell_len

from hgtui.core.plan import Task
from hgtui.core.problems import Severity
from hgtui.core.states import Gate, Outcome, Stage
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
    line = first.phases(tuple(_mark(view, place) for place in range(len(first.PHASES))), width)
    yours = yours_words(view)
    room = width - sum(cell_len(text) for text, _ in line) - cell_len(yours) - 1
    return (*line, (" " * room, ""), (f"{yours} ", "warn")) if yours and room > 0 else line


def phase_at(line: Line, x: int) -> int | None:
    """Return which phase, from 0 on, stands in a cell of the bar; None where none does."""
    for text, _ in line:
        x -= cell_len(text)
        if x < 0:
            number = text.strip()[:1]
            return int(number) - 1 if number.isdecimal() else None
    return None


def yours_words(view: View) -> str:
    """Say what the person has changed of what was proposed: "you: 1 arg 1 model +1 task"; empty for nothing."""
    run = view.run
    if run.proposed is None:
        return ""
    set_, types, turned, added = 0, 0, 0, 0
    for task in view.plan:
        before = run.proposed.get(task.uid)
        if before is task:
            continue
        old = before.locked if before else ()
        # What was brought back to what was proposed is not the person's any more.
        mine = [name for name in task.locked if name not in old and not _as_proposed(before, task, name)]
        types += "task" in mine
        set_ += sum(name != "task" for name in mine)
        if before is None:
            added += task.uid not in view.planned
        else:
            turned += before.skip != task.skip
    gone = sum(view.plan.get(task.uid) is None for task in run.proposed)
    models = sum(view.chose(uid) for uid in run.draft.assignments)
    counts = [plural(set_, "arg"), plural(types, "type"), plural(models, "model"), plural(turned, "skip"),
              f"+{plural(added, 'task')}", f"-{plural(gone, 'task')}"]  # fmt: skip
    said = [words for words, count in zip(counts, (set_, types, models, turned, added, gone), strict=True) if count]
    return f"you: {'  '.join(said)}" if said else ""


def _as_proposed(before: Task | None, task: Task, name: str) -> bool:
    if before is None:
        return False
    return before.task == task.task if name == "task" else before.args.get(name) == task.args.get(name)


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
        errors = view.count(Severity.ERROR)
        return (f"✗ {plural(errors, 'error')}", "bad") if errors else (first.YOUR_TURN, "turn")
    if run.gate and at < 3 and place == 2:
        if run.gate.gate is Gate.PLAN:  # no model is chosen before the plan is approved
            return "", "dim"
        return (first.YOUR_TURN, "turn") if run.gate.gate is Gate.MODELS else _models(view)
    if place == 3 and at == 3:
        if view.waits:
            return first.YOUR_TURN, "turn"
        rest = view.states.going or not view.trying
        return (f"… {_progress(view)}" if rest else "… what-if"), "busy"
    if place < at:
        return "✓", "good"
    return ("…", "busy") if place == at else ("", "dim")


def _models(view: View) -> tuple[str, str]:
    if all(task.skip for task in view.plan):  # nothing runs, so nothing is ready either
        return "", "dim"
    chosen = sum(task.uid in view.run.draft.assignments or task.skip for task in view.plan)
    if chosen == len(view.plan):
        return "✓ ready", "good"
    return f"{chosen} of {len(view.plan)}", "warn"


def _progress(view: View) -> str:
    return f"{view.states.over} of {len(view.plan)}"


def _ended(view: View, place: int) -> tuple[str, str]:
    run = view.run
    if (
        run.proposed is not None and not run.plan.tasks and run.grant is None
    ):  # what needs no task has no models, no run
        none = ("✗ no task", "bad") if run.outcome is Outcome.FAILED else ("no task", "dim")
        last = ("", "dim") if run.outcome is None or run.outcome is Outcome.FAILED else _OUTCOMES[run.outcome]
        return (("✓", "good"), none, ("", "dim"), ("", "dim"), last)[place]
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
    if view.looked:
        right.insert(0, (" only looked at ", "warn"))
    if stay:
        right.insert(0, (" results stay here ", "good"))
    left = width - sum(cell_len(text) for text, _ in (*pieces, *right))
    name = f" run {one_line(run.id, 30)} " if run.id else ""
    if name and cell_len(name) <= left:
        pieces.insert(1, (name, "dim"))
        left -= cell_len(name)
    return (*pieces, (" " * max(left, 0), ""), *right)
