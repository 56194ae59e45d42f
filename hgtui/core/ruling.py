"""What a person's rules say of each task of a draft, and of what may stand in for its model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hgtui.core.edit import Draft
from hgtui.core.files import file_literals
from hgtui.core.model import Assignment, Candidate, CandidateName
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.policy import Ahead, Effect, Rule, Verdict, first
from hgtui.core.resource import FileFact
from hgtui.core.stand_ins import known_as
from hgtui.core.text import one_line

Candidates = Mapping[str, tuple[Candidate, ...]]
_STRICT = {"auto": 0, "ask": 1, "deny": 2}


class Rulebook(NamedTuple):
    """The rules of a run, the first first.

    Of those that hold once, by key: `used` is who used it up, `past` are the tasks that had begun before it was made.
    """

    rules: tuple[Rule, ...] = ()
    used: Mapping[str, Uid] = {}
    past: Mapping[str, frozenset[Uid]] = {}


NO_RULES = Rulebook()


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
