"""Plans read from TaskBench's nodes and links (arXiv 2311.18760), whose arguments have no names."""

from collections.abc import Iterator, Mapping
from typing import Any

from hgtui.core.plan import Input, Task, Uid
from hgtui.core.resource import FILE_KINDS
from hgtui.core.rows import PlanError, give, read_args, unread_keys
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import one_line
from hgtui.core.wire import read_input

_KEYS = frozenset({"task_steps", "task_nodes", "task_links"})


def read_nodes(
    data: Mapping[str, Any], uids: Iterator[Uid], also: frozenset[str] = frozenset()
) -> tuple[tuple[Task, ...], list[str]]:
    """Return the tasks and what was dropped; `also` are the keys that `data` may have beside TaskBench's own.

    ``<node-j>`` is the j-th node; `task_steps` only explain and are not kept. Raises PlanError where the nodes are no
    list or none of them is a task.
    """
    nodes = data["task_nodes"]
    if not isinstance(nodes, list):
        raise PlanError("This is no plan: “task_nodes” is not a list.")
    dropped = unread_keys(data, _KEYS | also, "The plan")
    rows = []
    for number, node in enumerate(nodes):
        if isinstance(node, Mapping) and isinstance(node.get("task"), str):
            rows.append((number, node))
            dropped += unread_keys(node, frozenset({"task", "arguments"}), f"Node {number}")
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
    return tuple(_linked(tasks, data.get("task_links"), dropped)), dropped


def _node_args(
    data: Any, number: int, kind: str, names: Mapping[str, Uid], types: Mapping[Uid, str], dropped: list[str]
) -> dict[str, Input]:
    """Give TaskBench's arguments, which have no names, to the first argument of the type that can take each."""
    if data is None:
        return {}
    if isinstance(data, Mapping) and not _is_named(data):
        return read_args(data, kind, number, names, dropped)
    args: dict[str, Input] = {}
    spec = TASKS.get(kind)
    for item in data if isinstance(data, list) else [data]:
        if _is_named(item) and "value" in item:
            name = item["name"].strip().lower()
            if spec is None or spec.arg(name):
                give(args, name, read_input(item["value"], names.get), number, dropped)
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
