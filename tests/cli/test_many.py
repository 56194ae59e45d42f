"""The real program beside 10,000 runs, and on a run of 100,000 events."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hgtui.core import events as ev
from hgtui.core.states import Outcome
from hgtui.session.journal import Journal
from tests.cli.program import Program

SAY = "What language is 'Guten Morgen, wie geht es dir?'"
MANY, LONG = 10_000, 100_000


async def fill(hgtui: Program, runs: Iterable[tuple[str, list[ev.Event]]]) -> None:
    """Write runs into the journal, each a second later than the one before."""
    at = datetime.now(UTC) + timedelta(hours=1)
    async with Journal.open(hgtui.data) as journal:
        waiting = []
        for name, events in runs:
            at += timedelta(seconds=1)
            waiting += [journal.append(name, event, at) for event in events]
        await asyncio.gather(*waiting)


def test_among_10_000_runs_the_one_that_waits_is_found(hgtui: Program) -> None:
    waits = hgtui.run("run", SAY, "--json").events[-1]["run"]
    story = [ev.RunStarted(request="Sum up", planner="rules"), ev.RunEnded(outcome=Outcome.ANSWERED, exit=0)]
    asyncio.run(fill(hgtui, ((f"20991121-100000-{number:06x}", story) for number in range(MANY))))
    rows = hgtui.run("runs", "--json", "--limit", str(MANY + 1)).json
    assert len(rows) == MANY + 1
    assert (rows[0]["id"], rows[-1]["id"]) == (f"20991121-100000-{MANY - 1:06x}", waits)
    assert len(hgtui.run("runs").out.splitlines()) == 51
    assert hgtui.run("resume", "--yes", "--json").events[0]["run"] == waits
    assert hgtui.run("show", "20991121-100000-000fff", "--json").events[-1]["type"] == "run_ended"


def test_a_run_of_100_000_events_is_shown_whole(hgtui: Program) -> None:
    line = ev.Logged(text="a line of the log")
    story: list[ev.Event] = [ev.RunStarted(request="A long run", planner="rules"), *[line] * (LONG - 2)]
    asyncio.run(fill(hgtui, [("long", [*story, ev.RunEnded(outcome=Outcome.FAILED, exit=1)])]))
    assert [row["events"] for row in hgtui.run("runs", "--json").json] == [LONG]
    lines = hgtui.run("show", "long", "--json").out.splitlines()
    assert len(lines) == LONG
    assert f'"seq": {LONG}' in lines[-1]
    assert "A long run" in hgtui.run("show", "long").out
