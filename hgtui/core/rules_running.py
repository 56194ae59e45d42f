"""What is wrong with a plan of which nothing would run, and which tasks can be skipped without making it one."""

from collections.abc import Iterator

from hgtui.core.edit import Skip
from hgtui.core.fit import can_run
from hgtui.core.look import Look
from hgtui.core.plan import Task
from hgtui.core.problem import Code, Mend, Problem, Severity

OFFERED = 9
"""How many tasks are offered to be taken in again: as many as have a key."""


def able(look: Look, task: Task) -> bool:
    """Say whether something may run the task, as far as is known: a model was chosen for it, or one is known that can."""
    known = (look.facts.candidates or {}).get(task.task)
    return task.uid in look.facts.assignments or known is None or any(can_run(task, one) for one in known)


def skips(look: Look, task: Task) -> tuple[Mend, ...]:
    """Offer to skip a task that cannot run, unless nothing would be left that can."""
    below = look.below(task)
    left = (one for one in look.plan if one.uid in look.running and one.uid != task.uid and one.uid not in below)
    if any(able(look, one) and look.facts.ruling.effect(one) != "deny" for one in left):
        return (Mend(label=f"skip {task.id}", edit=Skip(uid=task.uid)),)
    return ()


def nothing_runs(look: Look) -> Iterator[Problem]:
    """Yield an error where no task would run: there is none, or each is skipped or reads what a skipped one would give."""
    if look.running:
        return
    tasks = look.plan.tasks
    mends = [
        Mend(label=f"take {task.id} in again", edit=Skip(uid=task.uid, skip=False))
        for task in tasks
        if task.skip and look.gets(task, look.running)
    ]
    why = "every task is skipped" if all(task.skip for task in tasks) else "each task is skipped or reads one that is"
    yield Problem(
        severity=Severity.ERROR,
        code=Code.NOTHING_RUNS,
        message=f"Nothing would run: {why if tasks else 'there is no task'}.",
        uid=next((task.uid for task in tasks if task.skip), None),
        mends=tuple(mends[:OFFERED]),
    )
