"""Plans read from JSON data: HuggingGPT's list, our plan file, a bare task, TaskBench's nodes and links."""

from collections.abc import Iterator, Mapping
from typing import Any

from hgtui.core.base import Value
from hgtui.core.plan import Plan, Uid, fresh_uids
from hgtui.core.rows import PlanError, read_task, read_tasks, tidy, unread_keys
from hgtui.core.taskbench import read_nodes
from hgtui.core.text import one_line

__all__ = ["PlanError", "Reading", "read_plan", "read_task", "read_tasks", "tidy"]

_PLAN_KEYS = frozenset(
    {"version", "request", "planner", "fingerprint", "approvable", "tasks", "assignments", "problems"}
)


class Reading(Value):
    """What was read, and a sentence for each thing that could not be taken: nothing is dropped in silence."""

    plan: Plan
    dropped: tuple[str, ...] = ()


def read_plan(data: Any, request: str = "", planner: str = "", taken: Iterator[Uid] | None = None) -> Reading:
    """Read a plan from JSON data in any of the forms of the contract.

    `taken` yields the uids for tasks that bring none. Raises PlanError where no form fits.
    """
    try:
        data = tidy(data)
    except RecursionError:
        raise PlanError("The plan is nested too deeply to be read.") from None
    uids = taken or fresh_uids()
    unread: list[str] = []
    if isinstance(data, Mapping):
        request = str(data.get("request") or request)
        planner = str(data.get("planner") or planner)
        if "task_nodes" in data:
            tasks, more = read_nodes(data, uids, _PLAN_KEYS)
            return Reading(plan=Plan(request=request, planner=planner, tasks=tasks), dropped=tuple(more))
        if "tasks" in data:
            unread = unread_keys(data, _PLAN_KEYS, "The plan")
            data = data["tasks"]
        elif "task" in data:
            data = [data]
    if not isinstance(data, list):
        raise PlanError("This is no plan: a list of tasks was expected, or an object with “tasks” or “task_nodes”.")
    rows = [row for row in data if isinstance(row, Mapping) and isinstance(row.get("task"), str)]
    kept = {id(row) for row in rows}
    dropped = [f"Row {n} is no task: {one_line(str(row), 80)}" for n, row in enumerate(data) if id(row) not in kept]
    if data and not rows:
        raise PlanError(f"This is no plan: none of its {len(data)} entries has a “task”.")
    tasks, more = read_tasks(rows, uids)
    return Reading(plan=Plan(request=request, planner=planner, tasks=tasks), dropped=(*unread, *dropped, *more))
