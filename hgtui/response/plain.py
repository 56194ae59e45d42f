"""An answer in Markdown as plain text: without the backslashes that keep foreign text from being Markdown."""

import re

from hgtui.response.checking import HEADS

_CODE = r"(?P<code>(?P<ticks>`+)(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`))"
_FENCE = r"(?P<fence>^[ ]{0,3}(?P<bar>`{3,}|~{3,})[^\n]*\n(?s:.*?)(?:^[ ]{0,3}(?P=bar)[`~]*[ \t]*$|\Z))"
_ESCAPED = re.compile(rf"{_FENCE}|\\(?P<char>[!-/:-@\[-`{{-~])|{_CODE}", re.MULTILINE)
"""A backslash before ASCII punctuation, as in CommonMark 0.31, section 2.4; in code it is one of its characters."""
_NAMES = re.compile(
    rf"{_FENCE}|(?P<address>\b[A-Za-z][A-Za-z0-9+.-]{{1,20}}://[^\s<>`]+)|\\(?P<char>_)|{_CODE}", re.MULTILINE
)
_IN_ADDRESS = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(text: str, *, by_program: bool) -> str:
    """Return an answer as a reader can copy it.

    Of what the program wrote every escape is undone. What an LLM wrote stays as it wrote it, a formula may need its
    backslashes; only in an address, and before the underscore of a name, an escape is one.
    """
    if by_program:
        return _ESCAPED.sub(_undone, text)
    starts = [at for head in HEADS if (at := text.find(f"\n\n{head}")) >= 0]
    end = min(starts, default=len(text))
    return _NAMES.sub(_undone, text[:end]) + _ESCAPED.sub(_undone, text[end:])


def _undone(found: re.Match[str]) -> str:
    if found["char"]:
        return found["char"]
    address = found.groupdict().get("address")
    return _IN_ADDRESS.sub(r"\1", address) if address else found[0]
