"""A process that works with a journal, for tests that kill it, fill its disk or take away its rights.

Usage: python -m tests.session.child_journal WHAT FOLDER RUN [COUNT]
"""

import asyncio
import json
import os
import resource
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from hgtui.core import events as ev
from hgtui.session.journal import Journal, JournalError


def say(*words: object) -> None:
    print(*words, flush=True)


def line(number: int) -> ev.Logged:
    return ev.Logged(text=f"line {number} " + "x" * (number % 300))


async def endless(folder: Path, run: str) -> None:
    """Append without end, twenty in flight, and print the number of each that is safe."""
    async with Journal.open(folder) as journal:
        journal.append(run, ev.RunStarted(request="kill me"), datetime.now(UTC))
        number = 1
        while True:
            waiting = []
            for _ in range(20):
                number += 1
                waiting.append(journal.append(run, line(number), datetime.now(UTC)))
            for one in waiting:
                say((await one).seq)


async def some(folder: Path, run: str, count: int) -> None:
    """Append `count` events, five in flight, and print how many are safe."""
    async with Journal.open(folder) as journal:
        await journal.append(run, ev.RunStarted(request=run), datetime.now(UTC))
        for start in range(1, count, 5):
            waiting = [journal.append(run, line(n), datetime.now(UTC)) for n in range(start, min(start + 5, count))]
            await asyncio.gather(*waiting)
    say(count)


async def fill(folder: Path, run: str) -> None:
    """Append until the disk, here a limit on the size of a file, is full; then once more, then close."""
    async with Journal.open(folder) as journal:
        await journal.append(run, ev.RunStarted(request=run), datetime.now(UTC))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
        safe, errors = 1, []
        while not errors:
            waiting = [journal.append(run, ev.Logged(text="x" * 5_000), datetime.now(UTC)) for _ in range(10)]
            for result in await asyncio.gather(*waiting, return_exceptions=True):
                if isinstance(result, JournalError):
                    errors.append([result.message, result.hint])
                else:
                    safe += 1
        try:
            await journal.append(run, ev.Logged(text="later"), datetime.now(UTC))
        except JournalError as error:
            errors.append([error.message, error.hint])
        else:
            errors.append(["written", ""])
    say(json.dumps({"safe": safe, "errors": errors}))


async def no_space(folder: Path, run: str) -> None:
    """Open where not even an empty journal has room and print what came of it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
    await try_open(folder, run)


async def no_rights(folder: Path, run: str) -> None:
    """Open as a user without rights and print what came of it."""
    os.setgid(65534)
    os.setuid(65534)
    await try_open(folder, run)


async def try_open(folder: Path, run: str) -> None:
    """Open, write one event and print the error, or null."""
    try:
        async with Journal.open(folder) as journal:
            await journal.append(run, ev.RunStarted(request=run), datetime.now(UTC))
    except JournalError as error:
        say(json.dumps([error.message, error.hint]))
    else:
        say(json.dumps(None))


if __name__ == "__main__":
    what, folder, run, *more = sys.argv[1:]
    calls = {"endless": endless, "some": some, "fill": fill, "no_space": no_space, "no_rights": no_rights}
    asyncio.run(calls[what](Path(folder), run, *map(int, more)))
