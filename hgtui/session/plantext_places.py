"""Where a task and its arguments stand in the text of a plan."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*tasks[ \t]*\]\]", re.MULTILINE)
_SPACE = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()


def without_comments(text: str) -> str:
    """Return a JSON text with an empty line in place of each that begins with ``#`` or ``//``.

    In JSON no text goes over the end of a line: such a line is never part of one.
    """
    return "\n".join("" if line.lstrip().startswith(("#", "//")) else line for line in text.split("\n"))


def line_of(text: str, form: str, row: int, name: str = "") -> int:
    """Return the line, from 1, on which the argument `name` of the task at `row` stands, or a key of the task.

    Without such a key it is the line on which the task begins; 0 where that is not found.
    """
    return _in_toml(text, row, name) if form == "toml" else _in_json(text, row, name)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _in_toml(text: str, row: int, name: str) -> int:
    headers = [found.start() for found in _HEADER.finditer(text)]
    if len(headers) > 1 and not _are_all(text, len(headers)):
        headers = [place for place in headers if _parses(text[:place])]
    if row >= len(headers):
        return 0
    start, end = headers[row], headers[row + 1] if row + 1 < len(headers) else len(text)
    if name:
        keys = "|".join(re.escape(one) for one in (name, f'"{name}"', f"'{name}'"))
        found = re.compile(rf"^[ \t]*(?:args[ \t]*\.[ \t]*)?(?:{keys})[ \t]*=", re.MULTILINE).search(text, start, end)
        if found:
            return _line(text, found.start())
    return _line(text, start)


def _are_all(text: str, count: int) -> bool:
    """Whether a text has so many tasks: then no line in a longer text only looks like the head of one."""
    try:
        tasks = tomllib.loads(text).get("tasks")
    except (ValueError, RecursionError):
        return False
    return isinstance(tasks, list) and len(tasks) == count


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _in_json(text: str, row: int, name: str) -> int:
    text = without_comments(text)
    try:
        top = _skip(text, 0)
        start = _member(text, top, "tasks") if text[top : top + 1] == "{" else top
        places = list(_items(text, start)) if start is not None else []
        if row >= len(places):
            return 0
        place = places[row]
        line = _line(text, place)
        if not name:
            return line
        args = _member(text, place, "args")
        inner = _key(text, args, name) if args is not None else None
        inner = _key(text, place, name) if inner is None else inner
        return line if inner is None else _line(text, inner)
    except (ValueError, IndexError, RecursionError):
        return 0


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _items(text: str, place: int) -> Iterator[int]:
    """Yield where each item of the list at `place` begins. ValueError where it cannot be read on."""
    if text[place] != "[":
        return
    place = _skip(text, place + 1)
    while text[place] != "]":
        yield place
        place = _skip(text, _end(text, place))


def _members(text: str, place: int) -> Iterator[tuple[str, int, int]]:
    """Yield each key of the object at `place`, with where it and its value begin."""
    if text[place] != "{":
        return
    place = _skip(text, place + 1)
    while text[place] != "}":
        key, end = _value(text, place)
        colon = text.index(":", end)
        value = _skip(text, colon + 1)
        yield str(key), place, value
        place = _skip(text, _end(text, value))


def _member(text: str, place: int, name: str) -> int | None:
    return next((value for key, _, value in _members(text, place) if key == name), None)


def _key(text: str, place: int, name: str) -> int | None:
    return next((at for key, at, _ in _members(text, place) if key == name), None)


def _value(text: str, place: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, place)


def _end(text: str, place: int) -> int:
    return _value(text, place)[1]
