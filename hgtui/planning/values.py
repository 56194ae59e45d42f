"""The JSON values that stand in a text: whole ones, and those that could be mended."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hgtui.core.ports import How
from hgtui.planning.mend import MOST_FAILED, Purse, mend
from hgtui.planning.walk import walk

_OPEN = re.compile(r"[{\[]")
_FENCE = re.compile(r"^[ \t]*```", re.MULTILINE)
_DECODER = json.JSONDecoder()
MOST_WALKED = 3_000_000
"""Characters behind brackets that begin no value: a text where more have to be looked at has no plan in it."""


@dataclass(frozen=True)
class Found:
    """A value at `start` to `end` of the text. `fault` is the place where strict JSON gave up, None where it did not."""

    data: Any
    start: int
    end: int
    how: How = "read"
    dropped: tuple[str, ...] = ()
    fault: int | None = None


def values(text: str, start: int = 0) -> Iterator[Found]:
    """Yield the values of a text in their order, lists and objects only. A broken one that is beyond mending has None."""
    place, failed, walked, purse = start, 0, 0, Purse()
    while failed < MOST_FAILED and walked < MOST_WALKED and (match := _OPEN.search(text, place)):
        at = match.start()
        try:
            data, place = _DECODER.raw_decode(text, at)
            yield Found(data, at, place)
            continue
        except json.JSONDecodeError as error:
            fault = error.pos
        except (ValueError, RecursionError):
            fault = at
        broken = _broken(text, at, fault, purse)
        failed, walked = failed + 1, walked + broken.end - at
        if "task" in text[at : broken.end]:
            yield broken
            place = broken.end
        else:  # a bracket of prose
            place = at + 1


def _broken(text: str, at: int, fault: int, purse: Purse) -> Found:
    """Return what can be made of a value that is no JSON; no data for one that names no task."""
    fences = [found.start() for found in _FENCE.finditer(text)]
    inside = [place for place in fences if place < at]
    stop = next((place for place in fences if place > at), len(text)) if len(inside) % 2 else len(text)
    seen = walk(text, at, stop)
    end = seen.end if seen.end is not None else stop
    mended = mend(text, seen, stop, purse) if "task" in text[at:end] else None
    if mended is None:
        return Found(None, at, end, "repaired", (), fault)
    return Found(mended.data, at, end, mended.how, mended.dropped, fault)
