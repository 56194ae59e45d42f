"""Clause by clause from words to tasks: which row of the table, what it works on, and what was not understood."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hgtui.core.plan import Input
from hgtui.core.resource import FileFact, Kind
from hgtui.core.task import TASKS, Arg
from hgtui.planning.rules import words
from hgtui.planning.rules.clauses import Clause, Masked
from hgtui.planning.rules.labels import in_words, known_labels, listed
from hgtui.planning.rules.leftovers import left_over
from hgtui.planning.rules.prompts import held_to
from hgtui.planning.rules.table import ASKS, CONTROLLED, NESTED, QUESTION, QUESTIONS, RULES, Rule, begins, named
from hgtui.planning.rules.things import Bench, Thing, gather, thing_of

_TOKEN = re.compile(words.TOKEN)
_LEAD = re.compile(
    rf"(?:(?:in|for|from|on|of|with|using|given|take|open|load|look at|see|here (?:is|are)|here's|this is|i have|use|about|regarding)\s+)*"
    rf"(?:the |my |this |file |picture |image |photo |document |recording )*{words.TOKEN}(?:(?:,|\s+and|,\s*and)?\s*{words.TOKEN})*[\s,:]*",
    re.I,
)
_HEAD = 400


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
        head = part[:_HEAD]
        found += [Found(rule, match, part) for rule in RULES if (match := begins(rule).match(head)) and match.end()]
    return found


def asks(text: str) -> bool:
    """Say whether a text asks for something that the table has."""
    return bool(rows(text))


def starts(before: str, after: str) -> bool:
    """Say whether `after`, behind a comma or an "and", asks for something of its own."""
    found = rows(after[:_HEAD])
    earlier = rows(before[:_HEAD])
    if earlier and earlier[0].rule.prompt:
        return any(not one.by_noun for one in found) and not QUESTION.match(strip(after))
    body = strip(after)
    return bool(found) or bool(ASKS.match(body)) or bool(words.CONDITION.match(body))


class Reader:
    """Reads clauses in their order and lays the tasks on a bench; `notes` say what was left out."""

    def __init__(self, masked: Masked, clauses: Sequence[Clause], files: Mapping[str, FileFact]) -> None:
        self.masked, self.clauses, self.files = masked, clauses, files
        self.bench = Bench()
        self.notes: list[str] = []
        self.used: set[str] = set()
        self._before: tuple[Thing, ...] = ()
        named_files = {one.text for one in masked.mentions if one.what == "file"}
        self.bench.see([thing_of(path, files) for path in files if self._path(path) not in named_files])

    def read(self) -> None:
        """Read every clause."""
        for number, clause in enumerate(self.clauses):
            self._clause(clause, number)

    def _clause(self, clause: Clause, number: int) -> None:
        body = strip(clause.text)
        if not body.strip() or words.GREETING.match(clause.text):
            return
        if words.CONDITION.match(body):
            self._missed(clause.text)
            return
        explicit = self._explicit(clause.text)
        found = self._choose(rows(clause.text), clause, explicit, number)
        if found is None and (clause.question or QUESTION.match(body)):
            found = self._question(clause, body, explicit)
        if found is None:
            self._introduce(clause, explicit)
            return
        self._do(found, clause, explicit, number)

    def _explicit(self, text: str) -> tuple[Thing, ...]:
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

    def _choose(self, found: list[Found], clause: Clause, explicit: tuple[Thing, ...], number: int) -> Found | None:
        for one in found:
            if self._suits(one, clause, explicit, number):
                return one
        loose = [one for one in found if not one.rule.strict]
        return next((one for one in loose if not one.rule.only), loose[0] if loose else None)

    def _suits(self, one: Found, clause: Clause, explicit: tuple[Thing, ...], number: int) -> bool:
        rule = one.rule
        if rule.prompt:
            return True
        if not rule.only and not rule.strict:
            return not explicit or self._can_any(rule, explicit)
        if "quote 2" in rule.only and len(explicit) > 1:
            return explicit[0].origin == "quote"
        things = explicit
        if rule.quote and explicit:
            things = explicit[1:] if explicit[0].origin == "quote" else ()
        if not things:
            things = self._near(rule, clause, number)
            if not things and "none" in rule.only:
                return not explicit
        tags = frozenset().union(*(thing.tags for thing in things))
        return bool(things) and (not rule.only or bool(tags & rule.only)) and self._can_any(rule, things)

    def _near(self, rule: Rule, clause: Clause, number: int) -> tuple[Thing, ...]:
        """Return what a clause without a name of its own is about as far as a row may guess it."""
        things = self._referred(self._argument(rule).kind, rule.only - {"none"}, clause, number)
        says_kind = any(kind and self._says(noun, clause.text) for noun, kind in words.KIND_NOUNS)
        if not rule.strict or says_kind or not self.bench.groups:
            return things
        if rule.clause and not words.PRONOUN.search(clause.text):
            return ()
        return tuple(thing for thing in things if thing in self.bench.groups[-1])

    def _can_any(self, rule: Rule, things: Sequence[Thing]) -> bool:
        return not rule.task or any(self.bench.can(thing, self._argument(rule).kind) for thing in things)

    @staticmethod
    def _argument(rule: Rule) -> Arg:
        spec = TASKS[rule.task or "summarization"]
        if rule.arg:
            return next(arg for arg in spec.args if arg.name == rule.arg)
        return next((arg for arg in spec.args if arg.name not in {"question", rule.clause, rule.quote}), spec.args[0])

    def _question(self, clause: Clause, body: str, explicit: tuple[Thing, ...]) -> Found | None:
        things = explicit or (self.bench.groups[-1] if self.bench.groups else ())
        match = re.match(r".*", body, re.DOTALL)
        for rule in QUESTIONS:
            if match and any(thing.tags & rule.only for thing in things):
                return Found(rule, match, body)
        return None

    def _introduce(self, clause: Clause, explicit: tuple[Thing, ...]) -> None:
        rest = words.INTRODUCES.sub(" ", _TOKEN.sub(" ", clause.text))
        if explicit:
            self.bench.see(explicit)
        if not explicit or left_over(rest, ""):
            self._missed(clause.text)

    def _missed(self, text: str) -> None:
        self.notes.append(f"Not understood: “{self._said(text)}”.")

    def _said(self, text: str) -> str:
        said = " ".join(self.masked.quoting(text).split())
        return said if len(said) <= 160 else f"{said[:159]}…"

    def _do(self, found: Found, clause: Clause, explicit: tuple[Thing, ...], number: int) -> None:
        if found.rule.prompt:
            self._picture(found, explicit, number)
            return
        rule, arg = found.rule, self._argument(found.rule)
        rest = found.body[found.match.end() :] if not found.by_noun else found.body[found.match.end("noun") :]
        given, asked = self._quoted(rule, explicit)
        nested, rest = self._nested(rule, rest, given, number)
        things = nested or given
        if not things and rule.bare and not words.PRONOUN.search(rest) and (bare := self._bare(rest, rule)):
            things = (Thing("quote", Kind.TEXT, bare),)
            rest = ""
        tells = rule.clause == arg.name
        if not things and (not tells or words.PRONOUN.search(rest)):
            things = self._referred(arg.kind, rule.only - {"none"}, clause, number, parallel=found.by_noun)
        if things:
            self._before = things
        if not rule.task:
            self._ready(things)
            return
        fitting = self._fitting(rule, arg, things, clause)
        if things and not fitting:
            return
        extra = self._extra(found, clause, asked)
        if tells and things:
            del extra[rule.clause]
        if rule.task == "text-to-speech":
            fitting, extra = self._spoken(fitting, rest)
        results = self._make(rule, arg, fitting, extra, each=bool(words.EACH.search(clause.text)))
        if not things and not tells and "\x02u" not in clause.text:
            self.notes.append(f"“{self._said(clause.text)}” does not say which {arg.kind}: name a file, or put the text in quotes.")
        results = self._in_language(rule, things, results, rest)
        self._see(explicit, results)
        self._leave(rule, found, rest, clause)

    def _quoted(self, rule: Rule, explicit: tuple[Thing, ...]) -> tuple[tuple[Thing, ...], str]:
        if rule.quote and explicit and explicit[0].origin == "quote":
            return explicit[1:], explicit[0].text
        return explicit, ""

    def _fitting(self, rule: Rule, arg: Arg, things: tuple[Thing, ...], clause: Clause) -> tuple[Thing, ...]:
        fitting = []
        for thing in things:
            fit = self.bench.fit(thing, arg.kind)
            if fit is None:
                name = thing.text if thing.origin == "file" else "what it means"
                what = in_words(thing.kind)
                self.notes.append(f"“{self._said(clause.text)}”: {rule.task} needs {in_words(arg.kind)}, and {name} is {what}.")
            else:
                fitting.append(fit)
        return tuple(fitting)

    def _make(self, rule: Rule, arg: Arg, things: tuple[Thing, ...], extra: Mapping[str, Input], *, each: bool) -> list[Thing]:
        make = self.bench.add
        if rule.pair and len(things) > 1:
            other = next(one for one in TASKS[rule.task].args if one.name == rule.pair)
            return [make(rule.task, {arg.name: gather(arg, things[:1]), rule.pair: gather(other, things[1:], as_list=True), **extra})]
        if not things:
            return [make(rule.task, extra)]
        groups = [things] if arg.many and not each else [(thing,) for thing in things]
        return [make(rule.task, {arg.name: self._instructed(rule, gather(arg, group), group), **extra}) for group in groups]

    def _instructed(self, rule: Rule, value: Input, things: tuple[Thing, ...]) -> Input:
        if not rule.instruct:
            return value
        if things[0].origin == "file":
            self.notes.append(f"“{self._instruction}” cannot be said to a file: only {things[0].text} is given to {rule.task}.")
            return value
        return Input(parts=(f"{self._instruction}:\n", *value.parts))

    _instruction = ""

    def _extra(self, found: Found, clause: Clause, asked: str) -> dict[str, Input]:
        rule = found.rule
        extra = {name: _value(value) for name, value in rule.fixed.items()}
        if rule.quote and asked:
            extra[rule.quote] = Input.text(asked)
        if rule.clause:
            extra[rule.clause] = Input.text(self._wording(found.body, rule, question=clause.question))
        if rule.instruct:
            self._instruction = self._wording(found.body, rule, question=False)
        spec = TASKS[rule.task]
        if spec.arg("labels") and "labels" not in extra:
            groups = {key: value for key, value in found.match.groupdict().items() if key.startswith("labels") and value}
            labels = listed(" ".join(groups.values())) or known_labels(found.match[0])
            if labels and rule.task.startswith("zero"):
                labels = listed(" ".join(groups.values()) + found.body[found.match.end() :], singular=False)
            if labels:
                extra["labels"] = Input(parts=labels, many=True)
        into = words.INTO_LANGUAGE.search(found.body)
        if rule.task == "translation" and into:
            extra["language"] = Input.text(words.LANGUAGES[into["language"].lower()])
        return extra

    def _wording(self, body: str, rule: Rule, *, question: bool) -> str:
        nouns = {"text": "the picture", "question": ""}
        swap = nouns.get(rule.clause, "") if rule.only == frozenset({"image"}) else ""
        text = _TOKEN.sub(swap, body) if swap or rule.instruct else body
        said = self.masked.plain(text).strip(" ,;:.")
        said = re.sub(r"\s+", " ", said)
        said = said[:1].upper() + said[1:]
        return f"{said}?" if rule.clause == "question" and not said.endswith("?") else said

    def _bare(self, rest: str, rule: Rule) -> str:
        cut = words.FROM_LANGUAGE.sub("", words.INTO_LANGUAGE.sub("", rest)).strip(" ,:;.")
        if rule.eats:
            cut = re.sub(rf"(?:\s|^)(?:{rule.eats})$", "", re.sub(rf"^(?:{rule.eats}|is|are|does|in|of|the following|for)\b\s*", "", cut, flags=re.I), flags=re.I)
        if re.match(r"(?:the|my|your|his|her|our|their|its|what|any|some)\b", cut, re.I) or _TOKEN.search(cut):
            return ""
        return self.masked.plain(cut) if left_over(cut, "") else ""

    def _nested(
        self, rule: Rule, rest: str, given: tuple[Thing, ...], number: int
    ) -> tuple[tuple[Thing, ...], str]:
        """Return the result that a clause names as its subject ("read a summary aloud") and the words but for it.

        It is made where the plan has none.
        """
        if not rule.task:
            return (), rest
        wanted = self._argument(rule).kind
        for inner in RULES:
            if not inner.nouns or inner.task not in NESTED or inner.task == rule.task or not TASKS[inner.task].gives(wanted):
                continue
            match = named(inner).search(rest[:_HEAD])
            if match is None:
                continue
            made = self.bench.made_by(frozenset({inner.task}))
            others = f"{rest[: match.start()]} {rest[match.end() :]}"
            if made and not given and (match["det"] or "").strip().lower() not in {"a", "an"}:
                return (made,), others
            arg = self._argument(inner)
            sources = given or self._referred(arg.kind, inner.only - {"none"}, Clause(rest[match.end() :]), number)
            things = tuple(fit for thing in sources if (fit := self.bench.fit(thing, arg.kind)))
            if not things:
                continue
            extra = {name: _value(value) for name, value in inner.fixed.items()}
            if TASKS[inner.task].arg("labels") and not extra and (labels := known_labels(match[0])):
                extra["labels"] = Input(parts=labels, many=True)
            return tuple(self._make(inner, arg, things, extra, each=False)), others
        return (), rest

    def _referred(
        self, wanted: Kind, tags: frozenset[str], clause: Clause, number: int, *, parallel: bool = False
    ) -> tuple[Thing, ...]:
        """Return what a clause without a name of its own is about."""
        if words.LAST_RESULT.search(clause.text) and self.bench.last and self.bench.can(self.bench.last, wanted):
            return (self.bench.last,)
        pronoun = words.PRONOUN.search(clause.text)
        possessive = pronoun is not None and {one.lower() for one in words.PRONOUN.findall(clause.text)} <= {"its", "their"}
        if (possessive or (parallel and not pronoun)) and any(self.bench.can(thing, wanted) for thing in self._before):
            return self._before
        if not pronoun and (ahead := self._ahead(number)):
            return ahead
        count = 2 if re.search(r"\bboth\b", clause.text, re.I) else 0
        several = bool(words.SEVERAL.search(clause.text))
        wanted = next((kind for noun, kind in words.KIND_NOUNS if kind and self._says(noun, clause.text) and self._has(kind, wanted)), wanted)
        return self.bench.meant(wanted, tags, several=several, count=count)

    @staticmethod
    def _says(noun: str, text: str) -> bool:
        return re.search(rf"\b(?:the|this|that|these|those|both|my|each|all) (?:\w+ )?(?:{noun})\b", text, re.I) is not None

    def _has(self, kind: Kind, wanted: Kind) -> bool:
        things = [thing for group in self.bench.groups for thing in group if thing.means(kind)]
        return kind is not Kind.TEXT and any(self.bench.can(thing, wanted) for thing in things)

    def _ahead(self, number: int) -> tuple[Thing, ...]:
        """Return what the next clause names, where nothing was named so far: "describe and segment photo.png"."""
        if any(clause and self.masked.named(clause.text) for clause in self.clauses[: number + 1]) or self.bench.tasks:
            return ()
        for clause in self.clauses[number + 1 : number + 4]:
            if found := self._explicit(clause.text):
                return found
        return ()

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

    def _spoken(self, things: tuple[Thing, ...], rest: str) -> tuple[tuple[Thing, ...], dict[str, Input]]:
        """Return what is read aloud, translated where another language is asked for; a quotation is taken to be in it."""
        into = words.INTO_LANGUAGE.search(rest)
        if into is None:
            return things, {}
        language = Input.text(words.LANGUAGES[into["language"].lower()])
        spoken = tuple(
            one if one.origin == "quote" else self.bench.add("translation", {"text": Input(parts=(one.part,)), "language": language})
            for one in things
        )
        return spoken, {"language": language}

    def _in_language(self, rule: Rule, things: tuple[Thing, ...], results: list[Thing], rest: str) -> list[Thing]:
        """Translate what a clause wants in a language: "summarize it in French"."""
        into = words.INTO_LANGUAGE.search(rest)
        texts = {"summarization", "image-to-text", "automatic-speech-recognition"}
        if into is None or rule.task not in texts:
            return results
        language = Input.text(words.LANGUAGES[into["language"].lower()])
        return [self.bench.add("translation", {"text": Input.of(one.uid), "language": language}) for one in results]

    def _picture(self, found: Found, explicit: tuple[Thing, ...], number: int) -> None:
        """Make a picture or a video from a prompt, held to a control picture where the words say so."""
        task, prompt = found.rule.task, found.body[found.match.end() :].strip(" ,")
        held = held_to(prompt) if task == "text-to-image" else None
        args: dict[str, Input] = {}
        if held:
            prompt, source = held
            image = self._control(found.rule, source, number)
            task = CONTROLLED.get(image.task, "image-to-image") if image else task
            if image and image.means(Kind.IMAGE):
                args["image"] = Input(parts=(image.part,))
            elif image and (fit := self.bench.fit(image, Kind.TEXT)):
                before = [self.masked.plain(prompt) + ": "] if prompt else []
                task, args["text"] = "text-to-image", Input(parts=(*before, fit.part))
        args = {"text": args.get("text") or self._prompt(prompt), **{name: one for name, one in args.items() if name != "text"}}
        if not args["text"].parts:
            self.notes.append(f"“{self._said(found.body)}” does not say what {task} should show.")
        result = self.bench.add(task, args)
        self._see((), [result])

    def _prompt(self, prompt: str) -> Input:
        texts = self._explicit(prompt)
        alone = not left_over(_TOKEN.sub(" ", prompt), "")
        if alone and not texts and words.PRONOUN.search(prompt):
            texts = self.bench.meant(Kind.TEXT, frozenset(), several=False)
        if alone and texts and (fit := self.bench.fit(texts[0], Kind.TEXT)):
            return Input(parts=(fit.part,))
        return Input.text(self.masked.plain(prompt))

    def _control(self, text_rule: Rule, source: str, number: int) -> Thing | None:
        given = self._explicit(source)
        for rule in RULES:
            if rule.nouns and rule.task in CONTROLLED and (match := named(rule).search(source)):
                made = self.bench.made_by(frozenset({rule.task}))
                if made and not given:
                    return made
                things = given or self.bench.meant(Kind.IMAGE, frozenset(), several=False)
                fit = self.bench.fit(things[0], Kind.IMAGE) if things else None
                return self.bench.add(rule.task, {"image": Input(parts=(fit.part,))}) if fit and match else None
        nested, _ = self._nested(text_rule, source, given, number)
        things = nested or given
        if not things and self.bench.groups:
            things = self.bench.groups[-1]
        return things[0] if things else None

    def _leave(self, rule: Rule, found: Found, rest: str, clause: Clause) -> None:
        if rule.clause or rule.instruct:
            return
        if rule.task == "translation" or words.INTO_LANGUAGE.search(rest):
            rest = words.FROM_LANGUAGE.sub(" ", words.INTO_LANGUAGE.sub(" ", rest))
        if found.match.groupdict().get("labels"):
            rest = ""
        for text in left_over(rest, rule.eats):
            self.notes.append(f"Left out of “{self._said(clause.text)}”: “{self._said(text)}” was not understood.")


def _value(value: str | tuple[str, ...]) -> Input:
    return Input.text(value) if isinstance(value, str) else Input(parts=value, many=True)
