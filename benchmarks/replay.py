"""A run of 30 tasks with an LLM at every stage, gone through again from its journal, headless.

In process after imports; journal and artifacts on the disk; the median of five replays. Bound: 0.5 s.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.session.artifacts import Artifacts
from hgtui.session.replay import replay
from hgtui.session.sealed import sealed
from hgtui.session.tape import Tape
from tests.servers.chat import ChatServer
from tests.session.llm_stage import Script, llm_stage, planned, row

TASKS, WIDE, TIMES, BOUND_S = 30, 6, 5, 0.5


def _plan() -> Script:
    """Five layers of six tasks, each of which reads one of the layer above."""
    rows = [
        row(n, f"<GENERATED>-{n - WIDE}", n - WIDE) if n > WIDE else row(n, f"some text, number {n}")
        for n in range(1, TASKS + 1)
    ]
    return Script(planning=planned(*rows))


async def measure() -> tuple[float, int]:
    """Record a run, replay it; return the median in seconds and the number of events."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with ChatServer(_plan()) as server:
            yes = {"approve_by": "--yes", "attended": False}
            async with llm_stage(folder, server.url, tape=Tape(), **yes) as run:
                run.send(cmd.Submit(request="Sum up my letters"))
                await run.end()
                entries = await run.entries()
        artifacts = Artifacts(folder)
        took, events = [], 0
        with sealed():
            for _ in range(TIMES):
                begun = time.perf_counter()
                found = await replay(entries, artifacts)
                took.append(time.perf_counter() - begun)
                assert not found.differences, found.differences
                events = found.events
        await artifacts.aclose()
    return statistics.median(took), events


def main() -> None:
    """Print the table."""
    seconds, events = asyncio.run(measure())
    print(f"replay of a run of {TASKS} tasks, {events} events: {seconds:.3f} s (bound {BOUND_S} s)")


if __name__ == "__main__":
    main()
