"""TaskScanner: the tasks of a JSON reply as soon as each is complete, wherever the stream is cut."""

import json
from enum import Enum, auto
from typing import Any

_BLANK = " \t\n\r"
MOST_DEPTH = 200
"""How deep the values of a task may be nested: the standard library's reader recurses."""
MOST_TASK = 1_000_000
"""Characters of one task."""


class ScanError(ValueError):
    """The text is no JSON list of tasks; `line` and `column` count from 1 and say where that was seen."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{message} (line {line}, column {column})")
        self.message, self.line, self.column = message, line, column


class _At(Enum):
    START = auto()
    KEY = auto()
    KEY_TEXT = auto()
    COLON = auto()
    LIST = auto()
    FIRST = auto()
    ITEM = auto()
    INSIDE = auto()
    AFTER = auto()
    CLOSE = auto()
    END = auto()


class TaskScanner:
    """Reads ``[{…}, …]`` or ``{"tasks": [{…}, …]}`` piece by piece, each character once.

    Strict: blanks may stand around it, anything else is an error. A piece may end anywhere, inside a string or an
    escape as well.
    """

    def __init__(self) -> None:
        self._at = _At.START
        self._wrapped = False
        self._key = ""
        self._parts: list[str] = []
        self._length = 0
        self._depth: list[str] = []
        self._text = self._escaped = False
        self._line, self._column = 1, 0
        self._began = (1, 1)

    @property
    def complete(self) -> bool:
        """Whether the list is closed."""
        return self._at is _At.END

    def feed(self, text: str) -> list[dict[str, Any]]:
        """Take the next piece; return the tasks that it completes. Raises ScanError."""
        found: list[dict[str, Any]] = []
        start = 0
        for place, char in enumerate(text):
            if char == "\n":
                self._line, self._column = self._line + 1, 0
            else:
                self._column += 1
            if self._at is _At.INSIDE:
                if self._inside(char):
                    self._parts.append(text[start : place + 1])
                    found.append(self._task())
            elif self._outside(char):
                start = place
        if self._at is _At.INSIDE:
            self._keep(text[start:])
        return found

    def finish(self) -> str:
        """End the text; return the beginning of a task that was not completed, empty if there is none."""
        return "".join(self._parts)

    def check(self) -> None:
        """Raise ScanError where the list was never closed; the tasks before have been given out by `feed`."""
        if not self.complete:
            what = (
                "The reply is empty" if self._at is _At.START else "The reply ends before its list of tasks is closed"
            )
            raise self._error(what)

    def _keep(self, piece: str) -> None:
        self._parts.append(piece)
        self._length += len(piece)
        if self._length > MOST_TASK:
            raise self._error(f"A task is longer than {MOST_TASK:,} characters")

    def _inside(self, char: str) -> bool:
        """Take a character of a task; say whether it is the last."""
        if self._text:
            if self._escaped:
                self._escaped = False
            elif char == "\\":
                self._escaped = True
            elif char == '"':
                self._text = False
            return False
        if char == '"':
            self._text = True
        elif char in "{[":
            self._depth.append(char)
            if len(self._depth) > MOST_DEPTH:
                raise self._error("A task is nested too deeply")
        elif char in "}]" and self._depth.pop() != {"}": "{", "]": "["}[char]:
            raise self._error(f"A “{char}” closes what it did not open")
        return not self._depth

    def _task(self) -> dict[str, Any]:
        text = "".join(self._parts)
        self._parts, self._length, self._at = [], 0, _At.AFTER
        try:
            task = json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            line, column = self._began
            column = error.colno + (column - 1 if error.lineno == 1 else 0)
            raise ScanError(f"This is no JSON: {error.msg}", line + error.lineno - 1, column) from None
        except ValueError as error:
            raise self._error(f"This is no JSON: {error}") from None
        if not isinstance(task, dict):  # unreachable by the scan: an item begins with a brace
            raise self._error("A task is no object")
        return task

    def _outside(self, char: str) -> bool:
        """Take a character between tasks; say whether a task begins with it."""
        if self._at is _At.KEY_TEXT:
            self._name(char)
            return False
        if char in _BLANK:
            return False
        if char == "{" and self._at in {_At.FIRST, _At.ITEM}:
            self._at, self._depth, self._began = _At.INSIDE, ["{"], (self._line, self._column)
            return True
        self._at = self._next(char)
        return False

    def _next(self, char: str) -> _At:
        after_list = _At.CLOSE if self._wrapped else _At.END
        steps: dict[tuple[_At, str], _At] = {
            (_At.START, "["): _At.FIRST,
            (_At.START, "{"): _At.KEY,
            (_At.KEY, '"'): _At.KEY_TEXT,
            (_At.COLON, ":"): _At.LIST,
            (_At.LIST, "["): _At.FIRST,
            (_At.FIRST, "]"): after_list,
            (_At.AFTER, ","): _At.ITEM,
            (_At.AFTER, "]"): after_list,
            (_At.CLOSE, "}"): _At.END,
        }
        step = steps.get((self._at, char))
        if step is None:
            raise self._error(self._expected(char))
        self._wrapped = self._wrapped or step is _At.KEY
        return step

    def _expected(self, char: str) -> str:
        wanted = {
            _At.START: "a list of tasks",
            _At.KEY: "“tasks”",
            _At.COLON: "a colon",
            _At.LIST: "a list of tasks",
            _At.FIRST: "a task or the end of the list",
            _At.ITEM: "a task",
            _At.AFTER: "a comma or the end of the list",
            _At.CLOSE: "the end of the object",
            _At.END: "nothing more",
        }[self._at]
        return f"Here {wanted} was expected, not “{char}”"

    def _name(self, char: str) -> None:
        if char == '"':
            if self._key != "tasks":
                raise self._error("The object must have “tasks” and nothing else")
            self._at = _At.COLON
            return
        self._key += char
        if not "tasks".startswith(self._key):
            raise self._error("The object must have “tasks” and nothing else")

    def _error(self, message: str) -> ScanError:
        return ScanError(message, self._line, max(self._column, 1))


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no value of JSON")
