"""What is wrong or doubtful in a plan, where, and a mend that can be applied."""

from collections.abc import Iterator

from hgtui.core import rules_arguments, rules_links, rules_models, rules_policy, rules_rows
from hgtui.core.files import file_literals, reads_file
from hgtui.core.look import Look
from hgtui.core.plan import Plan, Task
from hgtui.core.problem import Code, Facts, Mend, Problem, Severity
from hgtui.core.task import TASKS

__all__ = ["Code", "Facts", "Mend", "Problem", "Severity", "errors", "file_literals", "problems", "reads_file"]


def problems(plan: Plan, facts: Facts | None = None) -> tuple[Problem, ...]:
    """Return all problems of a plan: errors before warnings, in the order of the rows. Raises nothing."""
    look = Look(plan, facts or Facts())
    found = [*rules_rows.duplicates(look), *rules_links.cycles(look)]
    for task in plan:
        found += _of(look, task)
    found += rules_links.unused(look)
    found += rules_rows.twice(look)
    rows = {task.uid: row for row, task in enumerate(plan)}
    found.sort(key=lambda one: (one.severity != Severity.ERROR, rows.get(one.uid or "", -1)))
    return tuple(found)


def errors(found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return only the errors."""
    return tuple(one for one in found if one.severity is Severity.ERROR)


def _of(look: Look, task: Task) -> Iterator[Problem]:
    yield from rules_links.links(look, task)
    spec = TASKS.get(task.task)
    if spec is None:
        yield from rules_rows.unknown_type(look, task)
        return
    yield from rules_arguments.arguments(look, task, spec)
    if not task.skip:
        yield from rules_models.runnable(look, task)
        yield from rules_models.language(look, task)
        yield from rules_models.few(look, task)
        yield from rules_policy.denied(look, task)
