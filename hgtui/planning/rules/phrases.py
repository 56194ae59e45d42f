"""Which rows of the table a clause may mean."""

import re
from dataclasses import dataclass

from hgtui.planning.rules import words
from hgtui.planning.rules.table import ASKS, QUESTION, RULES, Rule, begins

TOKEN = re.compile(words.TOKEN)
HEAD = 400
"""Characters at the beginning of a clause in which a phrase is looked for."""

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
    found = []
    for part in bodies:
        head = part[:HEAD]
        found += [Found(rule, match, part) for rule in RULES if (match := begins(rule).match(head)) and match.end()]
    return found


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
