"""The rows of a plan read from JSON data with HuggingGPT's keys: numbers, uids, arguments, dependencies."""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from hgtui.core.plan import MAX_ID, MISSING, Input, Task, Uid
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import clean, one_line
from hgtui.core.wire import read_input

_TASK_KEYS = frozenset({"task", "id", "dep", "args", "uid", "skip", "locked", "policy"})
_MOST_UIDS = 64
_NUMBER = re.compile(r"-?\d{1,9}")


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


def unread_keys(data: Mapping[str, Any], known: frozenset[str], what: str) -> list[str]:
    """Return a sentence for each key of `data` that is not in `known`; `what` begins the sentence."""
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
        dropped += unread_keys(row, _TASK_KEYS, f"Task {wire_id}")
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
    dropped = unread_keys(row, _TASK_KEYS, f"Task {wire_id}")
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
    args = read_args(row.get("args"), kind, wire_id, names, dropped)
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


def read_args(data: Any, kind: str, wire_id: int, names: Mapping[str, Uid], dropped: list[str]) -> dict[str, Input]:
    """Read the arguments of a task of the type `kind`; what could not be taken goes to `dropped`."""
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
        give(args, name, read_input(item, names.get), wire_id, dropped)
    return _as_question(args, kind)


def give(args: dict[str, Input], name: str, value: Input, wire_id: int, dropped: list[str]) -> None:
    """Give an argument a value, and say so in `dropped` where it had one."""
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
