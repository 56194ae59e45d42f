"""What a person may give as the result of a task by hand: whether it is of the kind that the task gives."""

import json
from typing import Any

from hgtui.core.look import KIND_WORDS
from hgtui.core.resource import Kind
from hgtui.core.task import TASKS
from hgtui.core.text import one_line

IN_WORDS = frozenset({Kind.TEXT, Kind.LABELS, Kind.BOXES, Kind.TABLE, Kind.VECTOR})
"""The kinds that are typed or stand in a text file; the others are files of their own."""
_SIDES = ("xmin", "ymin", "xmax", "ymax")


def gives(task: str) -> Kind:
    """Return the kind of the main result of a task type, a text where the type is not known."""
    spec = TASKS.get(task)
    return spec.output if spec else Kind.TEXT


def misfit(task: str, kind: Kind) -> str:
    """Say as a sentence why something of `kind` cannot be the result of a task type; an empty text where it can."""
    wanted = gives(task)
    if kind is wanted or {kind, wanted} == {Kind.IMAGE, Kind.MASK}:
        return ""
    if wanted in IN_WORDS and kind in {Kind.TEXT, Kind.TABLE}:
        return ""
    return f"{one_line(task, 40)} gives {KIND_WORDS[wanted]}, and this is {KIND_WORDS[kind]}."


def read_given(task: str, text: str) -> tuple[Kind, Any]:
    """Return the kind of a text that a person gives as the result of a task type, and what a program reads of it.

    Labels and boxes may be given as JSON, a vector must be; other words stay words. Raises ValueError, a sentence.
    """
    wanted = gives(task)
    if wanted not in IN_WORDS:
        raise ValueError(f"{one_line(task, 40)} gives {KIND_WORDS[wanted]}: name a file.")
    if not text.strip():
        raise ValueError("Nothing was given.")
    begins = text.lstrip()[:1]
    if wanted in {Kind.TEXT, Kind.TABLE} or (wanted is not Kind.VECTOR and begins not in {"[", "{"}):
        return Kind.TEXT, None
    data = _json(text)
    if wanted is Kind.VECTOR:
        if not isinstance(data, list) or not data or not all(_number(one) for one in data):
            raise ValueError("A vector is a JSON list of numbers: [0.1, 0.2].")
        return wanted, {"length": len(data)}
    rows = data if isinstance(data, list) else [data]
    if not rows or not all(isinstance(row, dict) and _row(row, boxed=wanted is Kind.BOXES) for row in rows):
        box = ', "box": {"xmin": 1, "ymin": 1, "xmax": 9, "ymax": 9}' if wanted is Kind.BOXES else ""
        raise ValueError(f'{str(KIND_WORDS[wanted]).capitalize()} as JSON are a list like [{{"label": "cat"{box}}}].')
    return wanted, rows


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"This is no JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except (ValueError, RecursionError):  # a number of too many digits, brackets without end
        raise ValueError("This JSON cannot be read.") from None


def _row(row: dict[str, Any], *, boxed: bool) -> bool:
    score, box = row.get("score"), row.get("box")
    if not isinstance(row.get("label"), str) or not (score is None or _number(score)):
        return False
    return not boxed or (isinstance(box, dict) and all(_number(box.get(side)) for side in _SIDES))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
