"""Rules that a person sets: which tasks start by themselves, which ask first, which never run; the first match decides."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from hgtui.core.base import Value, digest
from hgtui.core.edit import Draft
from hgtui.core.files import file_literals
from hgtui.core.model import Assignment, Candidate, CandidateName
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import FileFact
from hgtui.core.stand_ins import known_as
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import one_line

Effect = Literal["auto", "ask", "deny"]
Scope = Literal["once", "run", "always"]
Candidates = Mapping[str, tuple[Candidate, ...]]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_STRICT = {"auto": 0, "ask": 1, "deny": 2}


class Match(Value):
    """What a task must be for a rule to decide on it; None for what does not matter.

    `task` is its type, `endpoint` and `provider` those of the candidate that was chosen. `max_usd` is the most that a
    call of it may cost in US dollars. `file_leaves`: a file that it reads, or what was made of one, is sent away from
    this machine (True), or none is (False).
    """

    task: str | None = None
    endpoint: str | None = None
    provider: str | None = None
    max_usd: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None
    file_leaves: Annotated[bool, Field(strict=True)] | None = None

    @field_validator("task")
    @classmethod
    def _type(cls, name: str | None) -> str | None:
        found = task_type(name) if name is not None else None
        if found is not None and found not in TASKS:
            near = get_close_matches(found, TASKS, 1)
            hint = f", such as {near[0]}" if near else ": hgtui tasks lists them"
            raise PydanticCustomError("task", "must be a task type{hint}", {"hint": hint})
        return found

    @field_validator("endpoint", "provider")
    @classmethod
    def _plain(cls, name: str | None) -> str | None:
        if name is not None and not _NAME.fullmatch(name):
            raise PydanticCustomError("name", "must be a name of letters, digits, _, - and .")
        return name


class Rule(Value):
    """What happens to the tasks that it matches: "auto" lets them start within what was approved, "ask" stops each in its
    place until a person lets it start, "deny" is an error of the plan.

    `scope`: "once" for the first task that it decides on, "run" for this run, "always" for those to come too.
    """

    match: Match = Match()
    effect: Effect
    scope: Scope = "always"

    @property
    def key(self) -> str:
        """The same for equal rules, and only for them: 12 hexadecimal digits."""
        return digest(self.model_dump())[:12]

    @property
    def words(self) -> str:
        """The rule as a sentence without its full stop: "Ask before text-to-speech at fal-ai, in this run"."""
        does = {"auto": "Let through", "ask": "Ask before", "deny": "Never run"}[self.effect]
        holds = {"once": "once", "run": "in this run", "always": "always"}[self.scope]
        return f"{does} {_what(self.match)}, {holds}"


def _what(match: Match) -> str:
    words = [match.task or "every task"]
    words += [f"on {match.endpoint}"] if match.endpoint else []
    words += [f"at {match.provider}"] if match.provider else []
    more = [f"costs at most ${match.max_usd:g} a call"] if match.max_usd is not None else []
    if match.file_leaves is not None:
        more.append("sends a file away from this machine" if match.file_leaves else "sends no file away")
    return " ".join(words) + (f" that {' and '.join(more)}" if more else "")


class Ahead(NamedTuple):
    """What a rule looks at: a task as it would run. `usd` is the price of the call, None where it is not known."""

    task: str
    endpoint: str = ""
    provider: str = ""
    usd: float | None = 0.0
    file_leaves: bool = False


class Verdict(NamedTuple):
    """What becomes of a task, and the rule that says so, None where it is the task's own policy.

    `unpriced`: the rule speaks of a price and that of the call is not known, so it asks.
    """

    effect: Effect
    rule: Rule | None = None
    unpriced: bool = False

    @property
    def why(self) -> str:
        """The rule in words, empty where there is none."""
        if self.rule is None:
            return ""
        return f"{self.rule.words}{'; the price of the call is not known' if self.unpriced else ''}"


class Rulebook(NamedTuple):
    """The rules of a run, the first first.

    Of those that hold once, by key: `used` is who used it up, `past` are the tasks that had begun before it was made.
    """

    rules: tuple[Rule, ...] = ()
    used: Mapping[str, Uid] = {}
    past: Mapping[str, frozenset[Uid]] = {}


NO_RULES = Rulebook()


def says(rule: Rule, ahead: Ahead) -> Effect | None:
    """Return what a rule says of a task, None where it does not match. A price that is not known counts as "ask"."""
    match = rule.match
    pairs = ((match.task, ahead.task), (match.endpoint, ahead.endpoint), (match.provider, ahead.provider))
    if any(want is not None and want != has for want, has in pairs):
        return None
    if match.file_leaves is not None and match.file_leaves != ahead.file_leaves:
        return None
    if match.max_usd is None:
        return rule.effect
    if ahead.usd is None:
        return "ask"
    return rule.effect if ahead.usd <= match.max_usd else None


def first(rules: Iterable[Rule], ahead: Ahead) -> Verdict | None:
    """Return what the first rule that matches says, None where none does."""
    for rule in rules:
        effect = says(rule, ahead)
        if effect is not None:
            unpriced = rule.match.max_usd is not None and ahead.usd is None
            return Verdict(effect, rule, unpriced)
    return None


def price(candidate: Candidate | None) -> float | None:
    """Return what a call costs in US dollars, None where that is not known: what runs here, and says nothing, is free."""
    if candidate is None:
        return None
    if candidate.usd is not None:
        return candidate.usd
    return None if candidate.leaves or candidate.spends else 0.0


def of_files(plan: Plan, files: Mapping[str, FileFact]) -> set[Uid]:
    """Return the tasks that read a file, or what was made of one."""
    readers: dict[Uid, list[Uid]] = {}
    for task in plan:
        for value in task.args.values():
            for ref in value.refs:
                readers.setdefault(ref.uid, []).append(task.uid)
    ahead = [task.uid for task in plan if file_literals(task, files)]
    found = set(ahead)
    while ahead:
        for uid in readers.get(ahead.pop(), ()):
            if uid not in found:
                found.add(uid)
                ahead.append(uid)
    return found


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of each task of a draft that has a model; `once` tells who has a rule that holds once."""

    verdicts: Mapping[Uid, Verdict] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    once: Mapping[str, Uid] = field(default_factory=dict)
    past: Mapping[str, frozenset[Uid]] = field(default_factory=dict)
    of_files: frozenset[Uid] = frozenset()

    def effect(self, task: Task) -> Effect:
        """Return what becomes of a task."""
        return self.verdict(task).effect

    def verdict(self, task: Task) -> Verdict:
        """Return what becomes of a task, and why."""
        return self.verdicts.get(task.uid) or _own(task)

    def may(self, task: Task, candidate: Candidate) -> bool:
        """Say whether a candidate may stand in for the one that was chosen: what is said of it is not stricter."""
        if not self.rules:
            return True
        return _STRICT[self.of(task, candidate).effect] <= _STRICT[self.effect(task)]

    def of(self, task: Task, candidate: Candidate) -> Verdict:
        """Return what would become of a task with another candidate."""
        chosen = Assignment.of(candidate, "ranking", "")
        return _said(task, _ahead(task, chosen, candidate, self.of_files), self)


def ruling(draft: Draft, files: Mapping[str, FileFact], candidates: Candidates, book: Rulebook = NO_RULES) -> Ruling:
    """Return what the rules say of a draft. A rule that holds once belongs to the first row that it decides on."""
    if not book.rules:
        return Ruling()
    read = frozenset(of_files(draft.plan, files))
    once = dict(book.used)
    found: dict[Uid, Verdict] = {}
    for task in draft.plan:
        chosen = draft.assignments.get(task.uid)
        if chosen is None or task.skip:
            continue
        known = known_as(chosen, candidates.get(task.task, ()))
        verdict = _said(task, _ahead(task, chosen, known, read), Ruling(rules=book.rules, once=once, past=book.past))
        if verdict.rule is not None and verdict.rule.scope == "once":
            once[verdict.rule.key] = task.uid
        found[task.uid] = verdict
    return Ruling(found, book.rules, once, book.past, read)


def _said(task: Task, ahead: Ahead, now: Ruling) -> Verdict:
    mine = (one for one in now.rules if one.scope != "once" or _holds(one, task, now))
    found = first(mine, ahead)
    if found is not None and found.effect == "deny":
        return found
    return found if found is not None and task.policy == "auto" else _own(task)


def _holds(rule: Rule, task: Task, now: Ruling) -> bool:
    """Say whether a rule that holds once may be for a task."""
    return now.once.get(rule.key, task.uid) == task.uid and task.uid not in now.past.get(rule.key, ())


def _own(task: Task) -> Verdict:
    return Verdict("ask" if task.policy == "ask" else "auto")


def _ahead(task: Task, chosen: Assignment, known: Candidate | None, read: Iterable[Uid]) -> Ahead:
    try:
        name = CandidateName.parse(chosen.candidate)
    except ValueError:
        name = CandidateName(endpoint=one_line(chosen.candidate, 80), model="")
    provider = chosen.provider or name.provider or (known.provider if known else None) or ""
    leaves = known is None or known.leaves  # where nothing is known of it, it is taken to be elsewhere
    return Ahead(task.task, name.endpoint, provider, price(known), leaves and task.uid in read)


def looks(task: Task, chosen: Assignment, known: Candidate | None, *, of_file: bool) -> Ahead:
    """Return a task as a rule would look at it, with the candidate that was chosen."""
    return _ahead(task, chosen, known, (task.uid,) if of_file else ())
