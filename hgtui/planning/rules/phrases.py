"""Which rows of the table a clause may mean."""

import difflib
import functools
import re
from dataclasses import dataclass

from hgtui.planning.rules import words
from hgtui.planning.rules.table import ASKS, QUESTION, RULES, Rule, begins

TOKEN = re.compile(words.TOKEN)
HEAD = 400
"""Characters at the beginning of a clause in which a phrase is looked for."""

_VERB = re.compile(r"[a-z]{6,16}\b", re.I)
# "Separately", "animated dogs" and "extracts" ask for nothing.
_OTHER_FORMS = ("ly", "ed", "s", "ing", "er", "ion")
_CLOSE = 0.88
"""A letter too many, too few or wrong in a verb of eight or nine."""
_LEAD = re.compile(
    rf"(?:(?:in|for|from|on|of|with|using|given|take|open|load|look at|see|here (?:is|are)|here's|this is|i have|use|about|regarding)\s+)*"
    rf"(?:the |my |this |file |picture |image |photo |document |recording )*{words.TOKEN}(?:(?:,|\s+and|,\s*and)?\s*{words.TOKEN})*[\s,:]*",
    re.I,
)


@dataclass(slots=True)
class Found:
    """A row that a clause may mean and where its phrase stands in the clause."""

    rule: Rule
    match: re.Match[str]
    body: str

    @property
    def by_noun(self) -> bool:
        """Whether only the result is named, with no verb: "and the edges of …"."""
        groups = self.match.groupdict()
        return groups.get("noun") is not None and groups.get("do") is None


def strip(text: str) -> str:
    """Return a clause without the polite words before what it asks for."""
    start = 0
    while (filler := words.FILLER.match(text, start)) and filler.end() > start:
        start = filler.end()
    return text[start:]


def rows(text: str) -> list[Found]:
    """Return the rows of the table that a clause may mean, in their order."""
    body = strip(text)
    lead = _LEAD.match(body)
    bodies = [body] if not lead or not body[lead.end() :].strip() else [body, strip(body[lead.end() :])]
    return _rows(bodies) or _rows([spelt for part in bodies if (spelt := _spelt(part)) != part])


def _rows(bodies: list[str]) -> list[Found]:
    found = []
    for part in bodies:
        head = part[:HEAD]
        found += [Found(rule, match, part) for rule in RULES if (match := begins(rule).match(head)) and match.end()]
    return found


def _spelt(body: str) -> str:
    """Return what a clause says with its first word set right where it is nearly a verb of the table."""
    word = _VERB.match(body)
    return f"{_verb(word[0].lower())}{body[word.end() :]}" if word else body


@functools.lru_cache(1024)
def _verb(word: str) -> str:
    if word.endswith(_OTHER_FORMS):
        return word
    verbs = [verb for verb in words.VERBS if verb[0] == word[0]]
    return next(iter(difflib.get_close_matches(word, verbs, n=1, cutoff=_CLOSE)), word)


def asks(text: str) -> bool:
    """Say whether a text asks for something that the table has."""
    return bool(rows(text))


def starts(before: str, after: str) -> bool:
    """Say whether `after`, behind a comma or an "and", asks for something of its own."""
    found = rows(after[:HEAD])
    earlier = rows(before[:HEAD])
    if earlier and earlier[0].rule.prompt:
        return any(not one.by_noun for one in found) and not QUESTION.match(strip(after))
    body = strip(after)
    return bool(found) or bool(ASKS.match(body)) or bool(words.CONDITION.match(body))
