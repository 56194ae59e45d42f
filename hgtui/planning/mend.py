"""Mending text that should be JSON and is not: what a reply broke, and what was cut off it."""

import json
import re
from dataclasses import dataclass
from typing import Any

import json_repair

from hgtui.core.ports import How
from hgtui.core.text import one_line
from hgtui.planning.walk import Walk, walk

MOST_MENDED = 16_000
"""Characters of a broken value that are repaired as one; of a longer one the tasks are, one by one.

json_repair takes time by the square of the length where a text is nothing but mistakes: 2 s for as much.
"""
MOST_FAILED = 400
"""Brackets that begin no value and are looked at."""
_SHOWN = 80
_TASK_KEY = re.compile(r"""(?:["'“”]|(?<=[{,\s]))task["'“”]?\s*:""")
_MARKDOWN = re.compile(r"(?<!\\)((?:\\\\)*)\\([_*<>#\[\]])")
# json_repair takes the first sign off a reference that stands without quotes.
_BARE_REF = re.compile(
    r"(?<=[\[,:])(\s*)(<(?:node-\w+|(?i:generated|resource)-\w+)>|<(?i:generated|resource)>-\w+(?:\.\w+)?)(?=\s*[\],}])"
)
# A string without its last quote, and nothing but closing brackets on the lines behind it.
_UNQUOTED_END = re.compile(r'"([^"\n\\]*?)([\]}]*\s*\n[\s\]},]*)\Z')


@dataclass(frozen=True)
class Mended:
    """JSON data, `how` it was come by, and a sentence for each thing that is not in it."""

    data: Any
    how: How
    dropped: tuple[str, ...] = ()


class Purse:
    """What the repairs of one reply may cost together, in squares of characters."""

    def __init__(self) -> None:
        self._left = MOST_MENDED**2

    def pay(self, length: int) -> bool:
        """Take off what a text of that length costs; False where it is not left."""
        affordable = length**2 <= self._left
        self._left -= length**2 if affordable else 0
        return affordable


def mend(text: str, seen: Walk, stop: int, purse: Purse) -> Mended | None:
    """Return the data of a broken value, None where nothing can be made of it. `stop` is where its text ends at most."""
    if seen.end is None and not _only_a_quote(text, seen, stop):
        return _cut_off(text, seen, stop, purse)
    end = seen.end if seen.end is not None else stop
    whole = text[seen.start : end]
    strays = {place - seen.start for place in seen.strays}
    plain = "".join(char for place, char in enumerate(whole) if place not in strays) if strays else whole
    dropped = ("A bracket that closes nothing was left out.",) if strays else ()
    data = parsed(_UNQUOTED_END.sub(r'"\1"\2', plain) if seen.in_text else plain, purse)
    if data is None:
        dropped = (*dropped, "The reply could not be repaired as a whole: only its tasks were read, one by one.")
    mended = _most(Mended(data, "repaired", dropped), plain, purse)
    return None if mended.data is None else mended


def _only_a_quote(text: str, seen: Walk, stop: int) -> bool:
    """Say whether a value that never ends only lacks a quote: its last character closes it."""
    return seen.in_text and text[seen.start : stop].rstrip()[-1:] == {"{": "}", "[": "]"}[text[seen.start]]


def _cut_off(text: str, seen: Walk, stop: int, purse: Purse) -> Mended | None:
    kept = text[seen.start : seen.whole].rstrip().rstrip(",")
    data = parsed(kept + seen.closing, purse)
    if data is None:
        return None
    left = one_line(text[seen.whole : stop].strip(" \n\t,`"), _SHOWN)
    why = f"The reply ends in the middle of: {left}" if left else "The reply ends before its list of tasks is closed."
    return Mended(data, "cut off", (why,))


def parsed(text: str, purse: Purse) -> Any:
    """Return the list or object that `text` is or can be repaired to, else None."""
    data = _strict(text)
    if data is None:
        text = _BARE_REF.sub(r'\1"\2"', _MARKDOWN.sub(r"\1\2", text))
        data = _strict(text)
    if data is None and purse.pay(len(text)):
        data = _repaired(text)
    return data if isinstance(data, (list, dict)) else None


def _strict(text: str) -> Any:
    """Return what JSON says, line breaks inside strings taken as they are; None where it is no JSON."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _repaired(text: str) -> Any:
    try:
        return json_repair.loads(text, skip_json_loads=True)
    except Exception:  # the library promises none and has a few on odd texts; what it cannot repair is told as unread
        return None


def _most(mended: Mended, text: str, purse: Purse) -> Mended:
    """Return the repair, or the single tasks of the text where these are more; say what either lacks."""
    named = len(_TASK_KEY.findall(text))
    count = len(rows(mended.data))
    if count < named:
        alone = _alone(text, purse)
        if len(alone) > count:
            mended, count = Mended(alone, "repaired", mended.dropped), len(alone)
    if count < named:
        lost = f"The reply seems to have {named} tasks; only {count} could be read."
        return Mended(mended.data, "repaired", (*mended.dropped, lost))
    return mended


def _alone(text: str, purse: Purse) -> list[dict[str, Any]]:
    """Return the objects in a text that are a task by themselves."""
    found: list[dict[str, Any]] = []
    place, failed = 1, 0
    while failed < MOST_FAILED and (place := text.find("{", place)) >= 0:
        seen = walk(text, place, min(len(text), place + MOST_MENDED))
        piece = text[place : seen.end] if seen.end else ""
        data = parsed(piece, purse) if piece and len(_TASK_KEY.findall(piece)) == 1 else None
        if isinstance(data, dict) and isinstance(data.get("task"), str):
            found.append(data)
            place = seen.end or place + 1
        else:
            place, failed = place + 1, failed + 1
    return found


def rows(data: Any) -> list[Any]:
    """Return the rows of a plan in any of its forms that say what task they are."""
    if isinstance(data, dict):
        data = next((data[key] for key in ("tasks", "task_nodes") if isinstance(data.get(key), list)), [data])
    listed = data if isinstance(data, list) else []
    return [row for row in listed if isinstance(row, dict) and isinstance(row.get("task"), str)]
