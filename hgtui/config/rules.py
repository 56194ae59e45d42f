"""The rules that a person has made for every run to come, in a file of their own, and how often each rule was used."""

import asyncio
import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from hgtui.core.base import Value
from hgtui.core.policy import Rule
from hgtui.core.text import one_line

FILE = "rules.json"
"""The name of the file; it lies beside the configuration, which stays as its owner wrote it."""
_MOST_BYTES = 1_000_000
_MOST_USED = 1_000
"""Of how many rules it is kept how often they were used; the oldest are forgotten first."""


class RulesError(Exception):
    """The file of the rules cannot be read or written. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Use(Value):
    """How often a rule let a task through, or made it ask, and when that was last (UTC)."""

    count: int = 0
    last: datetime | None = None


class Kept(Value):
    """What the file holds: the rules, the newest first, and by key how often each rule was used, configured ones too."""

    version: int = Field(default=1, ge=1, le=1)
    rules: tuple[Rule, ...] = ()
    used: dict[str, Use] = {}


class Listed(Value):
    """A rule with its place in the order in which rules are looked at, from 1. `stored` is one of the file, which can be
    deleted here; another stands in the configuration."""

    number: int
    rule: Rule
    use: Use = Use()
    stored: bool = True

    @property
    def used(self) -> str:
        """How often it was used, in words; "-" for one that denies, as nothing is let through or asked by it."""
        count = self.use.count
        if not count and self.rule.effect != "deny":
            return "not used yet"
        return {"auto": f"let {count} through", "ask": f"asked {count}", "deny": "-"}[self.rule.effect]


class RuleFile:
    """The rules of a person. The file is JSON, readable by its owner only, written whole or not at all, and locked while
    it is changed: several programs that count at the same time lose nothing. Each method blocks and raises RulesError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Kept:
        """Read the file; no rules where there is none."""
        try:
            with self._path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            raise RulesError(f"The rules in {self._path} cannot be read: {error.strerror or error}.") from None
        wrong, hint = (
            f"The rules in {self._path} cannot be read",
            "Mend the file, or delete it: then only config.toml rules.",
        )
        if len(data) > _MOST_BYTES:
            raise RulesError(f"{wrong}: the file is larger than {_MOST_BYTES // 1_000_000} MB.", hint)
        try:
            return Kept.model_validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = one_line(".".join(str(part) for part in first["loc"]), 120)
            raise RulesError(f"{wrong}: {place + ': ' if place else ''}{one_line(first['msg'], 200)}.", hint) from None

    def add(self, rule: Rule) -> None:
        """Put a rule before all others; one that is there already moves to the front."""
        self._change(lambda kept: kept.model_copy(update={"rules": (rule, *(r for r in kept.rules if r != rule))}))

    def delete(self, key: str) -> bool:
        """Take a rule away; False where there is none of that key."""
        had = any(one.key == key for one in self.read().rules)
        if had:
            self._change(lambda kept: kept.model_copy(update={"rules": tuple(r for r in kept.rules if r.key != key)}))
        return had

    def count(self, uses: Mapping[str, int], at: datetime) -> None:
        """Note that rules were used, by key and how often."""

        def counted(kept: Kept) -> Kept:
            used = dict(kept.used)
            for key, more in uses.items():
                before = used.pop(key, Use())
                used[key] = Use(count=before.count + more, last=at.astimezone(UTC))
            return kept.model_copy(update={"used": dict(list(used.items())[-_MOST_USED:])})

        self._change(counted)

    async def keep(self, rule: Rule) -> None:
        """Put a rule before all others, without blocking."""
        await asyncio.to_thread(self.add, rule)

    async def forget(self, key: str) -> bool:
        """Take a rule away, without blocking; False where there is none of that key."""
        return await asyncio.to_thread(self.delete, key)

    async def note(self, uses: Mapping[str, int], at: datetime) -> None:
        """Note that rules were used, without blocking."""
        await asyncio.to_thread(self.count, dict(uses), at)

    def _change(self, change: Callable[[Kept], Kept]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(self._path.with_name(f".{self._path.name}.lock")):
                _replace(self._path, change(self.read()))
        except OSError as error:
            raise RulesError(f"The rules cannot be written to {self._path}: {error.strerror or error}.") from None


def listed(kept: Kept, configured: tuple[Rule, ...]) -> tuple[Listed, ...]:
    """Return every rule in the order in which they are looked at: those that were made here, then the configured ones."""
    rules = [(one, True) for one in kept.rules] + [(one, False) for one in configured if one not in kept.rules]
    return tuple(
        Listed(number=number, rule=rule, use=kept.used.get(rule.key, Use()), stored=stored)
        for number, (rule, stored) in enumerate(rules, 1)
    )


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the right to change the file; its own lock, as the file itself is replaced."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, kept: Kept) -> None:
    data: dict[str, Any] = kept.model_dump(mode="json", exclude_none=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
