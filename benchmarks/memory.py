"""Whether memory stays flat: a thousand runs, one after the other, in one process. Run: python -m benchmarks.memory"""

import asyncio
import gc
import os
import tempfile
from pathlib import Path

from tests.session.staging import stage

RUNS, STEP = 1_000, 100
"""How many runs there are, and after how many the memory is looked at."""


def resident() -> float:
    """Return what this process has in memory, in MB (proc(5), statm: the second field, in pages)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


async def one_run(folder: Path) -> None:
    """Plan, choose, approve, execute two tasks, answer; with a journal and artifacts on the disk."""
    async with stage(folder) as on:
        await on.gate()
        on.approve()
        ended = await on.end()
        assert ended.exit == 0


async def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        figures = []
        for number in range(1, RUNS + 1):
            await one_run(Path(folder))
            if number % STEP == 0:
                gc.collect()
                figures.append(resident())
                print(f"{number:>6} runs {figures[-1]:>8.1f} MB")
    # The first hundred fill caches and the allocator's pools.
    print(f"from run {STEP} to run {RUNS}: {figures[-1] - figures[0]:+.1f} MB")


if __name__ == "__main__":
    asyncio.run(main())
