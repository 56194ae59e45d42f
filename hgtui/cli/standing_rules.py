"""A person's rules as the program holds them: those of their file as it is now, then those of the configuration."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from hgtui.cli.faults import Fault
from hgtui.config import config_path
from hgtui.config.rules import FILE, Kept, Listed, RuleFile, RulesError, listed
from hgtui.core.policy import Rule


class StandingRules:
    """Keeps rules for every run, and counts what they do. With `counts` false nothing is counted: no trace is left."""

    def __init__(self, file: RuleFile, kept: Kept, configured: tuple[Rule, ...], *, counts: bool = True) -> None:
        self._file, self._kept, self._configured, self._counts = file, kept, configured, counts

    @classmethod
    def read(cls, environ: Mapping[str, str], configured: tuple[Rule, ...], *, counts: bool = True) -> "StandingRules":
        """Read the file beside the configuration. Blocks. Raises Fault."""
        file = RuleFile(config_path(environ).parent / FILE)
        try:
            return cls(file, file.read(), configured, counts=counts)
        except RulesError as error:
            raise Fault(error.message, error.hint) from None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order in which they are looked at."""
        return tuple(one.rule for one in listed(self._kept, self._configured))

    async def listed(self) -> tuple[Listed, ...]:
        """Return every rule with how often it was used, as the file is now. Raises RulesError."""
        self._kept = await asyncio.to_thread(self._file.read)
        return listed(self._kept, self._configured)

    async def keep(self, rule: Rule) -> None:
        """Store a rule before all others. Raises RulesError."""
        await self._file.keep(rule)
        await self.listed()

    async def forget(self, key: str) -> bool:
        """Delete a stored rule; False where none has that key. Raises RulesError."""
        had = await self._file.forget(key)
        await self.listed()
        return had

    async def note(self, uses: Mapping[str, int], at: datetime) -> None:
        """Count how often rules were used, by key. Raises RulesError."""
        if self._counts:
            await self._file.note(uses, at)
