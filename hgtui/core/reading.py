"""Plans read from JSON data: HuggingGPT's list, our plan file, a bare task, TaskBench's nodes and links."""

from collections.abc import Iterator, Mapping
from typing import Any

from hgtui.core.base import Value
from hgtui.core.plan import MISSING, Input, Plan, Task, Uid, fresh_uids
from hgtui.core.resource import FILE_KINDS
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import clean, one_line
from hgtui.core.wire import read_input

_TASK_KEYS = frozenset({"task", "id", "dep", "args", "uid", "skip", "locked", "policy"})
_MOST_UIDS = 64


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
    if isinstance(data, Mapping):
        request = str(data.get("request") or request)
        planner = str(data.get("planner") or planner)
        if "task_nodes" in data:
            return _taskbench(data, request, planner, uids)
        if "tasks" in data:
            data = data["tasks"]
        elif "task" in data:
            data = [data]
    if not isinstance(data, list):
        raise PlanError("This is no plan: a list of tasks was expected, or an object with “tasks” or “task_nodes”.")
    rows = [row for row in data if isinstance(row, Mapping) and isinstance(row.get("task"), str)]
    dropped = [f"Row {n} is no task: {one_line(str(row), 80)}" for n, row in enumerate(data) if row not in rows]
    if data and not rows:
        raise PlanError(f"This is no plan: none of its {len(data)} entries has a “task”.")
    tasks, more = read_tasks(rows, uids)
    return Reading(plan=Plan(request=request, planner=planner, tasks=tasks), dropped=(*dropped, *more))


def read_tasks(rows: list[Mapping[str, Any]], uids: Iterator[Uid]) -> tuple[tuple[Task, ...], list[str]]:
    """Read rows with HuggingGPT's keys; return the tasks and what was dropped."""
    dropped: list[str] = []
    ids = _wire_ids(rows, dropped)
    own = _own_uids(rows, uids)
    names: dict[str, Uid] = {}
    for row, wire_id, uid in zip(rows, ids, own, strict=True):
        names.setdefault(str(wire_id), uid)
        names.setdefault(str(row.get("id")), uid)
    tasks = []
    for row, wire_id, uid in zip(rows, ids, own, strict=True):
        unknown = [key for key in row if key not in _TASK_KEYS]
        dropped += [f"Task {wire_id}: “{one_line(key, 40)}” is not read." for key in unknown]
        tasks.append(_task(row, wire_id, uid, names, dropped))
    return tuple(tasks), dropped


def read_task(row: Mapping[str, Any], names: Mapping[str, Uid], uid: Uid, wire_id: int) -> tuple[Task, list[str]]:
    """Read one row of a plan that is still growing; `names` gives the uids of the wire ids read so far."""
    dropped: list[str] = []
    return _task(tidy(row), wire_id, uid, names, dropped), dropped


def _number(data: Any) -> int | None:
    if isinstance(data, bool) or not isinstance(data, (int, str)):
        return None
    text = str(data).strip()
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 10 else None


def _wire_ids(rows: list[Mapping[str, Any]], dropped: list[str]) -> list[int]:
    given = [_number(row.get("id")) for row in rows]
    free = max((number for number in given if number is not None), default=-1) + 1
    ids = []
    for row, number in zip(rows, given, strict=True):
        if number is None:
            number, free = free, free + 1
            if "id" in row:
                dropped.append(f"The id “{one_line(str(row['id']), 40)}” is no number: it became {number}.")
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
    args = {name.strip().lower(): read_input(item, names.get) for name, item in data.items()}
    return _as_question(args, kind)


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
    dropped: list[str] = []
    rows = []
    for number, node in enumerate(nodes):
        if isinstance(node, Mapping) and isinstance(node.get("task"), str):
            rows.append((number, node))
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
    args: dict[str, Input] = {}
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, Mapping) and isinstance(item.get("name"), str) and "value" in item:
            args[item["name"].strip().lower()] = read_input(item["value"], names.get)
            continue
        value = read_input(item, names.get)
        name = _slot(kind, value, args, types)
        if name in args:
            value = Input(parts=(*args[name].parts, *value.parts), many=True)
        args[name] = value
    return args


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
    """Add the links that no argument reads as dependencies that only order; links are by task name, the first such."""
    uids: dict[str, Uid] = {}
    for task in tasks:
        uids.setdefault(task.task, task.uid)
    after: dict[Uid, list[Uid]] = {}
    for link in links if isinstance(links, list) else []:
        ends = [link.get(end) for end in ("source", "target")] if isinstance(link, Mapping) else []
        found = [uids.get(task_type(end)) for end in ends if isinstance(end, str)]
        if len(found) == 2 and found[0] and found[1]:
            after.setdefault(found[1], []).append(found[0])
        else:
            dropped.append(f"A link whose ends are not in the plan: {one_line(str(link), 80)}")
    by_name = {task.uid: task for task in tasks}
    for task in tasks:
        read = {
            by_name[ref.uid].task if ref.uid in by_name else "" for value in task.args.values() for ref in value.refs
        }
        more = [uid for uid in after.get(task.uid, []) if by_name[uid].task not in read]
        yield task.update(after=tuple(more)) if more else task
