"""The conversation as it follows from a run: what the person asked, what hgtui says, the answer."""

from typing import Literal, NamedTuple

from hgtui.core.problems import Severity
from hgtui.core.states import Gate, Outcome, Stage, TaskState
from hgtui.core.text import clean, one_line, plural
from hgtui.ui.view import View

LONGEST = 20_000
"""How many characters of a request or of a message the conversation shows."""


class Said(NamedTuple):
    """A turn of the conversation; what has the same `key` is the same turn, and is written again where it differs."""

    key: str
    who: Literal["you", "hgtui", "answer"]
    text: str
    role: str = ""


def greeting(planner: str, why: str, missing: tuple[str, ...]) -> list[Said]:
    """Return what the conversation begins with: what to do, who plans, what is not installed."""
    who = one_line(why, 300) or f"plans are made by {one_line(planner, 60)}"
    lines = [
        "Say what should be done; name files by their paths.",
        "For example: Read the text in page.png and read it aloud",
        f"{who[:1].upper()}{who[1:].rstrip('.')}.",
        *(one_line(line, 300) for line in missing),
    ]
    return [Said("greeting", "hgtui", "\n".join(lines), "dim")]


def story(view: View) -> list[Said]:
    """Return the turns of a run so far."""
    run = view.run
    if not view.asked:
        return []
    said = [Said("request", "you", clean(run.request, LONGEST))]
    if run.planning_failed:
        failed = run.planning_failed
        said.append(Said("plan", "hgtui", _sentence(f"No plan came of it: {failed.message}", failed.hint), "bad"))
    elif run.proposed is not None:
        said += _planned(view)
    elif run.stage is Stage.PLANNING:
        so_far = f" {plural(len(run.drafted), 'task')} so far." if run.drafted else ""
        heard = f" {plural(view.received, 'character')} received." if view.received else ""
        said.append(Said("plan", "hgtui", f"Planning …{so_far}{heard}", "dim"))
    if run.gate and run.grant is None:
        said.append(_gate(view))
    if run.grant:
        said.append(Said("gate", "hgtui", f"Plan {run.grant.fingerprint[:8]} is approved."))
    if view.stage_gate and run.grant:
        said.append(
            Said("again", "hgtui", "The plan goes beyond what was approved: a approves it as it is now.", "warn")
        )
    said += _failures(view)
    if run.answer:
        said.append(Said("answer", "answer", clean(run.answer.text)))
    if run.outcome in {Outcome.INTERRUPTED, Outcome.FAILED} and not run.answer:
        words = "Stopped." if run.outcome is Outcome.INTERRUPTED else "This failed."
        said.append(Said("end", "hgtui", words, "warn"))
    return said


def _planned(view: View) -> list[Said]:
    run = view.run
    count = len(run.proposed.tasks) if run.proposed else 0
    by = f" by {one_line(run.planner, 60)}" if run.planner else ""
    text = f"{plural(count, 'task')} planned{by}." if count else "The plan has no task."
    said = [Said("plan", "hgtui", text)]
    said += [Said(f"note{at}", "hgtui", clean(note, LONGEST)) for at, note in enumerate(run.notes)]
    return said


def _gate(view: View) -> Said:
    run, errors = view.run, view.count(Severity.ERROR)
    if errors:
        return Said("gate", "hgtui", f"{plural(errors, 'error')} to mend before it can run: ! goes there.", "bad")
    if run.gate and run.gate.gate is Gate.PLAN:
        return Said("gate", "hgtui", "Look at the plan: a goes on to the models.")
    if run.gate and not run.gate.approvable:
        return Said("gate", "hgtui", "This cannot run as it stands.", "bad")
    return Said("gate", "hgtui", "Models chosen. Nothing has run: a approves and runs it.")


def _failures(view: View) -> list[Said]:
    said = []
    for task in view.stuck:
        status = view.run.tasks[task.uid]
        name = f"{task.id} {one_line(task.task, 40)}"
        if status.state is TaskState.ASKING:
            text = f"{name} asks before it starts: go to it, then a lets it start · n goes on without."
            said.append(Said(f"task {task.uid}", "hgtui", text, "warn"))
            continue
        if status.state is TaskState.FAILED:
            tries = f" after {status.attempt} tries" if status.attempt > 1 else ""
            text = _sentence(f"{name} failed{tries}: {status.message}", status.hint)
        else:
            text = f"{name} was stopped."
        if view.run.stage is Stage.EXECUTION:
            text += "\n! goes there, then r retry · n go on without · F answer with what there is"
        said.append(Said(f"task {task.uid}", "hgtui", text, "bad" if status.state is TaskState.FAILED else "warn"))
    return said


def _sentence(message: str, hint: str) -> str:
    return clean("\n".join(part for part in (message, hint) if part), LONGEST)
