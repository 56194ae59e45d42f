"""The scheduler without work: 1,000 to 10,000 no-op tasks with the fold of all their events, and 30 waits side by side.

Bounds: 1,000 tasks under 0.5 s and linear to 10,000; 30 tasks of 0.5 s under 0.55 s.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.ports import Results
from hgtui.core.resource import Kind, Resource
from hgtui.core.run import Run
from hgtui.core.states import TaskState
from hgtui.execution.scheduler import Scheduler

WORD = Resource(kind=Kind.TEXT, digest="0" * 64, media_type="text/plain", size=1, preview="x")
LAYER = 50


def _plan(count: int, reads: Callable[[int], tuple[int, ...]]) -> Plan:
    tasks = []
    for n in range(count):
        deps = [f"t{one}" for one in reads(n)]
        value = Input.of(*deps) if deps else Input.text("x")
        tasks.append(Task(uid=f"t{n}", id=n, task="summarization", args={"text": value}))
    return Plan(tasks=tuple(tasks))


SHAPES: dict[str, Callable[[int], tuple[int, ...]]] = {
    "chain": lambda n: (n - 1,) if n else (),
    "fan": lambda n: (0,) if n else (),
    "layers": lambda n: (n - LAYER, n - LAYER + 1 - (n % LAYER == LAYER - 1)) if n >= LAYER else (),
}


async def run(plan: Plan, work: Callable[[], Awaitable[None]], limit: int) -> tuple[float, Run]:
    """Run a plan on fake work and fold every event; return the seconds and the run."""
    state, now, seq = Run(), datetime.now(UTC), 0

    def emit(event: ev.Event) -> None:
        nonlocal seq
        seq += 1
        state.fold(ev.Entry(run="bench", seq=seq, at=now, event=event))

    async def perform(task: Task, assignment: Assignment, results: Results) -> ev.TaskDone:
        emit(ev.TaskStarted(uid=task.uid, candidate=assignment.candidate))
        await work()
        return ev.TaskDone(uid=task.uid, results=(WORD,), candidate=assignment.candidate)

    chosen = Assignment(candidate="fake:work")
    assignments = {task.uid: chosen for task in plan}
    scheduler = Scheduler(perform, emit, lambda _: ("fake", limit), lambda task, assignment: "")
    begun = time.perf_counter()
    scheduler.start(plan, assignments)
    await scheduler.idle()
    took = time.perf_counter() - begun
    assert all(state.tasks[task.uid].state is TaskState.DONE for task in plan)
    return took, state


async def _nothing() -> None:
    return None


async def main() -> None:
    print("| shape | 1,000 tasks | 10,000 tasks | factor |")
    print("|---|---|---|---|")
    for name, reads in SHAPES.items():
        small, _ = await run(_plan(1_000, reads), _nothing, 10_000)
        large, _ = await run(_plan(10_000, reads), _nothing, 10_000)
        print(f"| {name} | {small:.3f} s | {large:.3f} s | {large / small:.1f} |")
    queued, _ = await run(_plan(10_000, SHAPES["fan"]), _nothing, 4)
    print(f"| fan, four at once | | {queued:.3f} s | |")
    side, _ = await run(_plan(30, lambda n: ()), lambda: asyncio.sleep(0.5), 30)
    print(f"\n30 tasks of 0.5 s side by side: {side:.3f} s (bound 0.55 s)")


if __name__ == "__main__":
    asyncio.run(main())
