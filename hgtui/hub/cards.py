"""Model cards: the text below the front matter, and the few words in it that say what a model does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hgtui.core.text import CUT, clean, one_line

if TYPE_CHECKING:
    from markdown_it.token import Token

_READ = 24_000
"""How many characters of a card are looked at: what a model does stands at its head, and parsing takes time."""
_FEWEST_LETTERS, _FEWEST_WORDS = 20, 5
_MOST_LINKED = 0.6
_LOOKED_AT = 8
_FRONT = re.compile(r"\A(?:\ufeff)?\s*---[ \t]*\n(?P<facts>.*?)(?:^---[ \t]*$\n?|\Z)", re.S | re.M)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(h[1-6]|style|script)\b.*?</\1\s*>|</?[A-Za-z][^<>]*>", re.S | re.I)
_ADDRESS = re.compile(r"\(?\bhttps?://\S+")
_ELSEWHERE = re.compile(
    r"contents|citation|bibtex|licen[cs]e|links|news|updates?\b|changelog|acknowledg|install|requirements|contact|"
    r"how to|usage|example|quick ?start|getting started|bias|limitation|evaluation|results|training",
    re.I,
)
_HOLLOW = re.compile(
    r"more information needed|automatically generated|did not write a model card|model card (?:has been|was) written|"
    r"^disclaimer|^note\b|^warning|^update|^news|^\[?!|^license|^paper|^demo|^click|^join|^follow us|^see (?:the|our)|"
    r"^\W*the card goes on: only its first|you need to|agree to|please (?:cite|read|refer)|^table of contents|^base_model|^this is a mirror",
    re.I,
)
_DOES = re.compile(
    r"\b(?:is an?|are|was|were) (?:\w+[ -]){0,6}?(?:models?|versions?|checkpoints?|adapters?|network|encoder|transformer|"
    r"pipeline|system|detector|classifier|variant|family|series)\b|\b(?:fine-?tuned|pre-?trained|trained|designed|capable|"
    r"generates?|detects?|classif\w+|transcribes?|translates?|summari[sz]\w+|predicts?|segments?|maps|converts?|answers?|"
    r"removes?|estimates?|recogni[sz]\w+|does|can be used)\b",
    re.I,
)


def body(text: str) -> str:
    """Return a card without its front matter (YAML between lines of ---), which the API gives as fields."""
    return _FRONT.sub("", text, count=1).strip()


def excerpt(card_text: str, limit: int = 300) -> str:
    """Return the first prose of a card that says what the model does, on one line, at most `limit` characters.

    Headings, pictures and badges, tables, code, lists, HTML, the addresses of links and phrases that say nothing are
    passed over. Empty where a card has no prose.
    """
    passages = list(_passages(clean(card_text)[:_READ]))
    found = [one for one in passages if not one.aside and not one.html] or [one for one in passages if not one.aside]
    found = found or passages
    telling = (one for one in found[:_LOOKED_AT] if _DOES.search(one.text))
    chosen = next(telling, found[0] if found else None)
    return _shortened(chosen.text, limit) if chosen else ""


@dataclass(frozen=True, slots=True)
class _Passage:
    """A paragraph: its plain text, whether it stands where a model is not described, whether it was HTML."""

    text: str
    aside: bool
    html: bool


def _passages(text: str) -> Iterator[_Passage]:
    from hgtui.core.markdown import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(body(text))
    heading, depth, opened = "", 0, ""
    for token in tokens:
        if token.type.startswith(("list_item_", "table_")):
            depth += token.nesting
        opened, within = token.type, opened
        if token.type == "inline" and within == "heading_open":
            heading = token.content
        elif token.type == "inline" and within == "paragraph_open" and not depth:
            plain, linked = _plain(token.children or ())
            if _is_prose(plain) and linked <= _MOST_LINKED * len(plain):
                yield _Passage(plain, bool(_ELSEWHERE.search(heading)), html=False)
        elif token.type == "html_block" and not depth:
            plain = _tidy(_TAG.sub(" ", token.content))
            if _is_prose(plain):
                yield _Passage(plain, bool(_ELSEWHERE.search(heading)), html=True)


def _plain(children: Sequence["Token"]) -> tuple[str, int]:
    """Return the words of a paragraph, and how many of their characters are in links."""
    parts, inside, linked = [], 0, 0
    for child in children:
        if child.type in {"link_open", "link_close"}:
            inside += child.nesting
        elif child.type in {"text", "code_inline"}:
            parts.append(child.content)
            linked += len(child.content) if inside else 0
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
    return _tidy("".join(parts)), linked


def _tidy(text: str) -> str:
    text = one_line(_ADDRESS.sub("", text))
    return re.sub(r"\(\s*\)|\[\s*\]", "", text).replace(" .", ".").replace(" ,", ",").strip(" -–—|*#·•")


def _is_prose(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    enough = letters >= _FEWEST_LETTERS and (len(text.split()) >= _FEWEST_WORDS or not text.isascii())
    return enough and letters > 0.6 * len(text.replace(" ", "")) and not _HOLLOW.search(text)


def _shortened(text: str, limit: int) -> str:
    """Cut after a sentence where that leaves something, else after a word."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    ends = [found.end() for found in re.finditer(r"[.!?。！？](?=\s|$)", head)]
    if ends and ends[-1] >= limit // 3:
        return head[: ends[-1]]
    return head[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + CUT
