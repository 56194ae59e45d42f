"""Rules that a person sets: which tasks start by themselves, which ask first, which never run; the first match decides."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from hgtui.core.base import Value, digest

Effect = Literal["auto", "ask", "deny"]
Scope = Literal["once", "run", "always"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


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
        from hgtui.core.task import TASKS, task_type  # the settings are read before anything needs a task type

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
