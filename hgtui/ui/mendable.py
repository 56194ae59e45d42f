"""Which problem the key for mends acts on: that of the selected task, else one of the whole plan."""

from hgtui.core.problems import Code, Problem
from hgtui.ui.view import View

OF_THE_PLAN = frozenset({Code.NOTHING_RUNS, Code.CYCLE})
"""What is wrong with several tasks together: it stands with one of them, and its mend is no less meant with another."""


def of_plan(view: View) -> Problem | None:
    """Return the first problem of the whole plan that has a mend, None where there is none."""
    return next((one for one in view.problems if one.mend and (one.uid is None or one.code in OF_THE_PLAN)), None)


def to_mend(view: View, here: Problem | None) -> Problem | None:
    """Return the problem to mend: the one that the person looks at, where it has a mend or nothing else near has one."""
    if here is not None and here.mend:
        return here
    own = next((one for one in view.problems if one.mend and one.uid is not None and one.uid == view.chosen), None)
    return own or of_plan(view) or here
