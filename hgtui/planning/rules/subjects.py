"""What a clause is about: what it names, what "it" and "both" mean, and what the next clause names."""

import re
from collections.abc import Mapping, Sequence

from hgtui.core.resource import FileFact, Kind
from hgtui.core.task import TASKS, Arg
from hgtui.planning.rules import words
from hgtui.planning.rules.clauses import Clause, Masked
from hgtui.planning.rules.table import Rule
from hgtui.planning.rules.things import Bench, Thing, thing_of


def argument_of(rule: Rule) -> Arg:
    """Return the argument of a row's task type that takes the subject of a clause."""
    spec = TASKS[rule.task or "summarization"]
    if rule.arg:
        return next(arg for arg in spec.args if arg.name == rule.arg)
    return next((arg for arg in spec.args if arg.name not in {"question", rule.clause, rule.quote}), spec.args[0])


class Subjects:
    """Finds what clauses are about; `used` are the paths that they name, `before` is what the last clause was about."""

    def __init__(self, masked: Masked, clauses: Sequence[Clause], files: Mapping[str, FileFact], bench: Bench) -> None:
        self.masked, self.clauses, self.files, self.bench = masked, clauses, files, bench
        self.used: set[str] = set()
        self.before: tuple[Thing, ...] = ()
        typed = {one.text for one in masked.mentions if one.what == "file"}
        named = typed | {self._path(path) for path in typed}
        self.bench.see([thing_of(path, files) for path in files if path not in named])

    def explicit(self, text: str) -> tuple[Thing, ...]:
        """Return the files and quotations that a text names."""
        found = []
        for one in self.masked.named(text):
            thing = Thing("quote", Kind.TEXT, one.text)
            if one.what == "file":
                thing = thing_of(self._path(one.text), self.files)
                self.used.add(thing.text)
            found.append(thing)
        return tuple(dict.fromkeys(found))

    def _path(self, path: str) -> str:
        """Return the path by which a file was given where the request names it by its last part only."""
        fact = self.files.get(path)
        if fact is not None and fact.usable:
            return path
        ends = [known for known, one in self.files.items() if one.usable and known.endswith(f"/{path}")]
        return ends[0] if len(ends) == 1 else path

    def near(self, rule: Rule, clause: Clause, number: int) -> tuple[Thing, ...]:
        """Return what a clause without a name of its own is about as far as a row may guess it."""
        things = self.referred(argument_of(rule).kind, rule.only - {"none"}, clause, number)
        says_kind = any(kind and self._says(noun, clause.text) for noun, kind in words.KIND_NOUNS)
        if not rule.strict or says_kind or not self.bench.groups:
            return things
        if rule.clause and not words.PRONOUN.search(clause.text):
            return ()
        return tuple(thing for thing in things if thing in self.bench.groups[-1])

    def referred(
        self, wanted: Kind, tags: frozenset[str], clause: Clause, number: int, *, parallel: bool = False
    ) -> tuple[Thing, ...]:
        """Return what a clause without a name of its own is about."""
        if words.LAST_RESULT.search(clause.text) and self.bench.last and self.bench.can(self.bench.last, wanted):
            return (self.bench.last,)
        pronoun = words.PRONOUN.search(clause.text)
        possessive = pronoun is not None and {one.lower() for one in words.PRONOUN.findall(clause.text)} <= {
            "its",
            "their",
        }
        if (possessive or (parallel and not pronoun)) and any(self.bench.can(thing, wanted) for thing in self.before):
            return self.before
        if not pronoun and (ahead := self._ahead(number)):
            return ahead
        count = 2 if re.search(r"\bboth\b", clause.text, re.I) else 0
        several = bool(words.SEVERAL.search(clause.text))
        wanted = next(
            (
                kind
                for noun, kind in words.KIND_NOUNS
                if kind and self._says(noun, clause.text) and self._has(kind, wanted)
            ),
            wanted,
        )
        found = self.bench.meant(wanted, tags, several=several, count=count)
        return self._the_text(clause) or found if found and not any(map(_is_text, found)) else found

    def _the_text(self, clause: Clause) -> tuple[Thing, ...]:
        """Return the latest text that was made, where a clause says "the text": not what only labels something."""
        if not any(kind is Kind.TEXT and self._says(noun, clause.text) for noun, kind in words.KIND_NOUNS):
            return ()
        made = [thing for group in self.bench.groups for thing in group if thing.origin == "result" and _is_text(thing)]
        return tuple(made[-1:])

    @staticmethod
    def _says(noun: str, text: str) -> bool:
        return (
            re.search(rf"\b(?:the|this|that|these|those|both|my|each|all) (?:\w+ )?(?:{noun})\b", text, re.I)
            is not None
        )

    def _has(self, kind: Kind, wanted: Kind) -> bool:
        things = [thing for group in self.bench.groups for thing in group if thing.means(kind)]
        return kind is not Kind.TEXT and any(self.bench.can(thing, wanted) for thing in things)

    def _ahead(self, number: int) -> tuple[Thing, ...]:
        """Return what the next clause names, where nothing was named so far: "describe and segment photo.png"."""
        if any(clause and self.masked.named(clause.text) for clause in self.clauses[: number + 1]) or self.bench.tasks:
            return ()
        for clause in self.clauses[number + 1 : number + 4]:
            if found := self.explicit(clause.text):
                return found
        return ()


def _is_text(thing: Thing) -> bool:
    return thing.origin != "result" or TASKS[thing.task].output is Kind.TEXT
