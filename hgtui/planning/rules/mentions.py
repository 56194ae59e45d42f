"""What stands in a request besides words: quoted texts, paths of files, addresses."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from hgtui.core.addresses import LONGEST, is_address
from hgtui.core.resource import Kind

MOST_SCANNED = 100_000
"""Characters of a request that are looked at; what comes after is left out, with a note."""

MOST_SHAPED = 50
"""How many words in the shape of a path are looked for."""

_SUFFIXES = {
    Kind.IMAGE: "png jpg jpeg jpe gif bmp webp tif tiff heic heif avif ico ppm pgm pbm jfif svg",
    Kind.DOCUMENT: "pdf doc docx odt rtf epub ppt pptx",
    Kind.AUDIO: "wav mp3 flac ogg oga opus m4a aac wma aiff aif amr",
    Kind.VIDEO: "mp4 mov mkv avi webm m4v mpg mpeg wmv",
    Kind.TABLE: "csv tsv xls xlsx ods parquet",
    Kind.TEXT: "txt md markdown rst log text json jsonl yaml yml html htm xml tex srt vtt toml ini org eml py",
}
KIND_OF_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}

_QUOTED = re.compile(
    r'"""(?P<a>.+?)"""|"(?P<b>[^"]+)"|“(?P<c>[^“”]+)”|„(?P<d>[^„“”]+)[“”]|«(?P<e>[^«»]+)»|`(?P<f>[^`]+)`'
    r"|‘(?P<g>(?:[^‘’]|(?<=\w)’(?=\w))+)’"
    r"|(?<!\w)'(?P<h>(?:[^']|(?<=\w)'(?=\w))+)'(?!\w)",
    re.DOTALL,
)
_WORD = re.compile(r"(?:\\ |[^\s,;\"“”„«»‹›`<>|*])+")
_EDGES_LEFT, _EDGES_RIGHT = "'‘’([{", "'‘’)]}.:!?…"
_ADDRESS = re.compile(r"(?:\w+://|www\.)\S+$", re.I)
_WEB = re.compile(r"(?<![\w/.])https?://[^\s\"“”„«»‹›`<>|]+", re.I)
_BEHIND = ".,:;!?…*'’‘"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_SENTENCE = re.compile(r"[.!?;:,]\s")
_ANY_SUFFIX = re.compile(r"\w\.\w{1,8}\Z")
_LONGEST_NAME = 255
_LONGEST = _LONGEST_NAME * 16


@dataclass(frozen=True, slots=True)
class Mention:
    """A part of a request: `text` is the path, the quoted text or the address, `start` and `end` where it stands.

    A "file" is what can be read: a path, or an http or https address; an "address" is any other.
    """

    what: Literal["file", "quote", "address"]
    start: int
    end: int
    text: str


def guess(path: str) -> Kind | None:
    """Return the kind of file that the suffix of `path` stands for, None where it is unknown."""
    if is_address(path):
        path = path.partition("#")[0].partition("?")[0]
        path = path.rpartition("/")[2] if path.count("/") > 2 else ""
    return KIND_OF_SUFFIX.get(PurePath(path).suffix[1:].lower())


def mentioned(request: str) -> tuple[str, ...]:
    """Return the files that a request names, as typed, each once.

    They are words with a known file suffix, quoted or not, and the addresses of the web.
    """
    return tuple(dict.fromkeys(one.text for one in mentions(request[:MOST_SCANNED]) if one.what == "file"))


def shaped(request: str) -> tuple[str, ...]:
    """Return what a request has in the shape of a path that `mentioned` leaves out, as typed, each once.

    They are words and quoted texts with a slash or a suffix, and that not a known one: a folder, a file of any kind, or neither.
    """
    request, end = request[:MOST_SCANNED], 0
    found: list[str] = []
    for quoted in _QUOTED.finditer(request):
        found += (path for _, _, path in _cores(request, end, quoted.start()))
        found.append(next(group for group in quoted.groups() if group is not None).strip())
        end = quoted.end()
    found += (path for _, _, path in _cores(request, end, len(request)))
    return tuple(path for path in dict.fromkeys(found) if _is_shaped(path))[:MOST_SHAPED]


def _is_shaped(path: str) -> bool:
    bare = path.strip("/.~ ")
    named = "/" in path or _ANY_SUFFIX.search(path) is not None
    return bool(bare) and named and "\n" not in path and "://" not in path and len(path) <= _LONGEST and not guess(path)


def mentions(request: str, known: Iterable[str] = ()) -> list[Mention]:
    """Return the quoted texts, paths and addresses in a request, in their order.

    `known` are paths that count as such even without a known suffix.
    """
    known = set(known)
    found: list[Mention] = []
    end = 0
    for quoted in _QUOTED.finditer(request):
        found += _words(request, end, quoted.start(), known)
        text = next(group for group in quoted.groups() if group is not None)
        end = quoted.end()
        if text.strip():
            is_file = text.strip() in known or _is_name(text)
            what: Literal["file", "quote"] = "file" if is_file else "quote"
            found.append(Mention(what, quoted.start(), end, text.strip() if what == "file" else text))
    found += _words(request, end, len(request), known)
    return sorted([*found, *_known(request, found, known)], key=lambda one: one.start)


def _is_name(text: str) -> bool:
    text = text.strip()
    if (web := _WEB.fullmatch(text)) is not None:
        return _web_end(web[0]) == len(text) and guess(text) is not None
    if not 0 < len(text) <= _LONGEST_NAME or "\n" in text or "://" in text or _SENTENCE.search(text):
        return False
    return guess(text) is not None


def _words(request: str, start: int, end: int, known: set[str]) -> Iterator[Mention]:
    for web in _WEB.finditer(request, start, end):
        if web.start() < start:
            continue
        stop = web.start() + _web_end(web[0])
        if len(web[0]) <= LONGEST and stop > web.start() + len("https://"):
            yield from _paths(request, start, web.start(), known)
            yield Mention("file", web.start(), stop, request[web.start() : stop])
            start = stop
    yield from _paths(request, start, end, known)


def _web_end(address: str) -> int:
    """Return how long an address is without what belongs to the sentence around it."""
    address = re.sub(r"['’]s$", "", address)
    while address:
        last = address[-1]
        if last not in _BEHIND and not (last in _PAIRS and address.count(last) > address.count(_PAIRS[last])):
            break
        address = address[:-1]
    return len(address)


def _paths(request: str, start: int, end: int, known: set[str]) -> Iterator[Mention]:
    for begin, core, path in _cores(request, start, end):
        if _ADDRESS.match(core):
            yield Mention("address", begin, begin + len(core), core)
            continue
        is_mail = "@" in path and "/" not in path
        if path and not is_mail and len(path) <= _LONGEST and (guess(path) is not None or path in known):
            yield Mention("file", begin, begin + len(core), path)


def _cores(request: str, start: int, end: int) -> Iterator[tuple[int, str, str]]:
    """Yield where each word begins without what belongs to the sentence around it, the word, and the path it would be."""
    for word in _WORD.finditer(request, start, end):
        text, begin = word[0], word.start()
        core = text.lstrip(_EDGES_LEFT)
        begin += len(text) - len(core)
        core = re.sub(r"['’]s$", "", core).rstrip(_EDGES_RIGHT)
        if ":" in core and not _DRIVE.match(core) and not _ADDRESS.match(core):
            begin += core.rindex(":") + 1
            core = core[core.rindex(":") + 1 :]
        yield begin, core, core.replace("\\ ", " ")


def _known(request: str, found: list[Mention], known: set[str]) -> Iterator[Mention]:
    have = {one.text for one in found}
    rest = sorted((path for path in known if path.strip() and path not in have), key=len, reverse=True)
    if not rest:
        return
    names = re.compile(rf"(?<![\w/.~-])(?:{'|'.join(map(re.escape, rest))})(?![\w/-])")
    taken = iter(found)
    ahead = next(taken, None)
    for name in names.finditer(request):
        while ahead is not None and ahead.end <= name.start():
            ahead = next(taken, None)
        if ahead is None or name.end() <= ahead.start:
            yield Mention("file", name.start(), name.end(), name[0])
