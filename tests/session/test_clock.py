"""The clock and the names of runs."""

import re
from datetime import UTC, datetime, timedelta

from hgtui.session.clock import RandomIds, SystemClock


class Steps:
    """A clock that goes on by a fixed step each time it is read."""

    def __init__(self, step: timedelta) -> None:
        self.time, self.step = datetime(2026, 11, 21, 10, 0, 12, tzinfo=UTC), step

    def now(self) -> datetime:
        self.time += self.step
        return self.time


def test_the_time_is_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_run_id_is_short_and_says_when() -> None:
    assert re.fullmatch(r"20261121-100013-000[0-9a-f]{3}", RandomIds(Steps(timedelta(seconds=1))).run_id())


def test_run_ids_sort_by_time_even_within_one_moment() -> None:
    for step in (timedelta(0), timedelta(microseconds=1), timedelta(milliseconds=3), timedelta(minutes=1)):
        ids = RandomIds(Steps(step))
        names = [ids.run_id() for _ in range(200)]
        assert names == sorted(set(names))


def test_two_processes_in_the_same_moment_get_different_names() -> None:
    names = {RandomIds(Steps(timedelta(0))).run_id() for _ in range(5)}
    assert len(names) > 1
