"""What a person's rules forbid: a task that one of them denies, and the other models that none denies."""

from collections.abc import Iterator

from hgtui.core.edit import Choose
from hgtui.core.fit import can_run
from hgtui.core.look import Look
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Task
from hgtui.core.problem import Code, Mend, Problem, Severity
from hgtui.core.rules_running import skips
from hgtui.core.ruling import ways
from hgtui.core.text import one_line

OFFERED = 2
"""How many other models are offered in the place of one that is denied."""


def denied(look: Look, task: Task) -> Iterator[Problem]:
    """Yield an error where a rule denies a task with the model that was chosen for it, or with each that could be."""
    verdict = look.facts.ruling.verdict(task)
    if verdict.effect != "deny":
        return
    others = (Mend(label=f"run it on {_called(one)}", edit=_choose(task, one)) for one in _allowed(look, task))
    mends = (*others, *skips(look, task))
    message = f"A rule denies task {task.id}: “{verdict.why}”."
    yield Problem(severity=Severity.ERROR, code=Code.DENIED, message=message, uid=task.uid, mends=mends)


def _allowed(look: Look, task: Task) -> list[Candidate]:
    """Return the first candidates that could run a task and that no rule denies, in the order of their ranking."""
    known = (look.facts.candidates or {}).get(task.task, ())
    every = (way for one in known for way in ways(one))
    found: dict[str, Candidate] = {}
    for one in every:
        if can_run(task, one) and look.facts.ruling.of(task, one).effect != "deny":
            found.setdefault(one.name, one)
        if len(found) == OFFERED:
            break
    return list(found.values())


def _called(one: Candidate) -> str:
    return one_line(f"{one.title or one.model}{f' at {one.provider}' if one.provider else ''}", 80)


def _choose(task: Task, one: Candidate) -> Choose:
    # A person's choice, for they press the key: what chooses by itself would come back to what is denied.
    return Choose(uid=task.uid, assignment=Assignment.of(one, "person", "no rule denies it"))
