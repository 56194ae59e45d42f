"""The labels that a clause asks for, and kinds in words."""

import re

from hgtui.core.resource import Kind
from hgtui.planning.rules.words import LABELS

_SPLIT = re.compile(r",\s*(?:and |or )?|\s+(?:and|or)\s+", re.I)
_ARTICLE = re.compile(r"^(?:(?:all|any|the|a|an|every|each|some|either|of|many|much|different|there|out)\s+)+", re.I)
_NO_LABEL = re.compile(r"(?:objects?|things?|items?|everything|stuff|it|them|that|this|anything)$", re.I)
_MOST_WORDS = 4
_IRREGULAR = {"people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse", "geese": "goose", "buses": "bus", "knives": "knife", "leaves": "leaf"}  # fmt: skip


def known_labels(text: str) -> tuple[str, ...]:
    """Return the labels of the engines that a text names."""
    return tuple(label for words, label in LABELS.items() if re.search(rf"\b(?:{words})\b", text, re.I))


def listed(text: str, *, singular: bool = True) -> tuple[str, ...]:
    """Return the labels in a list such as "the cats, dogs and people", each once, in the singular unless told not to."""
    found = []
    for part in _SPLIT.split(text):
        label = _ARTICLE.sub("", part.strip(" ?.!:;").lower())
        if label and "\x02" not in label and not _NO_LABEL.match(label) and len(label.split()) <= _MOST_WORDS:
            found.append(_singular(label) if singular else label)
    return tuple(dict.fromkeys(found))


def _singular(label: str) -> str:
    *before, last = label.split()
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif last.endswith("ies") and len(last) > 4:
        last = f"{last[:-3]}y"
    elif re.search(r"(?:s|x|z|ch|sh)es$", last):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")) and len(last) > 3:
        last = last[:-1]
    return " ".join([*before, last])


_KINDS = {
    Kind.TEXT: "a text",
    Kind.IMAGE: "a picture",
    Kind.AUDIO: "a sound",
    Kind.VIDEO: "a video",
    Kind.DOCUMENT: "a document",
    Kind.TABLE: "a table",
    Kind.LABELS: "labels",
    Kind.BOXES: "boxes",
    Kind.MASK: "a mask",
    Kind.VECTOR: "a vector",
}


def in_words(kind: Kind | None) -> str:
    """Return a kind with its article, for a sentence."""
    return _KINDS[kind] if kind else "of an unknown kind"
