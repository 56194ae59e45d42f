"""From a row of the table and what it works on to tasks."""

import re
from collections.abc import Mapping

from hgtui.core.plan import Input
from hgtui.core.task import TASKS, Arg
from hgtui.planning.rules import words
from hgtui.planning.rules.clauses import Clause, Masked
from hgtui.planning.rules.labels import in_words, known_labels, listed
from hgtui.planning.rules.phrases import HEAD, Found
from hgtui.planning.rules.subjects import Subjects, argument_of
from hgtui.planning.rules.table import NESTED, RULES, Rule, named
from hgtui.planning.rules.things import QR, Thing, gather

_PICTURE = re.compile(
    rf"(?:\b(?:the|this|my|a|an|our) )?(?:\b(?:picture|image|photo) )?{words.TOKEN}(?: (?:picture|image|photo)\b)?",
    re.I,
)


class Maker:
    """Lays tasks on the bench; `notes` say what could not be done."""

    def __init__(self, masked: Masked, subjects: Subjects) -> None:
        self.masked, self.subjects, self.bench = masked, subjects, subjects.bench
        self.notes: list[str] = []
        self._instruction = ""

    def said(self, text: str) -> str:
        """Return a part of the masked request as the person typed it, cut for a note."""
        said = " ".join(self.masked.quoting(text).split())
        return said if len(said) <= 160 else f"{said[:159]}…"

    def fitting(self, rule: Rule, arg: Arg, things: tuple[Thing, ...], clause: Clause) -> tuple[Thing, ...]:
        fitting = []
        for thing in things:
            fit = self.bench.fit(thing, arg.kind)
            if fit is None:
                name = thing.text if thing.origin == "file" else "what it means"
                what = in_words(thing.kind)
                self.notes.append(
                    f"“{self.said(clause.text)}”: {rule.task} needs {in_words(arg.kind)}, and {name} is {what}."
                )
            else:
                fitting.append(fit)
        return tuple(fitting)

    def make(
        self, rule: Rule, arg: Arg, things: tuple[Thing, ...], extra: Mapping[str, Input], *, each: bool
    ) -> list[Thing]:
        make = self.bench.add
        if rule.pair and len(things) > 1:
            other = next(one for one in TASKS[rule.task].args if one.name == rule.pair)
            return [
                make(
                    rule.task,
                    {arg.name: gather(arg, things[:1]), rule.pair: gather(other, things[1:], as_list=True), **extra},
                )
            ]
        if not things:
            return [make(rule.task, extra)]
        groups = [things] if arg.many and not each else [(thing,) for thing in things]
        return [self._one(rule, arg, group, extra) for group in groups]

    def _one(self, rule: Rule, arg: Arg, group: tuple[Thing, ...], extra: Mapping[str, Input]) -> Thing:
        if rule.only == frozenset({QR}) and not any(QR in thing.tags for thing in group):
            return self.bench.words_of(group[0]) or group[0]
        value = self._instructed(rule, gather(arg, group), group)
        return self.bench.add(rule.task, {arg.name: value, **self._voice(rule, group[0]), **extra})

    def _instructed(self, rule: Rule, value: Input, things: tuple[Thing, ...]) -> Input:
        if not rule.instruct:
            return value
        if things[0].origin == "file":
            self.notes.append(
                f"“{self._instruction}” cannot be said to a file: only {things[0].text} is given to {rule.task}."
            )
            return value
        return Input(parts=(f"{self._instruction}:\n", *value.parts))

    def extra(self, found: Found, clause: Clause, asked: str) -> dict[str, Input]:
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
            groups = {
                key: value for key, value in found.match.groupdict().items() if key.startswith("labels") and value
            }
            labels = listed(" ".join(groups.values())) or known_labels(found.match[0])
            if labels and rule.task.startswith("zero"):
                labels = listed(" ".join(groups.values()) + found.body[found.match.end() :], singular=False)
            if labels:
                extra["labels"] = Input(parts=labels, many=True)
        into = words.INTO_LANGUAGE.search(found.body)
        if rule.task == "translation" and into:
            extra["language"] = _language(into)
        voice = words.VOICE.search(found.body) or into
        if rule.task == "text-to-speech" and voice:
            extra["language"] = _language(voice)
        return extra

    def _wording(self, body: str, rule: Rule, *, question: bool) -> str:
        nouns = {"text": "the picture", "question": ""}
        swap = nouns.get(rule.clause, "") if rule.only == frozenset({"image"}) else ""
        text = _PICTURE.sub(swap, body) if swap or rule.instruct else body
        said = self.masked.plain(text).strip(" ,;:.")
        said = re.sub(r"\s+", " ", said)
        said = said[:1].upper() + said[1:]
        return f"{said}?" if rule.clause == "question" and not said.endswith("?") else said

    def nested(self, rule: Rule, rest: str, given: tuple[Thing, ...], number: int) -> tuple[tuple[Thing, ...], str]:
        """Return the result that a clause names as its subject ("read a summary aloud") and the words but for it.

        It is made where the plan has none.
        """
        # "Describe the person in photo.png" asks about the photo, not about what finds people in it.
        if not rule.task or (given and rule.task == "image-text-to-text"):
            return (), rest
        wanted = argument_of(rule).kind
        for inner in RULES:
            if (
                not inner.nouns
                or inner.task not in NESTED
                or inner.task == rule.task
                or not TASKS[inner.task].gives(wanted)
            ):
                continue
            match = named(inner).search(rest[:HEAD])
            if match is None:
                continue
            made = self.bench.made_by(frozenset({inner.task}))
            before, after = rest[: match.start()], rest[match.end() :]
            if made and not given and (match["det"] or "").strip().lower() not in {"a", "an"}:
                return (made,), f"{before} {after}"
            arg = argument_of(inner)
            sources = given or self.subjects.referred(
                arg.kind, inner.only - {"none"}, Clause(rest[match.end() :]), number
            )
            things = tuple(fit for thing in sources if (fit := self.bench.fit(thing, arg.kind)))
            if not things:
                continue
            extra = {name: _value(value) for name, value in inner.fixed.items()}
            if TASKS[inner.task].arg("labels") and not extra and (labels := known_labels(match[0])):
                extra["labels"] = Input(parts=labels, many=True)
            if inner.task == "translation" and (
                into := words.TRANSLATED.search(before) or words.INTO_LANGUAGE.search(after)
            ):
                extra["language"] = _language(into)
                before = words.TRANSLATED.sub(" ", before)
            return tuple(self.make(inner, arg, things, extra, each=False)), f"{before} {after}"
        return (), rest

    def _voice(self, rule: Rule, thing: Thing) -> dict[str, Input]:
        """Return the language in which a translation is read aloud, where nothing else was asked for."""
        if rule.task != "text-to-speech":
            return {}
        made = {task.uid: task for task in self.bench.tasks}
        task = made.get(thing.uid)
        while task is not None and task.task == "summarization":
            refs = [part for part in task.args["text"].parts if not isinstance(part, str)]
            task = made.get(refs[0].uid) if len(refs) == 1 else None
        known = task is not None and task.task == "translation" and "language" in task.args
        return {"language": task.args["language"]} if task is not None and known else {}

    def in_language(self, rule: Rule, things: tuple[Thing, ...], results: list[Thing], rest: str) -> list[Thing]:
        """Translate what a clause wants in a language: "summarize it in French"."""
        into = words.INTO_LANGUAGE.search(rest)
        texts = {"summarization", "image-to-text", "automatic-speech-recognition"}
        if into is None or rule.task not in texts:
            return results
        language = _language(into)
        return [self.bench.add("translation", {"text": Input.of(one.uid), "language": language}) for one in results]


def _language(said: re.Match[str]) -> Input:
    return Input.text(words.LANGUAGES[said["language"].lower()])


def _value(value: str | tuple[str, ...]) -> Input:
    return Input.text(value) if isinstance(value, str) else Input(parts=value, many=True)
