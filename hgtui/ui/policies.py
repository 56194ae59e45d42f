"""What becomes of a task, in a word for its row and in sentences for its pane, and the rule that a person puts together."""

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from hgtui.core.edit import Draft
from hgtui.core.model import CandidateName
from hgtui.core.plan import Policy, Task, Uid
from hgtui.core.policy import Effect, Match, Rule, Scope
from hgtui.core.ruling import Rulebook, of_files, price, ruling
from hgtui.core.states import HAS_RESULT
from hgtui.core.text import one_line, plural
from hgtui.ui.view import View

_T = TypeVar("_T")

WIDTH = 4
"""How wide the longest word of a policy is, in cells."""
AMOUNTS = (0.01, 0.1, 1.0)
"""US dollars that are offered as the most that a call may cost, beside the price that is known."""
EFFECTS: tuple[Effect, ...] = ("auto", "ask", "deny")
SCOPES: tuple[Scope, ...] = ("run", "always", "once")
DOES = {"auto": "let it start", "ask": "ask before it starts", "deny": "never run it"}
HOLDS = {"run": "in this run", "always": "always: stored for every run to come", "once": "once: for the first task"}


def policy_word(view: View, task: Task) -> tuple[str, str]:
    """Return what stands in the row of a task, with its role: "auto", "ASK", "DENY", or "stop" behind which a person
    wanted to stop."""
    if task.skip:
        return "-", "dim"
    effect = view.ruling.effect(task)
    if effect == "deny":
        return "DENY", "bad"
    if task.uid in view.run.breakpoints and view.run.state(task.uid) not in HAS_RESULT:
        return "stop", "warn"
    return ("ASK", "warn") if effect == "ask" else ("auto", "dim")


def policy_words(view: View, task: Task) -> list[str]:
    """Return a sentence on each thing that a person or a rule wants of a task, none where it simply starts."""
    verdict, words = view.ruling.verdict(task), []
    if verdict.rule is not None:
        does = {"auto": "a rule lets it through", "ask": "a rule asks before it", "deny": "a rule denies it"}
        words.append(f"{does[verdict.effect]}: {verdict.why}")
    elif verdict.effect == "ask":
        words.append(f"asks before it starts; {view.key('policy')} changes that")
    elif task.policy == "let" and view.ruling.rules:
        words.append("you let it start, whatever a rule asks")
    if task.uid in view.run.breakpoints:
        words.append(f"the run stops after it, what is below asks; {view.key('breakpoint')} takes that away")
    return words


class Decision(NamedTuple):
    """What a person wants: a policy for the task alone, or a rule; `lifts` says that the rule takes the place of what
    the task asks by its own policy.
    """

    policy: Policy | None = None
    rule: Rule | None = None
    lifts: bool = False


@dataclass(slots=True)
class Making:
    """A rule that a person puts together, from a task. Each of `ROWS` is a line of the list; `turn` changes one.

    With `alone` it is for the task only. With `approving` it only ever lets through.
    """

    view: View
    task: Task
    approving: bool
    alone: bool = False
    effect: Effect = "auto"
    scope: Scope = "run"
    of_type: bool = False
    endpoint: bool = False
    provider: bool = False
    usd: float | None = None
    leaves: bool | None = None

    @classmethod
    def begin(cls, view: View, task: Task, *, approving: bool) -> "Making":
        """Begin with what a person most likely wants: the other policy for this task, or with an approval a rule for its like."""
        now = cls(view, task, approving)
        if approving:
            now.of_type = now.endpoint = True
            now.provider = bool(now.its_provider)
        else:
            now.alone, now.effect = True, "auto" if view.ruling.effect(task) == "ask" else "ask"
        return now

    @property
    def its_endpoint(self) -> str:
        """The endpoint of the task's model, empty where it has none."""
        chosen = self.view.assignment(self.task.uid)
        try:
            return CandidateName.parse(chosen.candidate).endpoint if chosen else ""
        except ValueError:
            return ""

    @property
    def its_provider(self) -> str:
        """The provider of the task's model, empty where it has none."""
        chosen, one = self.view.assignment(self.task.uid), self.view.candidate(self.task)
        return (chosen.provider if chosen else "") or (one.provider if one else "") or ""

    @property
    def sends_file(self) -> bool:
        """Whether a file, or what is made of one, is sent away by the task as it is."""
        one = self.view.candidate(self.task)
        return (one is None or one.leaves) and self.task.uid in of_files(self.view.plan, self.view.run.files)

    @property
    def decision(self) -> Decision:
        """What it comes to."""
        if self.alone:
            return Decision(policy="ask" if self.effect == "ask" else "let")
        match = Match(
            task=self.task.task if self.of_type else None,
            endpoint=self.its_endpoint if self.endpoint else None,
            provider=self.its_provider if self.provider else None,
            max_usd=self.usd,
            file_leaves=self.leaves,
        )
        rule = Rule(match=match, effect=self.effect, scope=self.scope)
        return Decision(rule=rule, lifts=self._lifts(rule))

    @property
    def words(self) -> str:
        """It in words, before it is stored, and what it does not change of what was said of a task alone."""
        decided, name = self.decision, _name(self.task)
        if decided.rule is not None:
            lifted = f"{name} asks no more." if decided.lifts else ""
            said = (f"{decided.rule.words}.", self._misses(decided.rule), lifted, self._overruled(decided))
            return " ".join(filter(None, said))
        return f"Ask before {name}." if decided.policy == "ask" else f"Let {name} start, whatever a rule asks."

    def _misses(self, rule: Rule) -> str:
        """Say that the rule is not about the very task from which it is made, and by what it is not."""
        known = not self.task.skip and self.view.assignment(self.task.uid) is not None
        if not known or self.task.uid in self._decides(rule, alone=True):
            return ""
        why = []
        if self.leaves is not None and self.leaves != self.sends_file:
            why.append("a file leaves this machine there" if self.sends_file else "no file leaves this machine there")
        cost = price(self.view.candidate(self.task))
        if self.usd is not None and (cost is None or cost > self.usd):
            why.append("its price is not known" if cost is None else f"it costs ${cost:g}")
        return f"It is not for {_name(self.task)}{': ' if why else ''}{' and '.join(why)}."

    def _lifts(self, rule: Rule) -> bool:
        """Whether a rule takes the place of the task's own policy to ask: who approves with a rule that lets the task
        through wants it to start.
        """
        return self.approving and self.task.policy == "ask" and self.task.uid in self._decides(rule)

    def _decides(self, rule: Rule, *, alone: bool = False) -> set[Uid]:
        """Return the tasks on which the rule would decide, were nothing said of each, `alone` were there no other rule."""
        run = self.view.run
        plan = run.draft.plan.with_tasks(task.update(policy="auto") for task in run.draft.plan)
        draft = Draft(plan=plan, assignments=run.draft.assignments)
        used = {key: uid for key, uid in run.used.items() if key != rule.key}  # made again it holds again
        others = () if alone else tuple(one for one in run.book.rules if one != rule)
        book = Rulebook((rule, *others), used, run.past)
        said = ruling(draft, run.files, run.candidates, book).verdicts
        return {uid for uid, one in said.items() if one.rule == rule and one.effect == rule.effect}

    def _overruled(self, decided: Decision) -> str:
        """Say of which tasks something else was said, each alone, than the rule says: that stands."""
        if decided.rule is None:
            return ""
        own = {"auto": "ask", "ask": "let"}.get(decided.rule.effect)
        decides = self._decides(decided.rule) - ({self.task.uid} if decided.lifts else set())
        stands = [one for one in self.view.plan if one.policy == own and one.uid in decides]
        if not stands:
            return ""
        more = f" and {plural(len(stands) - 1, 'more task')}" if stands[1:] else ""
        still = "still ask" if own == "ask" else "still start"
        return (
            f"{_name(stands[0])}{more} {still}{'' if more else 's'}: you said so of {'each' if more else 'it'} alone."
        )

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines of the list: a name, by which one is turned, and its words."""
        cost = price(self.view.candidate(self.task))
        known = f"this one ${cost:g}" if cost is not None else "the price of this one is not known, so it would ask"
        rows = [] if self.approving else [("alone", f"{_box(self.alone)} only this task")]
        rows.append(("of_type", f"{_box(self.of_type)} of the type {one_line(self.task.task, 40)}"))
        if self.its_endpoint:
            rows.append(("endpoint", f"{_box(self.endpoint)} on {one_line(self.its_endpoint, 40)}"))
        if self.its_provider:
            rows.append(("provider", f"{_box(self.provider)} at {one_line(self.its_provider, 40)}"))
        most = f"at most ${self.usd:g} a call" if self.usd is not None else "of any price"
        rows.append(("usd", f"{_box(self.usd is not None)} {most} ({known})"))
        rows.append(("leaves", f"{_box(self.leaves is not None)} {_LEAVES[self.leaves]}"))
        if not self.approving:
            rows.append(("effect", f"→ then {DOES[self.effect]}"))
        rows.append(("scope", f"→ holds {'for this task' if self.alone else HOLDS[self.scope]}"))
        return rows

    def turn(self, name: str) -> None:
        """Take a condition in or out, or go on to the next of several values."""
        match name:
            case "alone":
                self._only_this()
                return
            case "effect":
                ways = tuple(one for one in EFFECTS if one != "deny") if self.alone else EFFECTS
                self.effect = _next(ways, self.effect)
                return
            case "scope":
                self.scope = _next(SCOPES, self.scope) if not self.alone else self.scope
                return
            case "of_type" | "endpoint" | "provider":
                setattr(self, name, not getattr(self, name))
            case "usd":
                cost = price(self.view.candidate(self.task))
                amounts = sorted({*AMOUNTS, *([cost] if cost is not None else [])})
                self.usd = _next((None, *amounts), self.usd)
            case "leaves":
                self.leaves = _next((None, self.sends_file, not self.sends_file), self.leaves)
        self.alone = False

    def _only_this(self) -> None:
        self.alone = not self.alone
        if self.alone:
            self.of_type = self.endpoint = self.provider = False
            self.usd = self.leaves = None
            self.effect = "auto" if self.effect == "deny" else self.effect


_LEAVES = {
    None: "whether or not a file leaves this machine",
    True: "where a file, or what is made of one, leaves this machine",
    False: "where no file leaves this machine",
}


def _name(task: Task) -> str:
    return f"{task.id} {one_line(task.task, 40)}"


def _box(on: bool) -> str:
    return "[x]" if on else "[ ]"


def _next(ways: tuple[_T, ...], now: _T) -> _T:
    return ways[(ways.index(now) + 1) % len(ways)] if now in ways else ways[0]
