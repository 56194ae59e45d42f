"""Clause by clause from words to tasks: which row of the table, what it works on, and what was not understood."""

import re
from collections.abc import Mapping, Sequence

from hgtui.core.plan import Input
from hgtui.core.resource import FileFact, Kind
from hgtui.core.task import TASKS
from hgtui.planning.rules import words
from hgtui.planning.rules.clauses import Clause, Masked
from hgtui.planning.rules.leftovers import left_over
from hgtui.planning.rules.making import Maker
from hgtui.planning.rules.phrases import TOKEN, Found, rows, strip
from hgtui.planning.rules.pictures import Painter
from hgtui.planning.rules.subjects import Subjects, argument_of
from hgtui.planning.rules.table import QUESTION, QUESTIONS, Rule
from hgtui.planning.rules.things import Bench, Thing

ENGLISH = "The rules read English."


class Reader:
    """Reads clauses in their order and lays the tasks on a bench; `notes` say what was left out."""

    def __init__(self, masked: Masked, clauses: Sequence[Clause], files: Mapping[str, FileFact]) -> None:
        self.masked, self.clauses = masked, clauses
        self.bench = Bench()
        self.subjects = Subjects(masked, clauses, files, self.bench)
        self._maker = Maker(masked, self.subjects)
        self._painter = Painter(self._maker)
        self.notes = self._maker.notes
        self._told = False

    @property
    def used(self) -> set[str]:
        """The paths that the clauses name."""
        return self.subjects.used

    def read(self) -> None:
        """Read every clause."""
        for number, clause in enumerate(self.clauses):
            self._clause(clause, number)

    def _clause(self, clause: Clause, number: int) -> None:
        body = strip(clause.text)
        if not body.strip() or words.GREETING.match(clause.text):
            return
        asked = clause.question and QUESTION.match(body) is not None  # "when was it signed?"
        if words.CONDITION.match(body) and not asked:
            self._missed(clause.text)
            return
        explicit = self.subjects.explicit(clause.text)
        found = self._question(clause, body, explicit) if words.SAYS_ABOUT.match(body) else None
        found = found or self._choose(rows(clause.text), clause, explicit, number)
        if found is None and (clause.question or QUESTION.match(body)):
            found = self._question(clause, body, explicit)
        if found is None:
            self._introduce(clause, explicit)
            return
        self._do(found, clause, explicit, number)

    def _choose(self, found: list[Found], clause: Clause, explicit: tuple[Thing, ...], number: int) -> Found | None:
        for one in found:
            if self._suits(one, clause, explicit, number):
                return one
        loose = [one for one in found if not one.rule.strict]
        return next((one for one in loose if not one.rule.only), loose[0] if loose else None)

    def _suits(self, one: Found, clause: Clause, explicit: tuple[Thing, ...], number: int) -> bool:
        rule = one.rule
        if rule.strict and "\x02" in (one.match.groupdict().get("labels") or ""):
            return False
        if rule.prompt:
            return True
        if not rule.only and not rule.strict:
            return not explicit or self._can_any(rule, explicit)
        things, _ = self._quoted(rule, explicit)
        if not things:
            things = self.subjects.near(rule, clause, number)
            if not things and "none" in rule.only:
                return not explicit
        tags = frozenset().union(*(thing.tags for thing in things))
        return bool(things) and (not rule.only or bool(tags & rule.only)) and self._can_any(rule, things)

    def _can_any(self, rule: Rule, things: Sequence[Thing]) -> bool:
        return not rule.task or any(self.bench.can(thing, argument_of(rule).kind) for thing in things)

    def _question(self, clause: Clause, body: str, explicit: tuple[Thing, ...]) -> Found | None:
        things = explicit or self._asked_before(clause) or (self.bench.groups[-1] if self.bench.groups else ())
        match = re.match(r".*", body, re.DOTALL)
        for rule in QUESTIONS:
            if match and any(thing.tags & rule.only for thing in things):
                return Found(rule, match, body)
        return None

    def _asked_before(self, clause: Clause) -> tuple[Thing, ...]:
        """Return the files that the last question was about: the next one is about them too, not about its answer."""
        last = self.bench.tasks[-1].task if self.bench.tasks else ""
        if last not in {"image-text-to-text", *(rule.task for rule in QUESTIONS)} or words.LAST_RESULT.search(
            clause.text
        ):
            return ()
        return tuple(thing for thing in self.subjects.before if thing.origin == "file")

    def _introduce(self, clause: Clause, explicit: tuple[Thing, ...]) -> None:
        rest = words.INTRODUCES.sub(" ", TOKEN.sub(" ", clause.text))
        if explicit:
            self.bench.see(explicit)
        if not explicit or left_over(rest, ""):
            self._missed(clause.text)

    def _missed(self, text: str) -> None:
        said = f"Not understood: “{self._maker.said(text)}”."
        self.notes.append(said if self._told else f"{said} {ENGLISH}")
        self._told = True

    def _do(self, found: Found, clause: Clause, explicit: tuple[Thing, ...], number: int) -> None:
        if found.rule.prompt:
            self._see((), [self._painter.paint(found, number)])
            return
        rule, arg = found.rule, argument_of(found.rule)
        rest = found.body[found.match.end() :] if not found.by_noun else found.body[found.match.end("noun") :]
        given, asked = self._quoted(rule, explicit)
        nested, rest = self._maker.nested(rule, rest, given, number)
        things = nested or given
        if not things and rule.bare and not words.PRONOUN.search(rest) and (bare := self._bare(rest, rule)):
            things = (Thing("quote", Kind.TEXT, bare),)
            rest = ""
        tells = rule.clause == arg.name
        if not things and (not tells or words.PRONOUN.search(rest)):
            things = self.subjects.referred(arg.kind, rule.only - {"none"}, clause, number, parallel=found.by_noun)
        if things:
            self.subjects.before = things
        if not rule.task:
            self._ready(things)
            return
        fitting = self._maker.fitting(rule, arg, things, clause)
        if things and not fitting:
            return
        extra = self._maker.extra(found, clause, asked)
        if tells and things:
            del extra[rule.clause]
        results = self._maker.make(rule, arg, fitting, extra, each=bool(words.EACH.search(clause.text)))
        self._missing(rule, results[0], clause)
        results = self._maker.in_language(rule, things, results, rest)
        self._see(explicit, results)
        self._leave(rule, found, rest, clause)

    def _missing(self, rule: Rule, result: Thing, clause: Clause) -> None:
        """Say what a task still needs that the clause does not give."""
        given = next(task for task in self.bench.tasks if task.uid == result.uid).args
        subject = argument_of(rule)
        for arg in TASKS[rule.task].required:
            if arg.name in given or (arg == subject and "\x02u" in clause.text):
                continue
            how = "name a file, or put the text in quotes" if arg.name in {subject.name, rule.pair} else arg.about
            what = f"the other {arg.kind}" if arg.name == rule.pair else f"which {arg.name}"
            self.notes.append(f"“{self._maker.said(clause.text)}” does not say {what}: {how}.")

    def _quoted(self, rule: Rule, explicit: tuple[Thing, ...]) -> tuple[tuple[Thing, ...], str]:
        """Part the quotation that stands first, else the last, from what it is asked of."""
        if not rule.quote or not explicit:
            return explicit, ""
        if explicit[0].origin == "quote":
            return explicit[1:], explicit[0].text
        if explicit[-1].origin == "quote":
            return explicit[:-1], explicit[-1].text
        return explicit, ""

    def _bare(self, rest: str, rule: Rule) -> str:
        cut = words.FROM_LANGUAGE.sub("", words.INTO_LANGUAGE.sub("", rest)).strip(" ,:;.")
        if rule.eats:
            cut = re.sub(
                rf"(?:\s|^)(?:{rule.eats})$",
                "",
                re.sub(rf"^(?:{rule.eats}|is|are|does|in|of|the following|for)\b\s*", "", cut, flags=re.I),
                flags=re.I,
            )
        if re.match(r"(?:the|my|your|his|her|our|their|its|what|any|some)\b", cut, re.I) or TOKEN.search(cut):
            return ""
        return self.masked.plain(cut) if left_over(cut, "") else ""

    def _ready(self, things: tuple[Thing, ...]) -> None:
        """Take note of a text that has not to be read by any model."""
        self.bench.see(things)
        self.used.update(thing.text for thing in things)

    def _see(self, explicit: tuple[Thing, ...], results: Sequence[Thing]) -> None:
        if explicit:
            self.bench.see(explicit)
        if results:
            self.bench.last = results[-1]
            self.bench.see([thing for thing in results if not thing.is_aside])

    def _leave(self, rule: Rule, found: Found, rest: str, clause: Clause) -> None:
        if rule.clause or rule.instruct:
            return
        rest = words.VOICE.sub(" ", rest)
        if rule.task == "translation" or words.INTO_LANGUAGE.search(rest):
            rest = words.FROM_LANGUAGE.sub(" ", words.INTO_LANGUAGE.sub(" ", rest))
        if found.match.groupdict().get("labels"):
            rest = ""
        for text in left_over(rest, rule.eats):
            self.notes.append(
                f"Left out of “{self._maker.said(clause.text)}”: “{self._maker.said(text)}” was not understood."
            )


def _value(value: str | tuple[str, ...]) -> Input:
    return Input.text(value) if isinstance(value, str) else Input(parts=value, many=True)
