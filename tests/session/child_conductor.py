"""A run whose disk fills up in the middle; prints what came of it."""

import asyncio
import resource
import signal
import sys
from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from tests.session.staging import ByHand, plan, stage, task


async def main(folder: Path) -> None:
    async with stage(folder, ByHand(plan(task("t1"), task("t2", "two")))) as here:
        here.work.holding("t1", "t2")
        await here.gate()
        here.approve()
        running = {await here.began(), await here.began()}
        assert running == {"t1", "t2"}
        await here.until(lambda: len(here.all(ev.TaskStarted)) == 2)
        # From now on no file may grow.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        here.work.let("t2")
        await here.until(lambda: here.conductor.error)
        print(here.conductor.error)
        print("refused:", here.all(ev.Refused)[0].command)
        refused = await here.after(cmd.Undo(), kind=ev.Refused)
        async with asyncio.timeout(20):
            print("stopped:", await here.work.halted.get())
        print("refused:", refused.command)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


asyncio.run(main(Path(sys.argv[1])))
