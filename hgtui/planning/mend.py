"""Mending text that should be JSON and is not: what a reply broke, and what was cut off it."""

import json
import re
from dataclasses import dataclass
from typing import Any

import json_repair

from hgtui.core.ports import How
from hgtui.core.text import one_line
from hgtui.planning.walk import Walk, walk

MOST_MENDED = 400_000
"""Characters of a broken value that are repaired; a longer one is not."""
_SHOWN = 80
_TASK_KEY = re.compile(r"""(?:["'“”]|(?<=[{,\s]))task["'“”]?\s*:""")
_MARKDOWN = re.compile(r"(?<!\\)((?:\\\\)*)\\([_*<>#\[\]])")
# json_repair takes the first sign off a reference that stands without quotes.
_BARE_REF = re.compile(r"(?<=[\[,:])(\s*)(<(?:node-\w+|GENERATED-\w+)>|<GENERATED>-\w+(?:\.\w+)?)(?=\s*[\],}])")
# A string without its last quote, and nothing but closing brackets on the lines behind it.
_UNQUOTED_END = re.compile(r'"([^"\n\\]*?)([\]}]*\s*\n[\s\]},]*)\Z')


@dataclass(frozen=True)
class Mended:
    """JSON data, `how` it was come by, and a sentence for each thing that is not in it."""

    data: Any
    how: How
    dropped: tuple[str, ...] = ()


def mend(text: str, seen: Walk, stop: int) -> Mended | None:
    """Return the data of a broken value, None where nothing can be made of it. `stop` is where its text ends at most."""
    if seen.end is None and not _only_a_quote(text, seen, stop):
        return _cut_off(text, seen, stop)
    end = seen.end if seen.end is not None else stop
    whole = text[seen.start : end]
    strays = [place - seen.start for place in seen.strays]
    plain = "".join(char for place, char in enumerate(whole) if place not in set(strays)) if strays else whole
    dropped = ("A bracket that closes nothing was left out.",) if strays else ()
    data = parsed(_UNQUOTED_END.sub(r'"\1"\2', plain) if seen.in_text else plain)
    if data is None:
        return None
    return _most(Mended(data, "repaired", dropped), plain)


def _only_a_quote(text: str, seen: Walk, stop: int) -> bool:
    """Say whether a value that never ends only lacks a quote: its last character closes it."""
    return seen.in_text and text[seen.start : stop].rstrip()[-1:] == {"{": "}", "[": "]"}[text[seen.start]]


def _cut_off(text: str, seen: Walk, stop: int) -> Mended | None:
    kept = text[seen.start : seen.whole].rstrip().rstrip(",")
    data = parsed(kept + seen.closing)
    if data is None:
        return None
    left = one_line(text[seen.whole : stop].strip(" \n\t,`"), _SHOWN)
    why = f"The reply ends in the middle of: {left}" if left else "The reply ends before its list of tasks is closed."
    return Mended(data, "cut off", (why,))


def parsed(text: str) -> Any:
    """Return the list or object that `text` is or can be repaired to, else None."""
    data = _strict(text)
    if data is None:
        data = _strict(_BARE_REF.sub(r'\1"\2"', _MARKDOWN.sub(r"\1\2", text)))
    if data is None:
        data = _repaired(_BARE_REF.sub(r'\1"\2"', _MARKDOWN.sub(r"\1\2", text)))
    return data if isinstance(data, (list, dict)) else None


def _strict(text: str) -> Any:
    """Return what JSON says, line breaks inside strings taken as they are; None where it is no JSON."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _repaired(text: str) -> Any:
    if len(text) > MOST_MENDED:
        return None
    try:
        return json_repair.loads(text, skip_json_loads=True)
    except Exception:  # the library promises none and has a few on odd texts; what it cannot repair is told as unread
        return None


def _most(mended: Mended, text: str) -> Mended:
    """Return the repair, or the single tasks of the text where these are more; say what either lacks."""
    named = len(_TASK_KEY.findall(text))
    count = len(rows(mended.data))
    if count < named:
        alone = _alone(text)
        if len(alone) > count:
            mended, count = Mended(alone, "repaired", mended.dropped), len(alone)
    if count < named:
        lost = f"The reply seems to have {named} tasks; only {count} could be read."
        return Mended(mended.data, "repaired", (*mended.dropped, lost))
    return mended


def _alone(text: str) -> list[dict[str, Any]]:
    """Return the objects in a text that are a task by themselves."""
    found: list[dict[str, Any]] = []
    place = 1
    while (place := text.find("{", place)) >= 0:
        seen = walk(text, place)
        piece = text[place : seen.end] if seen.end else ""
        data = parsed(piece) if piece and len(_TASK_KEY.findall(piece)) == 1 else None
        if isinstance(data, dict) and isinstance(data.get("task"), str):
            found.append(data)
            place = seen.end or place + 1
        else:
            place += 1
    return found


def rows(data: Any) -> list[Any]:
    """Return the rows of a plan in any of its forms that say what task they are."""
    if isinstance(data, dict):
        data = next((data[key] for key in ("tasks", "task_nodes") if isinstance(data.get(key), list)), [data])
    listed = data if isinstance(data, list) else []
    return [row for row in listed if isinstance(row, dict) and isinstance(row.get("task"), str)]
