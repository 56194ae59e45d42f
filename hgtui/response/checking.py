"""The answer of an LLM, checked by the program: what no task produced is marked, what failed is listed."""

import re
from collections.abc import Iterator, Mapping

from hgtui.core.base import Value
from hgtui.core.ports import Answering
from hgtui.core.states import HAS_RESULT
from hgtui.core.text import clean, one_line
from hgtui.response.report import literal
from hgtui.response.sources import Sources, is_path, is_url

SIGN = "⚠"
_MARKED, _WRONG, _INSTEAD = (
    f"**{SIGN} Not from a task**",
    "**What did not work**",
    "**What ran in place of another model**",
)
HEADS = (_MARKED, _WRONG, _INSTEAD)
"""What the lists of the program below an answer begin with."""
MOST_MARKS = 200
"""Marks that are listed below an answer; all are in the text."""

_SCHEME = r"(?<!\w)(?i:[a-z][a-z0-9+.-]{1,20}://|www\.)"
_ADDRESS_OR_WORD = (
    rf"""{_SCHEME}[^\s<>"`\[\]{{}}|\\^]+"""
    r"""|[A-Za-z]:[\\/][^\s<>"'`\[\]{}|,;*]+"""
    rf"""|(?:(?!{_SCHEME})[^\s<>"'`“”„«»‘’\[\]{{}}|,;:=*])+"""
)
_PIECE = re.compile(
    r"""
    (?P<fence>^[ ]{0,3}(?P<ticks>`{3,}|~{3,})[^\n]*\n(?s:.*?)(?:^[ ]{0,3}(?P=ticks)[`~]*[ \t]*$|\Z))
    |(?P<code>(?<![\\`])`[^`\n]+`(?!`))
    |(?P<link>!?\[(?P<label>[^\[\]\n]{0,500})\]\(\s*(?P<target><[^<>\n]{0,2000}>|[^\s()<>]{0,2000})
        (?:\s+(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?\s*\))
    |(?P<cite>\[\d{1,9}(?:\s?[,;–-]\s?\d{1,9}){0,20}\])
    |<(?P<auto>[A-Za-z][A-Za-z0-9+.-]{1,20}:[^\s<>]{1,2000})>
    |(?P<tag></|<(?=[A-Za-z!?]))
    |(?P<word>"""
    + _ADDRESS_OR_WORD
    + r""")
    """,
    re.VERBOSE | re.MULTILINE,
)
_WORD = re.compile(rf"(?P<word>{_ADDRESS_OR_WORD})")
# A definition makes a link of every [label] in the text.
_DEFINITION = re.compile(r"^([\s>*+\d.)-]{0,40}\[[^\]\n]{1,999}\]):", re.MULTILINE)
_NUMBERS = re.compile(r"(\d+)(?:\s?[–-]\s?(\d+))?")


class Mark(Value):
    """A place in a checked text, `text[start:end]` in characters, and why it is marked."""

    start: int
    end: int
    why: str


class Checked(Value):
    """An answer with a sign behind each thing that no task produced, and below it the program's own lists."""

    text: str
    marks: tuple[Mark, ...] = ()


def check_answer(text: str, about: Answering, texts: Mapping[str, str] | None = None) -> Checked:
    """Check an answer against what it was written from.

    `texts` holds the whole text of text results by digest, as for the report; `about` may hold them cut. Marked are a
    path or an address that is in no result and that the request does not name, and a [n] of a task that does not exist
    or has no result. Links, pictures and HTML become plain text with the address in sight. Below the answer the program
    lists what it marked, the tasks that failed, were blocked, stopped or skipped, with what would mend them, and what ran
    in place of another model.
    """
    writer = _Writer(about, Sources(about, texts or {}))
    writer.write(_DEFINITION.sub(r"\1 :", clean(text).strip()))
    marks = tuple(writer.marks)
    parts = [writer.text, *_listed(writer.text, marks), *_troubles(about), *_instead(about)]
    return Checked(text="\n\n".join(parts), marks=marks)


class _Writer:
    """The checked text as it is written."""

    def __init__(self, about: Answering, sources: Sources) -> None:
        self._sources = sources
        self._states = {finding.id: finding.state for finding in about.findings}
        self._parts: list[str] = []
        self._length = 0
        self.marks: list[Mark] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def write(self, text: str) -> None:
        end = 0
        for found in _PIECE.finditer(text):
            self._add(text[end : found.start()])
            self._piece(found)
            end = found.end()
        self._add(text[end:])

    def _piece(self, found: re.Match[str]) -> None:
        whole = found[0]
        if found["fence"]:
            self._fence(whole)
        elif found["code"]:
            self._code(whole)
        elif found["link"]:
            self._link(found["label"], found["target"].strip("<>"))
        elif found["cite"]:
            self._marked(whole, self._uncited(whole))
        elif found["auto"]:
            self._word(found["auto"])
        elif found["tag"]:
            # With a blank behind it no renderer takes it for a tag.
            self._add(f"< {whole[1:]}")
        else:
            self._word(whole)

    def _add(self, text: str) -> None:
        """Write a piece; what is left of a link loses its form."""
        if text.startswith("(") and self._parts and self._parts[-1].endswith("]"):
            text = f" {text}"
        text = text.replace("](", "] (")
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _marked(self, text: str, why: str) -> None:
        self._add(text)
        if why:
            start = self._length - len(text)
            self.marks.append(Mark(start=start, end=self._length, why=why))
            self._add(f" {SIGN}")

    def _why(self, word: str) -> str:
        """Say why a word is to be marked, empty where it is not."""
        if is_url(word):
            return "" if self._known(word) else "no task gave this address"
        if is_path(word):
            return "" if self._known(word) else "no task made or read this file"
        return ""

    def _known(self, word: str) -> bool:
        return self._sources.names(word) or (word != word.strip("_") and self._sources.names(word.strip("_")))

    def _word(self, whole: str, *, plain: bool = True) -> None:
        begin, word, end = _core(whole)
        self._add(begin)
        why = self._why(word)
        # As code an address is no link, however eager the renderer.
        self._marked(f"`{word}`" if why and plain and is_url(word) else word, why)
        self._add(end)

    def _code(self, whole: str) -> None:
        inner = whole.strip("`").strip()
        words = [_core(found["word"])[1] for found in _WORD.finditer(inner)]
        if self._sources.names(inner):
            words = []
        self._marked(whole, next(filter(None, map(self._why, words)), ""))

    def _fence(self, whole: str) -> None:
        end = 0
        for found in _WORD.finditer(whole):
            self._add(whole[end : found.start()])
            self._word(found["word"], plain=False)
            end = found.end()
        self._add(whole[end:])

    def _link(self, label: str, target: str) -> None:
        label = label.strip()
        if label.isdecimal():
            self._marked(f"[{label}]", self._uncited(label))
        elif label != target:
            self.write(label)
        if not target:
            return
        why = self._why(target) or ("" if self._known(target) else "no task gave this address")
        if label and label != target:
            self._add(" ")
        self._marked(f"`{target.replace('`', '')}`" if why else target, why)

    def _uncited(self, text: str) -> str:
        """Say why the numbers in a mark are not all those of tasks with a result, empty where they are."""
        for number in _numbers(text):
            if number not in self._states:
                return f"there is no task {number}"
            if self._states[number] not in HAS_RESULT:
                return f"task {number} has no result ({self._states[number]})"
        return ""


def _numbers(text: str) -> Iterator[int]:
    for found in _NUMBERS.finditer(text):
        first, last = int(found[1]), int(found[2] or found[1])
        yield from (range(first, last + 1) if 0 <= last - first <= 50 else (first, last))


def _core(whole: str) -> tuple[str, str, str]:
    """Return a word without the punctuation before and behind it, and both of those."""
    word = whole.lstrip("(*")
    begin = whole[: len(whole) - len(word)]
    core = word
    while core and (core[-1] in ".,;:!?*'\"»”…" or (core[-1] == ")" and core.count(")") > core.count("("))):
        core = core[:-1]
    return begin, core, word[len(core) :]


def _listed(text: str, marks: tuple[Mark, ...]) -> Iterator[str]:
    if not marks:
        return
    said = dict.fromkeys((one_line(text[mark.start : mark.end].strip("`"), 200), mark.why) for mark in marks)
    lines = [f"- {literal(word)}: {why}" for word, why in list(said)[:MOST_MARKS]]
    if len(said) > MOST_MARKS:
        lines.append(f"- and {len(said) - MOST_MARKS} more")
    yield "\n".join([_MARKED, "", *lines])


def _troubles(about: Answering) -> Iterator[str]:
    lines = []
    for finding in about.findings:
        if finding.state not in HAS_RESULT:
            said = (literal(one_line(finding.message, 600)), literal(one_line(finding.hint, 300)))
            words = " ".join(filter(None, said))
            lines.append(f"- {finding.id} {finding.task}: {finding.state}" + (f": {words}" if words else "."))
    if lines:
        yield "\n".join([_WRONG, "", *lines])


def _instead(about: Answering) -> Iterator[str]:
    lines = [
        f"- {finding.id} {finding.task}: {literal(one_line(finding.message, 600))}"
        for finding in about.findings
        if finding.state in HAS_RESULT and finding.message
    ]
    if lines:
        yield "\n".join([_INSTEAD, "", *lines])
