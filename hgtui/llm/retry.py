"""When and how long to wait before the same request is made again."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from hgtui.llm.errors import LLMError

OnRetry = Callable[[int, float, str], None]
"""Told before each wait: the number of the try that failed (from 1), the wait in seconds, and why, as a sentence."""

Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")


def untold(attempt: int, wait_s: float, reason: str) -> None:
    """Nobody asked to be told of retries."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most `tries` requests; waits grow from `first_s` to `longest_s` seconds with jitter.

    A Retry-After is obeyed; where it is longer than `longest_s` there is no wait, and the error tells it.
    """

    tries: int = 4
    first_s: float = 0.5
    longest_s: float = 30.0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `retry-after-ms` or `Retry-After` (seconds or an HTTP date, RFC 9110) asks to wait."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "")
        try:
            return max(0.0, float(value) * scale)
        except ValueError:
            pass
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


async def with_retries(work: Callable[[], Awaitable[T]], policy: RetryPolicy, sleep: Sleep, on_retry: OnRetry) -> T:
    """Await `work()` until it succeeds or its LLMError is not worth another try, which is then raised."""
    import tenacity

    grow = tenacity.wait_exponential(multiplier=policy.first_s, max=policy.longest_s - policy.first_s)
    jitter = tenacity.wait_random(0, policy.first_s)

    def worth(error: BaseException) -> bool:
        return isinstance(error, LLMError) and error.again and (error.retry_after or 0.0) <= policy.longest_s

    def wait(state: tenacity.RetryCallState) -> float:
        asked = _error(state).retry_after
        return grow(state) + jitter(state) if asked is None else asked

    def tell(state: tenacity.RetryCallState) -> None:
        on_retry(state.attempt_number, float(state.upcoming_sleep), _error(state).message)

    async def once() -> T:
        return await work()

    retrying: Any = tenacity.AsyncRetrying(
        sleep=sleep,
        stop=tenacity.stop_after_attempt(policy.tries),
        wait=wait,
        retry=tenacity.retry_if_exception(worth),
        before_sleep=tell,
        reraise=True,
    )
    result: T = await retrying(once)
    return result


def _error(state: Any) -> LLMError:
    error = state.outcome.exception()
    assert isinstance(error, LLMError)
    return error
