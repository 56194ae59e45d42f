"""JSON schemas for strict mode: every object closed, every property required, the optional ones nullable.

The rule is OpenAI's for structured outputs with ``"strict": true``; the servers with grammars take such a schema too.
"""

from collections.abc import Mapping
from typing import Any

_NULL = {"type": "null"}
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_TABLES = ("$defs", "definitions")


def strict_schema(schema: Mapping[str, Any], place: str = "schema") -> dict[str, Any]:
    """Return `schema` in its strict form: a property that is not required may be null, and null means left out.

    Raises ValueError where an object is open (it has no `properties`, or takes others): strict mode knows no open
    dicts, and a fixed set of optional properties has to stand in its place.
    """
    made = dict(schema)
    for table in _TABLES:
        if isinstance(made.get(table), Mapping):
            made[table] = {name: strict_schema(one, f"{place}.{name}") for name, one in made[table].items()}
    for name in _LISTS:
        if isinstance(made.get(name), list):
            made[name] = [strict_schema(one, f"{place}.{name}") for one in made[name]]
    if isinstance(made.get("items"), Mapping):
        made["items"] = strict_schema(made["items"], f"{place}[]")
    if "properties" in made or _is_object(made):
        _close(made, place)
    return made


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is in its strict form already."""
    try:
        return strict_schema(schema) == dict(schema)
    except ValueError:
        return False


def without_nulls(value: Any) -> Any:
    """Return a reply to a strict schema with every property that is null left out, at any depth."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def _is_object(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _close(made: dict[str, Any], place: str) -> None:
    properties = made.get("properties")
    if not isinstance(properties, Mapping) or made.get("additionalProperties", False) is not False:
        raise ValueError(f"{place} is an open object: strict mode wants its properties named, and no others.")
    required = made.get("required", ())
    strict = {name: strict_schema(one, f"{place}.{name}") for name, one in properties.items()}
    made["properties"] = {name: one if name in required else _nullable(one) for name, one in strict.items()}
    made["required"], made["additionalProperties"] = list(properties), False


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if kind is None:
        choices = schema.get("anyOf")
        if isinstance(choices, list) and set(schema) <= {"anyOf", "description"}:
            return schema if _NULL in choices else {**schema, "anyOf": [*choices, _NULL]}
        return {"anyOf": [schema, _NULL]}
    kinds = kind if isinstance(kind, list) else [kind]
    made = {**schema, "type": kinds if "null" in kinds else [*kinds, "null"]}
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made
