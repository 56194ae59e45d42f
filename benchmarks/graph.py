"""The drawn plan: how long its layout takes, what a change costs the processor and the line, how much of real plans is seen.

Bounds: layout of up to 20 tasks 5 ms; layout and scene of 200 and 1,000 tasks 40 and 150 ms, off the loop; one state change
3 ms of CPU and 2 KB (better 1 KB); a frame while panning 7 ms and 20 KB; a change outside the view 0 bytes; every real plan
whole in a pane of 81x16. The terminal has 120x36; the plan is alone on it. CPU of a frame is that of the whole process from
the key to the end of the frame, so that with each the handling of a key is in it, which stands beside it.

python -m benchmarks.graph [FOLDER]   the folder of TaskBench's predictions (or HGTUI_TASKBENCH)
"""

import asyncio
import gc
import json
import os
import statistics
import sys
import time
from pathlib import Path

from benchmarks._boxes import graph
from benchmarks.terminal import Terminal, cpu_seconds, environment, own_folder
from hgtui.core.reading import PlanError, read_plan
from hgtui.ui.graph import flows
from hgtui.ui.graph.fitting import fitted
from hgtui.ui.graph.layout import layout
from hgtui.ui.graph.minimap import HERE
from hgtui.ui.graph.scene import scene
from hgtui.ui.graph.shape import BOX, LINE

PANE = (81, 16)
TIMES, WARM_UP = 40, 5
QUIET_S, START_S = 0.15, 90.0
KEYS = {
    "a key that does nothing": b"\x1b[20~",
    "one state change": b"\x1b[15~",
    "progress of one box": b"\x1b[18~",
    "change outside the view": b"\x1b[17~",
    "state change, whole workbench": b"\x1b[19~",
}
PANS = (b"\x1b[1;2B", b"\x1b[1;2C")


def timed(size: int, *, drawn: bool) -> list[tuple[float, float]]:
    """Return the CPU and the wall time (ms) of the layout of a graph, in each detail and direction; with `drawn` its scene too."""
    nodes, edges = graph(size)
    took = []
    for detail in (BOX, LINE):
        for direction in ("right", "down"):
            runs = []
            for _ in range(9):
                begun, before = time.perf_counter(), time.thread_time()
                laid = layout(nodes, edges, {}, direction, detail)  # type: ignore[arg-type]
                if drawn:
                    scene(laid)
                runs.append(((time.thread_time() - before) * 1e3, (time.perf_counter() - begun) * 1e3))
            took.append((statistics.median(cpu for cpu, _ in runs), statistics.median(wall for _, wall in runs)))
    return took


def span(took: list[tuple[float, float]]) -> str:
    """Write the least and the most of what the details and directions took."""
    cpu, wall = zip(*took, strict=True)
    return f"{min(cpu):8.1f} to {max(cpu):.1f} ms of CPU, {min(wall):.1f} to {max(wall):.1f} ms"


async def held(size: int) -> float:
    """Return how many ms the loop was held at most while a graph was laid out beside it."""
    nodes, edges = graph(size)
    work = asyncio.create_task(asyncio.to_thread(lambda: scene(layout(nodes, edges, {}, "down", LINE))))
    longest, last = 0.0, time.perf_counter()
    while not work.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest * 1e3


def frames(size: int) -> dict[str, tuple[float, float]]:
    """Return for each thing that happens the CPU (ms) and the bytes of its frame, the median."""
    found = {}
    with own_folder() as folder:
        env = {**environment(folder), "PYTHONPATH": str(Path.cwd())}
        with Terminal([sys.executable, "-m", "benchmarks._boxes", str(size)], env) as terminal:
            terminal.read(2.0, None)
            while HERE not in terminal.text() and terminal.now < START_S:
                terminal.read(5.0, 2.0)
            if HERE not in terminal.text():
                raise SystemExit(f"nothing is drawn:\n{terminal.text()}")
            for name, key in KEYS.items():
                found[name] = pressed(terminal, [key])
            found["pan by one step"] = pressed(terminal, PANS)
    return found


def pressed(terminal: Terminal, keys: "list[bytes] | tuple[bytes, ...]") -> tuple[float, float]:
    """Press keys in turn; return CPU and bytes of what came, the median."""
    cpu, sent = [], []
    for at in range(TIMES + WARM_UP):
        before = cpu_seconds(terminal.pid)
        terminal.type(keys[at % len(keys)])
        came = terminal.read(2.0, QUIET_S)
        if at >= WARM_UP:
            sent.append(float(came))
            cpu.append((cpu_seconds(terminal.pid) - before) * 1e3)
    return statistics.median(cpu), statistics.median(sent)


def whole(folder: Path) -> tuple[int, int, int, dict[str, int]]:
    """Return how many real plans there are without a ring, how many are seen whole, how many have rings, and in which detail."""
    plans = seen = rings = 0
    details: dict[str, int] = {}
    for line in (folder / "predictions_dev.jsonl").read_text("utf-8").splitlines():
        try:
            plan = read_plan(json.loads(line)["prediction"]).plan
        except PlanError:
            continue
        if len(plan.levels()) < len(plan):
            rings += 1
            continue
        plans += 1
        laid = fitted([task.uid for task in plan], flows.edges(plan), PANE, signs=flows.signs(plan))
        if laid.size[0] <= PANE[0] and laid.size[1] <= PANE[1]:
            seen += 1
            name = f"{laid.detail.name} {laid.detail.width}x{laid.detail.height} {laid.direction}"
            details[name] = details.get(name, 0) + 1
    return plans, seen, rings, details


def main() -> None:
    gc.freeze()  # as the program does with what it imported
    small = [one for size in (5, 13, 20) for one in timed(size, drawn=False)]
    print(f"{'layout, up to 20 tasks':34}{span(small)}; bound 5 ms")
    for size, bound in ((200, 40), (1_000, 150)):
        print(f"{f'layout and scene, {size:,} tasks':34}{span(timed(size, drawn=True))}; bound {bound} ms")
        print(f"{'  the loop held meanwhile, at most':34}{asyncio.run(held(size)):8.1f} ms")
    for size in (200, 1_000):
        print(f"{size:,} tasks, 120x36" + " " * 20 + "CPU ms   bytes")
        for name, (cpu, sent) in frames(size).items():
            print(f"  {name:32}{cpu:8.1f}{sent:8.0f}")
    print("bounds: state change 3 ms, 2 KB; pan 7 ms, 20 KB; outside the view 0 bytes")
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("HGTUI_TASKBENCH")
    if folder:
        plans, seen, rings, details = whole(Path(folder))
        print(
            f"real plans without a ring: {plans}, whole in {PANE[0]}x{PANE[1]}: {seen} (with a ring, not counted: {rings})"
        )
        print("  " + ", ".join(f"{name}: {count}" for name, count in sorted(details.items())))


if __name__ == "__main__":
    main()
