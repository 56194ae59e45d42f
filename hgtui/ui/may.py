"""Whether a key does something now, and if not, why: each key press does the thing or says a sentence."""

from collections.abc import Callable

from hgtui.ui.may_draft import MEANT, NO_PLAN, NO_TASK, meant
from hgtui.ui.may_plan import PLAN
from hgtui.ui.may_tasks import TASKS
from hgtui.ui.taking import no_take
from hgtui.ui.view import View

__all__ = ["CHANGES", "MEANT", "NO_PLAN", "NO_TASK", "meant", "why_not"]

CHANGES = frozenset(
    [
        *("approve", "comment", "retry", "rerun", "go_on", "mend", "edit", "models", "models_all", "pin", "delete"),
        *("skip", "undo", "redo", "stop", "stop_task", "finish", "supply", "what_if"),
    ]
)
"""The actions that a run which is only looked at does not take."""


def why_not(action: str, view: View) -> str:
    """Return why an action cannot be done now, as a sentence; an empty text where it can."""
    if view.looked and action in CHANGES:
        return view.looked
    rule = _RULES.get(action)
    return rule(view) if rule else ""


def _stop(view: View) -> str:
    return "" if view.busy else "Nothing runs."


def _boxes(view: View) -> str:
    return "" if len(view.plan) else NO_PLAN


def _drawn(view: View) -> str:
    return (
        ""
        if view.boxes and len(view.plan)
        else _boxes(view) or f"The plan stands as rows; {view.key('boxes')} draws it."
    )


def _next(view: View) -> str:
    return "" if view.problems or view.stuck else "No problem is known."


def _new(view: View) -> str:
    if not view.busy:
        return ""
    what = (
        "says what should be different about its plan" if view.at_gate and view.by_llm else "is asked when it has ended"
    )
    return f"This request has not ended; {view.key('stop')} stops it. What you write here {what}."


_RULES: dict[str, Callable[[View], str]] = {
    **PLAN,
    **TASKS,
    "next_problem": _next,
    "stop": _stop,
    "new": _new,
    "tab": lambda view: "" if view.task else NO_TASK,
    "filter": lambda view: "" if len(view.plan) else NO_PLAN,
    "boxes": _boxes,
    "boxes_detail": _drawn,
    "boxes_direction": _drawn,
    "call": lambda view: "" if view.run.call_book.rows else "No call has been made yet.",
    "take_call": no_take,
    "calls_of_task": lambda view: "" if view.task else NO_TASK,
    "log_of_task": lambda view: "" if view.task else NO_TASK,
    "copy": lambda view: "" if view.task else NO_TASK,
}
