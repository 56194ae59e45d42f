"""ObjectScanner: the JSON objects of a reply, each as soon as it is complete, wherever the stream is cut."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_DEPTH = 64
"""How deep objects and lists may be nested; an object that is deeper is passed over."""
MOST_OPEN = 1_000
"""How many brackets may be open: behind more of them the text is taken for a new one."""
MOST_HELD = 1_000_000
"""How many characters of an object that is not complete are held; a longer one is passed over."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object with where it stands in the text, in characters: `text[start:end]`."""

    value: dict[str, Any]
    start: int
    end: int


@dataclass(slots=True)
class _Open:
    bracket: str
    place: int
    wraps: bool = False


def _any(value: dict[str, Any]) -> bool:
    return True


class ObjectScanner:
    """Finds the objects that are `wanted`: in a list, in a wrapping object, in prose or in a fence.

    Strict about each object and careless about what is around it. An object that holds one that was found only wraps
    it and is not found itself, so that what is found does not depend on where the stream is cut.
    """

    def __init__(self, wanted: Callable[[dict[str, Any]], bool] = _any) -> None:
        self._wanted = wanted
        self._held = ""
        self._offset = 0
        self._opened: list[_Open] = []
        self._in_string = self._escaped = False

    @property
    def open(self) -> bool:
        """Whether the text so far ends inside an object or a list."""
        return bool(self._opened)

    @property
    def rest(self) -> str:
        """The beginning of an object that is not complete, empty where there is none."""
        return self._held

    def feed(self, text: str) -> list[Found]:
        """Take the next piece; return the objects that it completes, in the order of their ends."""
        found: list[Found] = []
        begin = self._offset + len(self._held)
        self._held += text
        for place, char in enumerate(text, begin):
            if self._in_string:
                self._inside_string(char)
            elif char == '"':
                # In prose a quotation mark opens nothing.
                self._in_string = bool(self._opened)
            elif char in "{[":
                self._open(char, place)
            elif char in "}]":
                found += self._close("{" if char == "}" else "[", place + 1)
        self._let_go()
        return found

    def _open(self, bracket: str, place: int) -> None:
        if len(self._opened) >= MOST_OPEN:
            self._opened = []
        self._opened.append(_Open(bracket, place))

    def _inside_string(self, char: str) -> None:
        if self._escaped:
            self._escaped = False
        elif char == "\\":
            self._escaped = True
        elif char == '"':
            self._in_string = False

    def _close(self, bracket: str, end: int) -> list[Found]:
        if not any(one.bracket == bracket for one in self._opened):
            return []
        # What was opened in between and never closed is no JSON: it is passed over, not what is around it.
        while self._opened[-1].bracket != bracket:
            self._opened.pop()
        last = self._opened.pop()
        if bracket == "[" or last.wraps or len(self._opened) >= MOST_DEPTH:
            return []
        value = _read(self._held[last.place - self._offset : end - self._offset])
        if value is None or not self._wanted(value):
            return []
        for one in self._opened:
            one.wraps = True
        return [Found(value, last.place, end)]

    def _let_go(self) -> None:
        """Keep only the text that an open object still needs."""
        end = self._offset + len(self._held)
        start = self._start(end)
        if end - start > MOST_HELD:
            self._opened, self._in_string, self._escaped = [], False, False
            start = end
        self._held = self._held[start - self._offset :]
        self._offset = start

    def _start(self, end: int) -> int:
        return next((one.place for one in self._opened if one.bracket == "{" and not one.wraps), end)


def _read(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
