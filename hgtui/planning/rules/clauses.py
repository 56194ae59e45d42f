"""A request cut into clauses, with its quotations and file names masked."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from hgtui.core.resource import FileFact
from hgtui.core.text import clean
from hgtui.planning.rules.mentions import MOST_SCANNED, Mention, mentions

MOST_PARSED = 4_000
"""Characters that are parsed once quotations and file names count as one word each."""

_CUT = re.compile(
    r"(?P<ask>\?+[?!]*)|(?P<hard>;(?!dr)|!+|(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\betc)(?<!\bMr)(?<!\bDr)(?<!\b\d)\.+(?=\s|$)|\n\s*\n\s*|\s+(?=\d{1,2}[.)]\s+[A-Za-z])"
    r"|,?\s*\b(?:and then|after that|and afterwards|then|followed by)\b)"
    r"|(?P<soft>\n|,?\s*\b(?:and finally|finally|and also|as well as|and|plus|before)\b|,|\s[–—-]\s|&)",
    re.I,
)
_BLANKS = re.compile(r"[ \t]+")
_HALF_TOKEN = re.compile(r"(?:\x02[^\x03]*|\s\S{0,100})$")
_MASK = re.compile(r"\x02([fqu])(\d+)\x03")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the masked request that asks for one thing; `question` where it ended in a question mark."""

    text: str
    question: bool = False


@dataclass(slots=True)
class Masked:
    """A request in which each quotation, file name and address is a token; `notes` say what was cut."""

    text: str
    mentions: list[Mention]
    notes: list[str] = field(default_factory=list)

    def plain(self, text: str) -> str:
        """Return a part of the masked text as the person typed it, quotation marks left out."""
        return _MASK.sub(lambda token: self.mentions[int(token[2])].text, text).strip()

    def quoting(self, text: str) -> str:
        """Return a part of the masked text as the person typed it, for a note."""

        def show(token: re.Match[str]) -> str:
            said = self.mentions[int(token[2])].text
            return f"'{said}'" if token[1] == "q" else said

        return _MASK.sub(show, text).strip(" ,;:.\n")

    def named(self, text: str) -> list[Mention]:
        """Return the files and quotations in a part of the masked text, in their order."""
        return [self.mentions[int(token[2])] for token in _MASK.finditer(text) if token[1] != "u"]


def mask(request: str, files: Mapping[str, FileFact], is_task: Callable[[str], bool]) -> Masked:
    """Mask a request; `is_task` says whether a text asks for something, so that what follows its colon is a text."""
    masked = Masked("", [])
    if len(request) > MOST_SCANNED:
        masked.notes.append(f"Only the first {MOST_SCANNED:,} characters of the request were read.")
        request = request[:MOST_SCANNED]
    request = clean(request)
    parts: list[str] = []
    end = 0
    for mention in mentions(request, files):
        parts += [request[end : mention.start], f"\x02{_letter(mention)}{len(masked.mentions)}\x03"]
        masked.mentions.append(mention)
        end = mention.end
    masked.text = _BLANKS.sub(" ", "".join([*parts, request[end:]])).strip()
    _mask_tail(masked, is_task)
    if len(masked.text) > MOST_PARSED:
        masked.notes.append(
            f"Only the first {MOST_PARSED:,} characters of the instructions were read: put long texts in quotes or in a file."
        )
        masked.text = _HALF_TOKEN.sub("", masked.text[:MOST_PARSED])
    return masked


def _letter(mention: Mention) -> str:
    return {"file": "f", "quote": "q", "address": "u"}[mention.what]


def _mask_tail(masked: Masked, is_task: Callable[[str], bool]) -> None:
    """Take what follows the colon of "Translate this to French: good morning" as a quotation."""
    colon = re.search(r":\s+(?=[^\s\x02])", masked.text[:MOST_PARSED])
    if colon is None:
        return
    head = re.split(r"[.;!?\n]\s", masked.text[: colon.start()])[-1]
    tail = masked.text[colon.end() :]
    if "\x02" in head or not is_task(head) or is_task(tail[:MOST_PARSED]):
        return
    text = masked.plain(tail)
    masked.mentions.append(Mention("quote", colon.end(), len(masked.text), text))
    masked.text = f"{masked.text[: colon.end()]}\x02q{len(masked.mentions) - 1}\x03"


def split(text: str, starts: Callable[[str, str], bool]) -> Iterator[Clause]:
    """Cut a masked request into clauses.

    A comma or an "and" only cuts where `starts(before, after)` says that what follows asks for something of its own.
    """
    begin = end = 0
    for cut in _CUT.finditer(text):
        soft = cut["soft"] is not None
        ahead = text[cut.end() :]
        if soft and not starts(text[begin : cut.start()], _until_cut(ahead)):
            continue
        if text[begin : cut.start()].strip():
            yield Clause(text[begin : cut.start()].strip(), question=cut["ask"] is not None)
        begin = end = cut.end()
    if text[end:].strip():
        yield Clause(text[begin:].strip())


def _until_cut(ahead: str) -> str:
    cut = _CUT.search(ahead)
    return ahead[: cut.start()] if cut and cut.start() else ahead[:400]
