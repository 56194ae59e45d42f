"""How an argument stands in the form, and back: the wire form, with ‹0› or #0 for short."""

import json
import re
from collections.abc import Mapping
from typing import Any

from hgtui.core.plan import Input, Uid
from hgtui.core.wire import write_input, write_ref

_ANGLE = re.compile(r"‹\s*(\d{1,9})\s*(?:\.\s*([A-Za-z]\w*)\s*)?›")
_HASH = re.compile(r"#(\d{1,9})(?:\.([A-Za-z]\w*))?")
_MORE = re.compile(r"[\w.]")
_WIRE = re.compile(r"<GENERATED>-(\d{1,9}(?:\.[A-Za-z]\w*)?)(?!\w)")
_HASHES = re.compile(r"\s*#\d{1,9}(\.[A-Za-z]\w*)?(\s*,\s*#\d{1,9}(\.[A-Za-z]\w*)?)*\s*")


def write_field(value: Input | None, ids: Mapping[Uid, int | str]) -> str:
    """Return the text that the form shows for an argument; `read_field` reads it back as the same.

    A reference is shown as ‹3›, unless a text beside it has such a sign of its own.
    """
    text = _write_field(value, ids)
    if value is None or text[:1] in {"[", "{"} or any("‹" in part or "<" in part for part in value.literals):
        return text
    return _WIRE.sub(lambda found: f"‹{found[1]}›", text)


def write_lines(value: Input, ids: Mapping[Uid, int | str]) -> str | None:
    """Return a list as a text with one of its parts on each line, None where a part does not fit on one."""
    parts = value.parts if value.many else (value.literal,) if value.literal is not None else None
    if parts is None or any(isinstance(part, str) and (not part.strip() or part != part.strip()) for part in parts):
        return None
    if any(isinstance(part, str) and _needs_more(part) for part in parts):
        return None
    return "\n".join(
        part if isinstance(part, str) else _short(write_ref(part, ids)) for part in parts if part is not None
    )


def read_lines(text: str, *, many: bool) -> Any:
    """Return what was typed as a list with one part on each line, as the value of a Set edit; None where nothing was."""
    data = _json(text, many=many)
    if data is not None:
        return data
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return None
    return [_ANGLE.sub(_wire, _HASH.sub(_wire, line) if _HASHES.fullmatch(line) else line) for line in lines]


def _needs_more(part: str) -> bool:
    """Whether a text would be read as something else on a line of its own."""
    return part[:1] in {"[", "{"} or not {"\n", "‹", "<"}.isdisjoint(part) or _HASHES.fullmatch(part) is not None


def _short(reference: str) -> str:
    return _WIRE.sub(lambda found: f"‹{found[1]}›", reference)


def _write_field(value: Input | None, ids: Mapping[Uid, int | str]) -> str:
    if value is None:
        return ""
    data = write_input(value, ids)
    if isinstance(data, str):
        return data
    if isinstance(data, list) and data and all(part == "" or _is_reference(part) for part in data) and len(data) > 1:
        return ", ".join(data)
    return json.dumps(data, ensure_ascii=False)


def read_field(text: str, *, many: bool) -> Any:
    """Return what was typed as the value of a Set edit, None where nothing was; `many` where the argument takes a list.

    ‹3› means the result of task 3 anywhere; #3 only where the text is nothing but such references, since a text may
    well have a "#3" of its own.
    """
    if not text.strip():
        return None
    data = _json(text, many=many)
    if data is not None:
        return data
    if _HASHES.fullmatch(text):
        text = _HASH.sub(_wire, text.strip())
    return _ANGLE.sub(_wire, text)


def _wire(found: re.Match[str]) -> str:
    name = found[1] + (f".{found[2]}" if found[2] else "")
    # What follows at once would be taken for more of the name.
    return f"<GENERATED-{name}>" if _MORE.match(found.string, found.end()) else f"<GENERATED>-{name}"


def _is_reference(part: Any) -> bool:
    return isinstance(part, str) and re.fullmatch(r"<GENERATED>-\w+(\.[A-Za-z]\w*)?", part) is not None


def _json(text: str, *, many: bool) -> Any:
    if text.lstrip()[:1] not in {"[", "{"}:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, list):
        return data if many and all(isinstance(item, (str, dict)) for item in data) else None
    return data if set(data) in ({"text"}, {"parts", "many"}) else None
