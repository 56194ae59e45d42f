"""The plan file: what `hgtui plan -o` writes and `hgtui run --plan` reads."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from hgtui.core.base import Value
from hgtui.core.model import Assignment
from hgtui.core.plan import MISSING, Plan, Task, Uid
from hgtui.core.reading import PlanError, Reading, read_plan, tidy
from hgtui.core.text import one_line
from hgtui.core.wire import write_input

VERSION = 1


class PlanFile(Value):
    """A plan with the assignments that came with it."""

    reading: Reading
    assignments: dict[Uid, Assignment] = {}
    fingerprint: str = ""


def wire_names(plan: Plan) -> dict[Uid, int | str]:
    """Return by what each task is referred to: its number, or its uid where a task before it has the same number."""
    seen: set[int] = set()
    names: dict[Uid, int | str] = {}
    for task in plan:
        names[task.uid] = task.uid if task.id in seen else task.id
        seen.add(task.id)
    return names


def _has_number(dep: Uid) -> bool:
    return dep.removeprefix(MISSING).removeprefix("-").isdecimal()


def write_task(task: Task, ids: Mapping[Uid, int | str], *, bare: bool = False) -> dict[str, Any]:
    """Write a task with HuggingGPT's keys and, unless `bare`, our own where they are set."""
    # What is missing and has no number is told by the argument that refers to it alone: "dep" holds numbers.
    named = [ids.get(dep, dep.removeprefix(MISSING)) for dep in task.deps if dep in ids or _has_number(dep)]
    deps = sorted(named, key=lambda dep: (isinstance(dep, str), dep))
    row: dict[str, Any] = {
        "task": task.task,
        "id": task.id,
        "dep": deps or [-1],
        "args": {name: write_input(value, ids) for name, value in task.args.items()},
    }
    if bare:
        return row
    row["uid"] = task.uid
    if task.skip:
        row["skip"] = True
    if task.locked:
        row["locked"] = list(task.locked)
    if task.policy == "ask":  # never "let": a file is anybody's, and that is a person's answer to their own rules
        row["policy"] = task.policy
    return row


def write_plan(
    plan: Plan,
    assignments: Mapping[Uid, Assignment] | None = None,
    *,
    fingerprint: str = "",
    approvable: bool = False,
    problems: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the plan file's data: what `contracts` promises, nothing else."""
    ids = wire_names(plan)
    chosen = {str(ids[uid]): one.model_dump(mode="json") for uid, one in (assignments or {}).items() if uid in ids}
    return {
        "version": VERSION,
        "request": plan.request,
        "planner": plan.planner,
        "fingerprint": fingerprint,
        "approvable": approvable,
        "tasks": [write_task(task, ids) for task in plan],
        "assignments": chosen,
        "problems": problems or [],
    }


def parse_json(text: str) -> Any:
    """Parse JSON; PlanError with the place where it cannot be read."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanError(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise PlanError("It is nested too deeply to be read.") from None
    except ValueError:  # the only other one: a whole number of more digits than Python converts
        raise PlanError("It holds a number of too many digits to be read.") from None


def read_plan_file(text: str) -> PlanFile:
    """Read a plan file, or any other form of a plan, from JSON text; PlanError says what is wrong and where."""
    try:
        data = tidy(parse_json(text))
    except RecursionError:
        raise PlanError("It is nested too deeply to be read.") from None
    if isinstance(data, Mapping) and data.get("version", VERSION) != VERSION:
        version = one_line(str(data["version"]), 20)
        raise PlanError(f"This is a plan file of version {version}; this hgtui reads version {VERSION}.")
    reading = read_plan(data)
    if not isinstance(data, Mapping):
        return PlanFile(reading=reading)
    uids = {str(name): uid for uid, name in wire_names(reading.plan).items()}
    chosen: dict[Uid, Assignment] = {}
    rows = data.get("assignments") or {}
    if not isinstance(rows, Mapping):
        raise PlanError("The “assignments” of the plan are no object.")
    for wire_id, row in rows.items():
        if wire_id not in uids:
            raise PlanError(f"The plan has an assignment for a task {one_line(wire_id, 20)} that it does not have.")
        try:
            chosen[uids[wire_id]] = Assignment.model_validate(row)
        except ValidationError as error:
            raise PlanError(f"The assignment of task {wire_id} is not right: {error.errors()[0]['msg']}.") from None
    fingerprint = data.get("fingerprint")
    return PlanFile(
        reading=reading, assignments=chosen, fingerprint=fingerprint if isinstance(fingerprint, str) else ""
    )
