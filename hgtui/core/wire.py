"""How inputs and references stand in a plan file and in a planner's reply: every form that is read, the one written."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from hgtui.core.plan import MISSING, Input, Part, Ref, Uid

Names = Callable[[str], Uid | None]
"""Gives the uid of a wire id, None where the plan has no such task."""

# <GENERATED>-0 is how HuggingGPT's program writes it, <resource>-0 how its paper does.
_REF = re.compile(
    r"<(?i:generated|resource)>-(?P<a>\w+)(?:\.(?P<f>[A-Za-z]\w*))?"
    r"|<(?i:generated|resource)-(?P<b>\w+)(?:\.(?P<g>[A-Za-z]\w*))?>"
    r"|<node-(?P<c>\w+)>"
)
_COMMA = re.compile(r"\s*,\s*")
LOOKS_LIKE_REF = re.compile(
    r"<\s*/?\s*(generated|node|resource|task|output)\b[^<>]{0,40}>?|\$\{\d+\}|^\s*\$\d+\s*$|\{\{.{1,40}\}\}", re.I
)
"""What a person or a planner may have meant as a reference, though it is none."""


def _ref(found: re.Match[str], names: Names) -> Ref:
    wire_id = found["a"] or found["b"] or found["c"]
    return Ref(uid=names(wire_id) or f"{MISSING}{wire_id}", field=found["f"] or found["g"] or "")


def read_parts(text: str, names: Names) -> tuple[Part, ...]:
    """Take a text apart into literal texts and references."""
    parts: list[Part] = []
    end = 0
    for found in _REF.finditer(text):
        parts += [text[end : found.start()], _ref(found, names)]
        end = found.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part != "")


def _read_item(item: Any, names: Names) -> tuple[Part, ...]:
    if isinstance(item, str):
        return read_parts(item, names)
    if isinstance(item, Mapping) and set(item) == {"text"} and isinstance(item["text"], str):
        return (item["text"],)
    return (_plain(item),)


def _plain(data: Any) -> str:
    if isinstance(data, str):
        return data
    return json.dumps(data, ensure_ascii=False)


def read_input(data: Any, names: Names) -> Input:
    """Read what stands behind an argument's name: text, a reference, both mixed, a list or a comma list of references.

    Numbers, tables and other JSON become their JSON text. ``{"text": …}`` is a literal text whatever it looks like, and
    ``{"parts": […], "many": …}`` spells out an input that has no shorter form.
    """
    if isinstance(data, str):
        parts = read_parts(data, names)
        refs = tuple(part for part in parts if isinstance(part, Ref))
        if len(refs) > 1 and all(isinstance(part, Ref) or _COMMA.fullmatch(part) for part in parts):
            return Input(parts=refs, many=True)
        return Input(parts=parts)
    if isinstance(data, list) and all(isinstance(item, (str, int, float)) or _is_text(item) for item in data):
        return Input(parts=tuple(part for item in data for part in _read_item(item, names)), many=True)
    if isinstance(data, Mapping) and set(data) == {"parts", "many"} and isinstance(data["parts"], list):
        parts = tuple(part for item in data["parts"] for part in _read_item(item, names))
        return Input(parts=parts, many=bool(data["many"]))
    if _is_text(data):
        return Input.text(data["text"])
    return Input.text(_plain(data))


def _is_text(item: Any) -> bool:
    return isinstance(item, Mapping) and set(item) == {"text"} and isinstance(item["text"], str)


def write_ref(ref: Ref, ids: Mapping[Uid, int | str]) -> str:
    """Write a reference in HuggingGPT's form, ``<GENERATED>-id``."""
    wire_id = ref.missing or str(ids.get(ref.uid, ref.uid))
    return f"<GENERATED>-{wire_id}" + (f".{ref.field}" if ref.field else "")


def _write_part(part: Part, ids: Mapping[Uid, int | str]) -> str:
    return write_ref(part, ids) if isinstance(part, Ref) else part


def write_input(value: Input, ids: Mapping[Uid, int | str]) -> Any:
    """Write an input in the shortest form that is read back as the same."""
    written: Any = [_write_part(part, ids) for part in value.parts]
    if not value.many:
        written = "".join(written)
    back = {str(ids[ref.uid]): ref.uid for ref in value.refs if ref.uid in ids}
    if read_input(written, back.get) == value:
        return written
    spelled = [_write_part(part, ids) if isinstance(part, Ref) else {"text": part} for part in value.parts]
    if value.literal is not None:
        return {"text": value.literal}
    return {"parts": spelled, "many": value.many}


def show_input(value: Input, ids: Mapping[Uid, int | str]) -> str:
    """Return an input as a row shows it: literal text in quotes where it is mixed, ‹3› for the result of task 3.

    `ids` are the numbers of the tasks, or what else they are called.
    """

    def show(part: Part) -> str:
        if isinstance(part, str):
            return part
        name = part.missing or str(ids.get(part.uid, "?"))
        return f"‹{name}.{part.field}›" if part.field else f"‹{name}›"

    return (" " if value.many else "").join(show(part) for part in value.parts)
