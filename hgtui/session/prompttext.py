"""The messages of a call as one text that a person edits, and back: a line before each says whose words follow."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hgtui.core.text import clean, one_line

_MARK = re.compile(r"(─{2,}) (\d+) (\w+) \1\Z")


class Unreadable(ValueError):
    """A text is no prompt; the message is a sentence."""


def prompt_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """Write messages as one text. Pictures are left out: they go with their message as they are."""
    words = [clean(words_of(one)) for one in messages]
    rule = "──"
    while any(rule in one for one in words):  # no line of a message may be taken for a mark
        rule += "─"
    rows = zip(messages, words, strict=True)
    return "\n".join(f"{rule} {at} {one['role']} {rule}\n{said}" for at, (one, said) in enumerate(rows, 1)) + "\n"


def read_prompt(text: str, messages: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return by their place the words of the messages that differ; a text without a mark is the last message.

    Raises Unreadable where a mark is missing, or there is one too many.
    """
    lines = clean(text).split("\n")
    found = [(at, match) for at, line in enumerate(lines) if (match := _MARK.match(line.rstrip()))]
    if not found:
        parts = {len(messages) - 1: "\n".join(lines)}
    else:
        rule = found[0][1].group(1)
        marks = [(at, int(match.group(2))) for at, match in found if match.group(1) == rule]
        _check(lines, marks, len(messages))
        ends = [*(at for at, _ in marks[1:]), len(lines)]
        parts = {number - 1: "\n".join(lines[at + 1 : end]) for (at, number), end in zip(marks, ends, strict=True)}
    return {at: words for at, words in parts.items() if words.strip() != clean(words_of(messages[at])).strip()}


def _check(lines: Sequence[str], marks: Sequence[tuple[int, int]], count: int) -> None:
    before = "\n".join(lines[: marks[0][0]]).strip()
    if before:
        raise Unreadable(f"What stands before the first mark belongs to no message: “{one_line(before, 60)}”.")
    if [number for _, number in marks] != list(range(1, count + 1)):
        raise Unreadable(f"Each of the {count} messages keeps its line “── number who ──”, in their order.")


def words_of(message: Mapping[str, Any]) -> str:
    """Return the words of a message as it is kept, without its pictures."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return "\n".join(str(one.get("text", "")) for one in content if one.get("type") == "text")
