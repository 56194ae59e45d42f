"""What stands on the border of the plan pane: counts above; below what it takes and costs, what leaves, the fingerprint."""

from datetime import datetime

from rich.cells import cell_len

from hgtui.core.problems import Severity
from hgtui.core.remaining import Remaining
from hgtui.core.reuse import SHORTEST_S, length
from hgtui.core.states import Stage, TaskState
from hgtui.core.text import one_line, plural
from hgtui.ui import greeting as first
from hgtui.ui.view import View

Ways = tuple[str, ...]
"""One thing in several wordings, from the longest to the shortest, which may be empty."""


def plan_title(view: View, words: str = "", shown: int = 0) -> str:
    """Return what stands over the plan: how many tasks, problems, how far it is; with a filter how many have its words."""
    if not len(view.plan):
        return first.PLAN
    said = [f"{shown} of {plural(len(view.plan), 'task')} with “{one_line(words, 30)}”"] if words.strip() else []
    said = said or [plural(len(view.plan), "task")]
    if view.run.grant:
        counts = view.states.counts
        said += [f"{count} {state}" for state in TaskState if (count := counts.get(state, 0))]
        return "2 Run  " + " · ".join(said)
    if view.run.proposed:
        said.append(plural(view.count(Severity.ERROR), "error"))
        if warnings := view.count(Severity.WARNING):
            said.append(plural(warnings, "warning"))
        if view.live.how:
            said.append(f"reply {view.live.how}")
        if view.run.notes:
            said.append(plural(len(view.run.notes), "note"))
    else:
        said.append("being planned")
    return "2 Plan  " + " · ".join(said)


def plan_subtitle(view: View, width: int, now: datetime, left: Remaining | None = None) -> str:
    """Return what stands under the plan in at most `width` cells: the fingerprint always, the rest as far as it fits.

    `left` is how long the tasks still take that have not ended.
    """
    if not view.run.draft.assignments:
        return ""
    pieces = [_time(view, now, left), _place(view), _money(view), (_mark(view),)]
    # How each is worded, the best first: the time is shortened, then the place, and what is left out last is the time.
    for at in ((0, 0, 0, 0), (1, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 0), (2, 1, 1, 0), (3, 1, 1, 0)):
        worded = (ways[min(way, len(ways) - 1)] for ways, way in zip(pieces, at, strict=True))
        words = " · ".join(word for word in worded if word)
        if cell_len(words) <= width:
            break
    return words


def span(seconds: float) -> str:
    """Say how long something has taken up to now: "11 s", "2m05s"."""
    whole = int(seconds)
    return f"{whole} s" if whole < 100 else f"{whole // 60}m{whole % 60:02d}s"


def took(seconds: float) -> str:
    """Say how long something took that is over: as `span`, and never nothing at all."""
    return span(seconds) if seconds >= 1 else "under 1 s"


def _mark(view: View) -> str:
    run = view.run
    print_ = run.gate.fingerprint if run.gate else run.grant.fingerprint if run.grant else ""
    return f"plan {one_line(print_[:8])}" if print_ else ""


def _time(view: View, now: datetime, left: Remaining | None) -> Ways:
    run = view.run
    if run.grant is None:
        if run.gate is None:
            return ("",)
        ahead = run.gate.forecast
        critical = run.gate.about_s is not None and len(run.gate.reruns) > 1
        long = f"{ahead} on the critical path" if critical and not run.gate.untimed else ahead
        if not ahead or run.gate.about_s is None:
            return (ahead or "time unknown", "")
        short = _about(run.gate.about_s, run.gate.untimed) or "time unknown"
        return long, ahead, short, ""
    elapsed = view.elapsed(now)
    if run.ended:
        return (f"took {took(elapsed)}",) if elapsed is not None else ("",)
    passed = [f"elapsed {span(elapsed)}"] if elapsed is not None else []
    # While it waits for a person, what is left is theirs.
    if run.stage is not Stage.EXECUTION or left is None or left.about_s is None or view.waits:
        return (" · ".join(passed),)
    short = " · ".join([*passed, _left(left, counted=False)])
    return " · ".join([*passed, _left(left, counted=True)]), short, ""


def _left(left: Remaining, *, counted: bool) -> str:
    assert left.about_s is not None
    if not counted:
        short = _about(left.about_s, left.untimed)
        return f"left {short}" if short else "time left unknown"
    about = "" if left.about_s < SHORTEST_S else "about "
    return f"left {about}{length(left.about_s)}{f' and {left.untimed} of unknown time' if left.untimed else ''}"


def _about(about_s: float, untimed: int) -> str:
    """Say how long it takes with `untimed` tasks of unknown time on top; nothing where they are all that takes time."""
    if about_s < SHORTEST_S:
        return "" if untimed else length(about_s)
    return f"about {length(about_s)}{' or more' if untimed else ''}"


def _place(view: View) -> Ways:
    run = view.run
    if run.ended:
        return _went(view)
    settled = run.settled()
    if leaving := sum(uid not in settled for uid in view.places.leaving):
        tasks = plural(leaving, "task")
        return f"input leaves this machine: {tasks}", f"{tasks} leave" if leaving > 1 else f"{tasks} leaves"
    if run.controller or (view.leaves and view.stage_gate):
        return "the request leaves this machine", "the request leaves"
    if any(uid not in settled for uid in view.places.unmodelled):
        return ("not every task has a model", "")
    return "nothing leaves this machine", "nothing leaves"


def _went(view: View) -> Ways:
    """Say what has left this machine in a run that is over: not for what was kept or given by hand, but for a what-if."""
    tried, sent = view.run.trials, 0
    for task in view.plan:
        status = view.run.status(task.uid)
        if task.uid in tried and tried[task.uid].sent:
            sent += 1
        elif status.candidate and not status.supplied and not status.kept_from:
            one = view.named(task, status.candidate) or view.candidate(task)
            sent += one is not None and one.leaves
    if sent:
        return f"input was sent away: {plural(sent, 'task')}", f"{plural(sent, 'task')} sent away"
    if view.run.controller:
        return "the request was sent away", "request sent away"
    return "nothing leaves this machine", "nothing leaves"


def _money(view: View) -> Ways:
    if view.run.grant or not view.run.gate:
        return ("",)
    return (f"cost {view.price}", "") if view.price else ("costs nothing", "")
