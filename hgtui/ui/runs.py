"""A stored run as a row of the list of runs, and what is known of it."""

from datetime import datetime

from hgtui.core.states import Outcome
from hgtui.core.text import one_line, plural
from hgtui.session.rows import RunRow
from hgtui.ui.words import Line, fit, wrapped

_SIGNS = {
    Outcome.ANSWERED.value: ("✓", "good"),
    Outcome.DEGRADED.value: ("!", "warn"),
    Outcome.FAILED.value: ("✗", "bad"),
    Outcome.INTERRUPTED.value: ("■", "warn"),
    "waiting": ("◆", "warn"),
    "errors": ("✗", "bad"),
    "left": ("◌", "warn"),
    "damaged": ("✗", "bad"),
}
WIDE = 100
LEFT = frozenset({"waiting", "errors", "left"})
"""The states of a run that can be gone on with."""


def when(at: datetime) -> str:
    """Return a time as people here write it: the day and the minute, in the time of this place."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def head(width: int) -> Line:
    """Return the line over the columns."""
    started = 18 if width >= WIDE else 13
    words = f"    {'state':12}{'started':{started}}{'tasks':>5}  "
    return ((words + (f"{'planner':18}" if width >= WIDE else "") + "request", "dim"),)


def row(one: RunRow, width: int, here: str = "") -> Line:
    """Return the row of a run at a width in cells; `here` says what it does in this program, else an empty text."""
    sign, role = _SIGNS.get(one.state, ("◐", "busy"))
    state = here or ("elsewhere" if one.held else one.state)
    tasks = str(one.tasks) if one.tasks else "-"
    planner = f"{fit(one.planner, 16)}  " if width + 2 >= WIDE else ""
    started = f"{when(one.started)}  " if planner else f"{when(one.started)[5:]}  "
    left = width - 2 - 12 - len(started) - 5 - 2 - len(planner)
    return (
        (f"{sign} {fit(state, 11)} ", role),
        (started, "dim"),
        (f"{tasks:>5}  {planner}", ""),
        (fit(one.request, max(left, 8)), ""),
    )


def facts(one: RunRow, width: int, most: int, here: str = "") -> tuple[Line, ...]:
    """Return what is known of a run, in at most `most` lines: its name, how it went, its request; `here` as for `row`."""
    words = [one.id, f"planned by {one_line(one.planner, 40)}" if one.planner else "", plural(one.events, "event")]
    ended = f"{one.state}, exit {one.exit}" if one.exit is not None else one.state
    ended += ", open in another hgtui" if one.held and not here else ""
    second = f"{ended} · started {when(one.started)} · last event {when(one.updated)}"
    lines: list[Line] = [
        ((fit(" · ".join(filter(None, words)), width), "bold"),),
        ((fit(second, width), "dim"),),
    ]
    lines += [((line, ""),) for line in wrapped(one_line(one.request), width, max(most - 2, 1))]
    return tuple(lines[:most])
