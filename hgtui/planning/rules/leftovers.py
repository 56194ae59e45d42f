"""Which words of a clause nothing has understood."""

import re

from hgtui.planning.rules.words import KIND_NOUNS, LAST_RESULT, PRONOUN, STOP

_WORD = re.compile(r"(?:(?<!\S)(?:~|\.{1,2})?/)?\w(?:[\w'’@./-]*\w)?", re.UNICODE)
_MASKED = re.compile(r"\x02[fqu]\d+\x03")
_KINDS = re.compile(rf"\b(?:{'|'.join(noun for noun, _ in KIND_NOUNS)})\b", re.I)
# "sentences" alone only names what is worked on; with a number it asks for a length, which no row can give.
_MEASURE = re.compile(
    r"\b(?:(?:in|to|under|within|at most|no more than|less than|about|only) )*(?:the (?:first|last) )?"
    r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|a single|twenty|fifty|a hundred)"
    r" (?:(?:short|simple|bullet) )?(?:sentences?|words|lines?|paragraphs?|points|bullets?|bullet points|characters|percent|minutes|seconds|times)\b"
    r"|\b(?:only )?the (?:first|second|third|last|top|bottom|left|right|upper|lower|middle)(?: \w+)? (?:pages?|lines?|sentences?|paragraphs?|half|part|columns?|chapters?|words)\b",
    re.I,
)


def left_over(text: str, eats: str) -> list[str]:
    """Return the phrases of `text` (masked) that neither `eats` (a regular expression) nor the common words cover."""
    phrases = [found[0].strip() for found in _MEASURE.finditer(text)]
    text = _MEASURE.sub(" \n ", text)
    # Blanks instead of what is covered, so that what is left keeps its place.
    covered = _blank(_MASKED, text)
    if eats:
        covered = _blank(re.compile(rf"(?<![\w-])(?:{eats})(?![\w-])", re.I), covered)
    covered = _blank(PRONOUN, _blank(_KINDS, _blank(LAST_RESULT, covered)))
    left = [word for word in _WORD.finditer(covered) if word[0].lower() not in STOP and not word[0].isdecimal()]
    runs: list[list[int]] = []
    for word in left:
        between = covered[runs[-1][1] : word.start()] if runs else "."
        if runs and not re.search(r"[\n.;]|\s{4,}", between):
            runs[-1][1] = word.end()
        else:
            runs.append([word.start(), word.end()])
    return phrases + [" ".join(text[start:end].split()) for start, end in runs]


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: " " * len(found[0]), text)
