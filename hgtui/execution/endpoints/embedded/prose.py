"""Lines, paragraphs and sentences of a plain text."""

import re

_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\W_a-zà-ÿ])|(?<=[。！？])|\n+")
_SHORTENED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nr|vs|etc|e\.g|i\.e|z\.B|bzw|ca|approx|Fig|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.$"
)
LONGEST = 2000


def sentences(text: str) -> list[str]:
    """Split `text` at sentence ends and ended lines; white space is folded, none is longer than `LONGEST` characters."""
    text = unwrap(text)
    found: list[str] = []
    start = 0
    for end in [*(match for match in _END.finditer(text)), None]:
        piece = text[start : end.start() if end else len(text)].rstrip()
        if end and "\n" not in end.group() and _SHORTENED.search(piece[-8:]):
            continue
        found += _pieces(" ".join((piece + (end.group().strip() if end else "")).split()))
        start = end.end() if end else len(text)
    return found


def _pieces(sentence: str) -> list[str]:
    pieces: list[str] = []
    while len(sentence) > LONGEST:
        cut = sentence.rfind(" ", 0, LONGEST)
        cut = cut if cut > 0 else LONGEST
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [*pieces, sentence] if sentence else pieces


def unwrap(text: str) -> str:
    """Join the lines that were wrapped; a line that had room for the next one's first word was ended by its writer."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    # One line in ten may be longer than the rest, such as an address, and still say nothing about the margin.
    margin = lengths[-1 - len(lengths) // 10] * 0.94 if lengths else 0
    joined: list[str] = []
    for above, line in zip(["", *lines], lines, strict=False):
        if not line or not above:
            joined.append("\n" if joined and joined[-1] != "\n" else "")
        elif len(above) + 1 + len(line.split(" ", 1)[0]) < margin:
            joined.append("\n")
        else:
            joined.append(" ")
        joined.append(line)
    return re.sub("\n{3,}", "\n\n", "".join(joined)).strip()
