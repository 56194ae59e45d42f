"""How a command was called: what its options say, apart from what it is to do."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Way:
    """The profile, whether the Hub may be asked, whether JSON is printed."""

    profile: str | None = None
    offline: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWay(Way):
    """How a command was called that begins a run or goes on with one.

    With `yes` gates are approved, with `scripted` commands come from standard input. `out` is the folder for results, None
    for hgtui-out; `answer` who writes the answer, None as the settings say. `allow` are folders that a plan may read too,
    as they were named. With `fresh` no result is reused, with `no_store` nothing is left on the disk.
    """

    yes: bool = False
    scripted: bool = False
    out: Path | None = None
    answer: str | None = None
    allow: tuple[Path, ...] = ()
    fresh: bool = False
    no_store: bool = False

    @property
    def asks(self) -> bool:
        """Whether a person at a terminal is asked at the gates."""
        return sys.stdin.isatty() and sys.stderr.isatty() and self.asks_model and not self.yes

    @property
    def asks_model(self) -> bool:
        """Whether a person may be asked which model of a controller plans."""
        return not (self.as_json or self.scripted)

    @property
    def approve_by(self) -> str:
        """Who approves where nobody is asked, "" for nobody."""
        return "--yes" if self.yes else ""
