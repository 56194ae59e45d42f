"""A walk over text that should be JSON: where a value ends, what is open, how far its elements are whole."""

from dataclasses import dataclass, field

_CLOSES = {"}": "{", "]": "["}
_ENDS = {"{": "}", "[": "]"}
_OPENING = {'"': '"', "“": "”", "”": "”", "'": "'"}
# After the last quote of a string stands one of these in JSON; a second quote where a comma is missing.
_AFTER_TEXT = ',:]}"/#'
# Where the elements of a plan lie: in a list, in a list of an object, or in the object itself.
_OUTER = frozenset({"[", "{", "{["})
MOST_DEPTH = 200
"""How deep brackets may be nested; what is deeper is no plan."""


@dataclass
class Walk:
    """What a walk from an opening bracket saw.

    `end` is behind the bracket that closes it, None where none does; `open` the brackets that are open at the end of
    the text; `in_text` whether a string is. `strays` are closing brackets that close nothing. Up to `whole` the elements
    of a plan are complete, and `inside` is what has to be closed there.
    """

    start: int
    end: int | None = None
    open: str = ""
    in_text: bool = False
    strays: list[int] = field(default_factory=list)
    whole: int = 0
    inside: str = ""

    @property
    def closing(self) -> str:
        """The brackets that close what is open at `whole`."""
        return "".join(_ENDS[one] for one in reversed(self.inside))


def walk(text: str, start: int, stop: int | None = None) -> Walk:
    """Walk from the bracket at `start` to the one that closes it, or to `stop`, the end of the text.

    Lenient: a closing bracket closes the nearest that it fits, with all that is open in between; a quote inside a string
    ends it only where JSON may go on. On valid JSON, whole or cut off, it sees what JSON means.
    """
    stop = len(text) if stop is None else stop
    seen = Walk(start)
    place = start
    while place < stop and len(seen.open) <= MOST_DEPTH:
        char = text[place]
        if char in _OPENING and (char != "'" or _may_open(text, start, place)):
            end = _text_end(text, place, stop, _OPENING[char])
            if end is None:
                seen.in_text = True
                return seen
            place = end
            if seen.open in {"[", "{["}:
                _mark(seen, place)
            continue
        place += 1
        if char in "{[":
            seen.open += char
            if seen.open in _OUTER:
                _mark(seen, place)
        elif char in "}]":
            _close(seen, char, place)
            if not seen.open:
                seen.end = place
                return seen
        elif char == "," and seen.open in _OUTER:
            _mark(seen, place - 1)
    return seen


def _mark(seen: Walk, place: int) -> None:
    seen.whole, seen.inside = place, seen.open


def _close(seen: Walk, char: str, place: int) -> None:
    opened = seen.open.rfind(_CLOSES[char])
    if opened < 0:
        seen.strays.append(place - 1)
        return
    seen.open = seen.open[:opened]
    if seen.open in _OUTER:
        _mark(seen, place)


def _may_open(text: str, start: int, place: int) -> bool:
    before = place - 1
    while before > start and text[before].isspace():
        before -= 1
    return text[before] in "[{,:"


def _text_end(text: str, place: int, stop: int, quote: str) -> int | None:
    """Return the place behind the quote that ends a string, None where none does."""
    place += 1
    while (found := text.find(quote, place, stop)) >= 0:
        place = found + 1
        if quote != "”" and _escaped(text, found):
            continue
        following = place
        while following < stop and text[following].isspace():
            following += 1
        if following >= stop or text[following] in _AFTER_TEXT:
            return place
    return None


def _escaped(text: str, place: int) -> bool:
    before = place
    while before and text[before - 1] == "\\":
        before -= 1
    return (place - before) % 2 == 1
