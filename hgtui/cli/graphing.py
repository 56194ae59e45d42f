"""A plan as a drawn graph on the command line: plain text, as wide as the terminal."""

import sys
from typing import TextIO

from hgtui.cli.tables import width_of
from hgtui.cli.words import say
from hgtui.core.run import Run

COLUMNS = 100
"""How wide a drawing is where it can be, written on no terminal."""


def graph_of(run: Run, *, to: TextIO | None = None) -> str:
    """Return the plan of a run as a drawing for a stream (standard output); that it is wider than its terminal is told."""
    from hgtui.ui.boxes import written
    from hgtui.ui.graph import flows
    from hgtui.ui.graph.fitting import fitted
    from hgtui.ui.graph.plain import drawn, writable
    from hgtui.ui.graph.scene import scene
    from hgtui.ui.view import View

    stream = to or sys.stdout
    terminal = width_of(stream)
    view, plan, signs = View(), run.plan, flows.signs(run.plan)
    view.restart(run)
    laid = fitted([task.uid for task in plan], flows.edges(plan), (terminal or COLUMNS, None), signs=signs)
    if terminal and laid.size[0] > terminal:
        say(f"note: the drawing has {laid.size[0]} columns, and the terminal {terminal}; less -S shows it unbroken.")
    texts = {task.uid: written(view, task, laid.detail, view.clock()) for task in plan}
    lines = drawn(scene(laid, signs), texts)
    return "\n".join(writable(line, stream.encoding or "ascii") for line in lines)
