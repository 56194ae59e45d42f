"""What is wrong or doubtful in a plan, where, and a mend that can be applied."""

from collections.abc import Iterator

from hgtui.core import rules_arguments, rules_links, rules_models, rules_policy, rules_rows, rules_running
from hgtui.core.files import file_literals, reads_file
from hgtui.core.look import Look
from hgtui.core.plan import Plan, Task
from hgtui.core.problem import Code, Facts, Mend, Problem, ProblemRow, Severity
from hgtui.core.task import TASKS

__all__ = [
    "Code", "Facts", "Mend", "Problem", "ProblemRow", "Severity", "errors", "file_literals", "problem_rows", "problems",
    "reads_file",
]  # fmt: skip

MOST_TOLD = 200
"""How many problems are told at a gate; `problems` has them all."""


def problems(plan: Plan, facts: Facts | None = None, *, to_run: bool = False) -> tuple[Problem, ...]:
    """Return all problems of a plan: errors before warnings, in the order of the rows. Raises nothing.

    A plan without a task is an answer to a request that needs none; of one that is `to_run` that is an error.
    """
    look = Look(plan, facts or Facts())
    found = [*rules_rows.duplicates(look), *rules_links.cycles(look)]
    for task in plan:
        found += _of(look, task)
    found += rules_links.unused(look)
    found += rules_rows.twice(look)
    if plan.tasks or to_run:
        found += rules_running.nothing_runs(look)
    rows = {task.uid: row for row, task in enumerate(plan)}
    found.sort(key=lambda one: (one.severity != Severity.ERROR, rows.get(one.uid or "", -1)))
    return tuple(found)


def errors(found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return only the errors."""
    return tuple(one for one in found if one.severity is Severity.ERROR)


def problem_rows(found: tuple[Problem, ...], plan: Plan) -> tuple[ProblemRow, ...]:
    """Return problems as they are told at a gate, at most MOST_TOLD of them, in their order: errors come first."""
    return tuple(
        ProblemRow(
            severity=one.severity,
            code=one.code,
            uid=one.uid,
            task=task.id if (task := plan.get(one.uid or "")) else None,
            arg=one.arg,
            message=one.message,
            mend=one.mend.label if one.mend else None,
        )
        for one in found[:MOST_TOLD]
    )


def _of(look: Look, task: Task) -> Iterator[Problem]:
    """Yield what is wrong with one task. What is skipped reads nothing and is run by nobody: only a ring counts of it."""
    if task.skip:
        yield from rules_links.own_result(look, task)
        return
    yield from rules_links.links(look, task)
    spec = TASKS.get(task.task)
    if spec is None:
        yield from rules_rows.unknown_type(look, task)
        return
    yield from rules_arguments.arguments(look, task, spec)
    yield from rules_models.runnable(look, task)
    yield from rules_models.language(look, task)
    yield from rules_models.few(look, task)
    yield from rules_policy.denied(look, task)
