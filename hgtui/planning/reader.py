"""read_reply: a planner's raw reply becomes a plan, and says how it was read and what was left out."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from hgtui.core.base import Value
from hgtui.core.plan import Plan, Uid, fresh_uids
from hgtui.core.ports import How
from hgtui.core.reading import PlanError, read_plan
from hgtui.core.text import clean, one_line, plural
from hgtui.planning.mend import rows
from hgtui.planning.values import Found, values

OURS = ("uid", "skip", "locked", "policy")
"""What a person sets on a task and no model may."""
_FORMS: dict[str, tuple[str, ...]] = {"tasks": ("tasks",), "task_nodes": ("task_nodes", "task_steps", "task_links")}
_SHOWN = 120
_MOST_NESTED = 3
_THOUGHT = re.compile(r"</think>\s*")
_FENCE = re.compile(r"^[ \t]*```[ \t]*\w*[ \t]*$", re.MULTILINE)
_WORDS = re.compile(r"\w")


class Read(Value):
    """A plan from a reply: `how` it was read, and a sentence for each thing in the reply that is not in the plan."""

    plan: Plan
    how: How
    dropped: tuple[str, ...] = ()


class ReplyError(PlanError):
    """No plan can be read. `line` and `column` count from 1 and say where in the reply that was seen."""

    def __init__(self, message: str, text: str, place: int) -> None:
        self.line = text.count("\n", 0, place) + 1
        self.column = place - text.rfind("\n", 0, place)
        super().__init__(f"{message.rstrip('.')} (line {self.line}, column {self.column}).")


def read_reply(text: str, request: str = "", planner: str = "", uids: Iterator[Uid] | None = None) -> Read:
    """Read the raw reply of a planner, in any form that planners write; `uids` yields the uids of its tasks.

    In this order: JSON values as they stand, alone, in prose or in a fence; then values repaired, or read as far as they
    go. The last plan that has tasks is taken; tasks that stand one by one are one plan. Reasoning before ``</think>`` is
    not read. What a reply says of uid, skip, lock, policy or models is a person's to say and is left out. Raises
    ReplyError.
    """
    begin = _begin(text)
    found, around = _best(text, begin)
    if found is None or found.data is None:
        raise ReplyError(_no_plan(text, begin), text, _first(text, begin) if found is None else found.fault or 0)
    try:
        data, dropped, unwrapped = _plain(found.data)
        reading = read_plan(data, request, planner, uids or fresh_uids())
    except PlanError as error:
        raise ReplyError(str(error), text, found.start if found.fault is None else found.fault) from None
    if found.how == "cut off" and not reading.plan.tasks:
        raise ReplyError("The reply was cut off before its first task was complete", text, len(text.rstrip()))
    plan = Plan(request=request, planner=planner, tasks=reading.plan.tasks)
    how: How = "repaired" if unwrapped and found.how == "read" else found.how
    return Read(plan=plan, how=how, dropped=(*found.dropped, *dropped, *reading.dropped, *around))


def read_value(text: str) -> Any:
    """Return the JSON data of a reply that `read_reply` would make a plan of, None where it has none."""
    found, _ = _best(text, _begin(text))
    return found.data if found else None


def _begin(text: str) -> int:
    """Return where the reply begins: behind the last ``</think>`` that stands in no value."""
    spans: list[tuple[int, int]] | None = None
    for match in reversed(list(_THOUGHT.finditer(text))):
        if spans is None:
            spans = [(one.start, one.end) for one in values(text) if one.fault is None]
        if not any(start < match.start() < end for start, end in spans):
            return match.end()
    return len(text) if text.lstrip().startswith("<think>") else 0


def _first(text: str, begin: int) -> int:
    place = begin
    while place < len(text) and text[place].isspace():
        place += 1
    return place if place < len(text) else 0


def _no_plan(text: str, begin: int) -> str:
    said = one_line(text[begin:], 60)
    if not said:
        return "The reply is only reasoning" if text.strip() else "The reply is empty"
    return f"There is no list of tasks in the reply, which begins with “{said}”"


def _best(text: str, begin: int, depth: int = 0) -> tuple[Found | None, list[str]]:
    """Return the value that is the plan, or else the widest one, and what stands around it."""
    inner = _quoted(text[begin:]) if depth < _MOST_NESTED else None
    if inner is not None:
        found, around = _best(inner, 0, depth + 1)
        if found is not None and found.data is not None:
            how: How = "repaired" if found.how == "read" else found.how
            return Found(found.data, begin, len(text), how, found.dropped, begin), around
    all_found = list(values(text, begin))
    plans = [one for one in all_found if rows(_unwrap(one.data)[0])]
    if not plans:
        plain = [one for one in all_found if one.data is not None and _is_empty_plan(one.data)]
        best = plain[-1] if plain else max(all_found, key=lambda one: one.end - one.start, default=None)
        return best, _around(text, begin, [best] if best else [])
    alone = [one for one in plans if "task" in one.data] if all(isinstance(one.data, dict) for one in plans) else []
    if len(alone) == len(plans) > 1:
        return _together(alone, [one.data for one in alone]), _around(text, begin, alone)
    lists = [one for one in plans if one not in alone and not (isinstance(one.data, dict) and "task" in one.data)]
    if len(lists) > 1 and _disjoint(lists):
        return _together(lists, [row for one in lists for row in rows(one.data)]), _around(text, begin, lists)
    best = (lists or plans)[-1]
    others = [one for one in plans if one is not best]
    notes = [_other(text, one) for one in others]
    return best, [*notes, *_around(text, begin, [best, *others])]


def _quoted(text: str) -> str | None:
    """Return what a reply says that is a JSON string with JSON in it, whole or cut off."""
    plain = _FENCE.sub("", text).strip()
    if not re.match(r'"\s*[\[{]\s*(\\"|[\[{\]}])', plain):
        return None
    for ending in ("", '"'):
        try:
            inner = json.loads(re.sub(r"\\(u[0-9a-fA-F]{0,3})?\Z", "", plain) + ending, strict=False)
        except ValueError:
            continue
        return inner if isinstance(inner, str) else None
    return None


def _together(parts: Sequence[Found], data: list[Any]) -> Found:
    order: tuple[How, ...] = ("read", "repaired", "cut off")
    how = max((one.how for one in parts), key=order.index)
    fault = next((one.fault for one in parts if one.fault is not None), None)
    dropped = tuple(note for one in parts for note in one.dropped)
    return Found(data, parts[0].start, parts[-1].end, how, dropped, fault)


def _disjoint(lists: Sequence[Found]) -> bool:
    """Say whether lists are parts of one plan: every task has a number, and none twice."""
    if not all(isinstance(one.data, list) for one in lists):
        return False
    ids = [str(row.get("id", "")) for one in lists for row in rows(one.data)]
    return all(ids) and len(set(ids)) == len(ids)


def _is_empty_plan(data: Any) -> bool:
    data = _unwrap(data)[0]
    return data == [] or (isinstance(data, dict) and any(data.get(key) == [] for key in _FORMS))


def _other(text: str, one: Found) -> str:
    line = text.count("\n", 0, one.start) + 1
    return f"Another plan of {plural(len(rows(_unwrap(one.data)[0])), 'task')}, at line {line} of the reply, was not taken."


def _around(text: str, begin: int, taken: Sequence[Found]) -> list[str]:
    """Say what a reply says beside its plan."""
    pieces, place = [], begin
    for one in sorted(taken, key=lambda one: one.start):
        pieces.append(text[place : one.start])
        place = max(place, one.end)
    said = one_line(_FENCE.sub(" ", " ".join((*pieces, text[place:]))), _SHOWN)
    return [f"Beside the plan the reply says: “{said}”."] if taken and _WORDS.search(said) else []


def _unwrap(data: Any) -> tuple[Any, str]:
    """Return the plan inside an object that has nothing to do with plans, and the key under which it was."""
    if not isinstance(data, dict) or any(key in data for key in ("task", *_FORMS)):
        return data, ""
    inside = [(value, key) for key, value in data.items() if rows(value)]
    return inside[0] if len(inside) == 1 else (data, "")


def _plain(data: Any) -> tuple[Any, list[str], bool]:
    """Return the data without what no model may say and what it leaves out with null; say what was taken away."""
    inside, key = _unwrap(data)
    dropped = [f"The plan was read from “{one_line(key, 40)}”."] if key else []
    if key:
        more = [one_line(str(name), 40) for name in data if name != key]
        dropped += [f"“{name}” beside the plan is not read." for name in more]
    if isinstance(inside, dict) and "task" not in inside:
        form = next((keys for first, keys in _FORMS.items() if first in inside), None)
        if form:
            dropped += [f"The plan: “{one_line(str(name), 40)}” is not read." for name in inside if name not in form]
            inside = {name: inside[name] for name in form if name in inside}
            inside[form[0]] = _rows(inside[form[0]], dropped)
        return inside, dropped, bool(key)
    return _rows(inside if isinstance(inside, list) else [inside], dropped), dropped, bool(key)


def _rows(data: Any, dropped: list[str]) -> Any:
    return [_row(row, number, dropped) for number, row in enumerate(data)] if isinstance(data, list) else data


def _row(row: Any, number: int, dropped: list[str]) -> Any:
    if not isinstance(row, dict):
        return row
    dropped += [f"“{key}” of row {number} is not for a model to set: it was left out." for key in OURS if key in row]
    kept = {key: value for key, value in row.items() if key not in OURS}
    args = kept.get("args")
    if isinstance(args, dict):  # strict JSON schemas make a model write null for what it leaves out
        kept["args"] = {clean(str(name)): value for name, value in args.items() if value is not None}
    return kept
