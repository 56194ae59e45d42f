"""Pictures and videos from a prompt, held to a control picture where the words say so."""

from hgtui.core.plan import Input
from hgtui.core.resource import Kind
from hgtui.planning.rules import words
from hgtui.planning.rules.leftovers import left_over
from hgtui.planning.rules.making import Maker
from hgtui.planning.rules.phrases import TOKEN, Found
from hgtui.planning.rules.prompts import held_to
from hgtui.planning.rules.table import CONTROLLED, RULES, Rule, named
from hgtui.planning.rules.things import Thing


class Painter:
    """Reads prompts."""

    def __init__(self, maker: Maker) -> None:
        self._maker, self._subjects, self.bench, self.masked = maker, maker.subjects, maker.bench, maker.masked

    def paint(self, found: Found, number: int) -> Thing:
        """Put the task of a row that takes a prompt on the plan; return its result."""
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
        args = {
            "text": args.get("text") or self._prompt(prompt),
            **{name: one for name, one in args.items() if name != "text"},
        }
        if not args["text"].parts:
            self._maker.notes.append(f"“{self._maker.said(found.body)}” does not say what {task} should show.")
        return self.bench.add(task, args)

    def _prompt(self, prompt: str) -> Input:
        texts = self._subjects.explicit(prompt)
        alone = not left_over(TOKEN.sub(" ", prompt), "")
        if alone and not texts and words.PRONOUN.search(prompt):
            texts = self.bench.meant(Kind.TEXT, frozenset(), several=False)
        if alone and texts and (fit := self.bench.fit(texts[0], Kind.TEXT)):
            return Input(parts=(fit.part,))
        return Input.text(self.masked.plain(prompt))

    def _control(self, text_rule: Rule, source: str, number: int) -> Thing | None:
        given = self._subjects.explicit(source)
        for rule in RULES:
            if rule.nouns and rule.task in CONTROLLED and (match := named(rule).search(source)):
                made = self.bench.made_by(frozenset({rule.task}))
                if made and not given:
                    return made
                things = given or self.bench.meant(Kind.IMAGE, frozenset(), several=False)
                fit = self.bench.fit(things[0], Kind.IMAGE) if things else None
                return self.bench.add(rule.task, {"image": Input(parts=(fit.part,))}) if fit and match else None
        nested, _ = self._maker.nested(text_rule, source, given, number)
        things = nested or given
        if not things and self.bench.groups:
            things = self.bench.groups[-1]
        return things[0] if things else None
