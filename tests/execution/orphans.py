"""A parent that starts a lane, says the child's process id on stdout and waits to be killed."""

import asyncio
import sys

from hgtui.execution.lanes import EngineCall, Lanes


async def main(task: str, out: str) -> None:
    lanes = Lanes(limit=1, engines={"test": "tests.execution.engines"})
    await lanes.run(EngineCall("test", task, {}, out), on_progress=lambda _, note: print(note, flush=True))


asyncio.run(main(*sys.argv[1:]))
