"""The timeline: one bar for each row of the plan, on one axis, the critical path marked and what is expected hatched."""

from collections.abc import Sequence
from itertools import groupby
from math import ceil

from rich.cells import cell_len

from hgtui.core.plan import Task
from hgtui.core.reuse import SHORTEST_S, length
from hgtui.core.run import Run
from hgtui.core.states import TaskState
from hgtui.core.text import one_line
from hgtui.core.timeline import Chart, PieceKind, Stretch
from hgtui.ui.words import SIGNS, Line, Piece, fit, seconds

MARKS: dict[PieceKind, tuple[str, str]] = {
    "estimate": ("╱", "dim"),
    "queued": ("░", "dim"),
    "wait": ("┄", "warn"),
    "asking": ("◆", "warn"),
    "reused": ("≡", "good"),
    "stopped": ("■", "warn"),
    "running": ("█", "busy"),
    "done": ("█", "good"),
    "failed": ("▞", "bad"),
}
"""The sign of each part of a bar with its role; of several in one cell the last of these is drawn."""
_ORDER = tuple(MARKS)
TOLD: dict[PieceKind, str] = {
    "queued": "queued",
    "running": "runs",
    "done": "ran",
    "failed": "failed",
    "wait": "waits",
    "asking": "asks",
    "reused": "kept",
    "stopped": "stopped",
    "estimate": "expected",
}
GAP, CRITICAL = "┊", "┃"
TIME = 8
"""How wide the time behind a bar is, in cells."""


def timeline_line(run: Run, tasks: Sequence[Task], found: Chart, width: int, name: int) -> Line:
    """Return the bar of a row, which stands for one task or for several alike ones; `name` cells are for what it is called."""
    bars = [found.bars[task.uid] for task in tasks if task.uid in found.bars]
    room = max(width - name - TIME - 3, 4)
    sign, role = SIGNS[run.state(tasks[0].uid)]
    count = f" ×{len(tasks)}" if len(tasks) > 1 else ""
    called = fit(f"{tasks[0].id} {one_line(tasks[0].task, 40)}{count}", max(name - 2, 1))
    critical = any(bar.critical for bar in bars)
    return (
        (f"{sign} ", role),
        (called, "dim" if tasks[0].skip else ""),
        (CRITICAL if critical else " ", "accent"),
        *_bar([one for bar in bars for one in bar.stretches], found, room),
        (" " + _time(run, tasks, found).rjust(TIME), "dim"),
    )


def name_width(tasks: Sequence[Task], width: int) -> int:
    """Return how many cells what tasks are called takes, at a width of all."""
    longest = max((len(str(task.id)) + cell_len(one_line(task.task, 40)) + 1 for task in tasks), default=8)
    return min(longest + 3, max(width // 3, 10))


def legend(found: Chart) -> str:
    """Say what the signs mean that are in the bars, and how long the axis is."""
    if not found.length:
        return ""
    there = {one.kind for bar in found.bars.values() for one in bar.stretches}
    signs: dict[str, str] = {}
    for kind, told in TOLD.items():
        if kind in there:
            signs.setdefault(MARKS[kind][0], told)
    words = [f"{sign} {told}" for sign, told in signs.items()]
    words += [f"{CRITICAL} critical path"] if any(bar.critical for bar in found.bars.values()) else []
    words += [f"{GAP} time left out"] if found.gaps else []
    return " · ".join([f"0 to {_span(found.length)}", *words])


def _span(value: float) -> str:
    return length(value) if value < SHORTEST_S else seconds(value)


def _bar(stretches: Sequence[Stretch], found: Chart, room: int) -> list[Piece]:
    scale = found.length / room if found.length else 1.0
    cells: list[tuple[str, str]] = [(" ", "")] * room
    for gap in found.gaps:
        cells[min(int(gap / scale), room - 1)] = (GAP, "dim")
    for one in sorted(stretches, key=lambda one: _ORDER.index(one.kind)):
        first = min(int(one.begin / scale), room - 1)
        # What is short is seen too.
        for at in range(first, max(min(ceil(one.end / scale), room), first + 1)):
            cells[at] = MARKS[one.kind]
    return [("".join(sign for sign, _ in some), role) for role, some in groupby(cells, key=lambda cell: cell[1])]


def _time(run: Run, tasks: Sequence[Task], found: Chart) -> str:
    bars = [found.bars[task.uid] for task in tasks if task.uid in found.bars]
    ran = max((bar.ran_s for bar in bars), default=0.0)
    state = run.state(tasks[0].uid)
    if state is TaskState.REUSED:
        return "kept"
    if ran:
        return f"{int(ran)} s…" if state is TaskState.RUNNING and len(tasks) == 1 else seconds(ran)
    about = max((one.end - one.begin for bar in bars for one in bar.stretches if one.kind == "estimate"), default=0.0)
    return f"≈{length(about)}" if about >= SHORTEST_S else ""
