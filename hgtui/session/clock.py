"""The time and new names, as the outside world gives them."""

import secrets
from datetime import UTC, datetime

from hgtui.core.ports import Clock

FRACTIONS = 0x1000


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Names of runs such as ``20261121-100012-4f1c9a``, which sort by time.

    The date and time are UTC; of the six hexadecimal digits the first three are the fraction of the second (1/4096 s)
    and the rest is chance, so that runs of several processes get different names.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._last = ""

    def run_id(self) -> str:
        """Return a new name for a run, one that sorts behind those this object gave within the last second."""
        now = self._clock.now()
        fraction = now.microsecond * FRACTIONS // 1_000_000
        name = f"{now:%Y%m%d-%H%M%S}-{fraction:03x}{secrets.randbelow(FRACTIONS):03x}"
        head, _, tail = self._last.rpartition("-")
        if name <= self._last and name.startswith(head) and tail != "ffffff":
            name = f"{head}-{int(tail, 16) + 1:06x}"
        self._last = name
        return name
