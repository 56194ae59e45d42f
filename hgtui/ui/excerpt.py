"""What is shown of a planner's reply that is no plan: the text around the place where that was seen."""

from hgtui.core.text import clean
from hgtui.planning.reader import ReplyError, read_reply

BEFORE, AFTER = 400, 240
"""How many characters of the reply are shown before and behind the place."""
MARK = "▶"


def excerpt(raw: str) -> str:
    """Return the reply around the place that cannot be read, which is marked with ▶; its beginning where none is known."""
    text = clean(raw)
    try:
        read_reply(text)
    except ReplyError as error:
        return _around(text, _place(text, error.line, error.column))
    return _around(text, None)


def _place(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return min(sum(len(one) + 1 for one in lines[: line - 1]) + column - 1, len(text))


def _around(text: str, place: int | None) -> str:
    at = place or 0
    start, end = max(at - BEFORE, 0), min(at + AFTER, len(text))
    mark = MARK if place is not None else ""
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    return f"{head}{text[start:at]}{mark}{text[at:end]}{tail}".strip()
