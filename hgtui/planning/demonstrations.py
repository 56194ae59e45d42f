"""Which demonstrations are told: those whose request is most like the one at hand."""

import re

_WORD = re.compile(r"[^\W\d_]{2,}|\.\w{2,4}\b")
_BLANK_LINES = re.compile(r"\n\s*\n")
_COMMON = frozenset(
    [
        "the",
        "and",
        "in",
        "of",
        "to",
        "me",
        "that",
        "this",
        "it",
        "is",
        "a",
        "an",
        "from",
        "with",
        "for",
        "on",
        "what",
        "which",
        "please",
        "make",
        "into",
    ]
)


MOST_CHARACTERS = 420
"""What all demonstrations share, but for the first: a long one is alone, with a short one goes another."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text that tell what it is about, the endings of file names among them."""
    found = (word.lower() for word in _WORD.findall(text))
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in found if word not in _COMMON)


def chosen(text: str, request: str, most: int) -> tuple[str, ...]:
    """Return of the demonstrations in `text`, apart by empty lines, those most like the request, in their own order.

    The first stands for all where no other is like it: it is a chain, which most plans are.
    """
    shown = [block.strip() for block in _BLANK_LINES.split(text) if block.strip()]
    asked = words(request)

    def likeness(number: int) -> tuple[float, int]:
        about = words(shown[number].partition("\n")[0])
        return len(asked & about) / (len(asked | about) or 1), -number

    best: list[int] = []
    for number in sorted(range(len(shown)), key=likeness, reverse=True):
        room = MOST_CHARACTERS - sum(len(shown[one]) for one in best)
        if len(best) < most and (not best or len(shown[number]) <= room):
            best.append(number)
    return tuple(shown[number] for number in sorted(best))
