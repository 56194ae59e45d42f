"""The journal's figures: events a second, the time of one event, opening and folding. Run: python -m benchmarks.journal"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hgtui.core import events as ev
from hgtui.core.run import fold
from hgtui.core.states import Outcome
from hgtui.session.journal import Journal

MANY, SINGLE, LONG = 20_000, 400, 100_000
IN_FLIGHT = 64
RUNS, LISTED = 10_000, 50


def story(count: int) -> Iterator[ev.Event]:
    yield ev.RunStarted(request="a long run", planner="rules")
    for number in range(1, count):
        uid = f"t{number // 3}"
        match number % 3:
            case 0:
                yield ev.TaskQueued(uid=uid)
            case 1:
                yield ev.TaskStarted(uid=uid, candidate="embedded:rapidocr")
            case _:
                yield ev.TaskDone(uid=uid, results=(), seconds=0.5, candidate="embedded:rapidocr", note="a short note")


async def burst(journal: Journal) -> float:
    """Everything is handed over at once."""
    begin = time.perf_counter()
    await asyncio.gather(*(journal.append("burst", event, datetime.now(UTC)) for event in story(MANY)))
    return MANY / (time.perf_counter() - begin)


async def many_in_flight(journal: Journal) -> float:
    """As many tellers as a busy run has, each waiting for its own event."""
    todo = story(MANY)

    async def teller() -> None:
        for event in todo:
            await journal.append("flight", event, datetime.now(UTC))

    begin = time.perf_counter()
    await asyncio.gather(*(teller() for _ in range(IN_FLIGHT)))
    return MANY / (time.perf_counter() - begin)


async def alone(journal: Journal) -> float:
    """One event, awaited alone: the median in milliseconds."""
    times = []
    for event in story(SINGLE):
        begin = time.perf_counter()
        await journal.append("alone", event, datetime.now(UTC))
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1_000


async def longest_pause(journal: Journal) -> float:
    """The longest time in milliseconds for which the event loop did nothing else while events were written."""
    longest, done = 0.0, False

    async def watch() -> None:
        nonlocal longest
        while not done:
            begin = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - begin)

    watcher = asyncio.create_task(watch())
    todo = story(4_000)

    async def teller() -> None:
        for event in todo:
            await journal.append("pause", event, datetime.now(UTC))

    await asyncio.gather(*(teller() for _ in range(IN_FLIGHT)))
    done = True
    await watcher
    return longest * 1_000


async def open_and_fold(folder: Path) -> tuple[float, float]:
    """Seconds to open a journal and read one long run of it, and to fold that."""
    async with Journal.open(folder) as journal:
        await asyncio.gather(*(journal.append("long", event, datetime.now(UTC)) for event in story(LONG)))
    begin = time.perf_counter()
    async with Journal.open(folder) as journal:
        entries = await journal.entries("long")
        read = time.perf_counter()
        run = fold(entries)
    assert run.seq == LONG
    return read - begin, time.perf_counter() - read


async def list_runs(folder: Path) -> float:
    """Milliseconds to open a journal of many runs and read the first screen of its list."""
    start = datetime.now(UTC)
    request = "Read the text in page.png, translate it into German and read it aloud. " * 3
    events = (ev.RunStarted(request=request, planner="rules"), ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
    async with Journal.open(folder) as journal:
        for number in range(RUNS):
            at = start + timedelta(seconds=number)
            waiting = [journal.append(f"20261121-100000-{number:06x}", event, at) for event in events]
            if number % 1000 == 999:
                await asyncio.gather(*waiting)
    begin = time.perf_counter()
    async with Journal.open(folder) as journal:
        rows = await journal.runs(limit=LISTED)
        took = time.perf_counter() - begin
    assert len(rows) == LISTED
    return took * 1_000


async def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        async with Journal.open(Path(folder)) as journal:
            rows = [
                ("synced events a second, all at once", f"{await burst(journal):,.0f}"),
                (f"synced events a second, {IN_FLIGHT} in flight", f"{await many_in_flight(journal):,.0f}"),
                ("one event awaited alone, median", f"{await alone(journal):.2f} ms"),
                ("longest pause of the event loop meanwhile", f"{await longest_pause(journal):.1f} ms"),
            ]
        read, folded = await open_and_fold(Path(folder, "long"))
        listed = await list_runs(Path(folder, "many"))
    rows += [
        (f"open and read {LONG:,} events", f"{read:.2f} s"),
        (f"fold {LONG:,} events", f"{folded:.2f} s"),
        (f"open and list the first {LISTED} of {RUNS:,} runs", f"{listed:.0f} ms"),
    ]
    for name, figure in rows:
        print(f"{name:48} {figure:>12}")


if __name__ == "__main__":
    asyncio.run(main())
