"""Server: what every call to one server shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from hgtui.llm.address import checked, checked_key, secrets_of, shown
from hgtui.llm.engine import Engine
from hgtui.llm.retry import RetryPolicy, Sleep
from hgtui.llm.values import Timeouts


@dataclass(frozen=True, slots=True)
class Server:
    """The engine of one server, its address as it may be shown, and how long and how often it is asked."""

    where: str
    engine: Engine
    timeouts: Timeouts
    retries: RetryPolicy
    sleep: Sleep
    secrets: tuple[str, ...]

    @classmethod
    def at(
        cls,
        base_url: str,
        api_key: str | None,
        timeouts: Timeouts,
        retries: RetryPolicy,
        sleep: Sleep,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """`headers` go with every request. Raises LLMError (bad_input, access) for a URL or a key that cannot be used."""
        url, key = checked(base_url), checked_key(api_key)
        engine = Engine(url, key, timeouts, headers)
        return cls(shown(url), engine, timeouts, retries, sleep, secrets_of(url, key))

    @property
    def headers(self) -> dict[str, Any]:
        """Extra headers of each request."""
        return self.engine.headers
