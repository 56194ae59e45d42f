"""Plans read from JSON data: HuggingGPT's list, our plan file, a bare task, TaskBench's nodes and links."""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from hgtui.core.base import Value
from hgtui.core.plan import MAX_ID, MISSING, Input, Plan, Task, Uid, fresh_uids
from hgtui.core.resource import FILE_KINDS
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import clean, one_line
from hgtui.core.wire import read_input

_TASK_KEYS = frozenset({"task", "id", "dep", "args", "uid", "skip", "locked", "policy"})
_PLAN_KEYS = frozenset(
    {"version", "request", "planner", "fingerprint", "approvable", "tasks", "assignments", "problems"}
)
_TASKBENCH_KEYS = frozenset({"task_steps", "task_nodes", "task_links"})
_MOST_UIDS = 64
_NUMBER = re.compile(r"-?\d{1,9}")


class Reading(Value):
    """What was read, and a sentence for each thing that could not be taken: nothing is dropped in silence."""

    plan: Plan
    dropped: tuple[str, ...] = ()


class PlanError(ValueError):
    """The data is no plan; the message is a sentence that says where and why."""


def tidy(data: Any) -> Any:
    """Return JSON data with every text, keys too, through `clean`; RecursionError for data nested too deep."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, list):
        return [tidy(item) for item in data]
    if isinstance(data, Mapping):
        return {clean(str(key)): tidy(item) for key, item in data.items()}
    return data


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
            return _taskbench(data, request, planner, uids)
        if "tasks" in data:
            unread = _unread(data, _PLAN_KEYS, "The plan")
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


def _unread(data: Mapping[str, Any], known: frozenset[str], what: str) -> list[str]:
    return [f"{what}: “{one_line(key, 40)}” is not read." for key in data if key not in known]


def read_tasks(rows: list[Mapping[str, Any]], uids: Iterator[Uid]) -> tuple[tuple[Task, ...], list[str]]:
    """Read rows with HuggingGPT's keys; return the tasks and what was dropped."""
    dropped: list[str] = []
    ids = _wire_ids(rows, dropped)
    own = _own_uids(rows, uids)
    names: dict[str, Uid] = {}
    for row, wire_id, uid in zip(rows, ids, own, strict=True):
        names.setdefault(str(wire_id), uid)
        names.setdefault(str(row.get("id")), uid)
    for uid in own:  # how a plan file tells two tasks of the same number apart
        names.setdefault(uid, uid)
    tasks = []
    for row, wire_id, uid in zip(rows, ids, own, strict=True):
        dropped += _unread(row, _TASK_KEYS, f"Task {wire_id}")
        tasks.append(_task(row, wire_id, uid, names, dropped))
    return tuple(tasks), dropped


def read_task(row: Mapping[str, Any], names: Mapping[str, Uid], uid: Uid, wire_id: int) -> tuple[Task, list[str]]:
    """Read one row of a plan that is still growing; `names` gives the uids of the wire ids read so far.

    Raises PlanError where the row is nested too deeply.
    """
    try:
        row = tidy(row)
    except RecursionError:
        raise PlanError("The task is nested too deeply to be read.") from None
    dropped = _unread(row, _TASK_KEYS, f"Task {wire_id}")
    return _task(row, wire_id, uid, names, dropped), dropped


def _number(data: Any) -> int | None:
    if isinstance(data, bool) or not isinstance(data, (int, str)):
        return None
    if isinstance(data, int):
        return data if abs(data) <= MAX_ID else None
    return int(data) if _NUMBER.fullmatch(data.strip()) else None


def _wire_ids(rows: list[Mapping[str, Any]], dropped: list[str]) -> list[int]:
    given = [number if (number := _number(row.get("id"))) is not None and number >= 0 else None for row in rows]
    used = {number for number in given if number is not None}
    highest = max(used, default=-1)
    free = (
        number
        for number in (range(highest + 1, MAX_ID) if highest < MAX_ID - len(rows) else count())
        if number not in used
    )
    ids = []
    for row, number in zip(rows, given, strict=True):
        if number is None:
            number = next(free)
            if "id" in row:
                said = one_line(str(row["id"]), 40)
                dropped.append(f"The id “{said}” is no number from 0 to {MAX_ID}: it became {number}.")
        ids.append(number)
    return ids


def _own_uids(rows: list[Mapping[str, Any]], uids: Iterator[Uid]) -> list[Uid]:
    given = {row["uid"] for row in rows if _is_uid(row.get("uid"))}
    used: set[Uid] = set()
    own = []
    for row in rows:
        uid = str(row.get("uid"))
        if not _is_uid(row.get("uid")) or uid in used:
            uid = next(uid for uid in uids if uid not in given)
        used.add(uid)
        own.append(uid)
    return own


def _is_uid(data: Any) -> bool:
    return isinstance(data, str) and 0 < len(data) <= _MOST_UIDS and data.replace("-", "").replace("_", "").isalnum()


def _task(row: Mapping[str, Any], wire_id: int, uid: Uid, names: Mapping[str, Uid], dropped: list[str]) -> Task:
    kind = task_type(str(row.get("task", "")))
    args = _args(row.get("args"), kind, wire_id, names, dropped)
    locked = row.get("locked")
    dropped += [
        f"Task {wire_id}: “{key}” cannot be {one_line(str(row[key]), 40)!r}: it is left out."
        for key, right in (
            ("skip", isinstance(row.get("skip"), bool | None)),
            ("policy", row.get("policy") in ("ask", "auto", None)),
            ("locked", locked is None or isinstance(locked, list)),
        )
        if not right
    ]
    return Task(
        uid=uid,
        id=wire_id,
        task=kind,
        args=args,
        after=tuple(_deps(row.get("dep"), names, wire_id, dropped)),
        skip=row.get("skip") is True,
        locked=tuple(str(name) for name in locked) if isinstance(locked, list) else (),
        policy="ask" if row.get("policy") == "ask" else "auto",
    )


def _args(data: Any, kind: str, wire_id: int, names: Mapping[str, Uid], dropped: list[str]) -> dict[str, Input]:
    if data is None:
        return {}
    if isinstance(data, str):  # real planners write a bare string: it means the first argument
        spec = TASKS.get(kind)
        data = {spec.args[0].name if spec else "text": data}
    if not isinstance(data, Mapping):
        dropped.append(f"Task {wire_id}: its arguments are no object: {one_line(str(data), 80)}")
        return {}
    args: dict[str, Input] = {}
    for name, item in data.items():
        _give(args, name, read_input(item, names.get), wire_id, dropped)
    return _as_question(args, kind)


def _give(args: dict[str, Input], name: str, value: Input, wire_id: int, dropped: list[str]) -> None:
    name = name.strip().lower()
    if name in args:
        dropped.append(f"Task {wire_id}: “{one_line(name, 40)}” is given twice; only the last is kept.")
    args[name] = value


def _as_question(args: dict[str, Input], kind: str) -> dict[str, Input]:
    """Read `text` as `question` where the task is a question: HuggingGPT's own prompt writes it so."""
    spec = TASKS.get(kind)
    asks = spec is not None and spec.arg("question") is not None and spec.arg("text") is None
    if asks and "text" in args and "question" not in args:
        return {("question" if name == "text" else name): value for name, value in args.items()}
    return args


def _deps(data: Any, names: Mapping[str, Uid], wire_id: int, dropped: list[str]) -> Iterator[Uid]:
    if data is None or data == -1:
        return
    for item in data if isinstance(data, list) else [data]:
        number = _number(item)
        if number == -1:
            continue
        if number is None and str(item) not in names:
            dropped.append(f"Task {wire_id}: the dependency {one_line(str(item), 40)!r} is no number.")
            continue
        key = str(item).strip()
        yield names.get(key) or f"{MISSING}{key}"


def _taskbench(data: Mapping[str, Any], request: str, planner: str, uids: Iterator[Uid]) -> Reading:
    """Read TaskBench's form; ``<node-j>`` is the j-th node, its `task_steps` only explain and are not kept."""
    nodes = data["task_nodes"]
    if not isinstance(nodes, list):
        raise PlanError("This is no plan: “task_nodes” is not a list.")
    dropped = _unread(data, _TASKBENCH_KEYS | _PLAN_KEYS, "The plan")
    rows = []
    for number, node in enumerate(nodes):
        if isinstance(node, Mapping) and isinstance(node.get("task"), str):
            rows.append((number, node))
            dropped += _unread(node, frozenset({"task", "arguments"}), f"Node {number}")
        else:
            dropped.append(f"Node {number} is no task: {one_line(str(node), 80)}")
    if nodes and not rows:
        raise PlanError(f"This is no plan: none of its {len(nodes)} nodes has a “task”.")
    own = [next(uids) for _ in rows]
    names = {str(number): uid for (number, _), uid in zip(rows, own, strict=True)}
    types = {uid: task_type(node["task"]) for (_, node), uid in zip(rows, own, strict=True)}
    tasks = [
        Task(uid=uid, id=number, task=types[uid], args=_node_args(node.get("arguments"), number, types[uid], names, types, dropped))
        for (number, node), uid in zip(rows, own, strict=True)
    ]  # fmt: skip
    ordered = _linked(tasks, data.get("task_links"), dropped)
    return Reading(plan=Plan(request=request, planner=planner, tasks=tuple(ordered)), dropped=tuple(dropped))


def _node_args(
    data: Any, number: int, kind: str, names: Mapping[str, Uid], types: Mapping[Uid, str], dropped: list[str]
) -> dict[str, Input]:
    """Give TaskBench's arguments, which have no names, to the first argument of the type that can take each."""
    if data is None:
        return {}
    if isinstance(data, Mapping) and not _is_named(data):
        return _args(data, kind, number, names, dropped)
    args: dict[str, Input] = {}
    spec = TASKS.get(kind)
    for item in data if isinstance(data, list) else [data]:
        if _is_named(item) and "value" in item:
            name = item["name"].strip().lower()
            if spec is None or spec.arg(name):
                _give(args, name, read_input(item["value"], names.get), number, dropped)
                continue
            dropped.append(f"Task {number}: {kind} takes no “{one_line(name, 40)}”: its value went where it fits.")
            item = item["value"]
        elif _is_named(item):  # real planners write an argument with a name and no value: the name is the value
            item = item["name"]
        value = read_input(item, names.get)
        name = _slot(kind, value, args, types)
        if name in args:
            value = Input(parts=(*args[name].parts, *value.parts), many=True)
        args[name] = value
    return args


def _is_named(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("name"), str) and set(item) <= {"name", "value"}


def _slot(kind: str, value: Input, args: Mapping[str, Input], types: Mapping[Uid, str]) -> str:
    spec = TASKS.get(kind)
    if spec is None:
        return "text"
    free = [arg for arg in spec.args if arg.name not in args]
    given = [TASKS[types[ref.uid]] for ref in value.refs if types.get(ref.uid) in TASKS]
    if given:
        fitting = [arg for arg in free if given[0].gives(arg.kind)]
    else:
        is_file = bool(value.literal) and _looks_like_file(value.literal or "")
        fitting = [arg for arg in free if (arg.kind in FILE_KINDS) == is_file]
    best = fitting or free
    return best[0].name if best else spec.args[0].name


def _looks_like_file(text: str) -> bool:
    stem, dot, suffix = text.rpartition(".")
    return bool(stem and dot) and suffix.isalnum() and 2 <= len(suffix) <= 5 and " " not in suffix and len(text) < 200


def _linked(tasks: list[Task], links: Any, dropped: list[str]) -> Iterator[Task]:
    """Add the links that no argument reads as dependencies that only order.

    Links name types of tasks: one is kept already where any task of the one type reads any of the other. Else it goes
    from the first to the first of the types, or where these are the same from the first to the second.
    """
    by_type: dict[str, list[Uid]] = {}
    for task in tasks:
        by_type.setdefault(task.task, []).append(task.uid)
    types = {task.uid: task.task for task in tasks}
    kept = {(types.get(ref.uid), task.task) for task in tasks for value in task.args.values() for ref in value.refs}
    after: dict[Uid, list[Uid]] = {}
    if links is not None and not isinstance(links, list):
        dropped.append(f"The links are no list: {one_line(str(links), 80)}")
    for link in links if isinstance(links, list) else []:
        ends = [link.get(end) for end in ("source", "target")] if isinstance(link, Mapping) else []
        found = [by_type.get(task_type(end), []) for end in ends if isinstance(end, str)]
        if len(found) != 2 or not all(found):
            dropped.append(f"A link whose ends are not in the plan: {one_line(str(link), 80)}")
        elif (types[found[0][0]], types[found[1][0]]) not in kept:
            source = found[0][0]
            after.setdefault(next((uid for uid in found[1] if uid != source), source), []).append(source)
    for task in tasks:
        more = after.get(task.uid)
        yield task.update(after=tuple(more)) if more else task
